"""An interaction of your own: a light pseudoscalar that neutrinos and electrons exchange.

Its cross section is that of the scalar with 2 m_e + T replaced by T: Tr[(p' + m)(p + m)] = 4 m (2 m + T) becomes 4 m T.
"""

import numpy as np

import nulight as nl
from nulight.constants import HBAR_C, M_E

MASS = 10.0  # keV


def pseudoscalar(T, E_nu):
    """Cross section at unit couplings, cm^2/keV."""
    return M_E * T**2 / (8 * np.pi * E_nu**2 * (2 * M_E * T + MASS**2) ** 2) * HBAR_C**2


coupling = nl.Parameter(
    name="g_pseudoscalar", unit="", latex="g_P", description="coupling of a pseudoscalar", lower=0.0, scale=1e-6
)
interaction = nl.OwnInteraction(parameter=coupling, dsigma_dT=pseudoscalar, power=4)  # g_nu^2 g_e^2
experiment = nl.load("xenonnt-2022-er", own=[interaction])
print(nl.limit(experiment, "g_pseudoscalar"))
