"""Conversions between couplings: round trips, the factor 2 of dipole couplings, known values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import ALPHA, CONSTANTS, G_F, HBAR_C, M_E, M_W
from nulight.conventions import PRESETS
from nulight.literature.limits import published_limits
from nulight.models.conversions import QUANTITIES, convert, convertible, equivalents, meaning
from nulight.models.couplings import baseline_r2, weak_current
from nulight.models.effective_moments import lambda_from_vector
from nulight.models.standard_model import standard_model_r2
from oracles import GAMMA, LEFT, METRIC, ONE, SIGMA, slash

ALL = [f"{q.name}:{c}" for q in QUANTITIES.values() for c in q.conventions] + list(QUANTITIES)
PAIRS = [(a, b) for a in ALL for b in convertible(a)]
GEV = 1e6  # keV


def width(coefficient: float, m: float) -> float:
    """N -> nu gamma from L = coefficient Nbar sigma_{mu nu} nu_L F^{mu nu} + h.c.; GeV^-1 and GeV to GeV."""
    p = np.array([m, 0, 0, 0.0])
    q, k = m / 2 * np.array([1, 0, 0, 1.0]), m / 2 * np.array([1, 0, 0, -1.0])
    # F is antisymmetric: sigma F = 2 sigma_{mu nu} d^mu A^nu; the conjugate term turns N into nu
    vertex = 2 * coefficient * np.einsum("mn,nlab->mlab", METRIC, SIGMA)
    vertex = np.einsum("m,mlab->lab", q, vertex) @ (ONE - LEFT)
    conjugate = GAMMA[0] @ np.conj(np.swapaxes(vertex, 1, 2)) @ GAMMA[0]
    lowered = np.einsum("mn,nab->mab", METRIC, conjugate)
    summed = -np.einsum("ab,lbc,cd,lda->", slash(k), vertex, slash(p) + m * ONE, lowered).real
    return float(summed) / 2 * (m / 2) / (8 * np.pi * m**2)


# --- round trips ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "end"), PAIRS)
@given(value=st.floats(1e-40, 1e20))
def test_there_and_back_is_the_same(start, end, value):
    assert float(convert(convert(value, start, end), end, start)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("preset", ["default", "literature-half", "herrera-huber-2024"])
@given(value=st.floats(-1e-30, 1e-30, allow_subnormal=False))
def test_ways_around_agree_under_every_preset(preset, value):
    direct = convert(value, "a", "sin2_theta_w", conventions=preset)
    around = convert(convert(value, "a", "r2", conventions=preset), "r2", "sin2_theta_w", conventions=preset)
    assert float(direct) == pytest.approx(float(around), rel=1e-12)


@pytest.mark.parametrize("name", ["mu", "d:unit", "r2", "a:", "Lambda_2"])
def test_a_quantity_is_itself(name):
    name = name.rstrip(":")
    assert float(convert(3.0, name, name)) == pytest.approx(3.0, rel=1e-15)


def test_arrays_keep_their_shape():
    assert convert(np.ones((2, 3)), "mu", "d").shape == (2, 3)


# --- moments --------------------------------------------------------------------------------------


def test_one_magneton_is_half_the_charge_over_the_electron_mass():
    assert float(convert(1.0, "mu", "d")) == pytest.approx(296.3040539, rel=1e-6)
    assert float(convert(1.0, "mu", "d")) == pytest.approx(np.sqrt(4 * np.pi * ALPHA) / (2 * M_E / GEV), rel=1e-12)


@given(mu=st.floats(1e-15, 1e-5), m=st.floats(1e-3, 10))
def test_decay_does_not_know_the_convention(mu, m):
    half, unit = (float(convert(mu, "mu", f"d:{name}")) for name in ("half", "unit"))
    assert width(half / 2, m) == pytest.approx(width(unit, m), rel=1e-12)
    assert width(half / 2, m) == pytest.approx(half**2 * m**3 / (16 * np.pi), rel=1e-12)
    assert width(unit, m) == pytest.approx(unit**2 * m**3 / (4 * np.pi), rel=1e-12)


def test_coupling_without_half_is_half_as_large():
    assert float(convert(1e-6, "d:half", "d:unit")) == pytest.approx(5e-7)
    assert float(convert(1e-6, "d", "mu", convention="unit")) == pytest.approx(2 * float(convert(1e-6, "d", "mu")))


def test_scale_is_the_inverse_in_the_same_convention():
    for convention in ("half", "unit"):
        assert float(convert(2e-7, "d", "scale", convention=convention)) == pytest.approx(5e6)
    assert float(convert(5e6, "scale:half", "d:unit")) == pytest.approx(1e-7)


@pytest.mark.parametrize("value", [0.0, -1e-11, [1e-11, 0.0]])
def test_no_coupling_has_no_scale(value):
    with pytest.raises(ValueError, match="must be positive"):
        convert(value, "mu", "scale")


def test_elements_of_the_matrix_are_those_of_the_vector():
    vector = np.array([1.0, 2.0, 3.0])
    matrix = lambda_from_vector(vector).real
    for name in ("lambda_12", "lambda_21", "lambda_13", "lambda_31", "lambda_23", "lambda_32"):
        k, j = int(name[-2]) - 1, int(name[-1]) - 1
        (component,) = (n for n in convertible(name) if n.startswith("Lambda"))
        assert float(convert(vector[int(component[-1]) - 1], component, name)) == matrix[k, j]
    assert float(convert(1.0, "Lambda_2", "lambda_13")) == -1


# --- radii ----------------------------------------------------------------------------------------


def test_anapole_of_the_standard_model():
    assert float(convert(standard_model_r2()[0], "r2", "a")) == pytest.approx(1.379e-33, rel=1e-3)
    preset = "literature-half"
    assert float(convert(standard_model_r2()[0], "r2", "a", conventions=preset)) == pytest.approx(6.896e-34, rel=1e-3)


def test_shift_of_couplings_is_that_of_the_weak_current():
    shift = float(convert(1e-32, "r2", "sin2_theta_w"))
    record = PRESETS["tree"]
    before, after = (weak_current(s2w, record) for s2w in (record.sin2_theta_w, record.sin2_theta_w + shift))
    change = (after.g_L + after.g_R - before.g_L - before.g_R)[0, 0]
    assert float(np.real(change)) == pytest.approx(float(convert(1e-32, "r2", "g_V")), rel=1e-9)
    assert float(np.real(change)) == pytest.approx(np.sqrt(2) * np.pi * ALPHA / (3 * G_F) * 1e-32 / HBAR_C**2, rel=1e-9)
    assert baseline_r2(record).max() == 0  # nothing else depends on the angle


def test_rule_of_the_paper_shifts_the_angle_in_proportion():
    a, s2w = 6.9e-34, PRESETS["herrera-huber-2024"].sin2_theta_w
    shift = float(convert(a, "a", "sin2_theta_w", conventions="herrera-huber-2024"))
    # s2w -> s2w (1 - 2 m_W^2 a), Eq. 4 of arXiv:2408.11904
    assert shift == pytest.approx(-2 * s2w * M_W**2 * a / HBAR_C**2, rel=1e-9)


def test_radius_of_texono_is_converted_like_the_table_of_limits():
    texono = next(b for b in published_limits("r2_nu_ee") if b.convention == "half")
    assert float(convert(texono.published[1], "r2:half", "r2")) == pytest.approx(texono.upper, rel=1e-12)


def test_area_in_natural_units():
    barn = CONSTANTS["hbar_c"].value ** 2 * 1e-6 * 1e-26  # (GeV fm)^2 in cm^2 GeV^2
    assert QUANTITIES["r2"].units["GeV^-2"] == pytest.approx(barn, rel=1e-12)
    assert QUANTITIES["r2"].units["GeV^-2"] == pytest.approx(3.893794e-28, rel=1e-6)


# --- everything, and errors -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_equivalents_are_the_conversions_and_leave_out_the_value_itself(name):
    found = equivalents(2e-3, name)
    assert name not in [e.quantity for e in found]
    assert {e.quantity.partition(":")[0] for e in found} - {name.partition(":")[0]} == set(convertible(name))
    for e in found:
        assert e.value == pytest.approx(float(convert(2e-3, name, e.quantity)), rel=1e-12)
        assert (e.unit, e.meaning) == (QUANTITIES[e.quantity.partition(":")[0]].unit, meaning(e.quantity))


def test_equivalents_know_the_convention_of_the_value():
    values = {e.quantity: e.value for e in equivalents(1e-6, "d", convention="unit")}
    assert values["d:half"] == pytest.approx(2e-6)
    assert "d:unit" not in values
    assert not [e for e in equivalents(0.0, "mu") if e.quantity.startswith("scale")]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("mu", "a"), {}, "mu cannot be converted to a; mu can be to: d, scale"),
        (("muu", "d"), {}, "unknown quantity 'muu'; did you mean: mu"),
        (("Lambda", "d"), {}, "Lambda is the scale of a dipole coupling, here called scale, or a vector"),
        (("xyz", "d"), {}, "unknown quantity 'xyz'; use one of: mu, d, scale"),
        (("mu", "d:full"), {}, "d:full: d has the conventions half, unit"),
        (("mu:half", "d"), {}, "mu:half: mu has no conventions"),
        (("mu", "d"), {"convention": "package"}, "no convention 'package' of mu or d; use one of d: half, unit"),
        (("a", "g_V"), {"convention": "half"}, "no convention 'half' of a or g_V; there is none to choose"),
        (("r2", "a"), {"conventions": "no-such"}, "no conventions 'no-such'"),
    ],
)
def test_errors_say_what_can_be_converted(arguments, options, message):
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(")):
        convert(1.0, *arguments, **options)


@pytest.mark.parametrize(
    ("value", "arguments"),
    [(np.inf, ("mu", "d")), (np.nan, ("mu", "d")), ([1.0, np.inf], ("r2", "a")), (1e308, ("mu", "d"))],
)
def test_what_is_no_finite_number_is_refused(value, arguments):
    with pytest.raises(ValueError, match="is no finite number"):
        convert(value, *arguments)
