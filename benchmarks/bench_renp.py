"""Speed of the reach of RENP: 100 exposures of all moments, and 100 masses of a mediator.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/bench_renp.py``. The references, in the same run, are a loop
over `limit` at some of the points, and a loop over scipy's brentq on the plain Poisson sum of the counts, for the
experiment without nuisances. The largest difference is from the loop over brentq. Goal: 1 s each.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_rates import median_time

import nulight as nl
from nulight.renp import RenpExperiment
from nulight.results.renp.reach import RenpReach

DAYS = np.geomspace(1.0, 1e4, 100)
MASSES = np.geomspace(1e-3, 1e4, 100)  # eV
SOME = np.arange(0, 100, 25)
THRESHOLD = 2.7055434540954146
GOAL = 1.0


def experiments() -> dict[str, RenpExperiment]:
    """Return an experiment without nuisances and one with both, their sizes of couplings known."""
    noisy = nl.renp_experiment("yb", background=5.0, rate_error=0.3, background_error=0.2)
    found = {"no nuisances": nl.renp_experiment("yb"), "two nuisances": noisy}
    for experiment in found.values():
        experiment.parameters()
    return found


def root(experiment: RenpExperiment, name: str, start: float) -> float:
    """Return the upper end by brentq, asking the experiment for its counts at every step."""
    data = experiment.expected({})[0].sum(axis=0)

    def height(x: float) -> float:
        n = experiment.expected({name: x})[0].sum(axis=0)
        return float(np.sum(2 * (n - data - data * np.log(n / data)))) - THRESHOLD

    high = start
    while height(high) < 0:
        high *= 1.005  # a light vector may be allowed again soon after the first end
    return float(brentq(height, 0.0, high, rtol=1e-12, xtol=1e-40))


def places(curve: RenpReach) -> list[tuple[int, int]]:
    return [(i, k) for i in range(len(curve.couplings)) for k in SOME]


def at(experiment: RenpExperiment, curve: RenpReach, k: int) -> RenpExperiment:
    """Return the experiment of one value of a curve."""
    if curve.vary == "days":
        return experiment.with_time(curve.values[k])
    return experiment.with_defaults(m_vector=curve.values[k] / 1e3)


def loop(one: Callable[[int, int], Any], curve: RenpReach) -> tuple[list[Any], float]:
    """Return the answers at some points, and the time of a loop over all points, s."""
    start = time.perf_counter()
    found = [one(i, k) for i, k in places(curve)]
    took = time.perf_counter() - start
    return found, took * curve.upper.size / len(found)


def bench(title: str, experiment: RenpExperiment, reach: Callable[[], RenpReach]) -> None:
    """Print the time of a curve and of the loops."""
    curve, took = reach(), median_time(reach, 5)
    _, limits = loop(lambda i, k: nl.limit(at(experiment, curve, k), curve.couplings[i]), curve)
    text = f"{title:42s}{took:7.3f} s{limits:9.1f} s{limits / took:7.0f} x"
    if not experiment.nuisances:
        plain, roots = loop(
            lambda i, k: root(at(experiment, curve, k), curve.couplings[i], 0.99 * curve.upper[i, k]), curve
        )
        ours = [curve.upper[i, k] for i, k in places(curve)]
        difference = np.max(np.abs(np.array(plain) / ours - 1))
        text += f"{roots:9.1f} s{roots / took:7.0f} x{difference:10.1e}"
    print(text + ("  above the goal" if took > GOAL else ""), flush=True)


def main() -> None:
    print(f"{'':42s}{'ours':>9s}{'limit':>11s}{'gain':>9s}{'brentq':>11s}{'gain':>9s}{'diff.':>10s}")
    for name, experiment in experiments().items():
        bench(f"100 exposures x 12 moments, {name}", experiment, lambda e=experiment: nl.renp_reach(e, days=DAYS))
        bench(
            f"100 masses of a vector, {name}",
            experiment,
            lambda e=experiment: nl.renp_reach(e, "gg_axial", masses=MASSES),
        )


if __name__ == "__main__":
    main()
