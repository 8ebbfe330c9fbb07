"""Differential cross sections of one neutrino on one target, before any flux or detector.

The library face of `nulight xsec`: the same terms that the rate integration folds, evaluated at
one neutrino energy and summed by interaction, on electrons or on nuclei.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from nulight._version import __version__
from nulight.conventions import Conventions, get_conventions
from nulight.interactions.kinematics import E_threshold, T_max, T_min
from nulight.interactions.term import Term
from nulight.models.couplings import OwnInteraction, electron_terms, nuclear_terms
from nulight.neutrinos.flux import FLAVOURS, Helicity, pure_flavour
from nulight.results import CrossSectionResult
from nulight.targets import get_material
from nulight.targets.nuclei import get_nuclear_target
from nulight.targets.photoabsorption import photo_absorption
from nulight.typing import ArrayLike, FloatArray

__all__ = ["NEUTRINOS", "Channel", "cross_section"]

Channel = Literal["electron-recoil", "nuclear-recoil"]

NEUTRINOS = tuple(f"{kind}_{flavour}" for kind in ("nu", "nubar") for flavour in FLAVOURS)
"""Neutrinos by name: nu_e, ... nubar_tau."""

_PORTAL, _INTERFERENCE = "dipole", "weak*dipole"
_FIRST_ORDER = "; interference of first order in the mixing with the sterile neutrino, its weak production neglected"

ElectronFactor = Callable[[FloatArray, Any], FloatArray]

_NUCLIDE = re.compile(r"[A-Z][a-z]?\d{2,3}")
_CITATIONS = {
    "weak": ("Vogel:1989iv",),
    "magnetic": ("Vogel:1989iv", "Giunti:2014ixa"),
    "dipole": ("Miranda:2021kre",),
    "weak*dipole": ("arXiv:hep-ph/9708279", "Miranda:2021kre"),
    "charge_radius": ("Cadeddu:2018dux", "Giunti:2014ixa"),
    "millicharge": ("Giunti:2014ixa",),
    "light_scalar": ("Cerdeno:2016sfi",),
    "nsi": ("arXiv:hep-ph/0508299",),
}
"""Sources of the formulas by the label of the term."""
_NUCLEAR_CITATIONS = _CITATIONS | {"weak": ("Cadeddu:2018dux", "arXiv:2205.09484"), "magnetic": ("Giunti:2014ixa",)}
_EPA_CITATIONS = _CITATIONS | {"millicharge": ("arXiv:1405.7168",)}


def cross_section(
    target: str,
    nu: str,
    E_nu: float,
    T: ArrayLike,
    parameters: Mapping[str, float] | None = None,
    *,
    channel: Channel | None = None,
    conventions: str | Path | Conventions = "default",
    own: Sequence[OwnInteraction] = (),
) -> CrossSectionResult:
    """Return dsigma/dT of a neutrino of one flavour, in total and by interaction.

    Parameters
    ----------
    target : str
        ``"electron"``, free and at rest; a nuclide such as ``"Xe131"``; or an element or compound
        such as ``"Xe"``: its electrons with their binding, or its nuclei, of one formula unit.
    nu : str
        nu_e, nu_mu, nu_tau, nubar_e, nubar_mu or nubar_tau.
    E_nu : float, keV
        Neutrino energy.
    T : float or array, shape (n_T,), keV
        Recoil energy; for bound electrons the energy transfer.
    parameters : mapping of str to float, optional
        Physics parameters in the units of `PARAMETERS`; those not set have their defaults. A
        transition moment (``mu_e4``) takes the mass of the sterile neutrino from ``m_4``.
    channel : "electron-recoil" or "nuclear-recoil", optional
        What recoils. Electrons if not given, except for a nuclide, which has none.
    conventions : preset name, path of a YAML file, or Conventions
    own : sequence of OwnInteraction

    Returns
    -------
    CrossSectionResult
        cm^2/keV; zero outside the kinematic limits, which is then said in its warnings.

    Raises
    ------
    ValueError
        If target or neutrino are unknown, the target has no such channel, an energy is not positive, a
        parameter is unknown or outside its domain, or RRPA is asked for outside its table.

    Notes
    -----
    Terms are named by interaction, ``"a*b"`` is the interference of two and may be negative. The
    charge radius of the Standard Model is part of "weak"; "charge_radius" is what exceeds it. The
    interference of a moment with the weak part, "weak*dipole", asks for a heavy final neutrino and
    its mixing (``kappa`` or ``theta_14``...), and is of first order in the mixing.

    Examples
    --------
    >>> weak = cross_section("electron", "nu_e", 747.0, 100.0, conventions="tree")
    >>> f"{weak.total[0]:.3e} {weak.unit}"
    '9.858e-48 cm^2/keV'
    >>> f"{cross_section('Xe131', 'nu_e', 10e3, 1.0).total[0]:.2e}"
    '1.06e-39'
    """
    record = get_conventions(conventions)
    helicity = _helicity(nu)
    recoils = _checked_energies(E_nu, T)
    values = dict(parameters or {})
    scene = _scene(target, channel, record)
    terms = scene.terms(values, helicity, own)
    by_label = _evaluate(terms, pure_flavour(nu), recoils, float(E_nu), scene.electrons)
    return CrossSectionResult(
        target=target,
        nu=nu,
        E_nu=float(E_nu),
        T=recoils,
        total=sum(by_label.values(), np.zeros_like(recoils)),
        terms=by_label,
        parameters=values,
        definition=scene.definition + (_FIRST_ORDER if _INTERFERENCE in by_label else ""),
        conventions=record.to_dict(),
        provenance={"version": __version__},
        citations=tuple(dict.fromkeys([*_formula_citations(by_label, scene.formulas), *scene.citations])),
        warnings=(*_without_effect(values, by_label), *_limits_exceeded(terms, recoils, float(E_nu))),
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """What recoils: its terms, how the electrons in them are counted, and where the numbers are from."""

    terms: Callable[[Mapping[str, float], Helicity, Sequence[OwnInteraction]], list[Term]]
    electrons: ElectronFactor
    definition: str
    formulas: Mapping[str, tuple[str, ...]]
    citations: tuple[str, ...] = ()


def _scene(target: str, channel: Channel | None, conventions: Conventions) -> _Scene:
    if channel is not None and channel not in get_args(Channel):
        raise ValueError(f"unknown channel {channel!r}; use one of: {', '.join(get_args(Channel))}")
    nuclide = bool(_NUCLIDE.fullmatch(target))
    if (channel or ("nuclear-recoil" if nuclide else "electron-recoil")) == "nuclear-recoil":
        return _nuclei(target, conventions)
    if nuclide:
        raise ValueError(f"target {target!r} is a nucleus without electrons; use its element or nuclear-recoil")
    return _free_electron(conventions) if target == "electron" else _bound_electrons(target, conventions)


def _free_electron(conventions: Conventions) -> _Scene:
    def terms(values: Mapping[str, float], helicity: Helicity, own: Sequence[OwnInteraction]) -> list[Term]:
        return electron_terms(values, conventions, helicity, own=own, atomic="free")

    return _Scene(terms, _once, "dsigma/dT on one free electron at rest", _CITATIONS)


def _bound_electrons(target: str, conventions: Conventions) -> _Scene:
    material = get_material(target, conventions.shells)
    epa = conventions.millicharge == "epa"

    def terms(values: Mapping[str, float], helicity: Helicity, own: Sequence[OwnInteraction]) -> list[Term]:
        return electron_terms(values, conventions, helicity, own=own, material=material)

    def electrons(T: FloatArray, binding: Any) -> FloatArray:
        return _once(T, binding) if binding == "unit" else material.electron_factor(T, binding)

    how = f"electrons counted as {conventions.atomic!r}" + (", a millicharge by equivalent photons" if epa else "")
    definition = f"dsigma/dT on the electrons of one formula unit of {target}, {how}"
    citations = material.citations + (photo_absorption(material).citations if epa else ())
    return _Scene(terms, electrons, definition, _EPA_CITATIONS if epa else _CITATIONS, citations)


def _nuclei(target: str, conventions: Conventions) -> _Scene:
    if target == "electron":
        raise ValueError("target 'electron' has no nucleus; use a nuclide, an element or a compound")
    nuclei = get_nuclear_target(
        target,
        form_factor=conventions.form_factor,
        radii=conventions.nuclear_radii,
        isotopes=conventions.isotopes,
        masses=conventions.nuclear_masses,
    )

    def terms(values: Mapping[str, float], helicity: Helicity, own: Sequence[OwnInteraction]) -> list[Term]:
        return nuclear_terms(values, conventions, helicity, nuclei, own=own)

    what = f"one nucleus {target}" if _NUCLIDE.fullmatch(target) else f"the nuclei of one formula unit of {target}"
    definition = f"dsigma/dT on {what}, form factor {conventions.form_factor!r}"
    return _Scene(terms, _once, definition, _NUCLEAR_CITATIONS, nuclei.citations)


def _once(T: FloatArray, _: Any) -> FloatArray:
    return np.ones_like(T)


def _evaluate(
    terms: Sequence[Term], density: Any, T: FloatArray, E_nu: float, electrons: ElectronFactor
) -> dict[str, FloatArray]:
    """Sum the terms of each label, arrays (n_T,)."""
    result: dict[str, FloatArray] = {}
    for term in terms:
        strength = float(term.weights(density)[0])
        # a term that does not act on this flavour need not be defined here (RRPA outside its table)
        value = strength * term.kinematics.dsigma_dT(T, E_nu) if strength else np.zeros_like(T)
        reached = value != 0
        value[reached] *= electrons(T[reached], term.kinematics.binding)
        result[term.label] = result.get(term.label, np.zeros_like(T)) + value
    return result


def _helicity(nu: str) -> Helicity:
    if nu not in NEUTRINOS:
        raise ValueError(f"unknown neutrino {nu!r}; use one of: {', '.join(NEUTRINOS)}")
    return "nubar" if nu.startswith("nubar") else "nu"


def _checked_energies(E_nu: float, T: ArrayLike) -> FloatArray:
    recoils = np.atleast_1d(np.asarray(T, dtype=float))
    for name, values in (("E_nu", np.atleast_1d(float(E_nu))), ("T", recoils)):
        if not np.all((values > 0) & np.isfinite(values)):
            raise ValueError(f"{name} = {values[~((values > 0) & np.isfinite(values))][0]} keV must be positive")
    if recoils.ndim != 1:
        raise ValueError(f"T must be a number or one list, got shape {recoils.shape}")
    return recoils


def _formula_citations(labels: Mapping[str, Any], formulas: Mapping[str, tuple[str, ...]]) -> list[str]:
    parts = (part for label in labels for part in (label, *label.split("*")))
    return [source for part in parts for source in formulas.get(part, ())]


def _without_effect(values: Mapping[str, float], labels: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which parameters of the sterile neutrino are set in vain."""
    portal, missing = (
        _PORTAL in labels,
        "no moment to the sterile neutrino is set (mu_e4, mu_mu4, mu_tau4, lambda_14...)",
    )
    messages = []
    if "m_4" in values and not portal:
        messages.append(f"m_4 = {values['m_4']:g} keV has no effect: {missing}")
    if "kappa" in values and _INTERFERENCE not in labels:
        reason = "its interference goes with m_4, which is zero" if portal else missing
        messages.append(f"kappa = {values['kappa']:g} has no effect: {reason}")
    return tuple(messages)


def _limits_exceeded(terms: Sequence[Term], T: FloatArray, E_nu: float) -> tuple[str, ...]:
    masses = np.array(sorted({mass for term in terms for mass in term.kinematics.masses}))
    messages = []
    for m in sorted({term.kinematics.m_final for term in terms}):
        what = f"a final neutrino of {m:g} keV" if m else "a massless final neutrino"
        reached = [float(mass) for mass in masses if E_threshold(mass, m) <= E_nu]
        if not reached:
            lowest_threshold = E_threshold(float(masses[-1]), m)
            messages.append(f"E_nu = {E_nu:g} keV is below the threshold of {what}, {lowest_threshold:.6g} keV")
            continue
        lowest = min(float(T_min(E_nu, mass, m)) for mass in reached)
        highest = max(float(T_max(E_nu, mass, m)) for mass in reached)
        if np.any((T < lowest) | (T > highest)):
            messages.append(f"T outside {lowest:.6g}-{highest:.6g} keV gives zero for {what}")
    return tuple(messages)
