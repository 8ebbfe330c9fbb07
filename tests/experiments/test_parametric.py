"""Parametric backgrounds: closed forms against quadrature, derivatives against differences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from nulight.experiments.parametric import ExponentialCounts, FormCounts, LineCounts

EDGES = np.array([0.2, 0.21, 0.5, 1.2, 1.5])
TAIL = ExponentialCounts(
    name="tail", edges=EDGES, nominal=(900.0, 0.12), scaled={"amplitude": ("a",), "scale": ("s", "energy")}
)
LINE = LineCounts(
    name="L1",
    edges=EDGES,
    nominal=(400.0, 1.297, 0.0685),
    scaled={"counts": ("area", "common"), "centre": ("energy",), "sigma": ("width", "energy")},
    rest=np.array([0.25, 0.75]),
)
FORMS = {"exponential": TAIL, "line": LINE}


def at_zero(form: FormCounts) -> np.ndarray:
    return form.evaluate(np.zeros((1, len(form.nuisances))))[0][0]


def test_exponential_is_its_integral() -> None:
    expected = [quad(lambda E: 900 * np.exp(-E / 0.12), a, b, epsabs=0, epsrel=1e-13)[0]
                for a, b in pairwise(EDGES)]  # fmt: skip
    assert at_zero(TAIL) == pytest.approx(expected, rel=1e-12)


def test_line_is_its_integral_shared_out_over_the_further_axis() -> None:
    counts = at_zero(LINE).reshape(-1, 2)
    expected = [400 * quad(norm(1.297, 0.0685).pdf, a, b, epsabs=0, epsrel=1e-12, points=[1.297])[0]
                for a, b in pairwise(EDGES)]  # fmt: skip
    assert counts.sum(axis=1) == pytest.approx(expected, rel=1e-9)
    assert counts[:, 1] == pytest.approx(3 * counts[:, 0], rel=1e-13)


def test_bins_far_above_a_line_keep_their_precision() -> None:
    far = LineCounts(name="x", edges=np.array([9.0, 10.0]), nominal=(1.0, 0.0, 1.0), scaled={})
    assert at_zero(far)[0] == pytest.approx(norm.sf(9) - norm.sf(10), rel=1e-12)


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_derivatives_are_those_of_the_counts(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    k = len(form.nuisances)
    u = np.array([[data.draw(st.floats(-0.3, 0.4)) for _ in range(k)]])
    counts, first, second = form.evaluate(u)
    assert counts.shape == (1, first.shape[-1])
    assert second.shape == (1, k, k, first.shape[-1])
    h, size = 1e-5, form.nominal[0]
    for i in range(k):
        step = h * np.eye(k)[i]
        up, down = form.evaluate(u + step), form.evaluate(u - step)
        # errors of the differences: h^2 / 6 times (centre / sigma)^3 = 7e3, and ^4 = 1e5, of the counts
        assert (up[0] - down[0]) / (2 * h) == pytest.approx(first[:, i], abs=1e-6 * size)
        assert (up[1] - down[1]) / (2 * h) == pytest.approx(second[:, i], abs=1e-5 * size)


def test_points_are_independent() -> None:
    u = np.array([[0.0, 0.1, -0.1, 0.2], [0.3, 0.0, 0.05, -0.2], [0.0, 0.0, 0.0, 0.0]])
    together = LINE.evaluate(u)
    for i in range(3):
        single = LINE.evaluate(u[i : i + 1])
        assert all(np.array_equal(a[i], b[0]) for a, b in zip(together, single, strict=True))


def test_a_nuisance_of_two_parameters_moves_both() -> None:
    u = np.zeros((1, 4))
    u[0, LINE.nuisances.index("energy")] = 0.1
    moved = LineCounts(name="m", edges=EDGES, nominal=(400.0, 1.4267, 0.07535), scaled={}, rest=LINE.rest)
    assert LINE.evaluate(u)[0][0] == pytest.approx(at_zero(moved), rel=1e-12)


def test_a_width_of_zero_stays_finite() -> None:
    u = np.zeros((1, 4))
    u[0, LINE.nuisances.index("width")] = -1.0
    assert all(np.all(np.isfinite(part)) for part in LINE.evaluate(u))
