"""Rows of templates as samples of HistFactory: (nominal + sum of shifts) times factors.

A shift belongs to one nuisance with a Gaussian constraint (``histosys``). Factors are free parameters
(``normfactor``) and one single constrained one (``lumi``). What has another form, such as the product
of two constrained nuisances, is left out and listed with its size.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from nulight.exchange.written import Channel, Row, WrittenModel
from nulight.typing import FloatArray

__all__ = ["Omission", "Sample", "best_lumi", "samples"]

Monomial = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sample:
    """Counts of one group of components, times the couplings and nuisances in `factors`.

    Attributes
    ----------
    name : str
    nominal : array, shape (n_bins,)
    up, down : dict of str to array (n_bins,)
        Shift of the counts by each nuisance at plus and minus one standard deviation.
    factors : tuple of str
        Couplings (to their only power) and nuisances (1 + u) that multiply the sample.
    """

    name: str
    nominal: FloatArray
    up: dict[str, FloatArray]
    down: dict[str, FloatArray]
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A term the format has no words for.

    Attributes
    ----------
    channel, sample : str
    nuisances : tuple of str
        Those whose product it is; the same name twice is a square, which is kept at one standard
        deviation and interpolated in between.
    size : float
        Its counts with every nuisance at one standard deviation and couplings at their unit, in standard deviations
        of the data: root of the sum over bins of counts^2 / max(nominal counts, 1).
    """

    channel: str
    sample: str
    nuisances: tuple[str, ...]
    size: float

    @property
    def interpolated(self) -> bool:
        """Whether it is the square of one nuisance: not left out but interpolated."""
        return len(self.nuisances) == 2 and self.nuisances[0] == self.nuisances[1]


def best_lumi(written: WrittenModel) -> str | None:
    """Return the Gaussian nuisance that leaves the least out when it is the one constrained factor."""
    plain = {name for channel in written.channels for row in channel.rows for name in row.plain}
    left = [omission for channel in written.channels for omission in samples(written, channel, None)[1]]
    gain = {
        n.name: sum(o.size**2 for o in left if o.nuisances.count(n.name) == 1 < len(o.nuisances))
        for n in written.nuisances
        if n.kind == "gaussian" and n.name not in plain
    }
    best = max(gain, key=lambda name: gain[name], default=None)
    return best if best is not None and gain[best] > 0 else None


def samples(written: WrittenModel, channel: Channel, lumi: str | None) -> tuple[list[Sample], list[Omission]]:
    """Return the samples of a channel, and what they leave out.

    Raises
    ------
    ValueError
        If a row has a nuisance without Gaussian constraint more than once.
    """
    factors = {n.name for n in written.nuisances if n.kind != "gaussian"} | ({lumi} if lumi else set())
    terms: dict[tuple[str, Monomial], dict[Monomial, FloatArray]] = {}
    for row in channel.rows:
        couplings = tuple(c.name for c, p in zip(written.couplings, row.powers, strict=True) if p)
        for (outside, shifts), sign in _expanded(channel, row, factors).items():
            own = terms.setdefault((_label(row), (*couplings, *outside)), {})
            own[shifts] = own.get(shifts, np.zeros(len(row.template))) + sign * row.template
    widths = {n.name: n.width for n in written.nuisances if n.width is not None}
    error = np.sqrt(np.maximum(channel.nominal(), 1.0))
    made: list[Sample] = []
    left: list[Omission] = []
    for (label, outside), counts in terms.items():
        at_one = {shifts: t * np.prod([widths[name] for name in shifts]) for shifts, t in counts.items()}
        made.append(_sample(" x ".join((label, *outside)), outside, at_one, np.zeros(len(error))))
        left += [
            Omission(channel=channel.name, sample=made[-1].name, nuisances=shifts, size=_size(t / error))
            for shifts, t in at_one.items()
            if len(shifts) > 1 and t.any()
        ]
    return made, left


def _expanded(channel: Channel, row: Row, factors: Collection[str]) -> dict[tuple[Monomial, Monomial], int]:
    """Multiply the (1 + u) of a row out, but for those that stay factors: (factors, shifts) -> sign.

    A factor f = 1 + u makes u to f - 1.
    """
    terms: dict[tuple[Monomial, Monomial], int] = {((), ()): 1}
    for name in (*row.scaled, *row.plain):
        if name in factors and (row.scaled + row.plain).count(name) > 1:
            raise ValueError(
                f"{channel.name}: {name} multiplies {', '.join(row.components)} more than once, and pyhf ignores the "
                "second of two equal factors; write HS3 instead, or give the nuisance a Gaussian width"
            )
    for name in row.scaled:
        if name in factors:
            terms = {((*out, name), shifts): sign for (out, shifts), sign in terms.items()}
        else:
            terms |= {(out, tuple(sorted((*shifts, name)))): sign for (out, shifts), sign in terms.items()}
    for name in row.plain:
        if name in factors:
            lowered = {key: -sign for key, sign in terms.items()}
            terms = {((*out, name), shifts): sign for (out, shifts), sign in terms.items()} | lowered
        else:
            terms = {(out, tuple(sorted((*shifts, name)))): sign for (out, shifts), sign in terms.items()}
    return terms


def _sample(name: str, factors: Monomial, at_one: dict[Monomial, FloatArray], zero: FloatArray) -> Sample:
    moved = dict.fromkeys(shifts[0] for shifts in at_one if shifts and len(set(shifts)) == 1 and len(shifts) <= 2)
    up = {n: at_one.get((n,), zero) + at_one.get((n, n), zero) for n in moved}
    down = {n: at_one.get((n, n), zero) - at_one.get((n,), zero) for n in moved}
    return Sample(name=name, nominal=at_one.get((), zero), up=up, down=down, factors=factors)


def _label(row: Row) -> str:
    """Name of what is counted; morphs have that of their component and join its sample."""
    return "+".join(row.components)


def _size(pulls: FloatArray) -> float:
    return float(np.sqrt((pulls**2).sum()))
