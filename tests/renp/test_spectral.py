"""Spectral functions: identities, limits, rescaling, positivity and refused inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import (
    AtomicScheme,
    Neutrinos,
    NewPhysics,
    ScalarMediator,
    VectorMediator,
    atomic_scheme,
    element,
    neutrinos,
    spectral_function,
    spectral_parts,
    weak_couplings,
)
from nulight.renp import units as u
from nulight.renp.kinematics import PAIRS, pair_kinematics, thresholds
from oracles_renp import Couplings, Process

YB = atomic_scheme("yb-dinh-2012")
NUFIT_5 = OscillationParameters(
    s2_12=0.304, s2_13=0.0222, s2_23=0.57, delta_cp=3.4, dm2_21=7.42e-5, dm2_31=2.515e-3, source="test", name="test"
)
TRIGGERS = np.array([1.069, 1.07, 1.0708, 1.0712, 1.0716, 1.07164])
MOMENTS = ("mu", "epsilon")
KINDS = {"mu": "magnetic", "epsilon": "electric"}


def nu(nature="dirac", lightest=0.01, **phases):
    return neutrinos(lightest, nature=nature, oscillation=NUFIT_5, **phases)


def massless(nature="dirac"):
    return Neutrinos(masses=np.zeros(3), mixing=nu().mixing, nature=nature)


def vector(g, mass, **more):
    return NewPhysics(vector=VectorMediator(mass=mass, left=g, **more))


# --- the numbers of the notes -------------------------------------------------------------------------


def test_weak_spectrum_at_the_six_triggers():
    """Independent prototype with the same oscillation parameters; its digits are those printed."""
    dirac = [0.06045, 0.04882, 0.04592, 0.04449, 0.02218, 0.001493]
    majorana = [0.06024, 0.04876, 0.04587, 0.04445, 0.02217, 0.001492]
    assert spectral_function(TRIGGERS, YB, nu()) == pytest.approx(dirac, rel=4e-4)
    assert spectral_function(TRIGGERS, YB, nu("majorana")) == pytest.approx(majorana, rel=4e-4)
    assert spectral_function([0.5, 1.0], YB, nu()) == pytest.approx([0.2113, 0.1053], rel=5e-4)


def test_moments_of_the_lightest_pair():
    at = [0, 3, 5]
    magnetic = spectral_parts(TRIGGERS, YB, nu(), NewPhysics(mu=element("11", 1e-11)))["magnetic"][at]
    electric = spectral_parts(TRIGGERS, YB, nu(), NewPhysics(epsilon=element("11", 1e-11)))["electric"][at]
    assert magnetic == pytest.approx([5.60e-4, 6.57e-4, 4.99e-4], rel=2e-3)
    assert electric == pytest.approx([5.06e-4, 4.05e-4, 2.00e-5], rel=3e-3)


# --- the weak interaction ------------------------------------------------------------------------------


def test_massless_limit():
    omega = np.array([0.3, 1.0, 1.0717, np.nextafter(YB.E_eg / 2, 0)])
    q2 = YB.E_eg * (YB.E_eg - 2 * omega)
    expected = 0.75 * (q2 / 3 + omega**2 / 9) / (YB.E_pg - omega) ** 2
    for nature in ("dirac", "majorana"):
        assert spectral_function(omega, YB, massless(nature)) == pytest.approx(expected, rel=1e-14)
    coherent = spectral_function(omega, YB, massless(), spin_sum="coherent")
    assert coherent == pytest.approx(0.75 * q2 / 3 / (YB.E_pg - omega) ** 2, rel=1e-14)


def test_weak_part_is_the_sum_over_pairs_of_the_literature():
    omega = TRIGGERS[:, None, None]
    for nature, delta_m in (("dirac", 0), ("majorana", 1)):
        states = nu(nature, alpha_21=0.7, alpha_31=2.1)
        a = weak_couplings(states.mixing)[0]
        m_i, m_j = states.masses[:, None], states.masses
        q2 = YB.E_eg * (YB.E_eg - 2 * omega)
        s, d = m_i**2 + m_j**2, m_i**2 - m_j**2
        I = q2 / 6 * (2 - s / q2 - d**2 / q2**2) + omega**2 / 9 * (1 + s / q2 - 2 * d**2 / q2**2)  # noqa: E741
        room = (1 - (m_i + m_j) ** 2 / q2) * (1 - (m_i - m_j) ** 2 / q2)
        pairs = np.sqrt(np.clip(room, 0, None)) * (q2 > (m_i + m_j) ** 2)
        bracket = abs(a) ** 2 * I - delta_m * (a**2).real * m_i * m_j
        expected = (pairs * bracket).sum(axis=(1, 2)) / (YB.E_pg - TRIGGERS) ** 2
        assert spectral_function(TRIGGERS, YB, states) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("spin_sum", ["trace", "coherent"])
def test_majorana_is_dirac_without_masses(spin_sum):
    c = Couplings.random(Process(1.0, YB.E_eg, YB.E_pg, np.zeros(3), identical=True), seed=4)
    new = NewPhysics(vector=VectorMediator(mass=0.3, left=c.left))
    omega = np.array([0.5, 1.0, 1.07])
    dirac, majorana = (spectral_parts(omega, YB, massless(n), new, spin_sum=spin_sum) for n in ("dirac", "majorana"))
    for name, value in dirac.items():
        assert majorana[name] == pytest.approx(value, rel=1e-12)


def test_majorana_is_half_of_dirac_with_both_chiralities():
    """Squares of the mediator alone: what is even in the coupling."""
    c = Couplings.random(Process(1.0, YB.E_eg, YB.E_pg, nu().masses), seed=5)

    def even(states, **both):
        values = [
            spectral_parts(TRIGGERS, YB, states, NewPhysics(vector=VectorMediator(mass=0.3, width=0.1, **x)))["vector"]
            for x in (both, {k: -v for k, v in both.items()})
        ]
        return sum(values) / 2

    expected = even(nu(), left=c.left, right=-c.left.T) / 2
    assert even(nu("majorana"), left=c.left) == pytest.approx(expected, rel=1e-12)


def test_phases_of_the_fields_drop_out_for_dirac_neutrinos():
    phi = np.exp(1j * np.array([0.3, -1.2, 2.5]))
    turn = np.conj(phi)[:, None] * phi
    states = nu()
    turned = Neutrinos(masses=states.masses, mixing=states.mixing * phi)
    process = Process(1.0, YB.E_eg, YB.E_pg, states.masses)
    c = Couplings.random(process, seed=6)

    def new(t):
        return NewPhysics(
            vector=VectorMediator(mass=c.m_vector, left=c.left * t, right=c.right * t, width=c.width),
            scalar=ScalarMediator(mass=c.m_scalar, scalar=c.scalar * t, pseudoscalar=c.pseudoscalar * t),
            mu=c.mu * t,
            epsilon=c.epsilon * t,
            r2=c.r2 * t,
            anapole=c.anapole * t,
        )

    before, after = spectral_parts(1.0, YB, states, new(1.0)), spectral_parts(1.0, YB, turned, new(turn))
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=1e-12), name


# --- mediators -------------------------------------------------------------------------------------------


def test_heavy_vector_is_a_contact_interaction():
    """It shifts a_ij by -g / (sqrt2 G_F m^2), as another mixing would."""
    states, mass, shift = nu(), 1e7, 0.3
    g = -shift * np.sqrt(2) * u.G_F * mass**2
    total = spectral_function(TRIGGERS, YB, states, vector(g * np.eye(3), mass))
    a = weak_couplings(states.mixing)[0]
    weak = spectral_function(TRIGGERS, YB, states)
    q2 = YB.E_eg * (YB.E_eg - 2 * TRIGGERS)[:, None, None]
    k = pair_kinematics(TRIGGERS, YB.E_eg, states.masses)
    s, d = k.m_i**2 + k.m_j**2, k.m_i**2 - k.m_j**2
    I = q2 / 6 * (2 - s / q2 - d**2 / q2**2) + k.omega**2 / 9 * (1 + s / q2 - 2 * d**2 / q2**2)  # noqa: E741
    expected = (k.delta * abs(a + shift * np.eye(3)) ** 2 * I).sum(axis=(1, 2)) / (YB.E_pg - TRIGGERS) ** 2
    assert total == pytest.approx(expected, rel=1e-10)
    assert np.all(abs(total / weak - 1) > 0.1)
    heavier = spectral_function(TRIGGERS, YB, states, vector(100 * g * np.eye(3), 10 * mass))
    assert heavier == pytest.approx(total, rel=1e-12)


def test_light_vector_no_longer_depends_on_its_mass():
    values = [spectral_parts(TRIGGERS, YB, nu(), vector(1e-26 * np.eye(3), m))["vector"] for m in (0.0, 1e-6)]
    assert values[1] == pytest.approx(values[0], rel=1e-8)


@pytest.mark.parametrize("part", ["left", "right"])
def test_vector_is_a_polynomial_of_second_degree(part):
    g = Couplings.random(Process(1.0, YB.E_eg, YB.E_pg, nu().masses), seed=7).left
    f = [
        spectral_parts(1.0, YB, nu(), NewPhysics(vector=VectorMediator(mass=0.3, **{part: x * g})))["vector"]
        for x in (0.0, 1.0, 2.0, 3.0)
    ]
    assert f[0] == 0
    assert f[3] - 3 * f[2] + 3 * f[1] == pytest.approx(0, abs=1e-12 * f[3])


def test_interference_changes_sign_with_the_coupling_and_across_the_pole():
    def linear(mass):
        plus, minus = (spectral_parts(1.0, YB, nu(), vector(s * 1e-26 * np.eye(3), mass))["vector"] for s in (1, -1))
        return plus - minus

    q = np.sqrt(YB.E_eg * (YB.E_eg - 2.0))
    assert linear(0.9 * q) * linear(1.1 * q) < 0
    # trace of a is -1/2: a light mediator with a positive coupling reduces the rate
    assert linear(0.0) < 0


def test_coherent_spins_do_not_feel_scalars():
    new = NewPhysics(scalar=ScalarMediator(mass=0.1, scalar=1e-18 * np.eye(3), pseudoscalar=1e-18 * np.eye(3)))
    assert not spectral_parts(TRIGGERS, YB, nu(), new, spin_sum="coherent")["scalar"].any()
    assert np.all(spectral_parts(TRIGGERS, YB, nu(), new)["scalar"] != 0)


# --- moments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("pair", PAIRS)
def test_moments_count_once_or_twice_and_square(moment, pair):
    def rate(x):
        return spectral_parts(1.0, YB, nu(), NewPhysics(**{moment: element(pair, x)}))[KINDS[moment]]

    assert rate(3e-11) == pytest.approx(9 * rate(1e-11), rel=1e-14)
    assert rate(1e-11 * np.exp(0.4j) if pair[0] != pair[1] else -1e-11) == pytest.approx(rate(1e-11), rel=1e-14)


def test_both_orders_of_a_transition_count():
    equal = Neutrinos(masses=np.full(3, 0.03), mixing=np.eye(3))
    single, double = (
        spectral_parts(1.0, YB, equal, NewPhysics(mu=element(pair, 1e-11)))["magnetic"] for pair in ("11", "12")
    )
    assert double == pytest.approx(2 * single, rel=1e-14)


def test_majorana_moments_make_half_of_what_dirac_moments_with_the_same_vertex_make():
    values = []
    for nature in ("dirac", "majorana"):
        new = NewPhysics(mu=element("13", 1e-11, antisymmetric=True), epsilon=element("12", 1e-11, antisymmetric=True))
        values.append(spectral_parts(1.0, YB, nu(nature), new))
    for name in KINDS.values():
        assert values[1][name] == pytest.approx(values[0][name] / 2, rel=1e-14)


def test_magnetic_and_electric_moments_coincide_far_above_threshold():
    for pair in PAIRS:
        differences = []
        for scale in (1.0, 0.1, 0.01):
            states = Neutrinos(masses=scale * nu().masses, mixing=nu().mixing)
            magnetic, electric = (
                spectral_parts(0.5, YB, states, NewPhysics(**{m: element(pair, 1e-11)}))[KINDS[m]] for m in MOMENTS
            )
            differences.append(abs(magnetic / electric - 1))
        assert differences[0] < 0.02
        assert differences[1] == pytest.approx(differences[0] / 100, rel=0.05)
        assert differences[2] == pytest.approx(differences[1] / 100, rel=0.05)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(("moment", "power"), [("mu", 1), ("epsilon", 3)])
def test_velocity_laws_at_threshold(pair, moment, power):
    i, j = PAIRS[pair]
    edge = thresholds(YB.E_eg, nu().masses)[i, j]
    steps = np.array([4e-10, 1e-10])
    values = spectral_parts(edge - steps, YB, nu(), NewPhysics(**{moment: element(pair, 1e-11)}))[KINDS[moment]]
    steps = edge - (edge - steps)  # as rounded
    assert np.log(values[0] / values[1]) / np.log(steps[0] / steps[1]) == pytest.approx(power / 2, abs=2e-5)
    assert spectral_parts(edge + 1e-12, YB, nu(), NewPhysics(**{moment: element(pair, 1e-11)}))[KINDS[moment]] == 0


@pytest.mark.parametrize(("nature", "power"), [("dirac", 1), ("majorana", 3)])
def test_majorana_pairs_of_one_kind_are_p_waves_for_coherent_spins(nature, power):
    """The current of two equal Majorana neutrinos is axial; its transverse part starts with a P wave."""
    edge = thresholds(YB.E_eg, nu().masses)[0, 0]
    values = spectral_function(edge - np.array([4e-10, 1e-10]), YB, nu(nature), spin_sum="coherent")
    assert np.log(values[0] / values[1]) / np.log(4) == pytest.approx(power / 2, abs=1e-4)


# --- units and positivity -----------------------------------------------------------------------------------


@pytest.mark.parametrize("spin_sum", ["trace", "coherent"])
def test_another_unit_of_energy_changes_nothing(monkeypatch, spin_sum):
    """Every energy, mass, moment and the constants in another unit; a power of two keeps all digits."""
    s = 2.0**3
    c = Couplings.random(Process(1.0, YB.E_eg, YB.E_pg, nu().masses), seed=8)

    def all_parts(unit):
        scheme = AtomicScheme(name="x", E_eg=YB.E_eg * unit, E_pg=YB.E_pg * unit, gamma_pg=1.0, spin_factor=1.0)
        states = Neutrinos(masses=nu().masses * unit, mixing=nu().mixing)
        vector = VectorMediator(
            mass=c.m_vector * unit, left=c.left, right=c.right, width=c.width * unit, longitudinal=True
        )
        scalar = ScalarMediator(
            mass=c.m_scalar * unit, width=c.width * unit, scalar=c.scalar, pseudoscalar=c.pseudoscalar
        )
        new = NewPhysics(vector=vector, scalar=scalar, mu=c.mu, epsilon=c.epsilon, r2=c.r2, anapole=c.anapole)
        return spectral_parts(np.array([0.5, 1.0, 1.0712]) * unit, scheme, states, new, spin_sum=spin_sum)

    before = all_parts(1.0)
    monkeypatch.setattr("nulight.renp.pairs.G_F", u.G_F / s**2)
    monkeypatch.setattr("nulight.renp.pairs.M_E", u.M_E * s)
    monkeypatch.setattr("nulight.renp.pairs.MU_B_EV", u.MU_B_EV / s)
    after = all_parts(s)
    for name, value in before.items():
        assert np.all(after[name] == value), name


@given(
    st.integers(0, 2**32 - 1),
    st.floats(0.2, 0.99999),
    st.sampled_from(["dirac", "majorana"]),
    st.sampled_from(["trace", "coherent"]),
    st.floats(0, 0.05),
    st.booleans(),
)
def test_total_rate_is_not_negative(seed, share, nature, spin_sum, lightest, longitudinal):
    """Whatever interferes; the weak interaction is tuned away as far as a vector can."""
    states = nu(nature, lightest)
    omega = share * thresholds(YB.E_eg, states.masses).max()
    process = Process(omega, YB.E_eg, YB.E_pg, states.masses, nature == "majorana")
    c = Couplings.random(process, seed)
    q2 = YB.E_eg * (YB.E_eg - 2 * omega)
    cancel = -weak_couplings(states.mixing)[0] * np.sqrt(2) * u.G_F * (q2 - c.m_vector**2)
    little = 10.0 ** -(seed % 9)
    if abs(q2 - c.m_vector**2) < 1e-2 * q2 or abs(q2 - c.m_scalar**2) < 1e-2 * q2:
        return
    new = NewPhysics(
        vector=VectorMediator(mass=c.m_vector, left=cancel + little * c.left, longitudinal=longitudinal),
        scalar=ScalarMediator(
            mass=c.m_scalar, scalar=little * c.scalar, pseudoscalar=little * c.pseudoscalar, width=c.width
        ),
    )
    parts = spectral_parts(omega, YB, states, new, spin_sum=spin_sum)
    assert sum(parts.values()) >= -1e-13 * sum(abs(x) for x in parts.values())
    moments = spectral_parts(omega, YB, states, NewPhysics(mu=c.mu, epsilon=c.epsilon), spin_sum=spin_sum)
    assert all(value >= 0 for value in moments.values())


def test_parts_are_those_that_were_asked_for_and_add_up():
    new = NewPhysics(mu=element("12", 1e-11), vector=VectorMediator(mass=1.0, left=1e-24 * np.eye(3)))
    parts = spectral_parts(TRIGGERS, YB, nu(), new)
    assert list(parts) == ["weak", "vector", "magnetic"]
    assert spectral_function(TRIGGERS, YB, nu(), new) == pytest.approx(sum(parts.values()), rel=1e-15)
    assert np.array_equal(parts["weak"], spectral_function(TRIGGERS, YB, nu()))
    assert spectral_function(1.0, YB, nu()).shape == ()


def test_points_and_frequencies_broadcast():
    sizes, masses = np.array([1e-26, 3e-26]), np.array([0.01, 2.0])
    new = NewPhysics(vector=VectorMediator(mass=masses[:, None], left=sizes[:, None, None, None] * np.eye(3)))
    together = spectral_parts(TRIGGERS, YB, neutrinos(np.array([[0.0], [0.01]]), oscillation=NUFIT_5), new)["vector"]
    for n in range(2):
        one = spectral_parts(TRIGGERS, YB, nu(lightest=(0.0, 0.01)[n]), vector(sizes[n] * np.eye(3), masses[n]))
        assert together[n] == pytest.approx(one["vector"], rel=1e-13)


# --- refused ------------------------------------------------------------------------------------------------------

SKEW = np.array([[0, 1, 0], [2, 0, 0], [0, 0, 0]]) * 1e-11


@pytest.mark.parametrize(
    ("new", "nature", "message"),
    [
        (NewPhysics(mu=SKEW), "dirac", "mu matrix must be hermitian, but element"),
        (NewPhysics(epsilon=SKEW), "dirac", "epsilon matrix must be hermitian"),
        (NewPhysics(r2=SKEW), "dirac", "charge radius matrix must be hermitian"),
        (NewPhysics(anapole=SKEW), "dirac", "anapole matrix must be hermitian"),
        (NewPhysics(vector=VectorMediator(mass=1.0, left=SKEW)), "dirac", "left-handed vector coupling matrix"),
        (NewPhysics(vector=VectorMediator(mass=1.0, right=SKEW)), "dirac", "right-handed vector coupling matrix"),
        (NewPhysics(scalar=ScalarMediator(mass=1.0, scalar=SKEW)), "dirac", "scalar coupling matrix must be hermitian"),
        (NewPhysics(scalar=ScalarMediator(mass=1.0, pseudoscalar=SKEW)), "dirac", "pseudoscalar coupling matrix"),
        (NewPhysics(mu=element("22", 1e-11)), "majorana", "no diagonal moment, but element 22 is 1e-11"),
        (NewPhysics(mu=element("12", 1e-11)), "majorana", "moment matrix must be antisymmetric"),
        (NewPhysics(r2=element("33", 1e-30)), "majorana", "no diagonal charge radius"),
        (NewPhysics(anapole=element("12", 1e-30j)), "majorana", "anapole matrix must be real and symmetric"),
        (
            NewPhysics(scalar=ScalarMediator(mass=1.0, scalar=element("12", 1e-20j))),
            "majorana",
            "must be real and symmetric",
        ),
        (
            NewPhysics(vector=VectorMediator(mass=1.0, right=np.eye(3))),
            "majorana",
            "one vector coupling: its right-handed one is minus the transposed",
        ),
        (vector(np.eye(3), 0.0, longitudinal=True), "dirac", "massless vector has no longitudinal part"),
        (NewPhysics(mu=1e-11), "dirac", r"3 x 3 matrices in the mass basis, not an array of shape \(\)"),
        (NewPhysics(mu=np.eye(2)), "dirac", r"not an array of shape \(2, 2\)"),
        (vector(1e-26, 1.0), "dirac", "3 x 3 matrices"),
    ],
)
def test_couplings_that_cannot_be(new, nature, message):
    with pytest.raises(ValueError, match=message):
        spectral_parts(1.0, YB, nu(nature), new)


@pytest.mark.parametrize("omega", [0.0, YB.E_eg / 2, 1.2, np.nan])
def test_frequencies_that_cannot_be(omega):
    with pytest.raises(ValueError, match="is not between 0 and E_eg/2"):
        spectral_parts(omega, YB, nu())


def test_unknown_spin_sum():
    with pytest.raises(ValueError, match="spin_sum 'incoherent'; use 'trace'"):
        spectral_parts(1.0, YB, nu(), spin_sum="incoherent")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("21", 1.0), "no pair '21' of mass states; use one of: 11, 12"),
        (("22", 1j), "element 22 of a hermitian matrix is real"),
    ],
)
def test_elements_that_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        element(*arguments)


def test_diagonal_element_cannot_be_antisymmetric():
    with pytest.raises(ValueError, match="of an antisymmetric one zero"):
        element("11", 1.0, antisymmetric=True)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "new",
    [
        NewPhysics(vector=VectorMediator(mass=0.0, left=1e140 * np.eye(3))),
        NewPhysics(vector=VectorMediator(mass=0.0, left=-1e305 * np.eye(3))),
        NewPhysics(scalar=ScalarMediator(mass=0.0, scalar=1e160 * np.eye(3))),
        NewPhysics(mu=element("11", 1e170)),
    ],
)
def test_couplings_beyond_all_numbers_are_refused(new):
    with pytest.raises(ValueError, match="part of the spectral function is beyond 1e\\+200"):
        spectral_parts(1.0, YB, nu("dirac"), new)


@pytest.mark.filterwarnings("error")
def test_a_pair_that_is_too_heavy_makes_nothing_whatever_its_coupling():
    parts = spectral_parts(1.0717, YB, nu("dirac"), NewPhysics(mu=element("33", 1e170)))
    assert parts["magnetic"] == 0


def test_the_name_of_a_scheme_is_no_scheme():
    with pytest.raises(TypeError, match=r"scheme 'yb' is no AtomicScheme; get one by name: nulight.renp.atomic_scheme"):
        spectral_parts(1.069, "yb", nu("dirac"))
