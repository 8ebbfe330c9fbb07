"""Asymptotic p-values and CLs, against pyhf and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from nulight.inference.model import Nuisance
from nulight.inference.toys.asymptotic import asymptotic_p_values, expected_root
from nulight.inference.toys.intervals import toy_limit

SIGNAL, BACKGROUND, DATA, WIDTH = [5.0, 10.0], [50.0, 60.0], [55.0, 62.0], 0.1


@pytest.fixture(scope="module")
def hypotest():
    """CLs of the same model in pyhf: a background whose normalisation is measured to 10 %."""
    pyhf = pytest.importorskip("pyhf")
    samples = [
        {"name": "signal", "data": SIGNAL, "modifiers": [{"name": "s", "type": "normfactor", "data": None}]},
        {"name": "background", "data": BACKGROUND, "modifiers": [{"name": "lumi", "type": "lumi", "data": None}]},
    ]
    parameters = [
        {"name": "lumi", "auxdata": [1.0], "sigmas": [WIDTH], "bounds": [[0.1, 3.0]], "inits": [1.0]},
        {"name": "s", "bounds": [[0.0, 20.0]], "inits": [1.0]},
    ]
    spec = {"channels": [{"name": "bins", "samples": samples}], "parameters": parameters}
    model = pyhf.Model(spec, validate=False, poi_name="s")
    data = DATA + model.config.auxdata

    def cls(value):
        observed, expected = pyhf.infer.hypotest(value, data, model, test_stat="qtilde", return_expected_set=True)
        return float(observed), [float(x) for x in expected]

    return cls


@pytest.fixture(scope="module")
def ours(toy, parameter):
    return toy(
        observed=np.array(DATA),
        terms={"signal": [({"s": 1}, SIGNAL)], "background": [({}, BACKGROUND)]},
        known=(parameter("s", lower=0.0),),
        nuisances=(Nuisance("lumi", "gaussian", WIDTH),),
        scales={"background": ("lumi",)},
    )


@pytest.fixture(scope="module")
def record(ours):
    return toy_limit(ours, "s", interval="cls", n_toys=20, values=[0.5, 1.0, 2.0, 3.0, 5.0])


def test_cls_of_tested_values_is_that_of_pyhf(record, hypotest):
    theirs = [hypotest(value)[0] for value in record.value]
    assert record.asymptotic_p_value == pytest.approx(theirs, rel=1e-3)  # pyhf's minimiser


def test_cls_limit_is_where_that_of_pyhf_reaches_ten_percent(record, hypotest):
    assert hypotest(record.asymptotic.upper)[0] == pytest.approx(0.1, rel=1e-3)


def test_expected_limits_are_where_the_bands_of_pyhf_reach_ten_percent(ours, hypotest):
    ends = toy_limit(ours, "s", interval="cls", n_toys=20).expected.asymptotic
    found = [hypotest(end)[1][i] for i, end in enumerate(ends)]
    assert found == pytest.approx([0.1] * 5, rel=5e-3)  # read off a curve known at 200 points


@pytest.mark.parametrize("excess", [-2.0, -0.5, 1.0])
def test_cls_of_a_parameter_of_either_sign_is_a_ratio_of_normal_tails(toy, parameter, excess):
    """Best fits below no signal are no boundary: CLs = Phi(x - s) / Phi(x), data and signal in standard deviations."""
    model = toy(
        statistic="gaussian",
        sigma=np.array([2.0]),
        observed=np.array([10.0 + 2 * excess]),
        terms={"signal": [({"s": 1}, [2.0])], "background": [({}, [10.0])]},
        known=(parameter("s"),),
    )
    found = toy_limit(model, "s", interval="cls", n_toys=1000, seed=2)
    assert norm.cdf(excess - found.asymptotic.upper) / norm.cdf(excess) == pytest.approx(0.1, rel=1e-6)
    s = found.value[found.value > max(excess, 0.0)]
    exact = norm.cdf(excess - s) / norm.cdf(excess)
    assert found.asymptotic_p_value[-len(s) :] == pytest.approx(exact, rel=1e-6)
    assert found.upper == pytest.approx(found.asymptotic.upper, abs=5 * found.upper_error, rel=0)


def test_p_values_are_normal_tails():
    t = np.array([0.0, 1.0, norm.ppf(0.95) ** 2])
    assert asymptotic_p_values("feldman-cousins", t, t) == pytest.approx([1.0, 2 * norm.sf(1.0), 0.1], rel=1e-12)
    assert asymptotic_p_values("upper", t, t) == pytest.approx([0.5, norm.sf(1.0), 0.05], rel=1e-12)


def test_cls_is_one_without_any_difference_and_falls_with_the_statistic():
    assert asymptotic_p_values("cls", 0.0, 0.0) == 1.0
    q = np.linspace(0, 30, 400)
    cls = asymptotic_p_values("cls", q, np.full(400, 4.0))
    assert cls[0] == pytest.approx(0.5 / norm.cdf(2.0), rel=1e-12)
    assert np.all(np.diff(cls) < 0)


@pytest.mark.parametrize("band", [-2, -1, 0, 1, 2])
def test_data_in_a_band_have_cls_of_one_minus_cl_at_the_expected_root(band):
    root = expected_root("cls", 0.9, band)
    # sqrt(q) falls by the band; above the median it follows the other branch of q, of the same probability
    q = (root - band) ** 2 if band >= 0 else root**2 - 2 * band * root
    assert asymptotic_p_values("cls", q, root**2) == pytest.approx(0.1, rel=1e-9)


def test_median_expected_roots_are_the_usual_numbers():
    assert expected_root("feldman-cousins", 0.9, 0) == pytest.approx(1.645, abs=5e-4, rel=0)
    assert expected_root("cls", 0.9, 0) == pytest.approx(1.645, abs=5e-4, rel=0)
    assert expected_root("upper", 0.9, 0) == pytest.approx(1.2816, abs=5e-5, rel=0)
    assert np.isnan(expected_root("feldman-cousins", 0.9, 1))
