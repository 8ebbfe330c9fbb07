"""Units of this wing: natural units with everything in eV, and the constants that enter, in eV.

The rest of the package works in keV, cm, s and Bohr magnetons; what leaves this wing is in those.
"""

from __future__ import annotations

import math

from nulight.constants import ALPHA, K_R2, MU_B
from nulight.constants import G_F as _G_F
from nulight.constants import HBAR_C as _HBAR_C
from nulight.constants import M_E as _M_E
from nulight.units import GeV, d, eV

__all__ = ["DAY", "E_CHARGE", "G_F", "HBAR", "HBAR_C", "KEV", "K_R2", "MU_B_EV", "M_E"]

G_F = _G_F * eV**2  # eV^-2
M_E = _M_E / eV  # eV
HBAR_C = _HBAR_C / eV  # eV cm
HBAR = HBAR_C / 2.99792458e10  # eV s; the speed of light is exact
E_CHARGE = math.sqrt(4 * math.pi * ALPHA)  # Heaviside-Lorentz
MU_B_EV = MU_B * eV / GeV  # eV^-1, e / (2 m_e)
DAY = d  # s
KEV = 1 / eV  # eV
