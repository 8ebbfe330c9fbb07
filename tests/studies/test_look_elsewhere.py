"""Look-elsewhere effect of a line of known width on a flat background, known in closed form and by brute force."""

from __future__ import annotations

from dataclasses import dataclass, field

import cloudpickle
import numpy as np
import pytest
from scipy.stats import chi2, norm

import nulight as nl
from breaking import Breaking
from nulight.inference.model import Nuisance
from nulight.results.reading import read_result
from nulight.studies.look_elsewhere import look_elsewhere, upcrossings
from oracles_counts import Parameter

WIDTH, FLAT = 1.0, 400.0
EDGES = np.linspace(-10.0, 40.0, 201)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2


@dataclass(frozen=True)
class Line:
    """A Gaussian line of mass m and s events on a flat background, counts with Gaussian errors."""

    observed: np.ndarray
    power: int = 1
    lower: float = 0.0
    nuisances: tuple = ()
    name: str = "line"
    statistic: str = "gaussian"
    components: tuple = ("signal", "background")
    scales: dict = field(default_factory=dict)

    @property
    def sigma(self):
        return np.full(len(CENTRES), np.sqrt(FLAT))

    def parameters(self):
        return {
            "s": Parameter("s", lower=self.lower, scale=50.0),
            "m": Parameter("m", unit="keV", lower=0.0, upper=30.0),
        }

    def provenance(self):
        return {"citations": ("line:2026",)}

    def expected(self, params):
        s, m = np.broadcast_arrays(*(np.atleast_1d(np.asarray(params.get(k, 0.0), float)) for k in "sm"))
        signal = s[:, None] ** self.power * shape(m)
        return np.stack([signal, np.full_like(signal, FLAT)], axis=1)


def shape(m):
    return np.diff(norm.cdf((EDGES - np.atleast_1d(m)[:, None]) / WIDTH), axis=1)


def brute_force(masses, n, seed, *, one_sided=True):
    """Largest significance of n data sets: matched filters, one per mass."""
    noise = np.random.default_rng(seed).standard_normal((n, len(CENTRES)))
    filters = shape(masses)
    z = noise @ (filters / np.sqrt((filters**2).sum(axis=1, keepdims=True))).T
    return (np.maximum(z, 0) if one_sided else np.abs(z)).max(axis=1) ** 2


@pytest.fixture(scope="module")
def excess():
    """A line of about 3 sigma at 12."""
    noise = np.random.default_rng(4).standard_normal(len(CENTRES))
    filter_ = shape(12.0)[0]
    strength = 3.0 / np.sqrt((filter_**2).sum() / FLAT)
    return Line(FLAT + np.sqrt(FLAT) * noise + strength * filter_)


GRID = np.linspace(0, 30, 121)


@pytest.fixture(scope="module")
def result(excess):
    return look_elsewhere(excess, "s", GRID, mass="m", n_toys=2000, seed=2)


def test_local_significance_is_that_of_a_matched_filter(excess, result):
    filters = shape(GRID) / np.sqrt((shape(GRID) ** 2).sum(axis=1, keepdims=True))
    z = filters @ (excess.observed - FLAT) / np.sqrt(FLAT)
    assert np.sqrt(result.q0) == pytest.approx(np.maximum(z, 0), abs=1e-6)
    assert result.best_mass == GRID[np.argmax(z)]
    assert result.p_local == pytest.approx(norm.sf(z.max()), rel=1e-9)
    positive = z > 0.1
    fitted = (shape(GRID) @ (excess.observed - FLAT)) / (shape(GRID) ** 2).sum(axis=1)
    assert result.best_fit[positive] == pytest.approx(fitted[positive], rel=1e-5)


def test_global_p_value_is_that_of_brute_force(result):
    q0 = float(result.q0.max())
    exact = np.mean(brute_force(GRID, 20_000, 9) >= q0)
    n = len(result.maxima)
    assert result.p_global == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / n))
    assert result.p_global_lower < result.p_global < result.p_global_upper
    largest = brute_force(GRID, 20_000, 10)
    for share in (0.5, 0.9):
        level = np.quantile(result.maxima, share)
        assert np.mean(largest < level) == pytest.approx(share, abs=4 * np.sqrt(0.25 / n))


