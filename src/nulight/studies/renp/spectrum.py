"""Spectral function and counts of radiative emission of neutrino pairs, as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nulight.inference.coordinates import citations
from nulight.models.parameters import check_domain, check_parameters
from nulight.renp import POLE, RENP_PARAMETERS, RenpExperiment, couplings, thresholds
from nulight.renp.kinematics import pair_thresholds
from nulight.renp.spectral import spectral_parts
from nulight.renp.units import DAY, KEV
from nulight.results.renp.events import RenpEvents
from nulight.results.renp.spectrum import RenpSpectrum
from nulight.studies.renp.curves import is_coupling, mediator_of
from nulight.studies.renp.mediators import idle_masses, massless_text
from nulight.typing import ArrayLike, FloatArray

__all__ = ["at_point", "frequency_list", "renp_events", "renp_spectrum", "spectrum_frequencies"]

_POINTS = 40  # on each side of a threshold, at distances that grow in equal ratios
_SCAN = ("efficiency", "background_per_day", "rate_error", "background_error")
_LISTED = 10  # frequencies that are named one by one
_NEAREST = 1e-9  # of E_eg: nearest points to a threshold


def renp_spectrum(
    experiment: RenpExperiment, omega: ArrayLike | None = None, params: Mapping[str, float] | None = None
) -> RenpSpectrum:
    """Return the spectral function of an experiment's atom and neutrinos, by origin.

    Parameters
    ----------
    experiment : RenpExperiment
        Its trigger frequencies do not matter.
    omega : array, shape (n,), eV, optional
        Trigger frequencies below E_eg / 2; those of `spectrum_frequencies` otherwise.
    params : mapping of str to float, optional
        Couplings and masses in the units of `nulight.renp.RENP_PARAMETERS`.

    Returns
    -------
    RenpSpectrum

    Raises
    ------
    ValueError
        If a frequency is not between 0 and E_eg / 2, a parameter unknown or outside its domain, or the
        neutrinos cannot have a coupling.

    Examples
    --------
    >>> import nulight as nl
    >>> result = nl.renp_spectrum(nl.renp_experiment("yb-dinh-2012"), [1.0, 1.07])
    >>> [f"{value:.3f}" for value in result.total]
    ['0.105', '0.049']
    """
    point, values = at_point(experiment, params)
    neutrinos, poles = point.neutrinos(), _poles(point, values)
    if omega is None:
        omega = spectrum_frequencies(point.scheme.E_eg, neutrinos.masses, poles)
    frequencies = np.atleast_1d(np.asarray(omega, float))
    arrays = {name: np.asarray(value) for name, value in {**point.defaults, **values}.items()}
    new = couplings(arrays, point.nature, longitudinal=point.longitudinal)
    parts = spectral_parts(frequencies, point.scheme, neutrinos, new, spin_sum=point.spin_sum)
    provenance = _without_scan(point.provenance())
    return RenpSpectrum(
        experiment=point.name,
        atom=point.scheme.name,
        E_eg=point.scheme.E_eg,
        omega=frequencies,
        parts=parts,
        thresholds=pair_thresholds(point.scheme.E_eg, neutrinos.masses),
        masses=tuple(neutrinos.masses.tolist()),
        parameters=values,
        units={name: RENP_PARAMETERS[name].unit for name in values},
        definition="spectral function I(omega), summed over pairs of mass states; the rate is Gamma_0 I(omega)"
        + massless_text(point, _couplings(point), values),
        conventions=provenance["conventions"],
        provenance=provenance,
        citations=citations(point, values),
        warnings=(*idle_masses(point, (), values), *_warnings(frequencies, parts, poles)),
    )


def renp_events(experiment: RenpExperiment, params: Mapping[str, float] | None = None) -> RenpEvents:
    """Return expected counts at every trigger frequency, every nuisance at its nominal value.

    Parameters
    ----------
    experiment : RenpExperiment
    params : mapping of str to float, optional
        Couplings and masses in the units of `nulight.renp.RENP_PARAMETERS`.

    Returns
    -------
    RenpEvents

    Raises
    ------
    ValueError
        If a parameter is unknown or outside its domain, or the neutrinos cannot have a coupling.

    Examples
    --------
    >>> import nulight as nl
    >>> result = nl.renp_events(nl.renp_experiment("yb-dinh-2012", [1.069, 1.07], days=100))
    >>> [f"{n:.0f}" for n in result.total], result.open_pairs[1]
    (['267', '216'], ('11', '12', '22', '13', '23'))
    """
    point, values = at_point(experiment, params)
    weak, new, background = point.expected(values)[0]
    parts = {name: part[0] for name, part in point.spectral_parts(values).items()}
    edges = pair_thresholds(point.scheme.E_eg, point.neutrinos().masses)
    provenance = point.provenance()
    return RenpEvents(
        experiment=point.name,
        atom=point.scheme.name,
        triggers=point.triggers,
        days=point.time / DAY,
        spectral=parts,
        weak=weak,
        new=new,
        background=background,
        open_pairs=tuple(tuple(pair for pair, edge in edges.items() if omega < edge) for omega in point.triggers),
        thresholds=edges,
        parameters=values,
        units={name: RENP_PARAMETERS[name].unit for name in values},
        definition="expected counts: Gamma_0 I(omega) x efficiency x time, and background, at each trigger frequency"
        + massless_text(point, _couplings(point), values),
        conventions=provenance["conventions"],
        provenance=provenance,
        citations=citations(point, values),
        warnings=(
            *idle_masses(point, (), values),
            *_closed(point.triggers, edges),
            *_warnings(point.triggers, parts, _poles(point, values)),
        ),
    )


def spectrum_frequencies(E_eg: float, masses: ArrayLike, poles: ArrayLike = ()) -> FloatArray:
    """Return trigger frequencies for a spectrum: every threshold and pole is resolved.

    Parameters
    ----------
    E_eg : float, eV
    masses : array (3,), eV
        Neutrino masses.
    poles : array (m,), eV
        Masses of mediators.

    Returns
    -------
    array (n,), eV
        From 0.4 E_eg to just above the highest threshold, denser towards thresholds and poles.
    """
    edges = thresholds(E_eg, masses)[np.triu_indices(3)]
    half = E_eg / 2
    highest = float(edges.max())
    top = highest + 0.3 * (half - highest) if highest < half else half * (1 - _NEAREST)
    special = np.concatenate([edges, half - np.asarray(poles, float) ** 2 / (2 * E_eg)])
    special = special[(special > 0.4 * E_eg) & (special <= half)]
    distances = E_eg * np.geomspace(_NEAREST, 0.05, _POINTS)
    near = special[:, None] + np.concatenate([-distances, [0.0], distances])
    # distances from E_eg/2 in equal ratios as well, so that the region below it is smooth on any scale
    grid = [near.ravel(), np.linspace(0.4 * E_eg, top, 200), half - np.geomspace(half - top, 0.1 * E_eg, 400)]
    omega = np.unique(np.concatenate(grid))
    return omega[(omega >= 0.4 * E_eg) & (omega <= top)]


def frequency_list(omega: FloatArray) -> str:
    """Return frequencies with their unit as words, the ends only if there are many."""
    if len(omega) > _LISTED:
        return f"{len(omega)} from {omega.min():.10g} to {omega.max():.10g} eV"
    return ", ".join(f"{one:.10g} eV" for one in omega)


def at_point(experiment: RenpExperiment, params: Mapping[str, float] | None) -> tuple[RenpExperiment, dict[str, float]]:
    """Return the experiment with the neutrinos of the parameters, and the parameters as numbers.

    Raises
    ------
    TypeError
        If the experiment is a name.
    ParameterError
        If a parameter is unknown or outside its domain.
    """
    if isinstance(experiment, str):
        raise TypeError(
            f"{experiment!r} is a name, not an experiment; make it: nulight.renp_experiment({experiment!r})"
        )
    values = {name: float(value) for name, value in (params or {}).items()}
    check_parameters(values, RENP_PARAMETERS)
    for name, value in values.items():
        check_domain(name, np.array([value]), RENP_PARAMETERS)
    own = {name: value for name, value in values.items() if name in experiment.defaults}
    return experiment.with_defaults(**own), values


def _couplings(experiment: RenpExperiment) -> list[str]:
    """Couplings that are there by default."""
    return [name for name in experiment.defaults if is_coupling(name)]


def _poles(experiment: RenpExperiment, values: Mapping[str, float]) -> list[float]:
    """Masses of the mediators whose couplings are set, eV."""
    masses = {**experiment.defaults, **values}
    names = {mass for name in values if (mass := mediator_of(name))}
    return [masses[name] * KEV for name in sorted(names) if masses.get(name, 0.0) > 0]


def _without_scan(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Provenance without what a spectral function does not depend on: frequencies, times, losses, background."""
    kept = {key: value for key, value in provenance.items() if key not in ("triggers_eV", "days")}
    return kept | {"conventions": {key: value for key, value in provenance["conventions"].items() if key not in _SCAN}}


def _closed(triggers: FloatArray, edges: Mapping[str, float]) -> tuple[str, ...]:
    above = triggers[triggers >= max(edges.values())]
    return (f"above every threshold, where nothing is emitted: {frequency_list(above)}",) if above.size else ()


def _warnings(omega: FloatArray, parts: Mapping[str, FloatArray], poles: Sequence[float]) -> tuple[str, ...]:
    masked = np.isnan(sum(parts.values(), np.zeros_like(omega)))
    if not masked.any():
        return ()
    where = omega[masked]
    masses = " or ".join(f"{mass:.6g} eV" for mass in poles)
    span = f"{where[0]:.10g} eV" if len(where) == 1 else f"from {where.min():.10g} to {where.max():.10g} eV"
    return (
        f"{len(where)} of {len(omega)} frequencies, {span}, are on the pole of a mediator of {masses} "
        f"(q^2 within {POLE:g} of m^2): new physics is left out there",
    )
