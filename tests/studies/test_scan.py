"""Delta chi2 on a grid of parameters."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nulight.experiments import load
from nulight.inference.profile import minimise
from nulight.studies.scan import scan_grid

GRID = {"mu_e4": np.geomspace(1e-12, 1e-10, 5), "m_4": np.array([1.0, 50.0, 200.0])}


@pytest.fixture(scope="module")
def scan():
    return scan_grid(load("xenonnt-2022-er"), GRID)


def test_points_are_the_profile_likelihood(scan):
    m, mu = np.meshgrid(GRID["m_4"], GRID["mu_e4"])
    found = minimise(load("xenonnt-2022-er"), {"mu_e4": mu.ravel(), "m_4": m.ravel()}).twice_nll
    np.testing.assert_allclose(scan.delta_chi2.ravel(), found - found.min(), atol=1e-9)
    assert scan.delta_chi2.shape == (5, 3)
    place = np.unravel_index(np.argmin(scan.delta_chi2), scan.delta_chi2.shape)
    assert scan.best == {"mu_e4": GRID["mu_e4"][place[0]], "m_4": GRID["m_4"][place[1]]}
    assert scan.twice_nll == pytest.approx(found.min())


def test_further_parameters_are_profiled_and_only_lower_it():
    experiment, grid = load("texono-csi-2010"), {"mu_nu_e": np.linspace(0, 4e-10, 5)}
    fixed = scan_grid(experiment, grid)
    free = scan_grid(experiment, grid, profile={"sin2_theta_w": (0.2, 0.28)})
    assert 0.2 <= free.best["sin2_theta_w"] <= 0.28
    assert np.all(free.delta_chi2 + free.twice_nll <= fixed.delta_chi2 + fixed.twice_nll + 1e-9)


def test_pieces_of_a_large_grid_are_followed():
    seen = []

    def track(pieces):
        for piece in pieces:
            seen.append(piece)
            yield piece

    result = scan_grid(load("texono-csi-2010"), {"mu_nu_e": np.linspace(0, 4e-10, 1200)}, track=track)
    assert [piece.stop - piece.start for piece in seen] == [500, 500, 200]
    assert result.delta_chi2.shape == (1200,)


def test_planned_data_are_made_at_what_is_held():
    result = scan_grid(load("51cr-lxe-a"), {"mu_nu": [0.0, 1e-12]}, fixed={"sin2_theta_w": 0.2})
    assert result.twice_nll == pytest.approx(0.0, abs=1e-9)


def test_record_is_csv_and_json(scan):
    json.dumps(scan.to_dict(), allow_nan=False)
    rows = [line for line in scan.to_csv().splitlines() if not line.startswith("#")]
    assert rows[0] == "mu_e4,m_4,delta_chi2"
    assert len(rows) == 16
    assert "lowest point" in repr(scan)


@pytest.mark.parametrize(
    ("grid", "options", "message"),
    [
        ({}, {}, "one to three parameters"),
        ({"mu_nu": [0.0], "m_5": [1.0]}, {}, "no parameter 'm_5'"),
        ({"mu_nu": [0.0, 1e-11]}, {"fixed": {"mu_nu": 0.0}}, "cannot be held or profiled"),
    ],
)
def test_bad_grids_are_refused(grid, options, message):
    with pytest.raises(ValueError, match=message):
        scan_grid(load("texono-csi-2010"), grid, **options)
