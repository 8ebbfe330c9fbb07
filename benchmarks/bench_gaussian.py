"""Profiled Gaussian chi2: points per second without bins, against a per-point fit in the same run.

10 coefficients, 140 bins, 3 additive pulls and a profiled signal norm.
Run with ``python benchmarks/bench_gaussian.py``.
"""

from __future__ import annotations

import time

import numpy as np

from nulight.inference.gaussian import gaussian_chi2

K, N_BINS, N_PULLS, N_POINTS, N_REFERENCE = 10, 140, 3, 2_000_000, 300
NORM = 0.0275


def problem(seed: int = 1) -> dict[str, np.ndarray]:
    """Random templates, data and pulls of a realistic size."""
    rng = np.random.default_rng(seed)
    templates = rng.exponential(20.0, (K, N_BINS))
    background = rng.uniform(50, 100, N_BINS)
    observed = rng.poisson(background + templates.sum(0)).astype(float)
    pulls = background * rng.uniform(0, 1, (N_PULLS, N_BINS))
    return {
        "templates": templates,
        "observed": observed,
        "sigma": np.sqrt(observed),
        "background": background,
        "pulls": pulls,
        "widths": np.array([0.1, 0.02, np.inf]),
    }


def reference(c: np.ndarray, data: dict[str, np.ndarray]) -> float:
    """One point with its bins: least squares in the pulls and the norm."""
    signal = c @ data["templates"]
    rows = np.vstack([signal, data["pulls"]]) / data["sigma"]
    rest = (data["observed"] - data["background"] - signal) / data["sigma"]
    stiffness = np.diag(np.append(NORM, data["widths"]) ** -2.0)
    u = np.linalg.solve(rows @ rows.T + stiffness, rows @ rest)
    return float(((rest - u @ rows) ** 2).sum() + u @ stiffness @ u)


def main() -> None:
    """Time both, check that they agree, print the ratio."""
    data = problem()
    points = np.random.default_rng(2).normal(1.0, 0.2, (N_POINTS, K))
    start = time.perf_counter()
    slow = [reference(c, data) for c in points[:N_REFERENCE]]
    slow_rate = N_REFERENCE / (time.perf_counter() - start)
    print(f"per point, with bins:        {slow_rate:12.3g} points/s")
    fast = gaussian_chi2(**data)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        values = fast.chi2_scaled(points, NORM)
        times.append(time.perf_counter() - start)
    rate = N_POINTS / min(times)
    worst = np.max(np.abs(values[:N_REFERENCE] - slow) / np.abs(slow))
    print(f"profiled, without bins:      {rate:12.3g} points/s (best of 5), ratio {rate / slow_rate:.3g}")
    print(f"largest relative difference: {worst:12.1e}")


if __name__ == "__main__":
    main()