def test_upcrossings_are_those_of_a_stationary_gaussian_process(result):
    """Rice: N(u) = L / (2 pi) sqrt(-rho'') exp(-u^2 / 2), and a line of width w has rho = exp(-d^2 / 4 w^2)."""
    rate = 30.0 / (2 * np.pi) / (np.sqrt(2) * WIDTH)
    exact = rate * np.exp(-result.levels / 2)
    # the grid of a quarter of the width misses the shortest excursions above a level
    assert np.all(np.abs(result.upcrossings - exact) < 4 * result.upcrossing_errors + 0.03 * exact)


def test_upcrossings_agree_with_toys_in_the_tail(result):
    largest = brute_force(GRID, 60_000, 12)
    for c in (7.0, 10.0):
        estimate = 0.5 * chi2.sf(c, 1) + result.upcrossings * np.exp(-(c - result.levels) / 2)
        assert estimate == pytest.approx(np.mean(largest >= c), rel=0.1)
    at_data = 0.5 * chi2.sf(result.q0.max(), 1) + result.upcrossings * np.exp(-(result.q0.max() - result.levels) / 2)
    assert result.p_upcrossings == pytest.approx(np.minimum(at_data, 1.0), rel=1e-12)


def test_at_one_mass_global_is_local(excess):
    found = look_elsewhere(excess, "s", [11.0], mass="m", n_toys=4000)
    assert found.p_global == found.p_local_toys
    assert found.p_local == pytest.approx(0.5 * chi2.sf(found.q0[0], 1), rel=1e-10)
    assert found.p_global == pytest.approx(found.p_local, abs=4 * np.sqrt(found.p_local / 4000) + 1e-12)
    assert list(found.upcrossings) == [0, 0, 0]
    assert found.p_upcrossings == pytest.approx(np.full(3, found.p_local), rel=1e-12)


def test_trials_factor_grows_with_the_range(excess):
    """The same toys, seen through wider windows around the excess."""
    found = [
        look_elsewhere(excess, "s", GRID[::4][np.abs(GRID[::4] - 12.0) <= half], mass="m", n_toys=1000)
        for half in (0.0, 2.0, 6.0, 20.0)
    ]
    shares = [np.mean(record.maxima >= 4.0) for record in found]
    assert shares == sorted(shares)
    assert shares[-1] > 4 * shares[0]
    exact = [np.mean(brute_force(record.masses, 20_000, 3) >= 4.0) for record in found]
    assert shares == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 1000))


def test_a_coupling_of_either_sign_has_twice_the_tail(excess):
    both = Line(excess.observed, lower=-np.inf)
    found = look_elsewhere(both, "s", GRID[::4], mass="m", n_toys=600)
    assert not found.one_sided
    assert found.p_local == pytest.approx(chi2.sf(found.q0.max(), 1), rel=1e-10)
    exact = np.mean(brute_force(GRID[::4], 20_000, 5, one_sided=False) >= 4.0)
    assert np.mean(found.maxima >= 4.0) == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 600))


def test_a_profiled_background_costs_significance_and_keeps_the_distribution(excess):
    norms = {"nuisances": (Nuisance("norm", "gaussian", 0.05),), "scales": {"background": ("norm",)}}
    model = Line(excess.observed, **norms)
    found = look_elsewhere(model, "s", [12.0], mass="m", n_toys=3000)
    # signal and a free level are correlated: subtract the projection of the line on what the level can take up
    filter_, level = shape(12.0)[0] / np.sqrt(FLAT), np.full(len(CENTRES), np.sqrt(FLAT))
    weight = np.array([[filter_ @ filter_, filter_ @ level], [filter_ @ level, level @ level + 1 / 0.05**2]])
    pull = (excess.observed - FLAT) / np.sqrt(FLAT)
    slopes = np.array([filter_ @ pull, level @ pull])
    free, without = slopes @ np.linalg.solve(weight, slopes), slopes[1] ** 2 / weight[1, 1]
    assert found.q0[0] == pytest.approx(free - without, rel=1e-6)
    assert np.mean(found.maxima >= 1.0) == pytest.approx(norm.sf(1.0), abs=4 * np.sqrt(0.16 * 0.84 / 3000))


