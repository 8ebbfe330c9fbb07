"""One table of physical constants, each with its uncertainty and source.

Module-level floats are in internal units (keV, cm, s, kg); `CONSTANTS` keeps the numbers as
published. Nothing else in the package defines a physical constant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nulight.units import GeV, MeV, fm

__all__ = ["CONSTANTS", "Constant"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A published number: value and one-sigma uncertainty in `unit`, and where it stands."""

    value: float
    uncertainty: float
    unit: str
    source: str


_CODATA = "CODATA 2022 (Mohr:2024kco)"
_PDG = "PDG 2024 (ParticleDataGroup:2024cfk)"

CONSTANTS: dict[str, Constant] = {
    "alpha": Constant(7.2973525643e-3, 1.1e-12, "1", _CODATA),
    "hbar_c": Constant(197.3269804593, 0.0, "MeV fm", "SI, exact (hbar, c, e)"),
    "G_F": Constant(1.1663788e-5, 6e-12, "GeV^-2", _PDG),
    "m_e": Constant(0.51099895069, 1.6e-10, "MeV", _CODATA),
    "m_mu": Constant(105.6583755, 2.3e-6, "MeV", _CODATA),
    "m_tau": Constant(1776.93, 0.09, "MeV", _PDG),
    "m_pi": Constant(139.57039, 0.00018, "MeV", _PDG),
    "m_W": Constant(80.3692, 0.0133, "GeV", _PDG),
    "m_u": Constant(931.49410372, 2.9e-7, "MeV", _CODATA),
    "N_A": Constant(6.02214076e23, 0.0, "mol^-1", "SI, exact"),
    "sin2_theta_w": Constant(
        0.23857, 5e-5, "1", "low-energy MS-bar value used with the radiative couplings (AtzoriCorona:2022qrf)"
    ),
}
"""Every constant the package uses, as published."""

ALPHA = CONSTANTS["alpha"].value
HBAR_C = CONSTANTS["hbar_c"].value * MeV * fm  # keV cm
G_F = CONSTANTS["G_F"].value / GeV**2  # keV^-2
M_E = CONSTANTS["m_e"].value * MeV
M_MU = CONSTANTS["m_mu"].value * MeV
M_TAU = CONSTANTS["m_tau"].value * MeV
M_PI = CONSTANTS["m_pi"].value * MeV  # charged pion
M_W = CONSTANTS["m_W"].value * GeV
M_U = CONSTANTS["m_u"].value * MeV
N_A = CONSTANTS["N_A"].value
SIN2_THETA_W = CONSTANTS["sin2_theta_w"].value

M_LEPTON = (M_E, M_MU, M_TAU)
MU_B = math.sqrt(math.pi * ALPHA) / M_E * GeV  # GeV^-1, e/(2 m_e) with e = sqrt(4 pi alpha)
K_R2 = math.sqrt(2) * math.pi * ALPHA / (3 * G_F) / HBAR_C**2  # cm^-2: shift of g_V^e per <r^2>
