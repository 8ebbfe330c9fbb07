"""Closed forms behind nuclear recoils: kinematics, couplings, form factors, fluxes, moments."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from nulight.constants import M_E, M_LEPTON, M_TAU, M_W
from nulight.conventions import get_conventions
from nulight.interactions.kinematics import E_nu_min, T_max, heaviest_final_state
from nulight.literature.limits import published_limits
from nulight.models.mass_basis import moment_strength
from nulight.models.minimal import dirac_moments, majorana_moments
from nulight.models.nuclear_terms import nuclear_weak_current
from nulight.models.products import baseline_r2, shift_per_r2
from nulight.models.standard_model import standard_model_r2
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.sources.pion_decay import pion_decay_source
from nulight.sources.reactor import reactor_source
from nulight.studies.cross_sections import cross_section
from nulight.studies.minimal import minimal_predictions
from nulight.targets.form_factors import form_factor, klein_nystrand
from nulight.targets.nuclei import get_nuclear_target
from nulight.units import MeV, eV
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace

__all__ = [
    "coherent_total",
    "form_factor_radius",
    "heaviest_sterile",
    "minimal_gap",
    "minimal_moment",
    "nuclear_recoil_maximum",
    "nucleon_coupling",
    "nucleon_coupling_difference",
    "pion_decay_line",
    "reactor_share",
    "sm_charge_radius",
    "transition_moment_identity",
]

_SMALL_Q = 1e-3  # fm^-1, where the next term of the form factor is 1e-6 of the first


def nuclear_recoil_maximum(work: Workspace, *, element: str, E_keV: float) -> Measured:  # noqa: ARG001
    """Largest recoil, eV, of the mean nucleus of an element."""
    target = get_nuclear_target(element)
    masses = [n.mass for n in target.nuclides]
    mass = float(np.average(masses, weights=target.numbers))
    details = {"lightest": float(T_max(E_keV, min(masses))) / eV, "heaviest": float(T_max(E_keV, max(masses))) / eV}
    return Measured(float(T_max(E_keV, mass)) / eV, details)


def coherent_total(work: Workspace, *, nuclide: str, E_keV: float, conventions: str) -> Measured:  # noqa: ARG001
    """Total coherent cross section without form factor, cm^2."""
    record = get_conventions(conventions).with_changes(form_factor="unity")
    nodes, weights = np.polynomial.legendre.leggauss(8)  # a polynomial in T: exact
    half = float(T_max(E_keV, get_nuclear_target(nuclide).nuclides[0].mass)) / 2
    rate = cross_section(nuclide, "nu_e", E_keV, half * (1 + nodes), conventions=record).total
    return Measured(math.fsum(half * weights * rate))


def form_factor_radius(work: Workspace, *, form_factor: str, radius: float) -> Measured:  # noqa: ARG001
    """Root-mean-square radius, fm, from the form factor at small q."""
    return Measured(math.sqrt(6 * (1 - _form_factor(form_factor, radius))) / _SMALL_Q)


def nucleon_coupling(
    work: Workspace,  # noqa: ARG001
    *,
    flavour: str,
    nucleon: Literal["p", "n"],
    conventions: str = "default",
) -> Measured:
    """Vector coupling of a nucleon to a flavour."""
    return Measured(*_coupling(flavour, nucleon, conventions))


def nucleon_coupling_difference(work: Workspace, *, first: str, second: str) -> Measured:  # noqa: ARG001
    """Vector coupling of the proton to one flavour less that to another."""
    (one, _), (other, _) = (_coupling(flavour, "p", "default") for flavour in (first, second))
    return Measured(one - other)


def sm_charge_radius(work: Workspace, *, flavour: str) -> Measured:  # noqa: ARG001
    """Charge radius of the Standard Model, cm^2."""
    return Measured(float(standard_model_r2()[FLAVOURS.index(flavour)]))


def pion_decay_line(work: Workspace) -> Measured:  # noqa: ARG001
    """Energy of the prompt nu_mu, MeV."""
    source = pion_decay_source(protons=1.0, run_time=1.0, yield_per_flavour=1.0, distance=1.0)
    (flux,) = (flux for flux in source.fluxes if flux.name == "nu_mu")
    return Measured(flux.E_max / MeV)


def reactor_share(work: Workspace, *, above_MeV: float) -> Measured:  # noqa: ARG001
    """Share of the antineutrinos above an energy."""
    above = total = 0.0
    for flux in reactor_source(total_flux=1.0).fluxes:
        total += float(flux.total().sum())
        above += float(flux.moments(np.array([above_MeV * MeV]))[0].sum())
    return Measured(above / total)


def heaviest_sterile(work: Workspace, *, E_MeV: float, T_MeV: float | None = None) -> Measured:  # noqa: ARG001
    """Largest mass of a final neutrino on an electron, MeV; with a smallest recoil of T."""
    if T_MeV is None:
        return Measured(float(heaviest_final_state(E_MeV * MeV, M_E)) / MeV)
    T = T_MeV * MeV
    spare = E_MeV * MeV / float(E_nu_min(T, M_E)) - 1  # E_nu_min grows by 1 + m^2 / (2 M T)
    return Measured(math.sqrt(2 * M_E * T * spare) / MeV)


def transition_moment_identity(work: Workspace) -> Measured:  # noqa: ARG001
    """Largest relative difference of two forms of mu_eff^2 of three Majorana transition moments."""
    L, U = np.array([0.7 + 0.2j, -0.3 + 0.9j, 0.5 - 0.4j]), pmns(get_oscillation("nufit-6.0-no"))
    moments = np.array([[0, L[2], -L[1]], [-L[2], 0, L[0]], [L[1], -L[0], 0]])
    whole = float(np.sum(np.abs(L) ** 2))
    strength = np.diag(moment_strength(moments, U)).real
    closed = whole - np.abs(U @ L) ** 2
    return Measured(float(np.max(np.abs(strength / closed - 1))), {"mu_e": float(strength[0]) / whole})


def minimal_moment(
    work: Workspace,  # noqa: ARG001
    *,
    nature: Literal["dirac", "majorana"],
    element: Literal["diagonal", "transition"],
    over: Literal["tau", "W"] = "tau",
) -> Measured:
    """Moment of the minimal model, mu_B per eV of m_k, or of m_k + m_j and (m_l / m_tau)^2 or (m_l / m_W)^2."""
    if element == "diagonal":
        return Measured(float(dirac_moments(np.ones(3), np.eye(3))[0][0, 0].real))
    U = pmns(get_oscillation("nufit-6.0-no"), majorana=(0.7, 1.9))
    masses = (np.array(M_LEPTON) / (M_TAU if over == "tau" else M_W)) ** 2
    gim = complex(np.sum(U[:, 1].conj() * U[:, 2] * masses))
    if nature == "dirac":
        mu = complex(dirac_moments(np.ones(3), U)[0][1, 2])
        return Measured(abs(mu / (2 * gim)))
    mu = complex(majorana_moments(np.ones(3), U)[0][1, 2])
    return Measured(abs(mu / (2 * gim.imag)), {"factor": (M_W / M_TAU) ** 2})


def minimal_gap(work: Workspace, *, parameter: str, experiment: str) -> Measured:
    """Orders of magnitude from a published bound down to the largest moment of the minimal model, up to 0.8 eV."""
    prediction = work.kept("minimal predictions", minimal_predictions)
    upper = next(b.upper for b in published_limits(parameter) if b.experiment == experiment)
    assert upper is not None
    largest = float(prediction.band("dirac", "diagonal")[1].max())
    majorana = prediction.orders_below(upper, "majorana", "transition")
    details = {"bound": upper, "largest": largest, "majorana": majorana}
    return Measured(prediction.orders_below(upper, "dirac", "diagonal"), details)


def _form_factor(name: str, radius: float) -> float:
    if name == "klein-nystrand-sphere":
        return float(klein_nystrand(_SMALL_Q, radius))
    return float(form_factor(name, _SMALL_Q, radius))


def _coupling(flavour: str, nucleon: str, conventions: str) -> tuple[float, dict[str, float]]:
    record, i = get_conventions(conventions), FLAVOURS.index(flavour)
    current = nuclear_weak_current(record.sin2_theta_w, record)
    if nucleon == "n":
        assert current.g_n is not None
        return float(current.g_n[i, i].real), {"charge_radius": 0.0}
    shift = float(shift_per_r2(np.asarray(record.sin2_theta_w), record)) * float(baseline_r2(record)[i])
    return float(current.g_p[..., i, i].real.squeeze()), {"charge_radius": 0.0 - shift}
