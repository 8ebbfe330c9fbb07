"""Points of scans: inside their ranges, the same however they are divided, and even where they promise it."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.runs.points import Axis, GridPoints, LatinHypercube, RandomPoints, points_from_dict

finite = st.floats(-1e30, 1e30, allow_subnormal=False)
positive = st.floats(1e-35, 1e30)


@st.composite
def ranges(draw, n=None):
    log = draw(st.booleans())
    low, high = sorted(draw(st.tuples(*2 * [positive if log else finite]).filter(lambda ends: ends[0] != ends[1])))
    return {"low": low, "high": high, "log": log, "n": None if n is None else draw(n)}


@st.composite
def all_points(draw):
    kind = draw(st.sampled_from(["grid", "random", "latin"]))
    n = st.integers(2, 9) if kind == "grid" else None
    names = draw(st.permutations(["mu_nu", "m_4", "q_nu_ee"]))[: draw(st.integers(1, 3))]
    axes = [Axis(name, **draw(ranges(n))) for name in names]
    if kind == "grid":
        return GridPoints(axes)
    many = RandomPoints if kind == "random" else LatinHypercube
    return many(axes, draw(st.integers(1, 500)), draw(st.integers(0, 2**40)))


@given(all_points(), st.data())
def test_values_are_inside_and_do_not_depend_on_the_division(points, data):
    n = points.n_points
    whole = points.values(slice(0, n))
    cuts = sorted({0, n, *data.draw(st.lists(st.integers(0, n), max_size=5))})
    pieces = [points.values(slice(i, j)) for i, j in pairwise(cuts)]
    assert tuple(whole) == points.names
    for name, (low, high) in points.ranges().items():
        np.testing.assert_array_equal(np.concatenate([piece[name] for piece in pieces]), whole[name])
        assert whole[name].shape == (n,)
        assert np.all((whole[name] >= low) & (whole[name] <= high))


@given(all_points())
def test_points_come_back_from_their_document(points):
    again = points_from_dict(json.loads(json.dumps(points.to_dict())))
    assert again == points
    for name, column in points.values(slice(0, points.n_points)).items():
        np.testing.assert_array_equal(again.values(slice(0, points.n_points))[name], column)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_grid_has_every_combination_once_masses_slowest(shape, random):
    names = ["m_4", "mu_nu", "m_v", "q_nu_ee"][: len(shape)]
    random.shuffle(names)
    grid = {name: np.arange(n, dtype=float) for name, n in zip(names, shape, strict=True)}
    points = GridPoints.of(grid)
    values = points.values(slice(0, points.n_points))
    for name, axis in zip(names, np.meshgrid(*grid.values(), indexing="ij"), strict=True):
        np.testing.assert_array_equal(points.array(values[name]), axis)
    slow = [values[name] for name in names if name.startswith("m_")]
    if slow:
        masses = np.stack(slow)
        changes = np.count_nonzero(np.any(masses[:, 1:] != masses[:, :-1], axis=0))
        assert changes == np.unique(masses, axis=1).shape[1] - 1


def test_steps_are_those_of_numpy():
    points = GridPoints([Axis("mu_nu", 1e-12, 1e-9, n=4, log=True), Axis("delta_cp", -np.pi, np.pi, n=5)])
    values = points.values(slice(0, 20))
    np.testing.assert_array_equal(np.unique(values["mu_nu"]), np.geomspace(1e-12, 1e-9, 4))
    np.testing.assert_array_equal(values["delta_cp"][:5], np.linspace(-np.pi, np.pi, 5))


@pytest.mark.parametrize("n", [1, 2, 3, 97, 100, 4096, 100_003])
def test_a_latin_hypercube_has_one_point_in_every_slice(n):
    axes = [Axis("q_nu_ee", -3.0, 5.0), Axis("mu_nu", 1e-12, 1e-9, log=True)]
    values = LatinHypercube(axes, n, seed=5).values(slice(0, n))
    slices = {
        "q_nu_ee": (values["q_nu_ee"] + 3) / 8 * n,
        "mu_nu": np.log(values["mu_nu"] / 1e-12) / np.log(1e3) * n,
    }
    for places in slices.values():
        places = np.sort(places)
        assert np.all(places >= np.arange(n) - 1e-6)
        assert np.all(places <= np.arange(1, n + 1) + 1e-6)


def test_a_huge_latin_hypercube_needs_only_the_points_asked_for():
    n = 10**9
    points = LatinHypercube([Axis(f"q_{k}", 0.0, 1.0) for k in range(10)], n, seed=1)
    last = points.values(slice(n - 1000, n))
    for k in range(10):
        slices = np.floor(points.fractions(k, slice(n - 1000, n)) * n)
        assert len(np.unique(slices)) == 1000
        assert 0 <= slices.min() <= slices.max() < n
        np.testing.assert_array_equal(points.fractions(k, slice(n - 7, n)), last[f"q_{k}"][-7:])


@pytest.mark.parametrize("kind", [RandomPoints, LatinHypercube])
def test_random_points_are_uniform_and_independent(kind):
    n, cells = 40_000, 20
    points = kind([Axis("mu_nu", 0.0, 1.0), Axis("q_nu_ee", 1.0, 10.0, log=True)], n, seed=11)
    values = points.values(slice(0, n))
    x, y = values["mu_nu"], np.log10(values["q_nu_ee"])
    first = np.concatenate([column[: n // 10] for column in (x, y)])  # a part of the points is spread as well
    assert np.abs(np.histogram(first, cells, (0, 1))[0] - 2 * n / 10 / cells).max() < 5 * np.sqrt(2 * n / 10 / cells)
    counts = np.histogram2d(x, y, cells, [(0, 1), (0, 1)])[0]
    expected = n / cells**2
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi2 - (cells**2 - 1)) < 5 * np.sqrt(2 * cells**2)
    for lag in (1, 2, 4, 7):
        assert abs(np.corrcoef(x[:-lag], x[lag:])[0, 1]) < 5 / np.sqrt(n)
    assert abs(np.corrcoef(x, y)[0, 1]) < 5 / np.sqrt(n)


def test_a_latin_hypercube_integrates_a_sum_better_than_random_points():
    axes = [Axis("mu_nu", 0.0, 1.0), Axis("q_nu_ee", 0.0, 1.0)]

    def error(kind):
        drawn = (kind(axes, 100, seed).values(slice(0, 100)) for seed in range(50))
        sums = [values["mu_nu"].mean() + values["q_nu_ee"].mean() for values in drawn]
        return np.std(np.array(sums) - 1)

    # variance of a mean 1/12n per parameter at random; 1/12n^3 with one point in every slice
    assert error(RandomPoints) == pytest.approx(np.sqrt(2 / 12 / 100), rel=0.5)
    assert error(LatinHypercube) == pytest.approx(np.sqrt(2 / 12 / 100**3), rel=0.5)


@pytest.mark.parametrize("kind", [RandomPoints, LatinHypercube])
def test_seeds_and_parameters_have_streams_of_their_own(kind):
    axes = [Axis("mu_nu", 0.0, 1.0), Axis("q_nu_ee", 0.0, 1.0)]
    one, two = (kind(axes, 100, seed).values(slice(0, 100)) for seed in (1, 2))
    assert not np.any(one["mu_nu"] == two["mu_nu"])
    assert not np.any(one["mu_nu"] == one["q_nu_ee"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Axis("mu_nu", 2.0, 1.0), "the lower end comes first"),
        (lambda: Axis("mu_nu", 0.0, np.inf), "range from 0 to inf"),
        (lambda: Axis("mu_nu", 0.0, 1.0, log=True), "begins above zero"),
        (lambda: Axis("mu_nu", 0.0, 1.0, n=1), "use two or more"),
        (lambda: Axis.of("mu_nu", [1.0, 1.0]), "have to increase"),
        (lambda: Axis.of("mu_nu", [2.0, 1.0]), "have to increase"),
        (lambda: Axis.of("mu_nu", [[1.0]]), "one list"),
        (lambda: GridPoints([Axis("mu_nu", 0.0, 1.0)]), "how many steps"),
        (lambda: GridPoints([]), "no axis"),
        (lambda: RandomPoints([Axis("mu_nu", 0.0, 1.0)] * 2, 3, 1), "one axis for each"),
        (lambda: RandomPoints([Axis("mu_nu", 0.0, 1.0)], 0, 1), "at least one"),
        (lambda: RandomPoints([Axis("mu_nu", 0.0, 1.0)], 3, -1), "seed -1"),
        (lambda: LatinHypercube([Axis("mu_nu", 0.0, 1.0, n=4)], 3, 1), "steps are for grids"),
        (lambda: LatinHypercube([Axis("mu_nu", 0.0, 1.0)], 2**60, 1), "between 1 and"),
        (lambda: points_from_dict({"kind": "sobol", "axes": []}), "known are grid"),
    ],
)
def test_bad_points_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
