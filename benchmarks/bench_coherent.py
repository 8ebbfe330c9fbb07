"""Chi2 of COHERENT CsI 2017 over a grid of two couplings, both pulls profiled at every point.

12 bins, the published Gaussian chi2 (signal 28 %, prompt neutrons 25 %), 100 x 100 charge radii of nu_e
and nu_mu: the counts are linear in five products of couplings. Templates and pulls come from the model. The
reference fits every point with its bins by plain least squares, in the same run.
Run with ``python benchmarks/bench_coherent.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import nulight as nl
from nulight.inference.gaussian.points import GaussianPoints, gaussian_points
from nulight.inference.profile import minimise

EXPERIMENT = "coherent-csi-2017"
SIDE, SIZE = 100, 1e-31  # points of a side; charge radii within +-10 of this size, cm^2
SIGNAL, NEUTRONS = "csi2017_signal", "csi2017_brn"
GOAL = "< 5 ms"


def products(e: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """Products of couplings the counts are linear in, shape (n_points, 5); arguments in units of SIZE."""
    return np.stack([np.ones_like(e), e, e**2, mu, mu**2], axis=1)


def templates(experiment: nl.Experiment) -> np.ndarray:
    """Counts per product, shape (5, n_bins), from as many points of the model."""
    e, mu = np.array([0.0, 1, -1, 0, 0]), np.array([0.0, 0, 0, 1, -1])
    counts = experiment.signal.counts({"r2_nu_ee": e * SIZE, "r2_nu_mumu": mu * SIZE}).sum(axis=1)
    return np.linalg.solve(products(e, mu), counts)


def ready(experiment: nl.Experiment) -> GaussianPoints:
    span = (-10 * SIZE, 10 * SIZE)
    points = gaussian_points(experiment, {"r2_nu_ee": span, "r2_nu_mumu": span})
    assert points is not None
    return points


def widths(experiment: nl.Experiment) -> dict[str, float]:
    return {n.name: float(n.width) for n in experiment.nuisances if n.width is not None}


def plain(experiment: nl.Experiment, rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Every point on its own: counts in bins, then linear least squares in both pulls."""
    n, sigma, neutrons = experiment.observed, experiment.sigma, experiment.backgrounds["brn"]
    penalty = np.diag([1 / widths(experiment)[name] for name in (SIGNAL, NEUTRONS)])
    values = []
    for point in points:
        signal = point @ rows
        design = np.vstack([np.stack([signal, neutrons], axis=1) / sigma[:, None], penalty])
        rest = np.append((n - signal - neutrons) / sigma, [0.0, 0.0])
        u = np.linalg.lstsq(design, rest, rcond=None)[0]
        values.append(np.sum((rest - design @ u) ** 2))
    return np.array(values)


def best_time(function: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Time grid, templates and reference, check that they agree, print the ratio."""
    experiment = nl.load(EXPERIMENT)
    rows = templates(experiment)
    fresh = best_time(lambda: ready(nl.load(EXPERIMENT)), 3)
    axis = np.linspace(-10, 10, SIDE)
    e, mu = (x.ravel() for x in np.meshgrid(axis, axis))
    chi2, points = ready(experiment), {"r2_nu_ee": e * SIZE, "r2_nu_mumu": mu * SIZE}

    def grid() -> np.ndarray:
        return chi2.twice_nll(points)

    values, seconds = grid(), best_time(grid, 50)
    reference = plain(experiment, rows, products(e, mu))
    slow = best_time(lambda: plain(experiment, rows, products(e, mu)), 2)
    few = np.arange(0, SIDE**2, 997)
    solver = minimise(experiment, {name: value[few] for name, value in points.items()}).twice_nll
    print(f"100 x 100 points, 2 pulls profiled: {seconds * 1e3:8.3f} ms (best of 50)   goal {GOAL}")
    print(f"every point with its bins:          {slow * 1e3:8.1f} ms, ratio {slow / seconds:.3g}")
    print(f"templates from the card:            {fresh * 1e3:8.1f} ms")
    print(f"largest relative difference:        {np.max(np.abs(values / reference - 1)):8.1e} (least squares), "
          f"{np.max(np.abs(values[few] / solver - 1)):.1e} (solver of the package)")  # fmt: skip


if __name__ == "__main__":
    main()
