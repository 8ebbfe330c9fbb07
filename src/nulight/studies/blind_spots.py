r"""Where the phases of transition moments hide them from one source and not from another.

The moduli are held, two phases are varied. An effective moment is that of the flavour a source makes, of the mixture
of mass states that comes from the Sun, or, for an experiment, the flavour-universal moment with as many events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from nulight._version import __version__
from nulight.conventions import Conventions, get_conventions
from nulight.experiments import Experiment
from nulight.models.moments import moments
from nulight.models.parameters import ParameterError
from nulight.models.products import checked
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import get_oscillation
from nulight.results.blind_spots import BlindSpotMap
from nulight.sources import solar_source
from nulight.typing import FloatArray

__all__ = ["blind_spot_map"]

Values = dict[str, FloatArray]
Moments = Callable[[Values], FloatArray]
"""From parameter values (n,) to effective moments (n,), mu_B."""

Seen = Callable[[FloatArray, FloatArray], FloatArray]
"""From two phases, broadcasting, to effective moments, mu_B."""

_CONSTANT = 1e-9  # relative: a smaller range is rounding
_AS_LOW = 1e-4  # of the largest moment: another minimum as low as the lowest
_SAME = 1e-3  # rad
_STRONG = 1e-6  # mu_B: the moments make all of the events


def blind_spot_map(
    moduli: Mapping[str, float],
    sources: Sequence[str | Experiment] = ("nu_e", "nu_mu", "solar"),
    *,
    phases: tuple[str, str] = ("lambda_24_phase", "lambda_34_phase"),
    fixed: Mapping[str, float] | None = None,
    conventions: str | Conventions = "default",
    n: int = 121,
) -> BlindSpotMap:
    r"""Compute effective moments in the plane of two phases and find where each source sees least.

    Parameters
    ----------
    moduli : mapping of str to float, mu_B
        ``lambda_14``...
    sources : sequence of str or Experiment
        Flavours ``nu_e``, ``nu_mu``, ``nu_tau`` at a short baseline (antineutrinos alike), ``solar``, or experiments.
    phases : tuple of two str
        ``lambda_kj_phase`` of moments that are set.
    fixed : mapping of str to float, optional
        Other phases, mixing angles, and ``m_4`` (keV), which experiments see.
    conventions : str or Conventions
        Oscillation parameters and solar model; experiments have their own.
    n : int
        Grid points of each phase, from -pi to pi.

    Returns
    -------
    BlindSpotMap

    Raises
    ------
    ParameterError
        If a phase belongs to no moment that is set, or a value is outside its domain.
    ValueError
        If a source is unknown, or there are fewer than 16 grid points.

    Notes
    -----
    Flavours: :math:`\mu_a^2 = \sum_k|\sum_{j\le3}\lambda_{kj}U^*_{aj}|^2`. Sun:
    :math:`\mu^2 = \sum_{j\le3} P_{ej}\sum_k|\lambda_{kj}|^2`, P_ej averaged over all solar neutrinos (most are pp);
    no phase enters. Experiments: :math:`\mu^2` is the ratio of magnetic events to those of a moment of one mu_B of
    every flavour, without interference with the weak interaction. The range over all phases, not only two of them,
    is `nulight.models.moment_range`.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545); Grimus:2000tq

    Examples
    --------
    >>> found = blind_spot_map({"lambda_14": 1e-11, "lambda_24": 1e-11, "lambda_34": 1e-11}, n=31)
    >>> {name: f"{found.minimum[name] / found.maximum[name]:.3f}" for name in found.sources}
    {'nu_e': '0.083', 'nu_mu': '0.000', 'solar': '1.000'}
    """
    choices = get_conventions(conventions)
    held = {**moduli, **(fixed or {})}
    _check(moduli, held, phases, n)
    axis = np.linspace(-np.pi, np.pi, n)
    found = {_name(source): _seen(source, held, phases, choices) for source in sources}
    grids = {name: seen(axis[None, :], axis[:, None]) for name, seen in found.items()}
    ends = {name: _ends(seen, axis, grids[name]) for name, seen in found.items()}
    return BlindSpotMap(
        parameters=phases,
        x=axis,
        y=axis,
        sources=tuple(found),
        moments=grids,
        minimum={name: low for name, (low, _, _) in ends.items()},
        maximum={name: high for name, (_, high, _) in ends.items()},
        blind_spots={name: places for name, (_, _, places) in ends.items()},
        moduli=dict(moduli),
        fixed=dict(fixed or {}),
        definition="effective moments at short baselines, of the mixture of mass states for the Sun, by events for "
        "experiments; minimum and maximum over the two phases, everything else held",
        conventions=choices.to_dict(),
        **_sources_of(choices, [source for source in sources if isinstance(source, Experiment)]),
    )


def _name(source: str | Experiment) -> str:
    return source.name if isinstance(source, Experiment) else source


def _seen(source: str | Experiment, held: Mapping[str, float], phases: tuple[str, str], choices: Conventions) -> Seen:
    effective = _effective(source, choices)

    def seen(x: FloatArray, y: FloatArray) -> FloatArray:
        x, y = np.broadcast_arrays(x, y)
        values = {name: np.asarray(value, dtype=float) for name, value in held.items()}
        result = effective(values | {phases[0]: x.ravel(), phases[1]: y.ravel()})
        return np.broadcast_to(result, x.size).reshape(x.shape)

    return seen


def _effective(source: str | Experiment, choices: Conventions) -> Moments:
    if isinstance(source, Experiment):
        return lambda values: _by_events(source, values)
    if source == "solar":
        shares = _solar_shares(choices)
        return lambda values: _solar(values, choices, shares)
    flavour = source.removeprefix("nubar_").removeprefix("nu_")
    if flavour not in FLAVOURS:
        raise ValueError(f"unknown source {source!r}; use nu_e, nu_mu, nu_tau, solar, or an experiment from load(...)")
    return lambda values: _of_flavour(values, choices, FLAVOURS.index(flavour))


def _of_flavour(values: Values, choices: Conventions, a: int) -> FloatArray:
    squares = [np.sum(np.abs(m.matrix[..., a]) ** 2, axis=-1) for m in moments(checked(values, ()), choices)]
    return np.sqrt(sum(squares, np.zeros(1)))


def _solar(values: Values, choices: Conventions, shares: FloatArray) -> FloatArray:
    """The same for a mixture of the mass states."""
    total = np.zeros(1)
    for moment in moments(checked(values, ()), choices):
        assert moment.mass_matrix is not None
        total = total + np.sum(np.abs(moment.mass_matrix) ** 2, axis=-2) @ shares
    return np.sqrt(total)


def _solar_shares(choices: Conventions) -> FloatArray:
    """Probability of a solar neutrino, of any component, to arrive as each mass state."""
    source = solar_source(oscillation=get_oscillation(choices.oscillation), model=choices.solar_model)
    totals = np.sum([flux.total() for flux in source.fluxes], axis=0)
    shares: FloatArray = totals / totals.sum()
    return shares


def _by_events(experiment: Experiment, values: Values) -> FloatArray:
    """Root of magnetic events over those of one mu_B; both so strong that nothing else counts, then scaled back."""
    held = {name: value for name, value in values.items() if not _is_modulus(name)}
    largest = max(float(value) for name, value in values.items() if _is_modulus(name))
    if largest == 0:
        return np.zeros(1)
    scale = _STRONG / largest
    strong = held | {name: value * scale for name, value in values.items() if _is_modulus(name)}
    n = len(experiment.signal.components)
    weak = experiment.expected({})[:, :n].sum(axis=(1, 2))
    events = experiment.expected(strong)[:, :n].sum(axis=(1, 2)) - weak
    unit = (experiment.expected({"mu_nu": _STRONG})[:, :n].sum(axis=(1, 2)) - weak) / _STRONG**2
    moment: FloatArray = np.sqrt(np.maximum(events, 0.0) / unit) / scale
    return moment


def _sources_of(choices: Conventions, experiments: Sequence[Experiment]) -> dict[str, Any]:
    """Provenance and citations, with those of the experiments."""
    records = [experiment.provenance() for experiment in experiments]
    own = ("Miranda:2021kre", "Grimus:2000tq", get_oscillation(choices.oscillation).source.split(";")[0])
    provenance = {
        "version": __version__,
        "experiments": [experiment.name for experiment in experiments],
        "data": {name: digest for record in records for name, digest in record["data"].items()},
    }
    cited = dict.fromkeys([*own, *(text for record in records for text in record["citations"])])
    return {"provenance": provenance, "citations": tuple(cited)}


def _is_modulus(name: str) -> bool:
    return name.startswith("lambda_") and not name.endswith("_phase")


def _ends(seen: Seen, axis: FloatArray, grid: FloatArray) -> tuple[float, float, tuple[tuple[float, float], ...]]:
    """Smallest and largest moment in the plane, refined from the grid, and every place with the smallest."""
    scale = float(grid.max())
    if float(np.ptp(grid)) <= _CONSTANT * scale:
        return float(grid.min()), scale, ()
    low = _refined(seen, axis, grid / scale, 1.0, scale)
    high = _refined(seen, axis, grid / scale, -1.0, scale)
    least = min(value for value, _ in low)
    places: list[tuple[float, float]] = []
    for value, place in low:
        if value <= least + _AS_LOW * scale and all(_distance(place, other) > _SAME for other in places):
            places.append(place)
    return least, max(value for value, _ in high), tuple(sorted(places))


def _refined(
    seen: Seen, axis: FloatArray, grid: FloatArray, sign: float, scale: float
) -> list[tuple[float, tuple[float, float]]]:
    """Moments and places of the local minima (maxima, with sign -1) of a periodic grid."""
    from scipy.optimize import minimize

    inner = sign * grid[:-1, :-1]  # the last row and column are the first again
    around = [np.roll(inner, step, (0, 1)) for step in product((-1, 0, 1), repeat=2) if step != (0, 0)]
    found = []
    for j, i in zip(*np.nonzero(np.all([inner <= other for other in around], axis=0)), strict=True):

        def value(p: FloatArray) -> float:
            return sign * float(seen(p[[0]], p[[1]])[0] / scale) ** 2

        options = {"xatol": 1e-10, "fatol": 1e-18, "maxiter": 500}
        best = minimize(value, [axis[i], axis[j]], method="Nelder-Mead", options=options)
        x, y = (float(np.pi - np.mod(np.pi - phase, 2 * np.pi)) for phase in best.x)
        found.append((float(np.sqrt(max(sign * best.fun, 0.0))) * scale, (x, y)))
    return found


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Largest difference of two pairs of phases, on the circle."""
    return float(np.max(np.abs(np.angle(np.exp(1j * (np.array(a) - np.array(b)))))))


def _check(moduli: Mapping[str, float], held: Mapping[str, float], phases: tuple[str, str], n: int) -> None:
    if not moduli or not all(_is_modulus(name) for name in moduli):
        raise ParameterError(f"moduli are lambda_12, lambda_14..., here {', '.join(moduli) or 'none'}")
    for phase in phases:
        if phase in held or not phase.endswith("_phase") or phase.removesuffix("_phase") not in moduli:
            known = ", ".join(f"{name}_phase" for name in moduli)
            raise ParameterError(f"{phase} is no free phase of the moments that are set; use two of: {known}")
    if phases[0] == phases[1] or n < 16:
        raise ValueError(f"need two different phases and at least 16 grid points, not {', '.join(phases)} and n = {n}")
    checked(held, ())
