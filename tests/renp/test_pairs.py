"""Every interaction, and all of them at once, against explicit amplitudes with gamma matrices."""

from itertools import combinations

import numpy as np
import pytest

from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import NewPhysics, ScalarMediator, VectorMediator, atomic_scheme, neutrinos, spectral_parts
from nulight.renp.kinematics import thresholds
from nulight.renp.pairs import POLE, weak_couplings
from oracles import METRIC
from oracles_renp import Couplings, Process, amplitudes, weak

YB = atomic_scheme("yb-dinh-2012")
NORMAL, INVERTED = (
    OscillationParameters(
        s2_12=0.304, s2_13=0.0222, s2_23=0.57, delta_cp=3.4, dm2_21=7.42e-5, dm2_31=dm2, source="test", name="test"
    )
    for dm2 in (2.515e-3, -2.424e-3)
)
# Far below, between the thresholds 33 < 23 < 13 < 22 < 12 < 11 of m_1 = 0.01 eV, and a ppm below two of them.
OMEGAS = (0.5, 1.0, 1.0700, 1.0708, 1.070872, 1.0712, 1.0716, 1.07165)
CASES = pytest.mark.parametrize(
    ("nature", "spin_sum"), [(n, s) for n in ("dirac", "majorana") for s in ("trace", "coherent")]
)

VANISHING = {
    *(("weak", other) for other in ("weak vector", "magnetic", "electric", "charge")),
    *(("vector", other) for other in ("magnetic", "electric", "charge")),
    *(("scalar", other) for other in ("magnetic", "electric", "charge")),
    *(("weak vector", other) for other in ("vector", "scalar")),
    ("magnetic", "electric"),
}


def nu(nature, oscillation=NORMAL, lightest=0.01):
    return neutrinos(lightest, nature=nature, alpha_21=0.7, alpha_31=2.1, oscillation=oscillation)


def process_of(omega, states, spin_sum):
    return Process(omega, YB.E_eg, YB.E_pg, states.masses, states.nature == "majorana", spin_sum == "coherent")


def new_physics(c, longitudinal=False):
    return NewPhysics(
        vector=VectorMediator(mass=c.m_vector, left=c.left, right=c.right, width=c.width, longitudinal=longitudinal),
        scalar=ScalarMediator(mass=c.m_scalar, scalar=c.scalar, pseudoscalar=c.pseudoscalar, width=c.width),
        mu=c.mu,
        epsilon=c.epsilon,
        r2=c.r2,
        anapole=c.anapole,
    )


def by_parts(process, found):
    """What spectral_parts should say, and the scale on which it may be off by rounding."""

    def part(name, *others):
        square, mixed = process.square(found[name]), [process.interference(found[name], found[x]) for x in others]
        return square + 2 * sum(mixed), square + 2 * sum(np.abs(mixed))

    return {
        "weak": part("weak"),
        "vector": part("vector", "weak"),
        "scalar": part("scalar", "weak", "vector"),
        "magnetic": part("magnetic"),
        "electric": part("electric"),
        "charge": part("charge", "weak vector", "magnetic", "electric"),
    }


@CASES
@pytest.mark.parametrize("longitudinal", [False, True])
@pytest.mark.parametrize("omega", OMEGAS)
def test_every_part_is_that_of_explicit_amplitudes(nature, spin_sum, longitudinal, omega):
    states = nu(nature)
    process = process_of(omega, states, spin_sum)
    c = Couplings.random(process, seed=OMEGAS.index(omega))
    parts = spectral_parts(omega, YB, states, new_physics(c, longitudinal), spin_sum=spin_sum)
    expected = by_parts(process, amplitudes(process, states.mixing, c, longitudinal))
    assert set(parts) == set(expected)
    for name, (value, scale) in expected.items():
        assert parts[name] == pytest.approx(value, abs=scale * (1e-12 + process.rounding)), name


@CASES
@pytest.mark.parametrize(("oscillation", "lightest"), [(INVERTED, 0.01), (INVERTED, 0.0), (NORMAL, 0.0)])
def test_every_part_in_the_other_ordering_and_with_a_massless_neutrino(nature, spin_sum, oscillation, lightest):
    states = nu(nature, oscillation, lightest)
    edges = np.unique(thresholds(YB.E_eg, states.masses).round(9))
    for seed, omega in enumerate((edges[1:-1] + edges[:-2]) / 2):
        process = process_of(omega, states, spin_sum)
        c = Couplings.random(process, seed)
        parts = spectral_parts(omega, YB, states, new_physics(c, True), spin_sum=spin_sum)
        for name, (value, scale) in by_parts(process, amplitudes(process, states.mixing, c, True)).items():
            assert parts[name] == pytest.approx(value, abs=scale * (1e-12 + process.rounding)), name


