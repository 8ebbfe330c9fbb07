"""Forks a scan for every line ``folder n_points dies`` that it reads; prints its number, then how it ended."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import nulight as nl
from nulight.studies.scan_task import ScanTask

AXES = [nl.Axis("mu_nu_e", 0.0, 4e-10), nl.Axis("r2_nu_ee", -2e-32, 2e-32)]


def scan(folder: Path, n_points: int, dies: str) -> None:
    """Scan, and write all points to one file; say in a log which chunk is begun."""
    if dies != "never":
        die_at(*dies.split(":"))
    task = ScanTask.__call__

    def logged(self: ScanTask, chunk: int) -> object:
        with folder.with_suffix(".log").open("a") as log:
            log.write(f"{chunk}\n")
        return task(self, chunk)

    ScanTask.__call__ = logged
    nl.scan(nl.load("texono-csi-2010"), nl.LatinHypercube(AXES, n_points, seed=1), folder=folder, chunk_size=20)
    nl.ScanRun(folder).merge(folder.with_suffix(".npz"))


def die_at(step: str, number: str) -> None:
    """Be killed when a step of writing (os.fsync, os.replace) is asked for the n-th time."""
    real, calls = getattr(os, step), iter(range(int(number)))

    def fatal(*arguments: object, **options: object) -> object:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)

    setattr(os, step, fatal)


def main() -> None:
    """Serve until the input ends."""
    nl.scan(nl.load("texono-csi-2010"), nl.RandomPoints(AXES, 1, seed=1))  # loads what is loaded when first needed
    print("ready", flush=True)
    for line in sys.stdin:
        folder, n_points, dies = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                scan(Path(folder), int(n_points), dies)
            except KeyboardInterrupt:
                os._exit(130)
            os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
