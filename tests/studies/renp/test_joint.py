"""Recoil experiments and RENP on the same moments: closed forms, blind spots, one joint likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nulight as nl
from nulight.conventions import get_conventions
from nulight.inference import asimov, combine, minimise
from nulight.models.effective_moments import short_baseline_moment
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.renp import PAIRS
from nulight.studies.renp.basis import (
    absorbed,
    blind_directions,
    elements,
    majorana_phases,
    moment,
    recoil_values,
    renp_values,
)
from nulight.studies.renp.joint import renp_joint

U = pmns(get_oscillation("nufit-6.0-no"))
DIRAC = get_conventions("default").with_changes(neutrinos="dirac")
FOUR = 2.7055434540954142  # 90 %, two-sided, 1 dof


@pytest.fixture(scope="module")
def dirac():
    return renp_joint(nl.renp_experiment("yb-dinh-2012"), n=31)


@pytest.fixture(scope="module")
def majorana():
    experiment = nl.renp_experiment("yb-dinh-2012", nature="majorana", alpha_21=0.7, alpha_31=-2.0)
    return renp_joint(experiment, ("xenonnt-2022-er", "texono-csi-2010"), days=(100, 1000), n=31)


# the same moments in both languages


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(list(PAIRS)), st.floats(0, 1e-10), st.floats(0, 1e-10), st.sampled_from(["dirac", "majorana"]))
def test_lambda_makes_the_counts_of_mu_and_eps(pair, mu, epsilon, nature):
    if pair not in elements(nature):
        return
    experiment = nl.renp_experiment("yb", nature=nature)
    named = experiment.expected({f"mu_{pair}": mu, f"eps_{pair}": epsilon})
    values = renp_values(moment(pair, nature, mu=mu, epsilon=epsilon), nature)
    assert experiment.expected(values) == pytest.approx(named, rel=1e-12, abs=1e-12)


def test_dirac_elements_are_hermitian_and_majorana_ones_antisymmetric():
    dirac = moment("13", "dirac", mu=2.0, epsilon=3.0)
    assert dirac[0, 2] == dirac[2, 0] == 2 - 3j
    majorana = moment("13", "majorana", mu=2.0, epsilon=3.0)
    assert majorana[0, 2] == -majorana[2, 0] == 3 + 2j


@pytest.mark.parametrize("nature", ["dirac", "majorana"])
@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_blind_direction_annihilates_nu_e_only(nature, helicity):
    first, second, slope = blind_directions(U, nature)

    def square(flavour, x, y):
        return short_baseline_moment(x * first + y * second, U, flavour, helicity=helicity, nature=nature)

    assert square("e", 1.0, slope) < 1e-30
    assert square("e", 1.0, 0.0) > 0.1
    assert square("mu", 1.0, slope) > 0.1
    # the places with a modulus of one are those the plane is named after
    place = ((0, 0), (0, 1)) if nature == "dirac" else ((1, 2), (0, 2))
    assert [abs(matrix[p]) for matrix, p in zip((first, second), place, strict=True)] == pytest.approx([1, 1])


@pytest.mark.parametrize("nature", ["dirac", "majorana"])
def test_blind_spot_is_no_event_at_a_reactor_but_many_in_renp(nature):
    first, second, slope = blind_directions(U, nature)
    renp = nl.renp_experiment("yb", nature=nature, days=1000)
    reactor = nl.load("texono-csi-2010", conventions=get_conventions("default").with_changes(neutrinos=nature))

    def added(model, matrix, values):
        return (model.expected(values(1e-9 * matrix)) - model.expected({})).sum(axis=(0, 1))

    hidden = added(reactor, first + slope * second, lambda m: recoil_values(m, renp))
    shown = added(reactor, first - slope * second, lambda m: recoil_values(m, renp))
    assert np.abs(hidden).max() < 1e-12 * np.abs(shown).max()
    in_renp = added(renp, first + slope * second, lambda m: renp_values(m, nature))
    assert in_renp == pytest.approx(added(renp, first - slope * second, lambda m: renp_values(m, nature)), rel=1e-9)
    assert in_renp[:-1].min() > 0  # the last frequency has room for the pair 11 alone


def test_majorana_phases_move_to_the_moments_and_back():
    experiment = nl.renp_experiment("yb", nature="majorana", alpha_21=0.7, alpha_31=-2.0)
    phases = majorana_phases(experiment)
    matrix = moment("12", "majorana", mu=1.0, epsilon=2.0) + moment("23", "majorana", mu=3.0)
    with_phases = experiment.neutrinos().mixing
    there = absorbed(matrix, phases)
    for flavour in ("e", "mu", "tau"):
        seen = short_baseline_moment(matrix, with_phases, flavour, nature="majorana")
        assert short_baseline_moment(there, U, flavour, nature="majorana") == pytest.approx(seen, rel=1e-12)
    assert absorbed(there, -phases) == pytest.approx(matrix, abs=1e-15)
    assert majorana_phases(nl.renp_experiment("yb").with_defaults(alpha_21=0.7)).tolist() == [0, 0, 0]


# limits of recoil experiments


def weights(flavour_shares):
    """What a mixture of mass states sees of each element."""
    return [flavour_shares[i] + (flavour_shares[j] if i != j else 0) for i, j in PAIRS.values()]


def test_pure_nu_e_sees_each_element_with_the_mixing_of_its_states(dirac):
    r = dirac.recoils.index("texono-csi-2010")
    limit = nl.limit(nl.load("texono-csi-2010"), "mu_nu_e").upper
    closed = limit / np.sqrt(weights(np.abs(U[0]) ** 2))
    assert dirac.recoil_limits[r] == pytest.approx(closed, rel=1e-5)
    assert dirac.weights[r] == pytest.approx(weights(np.abs(U[0]) ** 2), rel=1e-5)


def test_the_sun_sees_each_element_with_the_probability_of_its_states(dirac):
    share = dirac.weights[dirac.recoils.index("xenonnt-2022-er")]
    diagonal = [share[list(PAIRS).index(pair)] for pair in ("11", "22", "33")]
    assert sum(diagonal) == pytest.approx(1, rel=1e-3)
    assert share == pytest.approx(weights(diagonal), rel=1e-3)
    assert 0.5 < diagonal[0] < 0.7
    assert diagonal[2] == pytest.approx(np.abs(U[0, 2]) ** 2, rel=0.05)


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "coherent-csi-2021"])
def test_diagonal_limit_is_that_of_the_parameter_itself(dirac, name):
    r = dirac.recoils.index(name)
    limit = nl.limit(nl.load(name, conventions=DIRAC), "lambda_22").upper
    assert dirac.recoil_limits[r, dirac.elements.index("22")] == pytest.approx(limit, rel=1e-5)


def test_limit_is_that_on_the_effective_moment_of_the_events(dirac):
    for r, name in enumerate(dirac.recoils):
        values = {"lambda_23": 1e-11, "lambda_32": 1e-11}
        row = nl.effective_moments(values, name, neutrinos="dirac").rows[0]
        i = dirac.elements.index("23")
        # pions: nu_mu and nu_e have different spectra and times, so that no one number says all
        rel = 0.1 if name.startswith("coherent") else 1e-3
        assert dirac.recoil_limits[r, i] * row.mu_eff / 1e-11 == pytest.approx(dirac.effective[r], rel=rel)


def test_recoils_do_not_care_whether_neutrinos_are_majorana(dirac, majorana):
    assert majorana.elements == ("12", "13", "23")
    places = [dirac.elements.index(pair) for pair in majorana.elements]
    assert majorana.recoil_limits == pytest.approx(dirac.recoil_limits[:2, places], rel=1e-6)


# what RENP adds


def test_reach_is_the_limit_of_each_parameter(dirac):
    experiment = nl.renp_experiment("yb-dinh-2012", days=100)
    n, i = dirac.days.tolist().index(100), dirac.elements.index("12")
    assert dirac.reach_mu[i, n] == pytest.approx(nl.limit(experiment, "mu_12").upper, rel=1e-4)
    assert dirac.reach_eps[i, n] == pytest.approx(nl.limit(experiment, "eps_12").upper, rel=1e-4)


def test_after_the_days_to_a_recoil_limit_renp_has_reached_it(dirac):
    experiment = nl.renp_experiment("yb-dinh-2012")
    for kind, days in (("mu", dirac.days_mu), ("eps", dirac.days_eps)):
        for i, pair in enumerate(dirac.elements):
            reach = nl.renp_reach(experiment, f"{kind}_{pair}", days=days[0, i]).reach(f"{kind}_{pair}")
            assert reach[0] == pytest.approx(dirac.recoil_limits[0, i], rel=1e-4)


def test_days_are_those_at_which_the_moment_is_just_excluded(dirac):
    """Asimov -2 ln L at the recoil limit, without any search: 2.71."""
    experiment = nl.renp_experiment("yb-dinh-2012", days=dirac.days_mu[0, 0])
    there = minimise(experiment, {"mu_11": dirac.recoil_limits[0, 0]}).twice_nll[0]
    assert there == pytest.approx(FOUR, rel=1e-3)


def test_hundred_days_reach_the_level_of_direct_detection(dirac):
    """The claim of the seed: 1e-11 mu_B after some hundred days at the frequencies of the paper."""
    assert 1e-11 < dirac.reach_mu[0, dirac.days.tolist().index(100)] < 2e-11
    assert 100 < dirac.days_mu[0, 0] < 1000


def test_magnetic_moment_is_told_from_any_electric_one_after_the_days_apart(dirac):
    size = dirac.recoil_limits.min(axis=0)[0]
    data = asimov(nl.renp_experiment("yb-dinh-2012", days=dirac.days_apart[0]), {"mu_11": size})
    electric = np.linspace(0.5, 3, 2001) * size
    assert minimise(data, {"eps_11": electric}).twice_nll.min() == pytest.approx(FOUR, rel=1e-4)


def test_one_open_frequency_never_tells_magnetic_from_electric(dirac):
    assert np.isinf(dirac.days_apart[dirac.elements.index("33")])  # one trigger below its threshold
    assert np.all(np.isfinite(dirac.days_apart[:-1]))


def test_systematic_errors_cost_time_and_may_forbid_the_rest():
    clean, poor = (
        renp_joint(
            nl.renp_experiment("yb-dinh-2012", nature="majorana", rate_error=error), "xenonnt-2022-er", days=100, n=11
        )
        for error in (0.0, 0.2)
    )
    assert np.all(poor.days_mu > clean.days_mu)
    assert np.all(poor.days_apart >= clean.days_apart * (1 - 1e-6))
    assert np.isinf(poor.days_eps).any() or np.all(poor.days_eps > clean.days_eps)


# planes


def test_nothing_hides_from_renp_or_the_sun_but_everything_from_a_reactor(dirac):
    plane = dirac.planes[0]
    assert np.isinf(plane.along["texono-csi-2010"])
    assert plane.is_open("texono-csi-2010")
    for name in ("xenonnt-2022-er", "coherent-csi-2021", "renp_10d", "renp_1000d"):
        assert np.isfinite(plane.along[name])
    assert not plane.is_open("renp_10d")
    assert not plane.is_open("all")
    diagonal = np.diagonal(plane.delta_chi2["texono-csi-2010"])
    assert np.ptp(diagonal) < 1e-8
    assert plane.slope == pytest.approx(abs(U[0, 0] / U[0, 1]), rel=1e-12)


def test_majorana_phases_hide_the_same_moments(majorana):
    assert np.isinf(majorana.planes[0].along["texono-csi-2010"])
    plain = renp_joint(nl.renp_experiment("yb-dinh-2012", nature="majorana"), "texono-csi-2010", days=1000, n=11)
    for name in ("texono-csi-2010", "renp_1000d"):  # the kinds are mixed differently, which RENP sees
        same = plain.planes[0].along[name] == pytest.approx(majorana.planes[0].along[name], rel=1e-3)
        assert same == (name == "texono-csi-2010")


def test_recoils_see_the_radius_only_and_renp_more(dirac):
    plane = dirac.planes[1]
    assert plane.parameters == ("mu_11", "eps_11")
    for name in dirac.recoils:
        grid = plane.delta_chi2[name]
        assert [grid[3, 4], grid[4, 3], grid[5, 0]] == pytest.approx([grid[0, 5]] * 3, rel=1e-7, abs=1e-7)
    renp = plane.delta_chi2["renp_1000d"]
    assert abs(renp[12, 0] - renp[0, 12]) > 1


def test_truth_is_where_renp_fits_best(dirac):
    plane = dirac.planes[1]
    assert plane.truth == (dirac.recoil_limits.min(axis=0)[0], 0.0)
    grid = plane.delta_chi2["renp_1000d"]
    # Delta chi2 is about that of no moment times (mu^2 / mu_0^2 - 1)^2, and the truth half a step off the grid
    assert np.interp(plane.truth[0], plane.x, grid[0]) < 1.1 * grid[0, 0] * (plane.x[1] / plane.truth[0]) ** 2
    assert grid[0, 0] > plane.threshold


@pytest.mark.parametrize("which", [0, 1])
def test_all_together_is_the_likelihood_of_the_combination(dirac, which):
    plane = dirac.planes[which]
    scan = nl.renp_experiment("yb-dinh-2012", days=1000)
    if which:
        scan = asimov(scan, {"mu_11": plane.truth[0]})
    both = combine([*(nl.load(name, conventions=DIRAC) for name in dirac.recoils), scan])
    places = [(4, 9), (20, 3), (11, 11)]
    if which:
        values = {"lambda_11": [np.hypot(plane.x[i], plane.y[j]) for j, i in places]}
        values["lambda_11_phase"] = [-np.arctan2(plane.y[j], plane.x[i]) for j, i in places]
    else:
        values = {"lambda_11": [plane.x[i] for _, i in places], "lambda_12": [plane.y[j] for j, _ in places]}
        values["lambda_12_phase"] = np.full(3, np.pi)  # U_e1 and U_e2 are real
    real = minimise(both, values).twice_nll
    found = np.array([plane.delta_chi2["all"][place] for place in places])
    assert np.diff(found) == pytest.approx(np.diff(real), abs=1e-6 * real.max())


def test_planes_count_from_their_minimum(dirac):
    for plane in dirac.planes:
        for grid in plane.delta_chi2.values():
            assert grid.min() >= 0
            assert grid.shape == (31, 31)
        assert plane.threshold == pytest.approx(-2 * np.log(0.1))


def test_the_plane_of_both_kinds_shows_where_renp_ends():
    faint = renp_joint(nl.renp_experiment("yb-dinh-2012"), "xenonnt-2022-er", days=5, n=31).planes[1]
    grid = faint.delta_chi2["renp_5d"]
    assert faint.truth is not None
    assert faint.x[-1] > 2.4 * faint.truth[0]
    for edge in (grid[0], grid[:, 0]):
        assert edge[0] < faint.threshold < edge[-1]


# records and errors


def test_record_writes_itself(dirac, tmp_path):
    table = dirac.to_csv()
    assert table.count("\n") == 4 + 1 + 12
    assert "xenonnt-2022-er [mu_B]" in table
    assert dirac.save(tmp_path / "joint.json").exists()
    assert "not seen: |lambda_12| = 1.5 |lambda_11| by texono-csi-2010" in repr(dirac)
    assert "0.68 |11|^2" in repr(dirac)
    assert dirac.bibtex()


def test_data_are_refused():
    with pytest.raises(ValueError, match="without observed="):
        renp_joint(nl.renp_experiment("yb", [1.069, 1.07], observed=[20, 20]))


def test_other_mixing_is_a_warning():
    from nulight.neutrinos.mixing import OscillationParameters

    own = OscillationParameters(
        s2_12=0.304, s2_13=0.0222, s2_23=0.5, delta_cp=0.0, dm2_21=7.42e-5, dm2_31=2.515e-3, source="test", name="mine"
    )
    found = renp_joint(nl.renp_experiment("yb", nature="majorana", oscillation=own), "texono-csi-2010", days=10, n=11)
    assert "nufit-6.0-no, RENP its own, mine" in found.warnings[0]
    loaded = nl.load("texono-csi-2010", conventions=DIRAC.with_changes(oscillation="nufit-5.2-no"))
    found = renp_joint(nl.renp_experiment("yb", nature="majorana"), loaded, days=10, n=11)
    assert "texono-csi-2010 has the mixing nufit-5.2-no instead of nufit-6.0-no" in found.warnings[0]


def test_inverted_ordering_takes_recoils_along():
    found = renp_joint(nl.renp_experiment("yb", [1.06, 1.07], ordering="inverted"), "texono-csi-2010", days=10, n=11)
    inverted = np.abs(pmns(get_oscillation("nufit-6.0-io"))[0]) ** 2
    assert found.weights[0] == pytest.approx(weights(inverted), rel=1e-4)
    assert not found.warnings
