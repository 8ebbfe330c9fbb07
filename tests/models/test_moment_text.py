"""Complex moments in every notation."""

from __future__ import annotations

import cmath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.models.moment_text import moment_text, parse_moment

SIZES = st.floats(1e-15, 1e-6)
PHASES = st.floats(-3.0, 3.0)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-11", 1e-11),
        ("-1e-11 mu_B", -1e-11),
        ("1e-11 + 2e-12j", 1e-11 + 2e-12j),
        ("1e-11-2e-12i", 1e-11 - 2e-12j),
        ("2j", 2j),
        ("2e-11 exp(0.5j)", 2e-11 * cmath.exp(0.5j)),
        ("2e-11*exp(-0.5*i) mu_B", 2e-11 * cmath.exp(-0.5j)),
        ("3 exp(-j)", 3 * cmath.exp(-1j)),
        ([1e-11, 0.5], 1e-11 * cmath.exp(0.5j)),
        (["1e-11", -3], 1e-11 * cmath.exp(-3j)),
        (1e-11, 1e-11),
        (1 + 2j, 1 + 2j),
        (0, 0.0),
    ],
)
def test_every_notation_is_read(written, value):
    assert parse_moment(written) == value


@given(SIZES, PHASES)
def test_notations_agree(size, phase):
    polar = parse_moment(f"{size!r} exp({phase!r}j)")
    assert parse_moment([size, phase]) == polar
    assert parse_moment(f"{polar.real!r}{polar.imag:+}j") == polar


@pytest.mark.parametrize(
    "written", ["", "a lot", "nan", "1e-11 keV", "1e999", "exp(1j)", True, None, [1.0], [1.0, 2.0, 3.0], ["1j", 1.0]]
)
def test_what_is_no_moment_is_refused_with_the_forms_there_are(written):
    with pytest.raises(ValueError, match=r"is no finite moment; write 1e-11, .* or \[modulus, phase\]"):
        parse_moment(written)


def test_text_is_short_and_read_back():
    assert moment_text(0.0) == "0"
    assert parse_moment(moment_text(-1.25e-11 + 2e-12j)) == -1.25e-11 + 2e-12j
