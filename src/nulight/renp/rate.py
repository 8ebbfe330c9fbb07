r"""The macro-coherent rate: target, normalisation, and events at a trigger frequency.

Gamma = Gamma_0 I(omega) eta. The spectral function has the neutrinos, Gamma_0 the atoms: their number
enters squared, because they emit in phase, and the photons of the trigger stimulate the emission.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.renp.atoms import AtomicScheme
from nulight.renp.units import G_F, HBAR, HBAR_C

__all__ = ["RATE_CAVEAT", "Target", "rate_scale"]

RATE_CAVEAT = (
    "Gamma_0 is uncertain: its formula is from memory (yb-dinh-2012: 0.51e-3 /s here, 0.37e-3 /s remembered as "
    "published), and eta = 1 stands for a field 12 times as intense as the stated densities make at most"
)
"""What `rate_scale` rests on, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Coherently excited atoms in the field of the trigger laser.

    Attributes
    ----------
    volume : float, cm^3
    n_atoms : float, cm^-3
        Density of the coherent atoms.
    n_photons : float, cm^-3
        Density of the trigger photons.
    eta : float
        Dynamical factor: how much of the benchmark's coherence and field is there on average, 0 to 1.

    Raises
    ------
    ValueError
        If a number is not positive, or eta above 1.
    """

    volume: float = 100.0
    n_atoms: float = 1e21
    n_photons: float = 1e21
    eta: float = 1.0

    def __post_init__(self) -> None:
        for key, unit in {"volume": " cm^3", "n_atoms": " cm^-3", "n_photons": " cm^-3", "eta": ""}.items():
            value = getattr(self, key)
            if not 0 < value < np.inf:
                raise ValueError(f"{key} = {value:g}{unit} must be positive and finite")
        if self.eta > 1:
            raise ValueError(f"eta = {self.eta:g}: the dynamical factor is at most 1")


def rate_scale(scheme: AtomicScheme, target: Target) -> float:
    r"""Return Gamma_0, the rate per unit of the spectral function, s^-1.

    Parameters
    ----------
    scheme : AtomicScheme
    target : Target
        Its `eta` is included.

    Returns
    -------
    float, s^-1

    Notes
    -----
    .. math::
        \Gamma_0 = \tfrac32 n_a^2 n_\gamma V G_F^2 \gamma_{pg}\frac{E_{eg}}{E_{pg}^3}(2J_p+1)C_{ep}\,\eta

    in natural units: this is the convention of the literature, from memory. Fermi's golden rule with
    :math:`n_\gamma` photons of energy :math:`\omega` in the target and a coherence :math:`\rho_{eg}` of the atoms gives

    .. math:: \Gamma = \tfrac23 |\rho_{eg}|^2 \frac{\omega}{E_{eg}}\, \frac{\Gamma_0}{\eta}\, I(\omega)

    As :math:`|\rho_{eg}| \le \frac12` and :math:`\omega < E_{eg}/2`, the densities alone make at most eta = 1/12. The
    benchmark eta = 1 therefore stands for a field twelve times as intense; the literature counts the coherence and
    the field, in units of :math:`n E_{eg}`, into eta. We know of no published number that pins the factor down (0.37e-3
    per second for ytterbium is remembered against 0.51e-3 here). Whoever knows better gives Gamma_0 itself to the
    experiment.

    References
    ----------
    arXiv:1209.4808; 1510.00421 for volume and density of atoms

    Examples
    --------
    >>> from nulight.renp import atomic_scheme
    >>> print(f"{rate_scale(atomic_scheme('yb-dinh-2012'), Target()):.2e}")
    5.12e-04
    """
    atoms = target.n_atoms**2 * target.n_photons * target.volume * HBAR_C**6  # eV^6
    coherent = 1.5 * atoms * G_F**2 * target.eta
    line = scheme.gamma_pg * HBAR * scheme.E_eg / scheme.E_pg**3 * scheme.spin_factor
    return float(coherent * line / HBAR)
