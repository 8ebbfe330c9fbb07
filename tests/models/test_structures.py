"""The structures of the effective moment: their sum, their number, and their formulas read as numbers."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles_moments import moment_by_loops, random_moments, random_unitary

from nulight.models.effective_moments import short_baseline_moment
from nulight.models.structures import moment_structures, structure_table
from nulight.neutrinos.mixing import get_oscillation, pmns

FLAVOURS = ("e", "mu", "tau", "s")
rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)
sizes = st.sampled_from([3, 4])


def value_of(formula, U):
    """Evaluate a formula such as ``-U_mu1 U*_mu3`` or ``|U_e1|^2 + |U_e2|^2`` with a mixing matrix."""
    if formula == "0":
        return 0.0
    if squares := re.findall(r"\|U_([a-z]+)(\d)\|\^2", formula):
        return sum(abs(U[FLAVOURS.index(a), int(j) - 1]) ** 2 for a, j in squares)
    sign, a, i, b, j = re.fullmatch(r"(-?)U_([a-z]+)(\d) U\*_([a-z]+)(\d)", formula).groups()
    product = U[FLAVOURS.index(a), int(i) - 1] * U[FLAVOURS.index(b), int(j) - 1].conj()
    return -product if sign else product


@given(rng=rngs, n=sizes, helicity=st.sampled_from(["nu", "nubar"]))
def test_structures_add_up_to_the_effective_moment(rng, n, helicity):
    lam, U = random_moments(rng, n, "majorana"), random_unitary(rng, n)
    for a, flavour in enumerate(FLAVOURS[:n]):
        total = sum(structure.contribution(lam) for structure in moment_structures(flavour, U))
        expected = moment_by_loops(lam, U, a, helicity=helicity)
        assert abs(total - expected) < 1e-13 * np.sum(np.abs(lam) ** 2)


@pytest.mark.parametrize(("n", "squares", "products", "vanishing"), [(3, 3, 3, 0), (4, 6, 15, 3)])
def test_there_are_21_structures_of_four_neutrinos_and_3_of_them_vanish(n, squares, products, vanishing):
    structures = moment_structures("mu", random_unitary(np.random.default_rng(1), n))
    assert sum(s.first == s.second for s in structures) == squares
    assert len({(s.first, s.second) for s in structures}) == len(structures) == squares + products
    assert sum(s.coefficient == 0 for s in structures) == sum(s.formula == "0" for s in structures) == vanishing
    for s in structures:
        assert (s.coefficient == 0) == (not set(s.first) & set(s.second))


@given(rng=rngs, n=sizes)
def test_formulas_say_what_the_coefficients_are(rng, n):
    U = random_unitary(rng, n)
    for flavour in FLAVOURS[:n]:
        for structure in moment_structures(flavour, U):
            assert structure.coefficient == pytest.approx(value_of(structure.formula, U), abs=1e-15)
            if structure.first == structure.second:
                assert structure.coefficient.imag == 0
                assert 0 <= structure.coefficient.real <= 1 + 1e-12


@given(rng=rngs)
def test_coefficients_are_those_of_moments_set_one_and_two_at_a_time(rng):
    U = random_unitary(rng, 4)

    def moment(*elements):
        lam = np.zeros((4, 4), complex)
        for pair, value in elements:
            k, j = int(pair[0]) - 1, int(pair[1]) - 1
            lam[k, j], lam[j, k] = value, -value
        return short_baseline_moment(lam, U, "e")

    for s in moment_structures("e", U):
        if s.first == s.second:
            assert s.coefficient.real == pytest.approx(moment((s.first, 1)), abs=1e-14)
            continue
        alone = moment((s.first, 1)) + moment((s.second, 1))
        real = (moment((s.first, 1), (s.second, 1)) - alone) / 2
        imaginary = -(moment((s.first, 1), (s.second, 1j)) - alone) / 2
        assert s.coefficient == pytest.approx(real + 1j * imaginary, abs=1e-14)


def test_three_neutrinos_have_the_signs_of_the_cross_product():
    # |Lambda|^2 - |sum U_k Lambda_k|^2 with Lambda_1 = lambda_23, Lambda_2 = -lambda_13, Lambda_3 = lambda_12
    formulas = {(s.first, s.second): s.formula for s in moment_structures("e", np.eye(3))[3:]}
    assert formulas == {("12", "13"): "U_e2 U*_e3", ("12", "23"): "-U_e1 U*_e3", ("13", "23"): "U_e1 U*_e2"}


def test_structures_take_many_mixing_matrices_and_many_moments():
    rng = np.random.default_rng(7)
    U = pmns(get_oscillation("nufit-6.0-no"), n=4, theta_14=np.linspace(0, 0.3, 5))
    lam = np.stack([random_moments(rng, 4, "majorana") for _ in range(2)])[:, None]
    total = sum(s.contribution(lam) for s in moment_structures("tau", U))
    assert total.shape == (2, 5)
    np.testing.assert_allclose(total, short_baseline_moment(lam, U, "tau"), atol=1e-13)


def test_heavy_column_drops_out_without_active_sterile_mixing():
    U = pmns(get_oscillation("nufit-6.0-no"), n=4)
    for s in moment_structures("e", U):
        if "U_e4" in s.formula and s.first != s.second:
            assert s.coefficient == 0
    squares = {s.first: s.coefficient.real for s in moment_structures("e", U)[:6]}
    assert squares["14"] == pytest.approx(abs(U[0, 0]) ** 2, rel=1e-12)


def test_table_in_three_styles():
    U = np.eye(4)
    text, latex, markdown = (structure_table("mu", U, style=style) for style in ("text", "latex", "markdown"))
    assert text[0][:2] == ("|lambda_12|^2", "|U_mu1|^2 + |U_mu2|^2")
    assert latex[0][:2] == (r"\lvert\lambda_{12}\rvert^2", r"\lvert U_{\mu 1}\rvert^2 + \lvert U_{\mu 2}\rvert^2")
    product = next(i for i, row in enumerate(text) if row[0] == "2 Re[c lambda*_14 lambda_34]")
    assert text[product][1] == "U_mu1 U*_mu3"
    assert latex[product][:2] == (r"2\,\mathrm{Re}[c\,\lambda^*_{14}\lambda_{34}]", r"U_{\mu 1} U^*_{\mu 3}")
    assert "-U_{\\mu 1} U^*_{\\mu 3}" in [row[1] for row in latex]
    for plain, dollars in zip(latex, markdown, strict=True):
        assert dollars[:2] == (f"${plain[0]}$", f"${plain[1]}$")
        assert "|" not in "".join(dollars[:2])  # which would end the cell of a table
    assert [row[2] for row in text] == [s.coefficient for s in moment_structures("nu_mu", U)]


def test_only_antisymmetric_moments_and_known_flavours_have_structures():
    with pytest.raises(ValueError, match="antisymmetric"):
        moment_structures("e", np.eye(3))[0].contribution([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    with pytest.raises(ValueError, match="unknown flavour 's'"):
        moment_structures("s", np.eye(3))
    with pytest.raises(ValueError, match="not unitary"):
        structure_table("e", np.ones((3, 3)))
