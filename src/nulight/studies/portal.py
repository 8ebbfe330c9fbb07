"""Limits on the sterile dipole portal as a function of the mass of the sterile neutrino.

Counts are tabulated over the masses once, and the intervals of all masses are found together. Where
further parameters are profiled that is not possible, and every mass is a limit of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from nulight.inference.coordinates import Profile, citations
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.inference.masses.mass_grid import MassTable, mass_table
from nulight.inference.masses.raster import Raster, raster_intervals
from nulight.inference.model import Model, asimov, parts, with_planned_data
from nulight.models.parameters import PARAMETERS
from nulight.results.portal import PortalLimit
from nulight.studies.portal_kinematics import decay_lengths
from nulight.studies.portal_masses import one_by_one
from nulight.studies.portal_plane import Experiments, experiments_of, no_sensitivity, portal_masses, portal_model
from nulight.typing import ArrayLike, FloatArray

__all__ = ["Track", "portal_limit"]

Track: TypeAlias = Callable[[Sequence[float]], Iterable[float]]

_NEAR = 30.0  # m: flights shorter than this end in the detector or its surroundings


def portal_limit(
    experiments: Experiments,
    coupling: str = "mu_e4",
    masses: ArrayLike | None = None,
    *,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    fixed: Mapping[str, float] | None = None,
    profile: Profile | None = None,
    conventions: str | None = None,
    expected: bool = True,
    track: Track = iter,
) -> PortalLimit:
    """Return the limit on a coupling at every mass of the sterile neutrino.

    Parameters
    ----------
    experiments : str, Experiment, Model, or sequence of names and experiments
        Several are combined.
    coupling : str
        One of `PORTALS`.
    masses : array, shape (n_masses,), keV, optional
        Otherwise 100 from 1 keV to just beyond the last one that is seen, denser near it.
    cl, interval
        As for `limit`.
    fixed : mapping of str to float, optional
        Other parameters held at values.
    profile : mapping of str to (lower, upper) or Prior, optional
        Other parameters to minimise over. Slow: a limit of its own at every mass.
    conventions : str, optional
        Preset or file for the experiments given by name.
    expected : bool
        Whether the limit for Asimov data without the coupling is computed as well.
    track : callable
        Wraps the masses, as a progress bar does, where they are done one by one.

    Returns
    -------
    PortalLimit
        The hull where several regions are allowed at one mass.

    Raises
    ------
    NoSensitivityError
        If no count depends on the coupling at any mass: its flavour is not in the flux, or all masses
        are too heavy.
    ValueError
        If a name is unknown, a mass is not a positive number, or m_4 is held or profiled.

    Examples
    --------
    >>> curve = portal_limit("xenonnt-2022-er", "mu_e4", [1.0, 100.0])
    >>> print(", ".join(f"{upper:.2g}" for upper in curve.upper), curve.unit)
    1e-11, 1.2e-11 mu_B
    """
    fixed, profile = dict(fixed or {}), dict(profile or {})
    threshold = interval_threshold(cl, interval)
    model = portal_model(experiments, conventions)
    members = experiments_of(model)
    grid, ends = portal_masses(model, coupling, masses, {**fixed, **profile})
    found, asimov_upper = _rasters(model, coupling, grid, cl, interval, fixed, profile, expected, track)
    reachable = np.isfinite(found.upper) | np.isposinf(found.upper)
    if not reachable.any():
        raise no_sensitivity(model, coupling, grid, ends)
    upper = np.where(np.isfinite(found.upper), found.upper, np.nan)
    lengths = decay_lengths(members, coupling, grid, upper)
    provenance = model.provenance()
    return PortalLimit(
        parameter=coupling,
        unit=PARAMETERS[coupling].unit,
        experiments=tuple(part.name for part in parts(model)),
        m_4=grid,
        lower=found.lower if interval == "two-sided" else np.where(reachable, 0.0, np.nan),
        upper=upper,
        best_fit=found.best_fit,
        delta_chi2_at_zero=np.where(reachable, np.maximum(found.twice_nll_zero - found.twice_nll, 0.0), np.nan),
        expected_upper=asimov_upper,
        reachable=reachable,
        kinematic_end=ends,
        decay_length_m=lengths,
        cl=cl,
        interval=interval,
        threshold=threshold,
        planned=all(member.planned for member in members),
        fixed=fixed,
        definition=_definition(model, cl, interval, threshold, fixed, profile)
        + _decay_text({member.conventions.neutrinos for member in members}),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [coupling, "m_4", *profile, *fixed]),
        warnings=tuple(_warnings(grid, found.upper, lengths)),
    )


def _rasters(
    model: Model,
    coupling: str,
    grid: FloatArray,
    cl: float,
    interval: IntervalKind,
    fixed: dict[str, float],
    profile: Profile,
    expected: bool,
    track: Track,
) -> tuple[Raster, FloatArray | None]:
    """Intervals for the data, and upper ends for Asimov data if wanted."""
    table = None if profile else _table(model, coupling, grid, fixed)
    if table is None:
        return one_by_one(
            model, coupling, track(list(grid)), cl, interval, fixed=fixed, profile=profile, expected=expected
        )
    threshold = interval_threshold(cl, interval)
    data = with_planned_data(model, fixed)
    found = raster_intervals(table.with_data(data), threshold, interval)
    if not expected:
        return found, None
    upper = raster_intervals(table.with_data(asimov(model, fixed)), threshold, "upper").upper
    return found, np.where(np.isfinite(upper), upper, np.nan)


def _table(model: Model, coupling: str, grid: FloatArray, fixed: dict[str, float]) -> MassTable | None:
    """Counts over the masses; None if those without the coupling depend on the mass, and so do Asimov data."""
    table = mass_table(model, coupling, grid, fixed=fixed)
    return table if all(len(part.terms[0]) == 1 for part in table.parts) else None


def _definition(
    model: Model,
    cl: float,
    interval: IntervalKind,
    threshold: float,
    fixed: Mapping[str, float],
    profile: Profile,
) -> str:
    text = (
        f"{interval} interval at {100 * cl:g} % CL at every mass: profile likelihood, Delta(-2 ln L) = {threshold:.3f} "
        "for 1 dof from the minimum at that mass with the coupling not negative; the outer ends where several regions "
        "are allowed; d = mu in L = (d/2) Nbar sigma nu F"
    )
    if model.nuisances:
        text += "; nuisances profiled: " + ", ".join(n.describe() for n in model.nuisances)
    if profile:
        text += f"; parameters profiled: {', '.join(profile)}"
    if fixed:
        text += "; fixed: " + ", ".join(f"{n} = {v:g} {PARAMETERS[n].unit}".rstrip() for n, v in fixed.items())
    return text + "; expected: Asimov data without the coupling"


def _decay_text(natures: set[str]) -> str:
    return (
        "; decay length: mean flight before nu_4 -> nu gamma at the upper end, at the harmonic mean energy of the "
        "neutrinos that can make it, the shortest of the experiments and channels, "
        f"{' and '.join(sorted(nature.capitalize() for nature in natures))} neutrinos"
    )


def _warnings(grid: FloatArray, upper: FloatArray, lengths: FloatArray) -> list[str]:
    texts = []
    open_ends = np.isposinf(upper)
    if open_ends.any():
        texts.append(f"no upper end at {_range(grid[open_ends])}: nothing bounds the coupling there")
    short = lengths < _NEAR  # NaN is not
    if short.any():
        texts.append(
            f"at {_range(grid[short])} nu_4 decays within {_NEAR:g} m at the limit, in the detector or before it: "
            "decays are not modelled"
        )
    return texts


def _range(masses: FloatArray) -> str:
    if len(masses) == 1:
        return f"m_4 = {masses[0]:.4g} keV"
    return f"m_4 from {masses.min():.4g} to {masses.max():.4g} keV"
