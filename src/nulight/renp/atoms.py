"""The three atomic levels of the process and the strength of its photon line.

An atom in the metastable level |e> goes to the ground level |g> through the virtual level |p>: the
pair of neutrinos is emitted in e -> p by the spin of the electron (M1), the photon in p -> g (E1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

__all__ = ["AtomicScheme", "M1Operator"]

M1Operator = Literal["L+2S", "2S"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomicScheme:
    """Levels of one atom, E_p > E_e > E_g, and what its rate is proportional to.

    Attributes
    ----------
    name : str
    E_eg, E_pg : float, eV
        Energies of the excited and of the virtual level above the ground level.
    gamma_pg : float, s^-1
        Rate of the E1 transition p -> g.
    spin_factor : float
        (2 J_p + 1) C_ep: multiplicity of the virtual level times the squared spin matrix element.
    levels : tuple of str
        Names of e, p and g.
    m1_operator : "L+2S" or "2S"
        What a magnetic field acts on in e -> p: the atom's whole magnetic moment, or the spin alone, as the
        literature has it, which makes four times as much of moments and charge radii. Axial couplings act on the spin.
    references : tuple of str
    sha256 : str
        Hash of the card; empty for schemes made in Python.

    Raises
    ------
    ValueError
        If the levels are inverted or a number is not positive.

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
    m1_operator: M1Operator = "L+2S"
    levels: tuple[str, str, str] = ("e", "p", "g")
    references: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def m1_share(self) -> float:
        """Squared M1 amplitude over that of the spin alone.

        L + 2S = J + S, and J does not connect levels of different J: half of the amplitude of 2S is left. The line
        strength of 3P0 - 3P1 is 2, not 8.
        """
        return 0.25 if self.m1_operator == "L+2S" else 1.0

    def __post_init__(self) -> None:
        for key, unit in {"E_eg": " eV", "E_pg": " eV", "gamma_pg": " s^-1", "spin_factor": ""}.items():
            value = getattr(self, key)
            if not 0 < value < np.inf:
                raise ValueError(f"{self.name}: {key} = {value:g}{unit} must be positive and finite")
        if self.m1_operator not in get_args(M1Operator):
            raise ValueError(
                f"{self.name}: m1_operator {self.m1_operator!r}; use 'L+2S' (the atom's) or '2S' (spin alone)"
            )
        if not self.E_pg > self.E_eg:
            raise ValueError(
                f"{self.name}: E_pg = {self.E_pg:g} eV is not above E_eg = {self.E_eg:g} eV; "
                "the virtual level p must be the highest"
            )
