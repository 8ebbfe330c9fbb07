"""The atomic levels of the process and the strength of its photon line.

An atom in the metastable level |e> goes to the ground level |g> through a virtual level |p>: the
pair of neutrinos is emitted in e -> p by the spin of the electron (M1), the photon in p -> g (E1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["AtomicScheme", "PhotonExchange"]

PhotonExchange = Literal["atom", "spin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomicScheme:
    r"""Levels of one atom, E_p > E_e > E_g, and what its rate is proportional to.

    Attributes
    ----------
    name : str
    E_eg, E_pg : float, eV
        Energies of the excited and of the virtual level above the ground level.
    gamma_pg : float, s^-1
        Rate of the E1 transition p -> g.
    spin_factor : float
        (2 J_p + 1) C_ep: multiplicity of the virtual level times the squared spin matrix element.
    further_levels : tuple of (float, float)
        Other virtual levels: energy above the ground level, eV, and product of their two matrix elements over that
        of p, which has a sign.
    photon_exchange : "atom" or "spin"
        How the atom makes the virtual photon that turns into the pair: see `photon_share`. "spin" is the literature's.
    levels : tuple of str
        Names of e, p and g.
    references : tuple of str
    sha256 : str
        Hash of the card; empty for schemes made in Python.

    Raises
    ------
    ValueError
        If the levels are inverted, a number is not positive, or the exchange unknown.

    Examples
    --------
    >>> AtomicScheme(name="mine", E_eg=2.2, E_pg=2.1, gamma_pg=1e6, spin_factor=2.0)
    Traceback (most recent call last):
    ...
    ValueError: mine: E_pg = 2.1 eV is not above E_eg = 2.2 eV; the virtual level p must be the highest
    """

    name: str
    E_eg: float
    E_pg: float
    gamma_pg: float
    spin_factor: float
    further_levels: tuple[tuple[float, float], ...] = ()
    photon_exchange: PhotonExchange = "atom"
    levels: tuple[str, str, str] = ("e", "p", "g")
    references: tuple[str, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        for key, unit in {"E_eg": " eV", "E_pg": " eV", "gamma_pg": " s^-1", "spin_factor": ""}.items():
            value = getattr(self, key)
            if not 0 < value < np.inf:
                raise ValueError(f"{self.name}: {key} = {value:g}{unit} must be positive and finite")
        if self.photon_exchange not in get_args(PhotonExchange):
            raise ValueError(f"{self.name}: photon_exchange {self.photon_exchange!r}; use 'atom' or 'spin'")
        for energy in (self.E_pg, *(level for level, _ in self.further_levels)):
            if not self.E_eg < energy < np.inf:
                raise ValueError(
                    f"{self.name}: E_pg = {energy:g} eV is not above E_eg = {self.E_eg:g} eV; "
                    "the virtual level p must be the highest"
                )

    def amplitude(self, omega: ArrayLike) -> FloatArray:
        r"""Return the sum over virtual levels, 1 / (E_pg - omega) if there is one, shape of `omega`, eV^-1.

        Parameters
        ----------
        omega : array (...), eV
            Energy of what is emitted in p -> g.

        Notes
        -----
        .. math:: \sum_p c_p / (E_{pg} - \omega)

        Neither the spin in e -> p nor the dipole in p -> g changes what the other one does, so that levels which
        share a configuration interfere destructively: 3P1 of a pair of electrons reaches the singlet ground level by
        its admixture of 1P1 only, whose own admixture of 3P1 has the opposite sign and the same size (c = -1).
        """
        x = np.asarray(omega, float)
        total: FloatArray = 1 / (self.E_pg - x)
        for energy, weight in self.further_levels:
            total = total + weight / (energy - x)
        return total

    def photon_share(self, omega: ArrayLike) -> FloatArray:
        r"""Return the rate of pairs from a virtual photon over that of the spin alone, shape of `omega`.

        Notes
        -----
        One for "spin": the spin of the electron emits the virtual photon in e -> p. For "atom"

        .. math:: \frac14\Big[1 + \frac{q_0}{\omega}\frac{A(q_0)}{A(\omega)}\Big]^2, \quad q_0 = E_{eg}-\omega

        with A the `amplitude`. The quarter: the M1 operator is L + 2S = J + S, and J does not connect levels of
        different J, so that half of the amplitude of 2S is left (the line strength of 3P0 - 3P1 is 2, not 8). The
        bracket: the trigger photon may as well be emitted in e -> p (M1) and the virtual one in p -> g (E1). The two
        orders add up for J = 0 -> 1 -> 0, :math:`E_1\cdot B_2 + B_1\cdot E_2`, and are equal at omega = q_0: near the
        thresholds the share is one within per cents, far below it is larger. Axial currents and scalars have no such
        partner. Summed spins ("trace") take it as a factor.
        """
        x = np.asarray(omega, float)
        if self.photon_exchange == "spin":
            return np.ones_like(x)
        q_0 = self.E_eg - x
        share: FloatArray = (1 + q_0 / x * self.amplitude(q_0) / self.amplitude(x)) ** 2 / 4
        return share
