"""Trigger frequencies between the thresholds of the pairs, with what they see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.typing import FloatArray

__all__ = ["RenpPlacement"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpPlacement(Result):
    """A choice of trigger frequencies for the elements of the moments.

    Attributes
    ----------
    atom : str
    E_eg : float, eV
        Energy of the transition.
    nature : str
    masses : tuple of three float, eV
    goal : str
        What the frequencies were chosen for; empty for given ones.
    triggers : array, shape (n,), eV
    thresholds : mapping of str to float, eV
        Highest frequency at which each pair is emitted, the lightest pair first; not positive for one that never is.
    elements : tuple of n_el str
    separation : array, shape (n_el, n_el)
        As of `nulight.renp.separation`: the share of the best sensitivity to the row's element that is left to tell
        it from the column's; on the diagonal, to see it.
    omega : array, shape (n_omega,), eV
    weak : array, shape (n_omega,)
        Weak spectral function.
    signals : array, shape (n_el, n_omega)
        Spectral function of each element of `size` alone.
    size : float, mu_B
    """

    kind: ClassVar[str] = "renp-placement"

    atom: str
    E_eg: float
    nature: str
    masses: tuple[float, float, float]
    goal: str
    triggers: FloatArray
    thresholds: Mapping[str, float]
    elements: tuple[str, ...]
    separation: FloatArray
    omega: FloatArray
    weak: FloatArray
    signals: FloatArray
    size: float

    @property
    def open_pairs(self) -> tuple[tuple[str, ...], ...]:
        """Pairs that are emitted at each frequency, the lightest first."""
        return tuple(tuple(pair for pair, end in self.thresholds.items() if w < end) for w in self.triggers)

    @property
    def to_closing(self) -> FloatArray:
        """Distance to the next threshold above, eV, shape (n,): there a pair closes; infinite above all of them."""
        distance = np.array(list(self.thresholds.values())) - self.triggers[:, None]
        nearest: FloatArray = np.where(distance > 0, distance, np.inf).min(axis=1)
        return nearest

    @property
    def to_opening(self) -> FloatArray:
        """Distance to the next threshold below, eV, shape (n,): there one more pair opens; infinite below all."""
        distance = self.triggers[:, None] - np.array([end if end > 0 else -np.inf for end in self.thresholds.values()])
        nearest: FloatArray = np.where(distance >= 0, distance, np.inf).min(axis=1)
        return nearest

    def closest(self, element: str) -> tuple[str, float] | None:
        """Return the rival hardest to tell from an element and their separation; None if there is no other.

        Raises
        ------
        ValueError
            If the element is not in the record.
        """
        if element not in self.elements:
            raise ValueError(f"no element {element!r} in this record; it has {', '.join(self.elements)}")
        a = self.elements.index(element)
        others = [b for b in range(len(self.elements)) if b != a]
        if not others:
            return None
        b = min(others, key=lambda b: float(self.separation[a, b]))
        return self.elements[b], float(self.separation[a, b])

    @property
    def threshold_slopes(self) -> Mapping[str, float]:
        r"""Derivative of each threshold with the mass of the lightest neutrino, eV per eV; splittings stay.

        .. math:: \frac{d\omega_{ij}}{dm_0} = -\frac{m_i+m_j}{E_{eg}}\Big(\frac{m_0}{m_i}+\frac{m_0}{m_j}\Big)
        """
        masses = np.array(self.masses)
        lightest = masses.min()
        # m_0/m_0 is 1 for a massless neutrino as well
        rates = np.divide(lightest, masses, out=np.ones(3), where=masses > lightest)
        places = {pair: (int(pair[0]) - 1, int(pair[1]) - 1) for pair in self.thresholds}
        return {
            pair: float(-(masses[i] + masses[j]) * (rates[i] + rates[j]) / self.E_eg) for pair, (i, j) in places.items()
        }

    @property
    def mass_margin(self) -> float:
        """Change of the lightest mass, eV, that moves some threshold onto a frequency, to first order."""
        slopes, reached = self.threshold_slopes, [np.inf]
        for pair, end in self.thresholds.items():
            if end > 0 and slopes[pair] < 0:
                reached.append(float(np.abs(end - self.triggers).min()) / -slopes[pair])
        return min(reached)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with the open pairs, the distances to the thresholds and how these move."""
        own: dict[str, Any] = plain(
            {
                "open_pairs": self.open_pairs,
                "to_closing": self.to_closing,
                "to_opening": self.to_opening,
                "threshold_slopes": self.threshold_slopes,
                "mass_margin": self.mass_margin,
            }
        )
        return Result.to_dict(self) | own

    def _headline(self) -> str:
        how = f" ({self.goal})" if self.goal else ""
        return f"{self.atom}: {len(self.triggers)} trigger frequencies{how}, {self.nature} neutrinos"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {
            "trigger": self.triggers,
            "open_pairs": [" ".join(pairs) for pairs in self.open_pairs],
            "to_closing": self.to_closing,
            "to_opening": self.to_opening,
        }
        return columns, {name: "eV" for name in columns if name != "open_pairs"}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for omega, pairs in zip(self.triggers, self.open_pairs, strict=True):
            yield f"{omega:.10g} eV", f"open: {', '.join(pairs) or 'none'}"
        yield from Result._lines(self)
