from __future__ import annotations

import numpy as np
import pytest

from nulight.experiments import load
from nulight.figures.planes import linear, logarithmic, plane
from nulight.inference import asimov, combine, minimise


@pytest.fixture(scope="module")
def source():
    return load("xenonnt-51cr", variant="5keV-bins")


def _height_on_lines(model, result, level, **options):
    x, y = np.vstack(result.paths[level]).T
    found = minimise(model, dict(zip(result.parameters, (x, y), strict=True)), **options)
    return np.sqrt(found.twice_nll)


def test_lines_are_where_delta_chi2_has_its_level_and_converge_with_the_grid():
    model = load("xenonnt-51cr", variant="5keV-bins+no-nuisance")
    errors = []
    for n in (21, 41):
        result = plane(model, logarithmic("a_nu_ee", 1e-34, 2e-32, n), linear("sin2_theta_w", 0.20, 0.26, n))
        errors.append(np.abs(_height_on_lines(model, result, "2 sigma") - np.sqrt(result.levels["2 sigma"])).max())
    assert errors[1] < errors[0] / 2.5  # linear interpolation: a quarter at half the step
    assert errors[1] < 0.05  # of a standard deviation


def test_two_dof_levels_are_those_of_the_chi2_distribution(source):
    result = plane(source, linear("a_nu_ee", -1e-33, 1e-33, 3), linear("sin2_theta_w", 0.23, 0.24, 3))
    assert result.levels["1 sigma"] == pytest.approx(2.296, abs=1e-3)
    assert result.levels["2 sigma"] == pytest.approx(6.180, abs=1e-3)


def test_one_start_a_point_finds_the_minima_of_many(source):
    # The claim of the module: -2 ln L has one minimum along the parameters the figures profile.
    model = combine([source, load("xenonnt-solar-195ty", changes=_WIDE)])
    x, y = logarithmic("a_nu_ee", 1e-34, 1e-32, 4), logarithmic("a_nu_mumu", 1e-34, 1e-31, 4)
    profile = {"sin2_theta_w": (0.22, 0.25)}
    quick = plane(model, x, y, profile=profile)
    points = {"a_nu_ee": np.tile(x[1], 4), "a_nu_mumu": np.repeat(y[1], 4)}
    thorough = minimise(model, points, profile=profile).twice_nll.reshape(4, 4)
    np.testing.assert_allclose(quick.delta_chi2 + quick.twice_nll, thorough, rtol=1e-7, atol=1e-7)


def test_solar_muon_moment_has_one_minimum_too():
    model = load("xenonnt-solar-195ty", changes=_WIDE)
    x, y = logarithmic("a_nu_ee", 1e-34, 2e-32, 4), linear("sin2_theta_w", 0.20, 0.26, 4)
    profile = {"a_nu_mumu": (1e-34, 1e-32)}
    quick = plane(model, x, y, profile=profile)
    points = {"a_nu_ee": np.tile(x[1], 4), "sin2_theta_w": np.repeat(y[1], 4)}
    thorough = minimise(model, points, profile=profile).twice_nll.reshape(4, 4)
    np.testing.assert_allclose(quick.delta_chi2 + quick.twice_nll, thorough, rtol=1e-7, atol=1e-7)


def test_data_that_are_not_asimov_are_refused(source):
    shifted = asimov(source, {"a_nu_ee": 5e-33})
    with pytest.raises(ValueError, match="not Asimov"):
        plane(shifted, linear("a_nu_ee", 0.0, 1e-32, 5), linear("sin2_theta_w", 0.22, 0.24, 3))


def test_record_says_what_was_profiled(source):
    result = plane(source, linear("a_nu_ee", 0.0, 1e-33, 3), linear("sin2_theta_w", 0.23, 0.24, 3))
    assert "xenonnt_mass (box 0.0275), activity_Cr51 (box 0.01)" in result.definition
    assert result.warnings == ()


_WIDE = {"bins": {"kind": "edges", "edges": ["1 keVee", "5 keVee", *(f"{e} keVee" for e in range(10, 141, 10))]}}
