"""Tables 1 and 2: the 21 products of transition moments in the effective moments of nu_e and nu_mu.

The coefficients stand in elements of the 4 x 4 mixing matrix, those in angles below them. Whether the
paper lists the three products that vanish is not known.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nulight.conventions import get_conventions
from nulight.figures.miranda_2021.common import PRESET, SOURCE
from nulight.figures.numbers import Numbers
from nulight.models.structures import Structure, moment_structures
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.plotting.style import PAGE_WIDTH, StyledFigure, styled
from nulight.typing import ComplexArray

__all__ = ["ELEMENTS", "S2_STERILE", "mixing", "table_1", "table_2"]

S2_STERILE = 0.01
"""sin^2 of theta_14, theta_24 and theta_34 in the second column of numbers; ours, with phases zero."""

_V_E = ("c12 c13", "s12 c13", "s13 exp(-i d)")
_V_MU = (
    "(-s12 c23 - c12 s23 s13 exp(i d))",
    "(c12 c23 - s12 s23 s13 exp(i d))",
    "s23 c13",
)
ELEMENTS: dict[str, tuple[str, ...]] = {
    "e": (*(f"c14 {v}" for v in _V_E), "s14 exp(-i d14)"),
    "mu": (
        *(f"c24 {v} - s14 s24 exp(i (d14 - d24)) {e}" for v, e in zip(_V_MU, _V_E, strict=True)),
        "c14 s24 exp(-i d24)",
    ),
}
"""Elements U_a1 to U_a4 in sines and cosines of the angles; d is delta_CP."""

_LATEX = {"e": "e", "mu": r"\mu"}
_COLUMNS = (0.03, 0.06, 0.28, 0.68, 0.985)
_ROW = 0.175  # inches
_ZERO = 5e-5  # to four digits
_ANGLES = {
    "exp(i (d14 - d24))": r"e^{i(\delta_{14}-\delta_{24})}",
    "exp(-i d14)": r"e^{-i\delta_{14}}",
    "exp(-i d24)": r"e^{-i\delta_{24}}",
    "exp(i d)": r"e^{i\delta}",
    "exp(-i d)": r"e^{-i\delta}",
}


def table_1() -> tuple[Figure, Numbers]:
    """Remake Table 1: coefficients of the effective moment of nu_e; see `table_2`."""
    return _table("e", 1)


def table_2() -> tuple[Figure, Numbers]:
    """Remake Table 2: coefficients of the effective moment of nu_mu.

    Returns
    -------
    Figure, Numbers
        Six squares, then fifteen products: coefficients as formulas and as numbers, without sterile
        mixing and with some. The table has the elements of the mixing matrix below the products.
    """
    return _table("mu", 2)


def mixing(s2_sterile: float = 0.0) -> ComplexArray:
    """Return the 4 x 4 mixing matrix of the paper's oscillation parameters with equal sterile angles."""
    angle = float(np.arcsin(np.sqrt(s2_sterile)))
    parameters = get_oscillation(get_conventions(PRESET).oscillation)
    return pmns(parameters, n=4, theta_14=angle, theta_24=angle, theta_34=angle)


def _table(flavour: str, number: int) -> tuple[Figure, Numbers]:
    none, some = (mixing(s2) for s2 in (0.0, S2_STERILE))
    plain, mixed = (moment_structures(flavour, U) for U in (none, some))
    row = ("e", "mu").index(flavour)
    names = tuple(f"U_{flavour}{j}" for j in range(1, 5))
    values = [np.array([s.coefficient for s in structures]) for structures in (plain, mixed)]
    values = [np.append(c, U[row]) for c, U in zip(values, (none, some), strict=True)]
    columns: dict[str, tuple[Any, ...]] = {
        "kind": ("square",) * 6 + ("product",) * 15 + ("element",) * 4,
        "name": (*(s.product() for s in plain), *names),
        "formula": (*(s.formula for s in plain), *ELEMENTS[flavour]),
        "real": tuple(values[0].real.tolist()),
        "imaginary": tuple(values[0].imag.tolist()),
        "real_mixed": tuple(values[1].real.tolist()),
        "imaginary_mixed": tuple(values[1].imag.tolist()),
    }
    oscillation = get_conventions(PRESET).oscillation
    note = (
        f"mu_nu_{flavour}^2 is the sum of coefficient c times product; mixing {oscillation} with theta_i4 = 0, in the "
        f"columns mixed sin^2 theta_i4 = {S2_STERILE:g} and phases zero (ours); s, c: sines and cosines, d = delta_CP; "
        "products of disjoint pairs have no common final state; whether the paper lists them is not known"
    )
    title = f"Table {number}: coefficients of the effective moment of nu_{flavour}"
    return _drawn(flavour, plain, mixed), Numbers(title=title, source=SOURCE, note=note, columns=columns, units={})


def _drawn(flavour: str, plain: tuple[Structure, ...], mixed: tuple[Structure, ...]) -> Figure:
    rows = [
        (f"{i}", f"${_mathtext(s.product('latex'))}$", f"${_mathtext(s.latex)}$", _number(s), _number(m))
        for i, (s, m) in enumerate(zip(plain, mixed, strict=True), 1)
    ]
    head = ("", "product", "coefficient $c$", r"$\theta_{i4}=0$", rf"$\sin^2\theta_{{i4}}={S2_STERILE:g}$")
    with styled():
        figure = StyledFigure(figsize=(0.8 * PAGE_WIDTH, _ROW * (len(rows) + 8)))
        ax = figure.subplots()
        ax.set(xlim=(0, 1), ylim=(len(rows) + 5.6, -1.6))
        ax.axis("off")
        for y, cells in enumerate([head, *rows]):
            for i, (x, text) in enumerate(zip(_COLUMNS, cells, strict=True)):
                ax.text(x, y - 0.5, text, ha="left" if i in (1, 2) else "right", va="center", fontsize=8)
        for line in (-1.05, 0.03, 6.0, len(rows) + 0.05):
            ax.axhline(line, color="black", linewidth=0.6)
        for j, text in enumerate(ELEMENTS[flavour], 1):
            element = rf"$U_{{{_LATEX[flavour]} {j}}} = {_angles(text)}$"
            ax.text(0.06, len(rows) + 0.1 + 1.15 * j, element, va="center", fontsize=8)
        title = rf"$\mu^2_{{\nu_{_LATEX[flavour]}}}$: sum of $c$ times product, mixing of de Salas et al. 2020"
        ax.set_title(title, fontsize=9, pad=2)
    return figure


def _mathtext(latex: str) -> str:
    """Write LaTeX with the delimiters that matplotlib knows."""
    return latex.replace(r"\lvert", "|").replace(r"\rvert", "|").replace(r"\,", r"\;")


def _angles(text: str) -> str:
    for plain, latex in _ANGLES.items():
        text = text.replace(plain, latex)
    return re.sub(r"([cs])(\d\d)", r"\1_{\2}", text).replace(" ", r"\;")


def _number(structure: Structure) -> str:
    """Write a coefficient to four digits, parts that are zero to these left out."""
    value = complex(structure.coefficient)
    text = f"{value.real:.4f}" if abs(value) > _ZERO else "0"
    if abs(value.imag) > _ZERO:
        text += f" {'-' if value.imag < 0 else '+'} {abs(value.imag):.4f}$\\;i$"
    return text.replace("-", "\N{MINUS SIGN}")
