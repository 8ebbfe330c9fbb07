"""The talk's planes of the dipole portal: limits from nuclear and electron recoils for each flavour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, ScalarFormatter

from nulight.figures.li_2024.plane import COLUMNS, Label, Limit, curve, draw_limit, draw_published, frame, not_available
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.labels import quantity
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.units import MeV

__all__ = ["PLANES", "Plane", "figure_7_e", "figure_7_mu", "figure_7_tau"]

_SOURCE = "Y.-F. Li, Magnificent CEvNS 2024 (arXiv:2406.07477), remade with nulight"
_CSI, _CSI_2017, _LAR, _DRESDEN = "coherent-csi-2021", "coherent-csi-2017", "coherent-lar-2020:1d", "dresden-ii-2022"
_XENON1T_B8, _PANDAX_B8 = "xenon1t-b8-2021", "pandax4t-b8-2024"
_XENONNT_B8 = ("xenonnt-b8-sr0", "xenonnt-b8-sr1", "xenonnt-b8-sr2")
_DASHED, _DOTTED, _MIXED = (0, (4, 1.5)), (0, (1, 1)), (0, (4, 1.2, 1, 1.2))

_SOLAR_ELECTRONS = (
    Limit(("xenonnt-2022-er",), r"$\nu e$ in Xe: XENONnT", "purple", width=1.0),
    Limit(("lz-ws2024-er",), r"$\nu e$ in Xe: LZ 2024", "purple", _DASHED, width=1.0),
    Limit(("lz-ws2022-er",), r"$\nu e$ in Xe: LZ 2022", "purple", _MIXED, width=1.0),
    Limit(("pandax4t-run1-er",), r"$\nu e$ in Xe: PandaX-4T", "purple", _DOTTED, width=1.0),
)
_SOLAR_NUCLEI = (
    Limit((_XENON1T_B8, _PANDAX_B8), r"$^8$B on Xe: XENON1T + PandaX", "vermillion"),
    Limit(_XENONNT_B8, r"$^8$B on Xe: XENONnT", "orange"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the plane, enlarged beside it: ranges (MeV, 1/GeV), names and places of published curves."""

    m_4: tuple[float, float]
    d: tuple[float, float]
    published: Mapping[str, Label]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """One flavour: coupling, symbol, our lines, names and places of published curves, range of d in 1/GeV.

    `band` numbers the lines that bound a band.
    """

    coupling: str
    symbol: str
    limits: tuple[Limit, ...]
    published: Mapping[str, Label]
    d: tuple[float, float]
    band: tuple[int, ...] = ()
    part: Part | None = None


PLANES: dict[str, Plane] = {
    "e": Plane(
        coupling="mu_e4",
        symbol="e",
        limits=(
            Limit((_DRESDEN,), "Dresden-II, Fef", "blue", width=1.6),
            Limit((f"{_DRESDEN}:ybe",), "Dresden-II, YBe", "blue", _DASHED, width=1.0),
            Limit((f"{_DRESDEN}:lindhard",), "Dresden-II, Lindhard", "blue", _DOTTED, width=1.0),
            Limit((_CSI,), "COHERENT CsI", "green"),
            Limit((_CSI, _LAR), "COHERENT CsI + Ar", "black"),
            *_SOLAR_NUCLEI,
            *_SOLAR_ELECTRONS,
        ),
        published={
            "LSND": Label(2.0, 4.4e-5, -36),
            "SK_atm_e": Label(60, 4.2e-7),
            "Borexino": Label(4.7, 7e-5),
            "Borexino+SK": Label(7, 4.7e-8),
            "XENON1T_NR": Label(0.42, 3.3e-6),
            "LEP": Label(50, 5.5e-5),
            "SN1987A": Label(0.04, 4e-8),
            "BBN": Label(4.2, 1.7e-8),
        },
        d=(2e-9, 1e-4),
        band=(0, 1, 2),
    ),
    "mu": Plane(
        coupling="mu_mu4",
        symbol=r"\mu",
        limits=(
            Limit((_CSI, _LAR), "COHERENT CsI + Ar", "black", width=1.6),
            Limit((_CSI,), "CsI, nuclei and electrons", "green"),
            Limit((f"{_CSI}:cevns-only",), "CsI, nuclei alone", "green", _DASHED),
            Limit((f"{_CSI}:neutron-pulse+cevns-only",), "CsI, nuclei, neutrons' pulse", "green", _DOTTED),
            Limit((_LAR,), "Ar", "sky"),
            Limit((_CSI_2017,), "CsI of 2017", "blue"),
            *_SOLAR_NUCLEI,
            *_SOLAR_ELECTRONS[:1],
        ),
        published={
            "NOMAD": Label(29, 2.7e-5, -43),
            "Borexino": Label(4.7, 2.2e-5),
            "Borexino+SK": Label(9.5, 4.4e-8),
            "XENON1T_NR": Label(0.13, 3.3e-6),
            "LEP": Label(50, 5.5e-5),
            "SN1987A": Label(0.04, 4e-8),
            "BBN": Label(6.5, 1.4e-8),
        },
        d=(2e-9, 1e-4),
        part=Part(
            m_4=(5.0, 60.0),
            d=(4e-7, 5e-6),
            published={
                "CHARM-II": Label(10.3, 7.9e-7),
                "SK_atm_mu": Label(14.8, 1.07e-6),
                "MiniBooNE": Label(6.3, 3.6e-6, -52),
                "MINERvA": Label(13.5, 2.9e-6, -50),
            },
        ),
    ),
    "tau": Plane(
        coupling="mu_tau4",
        symbol=r"\tau",
        limits=(
            Limit((_XENON1T_B8, _PANDAX_B8), r"$^8$B on Xe: XENON1T + PandaX", "vermillion", width=1.6),
            Limit((_XENON1T_B8,), r"$^8$B on Xe: XENON1T", "vermillion", _DASHED, width=1.0),
            Limit((_PANDAX_B8,), r"$^8$B on Xe: PandaX-4T", "vermillion", _DOTTED, width=1.0),
            Limit(_XENONNT_B8, r"$^8$B on Xe: XENONnT", "orange"),
            Limit((_XENON1T_B8, _PANDAX_B8, *_XENONNT_B8), r"$^8$B on Xe: the three", "black", width=1.0),
            Limit(("xenon1t-s2only",), "XENON1T, S2 only, one-sided", "green", width=1.0, interval="upper"),
            *_SOLAR_ELECTRONS,
        ),
        published={
            "Borexino": Label(4.7, 7e-5),
            "Borexino+SK": Label(7, 4.7e-8),
            "XENON1T_NR": Label(0.42, 3.3e-6),
            "SK_atm_tau": Label(40, 9e-7),
            "LEP": Label(50, 5.5e-5),
            "DONUT": Label(50, 1.6e-4),
            "SN1987A": Label(0.04, 4e-8),
            "BBN": Label(4.2, 1.7e-8),
        },
        d=(2e-9, 3e-4),
    ),
}
"""Lines of each flavour; places of names are of the drawing, not of the physics."""

