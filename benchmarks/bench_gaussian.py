"""Profiled Gaussian chi2: points per second without bins, against a per-point fit in the same run.

10 coefficients, 140 bins, 3 additive pulls and a profiled signal norm; then real models with their own
nuisances, a point being a few values of couplings. Run with ``python benchmarks/bench_gaussian.py``.
"""

from __future__ import annotations

import time

import numpy as np

import nulight as nl
from nulight.inference.gaussian.chi2 import gaussian_chi2
from nulight.inference.gaussian.points import gaussian_points
from nulight.inference.profile import minimise

K, N_BINS, N_PULLS, N_POINTS, N_REFERENCE = 10, 140, 3, 2_000_000, 300
NORM = 0.0275
MODELS: dict[str, dict[str, tuple[float, float]]] = {
    "coherent-csi-2017": {"r2_nu_ee": (-1e-30, 1e-30), "r2_nu_mumu": (-1e-30, 1e-30)},
    "texono-csi-2010": {"mu_nu_e": (0.0, 1e-9), "r2_nu_ee": (-2e-31, 2e-31)},
    "xenonnt-51cr": {"mu_nu": (0.0, 1e-11)},
    "xenonnt-51cr:gauss": {"mu_nu": (0.0, 1e-11)},
    "xenonnt-51cr:physical": {"mu_nu": (0.0, 1e-11)},
}


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


def real(name: str, ranges: dict[str, tuple[float, float]]) -> None:
    """Time a model, and compare it with the solver of the package."""
    model = nl.load(name)
    ready = gaussian_points(model, ranges)
    assert ready is not None
    rng, n = np.random.default_rng(3), N_POINTS // (1 if ready.closed else 40)
    points = {parameter: rng.uniform(*span, n) for parameter, span in ranges.items()}
    some = {parameter: values[:20_000] for parameter, values in points.items()}
    start = time.perf_counter()
    slow = minimise(model, some).twice_nll
    slow_rate = 20_000 / (time.perf_counter() - start)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        values = ready.twice_nll(points)
        times.append(time.perf_counter() - start)
    rate, worst = n / min(times), np.max(np.abs(values[:20_000] - slow) / np.maximum(slow, 1))
    print(f"{name:28} {rate:12.3g} points/s, with bins {slow_rate:9.3g}, largest difference {worst:.1e}")


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
    for name, ranges in MODELS.items():
        real(name, ranges)


if __name__ == "__main__":
    main()
