"""Tables of reactor antineutrino spectra per fission, read into one kind of piecewise function.

Above 2 MeV the tables are wide-spaced and nearly exponential: log S is interpolated linearly.
Below 2 MeV they are linear between points, with end-point steps of single beta branches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nulight.data.reader import Table, read_package_table
from nulight.sources.source import table_hashes
from nulight.typing import FloatArray

__all__ = [
    "ISOTOPES",
    "MODEL_PARTS",
    "SPLIT",
    "PiecewiseSpectrum",
    "capture_spectrum",
    "high_spectrum",
    "low_spectrum",
]

ISOTOPES = ("U235", "U238", "Pu239", "Pu241")
SPLIT = 2.0
"""Energy that separates the low part, MeV."""

MODEL_PARTS: dict[str, tuple[str, str]] = {
    "huber-mueller": ("bestiole", "huber-mueller"),
    "huber-mueller-vogel-engel": ("vogel-engel", "huber-mueller"),
    "huber-mueller-kopeikin": ("kopeikin", "huber-mueller"),
    "bestiole": ("bestiole", "bestiole"),
    "vogel-engel-mueller": ("vogel-engel", "mueller"),
}
"""Tables of each model below and above `SPLIT`."""

_BESTIOLE_BIN = 0.025  # MeV; the table gives bin centres
_FIRST_KNOT = 0.01  # start over the first tabulated energy

_TABLES = {
    "huber": ("data/reactor/huber_2011_table.csv", "Huber:2011wv"),
    "mueller": ("data/reactor/vogel_engel_low_mueller_high.csv", "Mueller:2011nm"),
    "vogel-engel": ("data/reactor/vogel_engel_low_mueller_high.csv", "Phys. Rev. D 39 (1989) 3378"),
    "bestiole": ("data/reactor/bestiole_2023.csv", "arXiv:2304.14992"),
    "kopeikin": ("data/reactor/kopeikin_pwr_total.csv", "Phys. Atom. Nucl. 75 (2012) 143"),
    "capture": ("data/reactor/bestiole_u239_np239.csv", "arXiv:2304.14992"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PiecewiseSpectrum:
    """Antineutrinos per MeV and fission from tabulated points.

    Attributes
    ----------
    E : array, shape (n,), MeV
        Tabulated energies.
    S : array, shape (n,), 1/(MeV fission)
    knots : array, MeV
        Edges of the panels on which it is smooth; the first and last are its range.
    logarithmic : bool
        Interpolate log S instead of S.
    rising : bool
        Continue as E^2 below the first point instead of constant.
    citations : tuple of str
    hashes : dict of str to str
    """

    E: FloatArray
    S: FloatArray
    knots: FloatArray
    logarithmic: bool
    rising: bool
    citations: tuple[str, ...]
    hashes: dict[str, str]

    def __call__(self, E: FloatArray) -> FloatArray:
        """Return the spectrum at E (MeV) inside the range of the knots."""
        if self.logarithmic:
            return np.exp(np.interp(E, self.E, np.log(self.S)))
        values = np.interp(E, self.E, self.S)
        return np.where(E < self.E[0], self.S[0] * (E / self.E[0]) ** 2, values) if self.rising else values


def low_spectrum(which: str, fractions: Mapping[str, float], upper: float) -> PiecewiseSpectrum:
    """Sum over the isotopes below `upper` (MeV) of one of bestiole, vogel-engel, kopeikin (total of a PWR)."""
    table, citation = _read(which)
    E = table.numbers("e_MeV")
    if which == "kopeikin":
        S = table.numbers("flux")
    else:
        S = np.sum([share * table.numbers(name) for name, share in fractions.items()], axis=0)
    upper = min(upper, E[-1])
    # sums of bins reach down to zero energy; the other tables start on a power law
    knots = np.concatenate([[_FIRST_KNOT * E[0]], E[E < upper], [upper]])
    return PiecewiseSpectrum(
        E=E,
        S=S,
        knots=knots,
        logarithmic=False,
        rising=which != "bestiole",
        citations=(citation,),
        hashes=table_hashes([table]),
    )


def high_spectrum(which: str, isotope: str, fraction: float) -> PiecewiseSpectrum:
    """One isotope above 2 MeV, times its share of the fissions, from huber-mueller, mueller or bestiole."""
    if which == "huber-mueller":
        which = "mueller" if isotope == "U238" else "huber"
    table, citation = _read(which)
    rows = table.where(isotope=isotope) if which == "huber" else table
    E, S = rows.numbers("e_MeV"), rows.numbers("flux" if which == "huber" else isotope)
    end = E[-1] + (_BESTIOLE_BIN / 2 if which == "bestiole" else 0.0)
    knots = np.concatenate([[SPLIT], E[(E > SPLIT) & (E < end)], [end]])
    return PiecewiseSpectrum(
        E=E,
        S=fraction * S,
        knots=knots,
        logarithmic=True,
        rising=False,
        citations=(citation,),
        hashes=table_hashes([table]),
    )


def capture_spectrum(captures: float) -> PiecewiseSpectrum:
    """239U and 239Np beta decays that follow the captures (per fission) of neutrons on 238U, at equilibrium."""
    table, citation = _read("capture")
    rows = [table.where(nuclide=nuclide) for nuclide in ("U239", "Np239")]
    longest = max(rows, key=len)
    E = longest.numbers("e_MeV")
    S = np.zeros(len(E))
    for row in rows:
        S[: len(row)] += captures * row.numbers("flux")
    # the bin after the last of each nuclide is empty: close the spectrum at the last edge
    knots = np.concatenate([[_FIRST_KNOT * E[0]], E, [E[-1] + _BESTIOLE_BIN / 2]])
    return PiecewiseSpectrum(
        E=E,
        S=S,
        knots=knots,
        logarithmic=False,
        rising=False,
        citations=(citation,),
        hashes=table_hashes([table]),
    )


def _read(which: str) -> tuple[Table, str]:
    path, citation = _TABLES[which]
    return read_package_table(path), citation
