"""Mass, ordering and nature of neutrinos from a scan of trigger frequencies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nulight.inference.profile import minimise
from nulight.neutrinos.mixing import get_oscillation
from nulight.renp import atomic_scheme, momentum_transfer_squared, neutrinos, renp_experiment, thresholds
from nulight.studies.renp.families import family, kinks, mass_at
from nulight.studies.renp.minimum import best_at, best_fit
from nulight.studies.renp.neutrinos import renp_mass, renp_nature, renp_ordering
from nulight.studies.renp.triggers import triggers_for

ORDERINGS = ("normal", "inverted")
UNCERTAIN = {"background": 1.0, "rate_error": 0.1, "background_error": 0.2}
MASSES = np.array([0.002, 0.013, 0.035])


def scan(atom="generic", **options):
    return renp_experiment(atom, **options)


def hypothesis(experiment, counts, ordering, nature):
    """The experiment of one ordering and nature with other counts as its data."""
    return replace(family(experiment, ordering, nature).experiment, data=counts)


# families of hypotheses


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("nature", ["dirac", "majorana"])
@pytest.mark.parametrize("spin_sum", ["trace", "coherent"])
def test_counts_are_those_of_the_experiment_at_any_mass_and_phase(ordering, nature, spin_sum):
    rng = np.random.default_rng(7)
    one = family(scan(spin_sum=spin_sum, efficiency=0.3), ordering, nature)
    mass, phases = rng.uniform(0, one.edges[-2], 40), rng.uniform(-9, 9, (40, 2))
    params = {"m_lightest": mass, "alpha_21": phases[:, 0], "alpha_31": phases[:, 1]}
    np.testing.assert_allclose(one.counts(mass, phases), one.experiment.expected(params)[:, 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("atom", ["yb", "generic"])
def test_kinks_are_where_a_threshold_meets_a_trigger_and_there_are_no_others(atom, ordering):
    experiment = replace(scan(atom), ordering=ordering)
    found = kinks(experiment)
    distance = thresholds(experiment.scheme.E_eg, neutrinos(found, ordering=ordering).masses)[..., None]
    closest = np.abs(distance - experiment.triggers).reshape(len(found), -1).min(axis=1)
    assert closest.max() < 1e-14 * experiment.scheme.E_eg * 100
    fine = np.linspace(0, 1.01 * found[-1], 200_001)
    above = thresholds(experiment.scheme.E_eg, neutrinos(fine, ordering=ordering).masses)[..., None]
    open_ = (above > experiment.triggers)[:, *np.triu_indices(3)].reshape(len(fine), -1)
    crossed = np.flatnonzero((open_[1:] != open_[:-1]).any(axis=1))
    step = fine[1]
    assert np.all(np.abs(fine[crossed][:, None] + step / 2 - found).min(axis=1) <= step)


def test_counts_are_smooth_between_kinks_in_the_coordinate_of_the_search():
    one = family(scan(), "normal", "majorana")
    t = np.linspace(0, 1, 401)
    for low, high in zip(one.edges[:-1], one.edges[1:], strict=True):
        counts = one.counts(mass_at(t, low, high), np.array([1.0, 2.0]))
        slope = np.diff(counts, axis=0) / np.diff(t)[:, None]
        jump = np.abs(np.diff(slope, axis=0)).max(axis=0)
        assert np.all(jump <= 0.15 * np.ptp(slope, axis=0) + 1e-6 * counts.max())


# minima


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("nature", ["dirac", "majorana"])
@pytest.mark.parametrize("options", [{}, UNCERTAIN], ids=["plain", "uncertain"])
def test_the_true_hypothesis_fits_perfectly_and_finds_its_mass(ordering, nature, options):
    one = family(scan(**options), ordering, nature)
    data = one.counts(MASSES, np.array([0.7, 2.1])) + one.background
    found = best_fit(one, data)
    assert np.all(np.abs(found.value) < 1e-9 * data.sum(axis=1))
    if nature == "dirac":
        np.testing.assert_allclose(found.mass, MASSES, rtol=1e-4)


@pytest.mark.parametrize("true", ORDERINGS)
@pytest.mark.parametrize("options", [{}, UNCERTAIN], ids=["plain", "uncertain"])
def test_dirac_minimum_is_that_of_a_fine_grid_of_masses(true, options):
    from scipy.optimize import minimize_scalar

    other = ORDERINGS[1 - ORDERINGS.index(true)]
    experiment = scan("yb", **options)
    right, wrong = family(experiment, true, "dirac"), family(experiment, other, "dirac")
    data = right.counts(MASSES) + right.background
    found = best_fit(wrong, data)
    grid = np.linspace(0, wrong.edges[-2], 8001)
    for k in range(len(MASSES)):
        model = hypothesis(experiment, data[k], other, "dirac")
        value = minimise(model, {"m_lightest": grid}).twice_nll
        i = int(np.argmin(value))
        ends = (grid[max(i - 1, 0)], grid[min(i + 1, len(grid) - 1)])
        curve = lambda m, model=model: minimise(model, {"m_lightest": m}).twice_nll[0]  # noqa: E731
        lowest = min(value[i], minimize_scalar(curve, bounds=ends, method="bounded", options={"xatol": 1e-12}).fun)
        assert found.value[k] <= lowest * (1 + 1e-6) + 1e-8
        assert found.value[k] == pytest.approx(lowest, rel=1e-3)
        there = minimise(model, {"m_lightest": found.mass[k]}).twice_nll[0]
        assert found.value[k] == pytest.approx(there, rel=1e-9)


@pytest.mark.parametrize("options", [{}, UNCERTAIN], ids=["plain", "uncertain"])
def test_majorana_minimum_is_that_of_a_global_search(options):
    from scipy.optimize import differential_evolution

    experiment = scan("generic", **options)
    right, wrong = family(experiment, "normal", "dirac"), family(experiment, "normal", "majorana")
    data = right.counts(MASSES) + right.background
    found = best_fit(wrong, data)
    names = ("m_lightest", "alpha_21", "alpha_31")
    for k in range(len(MASSES)):
        model = hypothesis(experiment, data[k], "normal", "majorana")
        search = differential_evolution(
            lambda z, model=model: np.minimum(minimise(model, dict(zip(names, z, strict=True))).twice_nll, 1e9),
            [(0, 0.06), (0, 2 * np.pi), (0, 2 * np.pi)],
            vectorized=True,
            updating="deferred",
            rng=np.random.default_rng(k),
            popsize=40,
            maxiter=80,
            polish=False,
        )
        assert found.value[k] <= search.fun * (1 + 1e-6)
        assert found.value[k] == pytest.approx(search.fun, rel=0.01)
        there = dict(zip(names, (found.mass[k], *found.phases[k]), strict=True))
        assert found.value[k] == pytest.approx(minimise(model, there).twice_nll[0], rel=1e-7)


def test_minimum_at_a_mass_is_the_lowest_over_the_phases():
    experiment = scan("generic", **UNCERTAIN)
    wrong = family(experiment, "inverted", "majorana")
    data = family(experiment, "normal", "dirac").counts(MASSES) + wrong.background
    masses = np.array([0.001, 0.02, 0.04])
    found = best_at(wrong, data, masses)
    turn = np.linspace(0, 2 * np.pi, 61)
    first, second = (phase.ravel() for phase in np.meshgrid(turn, turn))
    for k in range(len(MASSES)):
        model = hypothesis(experiment, data[k], "inverted", "majorana")
        points = {"m_lightest": masses[k], "alpha_21": first, "alpha_31": second}
        on_grid = minimise(model, points).twice_nll.min()
        assert found[k] <= on_grid
        assert found[k] == pytest.approx(on_grid, rel=3e-3)


# the lightest mass


def test_interval_ends_where_delta_chi2_is_the_level():
    experiment = scan("yb", triggers=triggers_for("mass", "yb", [0.005, 0.05], 8), days=100, **UNCERTAIN)
    found = renp_mass(experiment, [0.008, 0.02])
    for j, ordering in enumerate(ORDERINGS):
        for k, mass in enumerate(found.lightest):
            one = family(experiment, ordering, "dirac")
            model = hypothesis(experiment, one.counts(mass) + one.background, ordering, "dirac")
            grid = np.unique(np.concatenate([np.linspace(0, 0.08, 20_001), [mass]]))
            value = minimise(model, {"m_lightest": grid}).twice_nll
            assert found.zero[j, k] == pytest.approx(value[0], rel=1e-9)
            for i, level in enumerate(found.thresholds):
                allowed = grid[value <= level]
                assert found.lower[i, j, k] == pytest.approx(allowed.min(), abs=5e-6)
                assert found.upper[i, j, k] == pytest.approx(allowed.max(), abs=5e-6)
    assert not found.further_regions.any()


def test_interval_holds_the_truth_and_shrinks_with_time():
    experiment = scan("yb", triggers=triggers_for("mass", "yb", [0.005, 0.05], 8))
    masses = np.geomspace(1e-3, 0.05, 12)
    short, long = (renp_mass(experiment, masses, days=days) for days in (10.0, 1000.0))
    for record in (short, long):
        assert np.all((record.lower <= masses) & (masses <= record.upper))
        assert np.all(record.lower[1] <= record.lower[0])
        assert np.all(record.upper[0] <= record.upper[1])
    assert np.all((long.lower >= short.lower - 1e-9) & (long.upper <= short.upper + 1e-9))


def test_massless_lightest_neutrino_is_never_excluded_when_true():
    found = renp_mass(scan("yb"), [0.0, 0.02], days=100.0)
    assert np.all(found.zero[:, 0] < 1e-9)
    assert np.all(found.lower[:, :, 0] == 0)
    assert np.all(np.isinf(found.days_needed[:, :, 0]))
    assert np.all(np.isfinite(found.days_needed[:, :, 1]))


def test_days_exclude_zero_at_their_level():
    experiment = scan("yb", **UNCERTAIN)
    needed = renp_mass(experiment, [0.02], days=1.0).days_needed[0, :, 0]
    for j, days in enumerate(needed):
        assert renp_mass(experiment, [0.02], days=days).zero[j, 0] == pytest.approx(9, rel=1e-3)


# ordering


def test_ordering_is_proportional_to_time_without_uncertainties():
    once = renp_ordering(scan("yb", background=3.0), MASSES, days=[1.0, 250.0])
    np.testing.assert_allclose(once.delta_chi2[:, 1], 250 * once.delta_chi2[:, 0], rtol=1e-12)
    apart = renp_ordering(scan("yb", background=3.0), MASSES, days=250.0)
    np.testing.assert_allclose(apart.delta_chi2[:, 0], once.delta_chi2[:, 1], rtol=1e-9)
    np.testing.assert_allclose(once.days_needed[0], 9 / once.delta_chi2[:, 0], rtol=1e-5)


def test_ordering_grows_with_time_and_less_than_in_proportion_with_uncertainties():
    found = renp_ordering(scan("yb", **UNCERTAIN), MASSES, days=[1.0, 10.0, 100.0]).delta_chi2
    assert np.all(np.diff(found, axis=1) > 0)
    assert np.all(found[:, 1:] <= 10 * found[:, :-1] * (1 + 1e-9))
    plain = renp_ordering(scan("yb", background=1.0), MASSES, days=[1.0, 10.0, 100.0]).delta_chi2
    assert np.all(found <= plain * (1 + 1e-9))


def test_days_reach_their_level_with_uncertainties():
    experiment = scan("yb", **UNCERTAIN)
    needed = renp_ordering(experiment, [0.01], days=3.0).days_needed
    found = renp_ordering(experiment, [0.01], days=needed[:, 0, 0]).delta_chi2[0, :, 0]
    np.testing.assert_allclose(found, [9, 2.7055], rtol=1e-3)
    assert np.all(needed[0] > needed[1])


def test_ordering_fades_for_degenerate_masses():
    found = renp_ordering(scan("yb"), [0.05, 0.2, 0.8], days=10.0, placement="matched").delta_chi2[:, 0]
    assert np.all(found[:, 2] < 1e-2 * found[:, 0])
    assert np.all(found[:, 1] < 0.3 * found[:, 0])


def test_other_half_of_a_named_fit_is_found_and_of_an_own_one_is_asked_for():
    named = renp_ordering(scan(oscillation="nufit-5.2-no"), 0.01)
    assert named.conventions["oscillation"] == "nufit-5.2-no and nufit-5.2-io"
    own = replace(get_oscillation("nufit-5.2-no"), name="mine")
    with pytest.raises(ValueError, match="'mine' are of the normal ordering; give those of the inverted one"):
        renp_ordering(scan(oscillation=own), 0.01)
    given = renp_ordering(scan(oscillation=own), 0.01, oscillations={"inverted": "nufit-5.2-io"})
    np.testing.assert_array_equal(given.delta_chi2, named.delta_chi2)


# nature


def test_massless_neutrinos_are_dirac_and_majorana_alike():
    tiny = replace(get_oscillation("nufit-6.0-no"), dm2_21=1e-16, dm2_31=2e-16, name="tiny")
    found = renp_nature(scan(oscillation=tiny), [0.0, 1e-9], days=1000.0)
    assert np.all(found.delta_chi2 < 1e-7)
    assert np.all(np.isinf(found.days_needed))


def test_phases_lie_between_the_worst_and_the_best():
    experiment = scan("generic")
    found = renp_nature(experiment, [0.01, 0.03])
    own, best, worst, _ = found.delta_chi2[:, 0]
    assert np.all((worst <= own) & (own <= best))
    dirac, rng = family(experiment, "normal", "dirac"), np.random.default_rng(3)
    majorana = family(experiment, "normal", "majorana")
    for k, mass in enumerate(found.lightest):
        each = best_fit(dirac, majorana.counts(np.full(300, mass), rng.uniform(0, 2 * np.pi, (300, 2)))).value
        assert 0.97 * worst[k] < each.min()
        assert each.max() < 1.03 * best[k]


def test_given_phases_are_those_of_the_experiment():
    experiment = scan("generic", nature="majorana", alpha_21=np.pi, alpha_31=1.0)
    found = renp_nature(experiment, 0.03)
    np.testing.assert_allclose(found.phases[0, 0], [np.pi, 1.0])
    assert found.truths[0] == "majorana, given phases"
    one = family(experiment, "normal", "majorana")
    expected = best_fit(family(experiment, "normal", "dirac"), one.counts(np.array([0.03]), [np.pi, 1.0])).value
    assert found.delta_chi2[0, 0, 0] == pytest.approx(expected[0], rel=1e-9)


def test_steps_of_a_study_are_passed_on_and_change_nothing():
    experiment, masses, seen = scan("generic"), np.geomspace(0.003, 0.03, 20), []

    def track(steps):
        for step in steps:
            seen.append(step.masses)
            yield step

    for study in (renp_ordering, renp_nature):
        seen.clear()
        found = study(experiment, masses, track=track)
        np.testing.assert_array_equal(np.concatenate(seen), masses)
        assert len(seen) == 2
        last = study(experiment, masses[[0, 17]])
        np.testing.assert_allclose(found.delta_chi2[:, :, [0, 17]], last.delta_chi2, rtol=1e-9)
        np.testing.assert_allclose(found.days_needed[:, :, [0, 17]], last.days_needed, rtol=1e-9)


def test_a_time_that_never_comes_is_said_so():
    found = renp_nature(scan("generic"), [0.01, 0.3])
    assert "3 sigma never, after any time" in repr(found)
    assert "inf d" not in repr(found)


def test_an_atom_of_high_energy_does_not_see_the_nature():
    high, low = (renp_nature(scan(atom), 0.05, placement="matched") for atom in ("yb", "generic"))
    assert high.days_needed[0, 0, 0] > 1000 > 1 > low.days_needed[0, 0, 0]


def test_share_of_the_majorana_term_far_from_threshold():
    """Degenerate masses far below q: sum of Re(a_ij^2) m^2 over 3/4 of the rate, with T = q^2/3, L = T + omega^2/3."""
    experiment = scan("yb", triggers=[1.0], lightest=0.1)
    flat = replace(get_oscillation("nufit-6.0-no"), dm2_21=1e-12, dm2_31=2e-12, delta_cp=0.0, name="flat")
    made = replace(experiment, oscillation=flat)
    mass = 0.002
    dirac, majorana = (family(made, "normal", nature).counts(mass) for nature in ("dirac", "majorana"))
    q2 = momentum_transfer_squared(experiment.triggers, experiment.scheme.E_eg)
    # a_ij is real: sum of a_ij^2 is the sum rule 3/4, the same as of the rate
    expected = mass**2 / (q2 / 3 + experiment.triggers**2 / 9)
    np.testing.assert_allclose(1 - majorana / dirac, expected, rtol=1e-3)


# frequencies


@pytest.mark.parametrize("question", ["mass", "ordering", "nature"])
@pytest.mark.parametrize("atom", ["yb", "xe", "generic"])
@pytest.mark.parametrize("lightest", [0.001, 0.03, 0.1])
def test_frequencies_are_ascending_and_emit_the_lightest_pair(question, atom, lightest):
    scheme = atomic_scheme(atom)
    omega = triggers_for(question, atom, lightest, 7)
    assert omega.shape == (7,)
    assert np.all(np.diff(omega) > 0)
    assert 0 < omega[0]
    assert omega[-1] < thresholds(scheme.E_eg, neutrinos(lightest).masses).max()
    assert np.sqrt(momentum_transfer_squared(omega[-1], scheme.E_eg)) == pytest.approx(2.04 * lightest, rel=1e-6)


def test_frequencies_of_a_range_hold_both_ends():
    q = np.sqrt(momentum_transfer_squared(triggers_for("mass", "yb", [0.005, 0.05], 12), atomic_scheme("yb").E_eg))
    assert (q.min(), q.max()) == (pytest.approx(0.0102, rel=1e-6), pytest.approx(0.15, rel=1e-6))


def test_matched_frequencies_are_those_of_every_mass_alone():
    together = renp_ordering(scan("yb"), [0.01, 0.04], placement="matched")
    for k, mass in enumerate(together.lightest):
        alone = renp_ordering(scan("yb", triggers=triggers_for("ordering", "yb", mass), lightest=mass), mass)
        np.testing.assert_allclose(together.delta_chi2[:, :, k], alone.delta_chi2[:, :, 0], rtol=1e-12)
    assert len(together.provenance["triggers_eV"]) == 2


def test_matched_frequencies_tell_the_nature_no_worse_than_those_of_the_card():
    for atom in ("yb", "generic"):
        days = [renp_nature(scan(atom), 0.03, placement=how).days_needed[0, 0, 0] for how in ("matched", "fixed")]
        assert days[0] < days[1]


# records and errors


@pytest.mark.parametrize("study", [renp_mass, renp_ordering, renp_nature])
def test_records_repeat_and_are_written(study, tmp_path):
    first, second = (study(scan("generic"), MASSES[:2], days=3.0) for _ in range(2))
    assert first.to_dict() == second.to_dict()
    assert {"arXiv:1209.4808"} <= set(first.citations)
    assert len(first.to_csv().splitlines()) > 2
    assert first.save(tmp_path / "record.json").exists()
    assert first.provenance["triggers_eV"] == (tuple(scan("generic").triggers),)


@pytest.mark.parametrize("study", [renp_mass, renp_ordering])
def test_a_mass_too_heavy_for_the_frequencies_is_noticed(study):
    found = study(scan("yb"), [0.01, 0.3])
    assert "nothing is emitted at any trigger frequency with a lightest mass of 0.3 eV" in found.warnings[0]
    assert study(scan("yb"), [0.01]).warnings == ()


@pytest.mark.parametrize("study", [renp_mass, renp_ordering, renp_nature])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lightest": -0.01}, "lightest = -0.01 eV must be zero or positive"),
        ({"lightest": []}, "lightest: give one list"),
        ({"lightest": 0.01, "days": 0.0}, "give positive times"),
        ({"lightest": 0.01, "placement": "best"}, "placement 'best'; use one of: fixed, matched"),
        ({"lightest": 0.0, "placement": "matched"}, "0 eV is no positive mass"),
    ],
)
def test_wrong_arguments_are_named(study, arguments, message):
    arguments = dict(arguments)
    with pytest.raises(ValueError, match=message):
        study(scan(), arguments.pop("lightest"), **arguments)


def test_other_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="2 values; intervals are for one exposure"):
        renp_mass(scan(), 0.01, days=[1.0, 2.0])
    with pytest.raises(ValueError, match="'up' is no ordering"):
        renp_ordering(scan(), 0.01, oscillations={"up": "nufit-6.0-no"})
    with pytest.raises(ValueError, match="question 'spin'; use one of: mass, ordering, nature"):
        triggers_for("spin", "yb", 0.01)
    with pytest.raises(ValueError, match=r"n = 2: .* at least 3"):
        triggers_for("mass", "yb", 0.01, 2)
    with pytest.raises(ValueError, match=r"too heavy for generic: a pair needs 0\.4 eV"):
        triggers_for("mass", "generic", 0.2)