@CASES
@pytest.mark.parametrize("omega", [0.5, 1.07, 1.0712])
def test_all_at_once_is_the_square_of_the_sum(nature, spin_sum, omega):
    """But for the square of the weak vector current and its interference with moments, which are left out."""
    states = nu(nature)
    process = process_of(omega, states, spin_sum)
    c = Couplings.random(process, seed=1)
    found = amplitudes(process, states.mixing, c)
    total = sum(spectral_parts(omega, YB, states, new_physics(c), spin_sum=spin_sum).values())
    left_out = process.square(found["weak vector"]) + 2 * sum(
        process.interference(found["weak vector"], found[x]) for x in ("magnetic", "electric")
    )
    together = process.square(sum(found.values()))
    assert total == pytest.approx(together - left_out, rel=1e-11 + 10 * process.rounding)


@CASES
@pytest.mark.parametrize("omega", [1.0, 1.0712])
def test_which_amplitudes_interfere(nature, spin_sum, omega):
    states = nu(nature)
    process = process_of(omega, states, spin_sum)
    found = amplitudes(process, states.mixing, Couplings.random(process, seed=2))
    if spin_sum == "coherent":
        assert process.square(found.pop("scalar")) == 0
    size = {name: process.square(M) for name, M in found.items()}
    for pair in combinations(found, 2):
        angle = abs(process.interference(*(found[x] for x in pair))) / np.sqrt(size[pair[0]] * size[pair[1]])
        if pair in VANISHING or pair[::-1] in VANISHING:
            assert angle < process.rounding, pair
        else:
            assert angle > 1e-5, pair


@CASES
def test_weak_vector_current_and_moments_interfere_below_what_the_docstring_says(nature, spin_sum):
    states = nu(nature)
    for seed, omega in enumerate((0.2, *OMEGAS[:-1])):
        process = process_of(omega, states, spin_sum)
        found = amplitudes(process, states.mixing, Couplings.random(process, seed))
        moment = found["magnetic"] + found["electric"]
        assert abs(2 * process.interference(found["weak vector"], moment)) < 1e-5 * process.square(moment)


def test_scalar_interference_is_of_order_one_near_threshold_and_not_suppressed_by_the_electron_mass():
    states = nu("dirac")
    angles = []
    for omega in (0.5, 1.0, 1.0716):
        process = process_of(omega, states, "trace")
        c = Couplings.random(process, seed=0)
        only = Couplings(**{**vars(c), "scalar": 0 * c.scalar, "pseudoscalar": np.eye(3)})
        found = amplitudes(process, states.mixing, only)
        both = process.square(found["weak"]) * process.square(found["scalar"])
        angles.append(abs(process.interference(found["weak"], found["scalar"])) / np.sqrt(both))
    assert angles[0] < angles[1] < angles[2]
    assert angles[2] > 0.1


def test_scalar_coupling_interferes_too_when_it_violates_cp():
    """Only off the diagonal, with the difference of the masses."""
    states, omega = nu("dirac"), 1.0
    a = weak_couplings(states.mixing)[0]
    y = np.zeros((3, 3), complex)
    y[0, 2] = 1j * a[0, 2] / abs(a[0, 2]) * 1e-20
    y += y.conj().T
    plus, minus = (
        spectral_parts(omega, YB, states, NewPhysics(scalar=ScalarMediator(mass=0.1, scalar=s * y)))["scalar"]
        for s in (1, -1)
    )
    assert abs(plus - minus) > 0.1 * (plus + minus)
    for real in (1e-20 * np.eye(3), y * np.exp(-0.5j * np.pi)):
        symmetric = np.triu(real) + np.triu(real, 1).conj().T
        values = [
            spectral_parts(omega, YB, states, NewPhysics(scalar=ScalarMediator(mass=0.1, scalar=s * symmetric)))
            for s in (1, -1)
        ]
        assert values[0]["scalar"] == pytest.approx(values[1]["scalar"], rel=1e-12)


