"""Trigger frequencies among the thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.renp import PAIRS, atomic_scheme, load_scheme, neutrinos, thresholds
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.placement import place_triggers
from nulight.renp.separation import candidates, levels, moment_elements, separation

YB, NORMAL, INVERTED = atomic_scheme("yb-dinh-2012"), neutrinos(0.01), neutrinos(0.01, ordering="inverted")
NAMES = moment_elements()


def _n_open(triggers, nu, scheme=YB):
    ends = thresholds(scheme.E_eg, nu.masses)[np.triu_indices(3)]
    return (triggers[:, None] < ends).sum(axis=1).tolist()


def _merit(triggers, nu, elements=None, scheme=YB):
    """Mean logarithm of the separation of each element from its closest rival."""
    return float(np.log(np.maximum(separation(triggers, scheme, nu, elements).min(axis=1), 1e-14)).mean())


@given(st.floats(1e-3, 0.15), st.booleans())
def test_six_interleave_the_thresholds(lightest, inverted):
    nu = neutrinos(lightest, ordering="inverted" if inverted else "normal")
    found = place_triggers(YB, nu, 6)
    assert _n_open(found, nu) == [6, 5, 4, 3, 2, 1]


def test_six_lie_in_the_middle_of_the_gaps_and_the_lowest_where_beta_squared_is_a_half():
    found, ends = place_triggers(YB, NORMAL, 6), levels(YB, NORMAL)
    assert found[1:] == pytest.approx((ends[1:] + ends[:-1]) / 2, rel=1e-15)
    q2 = YB.E_eg * (YB.E_eg - 2 * found[0])
    assert 1 - (2 * NORMAL.masses[2]) ** 2 / q2 == pytest.approx(0.5, rel=1e-9)


def test_the_published_six_lie_in_the_same_gaps():
    card = load_scheme("yb-dinh-2012")
    assert _n_open(card.triggers, NORMAL, card.scheme) == _n_open(place_triggers(card.scheme, NORMAL), NORMAL)


@pytest.mark.parametrize(("n", "opened"), [(1, [6]), (2, [6, 5]), (3, [6, 5, 3]), (4, [6, 5, 4, 3])])
def test_fewer_take_the_widest_gaps(n, opened):
    assert _n_open(place_triggers(YB, NORMAL, n), NORMAL) == opened


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("nu", [NORMAL, INVERTED], ids=["normal", "inverted"])
def test_the_seventh_is_where_mu_and_eps_of_its_pair_are_separated_best(pair, nu):
    six, seven = place_triggers(YB, nu, 6), place_triggers(YB, nu, 7, pair=pair)
    assert set(six) < set(seven)
    both = NAMES.index(f"mu_{pair}"), NAMES.index(f"eps_{pair}")

    def worse(triggers):
        found = separation(triggers, YB, nu)
        return min(found[both], found[both[::-1]])

    others = [worse(np.append(six, place)) for place in candidates(YB, nu)[::7]]
    assert worse(seven) >= max(others) * (1 - 1e-9)
    assert worse(seven) > 1e-2


def test_seven_separate_what_six_cannot():
    six, seven = place_triggers(YB, NORMAL, 6), place_triggers(YB, NORMAL, 7)
    only = NAMES.index("mu_33"), NAMES.index("eps_33")  # both seen by the lowest frequency alone
    assert separation(six, YB, NORMAL)[only] < 1e-14
    assert separation(seven, YB, NORMAL).min() > 1e-3


@pytest.mark.parametrize("nu", [NORMAL, INVERTED], ids=["normal", "inverted"])
@pytest.mark.parametrize("n", [3, 6, 7, 9])
def test_identify_is_better_than_the_middle_of_the_gaps_and_than_chance(nu, n):
    found = place_triggers(YB, nu, n, goal="identify")
    merit, places = _merit(found, nu), candidates(YB, nu)
    assert merit > _merit(place_triggers(YB, nu, n), nu)
    rng = np.random.default_rng(3)
    assert merit > max(_merit(rng.choice(places, n, replace=False), nu) for _ in range(30))


@pytest.mark.parametrize("nu", [NORMAL, INVERTED], ids=["normal", "inverted"])
def test_the_best_seven_are_one_in_each_gap_and_two_below(nu):
    assert _n_open(place_triggers(YB, nu, 7, goal="identify"), nu) == [6, 6, 5, 4, 3, 2, 1]


def test_more_frequencies_are_never_worse():
    merits = [_merit(place_triggers(YB, NORMAL, n, goal="identify"), NORMAL) for n in (2, 3, 4, 5, 6, 7)]
    assert np.all(np.diff(merits) > 0)


def test_a_grid_of_neighbours_improves_nothing():
    found = place_triggers(YB, NORMAL, 6, goal="identify")
    merit, ends = _merit(found, NORMAL), levels(YB, NORMAL)
    half = YB.E_eg / 2
    for k in range(6):
        for factor in (0.93, 0.98, 1.02, 1.07):
            moved = found.copy()
            moved[k] = half - factor * (half - moved[k])
            if np.abs(moved[k] - ends).min() >= 1e-6:
                assert _merit(moved, NORMAL) < merit + 5e-3  # steps between candidates are 20 %


@settings(max_examples=30)
@given(st.floats(0.0, 0.15), st.booleans(), st.sampled_from([1e-6, 1e-5]), st.sampled_from(["interleave", "identify"]))
def test_the_margin_is_kept_and_frequencies_differ(lightest, inverted, margin, goal):
    nu = neutrinos(lightest, ordering="inverted" if inverted else "normal")
    found, ends = place_triggers(YB, nu, 5, goal=goal, margin=margin), levels(YB, nu)
    assert np.abs(found[:, None] - ends).min() >= margin * (1 - 1e-9)
    assert np.diff(found).min() >= margin * (1 - 1e-9)


def test_thresholds_closer_than_twice_the_margin_count_as_one():
    found = place_triggers(YB, NORMAL, 4, margin=2e-5)  # 11, 12, 22 within 33 and 37 micro-eV
    assert _n_open(found, NORMAL) == [6, 5, 4, 3]
    with pytest.raises(ValueError, match="mu from eps of the pair 11"):
        place_triggers(YB, NORMAL, 5, margin=2e-5, elements=["mu_11", "mu_33"], pair="11")


def test_equal_masses_have_equal_thresholds():
    nu = Neutrinos(masses=np.array([0.02, 0.02, 0.05]), mixing=NORMAL.mixing)
    assert _n_open(place_triggers(YB, nu, 3), nu) == [6, 5, 3]
    found = place_triggers(YB, nu, 4, goal="identify")
    assert _merit(found, nu, ["mu_11", "mu_13", "mu_33", "eps_33"]) > np.log(1e-3)
    assert len(place_triggers(YB, Neutrinos(masses=np.zeros(3), mixing=NORMAL.mixing), 1)) == 1


def test_only_elements_that_matter_set_the_gaps():
    found = place_triggers(YB, NORMAL, 2, elements=["mu_11", "eps_33"])
    assert _n_open(found, NORMAL)[0] == 6
    ends = thresholds(YB.E_eg, NORMAL.masses)
    assert found[1] == pytest.approx((ends[0, 0] + ends[2, 2]) / 2, rel=1e-15)
    two = ["mu_11", "eps_11"]
    special = separation(place_triggers(YB, NORMAL, 6, goal="identify", elements=two), YB, NORMAL, two)
    general = separation(place_triggers(YB, NORMAL, 6, goal="identify"), YB, NORMAL, two)
    assert special.min() > 1.5 * general.min()


def test_a_single_element_goes_where_it_shows_best():
    found = place_triggers(YB, NORMAL, 1, goal="identify", elements=["mu_23"])
    assert separation(found, YB, NORMAL, ["mu_23"])[0, 0] == pytest.approx(1.0, rel=1e-9)


def test_majorana_neutrinos_have_three_gaps():
    nu = neutrinos(0.01, nature="majorana")
    ends = thresholds(YB.E_eg, nu.masses)
    found = place_triggers(YB, nu, 3)
    assert found[1:] == pytest.approx([(ends[1, 2] + ends[0, 2]) / 2, (ends[0, 2] + ends[0, 1]) / 2], rel=1e-15)
    assert found[0] < ends[1, 2]


def test_pairs_too_heavy_for_an_atom_are_left_out():
    low, nu = atomic_scheme("generic"), neutrinos(0.12)
    for goal in ("interleave", "identify"):
        found = place_triggers(low, nu, 4, goal=goal)
        assert found.min() > 0
        assert separation(found, low, nu).shape == (6, 6)
        assert separation(found, low, nu).min() > 1e-4


def test_a_massless_neutrino_leaves_its_mu_and_eps_alone():
    nu = neutrinos(0.0, nature="majorana")  # thresholds 12, 13, 23
    seven = place_triggers(YB, nu, 7)
    both = ["mu_23", "eps_23"]
    assert separation(seven, YB, nu, both).min() > separation(place_triggers(YB, nu, 3), YB, nu, both).min()
    with pytest.raises(ValueError, match="one of its neutrinos has no mass"):
        place_triggers(YB, nu, 4, pair="12")


def test_same_call_same_frequencies():
    first, second = (place_triggers(YB, INVERTED, 6, goal="identify") for _ in range(2))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "n = 0: give at least one"),
        ({"goal": "best"}, "goal 'best'; use one of: interleave, identify"),
        ({"n": 1, "goal": "identify"}, "one frequency cannot tell two elements apart"),
        ({"pair": "14"}, "no pair '14' of mass states; use one of: 11"),
        ({"pair": "11", "goal": "identify"}, "for goal 'interleave'; use elements="),
        ({"margin": 0.0}, "margin = 0 eV must lie between 0 and E_eg/100"),
        ({"n": 7, "elements": ["mu_11"]}, "1 frequencies lie between the thresholds; further ones tell mu from eps"),
        ({"n": 1000}, "n = 1000: at most"),
        ({"elements": ["tau_11"]}, "no element 'tau_11'"),
    ],
)
def test_what_cannot_be_done_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        place_triggers(YB, NORMAL, **change)


# a laser that does not reach the thresholds


@pytest.mark.parametrize("goal", ["interleave", "identify"])
@given(highest=st.floats(0.6, 1.0715))
@settings(max_examples=15, deadline=None)
def test_no_frequency_is_above_the_highest(goal, highest):
    found = place_triggers(YB, NORMAL, 4, goal=goal, highest=highest, elements=["mu_11", "eps_11", "mu_33", "eps_33"])
    assert len(found) == 4
    assert found.max() <= highest
    assert np.diff(found).min() >= 0.99e-6


def test_a_laser_that_reaches_all_thresholds_changes_nothing():
    for goal in ("interleave", "identify"):
        free, held = (place_triggers(YB, NORMAL, 7, goal=goal, highest=top) for top in (None, YB.E_eg / 2))
        assert free.tolist() == held.tolist()


def test_gaps_end_where_the_laser_does():
    ends, all_six = levels(YB, NORMAL), place_triggers(YB, NORMAL, 6)
    top = float(ends[2] + 1e-4)
    found = place_triggers(YB, NORMAL, 4, highest=top)
    assert found[:3].tolist() == all_six[:3].tolist()
    assert found[3] == pytest.approx((ends[2] + top) / 2, rel=1e-15)


def test_below_all_thresholds_the_highest_is_taken_first():
    assert place_triggers(YB, NORMAL, 1, highest=1.0).tolist() == [1.0]


@pytest.mark.parametrize("goal", ["interleave", "identify"])
def test_nothing_left_below_the_highest(goal):
    with pytest.raises(ValueError, match=r"highest = 0\.5 eV leaves no trigger frequency"):
        place_triggers(YB, NORMAL, 3, goal=goal, highest=0.5)
    with pytest.raises(ValueError, match="highest = -1 eV must be positive"):
        place_triggers(YB, NORMAL, 1, goal=goal, highest=-1.0)


def test_a_name_is_enough():
    assert place_triggers("yb-dinh-2012", NORMAL, 6).tolist() == place_triggers(YB, NORMAL, 6).tolist()
