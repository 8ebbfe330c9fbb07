"""Records of posteriors: intervals of weighted samples, phases on their circle, files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.results import Marginal, Posterior
from nulight.results.credible import shortest_interval, unwrapped, weighted_quantile
from nulight.results.reading import read_result

FULL = (0.0, 2 * np.pi)


def marginal(name, unit="", circle=None):
    numbers = {"best_fit": 0.5, "mean": 0.5, "std": 0.3, "median": 0.5, "lower": 0.1, "upper": 0.9}
    ends = {"equal_tailed": (0.05, 0.95), "highest_density": (0.05, 0.95)}
    return Marginal(
        name=name, unit=unit, prior="flat", logarithmic=False, circle=circle, effective_size=9.0, **numbers, **ends
    )


@pytest.fixture
def posterior():
    """Even samples of a coupling, and a phase about the seam, weighted."""
    x = np.linspace(0, 1e-11, 2001)
    phase = np.mod(np.linspace(-1, 1, 2001), 2 * np.pi)
    weights = np.full(2001, 1 / 2001)
    return Posterior(
        names=("mu_nu", "delta_cp"),
        units=("mu_B", "rad"),
        parameters=("mu_nu", "delta_cp"),
        experiments=("toy",),
        samples=np.stack([x, phase], axis=1),
        weights=weights,
        log_posterior=np.log(weights),
        cl=0.90,
        marginals=(marginal("mu_nu", "mu_B"), marginal("delta_cp", "rad", FULL)),
        nuisances="sample",
        sampler="emcee",
        seed=1,
        converged=False,
        doubts=("mu_nu: too short",),
        definition="a posterior",
    )


def test_without_samples_the_table_is_that_of_the_parameters(posterior, tmp_path):
    summary = read_result(posterior.save(tmp_path / "p.json"))
    columns, _ = summary.table()
    assert columns["parameter"] == ["mu_nu", "delta_cp"]
    assert columns["equal_tailed_high"] == [0.95, 0.95]
    assert summary.n_axes == 1
    assert "mu_nu,mu_B," in summary.to_csv()
    assert posterior.n_axes == 2
    assert list(posterior.table()[0])[:2] == ["mu_nu", "delta_cp"]


def test_samples_come_back_by_the_common_reader(posterior, tmp_path):
    again = read_result(posterior.save(tmp_path / "p.npz"))
    np.testing.assert_array_equal(again.samples, posterior.samples)
    np.savez(tmp_path / "other.npz", mu_nu=np.zeros(3))
    (tmp_path / "broken.npz").write_bytes(b"PK")
    for name in ("other.npz", "broken.npz"):
        with pytest.raises(ValueError, match=r"numpy\.load"):
            read_result(tmp_path / name)


def test_intervals_of_a_flat_density(posterior):
    np.testing.assert_allclose(posterior.interval("mu_nu", 0.8), (1e-12, 9e-12), rtol=5e-3)  # a sample is 5e-15
    low, high = posterior.interval("mu_nu", 0.8, "highest-density")
    assert high - low == pytest.approx(8e-12, rel=1e-2)
    assert posterior.upper_limit("mu_nu", 0.95) == pytest.approx(9.5e-12, rel=1e-3)


def test_phases_about_the_seam_stay_together(posterior):
    low, high = posterior.interval("delta_cp", 0.9)
    assert high - low == pytest.approx(1.8, rel=1e-2)
    assert np.sin((low + high) / 4) == pytest.approx(0, abs=1e-2)  # about zero, or a whole turn


def test_summary_goes_to_json_and_back_without_samples(posterior, tmp_path):
    path = posterior.save(tmp_path / "posterior.json")
    assert "samples" not in json.loads(path.read_text())
    assert json.loads(path.read_text())["n_samples"] == 2001
    back = read_result(path)
    assert isinstance(back, Posterior)
    assert back.marginals == posterior.marginals
    with pytest.raises(ValueError, match=r"no samples here: JSON holds the summary; save the samples as \.npz"):
        back.interval("mu_nu")


def test_samples_go_to_npz_and_back(posterior, tmp_path):
    back = Posterior.read(posterior.save(tmp_path / "posterior.npz"))
    np.testing.assert_array_equal(back.samples, posterior.samples)
    assert back.to_dict() == posterior.to_dict()
    assert back.interval("delta_cp") == posterior.interval("delta_cp")
    assert [path.name for path in tmp_path.iterdir()] == ["posterior.npz"]


def test_samples_go_to_csv(posterior, tmp_path):
    text = posterior.save(tmp_path / "posterior.csv").read_text()
    assert "# columns: mu_nu [mu_B], delta_cp [rad], weight [], log_posterior []" in text
    assert text.count("\n") > 2001
    with pytest.raises(ValueError, match=r"\.json or \.csv"):
        posterior.save(tmp_path / "posterior.txt")


def test_it_says_what_it_is(posterior):
    text = repr(posterior)
    assert text.startswith("posterior of mu_nu, delta_cp (toy, emcee, seed 1)")
    assert "converged: no; mu_nu: too short" in text
    assert "prior flat" in text


def test_names_that_were_not_sampled_are_told(posterior):
    with pytest.raises(ValueError, match="'q_nu' was not sampled; there are mu_nu, delta_cp"):
        posterior.of("q_nu")


def test_weights_count_as_copies():
    x, times = np.random.default_rng(1).standard_normal(500), np.arange(500) % 4
    copies = np.repeat(x, times)
    q = np.linspace(0.05, 0.95, 7)
    np.testing.assert_allclose(weighted_quantile(x, times.astype(float), q), np.quantile(copies, q), atol=0.02)
    np.testing.assert_allclose(
        shortest_interval(x, times / times.sum(), 0.8), shortest_interval(copies, np.ones(len(copies)), 0.8), atol=1e-12
    )


def test_shortest_interval_by_hand():
    assert shortest_interval(np.array([3.0, 1.0, 2.0, 5.0]), np.array([2.0, 1.0, 3.0, 1.0]), 5 / 7) == (2.0, 3.0)


def test_shortest_interval_of_a_falling_density_begins_at_its_end():
    x = -np.log(1 - (np.arange(20_000) + 0.5) / 20_000)  # exponential
    low, high = shortest_interval(x, np.ones(20_000), 0.9)
    assert low == pytest.approx(0, abs=1e-3)
    assert high == pytest.approx(np.log(10), rel=2e-3)


@given(st.floats(-np.pi, np.pi), st.floats(0.1, 2.0))
def test_unwrapping_turns_with_the_circle(turn, width):
    x = np.linspace(-width, width, 101) + turn
    weights = np.full(101, 1 / 101)
    once = unwrapped(np.mod(x, 2 * np.pi), weights, FULL)
    assert np.ptp(once) == pytest.approx(2 * width, rel=1e-9)
    np.testing.assert_allclose(np.exp(1j * once), np.exp(1j * x), atol=1e-9)
