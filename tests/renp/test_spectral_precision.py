"""Spectral functions in 50 digits, down to the last floating-point number below a threshold."""

import mpmath as mp
import numpy as np
import pytest

from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import (
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
from nulight.renp.kinematics import PAIRS, thresholds
from oracles_renp import Couplings, Process

YB = atomic_scheme("yb-dinh-2012")
NUFIT_5 = OscillationParameters(
    s2_12=0.304, s2_13=0.0222, s2_23=0.57, delta_cp=3.4, dm2_21=7.42e-5, dm2_31=2.515e-3, source="test", name="test"
)
KINDS = {"mu": "magnetic", "epsilon": "electric"}


def nu(nature="dirac", lightest=0.01):
    return neutrinos(lightest, nature=nature, oscillation=NUFIT_5)


class Exact:
    """Formulas of the literature in 50 digits for one pair, from left-left and left-right tensors."""

    def __init__(self, omega, states, i, j):
        mp.mp.dps = 50
        self.i, self.j, self.states = i, j, states
        self.w = mp.mpf(float(omega))
        self.m1, self.m2 = (mp.mpf(float(states.masses[n])) for n in (i, j))
        self.q2 = mp.mpf(YB.E_eg) * (mp.mpf(YB.E_eg) - 2 * self.w)
        self.above, self.room = self.q2 - (self.m1 + self.m2) ** 2, self.q2 - (self.m1 - self.m2) ** 2
        self.open = self.above > 0
        self.delta = mp.sqrt(self.above * self.room) / self.q2 if self.open else mp.mpf(0)
        s, d2 = self.m1**2 + self.m2**2, (self.m1**2 - self.m2**2) ** 2
        self.T = (2 * self.q2 - s - d2 / self.q2) / 6
        self.I = self.T + self.w**2 / 9 * (1 + s / self.q2 - 2 * d2 / self.q2**2)

    def over(self, value):
        return self.delta * value / (mp.mpf(YB.E_pg) - self.w) ** 2

    def chiral(self, left, right, coherent=False):
        same = self.T if coherent else self.I
        product = mp.re(left * mp.conj(right)) * self.m1 * self.m2
        return self.over((abs(left) ** 2 + abs(right) ** 2) * same + 2 * product)

    def moment(self, size, kind):
        here, there, sign = (self.room, self.above, 1) if kind == "mu" else (self.above, self.room, -1)
        assert here * there >= 0
        bracket = here * (self.q2 + 2 * (self.m1 + sign * self.m2) ** 2)
        factor = mp.mpf(u.E_CHARGE) ** 2 * self.w**2 * mp.mpf(u.MU_B_EV) ** 2 * mp.mpf(size) ** 2
        return self.over(factor * bracket / (36 * mp.mpf(u.G_F) ** 2 * mp.mpf(u.M_E) ** 2 * self.q2**2))


def near(edge):
    steps = np.concatenate([[0.0], np.geomspace(1e-15, 1e-3, 14)])
    return np.unique(np.minimum(np.nextafter(edge, 0), edge - steps))


LIGHTEST = pytest.mark.parametrize("lightest", [0.0, 0.01])


@LIGHTEST
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("moment", KINDS)
def test_moments_to_1e_12_at_threshold(lightest, pair, moment):
    states, (i, j) = nu(lightest=lightest), PAIRS[pair]
    omegas = near(thresholds(YB.E_eg, states.masses)[i, j])
    found = spectral_parts(omegas, YB, states, NewPhysics(**{moment: element(pair, 1e-11)}))[KINDS[moment]]
    for omega, value in zip(omegas, found, strict=True):
        exact = (1 + (i != j)) * Exact(omega, states, i, j).moment(1e-11, moment)
        assert value == pytest.approx(float(exact), rel=1e-13)


@LIGHTEST
@pytest.mark.parametrize("nature", ["dirac", "majorana"])
@pytest.mark.parametrize("spin_sum", ["trace", "coherent"])
def test_weak_part_to_1e_12_at_every_threshold(lightest, nature, spin_sum):
    states = nu(nature, lightest)
    a = weak_couplings(states.mixing)[0]
    majorana = nature == "majorana"
    omegas = np.concatenate([near(thresholds(YB.E_eg, states.masses)[PAIRS[pair]]) for pair in PAIRS])
    found = spectral_function(omegas, YB, states, spin_sum=spin_sum)
    for omega, value in zip(omegas, found, strict=True):
        exact = mp.mpf(0)
        for i in range(3):
            for j in range(3):
                left, right = mp.mpc(a[i, j]), mp.mpc(-a[j, i] if majorana else 0)
                exact += Exact(omega, states, i, j).chiral(left, right, spin_sum == "coherent")
        assert value == pytest.approx(float(exact / (2 if majorana else 1)), rel=1e-12)


@LIGHTEST
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("spin_sum", ["trace", "coherent"])
def test_axial_current_of_a_mediator_to_1e_12_at_the_threshold_of_its_pair(lightest, pair, spin_sum):
    """Opposite chiralities, far stronger than the weak interaction: the largest cancellation of tensors."""
    states, (i, j) = nu(lightest=lightest), PAIRS[pair]
    omegas = near(thresholds(YB.E_eg, states.masses)[i, j])
    g = element(pair, 1e-15)
    new = NewPhysics(vector=VectorMediator(mass=0.0, left=g, right=-g))
    found = spectral_parts(omegas, YB, states, new, spin_sum=spin_sum)["vector"]
    for omega, value in zip(omegas, found, strict=True):
        exact = mp.mpf(0)
        for x, y in {(i, j), (j, i)}:
            here = Exact(omega, states, x, y)
            exchange = mp.mpf(1e-15) / (mp.sqrt(2) * mp.mpf(u.G_F) * here.q2)
            weak = mp.mpc(weak_couplings(states.mixing)[0][x, y])
            coherent = spin_sum == "coherent"
            exact += here.chiral(weak + exchange, -exchange, coherent) - here.chiral(weak, mp.mpf(0), coherent)
        assert value == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("nature", ["dirac", "majorana"])
def test_everything_is_exactly_zero_above_the_last_threshold(nature):
    states = nu(nature)
    edge = thresholds(YB.E_eg, states.masses).max()
    omegas = np.append(edge + np.geomspace(1e-15, 1e-5, 5)[1:], np.nextafter(YB.E_eg / 2, 0))
    process = Process(1.0, YB.E_eg, YB.E_pg, states.masses, nature == "majorana")
    c = Couplings.random(process, seed=9)
    new = NewPhysics(
        vector=VectorMediator(mass=1.0, left=c.left, longitudinal=True),
        scalar=ScalarMediator(mass=1.0, scalar=c.scalar, pseudoscalar=c.pseudoscalar),
        mu=c.mu,
        epsilon=c.epsilon,
        r2=c.r2,
        anapole=c.anapole,
    )
    for value in spectral_parts(omegas, YB, states, new).values():
        assert np.array_equal(value, np.zeros(5))


def test_moments_stay_finite_as_the_momentum_transfer_vanishes():
    massless = Neutrinos(masses=np.zeros(3), mixing=nu().mixing)
    omegas = np.array([1.0717, np.nextafter(YB.E_eg / 2, 0)])
    parts = spectral_parts(omegas, YB, massless, NewPhysics(mu=element("11", 1e-11), epsilon=element("11", 1e-11)))
    factor = u.E_CHARGE**2 * (u.MU_B_EV * 1e-11) ** 2 / (36 * u.G_F**2 * u.M_E**2)
    for name in KINDS.values():
        assert parts[name] == pytest.approx(factor * omegas**2 / (YB.E_pg - omegas) ** 2, rel=1e-14)
