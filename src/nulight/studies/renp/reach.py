"""What a scan of trigger frequencies would reach, against its exposure or the mass of a mediator.

At fixed masses counts are polynomials of degree two in one coupling, so that three values of it say
everything, and the exposure multiplies them. What is left is the same question along many rays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nulight.inference.coordinates import citations
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.models.parameter import ParameterError
from nulight.renp.experiment import RenpExperiment
from nulight.renp.parameters import RENP_PARAMETERS
from nulight.renp.units import KEV
from nulight.results.renp.reach import RenpReach
from nulight.studies.renp.curves import Curve, is_coupling, mediator_of
from nulight.studies.renp.ends import Ends, allowed_ends
from nulight.studies.renp.limits import coupling_names
from nulight.studies.renp.mediators import light_vector
from nulight.studies.renp.rays import Rays
from nulight.typing import ArrayLike, FloatArray

__all__ = ["renp_reach"]


def renp_reach(
    experiment: RenpExperiment,
    couplings: Sequence[str] | str | None = None,
    *,
    days: ArrayLike | None = None,
    masses: ArrayLike | None = None,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    fixed: Mapping[str, float] | None = None,
) -> RenpReach:
    r"""Return the expected interval of couplings, each alone, against exposure or the mass of a mediator.

    Parameters
    ----------
    experiment : RenpExperiment
        Its data, if it has any, are not used: data are the expectation without the couplings.
    couplings : str or sequence of str, optional
        Of one unit; "mu", "eps" and the like for all elements the neutrinos can have. Otherwise "mu" and "eps" with
        `days` (twelve for Dirac, six for Majorana neutrinos), gg_axial and yy_scalar with `masses`.
    days : array (n,), d
        Time at each trigger frequency, in place of the experiment's own.
    masses : array (n,), eV
        Mass of the mediator: m_vector for gg_axial and gg_right, m_scalar for yy_scalar and yy_pseudo.
    cl, interval
        As for `limit`.
    fixed : mapping of str to float, optional
        Other parameters held at values, in the units of `RENP_PARAMETERS` (mediators in keV).

    Returns
    -------
    RenpReach
        Intervals that contain zero, and the outermost allowed values where there are others beyond.

    Raises
    ------
    ValueError
        If not exactly one of `days` and `masses` is given, a value is not positive, a name is no coupling or
        depends on no mediator while masses are asked for, or the neutrinos cannot have it.

    Notes
    -----
    The statistic is that of `limit`: Poisson, nuisances profiled,

    .. math:: \Delta\chi^2 = \min_u 2\sum_\omega[N - N_0 - N_0\ln(N/N_0)] + \sum_k (u_k/\sigma_k)^2.

    Signals quadratic in the coupling reach :math:`T^{-1/4}`, those that interfere :math:`T^{-1/2}`. On a mediator's
    pole, :math:`|q^2-m^2| < 10^{-3} q^2`, a trigger frequency says nothing about it.

    References
    ----------
    arXiv:2110.03510, 2206.11717

    Examples
    --------
    >>> from nulight.renp import renp_experiment
    >>> curve = renp_reach(renp_experiment("yb-dinh-2012"), ["mu_11", "eps_11"], days=[10.0, 100.0, 1000.0])
    >>> print([f"{mu:.1e}" for mu in curve.reach("mu_11")], curve.unit)
    ['2.7e-11', '1.4e-11', '7.4e-12'] mu_B
    """
    fixed = dict(fixed or {})
    threshold = interval_threshold(cl, interval)
    vary, values = _varied(days, masses)
    names = _names(experiment, couplings, vary, fixed)
    curves = [Curve.of(experiment, name, vary, values, fixed) for name in names]
    lower, upper = _both_ends(experiment, curves, threshold, interval)
    further = (upper.last > upper.first * (1 + 1e-9)) | (lower.last > lower.first * (1 + 1e-9))
    masked = np.max([curve.masked for curve in curves], axis=0)
    provenance = experiment.provenance()
    return RenpReach(
        experiment=experiment.name,
        vary=vary,
        values=values,
        vary_unit="d" if vary == "days" else "eV",
        couplings=names,
        unit=RENP_PARAMETERS[names[0]].unit,
        lower=0.0 - lower.first,
        upper=upper.first,
        outer_lower=0.0 - lower.last,
        outer_upper=upper.last,
        further_regions=further,
        masked=masked,
        cl=cl,
        interval=interval,
        threshold=threshold,
        fixed=fixed,
        definition=_definition(experiment, cl, interval, threshold, fixed),
        conventions=provenance["conventions"],
        provenance=provenance,
        citations=citations(experiment, [*names, *fixed]),
        warnings=(
            *_warnings(vary, values, names, upper.first, further, masked, len(experiment.triggers)),
            *light_vector(experiment, names, _lightest_vector(experiment, vary, values, fixed)),
        ),
    )


def _lightest_vector(experiment: RenpExperiment, vary: str, values: FloatArray, fixed: Mapping[str, float]) -> float:
    """Smallest mass of a vector in a curve, keV."""
    if vary == "mass":
        return float(values.min()) / KEV
    return float({**experiment.defaults, **fixed}.get("m_vector", 0.0))


def _varied(days: ArrayLike | None, masses: ArrayLike | None) -> tuple[Any, FloatArray]:
    """What varies and its values (n,)."""
    if (days is None) == (masses is None):
        found = "none" if days is None else "both"
        raise ValueError(
            f"one of days= (d at each trigger frequency) and masses= (of the mediator, eV) must be given, not {found}"
        )
    vary, given, unit = ("days", days, "d") if masses is None else ("mass", masses, "eV")
    values: FloatArray = np.atleast_1d(np.asarray(given, float))
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{vary}: give one list of values in {unit}, not an array of shape {values.shape}")
    bad = ~((values > 0) & np.isfinite(values))
    if bad.any():
        raise ValueError(f"{vary} = {values[bad][0]:g} {unit} must be positive and finite")
    return vary, values


def _names(
    experiment: RenpExperiment, couplings: Sequence[str] | str | None, vary: str, fixed: Mapping[str, float]
) -> tuple[str, ...]:
    """Couplings to do, checked."""
    if couplings is None:
        couplings = ("mu", "eps") if vary == "days" else ("gg_axial", "yy_scalar")
    names = coupling_names(couplings, experiment.nature)
    if not names:
        raise ValueError("couplings: none given; see nulight.renp.RENP_PARAMETERS")
    for name in names:
        if not is_coupling(name):
            raise ParameterError(f"{name} is no coupling; its own effect has no reach")
        if vary == "mass" and mediator_of(name) is None:
            raise ValueError(
                f"{name} needs no mediator whose mass could vary; give days=, or gg_... and yy_... couplings"
            )
        if vary == "mass" and mediator_of(name) in fixed:
            raise ValueError(f"{mediator_of(name)} is fixed and varies as well; leave it out of fixed= or give days=")
        if name in fixed:
            raise ValueError(f"{name} is the coupling of interest: it cannot be fixed as well")
    if len(units := {RENP_PARAMETERS[name].unit or "none" for name in names}) > 1:
        raise ValueError(
            f"couplings of different units ({', '.join(sorted(units))}); ask for those of one unit at a time"
        )
    return names


def _both_ends(
    experiment: RenpExperiment, curves: Sequence[Curve], threshold: float, interval: IntervalKind
) -> tuple[Ends, Ends]:
    """Ends below and above zero as positive numbers in the coupling's unit, arrays (n_couplings, n)."""
    size = np.array([curve.size for curve in curves])
    signed = np.array([curve.is_signed for curve in curves])[:, None]
    upper = allowed_ends(_rays(experiment, curves, 1.0), threshold)
    above = _in_units(upper, size)
    open_below = Ends(
        first=np.where(signed, np.full_like(size, np.inf), 0.0), last=np.where(signed, np.inf, 0.0 * size)
    )
    if interval == "upper" or not signed.any():
        return open_below, above
    chosen = [curve for curve in curves if curve.is_signed]
    below = _in_units(allowed_ends(_rays(experiment, chosen, -1.0), threshold), size[signed[:, 0]])
    open_below.first[signed[:, 0]], open_below.last[signed[:, 0]] = below.first, below.last
    return open_below, above


