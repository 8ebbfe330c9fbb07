r"""Millicharge on whole atoms by equivalent photons.

The field of a fast charge is close to a beam of photons. Absorbed by an atom they set free its
electrons with an energy transfer T, and the measured photo-absorption knows all about the binding.

Derivation. A charge q of mass m and energy E passes at the distance b. Its transverse field at the
frequency T is that of a wave for b < gamma / T with gamma = E / m, and falls off beyond; the photons
per T and area there are :math:`(\alpha q^2 / \pi^2 T) / b^2`. Integrated over :math:`2 \pi b\,db` from
b = 1/T, below which a photon of that energy is no plane wave, to gamma / T:

.. math:: n(T) = \frac{2 \alpha q^2}{\pi T} \ln\frac{E}{m_\nu}, \qquad
          \frac{d\sigma}{dT} = n(T)\, \sigma_\gamma(T) .

Validity. T << E, T above the edges that matter, and photo-absorption that is dominated by
virtualities below T^2; this is the leading logarithm. Terms of the order of one beside it are left
out (with the same ends in the virtuality, -1/2: 4 % at E = 1 MeV), and m_nu = 1 eV is a choice: a
factor ten in it moves the cross section by 17 % there. Scattering off the electrons one by one is
missing, and so is the interference with the weak amplitude. Over stepping electrons the ratio in
xenon at E = 0.3 MeV is 12 (1 keV), 4.9 (2 keV), 1.8 (10 keV) and 0.4 (100 keV): where it falls
below one, the electrons are all but free and this description has ended.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from nulight.constants import ALPHA, M_E
from nulight.interactions.term import MomentKinematics, Term
from nulight.interactions.vector import hermitian_product
from nulight.neutrinos.flux import Helicity
from nulight.targets import Material
from nulight.targets.photoabsorption import photo_absorption
from nulight.typing import ArrayLike, FloatArray
from nulight.units import eV

__all__ = ["M_NU", "equivalent_photon_term"]

M_NU = 1 * eV
"""Neutrino mass in the logarithm."""


def equivalent_photon_term(q: ArrayLike, material: Material, helicity: Helicity) -> Term:
    """Return the millicharge term of one formula unit of a material.

    Parameters
    ----------
    q : array, shape (..., N, N), e
        Electric charge of the neutrino, Hermitian in flavour; off-diagonal charges add incoherently.
    material : Material
    helicity : "nu" or "nubar"

    Notes
    -----
    dsigma/dT = (2 alpha / pi) q^2 sigma_gamma(T) / T ln(E / 1 eV) inside the recoil limits of a free
    electron; zero below the table of photo-absorption and an error above it.

    References
    ----------
    arXiv:1405.7168; form of the package derived in the module's text
    """
    charge = np.asarray(q, dtype=complex)
    matrix = hermitian_product(charge, charge) / 2
    matrix = matrix.conj() if helicity == "nubar" else matrix
    return Term("millicharge", _kinematics(material), matrix, helicity)


@lru_cache(maxsize=16)
def _kinematics(material: Material) -> MomentKinematics:
    absorption = photo_absorption(material)

    def coefficients(T: FloatArray) -> FloatArray:
        log = 2 * ALPHA / np.pi * absorption.cross_section(T) / T
        zero = np.zeros_like(T)
        return np.stack([-math.log(M_NU) * log, zero, zero, log])

    name = f"equivalent photons on {material.name}"
    return MomentKinematics(name, M_E, coefficients, 0.0, "unit", absorption.edges)
