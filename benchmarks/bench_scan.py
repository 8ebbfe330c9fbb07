"""Scans in run folders: points per second, peak memory, and the ratio to one fit per point in the same run.

Two couplings of COHERENT CsI, Gaussian (2017, 12 bins, 1e7 points) and Poisson (2021, 99 bins, 1e5 points), in
Latin hypercubes; each is scanned into a folder, merged into one file and drawn.
Run with ``python benchmarks/bench_scan.py [n_points of the first]``.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import nulight as nl
from nulight.inference.profile import minimise
from nulight.plotting import plot_scan, save_figure

AXES = [nl.Axis("mu_nu_mu", 0.0, 1e-8), nl.Axis("r2_nu_mumu", -8e-31, 3e-31)]
N_REFERENCE = 100


def peak() -> str:
    """Largest memory of this process so far."""
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"


def reference(model: nl.Experiment, points: nl.LatinHypercube) -> tuple[float, np.ndarray]:
    """Points per second of one fit after the other, and their -2 ln L."""
    values = points.values(slice(0, N_REFERENCE))
    start = time.perf_counter()
    found = [
        minimise(model, {name: column[i] for name, column in values.items()}).twice_nll[0] for i in range(N_REFERENCE)
    ]
    return N_REFERENCE / (time.perf_counter() - start), np.array(found)


def run(name: str, n_points: int, folder: Path) -> None:
    """Scan, merge and draw one experiment."""
    model, points = nl.load(name), nl.LatinHypercube(AXES, n_points, seed=1)
    print(f"{name}: {n_points:.3g} points, {model.statistic}, {len(model.observed)} bins")
    slow, expected = reference(model, points)
    print(f"  one fit per point:   {slow:10.3g} points/s")
    start = time.perf_counter()
    nl.scan(model, points, folder=folder / name)
    rate = n_points / (time.perf_counter() - start)
    print(f"  scan into a folder:  {rate:10.3g} points/s, ratio {rate / slow:.3g}, {peak()}")
    start = time.perf_counter()
    scan = nl.ScanRun(folder / name)
    merged = scan.merge(folder / f"{name}.npz")
    print(
        f"  merge:               {time.perf_counter() - start:10.3g} s, {merged.stat().st_size / 1e6:.0f} MB, {peak()}"
    )
    start = time.perf_counter()
    save_figure(plot_scan(nl.ScanRun(folder / name).profile_over(["mu_nu_mu", "r2_nu_mumu"])), folder / f"{name}.png")
    print(f"  figure:              {time.perf_counter() - start:10.3g} s, {peak()}")
    with np.load(merged) as columns:
        worst = np.max(np.abs(columns["twice_nll"][:N_REFERENCE] - expected))
    print(f"  largest difference:  {worst:10.1e}")


def main() -> None:
    """Run both in a temporary folder."""
    n_points = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        run("coherent-csi-2017", n_points, Path(folder))
        run("coherent-csi-2021", 100_000, Path(folder))


if __name__ == "__main__":
    main()
