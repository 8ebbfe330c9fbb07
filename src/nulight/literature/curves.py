"""Published exclusion curves of the sterile dipole portal in the plane (m_4, mu_a4).

The papers use two normalisations of the coupling that differ by a factor 2; each curve says which
one it had, how that is known, and where it is not. The values here are in the package's,
L = (d/2) Nbar sigma nu F with d = mu. Digitised by others, kept in the order of the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nulight.constants import MU_B
from nulight.data.reader import Table, read_package_table
from nulight.literature.limits import Flavour, flavours_of, is_electromagnetic
from nulight.literature.segments import lowest_crossing
from nulight.typing import FloatArray
from nulight.units import GeV

__all__ = [
    "CURVE_COUPLINGS",
    "CurveKind",
    "PublishedCurve",
    "UnavailableCurve",
    "published_curves",
    "unavailable_curves",
]

CurveKind = Literal["laboratory", "astrophysical", "cosmological"]

CURVE_COUPLINGS = ("mu_e4", "mu_mu4", "mu_tau4")
"""The couplings with published curves."""

_TABLE = "data/limits/dipole_portal_{}.csv"
_TO_MU = {"unit": 2 / MU_B, "half": 1 / MU_B, "mu_B as published": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublishedCurve:
    """One published exclusion curve.

    Attributes
    ----------
    name : str
        Unique: ``"NOMAD"``, ``"SK_atm_tau"``.
    label : str
        For legends and tables.
    flavours : tuple of str
        Flavours of the coupling; all three where the collection uses one curve for each of them.
    m_4 : array, (n,), keV
    mu : array, (n,), mu_B
        Coupling in the package's convention, in the order of the drawing: the line may turn back.
    published : array, (n,)
        Coupling as collected, in `unit`.
    unit : str
        ``"GeV^-1"`` or ``"mu_B"``.
    cl : float
    arxiv, reference : str
        The reference names the file of the collection where that names no paper.
    year : int
    kind : "laboratory", "astrophysical" or "cosmological"
    region : str
        ``"excluded above"``; ``"excluded between"`` a lower and an upper edge, lower edge first; or
        ``"boundary"``, where the source does not say which side is excluded.
    convention : str
        Of the source: ``"unit"`` (L = d Nbar sigma nu F, mu = 2 d), ``"half"`` (mu = d) or
        ``"mu_B as published"``.
    status : str
        Of the evidence for it: ``"shown"``, ``"inferred"`` or ``"not known"``, where mu may be
        twice as large.
    how_known, note : str
    quality : str
        ``"digitised"``.
    """

    name: str
    label: str
    flavours: tuple[str, ...]
    m_4: FloatArray
    mu: FloatArray
    published: FloatArray
    unit: str
    cl: float
    arxiv: str
    reference: str
    year: int
    kind: CurveKind
    region: str
    convention: str
    status: str
    how_known: str
    note: str
    quality: str

    @property
    def couplings(self) -> tuple[str, ...]:
        """Return the parameters it bounds, each on its own."""
        return tuple(f"mu_{flavour}4" for flavour in self.flavours)

    @property
    def d(self) -> FloatArray:
        """Return the coupling in GeV^-1, (n,), package convention: d = mu."""
        scaled: FloatArray = self.mu * MU_B
        return scaled

    @property
    def best(self) -> tuple[float, float]:
        """Return mass (keV) and value (mu_B) of the smallest coupling on the line."""
        i = int(np.argmin(self.mu))
        return float(self.m_4[i]), float(self.mu[i])

    def excluded_from(self, m_4: ArrayLike) -> FloatArray:
        """Return the smallest excluded coupling, mu_B; NaN at masses the curve does not reach.

        Parameters
        ----------
        m_4 : array, any shape, keV

        Returns
        -------
        array, same shape, mu_B
            Straight in the logarithms of mass and coupling between the points. Where the line
            passes a mass more than once: its lowest passage.

        Raises
        ------
        ValueError
            If the source does not say which side of the line is excluded.

        Examples
        --------
        >>> (donut,) = published_curves("mu_tau4", names=["DONUT"])
        >>> print(f"{donut.excluded_from(1.1e3):.1e} {donut.excluded_from(1e6)}")
        3.9e-07 nan
        """
        if self.region == "boundary":
            raise ValueError(f"{self.name}: {self.reference} is a line whose excluded side is not known")
        lower = slice(np.argmax(self.m_4) + 1) if self.region == "excluded between" else slice(None)
        return lowest_crossing(m_4, self.m_4[lower], self.mu[lower])


@dataclass(frozen=True, slots=True, kw_only=True)
class UnavailableCurve:
    """A curve that exists as a drawing only, named so that nobody takes it for forgotten.

    Attributes
    ----------
    name : str
    flavours : tuple of str
        As far as the abstract says.
    reference : str
    year : int
    kind : "laboratory", "astrophysical" or "cosmological"
    content : str
        ``"limit"``, ``"projection"``...
    why : str
    """

    name: str
    flavours: tuple[str, ...]
    reference: str
    year: int
    kind: CurveKind
    content: str
    why: str


def published_curves(
    coupling: str | None = None,
    flavour: Flavour | None = None,
    kind: CurveKind | None = None,
    names: Sequence[str] | None = None,
    *,
    universal: bool = True,
) -> list[PublishedCurve]:
    """List the published curves, newest first.

    Parameters
    ----------
    coupling : str, optional
        ``"mu_e4"``, ``"mu_mu4"`` or ``"mu_tau4"``; other electromagnetic couplings have no curves.
    flavour : "e", "mu" or "tau", optional
    kind : "laboratory", "astrophysical" or "cosmological", optional
    names : sequence of str, optional
        Only these, in any case.
    universal : bool
        Also curves that the source uses for each of the three flavours.

    Returns
    -------
    list of PublishedCurve

    Raises
    ------
    ValueError
        If a coupling, flavour, kind or name does not exist; the message lists those there are.

    Examples
    --------
    >>> [curve.name for curve in published_curves("mu_mu4", kind="laboratory", universal=False)]
    ['MINERvA', 'SK_atm_mu', 'MiniBooNE', 'CHARM-II', 'NOMAD']
    """
    _check(coupling, flavour, kind)
    curves = _curves()
    if names is not None:
        known = {curve.name.lower(): curve.name for curve in curves}
        wanted = [known.get(name.lower(), name) for name in names]
        _known("curve", wanted, [curve.name for curve in curves])
        curves = tuple(curve for curve in curves if curve.name in wanted)
    chosen = [curve for curve in curves if _matches(curve, coupling, flavour, kind)]
    return [curve for curve in chosen if universal or len(curve.flavours) == 1]


def unavailable_curves(
    coupling: str | None = None, flavour: Flavour | None = None, kind: CurveKind | None = None
) -> list[UnavailableCurve]:
    """List the curves that exist as drawings only, newest first; arguments as of `published_curves`.

    Examples
    --------
    >>> [curve.reference for curve in unavailable_curves(kind="astrophysical")]
    ['arXiv:2402.01624']
    """
    _check(coupling, flavour, kind)
    rows = _rows(read_package_table(_TABLE.format("unavailable")))
    curves = [
        UnavailableCurve(
            flavours=tuple(row["flavours"].split()),
            reference=f"arXiv:{row['arxiv']}",
            year=int(row["year"]),
            **{key: row[key] for key in ("name", "kind", "content", "why")},  # type: ignore[arg-type]
        )
        for row in rows
    ]
    return [curve for curve in curves if _matches(curve, coupling, flavour, kind)]


def _check(coupling: str | None, flavour: str | None, kind: str | None) -> None:
    if coupling is not None and not is_electromagnetic(coupling):
        raise ValueError(
            f"{coupling!r} is no electromagnetic coupling; there are curves for: {', '.join(CURVE_COUPLINGS)}"
        )
    _known("flavour", [flavour] if flavour else [], get_args(Flavour))
    _known("kind", [kind] if kind else [], get_args(CurveKind))


def _known(what: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"no {what} {', '.join(map(repr, unknown))}; use one of: {', '.join(known)}")


def _matches(
    curve: PublishedCurve | UnavailableCurve, coupling: str | None, flavour: str | None, kind: str | None
) -> bool:
    if coupling is not None and not (coupling in CURVE_COUPLINGS and flavours_of(coupling)[0] in curve.flavours):
        return False
    return flavour in (None, *curve.flavours) and kind in (None, curve.kind)


@lru_cache(maxsize=1)
def _curves() -> tuple[PublishedCurve, ...]:
    points = read_package_table(_TABLE.format("curves"))
    curves = (_curve(row, points) for row in _rows(read_package_table(_TABLE.format("conventions"))))
    return tuple(sorted(curves, key=lambda curve: (-curve.year, curve.name)))


def _rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.columns, cells, strict=True)) for cells in zip(*table.columns.values(), strict=True)]


def _curve(row: dict[str, str], points: Table) -> PublishedCurve:
    # edges and extensions that the drawing added bound nothing
    drawn = points.where(curve=row["curve"], drawn="1")
    m_4, value = drawn.numbers("m4_GeV") * GeV, drawn.numbers("value")
    mu = value * _TO_MU[row["convention"]]
    for array in (m_4, value, mu):
        array.setflags(write=False)
    texts = ("label", "unit", "arxiv", "region", "convention", "status", "how_known", "note", "kind")
    return PublishedCurve(
        name=row["curve"],
        flavours=tuple(row["flavours"].split()),
        m_4=m_4,
        mu=mu,
        published=value,
        cl=float(row["cl_percent"]) / 100,
        reference=f"arXiv:{row['arxiv']}" if row["arxiv"] else "github mhostert/Heavy-Neutrino-Limits",
        year=int(row["year"]),
        quality=points.quality,
        **{key: row[key] for key in texts},  # type: ignore[arg-type]
    )
