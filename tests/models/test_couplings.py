"""What named parameters do to the neutrino-electron cross section."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.constants import G_F, HBAR_C, K_R2, M_E, M_W
from nulight.conventions import PRESETS, Conventions, get_conventions
from nulight.interactions.magnetic import dsigma_dT_magnetic
from nulight.interactions.vector import dsigma_dT_weak
from nulight.models.couplings import OwnInteraction, electron_couplings, electron_terms, weak_current
from nulight.models.parameters import Parameter, ParameterError
from nulight.models.standard_model import standard_model_r2
from nulight.targets import get_material
from oracles import FLAVOURS, sum_of_terms, weak_cross_section

TREE = get_conventions("tree")
DEFAULT = get_conventions()
T, E = np.array([1.0, 5.0, 60.0, 250.0]), 747.0


def projector(flavour: str) -> np.ndarray:
    rho = np.zeros((3, 3), dtype=complex)
    rho[FLAVOURS.index(flavour), FLAVOURS.index(flavour)] = 1
    return rho


def cross_section(values, flavour: str = "e", conventions: Conventions = TREE, helicity: str = "nu", **options):
    terms = electron_terms(values, conventions, helicity, **options)
    return sum_of_terms(terms, projector(flavour), T, E)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_tree_couplings_are_vogel_and_engel(flavour: str, helicity: str) -> None:
    for s2w in (0.2, 0.231, 0.23857):
        expected = [weak_cross_section(t, E, flavour, s2w=s2w, antineutrino=helicity == "nubar") for t in T]
        values = {"sin2_theta_w": s2w}
        assert cross_section(values, flavour, helicity=helicity) == pytest.approx(np.array(expected), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("flavour", "g_V", "g_A"), [("e", 0.9521, 0.4938), ("mu", -0.0397, -0.5062), ("tau", -0.0353, -0.5062)]
)
def test_radiative_couplings_are_the_published_ones(flavour: str, g_V: float, g_A: float) -> None:
    expected = dsigma_dT_weak(T, E, g_L=(g_V + g_A) / 2, g_R=(g_V - g_A) / 2)
    assert cross_section({}, flavour, DEFAULT) == pytest.approx(expected, rel=1e-12, abs=0)


def test_weak_angle_moves_radiative_couplings_by_the_tree_derivative() -> None:
    low, high = (weak_current(s, DEFAULT) for s in (0.23, 0.24))
    assert np.diag(high.g_L - low.g_L).real == pytest.approx(0.01 * np.ones(3))
    assert np.diag(high.g_R - low.g_R).real == pytest.approx(0.01 * np.ones(3))


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("preset", ["default", "literature-half"])
def test_the_standard_model_radius_changes_nothing(flavour: str, preset: str) -> None:
    r2 = standard_model_r2()[FLAVOURS.index(flavour)]
    conventions = get_conventions(preset)
    nothing = cross_section({}, flavour, conventions)
    assert cross_section({f"r2_nu_{flavour * 2}": r2}, flavour, conventions) == pytest.approx(nothing, rel=1e-12, abs=0)
    a = conventions.anapole_per_r2 * r2
    assert cross_section({f"a_nu_{flavour * 2}": a}, flavour, conventions) == pytest.approx(nothing, rel=1e-12, abs=0)


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
@given(r2=st.floats(-1e-31, 1e-31))
def test_charge_radius_is_a_shift_of_g_v(helicity: str, r2: float) -> None:
    anti = helicity == "nubar"
    expected = [weak_cross_section(t, E, "e", s2w=0.23, delta_g_V=K_R2 * r2, antineutrino=anti) for t in T]
    values = {"r2_nu_ee": r2, "sin2_theta_w": 0.23}
    # absolute: the sum is small where g_V passes through zero
    assert cross_section(values, helicity=helicity) == pytest.approx(np.array(expected), rel=1e-9, abs=1e-60)


@given(st.floats(-1e-32, 1e-32), st.floats(0.2, 0.26), st.sampled_from(["nu", "nubar"]))
def test_anapole_of_herrera_and_huber_is_a_shift_of_the_weak_angle(a: float, s2w: float, helicity: str) -> None:
    conventions = get_conventions("herrera-huber-2024")
    shifted = s2w * (1 - 2 * M_W**2 / HBAR_C**2 * a)
    moved = cross_section({"a_nu_ee": a, "sin2_theta_w": s2w}, "e", conventions, helicity)
    assert moved == pytest.approx(
        cross_section({"sin2_theta_w": shifted}, "e", conventions, helicity), rel=1e-10, abs=0
    )
    # only the flavour whose moment is on
    other = cross_section({"a_nu_ee": a, "sin2_theta_w": s2w}, "mu", conventions, helicity)
    assert other == pytest.approx(cross_section({"sin2_theta_w": s2w}, "mu", conventions, helicity), rel=1e-12, abs=0)


@pytest.mark.parametrize(("a", "change"), [(1e-32, -0.221), (-1e-32, 0.257), (6.8e-34, -0.0162)])
def test_rate_change_by_an_anapole_moment(a: float, change: float) -> None:
    """Physics page on the anapole: 51Cr, 1-140 keV; stepping and resolution hardly matter to the ratio."""
    conventions = get_conventions("herrera-huber-2024")
    lines, weights = np.array([427.0, 432.0, 747.0, 752.0]), np.array([0.09, 0.009, 0.816, 0.085])
    recoils = np.linspace(1.0, 140.0, 1391)[:, None]

    def rate(values) -> float:
        terms = electron_terms(values, conventions, "nu")
        return float(np.trapezoid(sum_of_terms(terms, projector("e"), recoils, lines) @ weights, recoils[:, 0]))

    assert rate({"a_nu_ee": a}) / rate({}) - 1 == pytest.approx(change, rel=0.02, abs=0)


@pytest.mark.parametrize("preset", ["default", "tree"])
def test_anapole_is_minus_a_sixth_of_the_radius(preset: str) -> None:
    one = cross_section({"a_nu_ee": 1e-33}, conventions=get_conventions(preset))
    assert one == pytest.approx(
        cross_section({"r2_nu_ee": -6e-33}, conventions=get_conventions(preset)), rel=1e-13, abs=0
    )


def test_flavour_difference_of_the_radii_is_the_known_logarithm() -> None:
    # the check that fixes the factor two: alpha / (3 pi) ln(m_mu^2 / m_e^2) = 0.00826
    r2 = standard_model_r2()
    assert K_R2 * (r2[1] - r2[0]) == pytest.approx(0.00826, abs=5e-6)


def test_off_diagonal_anapole_and_radius_add_incoherently() -> None:
    r2 = 5e-32
    both = cross_section({"r2_nu_emu": r2})
    g = K_R2 * r2 / 2
    assert both == pytest.approx(cross_section({}) + dsigma_dT_weak(T, E, g_L=g, g_R=g), rel=1e-12, abs=0)
    assert cross_section({"a_nu_emu": -r2 / 6}) == pytest.approx(both, rel=1e-13, abs=0)


def test_off_diagonal_charge_adds_incoherently_and_has_no_sign() -> None:
    plus, minus = (cross_section({"q_nu_etau": q}) for q in (2e-12, -2e-12))
    assert plus == pytest.approx(minus, rel=1e-13, abs=0)
    diagonal = cross_section({"q_nu_ee": 2e-12}) + cross_section({"q_nu_ee": -2e-12}) - cross_section({}) * 2
    assert plus - cross_section({}) == pytest.approx(diagonal / 2, rel=1e-9, abs=0)


@pytest.mark.parametrize(("helicity", "sign"), [("nu", -1), ("nubar", -1)])
def test_a_positive_charge_lowers_the_nu_e_rate_at_low_recoil(helicity: str, sign: int) -> None:
    # interference -2 K q g_V: g_V of nu_e is positive, for neutrinos and antineutrinos
    change = cross_section({"q_nu_ee": 1e-14}, helicity=helicity) - cross_section({}, helicity=helicity)
    assert np.all(np.sign(change) == sign)


def test_universal_and_flavour_moments() -> None:
    weak = cross_section({}, "mu")
    magnetic = dsigma_dT_magnetic(T, E, mu_nu=3e-11)
    assert cross_section({"mu_nu": 3e-11}, "mu") == pytest.approx(weak + magnetic, rel=1e-13, abs=0)
    assert cross_section({"mu_nu_mu": 3e-11}, "mu") == pytest.approx(weak + magnetic, rel=1e-13, abs=0)
    assert cross_section({"mu_nu_e": 3e-11}, "mu") == pytest.approx(weak, rel=1e-13, abs=0)
    # a flavour's own value replaces the universal one
    assert cross_section({"mu_nu": 5e-11, "mu_nu_mu": 3e-11}, "mu") == pytest.approx(weak + magnetic, rel=1e-13, abs=0)


def test_flavour_moments_do_not_interfere_but_portal_moments_do() -> None:
    state = np.array([1, 1, 0]) / np.sqrt(2)
    rho = np.outer(state, state).astype(complex)
    weak = sum_of_terms(electron_terms({}, TREE, "nu"), rho, T, E)
    one = dsigma_dT_magnetic(T, E, mu_nu=1e-11)
    flavour = sum_of_terms(electron_terms({"mu_nu_e": 1e-11, "mu_nu_mu": 1e-11}, TREE, "nu"), rho, T, E)
    portal = sum_of_terms(electron_terms({"mu_e4": 1e-11, "mu_mu4": 1e-11}, TREE, "nu"), rho, T, E)
    assert flavour - weak == pytest.approx(one, rel=1e-10, abs=0)
    assert portal - weak == pytest.approx(2 * one, rel=1e-10, abs=0)


def test_portal_carries_its_mass() -> None:
    values = {"mu_e4": 1e-11, "m_4": 150.0}
    expected = cross_section({}) + dsigma_dT_magnetic(T, E, mu_nu=1e-11, m_final=150.0)
    assert cross_section(values) == pytest.approx(expected, rel=1e-13, abs=0)


def test_a_universal_light_mediator_is_a_diagonal_product() -> None:
    for kind in ("vector", "scalar"):
        one = cross_section({f"g_{kind}": 1e-6, f"m_{kind}": 20.0}, "mu")
        pairs = {f"gg_{kind}_{f}{f}": 1e-12 for f in FLAVOURS}
        assert cross_section({**pairs, f"m_{kind}": 20.0}, "mu") == pytest.approx(one, rel=1e-13, abs=0)
        assert not np.allclose(one, cross_section({}, "mu"), rtol=1e-6, atol=0)


def test_a_heavy_vector_shifts_g_v() -> None:
    m, gg = 1e8, 3e-2
    shift = gg / (np.sqrt(2) * G_F * m**2)
    expected = [weak_cross_section(t, E, "e", s2w=TREE.sin2_theta_w, delta_g_V=shift) for t in T]
    assert cross_section({"gg_vector_ee": gg, "m_vector": m}) == pytest.approx(np.array(expected), rel=1e-9, abs=0)
    assert shift > 1e-3


@settings(max_examples=40)
@given(st.integers(0, 2**31), st.sampled_from(["nu", "nubar"]), st.sampled_from(sorted(PRESETS)))
def test_model_points_are_independent(seed: int, helicity: str, preset: str) -> None:
    """Vectorised points equal one call each, for any parameters together."""
    rng = np.random.default_rng(seed)
    values = {
        "sin2_theta_w": rng.uniform(0.2, 0.26, 3),
        "mu_nu_e": rng.uniform(0, 1e-11, 3),
        "mu_mu4": 2e-11,
        "m_4": 100.0,
        "r2_nu_ee": rng.normal(size=3) * 1e-32,
        "a_nu_mutau": rng.normal() * 1e-32,
        "q_nu_etau": rng.normal(size=3) * 1e-12,
        "gg_vector_emu": rng.normal(size=3) * 1e-12,
        "m_vector": 30.0,
        "g_scalar": rng.uniform(0, 1e-6, 3),
        "m_scalar": 3.0,
    }
    rho = projector("e") * 0.5 + 0.1 + 0.2 * projector("mu")
    conventions = get_conventions(preset)

    def total(point) -> np.ndarray:
        terms = electron_terms(point, conventions, helicity)
        return sum(t.weights(rho[None])[..., 0, None] * t.kinematics.dsigma_dT(T[:3], E) for t in terms)

    together = total(values)
    assert together.shape == (3, 3)
    for i in range(3):
        single = total({k: (v[i] if np.ndim(v) else v) for k, v in values.items()})
        assert together[i] == pytest.approx(np.ravel(single), rel=1e-10, abs=0)
    assert np.all(together > 0)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"mu_nue": 1e-11}, "unknown parameter 'mu_nue'; did you mean"),
        ({"sin2_theta_w": 2.0}, "outside its domain"),
        ({"mu_nu": -1.0}, "mu_nu = -1.0 mu_B is outside its domain"),
        ({"r2_nu_ee": 1e-32, "a_nu_ee": 1e-33}, "the same quantity"),
        ({"g_vector": 1e-6}, r"set m_vector \[keV\] together"),
        ({"g_vector": 1e-6, "m_vector": [1.0, 2.0]}, "must be one value a call, got 2"),
        ({"g_scalar": 1e-6, "gg_scalar_ee": 1e-12, "m_scalar": 1.0}, "not both"),
        ({"mu_e4": 1e-11, "m_4": [1.0, 2.0]}, "must be one value a call"),
    ],
)
def test_wrong_parameters_say_what_is_wrong(values, match: str) -> None:
    with pytest.raises(ParameterError, match=match):
        electron_terms(values, DEFAULT, "nu")


def own(name: str = "mu_own", **changes) -> OwnInteraction:
    parameter = Parameter(name=name, unit="mu_B", latex="x", description="mine")
    return OwnInteraction(parameter=parameter, dsigma_dT=lambda T, E: dsigma_dT_magnetic(T, E, mu_nu=1.0), **changes)


def test_an_own_interaction_adds_its_cross_section() -> None:
    values = {"mu_own": 1e-11}
    magnetic = dsigma_dT_magnetic(T, E, mu_nu=1e-11)
    assert cross_section(values, own=[own()]) == pytest.approx(cross_section({}) + magnetic, rel=1e-13, abs=0)
    assert cross_section({}, own=[own()]) == pytest.approx(cross_section({}), rel=1e-13, abs=0)
    assert cross_section(values, "mu", own=[own(flavours=("e",))]) == pytest.approx(
        cross_section({}, "mu"), rel=1e-13, abs=0
    )
    linear = cross_section({"mu_own": 1e-22}, own=[own(power=1)])
    assert linear == pytest.approx(cross_section({}) + magnetic, rel=1e-13, abs=0)


def test_an_own_interaction_may_not_shadow_a_known_one() -> None:
    with pytest.raises(ParameterError, match="'mu_nu' is taken"):
        own("mu_nu")


def test_an_own_interaction_needs_known_flavours() -> None:
    with pytest.raises(ParameterError, match="unknown flavour 'muon'"):
        own(flavours=("e", "muon"))


def test_the_weak_part_comes_first_and_is_made_once() -> None:
    currents, moments, scalars = electron_couplings({}, DEFAULT)
    assert [c.label for c in currents] == ["weak"]
    assert not moments
    assert not scalars
    first, second = (electron_terms({"mu_nu": mu}, DEFAULT, "nu") for mu in (1e-11, 2e-11))
    assert all(a is b for a, b in zip(first, second, strict=True) if a.constant)
    assert sum(term.constant for term in first) == 3


@pytest.mark.parametrize(("atomic", "binding"), [("free", {"free"}), ("stepping", {"stepping"})])
def test_atomic_description_reaches_every_term(atomic: str, binding: set[str]) -> None:
    values = {"mu_nu": 1e-11, "q_nu_ee": 1e-12, "g_scalar": 1e-6, "m_scalar": 1.0}
    assert {t.kinematics.binding for t in electron_terms(values, TREE, "nu", atomic=atomic)} == binding


def test_rrpa_holds_for_weak_and_diagonal_charge_radius_only() -> None:
    values = {"mu_nu": 1e-11, "q_nu_ee": 1e-12, "r2_nu_ee": 1e-32}
    by_label: dict[str, set[str]] = {}
    for term in electron_terms(values, TREE, "nu", atomic="rrpa"):
        by_label.setdefault(term.label, set()).add(term.kinematics.binding)
    assert by_label["weak"] == by_label["charge_radius"] == {"rrpa_e", "rrpa_x"}
    assert by_label["magnetic"] == by_label["millicharge"] == {"stepping"}


def test_target_is_the_electron() -> None:
    assert {t.kinematics.mass for t in electron_terms({"mu_nu": 1e-11}, DEFAULT, "nu")} == {M_E}


@pytest.mark.parametrize("millicharge", ["electrons", "epa"])
def test_common_millicharge_is_that_of_every_flavour_without_its_own(millicharge: str) -> None:
    conventions = get_conventions().with_changes(millicharge=millicharge)
    xenon = get_material("Xe")

    def total(values: dict[str, float]) -> list[np.ndarray]:
        terms = electron_terms(values, conventions, "nu", material=xenon)
        return [term.matrix for term in terms if term.label == "millicharge"]

    each = {f"q_nu_{f}{f}": 1e-12 for f in ("e", "mu", "tau")}
    np.testing.assert_array_equal(total({"q_nu": 1e-12}), total(each))
    np.testing.assert_array_equal(total({"q_nu": 1e-12, "q_nu_mumu": 0.0}), total(each | {"q_nu_mumu": 0.0}))
    assert not np.allclose(total({"q_nu": 1e-12}), total({"q_nu_ee": 1e-12}), rtol=1e-3, atol=0)
