"""Speed of limits against the mass of the sterile neutrino: 100 masses of every experiment, then all together.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/bench_portal_limits.py [EXPERIMENT]...``. Experiments are
loaded and their counts computed once before the clock starts; wall time of one process, then of two.
Goals: an experiment in 1 s, all in 20 s on two cores.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import nulight as nl
from nulight.experiments import Experiment, load
from nulight.experiments.loader import card_names

COUPLING = "mu_e4"
GOAL_ONE, GOAL_ALL = 1.0, 20.0


def warm(name: str) -> Experiment:
    """Return an experiment whose tables are read and whose constant templates are filled."""
    experiment = load(name)
    experiment.expected({})
    assert len(experiment.observed)
    assert experiment.morphs is not None
    return experiment


def one_by_one(experiments: list[Experiment]) -> None:
    """Print the time of the curve of every experiment, and of `limit` at one mass beside it."""
    print(f"{'experiment':24s} {'curve':>7s} {'limit, 1 mass':>14s} {'gain':>6s}")
    for experiment in experiments:
        start = time.perf_counter()
        curve = nl.portal_limit(experiment, COUPLING)
        middle = time.perf_counter()
        nl.limit(experiment, COUPLING, fixed={"m_4": float(curve.m_4[len(curve.m_4) // 2])})
        took, single = middle - start, time.perf_counter() - middle
        late = "  above the goal" if took > GOAL_ONE else ""
        print(f"{experiment.name:24s} {took:6.2f}s {single:13.2f}s {len(curve.m_4) * single / took:5.0f}x{late}")


def together(experiments: list[Experiment], workers: int) -> None:
    """Print the time of all curves."""
    start = time.perf_counter()
    table = nl.portal_limits(experiments, COUPLING, workers=workers)
    took = time.perf_counter() - start
    masses = sum(len(curve.m_4) for curve in table.curves)
    late = "  above the goal" if workers == 2 and took > GOAL_ALL else ""
    print(f"{len(table.curves)} curves, {masses} masses, {workers} processes: {took:.1f} s{late}")


def main() -> None:
    """Run it for the experiments of the command line, all of them by default."""
    np.seterr(all="raise", under="ignore")
    experiments = [warm(name) for name in sys.argv[1:] or card_names()]
    one_by_one(experiments)
    for workers in (1, 2):
        # other objects, so that no template is known from the round before
        together([warm(experiment.name) for experiment in experiments], workers)


if __name__ == "__main__":
    main()
