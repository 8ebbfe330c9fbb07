"""From named parameter values to the terms of coherent scattering on nuclei.

The sibling of `electron_terms`: the same parameters, the same names of the terms, the same split
between the constant weak part and what is set beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nulight.constants import K_R2, SIN2_THETA_W
from nulight.conventions import Conventions
from nulight.interactions.interference import nuclear_interference_terms
from nulight.interactions.magnetic import Moment
from nulight.interactions.nuclear import (
    Nuclei,
    nuclear_magnetic_terms,
    nuclear_pair_terms,
    nuclear_scalar_terms,
    nuclear_vector_terms,
)
from nulight.interactions.nuclear_currents import (
    NuclearCurrent,
    NuclearScalar,
    nuclear_charge_radius_current,
    nuclear_light_vector_current,
    nuclear_millicharge_current,
    nuclear_nsi_current,
)
from nulight.interactions.propagators import CONTACT
from nulight.interactions.term import Term
from nulight.models.moments import moments
from nulight.models.own import OwnInteraction
from nulight.models.products import (
    Values,
    baseline_r2,
    charge_radius_change,
    checked,
    diagonal,
    matrices,
    mediator_products,
    millicharges,
    shift_per_r2,
    single,
)
from nulight.models.standard_model import standard_model_r2
from nulight.neutrinos.flux import Helicity
from nulight.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    from nulight.targets.nuclei import NuclearTarget

__all__ = ["nuclear_couplings", "nuclear_terms", "nuclear_weak_current"]

# g_V of protons (nu_e, nu_mu, nu_tau) and neutrons with radiative corrections and the Standard Model
# charge radii in, at SIN2_THETA_W, as used in arXiv:2205.09484 and arXiv:2303.09360. The printed
# table could not be seen; the check at hand is that, less the charge radius, the three protons agree
# to 1e-4.
_RADIATIVE_G_P = np.array([0.0382, 0.0300, 0.0256])
_RADIATIVE_G_N = -0.5117
_TREE_G_N = -0.5

# Charges of a nucleon when all quarks couple alike: three for a vector, which counts quarks; the
# scalar content of the nucleon for a scalar, from Cerdeno:2016sfi (arXiv:1604.01025).
_VECTOR_CHARGES = {"gg_vector_p": 3.0, "gg_vector_n": 3.0}
_SCALAR_CHARGES = {"gg_scalar_p": 15.1, "gg_scalar_n": 14.0}


def nuclear_weak_current(sin2_theta_w: ArrayLike, conventions: Conventions) -> NuclearCurrent:
    """Return the Standard Model current on nucleons, with its charge radius where the conventions ask for it.

    Parameters
    ----------
    sin2_theta_w : float or array (...)
    conventions : Conventions

    Returns
    -------
    NuclearCurrent
        Diagonal matrices, shapes (..., 3, 3) and (3, 3).

    Notes
    -----
    Tree: g_p = 1/2 - 2 s2w, g_n = -1/2. Radiative: the tabulated couplings less the charge radius of
    each flavour, g_p moved from the reference angle by the tree derivative.
    """
    s2w = np.asarray(sin2_theta_w, dtype=float)[..., None]
    g_p, g_n = 0.5 - 2 * s2w + np.zeros(3), _TREE_G_N
    if conventions.couplings == "radiative":
        g_p, g_n = g_p + _radiative_correction(), _RADIATIVE_G_N
    g_p = g_p - shift_per_r2(s2w, conventions) * baseline_r2(conventions)
    return NuclearCurrent("weak", CONTACT, diagonal(g_p), diagonal(np.full(3, g_n)))


def nuclear_couplings(
    values: Values, conventions: Conventions
) -> tuple[list[NuclearCurrent], list[Moment], list[NuclearScalar]]:
    """Translate parameter values into currents, moments and exchanges on nucleons.

    Parameters
    ----------
    values : mapping of str to array
        Known parameters in the units of `PARAMETERS`; leading axes (model points) broadcast.
    conventions : Conventions

    Raises
    ------
    ParameterError
        For two parameters that mean the same quantity, or a mediator without its mass.
    """
    s2w = values.get("sin2_theta_w", np.asarray(conventions.sin2_theta_w))
    currents = [nuclear_weak_current(s2w, conventions) if np.ndim(s2w) else _cached_weak(float(s2w), conventions)]
    if (r2 := charge_radius_change(values, conventions)) is not None:
        shift = shift_per_r2(np.asarray(s2w), conventions)
        currents.append(nuclear_charge_radius_current(r2, shift_per_r2=shift))
    if (q := millicharges(values)) is not None:
        currents.append(nuclear_millicharge_current(q))
    if (eps := matrices(("eps_u", "eps_d"), values)) is not None:
        currents.append(nuclear_nsi_current(eps[0], eps[1]))
    if (gg := mediator_products("vector", values, _VECTOR_CHARGES)) is not None:
        currents.append(nuclear_light_vector_current(gg[0], gg[1], single(values, "m_vector")))
    scalars = []
    if (gg := mediator_products("scalar", values, _SCALAR_CHARGES)) is not None:
        g_p, g_n = (product.astype(complex) for product in gg)
        scalars.append(NuclearScalar("light_scalar", g_p, g_n, single(values, "m_scalar")))
    return currents, moments(values, conventions), scalars


def nuclear_terms(
    values: Mapping[str, ArrayLike],
    conventions: Conventions,
    helicity: Helicity,
    target: NuclearTarget,
    *,
    own: Sequence[OwnInteraction] = (),
) -> list[Term]:
    """Return all terms of scattering on the nuclei of a target at the given parameter values.

    Parameters
    ----------
    values : mapping of str to array
        Parameters that are not set have their defaults; those of electrons have no effect.
    conventions : Conventions
        Choices about the target itself are in `target` already.
    helicity : "nu" or "nubar"
    target : NuclearTarget
    own : sequence of OwnInteraction

    Returns
    -------
    list of Term
        Cross sections of one formula unit (binding "unit").

    Raises
    ------
    ParameterError
        For an unknown parameter (the message offers close names) or a value outside its domain.
    """
    arrays = checked(values, own)
    (weak, *currents), dipoles, scalars = nuclear_couplings(arrays, conventions)
    R_n = single(arrays, "R_n") if "R_n" in arrays else None
    nuclei = Nuclei(target, R_n, conventions.hbar_c)
    return [
        *_weak_terms(weak, helicity, nuclei),
        *(term for current in currents for term in nuclear_pair_terms(weak, current, helicity, nuclei)),
        *nuclear_vector_terms(currents, helicity, nuclei),
        *nuclear_magnetic_terms(dipoles, helicity, nuclei),
        *nuclear_interference_terms(weak, dipoles, helicity, nuclei),
        *nuclear_scalar_terms(scalars, helicity, nuclei),
        *(o.nuclear_term(arrays[o.parameter.name], helicity, nuclei.seen_by("nn")) for o in _used(own, arrays)),
    ]


def _used(own: Sequence[OwnInteraction], values: Values) -> list[OwnInteraction]:
    return [o for o in own if o.target == "nuclei" and o.parameter.name in values]


@lru_cache(maxsize=64)
def _constant_terms(weak: NuclearCurrent, helicity: Helicity, nuclei: Nuclei) -> list[Term]:
    return [replace(term, constant=True) for term in nuclear_pair_terms(weak, weak, helicity, nuclei)]


def _weak_terms(weak: NuclearCurrent, helicity: Helicity, nuclei: Nuclei) -> list[Term]:
    """Terms of the weak current alone; those of a single angle are made once."""
    if weak.g_p.ndim > 2:
        return nuclear_pair_terms(weak, weak, helicity, nuclei)
    return _constant_terms(weak, helicity, nuclei)


@lru_cache(maxsize=64)
def _cached_weak(s2w: float, conventions: Conventions) -> NuclearCurrent:
    return nuclear_weak_current(s2w, conventions)


@lru_cache(maxsize=1)
def _radiative_correction() -> FloatArray:
    return _RADIATIVE_G_P - (0.5 - 2 * SIN2_THETA_W) + K_R2 * standard_model_r2()
