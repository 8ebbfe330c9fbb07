"""Long runs: work per core and second by kind, what a chunk costs on Dask, and what 1e9 points and 1e7 toys need.

Work per core is per second of processor time, linear algebra in one thread; on the clock, workers show less if the
machine has other work. Prints the tables of ``docs/scale.md``.
Run with ``python benchmarks/bench_scale.py [n_workers]``.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np

import nulight as nl
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.toys.data import throw_toys
from nulight.runs import DaskExecutor, Executor, Memory, Serial, execute, once, stream

PRICE = 0.04  # per core hour: an assumption, yours differs
N_EMPTY = 1000
MU = nl.Axis("mu_nu_mu", 0.0, 1e-8)


Points = Callable[[int], nl.LatinHypercube | nl.RandomPoints]


@dataclass(frozen=True)
class Scan:
    """Points of a seed, in chunks."""

    name: str
    experiment: str
    points: Points
    size: int
    wanted: float  # items of a long run

    @property
    def n_items(self) -> int:
        """Points that are done here."""
        return self.points(0).n_points

    def run(self, executor: Executor, seed: int, folder: Path | None = None) -> None:
        """Do them."""
        points = self.points(seed)
        nl.scan(nl.load(self.experiment), points, executor=executor, chunk_size=self.size, folder=folder)

    def volume(self) -> float:
        """Bytes of a run folder per point."""
        with tempfile.TemporaryDirectory() as path:
            self.run(Serial(), 0, Path(path))
            return nl.RunFolder(path).status().n_bytes / self.n_items


@dataclass(frozen=True)
class ToyStudy:
    """Pseudo-experiments of a seed, in chunks."""

    name: str
    experiment: str
    n_chunks: int
    size: int
    wanted: float

    @property
    def n_items(self) -> int:
        """Toys that are done here."""
        return self.n_chunks * self.size

    def run(self, executor: Executor, seed: int) -> None:
        """Do them."""
        task = Toys(nl.load(self.experiment), self.size, seed, uuid4().hex)
        execute(task, self.n_chunks, Memory(), executor=executor)

    def volume(self) -> float:
        """Bytes kept of a toy: its statistic."""
        return 8.0


@dataclass(frozen=True)
class Toys:
    """Pseudo-experiments of COHERENT CsI, each fitted with the coupling held and free, as for Feldman-Cousins."""

    model: nl.Experiment
    size: int
    seed: int
    token: str

    def prepared(self) -> tuple[Prepared, Prepared]:
        """Both fits."""
        bounds = (0.0, 1e-8)
        return prepare(self.model, given={MU.name: bounds}), prepare(self.model, profile={MU.name: bounds})

    def __call__(self, chunk: int) -> dict[str, np.ndarray]:
        """Statistic of the toys of a chunk."""
        held, free = once(self.token, self.prepared)
        toys = throw_toys(self.model, {MU.name: 1e-9}, {}, self.size, stream(self.seed, chunk))
        at = held.minimise({MU.name: np.full(self.size, 1e-9)}, toys=toys)
        return {"statistic": at.twice_nll - free.minimise(toys=toys).twice_nll}


@dataclass(frozen=True)
class Nothing:
    """A chunk without work."""

    def __call__(self, chunk: int) -> dict[str, np.ndarray]:
        """A hundred numbers."""
        return {"x": np.full(100, float(chunk))}


def couplings(n: int) -> Points:
    """Two couplings."""
    axes = [MU, nl.Axis("r2_nu_mumu", -8e-31, 3e-31)]
    return lambda seed: nl.LatinHypercube(axes, n, seed=seed)


def masses(n: int) -> Points:
    """Sterile masses and a coupling."""
    axes = [nl.Axis("m_4", 1e2, 1e5, log=True), nl.Axis("mu_mu4", 1e-10, 1e-8, log=True)]
    return lambda seed: nl.RandomPoints(axes, n, seed=seed)


KINDS: list[Scan | ToyStudy] = [
    Scan("Gaussian, 12 bins", "coherent-csi-2017", couplings(4_000_000), 500_000, 1e9),
    Scan("Poisson, 99 bins", "coherent-csi-2021", couplings(80_000), 10_000, 1e9),
    Scan("a mass at every point", "coherent-csi-2021", masses(160), 20, 1e6),
    ToyStudy("Poisson toys, 99 bins", "coherent-csi-2021", 8, 1_000, 1e7),
]


def in_this_process(kind: Scan | ToyStudy) -> float:
    """Items per second of processor time."""
    kind.run(Serial(), 1)  # imports, tables
    start = time.process_time()
    kind.run(Serial(), 2)
    return kind.n_items / (time.process_time() - start)


def on_workers(kind: Scan | ToyStudy, executor: DaskExecutor) -> tuple[float, float]:
    """Items per second of processor time of the workers, and per second on the clock."""
    kind.run(executor, 1)
    before, start = spent(executor), time.perf_counter()
    kind.run(executor, 2)
    return kind.n_items / (spent(executor) - before), kind.n_items / (time.perf_counter() - start)


def spent(executor: DaskExecutor) -> float:
    """Processor time of all workers so far."""
    return float(sum(executor.client.run(time.process_time).values()))


def largest() -> float:
    """Largest memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def per_chunk(executor: Executor) -> tuple[float, float]:
    """Seconds that a chunk without work takes: on the clock, and of this process with the scheduler in it."""
    execute(Nothing(), 20, Memory(), executor=executor)
    clock, processor = time.perf_counter(), time.process_time()
    execute(Nothing(), N_EMPTY, Memory(), executor=executor)
    return (time.perf_counter() - clock) / N_EMPTY, (time.process_time() - processor) / N_EMPTY


def main() -> None:
    """Measure and print."""
    n_workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    alone = [in_this_process(kind) for kind in KINDS]
    with nl.open_executor(f"local:{n_workers}") as executor:
        executor.client.wait_for_workers(n_workers)
        shared = [on_workers(kind, executor) for kind in KINDS]
        clock, processor = per_chunk(executor)
        memory = max(executor.client.run(largest).values())
    print(f"| kind | per core, this process | per core, workers | {n_workers} workers, on the clock | chunk |")
    print("| --- | --- | --- | --- | --- |")
    for kind, rate, (core, both) in zip(KINDS, alone, shared, strict=True):
        print(
            f"| {kind.name} | {rate:.2g} /s | {core:.2g} /s | {both:.2g} /s | {kind.size}, {kind.size / rate:.2g} s |"
        )
    print(f"\nA chunk costs {clock * 1e3:.1f} ms on the clock, {processor * 1e3:.1f} ms of the process that deals out.")
    print(f"A worker took up to {memory:.2g} GB.\n")
    print(f"| run | core hours | at {PRICE} per core hour | kept | items in 30 s | cores kept busy |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, (rate, _) in zip(KINDS, shared, strict=True):
        hours, kept = kind.wanted / rate / 3600, kind.wanted * kind.volume() / 1e9
        print(
            f"| {kind.wanted:.0e} {kind.name} | {hours:.2g} | {hours * PRICE:.2g} | {kept:.2g} GB | {30 * rate:.1g} | "
            f"{30 / processor:.1g} |"
        )


if __name__ == "__main__":
    main()
