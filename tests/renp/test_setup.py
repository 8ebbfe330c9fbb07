"""Setting up a scan: what is taken from the card, what is checked, what the messages say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nulight.experiments.faults import CardError
from nulight.models.parameter import ParameterError
from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import AtomicScheme, Target, atomic_scheme, load_scheme, rate_scale, renp_experiment
from nulight.units import d

MINE = AtomicScheme(name="mine", E_eg=0.4, E_pg=0.5, gamma_pg=1e6, spin_factor=2.0)


def test_everything_comes_from_the_card() -> None:
    experiment, loaded = renp_experiment("xe"), load_scheme("xe")
    assert experiment.name == "renp-xe"
    np.testing.assert_array_equal(experiment.triggers, loaded.triggers)
    assert experiment.rate == rate_scale(loaded.scheme, loaded.target)
    np.testing.assert_array_equal(experiment.time, 10 * d)
    assert (experiment.nature, experiment.spin_sum, experiment.planned) == ("dirac", "trace", True)
    assert experiment.defaults["m_lightest"] == 0.01


def test_numbers_are_for_all_frequencies_or_for_each() -> None:
    experiment = renp_experiment(
        "yb", [1.0, 1.05], days=[1.0, 3.0], efficiency=[0.5, 1.0], background=2.0, rate=1e-3, name="mine"
    )
    counts = experiment.expected({})[0]
    parts = experiment.spectral_parts({})["weak"][0]
    np.testing.assert_allclose(counts[0], 1e-3 * parts * [0.5 * d, 3 * d], rtol=1e-14)
    np.testing.assert_allclose(counts[1], 0)
    np.testing.assert_allclose(counts[2], [2.0, 6.0], rtol=1e-14)
    assert experiment.name == "mine"


def test_a_scheme_of_ones_own_needs_frequencies() -> None:
    assert renp_experiment(MINE, 0.19).observed.shape == (1,)
    assert renp_experiment(MINE, [0.19], target=Target(volume=50.0)).rate == pytest.approx(
        rate_scale(MINE, Target()) / 2, rel=1e-14
    )
    with pytest.raises(ValueError, match="mine: a scheme made in Python has no trigger frequencies; give them in eV"):
        renp_experiment(MINE)


def test_frequencies_keep_their_order_and_may_stand_there_twice() -> None:
    """Each is a measurement of its own: two of ten days are one of twenty."""
    sorted_, mixed = renp_experiment("yb", [1.0, 1.05]), renp_experiment("yb", [1.05, 1.0, 1.05])
    np.testing.assert_array_equal(mixed.observed, sorted_.observed[[1, 0, 1]])
    long = renp_experiment("yb", 1.05, days=20)
    assert mixed.observed[[0, 2]].sum() == pytest.approx(long.observed.sum(), rel=1e-14)


def test_a_frequency_without_a_pair_is_a_measurement_of_zero() -> None:
    counts = renp_experiment("yb", lightest=0.02).observed
    np.testing.assert_array_equal(counts > 0, [True, True, True, True, False, False])


def test_neutrinos_are_those_asked_for() -> None:
    inverted = renp_experiment("generic", ordering="inverted", lightest=0.0, nature="majorana", alpha_21=1.0)
    states = inverted.neutrinos()
    assert states.masses[2] == 0 < states.masses[0] < states.masses[1]
    assert states.nature == "majorana"
    assert np.angle(states.mixing[0, 1]) == pytest.approx(0.5, rel=1e-12)
    nufit5 = OscillationParameters(
        name="NuFIT 5",
        s2_12=0.304,
        s2_23=0.45,
        s2_13=0.0222,
        delta_cp=0.0,
        dm2_21=7.42e-5,
        dm2_31=2.515e-3,
        source="arXiv:2007.14792",
    )
    masses = renp_experiment("yb", oscillation=nufit5).neutrinos().masses
    np.testing.assert_allclose(masses**2, 1e-4 + np.array([0, 7.42e-5, 2.515e-3]), rtol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"triggers": [1.0, 1.072]}, r"trigger frequency 1.072 eV is not between 0 and E_eg/2 = 1.07174"),
        ({"triggers": [1.0717, 1.07174]}, r"from 1.0717 eV are all above 1.07165\d+ eV, the threshold of the lightest"),
        ({"triggers": [0.0]}, "trigger frequency 0 eV"),
        ({"triggers": [np.nan]}, "trigger frequency nan eV"),
        ({"triggers": []}, r"shape \(0,\); give at least one"),
        ({"triggers": [[1.0]]}, r"shape \(1, 1\)"),
        ({"lightest": 1.0}, "lightest pair of neutrinos in yb; nothing would be emitted"),
        (
            {"lightest": 5.0},
            "lightest = 5 eV: no pair of neutrinos is light enough to be emitted by yb, whose transition",
        ),
        ({"lightest": -0.01}, "m_lightest = -0.01 eV is outside its domain"),
        ({"alpha_21": np.nan}, "alpha_21 = nan rad"),
        ({"days": [1, 2, 3]}, "days: 3 values for 6 trigger frequencies; give one, or one each"),
        ({"days": 0}, "days = 0 d must be positive and finite"),
        ({"days": np.inf}, "days = inf d must be positive"),
        ({"rate": -1.0}, r"rate = -1 s\^-1 must be positive"),
        ({"rate": [1.0, 2.0]}, "rate: 2 values; give one for all trigger frequencies"),
        ({"rate": 1.0, "target": Target()}, "rate and target are both given"),
        ({"efficiency": 1.5}, "efficiency = 1.5 must lie between 0 and 1"),
        ({"efficiency": 0.0}, "efficiency = 0 must lie"),
        ({"background": -1.0}, r"background = -1 d\^-1 must be zero or positive"),
        ({"rate_error": -0.1}, "rate_error = -0.1 must be zero or positive"),
        ({"rate_error": 10}, r"rate_error = 10 is relative and means 1000 %; write 0.1 for 10 %"),
        ({"background_error": np.nan}, "background_error = nan"),
        ({"observed": [1, 2, 3]}, "observed: 3 counts for 6 trigger frequencies; give one each"),
        ({"observed": 5}, "observed: 1 counts for 6"),
        ({"observed": [1, 2, 3, 4, 5, -1]}, "observed = -1 counts must be zero or positive"),
        ({"observed": [1, 2, 3, 4, 5, 6.5]}, "observed = 6.5 is no whole number of counts"),
        ({"observed": [1, 2, 3, 4, 5, np.nan]}, "observed = nan counts"),
        ({"nature": "weyl"}, "nature 'weyl'; use 'dirac' or 'majorana'"),
        ({"ordering": "quasi"}, "ordering 'quasi'; use 'normal' or 'inverted'"),
        ({"ordering": "normal", "oscillation": "nufit-6.0-io"}, "have the inverted ordering, not the normal one"),
        ({"spin_sum": "none"}, "spin_sum 'none'; use 'trace'"),
        ({"rate_error": "10 %"}, r"rate_error = '10 %': give a number, 0\.1 for 10 %, without a unit"),
        ({"background": "1 /d"}, r"background = '1 /d': give a number in d\^-1, without a unit"),
        ({"lightest": "10 meV"}, "lightest = '10 meV': give a number in eV"),
        ({"lightest": [0.1, 0.2]}, "lightest: 2 values; an experiment has one, in eV"),
        ({"triggers": ["1.069 eV"]}, r"triggers = \['1.069 eV'\]: give numbers in eV"),
        ({"days": "10 d"}, "days = '10 d': give a number in d"),
        ({"observed": "27,3"}, "observed = '27,3': give whole numbers of counts"),
        ({"background_error": 0.5}, "background_error = 0.5 has no effect without a background"),
    ],
)
def test_wrong_inputs_say_what_would_be_right(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        renp_experiment("yb", **changes)


def test_errors_have_the_type_of_their_kind() -> None:
    with pytest.raises(ParameterError):
        renp_experiment("yb", lightest=-1.0)
    with pytest.raises(CardError):
        renp_experiment("uranium")


def test_data_are_kept_and_make_it_no_plan() -> None:
    experiment = renp_experiment("yb", observed=[27, 20, 21, 19, 11, 0])
    np.testing.assert_array_equal(experiment.observed, [27, 20, 21, 19, 11, 0])
    assert not experiment.planned
    assert renp_experiment("yb", [1.0], observed=[3]).observed.tolist() == [3.0]


def test_the_scheme_may_be_given_as_such() -> None:
    scheme = atomic_scheme("yb")
    by_name, by_scheme = renp_experiment("yb", [1.0]), renp_experiment(scheme, [1.0])
    np.testing.assert_array_equal(by_name.observed, by_scheme.observed)


def test_counts_that_nothing_makes_are_refused() -> None:
    triggers = [1.07, 1.07174]
    with pytest.raises(
        ValueError, match=r"observed: 3 counts at 1\.07174 eV, above every threshold and without background"
    ):
        renp_experiment("yb", triggers, observed=[27, 3])
    with pytest.raises(ValueError, match=r"2 counts at 1\.07 eV, where the efficiency is zero"):
        renp_experiment("yb", [1.0, 1.07], observed=[27, 2], efficiency=[1.0, 0.0])
    assert renp_experiment("yb", triggers, observed=[27, 0]).observed[1] == 0
    assert renp_experiment("yb", triggers, observed=[27, 3], background=1.0).observed[1] == 3