_RANGE = (0.01, 100.0)


def figure_7_e(n: int = 60) -> tuple[Figure, Numbers]:
    """Remake the plane of the electron flavour: reactor, spallation source and Sun.

    Parameters
    ----------
    n : int
        Masses of each line.

    Returns
    -------
    Figure, Numbers
        Upper ends at 90 % CL, one coupling at a time; the band spans the quenching models of germanium.

    Notes
    -----
    The talk has Dresden-II, CsI, XENON1T and PandaX-4T; argon, XENONnT and the electron recoils in xenon are
    further lines. Published curves are in L = (d/2) Nbar sigma nu F, those for L = d Nbar sigma nu F doubled.
    The sterile neutrino does not decay here.
    """
    return _figure("e", n)


def figure_7_mu(n: int = 60) -> tuple[Figure, Numbers]:
    """Remake the plane of the muon flavour: the spallation source, with and without electron recoils.

    Parameters and results as for `figure_7_e`.

    Notes
    -----
    Limits of CsI depend on when the neutrinos arrive: as released, or with the prompt neutrons.
    """
    return _figure("mu", n)


def figure_7_tau(n: int = 60) -> tuple[Figure, Numbers]:
    """Remake the plane of the tau flavour: solar neutrinos on xenon.

    Parameters and results as for `figure_7_e`.

    Notes
    -----
    Acceptances of XENON1T and PandaX-4T are stand-ins, see their cards. Ionisation signals alone allow
    one-sided limits only; they count electrons beside nuclei.
    """
    return _figure("tau", n)


def _figure(flavour: str, n: int) -> tuple[Figure, Numbers]:
    plane, table = PLANES[flavour], Curves(COLUMNS)
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 4.9))
        whole, *others = figure.subplots(1, 2, width_ratios=(1.3, 1)) if plane.part else (figure.subplots(),)
        frame(whole, plane.symbol, _RANGE, plane.d, second=plane.part is None)
        draw_published(whole, plane.coupling, plane.published, table, flavour)
        for limit in plane.limits:
            draw_limit(whole, limit, plane.coupling, n, table, flavour)
        _band(whole, plane, n)
        for ax in others:
            _enlarged(ax, whole, plane, n)
        figure.legend(*whole.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=7)
    note = (
        "package conventions, L = (d/2) Nbar sigma nu F; two-sided 90 %, 1 dof, at each mass, nuisances profiled; the "
        "sterile neutrino does not decay in this; published curves with the evidence for their convention; curves "
        f"that exist as drawings only and are missing: {not_available(plane.coupling)}"
    )
    return figure, table.numbers(f"Dipole portal of the {flavour} flavour", _SOURCE, note)


def _band(ax: Axes, plane: Plane, n: int) -> None:
    """Fill what lies between lines of the same masses."""
    if plane.band:
        found = [curve(plane.limits[i], plane.coupling, n) for i in plane.band]
        ends = np.array([line.d_per_GeV for line in found])
        colour = COLOURS[plane.limits[plane.band[0]].colour]
        m = found[0].m_4 / MeV
        ax.fill_between(m, ends.min(axis=0), ends.max(axis=0), color=colour, alpha=0.12, linewidth=0, zorder=1)


def _enlarged(ax: Axes, whole: Axes, plane: Plane, n: int) -> None:
    assert plane.part is not None
    frame(ax, plane.symbol, plane.part.m_4, plane.part.d)
    ax.set_ylabel("")
    ax.xaxis.set_major_locator(FixedLocator([5, 10, 20, 30, 50]))
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_locator(FixedLocator([5e-7, 1e-6, 2e-6, 5e-6]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda d, _: quantity(d, digits=1)))
    ax.yaxis.set_minor_formatter(NullFormatter())
    draw_published(ax, plane.coupling, plane.part.published)
    for limit in plane.limits:
        draw_limit(ax, limit, plane.coupling, n)
    (left, right), (low, high) = plane.part.m_4, plane.part.d
    whole.add_patch(Rectangle((left, low), right - left, high - low, fill=False, linewidth=0.6, zorder=7))
