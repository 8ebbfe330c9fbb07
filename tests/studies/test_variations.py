"""An experiment as a function of one of its properties."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.studies.variations import PROPERTIES, vary

SOURCE, EFFECTIVE, EXACT = "xenonnt-51cr", "xenonnt-51cr:no-nuisance", "xenonnt-51cr:1m-from-wall"


def counts(model, **params):
    return model.expected(params)[0]


@pytest.mark.parametrize("quantity", PROPERTIES)
@pytest.mark.parametrize("name", [SOURCE, EXACT, "xlzd-51cr"])
def test_nominal_value_gives_the_experiment_itself(name, quantity):
    varied = vary(name, quantity)
    assert counts(varied.model(varied.nominal)) == pytest.approx(counts(nl.load(name)), rel=1e-12)


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "xenon1t-2020-er"])
def test_everything_grows_with_exposure_tabulated_counts_included(name):
    varied = vary(name, "exposure")
    assert counts(varied.model(7 * varied.nominal)) == pytest.approx(7 * counts(nl.load(name)), rel=1e-9)


def test_signal_falls_with_the_square_of_an_effective_distance():
    varied = vary(EFFECTIVE, "distance")
    near, far = (counts(varied.model(d)) for d in (1.0, 3.0))
    assert near[0] == pytest.approx(9 * far[0], rel=1e-12)
    assert near[1] == pytest.approx(far[1], rel=1e-12)


def test_exact_geometry_becomes_inverse_square_far_away():
    varied = vary(EXACT, "distance")
    near, far = (counts(varied.model(d))[0].sum() for d in (50.0, 100.0))
    # a cylinder of radius R and height H deviates by (H^2/12 - R^2/2 + ...) / d^2, below 1e-3 at 50 m
    assert near / far == pytest.approx(4, rel=1e-3)


def test_signal_is_proportional_to_activity():
    varied = vary(SOURCE, "activity")
    assert counts(varied.model(6.0))[0] == pytest.approx(2 * counts(varied.model(3.0))[0], rel=1e-12)


def test_longer_runs_of_a_decaying_source_saturate():
    varied = vary("xenonnt-51cr:decay-average", "run_time")
    run, long = (counts(varied.model(days)) for days in (100.0, 1e4))
    assert run[1] / long[1] == pytest.approx(0.01, rel=1e-12)
    half_life = 27.703
    assert run[0] / long[0] == pytest.approx(1 - 2 ** (-100 / half_life), rel=1e-4)


def test_threshold_and_end_cut_bins_and_keep_the_rest():
    full = nl.load(SOURCE)
    cut = vary(SOURCE, "threshold").model(10.5)
    assert counts(cut)[0][1:] == pytest.approx(counts(full)[0][10:], rel=1e-9)
    assert counts(cut)[0][0] < counts(full)[0][9]
    ended = vary(SOURCE, "e_max").model(30.0)
    assert counts(ended)[0] == pytest.approx(counts(full)[0][:29], rel=1e-9)
    wider = vary("xenonnt-51cr:30keV", "e_max").model(70.0)
    assert counts(wider)[0] == pytest.approx(counts(full)[0][:69], rel=1e-9)


def test_flux_of_a_beam_dump_falls_with_the_square_of_the_distance():
    varied = vary("coherent-csi-2021:cevns-only", "distance")
    near, far = (counts(varied.model(d)) for d in (10.0, 20.0))
    assert varied.nominal == pytest.approx(19.3)
    assert near[0] == pytest.approx(4 * far[0], rel=1e-12)
    assert near[1:] == pytest.approx(far[1:], rel=1e-12)


def test_threshold_is_in_the_unit_of_the_bins():
    varied = vary("coherent-csi-2021", "e_max")
    assert (varied.unit, varied.nominal) == ("PE", 60.0)


@pytest.mark.parametrize("name", ["51cr-cevns-ge", "solar-cevns-ge-gen2", "dresden-ii-2022"])
def test_a_factor_on_the_background_leaves_the_signal(name):
    full = nl.load(name)
    less = vary(name, "background").model(0.25)
    n = len(full.signal.components)
    assert counts(less)[:n] == pytest.approx(counts(full)[:n], rel=1e-12)
    assert counts(less)[n:] == pytest.approx(counts(full)[n:] / 4, rel=1e-12)
    for before, after in zip(full.parametric, less.parametric, strict=True):
        assert after.nominal[0] == pytest.approx(before.nominal[0] / 4, rel=1e-12)


def test_a_background_that_contains_the_signal_has_no_factor():
    with pytest.raises(ValueError, match="B0 contains the signal of solar"):
        vary("xenonnt-2022-er", "background").model(0.5)


def test_size_of_a_nuisance_is_varied_to_nothing():
    varied = vary("xenonnt-51cr:gauss", "xenonnt_mass")
    assert (varied.nominal, varied.unit) == (0.0275, "")
    limits = [nl.limit(varied.model(size), "a_nu_ee").upper for size in (0.0, 0.01, 0.0275)]
    assert limits == sorted(limits)
    without = nl.with_nuisances(nl.load("xenonnt-51cr:gauss"), {"xenonnt_mass": "fixed"})
    assert limits[0] == nl.limit(without, "a_nu_ee").upper


def test_kept_nuisances_stay_as_they_were_treated():
    varied = vary(SOURCE, "exposure", nuisances={"xenonnt_mass": "fixed"})
    assert [n.name for n in varied.model(5.0).nuisances] == ["activity_Cr51"]


@pytest.mark.parametrize(
    ("name", "quantity", "words"),
    [
        ("xenonnt-2022-er", "distance", "no single source with a distance; it has solar"),
        ("xenonnt-2022-er", "weather", "use one of: exposure, distance"),
    ],
)
def test_properties_that_are_not_there_are_refused(name, quantity, words):
    with pytest.raises(ValueError, match=words):
        vary(name, quantity)


def test_impossible_values_are_faults_of_the_card():
    with pytest.raises(nl.CardError, match="exposure"):
        vary(SOURCE, "exposure").model(-1.0)
    with pytest.raises(ValueError, match="leaves no bin"):
        vary(SOURCE, "threshold").model(200.0)


def test_forecast_over_a_variation_matches_single_experiments():
    exposure = vary(EFFECTIVE, "exposure")
    found = nl.forecast(exposure.model, "exposure", [1.0, 50.0], "a_nu_ee", vary_unit=exposure.unit)
    single = [nl.limit(nl.load(SOURCE, variant=f"{v}+no-nuisance"), "a_nu_ee").upper for v in ("6t", "300t")]
    assert found.upper == pytest.approx(single, rel=1e-6)
    assert np.all(np.diff(found.upper) < 0)
