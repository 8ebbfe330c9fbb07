r"""The effective moment of a Majorana flavour state written out in products of two transition moments.

Four neutrinos have six complex lambda_jk (j < k), hence six squares and fifteen products of two: 21
structures, each with a coefficient of the mixing matrix. Two moments that share no state, such as
lambda_12 and lambda_34, lead to different final neutrinos and never interfere: the coefficients of
three of the fifteen products are zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np

from nulight.models.matrix_checks import check_form_factor, flavour_row
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["Structure", "Style", "moment_structures", "structure_table"]

Style = Literal["text", "latex", "markdown"]

_Pair = tuple[int, int]
_SYMBOLS = {"mu": r"\mu", "tau": r"\tau"}


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    r"""A product of two transition moments in the effective moment of a flavour.

    Attributes
    ----------
    first, second : str
        Pairs of states j < k, such as ``"12"``; the same one twice for a square.
    coefficient : complex array (...)
        c of :math:`c|\lambda|^2`, real, or of :math:`2\,\mathrm{Re}[c\,\lambda^*_{first}\lambda_{second}]`.
    formula, latex : str
        c in elements of the mixing matrix.
    """

    first: str
    second: str
    coefficient: ComplexArray = field(repr=False)
    formula: str
    latex: str = field(repr=False)

    def product(self, style: Style = "text") -> str:
        """Return what the coefficient multiplies; of two different moments, how it enters."""
        first, second, square = self.first, self.second, self.first == self.second
        if style == "text":
            return f"|lambda_{first}|^2" if square else f"2 Re[c lambda*_{first} lambda_{second}]"
        pair = rf"2\,\mathrm{{Re}}[c\,\lambda^*_{{{first}}}\lambda_{{{second}}}]"
        return _dressed(rf"\lvert\lambda_{{{first}}}\rvert^2" if square else pair, style)

    def contribution(self, transition: ArrayLike) -> FloatArray:
        """Return its part of the effective moment squared, mu_B^2, of matrices (..., N, N), mu_B.

        Raises
        ------
        ValueError
            If the matrices are not antisymmetric.
        """
        matrix = check_form_factor(transition, "moment", "majorana")
        first, second = (matrix[..., int(pair[0]) - 1, int(pair[1]) - 1] for pair in (self.first, self.second))
        part: FloatArray = (self.coefficient * np.conj(first) * second).real
        return part if self.first == self.second else 2 * part


def moment_structures(flavour: str, mixing: ArrayLike) -> tuple[Structure, ...]:
    r"""Write the effective moment of a flavour state at a short baseline as a sum of structures.

    Parameters
    ----------
    flavour : str
        ``"e"``, ``"mu"``, ``"tau"`` or, of four neutrinos, ``"s"``; a leading ``nu_`` is ignored.
    mixing : array, shape (..., N, N)
        Unitary U with :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`.

    Returns
    -------
    tuple of Structure
        The n = N(N - 1)/2 squares, then the n(n - 1)/2 products, those that vanish included.

    Raises
    ------
    ValueError
        If the flavour is unknown or the matrix not unitary.

    Notes
    -----
    .. math::
        \mu_\alpha^2 = \sum_{j<k} |\lambda_{jk}|^2 \big(|U_{\alpha j}|^2 + |U_{\alpha k}|^2\big)
        + \sum 2\,\mathrm{Re}\big[c\,\lambda^*_{jk}\lambda_{lm}\big]

    All states arrive and all are counted. With k the state that two moments share, and j and l their
    others, :math:`c = \pm U_{\alpha j}U^*_{\alpha l}`: the initial states that interfere. The sign is minus
    where k is the smaller of one pair and the larger of the other. The moments of antineutrinos are the same.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545), Eq. (6) and the lists in its Tables 1 and 2; coefficients derived here

    Examples
    --------
    >>> import numpy as np
    >>> structures = moment_structures("e", np.eye(4))
    >>> len(structures), sum(structure.formula == "0" for structure in structures)
    (21, 3)
    >>> structures[1].product(), structures[1].formula
    ('|lambda_13|^2', '|U_e1|^2 + |U_e3|^2')
    """
    row, short = flavour_row(mixing, flavour), flavour.removeprefix("nu_")
    pairs = list(combinations(range(row.shape[-1]), 2))
    squares = [_square(pair, row, short) for pair in pairs]
    return (*squares, *(_product(a, b, row, short) for a, b in combinations(pairs, 2)))


def structure_table(flavour: str, mixing: ArrayLike, *, style: Style = "text") -> list[tuple[str, str, ComplexArray]]:
    """Return the rows of a table of `moment_structures`: product, formula of the coefficient, its value.

    Parameters
    ----------
    flavour, mixing :
        As in `moment_structures`.
    style : "text", "latex" or "markdown"
        Of the first two columns; markdown is LaTeX between dollar signs, fit for the cells of a table.
    """
    rows = []
    for structure in moment_structures(flavour, mixing):
        formula = structure.formula if style == "text" else _dressed(structure.latex, style)
        rows.append((structure.product(style), formula, structure.coefficient))
    return rows


def _square(pair: _Pair, row: ComplexArray, flavour: str) -> Structure:
    """Either state of the pair is the initial one."""
    names = [_element(flavour, j) for j in pair]
    value = np.asarray(sum(np.abs(row[..., j]) ** 2 for j in pair), dtype=complex)
    text = " + ".join(f"|{name}|^2" for name, _ in names)
    latex = " + ".join(rf"\lvert {name}\rvert^2" for _, name in names)
    return Structure(_name(pair), _name(pair), value, text, latex)


def _product(first: _Pair, second: _Pair, row: ComplexArray, flavour: str) -> Structure:
    """The shared state is the final one, the others interfere; lambda_kj = -lambda_jk gives the sign."""
    shared = set(first) & set(second)
    if not shared:
        return Structure(_name(first), _name(second), np.zeros(row.shape[:-1], dtype=complex), "0", "0")
    (final,), (i,), (j,) = shared, set(first) - shared, set(second) - shared
    minus = (final < i) != (final < j)
    sign, (a, a_latex), (b, b_latex) = "-" * minus, _element(flavour, i), _element(flavour, j)
    value = row[..., i] * np.conj(row[..., j])
    text, latex = f"{sign}{a} {b.replace('_', '*_')}", f"{sign}{a_latex} {b_latex.replace('_', '^*_')}"
    value = 0.0 - value if minus else value  # no negative zeros in a table
    return Structure(_name(first), _name(second), value, text, latex)


def _element(flavour: str, j: int) -> tuple[str, str]:
    return f"U_{flavour}{j + 1}", rf"U_{{{_SYMBOLS.get(flavour, flavour)} {j + 1}}}"


def _name(pair: _Pair) -> str:
    return f"{pair[0] + 1}{pair[1] + 1}"


def _dressed(latex: str, style: Style) -> str:
    return f"${latex}$" if style == "markdown" else latex