def _in_units(ends: Ends, size: FloatArray) -> Ends:
    return Ends(first=ends.first.reshape(size.shape) * size, last=ends.last.reshape(size.shape) * size)


def _rays(experiment: RenpExperiment, curves: Sequence[Curve], sign: float) -> Rays:
    """All curves in one direction, components that share their nuisances summed."""
    scales = [experiment.scales[component] for component in experiment.components]
    groups = list(dict.fromkeys(scales))
    sums = np.array([[float(scale == group) for scale in scales] for group in groups])
    constant, linear, square = (
        np.matmul(sums, np.concatenate([getattr(curve, name) for curve in curves]))
        for name in ("constant", "linear", "square")
    )
    nuisances = experiment.nuisances
    return Rays(
        constant=constant,
        linear=sign * linear,
        square=square,
        scaled=np.array([[float(n.name in group) for group in groups] for n in nuisances]).reshape(-1, len(groups)),
        nuisances=nuisances,
    )


def _definition(
    experiment: RenpExperiment, cl: float, interval: str, threshold: float, fixed: Mapping[str, float]
) -> str:
    text = (
        f"expected {interval} interval at {100 * cl:g} % CL of each coupling alone, the values around zero: "
        f"Delta(-2 ln L) = {threshold:.3f} for 1 dof on Asimov data without it, Poisson at every trigger frequency"
    )
    if experiment.nuisances:
        text += "; nuisances profiled: " + ", ".join(n.describe() for n in experiment.nuisances)
    if fixed:
        values = (f"{name} = {value:g} {RENP_PARAMETERS[name].unit}".rstrip() for name, value in fixed.items())
        text += "; fixed: " + ", ".join(values)
    return text


def _warnings(
    vary: str,
    values: FloatArray,
    names: Sequence[str],
    upper: FloatArray,
    further: np.ndarray,
    masked: np.ndarray,
    n_triggers: int,
) -> list[str]:
    what, unit = ("days", "d") if vary == "days" else ("m", "eV")
    texts = []
    if masked.any():
        where = _where(what, unit, values, masked > 0)
        texts.append(
            f"{where}: up to {masked.max()} of {n_triggers} trigger frequencies lie on the pole of the mediator, "
            "|q^2 - m^2| < 1e-3 q^2, and say nothing about it"
        )
    for name, row in zip(names, further, strict=True):
        if row.any():
            texts.append(
                f"{name}, {_where(what, unit, values, row)}: larger couplings are allowed again, where new physics "
                "cancels against the weak interaction; see outer_lower and outer_upper"
            )
    for name, row in zip(names, np.isposinf(upper), strict=True):
        if row.any():
            texts.append(f"{name}, {_where(what, unit, values, row)}: nothing bounds it, no count depends enough on it")
    return texts


def _where(what: str, unit: str, values: FloatArray, chosen: np.ndarray) -> str:
    found = values[chosen]
    if len(found) == 1:
        return f"{what} = {found[0]:.4g} {unit}"
    return f"{len(found)} values of {what} from {found.min():.4g} to {found.max():.4g} {unit}"
