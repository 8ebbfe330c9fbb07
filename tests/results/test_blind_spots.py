"""The record of a plane of phases: its table, its ratio, what it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nulight.data.reader import read_table
from nulight.results import BlindSpotMap


@pytest.fixture
def record():
    axis = np.linspace(-np.pi, np.pi, 3)
    return BlindSpotMap(
        parameters=("lambda_24_phase", "lambda_34_phase"),
        x=axis,
        y=axis,
        sources=("nu_e", "solar", "nu_mu"),
        moments={
            "nu_e": np.arange(9.0).reshape(3, 3) * 1e-12,
            "solar": np.full((3, 3), 2e-12),
            "nu_mu": np.zeros((3, 3)),
        },
        minimum={"nu_e": 0.0, "solar": 2e-12, "nu_mu": 0.0},
        maximum={"nu_e": 1e-11, "solar": 2e-12, "nu_mu": 0.0},
        blind_spots={"nu_e": ((0.5, -0.25),), "solar": (), "nu_mu": ()},
        moduli={"lambda_14": 1e-11},
    )


def test_table_has_one_row_a_grid_point(record, tmp_path):
    table = read_table(record.save(tmp_path / "map.csv"))
    assert table.units["lambda_24_phase"] == "rad"
    assert table.units["mu_eff_nu_e"] == "mu_B"
    np.testing.assert_allclose(table.numbers("lambda_24_phase")[:3], record.x)
    np.testing.assert_allclose(table.numbers("lambda_34_phase")[::3], record.y)
    np.testing.assert_allclose(table.numbers("mu_eff_nu_e"), np.arange(9) * 1e-12)


def test_ratio_is_over_the_largest_moment_of_the_plane(record):
    assert record.ratio("nu_e")[2, 2] == pytest.approx(0.8)
    np.testing.assert_array_equal(record.ratio("solar"), 1.0)
    np.testing.assert_array_equal(record.ratio("nu_mu"), 1.0)


def test_record_says_where_it_is_blind(record):
    assert "nu_e: [0, 1e-11] mu_B, least at (0.500, -0.250) rad" in repr(record)
    assert "solar: [2e-12, 2e-12] mu_B\n" in repr(record) + "\n"
    assert json.loads(json.dumps(record.to_dict()))["blind_spots"]["nu_e"] == [[0.5, -0.25]]
