"""Differential cross sections of one neutrino on one target, before any flux or detector.

The library face of `nulight xsec`: the same terms that the rate integration folds, evaluated at
one neutrino energy and summed by interaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nulight._version import __version__
from nulight.constants import M_E
from nulight.conventions import Conventions, get_conventions
from nulight.interactions.kinematics import E_threshold, T_max, T_min
from nulight.interactions.term import Term
from nulight.models.couplings import OwnInteraction, electron_terms
from nulight.neutrinos.flux import FLAVOURS, Helicity, pure_flavour
from nulight.results import CrossSectionResult
from nulight.targets import Material, get_material
from nulight.typing import ArrayLike, FloatArray

__all__ = ["NEUTRINOS", "cross_section"]

NEUTRINOS = tuple(f"{kind}_{flavour}" for kind in ("nu", "nubar") for flavour in FLAVOURS)
"""Neutrinos by name: nu_e, ... nubar_tau."""

ElectronFactor = Callable[[FloatArray, Any], FloatArray]

_NUCLIDE = re.compile(r"[A-Z][a-z]?-?\d{1,3}|\d{1,3}-?[A-Z][a-z]?|nucleus")
_CITATIONS = {
    "weak": ("Vogel:1989iv",),
    "magnetic": ("Vogel:1989iv", "Giunti:2014ixa"),
    "dipole": ("Miranda:2021kre",),
    "charge_radius": ("Cadeddu:2018dux", "Giunti:2014ixa"),
    "millicharge": ("Giunti:2014ixa",),
    "light_scalar": ("Cerdeno:2016sfi",),
}
"""Sources of the formulas by the label of the term."""


def cross_section(
    target: str,
    nu: str,
    E_nu: float,
    T: ArrayLike,
    parameters: Mapping[str, float] | None = None,
    *,
    conventions: str | Path | Conventions = "default",
    own: Sequence[OwnInteraction] = (),
) -> CrossSectionResult:
    """Return dsigma/dT of a neutrino of one flavour, in total and by interaction.

    Parameters
    ----------
    target : str
        ``"electron"``, free and at rest, or a material such as ``"Xe"``, whose electrons are counted
        with their binding: per atom, or per formula unit of a compound.
    nu : str
        nu_e, nu_mu, nu_tau, nubar_e, nubar_mu or nubar_tau.
    E_nu : float, keV
        Neutrino energy.
    T : float or array, shape (n_T,), keV
        Recoil energy; for bound electrons the energy transfer.
    parameters : mapping of str to float, optional
        Physics parameters in the units of `PARAMETERS`; those not set have their defaults. A
        transition moment (``mu_e4``) takes the mass of the sterile neutrino from ``m_4``.
    conventions : preset name, path of a YAML file, or Conventions
    own : sequence of OwnInteraction

    Returns
    -------
    CrossSectionResult
        cm^2/keV; zero outside the kinematic limits, which is then said in its warnings.

    Raises
    ------
    ValueError
        If target or neutrino are unknown, an energy is not positive, a parameter is unknown or
        outside its domain, or RRPA is asked for outside its table.

    Notes
    -----
    Terms are named by interaction, ``"a*b"`` is the interference of two and may be negative. The
    charge radius of the Standard Model is part of "weak"; "charge_radius" is what exceeds it.

    Examples
    --------
    >>> weak = cross_section("electron", "nu_e", 747.0, 100.0, conventions="tree")
    >>> f"{weak.total[0]:.3e} {weak.unit}"
    '9.858e-48 cm^2/keV'
    """
    record = get_conventions(conventions)
    helicity = _helicity(nu)
    recoils = _checked_energies(E_nu, T)
    electrons, atomic, citations = _electrons(target, record)
    values = dict(parameters or {})
    terms = electron_terms(values, record, helicity, own=own, atomic=atomic)
    by_label = _evaluate(terms, pure_flavour(nu), recoils, float(E_nu), electrons)
    return CrossSectionResult(
        target=target,
        nu=nu,
        E_nu=float(E_nu),
        T=recoils,
        total=sum(by_label.values(), np.zeros_like(recoils)),
        terms=by_label,
        parameters=values,
        definition=_definition(target, atomic),
        conventions=record.to_dict(),
        provenance={"version": __version__},
        citations=tuple(dict.fromkeys([*_formula_citations(by_label), *citations])),
        warnings=_limits_exceeded(terms, recoils, float(E_nu)),
    )


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


def _electrons(target: str, conventions: Conventions) -> tuple[ElectronFactor, str, tuple[str, ...]]:
    """Return how electrons are counted, the atomic description, and its sources."""
    if target == "electron":
        return lambda T, _: np.ones_like(T), "free", ()
    if _NUCLIDE.fullmatch(target):
        raise ValueError(
            f"target {target!r}: nuclear recoils come with a later release; use 'electron', or a material "
            "such as 'Xe' for its electrons"
        )
    material: Material = get_material(target, conventions.shells)
    return material.electron_factor, conventions.atomic, material.citations


def _definition(target: str, atomic: str) -> str:
    if target == "electron":
        return "dsigma/dT on one free electron at rest"
    return f"dsigma/dT on the electrons of one formula unit of {target}, electrons counted as {atomic!r}"


def _formula_citations(labels: Mapping[str, Any]) -> list[str]:
    return [source for label in labels for part in label.split("*") for source in _CITATIONS.get(part, ())]


def _limits_exceeded(terms: Sequence[Term], T: FloatArray, E_nu: float) -> tuple[str, ...]:
    messages = []
    for m in sorted({term.kinematics.m_final for term in terms}):
        what = f"a final neutrino of {m:g} keV" if m else "a massless final neutrino"
        if E_nu < (threshold := E_threshold(M_E, m)):
            messages.append(f"E_nu = {E_nu:g} keV is below the threshold of {what}, {threshold:.6g} keV")
            continue
        lowest, highest = float(T_min(E_nu, M_E, m)), float(T_max(E_nu, M_E, m))
        if np.any((T < lowest) | (T > highest)):
            messages.append(f"T outside {lowest:.6g}-{highest:.6g} keV gives zero for {what}")
    return tuple(messages)
