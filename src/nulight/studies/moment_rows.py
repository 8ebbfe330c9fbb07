"""One experiment's view of a matrix of moments: effective moments, events, and what it allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from nulight.constants import M_E
from nulight.conventions import Conventions
from nulight.experiments import Experiment
from nulight.interactions.kinematics import heaviest_final_state
from nulight.interactions.magnetic import Moment
from nulight.models.moments import moments
from nulight.models.products import checked
from nulight.neutrinos.flux import FLAVOURS, Flux
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.results.moments import ComponentMoment, MomentsRow
from nulight.studies.moment_scale import check_any_moment, moment_counts, no_limit, scale_limit
from nulight.targets.nuclei import NuclearTarget
from nulight.typing import ComplexArray, FloatArray
from nulight.units import MeV

__all__ = ["effective_square", "is_heavy", "moments_row"]

_REFERENCE = 1e-10  # mu_B; any value gives the same effective moment
_BLIND = 1e-12  # of all moments together: an effective moment below it is one that cancels but for rounding


def is_heavy(coupling: Moment) -> bool:
    """Return whether a moment leads to the fourth state."""
    return coupling.label == "dipole"


def moments_row(experiment: Experiment, values: Mapping[str, float], *, cl: float = 0.90) -> MomentsRow:
    """Return what a point is in one experiment; arguments and errors as for `effective_moments`."""
    m_4, heaviest = float(values.get("m_4", 0.0)), _heaviest(experiment)
    couplings = moments(checked(values, ()), experiment.conventions)
    check_any_moment(values)
    heavy = any(map(is_heavy, couplings))
    components = tuple(
        _component(source.name, flux, couplings, experiment.conventions)
        for source in experiment.sources
        for flux in source.fluxes
    )
    blind = not any(part.mu_eff or part.mu_eff_heavy for part in components)
    counts = dict.fromkeys(("light", "heavy", "interference"), 0.0)
    if not blind:  # otherwise counts and limit would be those of rounding
        counts = {kind: float(found.sum()) for kind, found in moment_counts(experiment, values).items()}
    row = MomentsRow(
        experiment=experiment.name,
        status="planned" if experiment.planned else "data",
        conventions=experiment.conventions.name,
        sources=tuple(source.name for source in experiment.sources),
        mu_eff=_equivalent(experiment, counts["light"], {"mu_nu": _REFERENCE}),
        mu_eff_heavy=_equivalent(experiment, counts["heavy"], *_portals(m_4)) if heavy else 0.0,
        events=counts["light"],
        events_heavy=counts["heavy"] + counts["interference"],
        heaviest=heaviest,
        limit=no_limit(cl) if blind else scale_limit(values, experiment, cl=cl),
        components=components,
    )
    return replace(row, note=_note(row, heavy, m_4, blind))


def effective_square(square: float, strength: ComplexArray) -> float:
    """Return the squared moment that a state has of a `strength` (n, n), zero where rounding alone is left."""
    return square if square > _BLIND**2 * float(np.trace(strength).real) else 0.0


def _equivalent(experiment: Experiment, events: float, *references: Mapping[str, float]) -> float | None:
    """Moment common to all flavours that gives as many events; the references add up to it."""
    reference = sum(
        float(counts.sum())
        for point in references
        for kind, counts in moment_counts(experiment, point).items()
        if kind != "interference"
    )
    return _REFERENCE * math.sqrt(events / reference) if reference > 0 else None


def _portals(m_4: float) -> list[dict[str, float]]:
    """The same moment of every flavour, each to a state of its own: not coherent, so no flavour is special."""
    return [{f"mu_{flavour}4": _REFERENCE, "m_4": m_4} for flavour in FLAVOURS]


def _component(source: str, flux: Flux, couplings: Sequence[Moment], conventions: Conventions) -> ComponentMoment:
    squares = {True: 0.0, False: 0.0}
    total = flux.total()
    norm = total @ np.trace(flux.matrices, axis1=1, axis2=2).real
    for coupling in couplings:
        in_flavour, in_mass = coupling.strengths(flux.helicity)
        if flux.basis == "mass" and in_mass is not None:
            strength, states = in_mass, flux.matrices
        else:
            strength, states = in_flavour, flux.flavour_matrices(pmns(get_oscillation(conventions.oscillation)))
        squares[is_heavy(coupling)] += effective_square(float(total @ _traces(states, strength) / norm), strength)
    light, heavy = math.sqrt(squares[False]), math.sqrt(squares[True])
    return ComponentMoment(source=source, component=flux.name, mu_eff=light, mu_eff_heavy=heavy)


def _traces(states: ComplexArray, strength: ComplexArray) -> FloatArray:
    """Tr[R_j C] of the block that R (J, n, n) and C share, shape (J,)."""
    n = min(states.shape[-1], len(strength))
    traces: FloatArray = np.einsum("jab,ba->j", states[:, :n, :n], strength[:n, :n]).real
    return traces


def _heaviest(experiment: Experiment) -> float:
    """Largest mass of the final neutrino that any flux can make on any target, keV."""
    masses = [
        mass
        for target in experiment.targets.values()
        for mass in ([n.mass for n in target.nuclides] if isinstance(target, NuclearTarget) else [M_E])
    ]
    E = max(flux.E_max for source in experiment.sources for flux in source.fluxes)
    return max(float(heaviest_final_state(E, mass)) for mass in masses)


def _note(row: MomentsRow, heavy: bool, m_4: float, blind: bool) -> str:
    notes = []
    if heavy and row.events_heavy == 0:
        if m_4 >= row.heaviest:
            notes.append(f"too heavy: m_4 = {_energy(m_4)}, at most {_energy(row.heaviest)} can be made")
        elif any(part.mu_eff_heavy for part in row.components):
            notes.append(f"recoils with m_4 = {_energy(m_4)} lie outside the bins")
    if blind:
        notes = ["blind: its neutrinos have no effective moment"]
    if not row.limit.converged:
        notes.append("the best fit has not converged")
    return "; ".join(notes)


def _energy(value: float) -> str:
    return f"{value / MeV:.4g} MeV" if value >= MeV else f"{value:.4g} keV"
