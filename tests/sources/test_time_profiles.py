"""Arrival times: closed forms against rate equations, the COHERENT releases, and identities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import exponnorm, norm

from nulight.data.reader import read_package_table
from nulight.sources import (
    DecayEfficiency,
    PionDecayTimes,
    TimeProfile,
    gaussian_pulse_times,
    pulse_times,
    tabulated_times,
)
from nulight.sources.pulses import GaussianPulse, TablePulse
from nulight.sources.time_profiles import lifetime_table

US = 1e-6
TAU_PI, TAU_MU = 0.026033, 2.1969811  # us
EDGES = np.array([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 2, 4, 6]) * US  # COHERENT CsI 2021
CSI_EFFICIENCY = DecayEfficiency(start=0.52 * US, rate=0.0494 / US)
ROWS = np.array([0.1, 0.3, 0.35, 0.7, 1.1])  # us, edges of an uneven pulse
PROTONS = np.array([1.0, 5.0, 3.0, 0.5])


def rate_equations(pulse, breaks, edges, efficiency=None):
    """Pions and muons in time (us) as differential equations: shares (2, n_t) of prompt and delayed."""
    start = efficiency.start / US if efficiency else np.inf
    points = np.unique(np.concatenate([breaks, edges, [start] if efficiency else []]))
    found = {}

    def equations(t, state, middle):
        pions, muons, *_ = state
        eff = float(efficiency(t * US)) if efficiency and middle > start else 1.0
        prompt, delayed = pions / TAU_PI, muons / TAU_MU
        return [pulse(t, middle) - prompt, prompt - delayed, eff * prompt, eff * delayed]

    state = np.zeros(4)
    for a, b in pairwise(points):
        found[a] = state[2:]
        solution = solve_ivp(
            equations, (a, b), state, args=((a + b) / 2,), method="DOP853", rtol=1e-11, atol=1e-15, max_step=0.02
        )
        state = solution.y[:, -1]
    found[points[-1]] = state[2:]
    return np.diff([found[edge] for edge in edges], axis=0).T


def table_pulse(_, middle):
    row = np.searchsorted(ROWS, middle) - 1
    return PROTONS[row] / PROTONS.sum() / np.diff(ROWS)[row] if 0 <= row < len(PROTONS) else 0.0


def both(times: PionDecayTimes, edges, efficiency=None):
    return np.array([times.prompt.shares(edges, efficiency), times.delayed.shares(edges, efficiency)])


@pytest.mark.parametrize("efficiency", [None, CSI_EFFICIENCY, DecayEfficiency(start=0.2 * US, rate=3 / US)])
def test_folded_table_solves_the_rate_equations_of_pions_and_muons(efficiency):
    edges = np.array([0.1, 0.2, 0.33, 0.5, 0.9, 1.5, 3.0])
    expected = rate_equations(table_pulse, ROWS, edges, efficiency)
    times = pulse_times(ROWS[:-1] * US, ROWS[1:] * US, PROTONS)
    np.testing.assert_allclose(both(times, edges * US, efficiency), expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("efficiency", [None, CSI_EFFICIENCY, DecayEfficiency(start=0.2 * US, rate=3 / US)])
def test_folded_gaussian_solves_the_rate_equations_of_pions_and_muons(efficiency):
    edges = np.array([-0.5, 0.1, 0.3, 0.44, 0.8, 2.0, 4.0])
    expected = rate_equations(lambda t, _: norm.pdf(t, 0.44, 0.15), np.array([-1.0, 5.0]), edges, efficiency)
    times = gaussian_pulse_times(0.44 * US, 0.15 * US)
    np.testing.assert_allclose(both(times, edges * US, efficiency), expected, rtol=1e-8, atol=1e-11)


def test_prompt_gaussian_is_the_exponentially_modified_one_of_scipy():
    shares = gaussian_pulse_times(0.44 * US, 0.15 * US).prompt.shares(EDGES)
    cdf = exponnorm.cdf(EDGES / US, TAU_PI / 0.15, loc=0.44, scale=0.15)
    np.testing.assert_allclose(shares, np.diff(cdf), rtol=1e-9, atol=1e-15)


def test_fine_table_of_a_gaussian_converges_to_the_gaussian():
    exact = both(gaussian_pulse_times(0.5 * US, 0.1 * US), EDGES, CSI_EFFICIENCY)
    errors = []
    for n in (80, 160, 320):
        rows = np.linspace(-0.2, 1.2, n + 1)
        times = pulse_times(rows[:-1] * US, rows[1:] * US, np.diff(norm.cdf(rows, 0.5, 0.1)))
        errors.append(abs(both(times, EDGES, CSI_EFFICIENCY) - exact).max())
    assert errors[-1] < 1e-4
    assert errors[0] / errors[1] == pytest.approx(4, abs=1)
    assert errors[1] / errors[2] == pytest.approx(4, abs=1)


def test_short_pulse_leaves_two_decays_in_closed_form():
    edges = np.array([0.0, 0.01, 0.05, 0.3, 2.0, 9.0])
    prompt, delayed = both(gaussian_pulse_times(0.0, 1e-6 * US), edges * US)
    left = TAU_MU * np.exp(-edges / TAU_MU) - TAU_PI * np.exp(-edges / TAU_PI)
    # half of the pulse comes before zero; its width over the pion lifetime is 4e-5
    np.testing.assert_allclose(prompt, -np.diff(np.exp(-edges / TAU_PI)), atol=3e-5)
    np.testing.assert_allclose(delayed, -np.diff(left / (TAU_MU - TAU_PI)), atol=3e-5)


@pytest.mark.parametrize("times", [gaussian_pulse_times(0.44 * US, 0.15 * US), pulse_times([0], [US], [1])])
def test_late_shares_fall_with_the_muon_lifetime_to_all_digits(times):
    shares = times.delayed.shares(np.array([20.0, 30.0, 40.0, 50.0, 60.0]) * US)
    np.testing.assert_allclose(shares[1:] / shares[:-1], np.exp(-10 / TAU_MU), rtol=1e-12)
    assert shares[-1] < 1e-9
    # the efficiency makes the lifetime shorter
    shares = times.delayed.shares(np.array([20.0, 30.0, 40.0, 50.0, 60.0]) * US, CSI_EFFICIENCY)
    np.testing.assert_allclose(shares[1:] / shares[:-1], np.exp(-10 / TAU_MU - 0.494), rtol=1e-12)


def csi_2021_pulse():
    table = read_package_table("experiments/tables/coherent_csi2021/background_time.csv")
    lower, upper, neutrons = (table.numbers(name) for name in ("t_lo_us", "t_hi_us", "brn"))
    return lower, upper, neutrons


def test_efficiency_of_csi_2021_is_the_reference():
    # reference: 0.992 and 0.835 for the arrival times of beam neutrons (mean 0.66 us) below 6 us
    lower, upper, neutrons = csi_2021_pulse()
    assert np.average((lower + upper) / 2, weights=neutrons) == pytest.approx(0.66, abs=0.005)
    pulse = TablePulse(lower=lower * US, upper=upper * US, probability=neutrons / neutrons.sum())
    prompt, delayed = TimeProfile(pulse=pulse), TimeProfile(pulse=pulse, lifetimes=(TAU_MU * US,))
    assert prompt.shares(EDGES, CSI_EFFICIENCY).sum() == pytest.approx(0.992, abs=5e-4)
    assert delayed.shares(EDGES, CSI_EFFICIENCY).sum() == pytest.approx(0.835, abs=5e-4)
    # the reference leaves out the pion, which makes everything 26 ns later
    totals = both(pulse_times(lower * US, upper * US, neutrons), EDGES, CSI_EFFICIENCY).sum(axis=1)
    np.testing.assert_allclose(totals, [0.9914, 0.8332], atol=5e-5)
    earlier = both(pulse_times(lower * US, upper * US, neutrons, offset=-TAU_PI * US), EDGES, CSI_EFFICIENCY)
    np.testing.assert_allclose(earlier.sum(axis=1), [0.992, 0.835], atol=5e-4)


def test_arrival_times_of_csi_2017_are_taken_as_released():
    table = read_package_table("experiments/tables/coherent_csi2017/time_pdf.csv")
    lower, upper, prompt, delayed = (table.numbers(name) for name in ("t_lo_us", "t_hi_us", "prompt", "delayed"))
    times = tabulated_times(lower * US, upper * US, prompt=prompt, delayed=delayed)
    edges = np.append(lower, upper[-1]) * US
    np.testing.assert_allclose(both(times, edges), [prompt, delayed], rtol=1e-9, atol=1e-15)
    assert times.prompt.lifetimes == ()
    # 6 of the 12 us hold all prompt and 93 % of the delayed neutrinos
    np.testing.assert_allclose(both(times, np.array([0, 6 * US])).ravel(), [1.0, delayed[:12].sum()], rtol=1e-6)
    # half a row holds half of it
    np.testing.assert_allclose(times.delayed.shares(np.array([1, 1.25]) * US), delayed[2] / 2, rtol=1e-9)


def test_delayed_times_of_csi_2017_follow_from_the_prompt_ones():
    # a Gaussian pulse of mean 0.692 and width 0.142 us has the released prompt shares; released delayed ones are those
    # of a simulation, normalised to one below 12 us
    table = read_package_table("experiments/tables/coherent_csi2017/time_pdf.csv")
    edges = np.append(table.numbers("t_lo_us"), 12.0) * US
    prompt, delayed = both(gaussian_pulse_times(0.6922 * US, 0.1419 * US), edges)
    np.testing.assert_allclose(prompt[:3], table.numbers("prompt")[:3], atol=2e-4)
    ratio = delayed / delayed.sum() / table.numbers("delayed")
    np.testing.assert_allclose(ratio[2:], 1.0, atol=0.007)
    assert ratio[1] == pytest.approx(1.0, abs=0.015)
    # known disagreement: the foot of the pulse (0.1 % of the neutrinos) is not that of a Gaussian
    assert ratio[0] == pytest.approx(1.30, abs=0.02)


profiles = st.one_of(
    st.builds(lambda m, w: gaussian_pulse_times(m * US, w * US).delayed, st.floats(-2, 5), st.floats(1e-3, 3)),
    st.builds(
        lambda rows, protons: pulse_times(ROWS[:-1] * US, ROWS[1:] * US, [*protons, rows]).prompt,
        st.floats(0.1, 1),
        st.lists(st.floats(0, 10), min_size=3, max_size=3),
    ),
)
times = st.lists(st.floats(-10, 30), min_size=3, max_size=8, unique=True).map(lambda t: np.sort(t) * US)
efficiencies = st.builds(
    lambda start, rate: DecayEfficiency(start=start * US, rate=rate / US), st.floats(-5, 8), st.floats(0, 2)
)


@settings(max_examples=60, deadline=None)
@given(profiles, times, efficiencies)
def test_shares_are_probabilities_that_merge_and_an_efficiency_only_lowers(profile, edges, efficiency):
    assume(np.all(np.diff(edges) > 1e-15))
    full, less = profile.shares(edges), profile.shares(edges, efficiency)
    assert np.all(full >= 0)
    assert full.sum() <= 1 + 1e-13
    assert np.all(less <= full + 1e-15)
    assert np.all(less >= full * efficiency(edges[1:]) - 1e-15)
    np.testing.assert_allclose(profile.shares(edges[[0, -1]], efficiency), less.sum(), rtol=1e-10, atol=1e-14)


@settings(max_examples=40, deadline=None)
@given(profiles, times, st.floats(-3, 3))
def test_offset_moves_all_times(profile, edges, offset):
    assume(np.all(np.diff(edges) > 1e-15))
    moved = TimeProfile(pulse=profile.pulse, lifetimes=profile.lifetimes, offset=offset * US)
    np.testing.assert_allclose(moved.shares(edges + offset * US), profile.shares(edges), rtol=1e-6, atol=1e-9)


def test_offset_does_not_move_the_efficiency():
    late = DecayEfficiency(start=10 * US, rate=1 / US)
    assert gaussian_pulse_times(US, 0.1 * US, offset=4 * US).prompt.shares([0, 9 * US], late) == pytest.approx(1)
    shifted = DecayEfficiency(start=1 * US, rate=1 / US)
    expected = gaussian_pulse_times(5 * US, 0.1 * US).prompt.shares([0, 9 * US], shifted)
    assert gaussian_pulse_times(US, 0.1 * US, offset=4 * US).prompt.shares([0, 9 * US], shifted) == pytest.approx(
        expected[0], rel=1e-12
    )


def test_order_of_the_decays_does_not_matter():
    pulse = GaussianPulse(mean=0.4 * US, width=0.1 * US)
    one, other = (TimeProfile(pulse=pulse, lifetimes=tau) for tau in ((TAU_PI * US, US), (US, TAU_PI * US)))
    np.testing.assert_allclose(one.shares(EDGES), other.shares(EDGES), rtol=1e-12)


def test_lifetimes_are_those_of_pion_and_muon():
    table = lifetime_table()
    np.testing.assert_allclose(table.numbers("lifetime"), [TAU_PI * 1e3, TAU_MU * 1e3])
    folded = gaussian_pulse_times(0.0, US)
    assert folded.prompt.lifetimes == pytest.approx((TAU_PI * US,))
    assert folded.delayed.lifetimes == pytest.approx((TAU_PI * US, TAU_MU * US))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DecayEfficiency(start=np.nan, rate=1.0), "start = nan s must be finite"),
        (lambda: DecayEfficiency(start=0.0, rate=-1.0), r"rate = -1.0 1/s not negative"),
        (lambda: gaussian_pulse_times(0.0, US, offset=np.inf), "offset = inf s must be finite"),
        (lambda: TimeProfile(pulse=GaussianPulse(mean=0, width=1), lifetimes=(0.0,)), r"lifetimes = \(0.0,\) s must"),
        (lambda: TimeProfile(pulse=GaussianPulse(mean=0, width=1), lifetimes=(1.0, 1.05)), "differ by at least 10 %"),
        (lambda: pulse_times([0, 1], [1, 2], [0, 0]), "protons add up to 0; a pulse needs some"),
        (
            lambda: tabulated_times([0], [1], prompt=[1.0], delayed=[1.2]),
            "delayed: probabilities per row add up to 1.2",
        ),
        (lambda: gaussian_pulse_times(0.0, US).prompt.shares([0.0]), "must be at least two, finite and increasing"),
        (
            lambda: gaussian_pulse_times(0.0, US).prompt.shares([0.0, 0.0]),
            "must be at least two, finite and increasing",
        ),
    ],
)
def test_wrong_times_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
