"""Parameters on nuclei: published couplings, what each parameter shifts, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import ALPHA, G_F, HBAR_C, K_R2, M_E, SIN2_THETA_W
from nulight.conventions import PRESETS, get_conventions
from nulight.models.couplings import (
    OwnInteraction,
    electron_terms,
    nuclear_couplings,
    nuclear_terms,
    nuclear_weak_current,
)
from nulight.models.parameters import FLAVOUR_PAIRS, FOLDED, PARAMETERS, Parameter, ParameterError
from nulight.models.standard_model import standard_model_r2
from nulight.neutrinos.flux import FLAVOURS, Flux, pure_flavour
from nulight.targets import get_material
from nulight.targets.nuclei import get_nuclear_target
from oracles import sum_of_terms

DEFAULT, TREE = get_conventions(), get_conventions("tree")
XENON = get_nuclear_target("Xe")
ARGON = get_nuclear_target("Ar40")
E, T = 3e4, np.array([0.5, 2.0, 8.0])


def cross_section(values, flavour="e", conventions=TREE, helicity="nu", target=XENON, **options) -> np.ndarray:
    terms = nuclear_terms(values, conventions, helicity, target, **options)
    return sum_of_terms(terms, pure_flavour(flavour)[0], T, E)


def by_hand(g_p: float, g_n: float, target=ARGON) -> np.ndarray:
    """Coherent scattering on one nuclide without spin."""
    nucleus = target.nuclides[0]
    charge = g_p * nucleus.Z * target.F_charge(0, T) + g_n * nucleus.N * target.F_weak_neutron(0, T)
    bracket = 1 - T / E - nucleus.mass * T / (2 * E**2)
    return G_F**2 * nucleus.mass / np.pi * HBAR_C**2 * charge**2 * bracket


# --- Standard Model ------------------------------------------------------------------------------


@pytest.mark.parametrize(("flavour", "g_p"), [("e", 0.0382), ("mu", 0.0300), ("tau", 0.0256)])
@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_radiative_couplings_are_the_published_ones(flavour: str, g_p: float, helicity: str) -> None:
    ours = cross_section({}, flavour, DEFAULT, helicity, ARGON)
    assert ours == pytest.approx(by_hand(g_p, -0.5117), rel=1e-12, abs=0)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_tree_couplings_are_those_of_the_quarks(flavour: str) -> None:
    u, d = 0.5 - 4 / 3 * 0.2387, -0.5 + 2 / 3 * 0.2387
    ours = cross_section({"sin2_theta_w": 0.2387}, flavour, TREE, target=ARGON)
    assert ours == pytest.approx(by_hand(2 * u + d, u + 2 * d), rel=1e-12, abs=0)


def test_less_their_charge_radius_the_couplings_of_all_flavours_agree() -> None:
    # the flavour dependence of the table is the charge radius and nothing else: it checks both
    bare = np.array([0.0382, 0.0300, 0.0256]) + K_R2 * standard_model_r2()
    assert np.ptp(bare) < 1e-4
    bare_conventions = DEFAULT.with_changes(baseline_r2="zero")
    assert np.diag(nuclear_weak_current(SIN2_THETA_W, bare_conventions).g_p).real == pytest.approx(bare, abs=1e-15)


def test_weak_angle_moves_protons_by_the_tree_derivative_and_no_neutrons() -> None:
    low, high = (nuclear_weak_current(s, DEFAULT) for s in (0.23, 0.24))
    assert np.diag(high.g_p - low.g_p).real == pytest.approx(-0.02 * np.ones(3))
    assert np.array_equal(high.g_n, low.g_n)


def test_the_weak_part_is_made_once() -> None:
    first, second = (nuclear_terms({"mu_nu": mu}, DEFAULT, "nu", XENON) for mu in (1e-11, 2e-11))
    assert all(a is b for a, b in zip(first, second, strict=True) if a.constant)
    assert sum(term.constant for term in first) == 3
    assert {term.kinematics.binding for term in first} == {"unit"}


# --- charge radius, anapole, charge --------------------------------------------------------------


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("preset", ["default", "literature-half"])
def test_the_standard_model_radius_changes_nothing(flavour: str, preset: str) -> None:
    conventions, r2 = get_conventions(preset), standard_model_r2()[FLAVOURS.index(flavour)]
    nothing = cross_section({}, flavour, conventions)
    assert cross_section({f"r2_nu_{flavour * 2}": r2}, flavour, conventions) == pytest.approx(nothing, rel=1e-12, abs=0)
    a = conventions.anapole_per_r2 * r2
    assert cross_section({f"a_nu_{flavour * 2}": a}, flavour, conventions) == pytest.approx(nothing, rel=1e-12, abs=0)


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
@given(r2=st.floats(-1e-31, 1e-31))
def test_charge_radius_is_a_shift_of_the_proton(helicity: str, r2: float) -> None:
    moved = cross_section({"r2_nu_ee": r2, "sin2_theta_w": 0.23}, helicity=helicity, target=ARGON)
    # absolute: the amplitude passes through zero
    assert moved == pytest.approx(by_hand(0.04 - K_R2 * r2, -0.5), rel=1e-9, abs=1e-10 * by_hand(0.04, -0.5).max())


@given(a=st.floats(-1e-32, 1e-32), s2w=st.floats(0.2, 0.26), helicity=st.sampled_from(["nu", "nubar"]))
def test_anapole_of_herrera_and_huber_is_a_shift_of_the_weak_angle(a: float, s2w: float, helicity: str) -> None:
    conventions = get_conventions("herrera-huber-2024")
    m_W = 80.3692e6 / HBAR_C
    moved = cross_section({"a_nu_ee": a, "sin2_theta_w": s2w}, "e", conventions, helicity)
    shifted = {"sin2_theta_w": s2w * (1 - 2 * m_W**2 * a)}
    assert moved == pytest.approx(cross_section(shifted, "e", conventions, helicity), rel=1e-9, abs=0)


def test_off_diagonal_radius_adds_incoherently_on_protons_alone() -> None:
    r2 = 5e-32
    change = cross_section({"r2_nu_emu": r2}, target=ARGON) - cross_section({}, target=ARGON)
    assert change == pytest.approx(by_hand(K_R2 * r2, 0.0), rel=1e-9, abs=0)


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_a_positive_charge_raises_the_proton_coupling_of_neutrinos_and_antineutrinos(helicity: str) -> None:
    q, M = 1e-9, ARGON.nuclides[0].mass
    ours = cross_section({"q_nu_ee": q}, helicity=helicity, target=ARGON)
    shift = np.sqrt(2) * np.pi * ALPHA * q / (G_F * M * T)
    assert ours == pytest.approx(by_hand(0.5 - 2 * SIN2_THETA_W + shift, -0.5), rel=1e-12, abs=0)
    # the neutrons dominate with the other sign: the rate falls
    assert np.all(ours < cross_section({}, helicity=helicity, target=ARGON))


# --- moments, mediators, contact interactions -----------------------------------------------------


def test_a_moment_goes_with_the_charge_squared_and_the_electron_mass_of_the_magneton() -> None:
    nucleus, mu = ARGON.nuclides[0], 1e-9
    change = cross_section({"mu_nu_mu": mu}, "mu", target=ARGON) - cross_section({}, "mu", target=ARGON)
    closed = np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * mu**2 * (1 / T - 1 / E + T / (4 * E**2))
    assert change == pytest.approx(closed * (nucleus.Z * ARGON.F_charge(0, T)) ** 2, rel=1e-9, abs=0)


def test_the_portal_carries_its_mass() -> None:
    light, heavy = (cross_section({"mu_e4": 1e-9, "m_4": m}) - cross_section({}) for m in (0.0, 2e4))
    assert light == pytest.approx(cross_section({"mu_nu_e": 1e-9}) - cross_section({}), rel=1e-9, abs=0)
    assert np.all(heavy < light)
    terms = nuclear_terms({"mu_e4": 1e-9, "m_4": 2e4}, TREE, "nu", XENON)
    assert [term.kinematics.m_final for term in terms if term.label == "dipole"] == [2e4]


def test_a_universal_vector_counts_three_quarks_and_is_a_product_on_nucleons() -> None:
    one = cross_section({"g_vector": 1e-5, "m_vector": 5e3}, "mu")
    pairs = {f"gg_vector_{n}_{f}{f}": 3e-10 for n in "pn" for f in FLAVOURS}
    assert cross_section({**pairs, "m_vector": 5e3}, "mu") == pytest.approx(one, rel=1e-13, abs=0)


def test_a_universal_scalar_has_the_charge_of_the_literature() -> None:
    g, m, nucleus = 1e-5, 3e3, ARGON.nuclides[0]
    change = cross_section({"g_scalar": g, "m_scalar": m}, target=ARGON) - cross_section({}, target=ARGON)
    charge = nucleus.Z * 15.1 * ARGON.F_charge(0, T) + nucleus.N * 14 * ARGON.F_weak_neutron(0, T)
    closed = nucleus.mass**2 * T * (g**2 * charge) ** 2 * HBAR_C**2
    closed /= 4 * np.pi * E**2 * (2 * nucleus.mass * T + m**2) ** 2
    assert change == pytest.approx(closed, rel=1e-9, abs=0)


@pytest.mark.parametrize("pair", ["ee", "emu"])
def test_a_heavy_vector_is_an_nsi_on_nuclei(pair: str) -> None:
    eps_u, eps_d, m = 0.07, -0.03, 1e11
    unit = np.sqrt(2) * G_F * m**2
    contact = cross_section({f"eps_u_{pair}": eps_u, f"eps_d_{pair}": eps_d})
    protons, neutrons = (2 * eps_u + eps_d) * unit, (eps_u + 2 * eps_d) * unit
    mediator = {f"gg_vector_p_{pair}": protons, f"gg_vector_n_{pair}": neutrons, "m_vector": m}
    assert cross_section(mediator) == pytest.approx(contact, rel=1e-10, abs=0)


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
@pytest.mark.parametrize("pair", ["ee", "etau"])
def test_a_heavy_vector_is_an_nsi_on_electrons(pair: str, helicity: str) -> None:
    T_e, E_e, eps = np.array([1.0, 50.0, 300.0]), 747.0, 0.1

    def electrons(values) -> np.ndarray:
        return sum_of_terms(electron_terms(values, TREE, helicity), pure_flavour("e")[0], T_e, E_e)

    contact = electrons({f"eps_e_{pair}": eps})
    for m, tolerance in ((1e10, 1e-10), (1e5, 1e-4)):
        gg = eps * np.sqrt(2) * G_F * m**2
        heavy = electrons({f"gg_vector_{pair}": gg, "m_vector": m})
        assert heavy == pytest.approx(contact, rel=tolerance, abs=0)
    # the way there is the propagator's: first order in 2 m_e T / m^2
    assert heavy - electrons({}) != pytest.approx(contact - electrons({}), rel=1e-6, abs=0)


def test_an_nsi_of_one_quark_leaves_the_other_at_zero() -> None:
    up = cross_section({"eps_u_ee": 0.1}, target=ARGON)
    assert up == pytest.approx(by_hand(0.5 - 2 * SIN2_THETA_W + 0.2, -0.4), rel=1e-12, abs=0)
    down = cross_section({"eps_d_ee": 0.1}, target=ARGON)
    assert down == pytest.approx(by_hand(0.5 - 2 * SIN2_THETA_W + 0.1, -0.3), rel=1e-12, abs=0)


# --- what acts on what ---------------------------------------------------------------------------


def test_couplings_to_electrons_do_not_reach_nuclei_and_the_other_way() -> None:
    on_electrons = {"eps_e_ee": 0.3, "gg_vector_ee": 1e-6, "gg_scalar_ee": 1e-6}
    assert np.array_equal(cross_section(on_electrons), cross_section({}))
    on_nuclei = {"eps_u_ee": 0.3, "gg_vector_p_ee": 1e-6, "gg_scalar_n_ee": 1e-6, "R_n": 5.0}
    assert [t.label for t in electron_terms(on_nuclei, TREE, "nu")] == ["weak"] * 3


def test_neutron_radius_is_that_of_every_nucleus() -> None:
    expected = cross_section({}, target=XENON.with_neutron_radius(5.1))
    assert cross_section({"R_n": 5.1}) == pytest.approx(expected, rel=1e-13, abs=0)
    assert np.all(expected < cross_section({}))


def test_folded_parameters_are_known_and_take_one_value() -> None:
    assert set(FOLDED) <= set(PARAMETERS)
    companions = {"m_4": {"mu_e4": 1e-9}, "m_vector": {"g_vector": 1e-5}, "m_scalar": {"g_scalar": 1e-5}, "R_n": {}}
    for name in FOLDED:
        values = {**companions[name], name: np.array([4.0, 5.0])}
        with pytest.raises(ParameterError, match=f"{name} must be one value a call, got 2"):
            nuclear_terms(values, TREE, "nu", XENON)


def test_every_flavour_pair_has_its_parameters() -> None:
    prefixes = ("eps_e", "eps_u", "eps_d", "gg_vector_p", "gg_vector_n", "gg_scalar_p", "gg_scalar_n")
    assert {f"{prefix}_{pair}" for prefix in prefixes for pair in FLAVOUR_PAIRS} <= set(PARAMETERS)


@given(st.integers(0, 2**31), st.sampled_from(["nu", "nubar"]), st.sampled_from(sorted(PRESETS)))
def test_points_together_are_points_one_by_one(seed: int, helicity: str, preset: str) -> None:
    rng = np.random.default_rng(seed)
    values = {
        "sin2_theta_w": rng.uniform(0.2, 0.26, 3),
        "mu_nu_e": rng.uniform(0, 1e-9, 3),
        "mu_mu4": 2e-9,
        "m_4": 1e4,
        "r2_nu_ee": rng.normal(size=3) * 1e-32,
        "a_nu_mutau": rng.normal() * 1e-32,
        "q_nu_etau": rng.normal(size=3) * 1e-9,
        "eps_u_ee": rng.normal(size=3) * 0.1,
        "gg_vector_n_emu": rng.normal(size=3) * 1e-10,
        "m_vector": 3e3,
        "g_scalar": rng.uniform(0, 1e-5, 3),
        "m_scalar": 3e3,
        "R_n": 5.0,
    }
    rho = pure_flavour("e") * 0.5 + 0.1 + 0.2 * pure_flavour("mu")
    conventions = get_conventions(preset)

    def total(point) -> np.ndarray:
        terms = nuclear_terms(point, conventions, helicity, ARGON)
        return sum(t.weights(rho)[..., 0, None] * t.kinematics.dsigma_dT(T, E) for t in terms)

    together = total(values)
    assert together.shape == (3, 3)
    for i in range(3):
        single = total({k: (v[i] if np.ndim(v) else v) for k, v in values.items()})
        assert together[i] == pytest.approx(np.ravel(single), rel=1e-9, abs=0)
    assert np.all(together > 0)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"eps_uee": 0.1}, "unknown parameter 'eps_uee'; did you mean"),
        ({"R_n": 0.5}, r"R_n = 0.5 fm is outside its domain \[2, 10\]"),
        ({"gg_vector_p_ee": 1e-10}, r"set m_vector \[keV\] together"),
        ({"g_vector": 1e-6, "gg_vector_n_ee": 1e-12, "m_vector": 1.0}, "gg_vector_n_ee, not both"),
        ({"r2_nu_ee": 1e-32, "a_nu_ee": 1e-33}, "the same quantity"),
    ],
)
def test_wrong_parameters_say_what_is_wrong(values, match: str) -> None:
    with pytest.raises(ParameterError, match=match):
        nuclear_terms(values, DEFAULT, "nu", XENON)


def test_couplings_are_named_like_those_on_electrons() -> None:
    values = {
        "r2_nu_ee": np.array(1e-32),
        "q_nu_ee": np.array(1e-9),
        "eps_d_ee": np.array(0.1),
        "gg_vector_n_ee": np.array(1e-10),
        "m_vector": np.array(1e3),
        "mu_nu": np.array(1e-9),
        "g_scalar": np.array(1e-5),
        "m_scalar": np.array(1.0),
    }
    currents, moments, scalars = nuclear_couplings(values, DEFAULT)
    assert [c.label for c in currents] == ["weak", "charge_radius", "millicharge", "nsi", "light_vector"]
    assert ([m.label for m in moments], [s.label for s in scalars]) == (["magnetic"], ["light_scalar"])


# --- interactions of the user --------------------------------------------------------------------


def moment_by_the_user(T: np.ndarray, E: np.ndarray, nuclide) -> np.ndarray:
    """A magnetic moment on a point charge, spin-0 bracket."""
    return np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * nuclide.Z**2 * (1 / T - 1 / E + T / (4 * E**2))


def own(**changes) -> OwnInteraction:
    parameter = Parameter(name="mu_own", unit="mu_B", latex="x", description="mine")
    return OwnInteraction(parameter=parameter, dsigma_dT=moment_by_the_user, target="nuclei", **changes)


def test_an_own_interaction_on_nuclei_is_the_built_in_one() -> None:
    point = get_nuclear_target("Ar", form_factor="unity")
    mine = cross_section({"mu_own": 1e-9}, own=[own()], target=point)
    assert mine == pytest.approx(cross_section({"mu_nu": 1e-9}, target=point), rel=1e-12, abs=0)
    assert np.array_equal(cross_section({}, own=[own()], target=point), cross_section({}, target=point))


def test_an_own_interaction_on_nuclei_folds_like_the_built_in_one() -> None:
    point = get_nuclear_target("Ar", form_factor="unity")
    flux = Flux.from_density("x", [1e3, 5e3, 2e4], lambda E: (1e-9 * E)[None], matrices=pure_flavour("e"))
    mine = nuclear_terms({"mu_own": 1e-9}, TREE, "nu", point, own=[own()])[-1].kinematics
    built_in = nuclear_terms({"mu_nu": 1e-9}, TREE, "nu", point)[-1].kinematics
    assert mine.flux_averages([flux, flux], T) == pytest.approx(
        built_in.flux_averages([flux, flux], T), rel=1e-9, abs=0
    )
    assert (mine.masses, mine.binding, mine.m_final) == (built_in.masses, "unit", 0.0)
    assert len(mine.breakpoints) == 0
    assert mine.key != own(m_final=1.0).nuclear_term(1.0, "nu", point).kinematics.key


def test_an_own_interaction_acts_on_its_target_only() -> None:
    values = {"mu_own": 1e-9}
    assert "mu_own" not in [t.label for t in electron_terms(values, TREE, "nu", own=[own()])]
    on_electrons = OwnInteraction(parameter=own().parameter, dsigma_dT=lambda T, E: T * E)
    assert "mu_own" not in [t.label for t in nuclear_terms(values, TREE, "nu", XENON, own=[on_electrons])]
    with pytest.raises(ParameterError, match="unknown target 'protons'; use one of: electrons, nuclei"):
        OwnInteraction(parameter=own().parameter, dsigma_dT=moment_by_the_user, target="protons")  # type: ignore[arg-type]


# --- equivalent photons --------------------------------------------------------------------------


def test_equivalent_photons_replace_the_charge_on_electrons_and_its_interference() -> None:
    epa = TREE.with_changes(millicharge="epa")
    values = {"q_nu_ee": 1e-12, "r2_nu_ee": 1e-32}
    labels = [t.label for t in electron_terms(values, epa, "nu", material=get_material("Xe"))]
    assert labels.count("millicharge") == 1
    assert not [label for label in labels if "*" in label]
    assert [t for t in electron_terms({}, epa, "nu") if t.label == "millicharge"] == []
    with pytest.raises(ParameterError, match="needs the atoms"):
        electron_terms(values, epa, "nu")
    # nuclei scatter a charge as they always do
    assert np.array_equal(cross_section({"q_nu_ee": 1e-9}, conventions=epa), cross_section({"q_nu_ee": 1e-9}))
