"""Speed of the sterile dipole portal: templates of a whole grid of masses, for every shipped experiment.

Run with ``python benchmarks/bench_portal.py``, with names of experiments for some of them only. A mass changes
the recoil limits, so each has templates of its own; they are filled in one pass, without any table in the
mass. The reference asks the same experiment for one mass after the other, in the same run, and the largest
difference of a bin is between the two. How exact either is, is the business of ``tests/rates``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_rates import median_time

import nulight as nl
from nulight.experiments.loader import card_names

MASSES = np.geomspace(1.0, 1e5, 100)  # keV
SOME = slice(4, None, 10)
MOMENT = {"mu_e4": 1e-9, "mu_mu4": 1e-9}
GOAL = "< 80 ms a mass, 8 s for a hundred"
NEGLIGIBLE = 1e-9  # of the largest bin


def together(experiment: nl.Experiment, masses: np.ndarray) -> np.ndarray:
    return experiment.signal.counts({**MOMENT, "m_4": masses})


def one_by_one(experiment: nl.Experiment, masses: np.ndarray) -> np.ndarray:
    return np.concatenate([experiment.signal.counts({**MOMENT, "m_4": m}) for m in masses])


def new_masses() -> Iterator[np.ndarray]:
    """Masses nobody has asked for yet."""
    return (MASSES * (1 + 1e-6 * i) for i in count())


def difference(name: str) -> float:
    """Two copies of the experiment, so that neither finds the templates of the other."""
    many, few = together(nl.load(name), MASSES)[SOME], one_by_one(nl.load(name), MASSES[SOME])
    seen = few > NEGLIGIBLE * few.max(axis=-1, keepdims=True)
    return float(np.max(np.abs(many[seen] / few[seen] - 1), initial=0.0))


def templates(names: list[str]) -> None:
    print(f"templates of {len(MASSES)} masses, ms a mass: in one pass, one by one; ratio, largest difference of a bin")
    total = reference = 0.0
    for name in names:
        experiment, masses = nl.load(name), new_masses()
        batch = median_time(lambda e=experiment, m=masses: together(e, next(m)), 5) / len(MASSES) * 1e3
        single = median_time(lambda e=experiment, m=masses: one_by_one(e, next(m)[SOME]), 5) / len(MASSES[SOME]) * 1e3
        print(f"{name:24s}{batch:8.2f}{single:8.2f}{single / batch:7.1f} x{difference(name):10.1e}", flush=True)
        total, reference = total + batch, reference + single
    print(f"{'all':24s}{total:8.1f}{reference:8.1f}{reference / total:7.1f} x   goal {GOAL}")


def main() -> None:
    templates(sys.argv[1:] or list(card_names()))


if __name__ == "__main__":
    main()
