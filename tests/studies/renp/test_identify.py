"""Single elements of the moments: against the package's own fits, scaling, and published statements."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import asimov
from nulight.inference.profile import minimise
from nulight.renp import load_scheme
from nulight.renp.separation import separation

PLAIN = nl.renp_experiment("yb-dinh-2012")
SYSTEMATIC = nl.renp_experiment("yb-dinh-2012", rate_error=0.1, background=0.2, background_error=0.3)
FOUND = {"plain": nl.renp_identify(PLAIN), "systematic": nl.renp_identify(SYSTEMATIC)}
CASES = [("plain", PLAIN), ("systematic", SYSTEMATIC)]
OFF = ~np.eye(12, dtype=bool)


@pytest.mark.parametrize(("case", "experiment"), CASES)
def test_every_element_has_the_strength_asked_for(case, experiment):
    found = FOUND[case]
    for name, value in zip(found.elements, found.values, strict=True):
        data = asimov(experiment, {name: value})
        assert minimise(data, {}).twice_nll[0] == pytest.approx(25.0, rel=1e-8)


@pytest.mark.parametrize(("case", "experiment"), CASES)
@pytest.mark.parametrize(
    ("true", "rival"), [("mu_11", "eps_11"), ("eps_23", "mu_13"), ("mu_33", "mu_12"), ("eps_12", "mu_22")]
)
def test_separations_are_those_of_a_fit(case, experiment, true, rival):
    found = FOUND[case]
    data = asimov(experiment, {true: found.values[found.elements.index(true)]})
    fit = minimise(data, {}, profile={rival: (0.0, 1e-8)}, start={rival: 5e-11})
    assert found.separation(true, rival) == pytest.approx(fit.twice_nll[0], rel=1e-6)
    place = found.elements.index(true), found.elements.index(rival)
    assert found.fitted[place] == pytest.approx(fit.parameters[rival][0], rel=1e-5)


def test_the_fitted_size_of_the_true_element_is_its_own():
    for found in FOUND.values():
        assert np.diag(found.fitted) == pytest.approx(found.values, rel=1e-5)
        assert np.all(np.diag(found.delta_chi2) == 0)


@pytest.mark.parametrize("case", ["plain", "systematic"])
def test_no_rival_is_worse_than_nothing(case):
    chi2 = FOUND[case].delta_chi2
    assert np.all(chi2[OFF] >= 0)
    assert chi2.max() < 25.0


@pytest.mark.parametrize(("case", "experiment"), CASES)
@pytest.mark.parametrize("level", ["90 %", "3 sigma"])
def test_in_the_time_needed_the_separation_is_reached(case, experiment, level):
    found = FOUND[case]
    target = {"90 %": 2.705543454095404, "3 sigma": 9.0}[level]
    for true, rival in [("mu_11", "eps_11"), ("mu_22", "mu_12"), ("eps_13", "mu_11")]:
        longer = experiment.with_time(found.days_to_separate(true, rival, level) / 6)
        data = asimov(longer, {true: 1e-11})
        fit = minimise(data, {}, profile={rival: (0.0, 1e-9)}, start={rival: 1e-11})
        assert fit.twice_nll[0] == pytest.approx(target, rel=1e-4)
        seen = asimov(experiment.with_time(found.days_to_see(true, level) / 6), {true: 1e-11})
        assert minimise(seen, {}).twice_nll[0] == pytest.approx(target, rel=1e-6)


def test_without_nuisances_time_and_significance_are_proportional():
    found = FOUND["plain"]
    finite = np.isfinite(found.days_needed["90 %"])
    ratio = found.days_needed["3 sigma"][finite] / found.days_needed["90 %"][finite]
    assert ratio == pytest.approx(np.full(ratio.shape, 9 / found.threshold), rel=1e-6)


def test_the_time_needed_does_not_depend_on_the_time_planned():
    longer = nl.renp_identify(nl.renp_experiment("yb-dinh-2012", days=1000))
    now, then = (found.days_needed["90 %"] for found in (FOUND["plain"], longer))
    assert np.isinf(now).tolist() == np.isinf(then).tolist()
    assert then[np.isfinite(then)] == pytest.approx(now[np.isfinite(now)], rel=1e-6)


def test_nuisances_cost_time():
    ideal, real = (FOUND[case].days_needed["90 %"] for case in ("plain", "systematic"))
    finite = np.isfinite(ideal)
    assert np.all(real[finite] > ideal[finite])


def test_small_moments_separate_as_the_shapes_say():
    """With few counts beyond the weak ones times are ratios of `separation`, computed apart."""
    found = nl.renp_identify(PLAIN, truth=1e-13)
    shapes = separation(PLAIN.triggers, PLAIN.scheme, PLAIN.neutrinos())
    days = found.days_needed["90 %"]
    finite = np.isfinite(days)
    ratio = days[finite] / np.broadcast_to(np.diag(days)[:, None], days.shape)[finite]
    assert 1 / ratio == pytest.approx((shapes / np.diag(shapes)[:, None])[finite], rel=1e-3)


def test_twice_the_square_needs_a_quarter_of_the_time():
    one, two = (nl.renp_identify(PLAIN, truth=truth).days_to_see("mu_22") for truth in (1e-13, 1e-13 * 2**0.5))
    assert one / two == pytest.approx(4.0, rel=1e-3)


def test_the_published_six_cannot_tell_mu_33_from_eps_33_and_a_seventh_can():
    found = FOUND["plain"]
    assert found.worst is not None
    assert set(found.worst[:2]) == {"mu_33", "eps_33"}
    assert found.separation("mu_33", "eps_33") == 0
    assert np.isinf(found.days_to_separate("mu_33", "eps_33"))
    assert np.isinf(found.days_to_identify("eps_33"))
    more = nl.renp_identify(nl.renp_experiment("yb-dinh-2012", [1.0, *load_scheme("yb-dinh-2012").triggers]))
    assert more.separation("mu_33", "eps_33") > 9
    assert np.isfinite(more.days_needed["90 %"]).all()


def test_published_frequencies_at_ten_days_each():
    """mu_11 of 4.7e-11 is 5 sigma, and 3.6 sigma from eps_11 (own numbers, to notice a change)."""
    found = FOUND["plain"]
    assert found.values[0] == pytest.approx(4.74e-11, rel=2e-3)
    assert found.separation("mu_11", "eps_11") == pytest.approx(13.06, rel=2e-3)
    assert len(found.confused) == 26


def test_elements_of_closed_pairs_are_not_seen_and_cannot_imitate():
    experiment = nl.renp_experiment("yb-dinh-2012", [1.07163, 1.0716])  # pairs 11 and 12 only
    found = nl.renp_identify(experiment)
    assert set(found.unseen) == set(found.elements) - {"mu_11", "mu_12", "eps_11", "eps_12"}
    assert found.separation("mu_11", "mu_33") == pytest.approx(25.0, rel=1e-9)
    assert np.isnan(found.separation("mu_33", "mu_11"))
    assert found.closest("mu_33") is None
    assert np.isinf(found.days_to_see("mu_33"))
    assert any("above the threshold" in text for text in found.warnings)


def test_majorana_neutrinos_have_six_elements():
    found = nl.renp_identify(nl.renp_experiment("yb-dinh-2012", nature="majorana"))
    assert found.elements == ("mu_12", "mu_13", "mu_23", "eps_12", "eps_13", "eps_23")
    assert found.delta_chi2.shape == (6, 6)


def test_chosen_elements_are_a_part_of_the_whole():
    some = ["mu_12", "eps_12", "eps_33"]
    found, whole = nl.renp_identify(PLAIN, elements=some), FOUND["plain"]
    places = [whole.elements.index(name) for name in some]
    assert found.delta_chi2 == pytest.approx(whole.delta_chi2[np.ix_(places, places)], rel=1e-6, abs=1e-12)


def test_data_are_not_used():
    with_data = nl.renp_experiment("yb-dinh-2012", observed=[100.0] * 6)
    assert np.array_equal(nl.renp_identify(with_data).delta_chi2, FOUND["plain"].delta_chi2)
    assert twice_nll(with_data, {})[0] > 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strength": 0.0}, "strength = 0 sigma must be positive"),
        ({"truth": -1e-11}, "truth = -1e-11 mu_B must be positive"),
        ({"elements": ["mu_44"]}, "no element 'mu_44'"),
        ({"cl": 1.5}, "confidence level 1.5"),
    ],
)
def test_what_makes_no_sense_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        nl.renp_identify(PLAIN, **change)


def test_moments_that_are_there_already_are_refused():
    with pytest.raises(ValueError, match="already has mu_11"):
        nl.renp_identify(PLAIN.with_defaults(mu_11=1e-11))