def test_couplings_that_are_squared_are_searched_in_their_square(excess):
    """A moment enters squared: the same signals, the same significance."""
    squared = look_elsewhere(Line(excess.observed, power=2), "s", GRID[::10], mass="m", n_toys=20)
    linear = look_elsewhere(excess, "s", GRID[::10], mass="m", n_toys=20)
    assert squared.q0 == pytest.approx(linear.q0, abs=1e-7)
    assert squared.best_fit**2 == pytest.approx(linear.best_fit, rel=1e-4, abs=1e-3)


def test_upcrossings_are_counted_between_neighbours():
    curves = np.array([[0.0, 2.0, 0.0, 3.0], [2.0, 2.0, 0.5, 0.5], [0.5, 1.0, 1.0, 4.0]])
    assert list(upcrossings(curves, 1.0)) == [2, 0, 1]


def test_the_pieces_of_the_work_are_the_same_in_any_order_and_place(excess, tmp_path):
    class Elsewhere:
        def run(self, task, chunks):
            again = cloudpickle.loads(cloudpickle.dumps(task))
            for chunk in reversed(chunks):
                yield chunk, again(chunk)

    options = {"mass": "m", "n_toys": 600, "seed": 7}
    here = look_elsewhere(excess, "s", GRID[::20], **options)
    there = look_elsewhere(excess, "s", GRID[::20], **options, executor=Elsewhere())
    assert there.to_dict() == here.to_dict()
    again = read_result(here.save(tmp_path / "search.json"))
    assert again.to_dict() == here.to_dict()
    assert again.global_significance == here.global_significance
    assert here.to_csv().splitlines()[-1].startswith("30.0,")
    assert "Gross:2010qma" in here.citations


def test_mistakes_are_explained(excess):
    with pytest.raises(ValueError, match="m = 31 lies outside its domain, 0 to 30"):
        look_elsewhere(excess, "s", [3.0, 31.0], mass="m")
    with pytest.raises(ValueError, match="at least one mass"):
        look_elsewhere(excess, "s", [], mass="m")
    with pytest.raises(ValueError, match="has no parameter 'm_4'"):
        look_elsewhere(excess, "s", [3.0])


def test_masses_out_of_reach_are_told():
    """51Cr neutrinos of 0.75 MeV make no sterile neutrino of 10 MeV."""
    experiment = nl.load("51cr-cevns-ge")
    found = look_elsewhere(experiment, "mu_e4", [10.0, 10_000.0], n_toys=50)
    assert found.q0[1] == 0
    assert np.isnan(found.best_fit[1])
    assert found.warnings == ("at 1 of 2 masses no count depends on the coupling: q0 = 0 there",)
    with pytest.raises(ValueError, match="no count depends on mu_e4 at any of the masses"):
        look_elsewhere(experiment, "mu_e4", [10_000.0], n_toys=50)


def test_grids_coarser_than_the_line_are_told(excess):
    found = look_elsewhere(excess, "s", np.arange(0.0, 31.0, 4 * WIDTH), mass="m", n_toys=300)
    assert found.warnings[0].startswith("the grid is coarse: 7 pairs of neighbouring masses between 0 and 28")
    assert not look_elsewhere(excess, "s", GRID[::3], mass="m", n_toys=300).warnings


def test_an_interrupted_study_goes_on_where_it_stopped(excess, tmp_path):
    options = {"mass": "m", "n_toys": 600, "seed": 7}
    with pytest.raises(KeyboardInterrupt):
        look_elsewhere(excess, "s", GRID[::20], **options, folder=tmp_path, executor=Breaking(1))
    found = look_elsewhere(excess, "s", GRID[::20], **options, folder=tmp_path, executor=Breaking(2))
    assert found.to_dict() == look_elsewhere(excess, "s", GRID[::20], **options).to_dict()
    with pytest.raises(ValueError, match=r"holds another run .what.seed is 7 there and 8 now"):
        look_elsewhere(excess, "s", GRID[::20], **options | {"seed": 8}, folder=tmp_path)
    with pytest.raises(ValueError, match=r"holds another run .what.masses"):
        look_elsewhere(excess, "s", GRID[::10], **options, folder=tmp_path)


def test_no_toys_are_no_study(excess):
    with pytest.raises(ValueError, match="n_toys = 0; throw at least 1 pseudo-experiment"):
        look_elsewhere(excess, "s", GRID[::20], mass="m", n_toys=0)