@pytest.mark.parametrize(("omega", "lightest"), [(0.5, 0.05), (1.0, 0.05), (1.0712, 0.02)])
def test_longitudinal_part_matters_below_the_mass_the_docstring_says(omega, lightest):
    states = neutrinos(lightest, oscillation=NORMAL)
    q2 = YB.E_eg * (YB.E_eg - 2 * omega)
    edge = np.sqrt(lightest * np.sqrt(q2))
    ratio = []
    for mass in (edge / 3, 5 * edge):
        g = 1e3 * np.sqrt(2) * 1.166e-23 * abs(q2 - mass**2)  # far above the weak interaction: squares only
        vector = {"mass": mass, "left": g * np.eye(3), "width": 0.5 * mass}
        with_, without = (
            spectral_parts(omega, YB, states, NewPhysics(vector=VectorMediator(**vector, longitudinal=x)))["vector"]
            for x in (True, False)
        )
        ratio.append(with_ / without - 1)
    assert ratio[0] > 3
    assert abs(ratio[1]) < 0.1


def test_scalar_survives_the_pole_of_a_vector():
    states, omega = nu("dirac"), 1.07
    q = np.sqrt(YB.E_eg * (YB.E_eg - 2 * omega))
    scalar = ScalarMediator(mass=1.0, pseudoscalar=1e-18 * np.eye(3))
    at_pole = VectorMediator(mass=q * (1 + POLE / 4), left=1e-26 * np.eye(3))
    alone = spectral_parts(omega, YB, states, NewPhysics(scalar=scalar))
    both = spectral_parts(omega, YB, states, NewPhysics(scalar=scalar, vector=at_pole))
    assert np.isnan(both["vector"])
    assert both["scalar"] == alone["scalar"]


@pytest.mark.parametrize("side", [-1, 1])
def test_pole_is_masked_within_its_distance_and_not_with_a_width(side):
    states, omega = nu("dirac"), 1.07
    q2 = YB.E_eg * (YB.E_eg - 2 * omega)

    def vector(distance, width=0.0):
        mass = np.sqrt(q2 * (1 + side * distance))
        new = NewPhysics(vector=VectorMediator(mass=mass, left=1e-26 * np.eye(3), width=width))
        return spectral_parts(omega, YB, states, new)["vector"]

    assert np.isnan(vector(0.999 * POLE))
    assert np.isfinite(vector(1.001 * POLE))
    assert np.isfinite(vector(0.0, width=1e-6))


def test_charge_radius_can_cancel_the_weak_vector_current_and_no_more():
    states, omega = nu("dirac"), 1.0
    process = process_of(omega, states, "trace")
    K = charge_radius_constant()
    v = weak_couplings(states.mixing)[1]
    # v_L -> 0 and v_R = 0: r2 = 6 anapole / (-1) on the right, K (r2 - 6 a) = -v on the left
    r2, anapole = -v / (2 * K), v / (12 * K)
    parts = spectral_parts(omega, YB, states, NewPhysics(r2=r2, anapole=anapole))
    none = Couplings.random(process, 0)
    magnetism = process.square(amplitudes(process, states.mixing, none)["weak vector"])
    assert parts["charge"] == pytest.approx(-magnetism, rel=1e-10)


def charge_radius_constant():
    """sqrt2 pi alpha / (3 G_F) in cm^-2."""
    return np.sqrt(2) * np.pi / 137.035999084 / (3 * 1.1663788e-23) / 1.973269804e-5**2


def test_weak_couplings_are_those_of_the_oracle():
    a = weak_couplings(nu("dirac").mixing)[0]
    from_oracle = weak(nu("dirac").mixing)
    # coefficient of sigma^1 x gamma^1 P_L, which is -sqrt2 G_F a_ij
    i, j = np.nonzero(np.abs(from_oracle[0, 0, 0, 1]) > 0)
    ratio = from_oracle[:, :, 0, 1, i[0], j[0]] / a
    assert np.abs(ratio / ratio[0, 0] - 1).max() < 1e-12


def test_metric_of_the_oracle_gives_the_squared_momentum():
    process = process_of(1.0, nu("dirac"), "trace")
    assert float(process.q @ METRIC @ process.q) == pytest.approx(YB.E_eg * (YB.E_eg - 2.0), rel=1e-14)
