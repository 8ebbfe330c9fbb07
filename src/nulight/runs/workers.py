"""Which workers a Dask cluster has, and whether they run what this process runs."""

from __future__ import annotations

import logging
import platform
import time
import warnings
from typing import Any

import numpy as np

from nulight._version import __version__

__all__ = ["ClusterError", "Workers"]

_EVERY = 1.0  # s between two looks
_SAY = 30.0  # s without a worker until we say so
_log = logging.getLogger(__name__)
_VERSIONS = (
    "(__import__('platform').python_version(), __import__('nulight').__version__, __import__('numpy').__version__)"
)


class ClusterError(OSError):
    """The cluster cannot do the work: no workers, other versions, no scheduler, a chunk that kills workers."""


class Workers:
    """The workers of a cluster, looked at once in a while.

    Parameters
    ----------
    client : distributed.Client
    patience : float, s
        How long to wait while there is none.
    """

    def __init__(self, client: Any, patience: float) -> None:
        self.client, self.patience = client, patience
        self.known: dict[str, int] = {}
        self.looked = -np.inf

    def count(self) -> int:
        """Return how many there are; new ones are checked, and the first one is waited for.

        Raises
        ------
        ClusterError
            If none comes, or one has another version.
        """
        if time.monotonic() - self.looked > _EVERY:
            self._look()
        return len(self.known)

    def _look(self) -> None:
        present = self._present()
        if new := {address: n for address, n in present.items() if address not in self.known}:
            self._check(new)
        self.known, self.looked = present, time.monotonic()

    def _present(self) -> dict[str, int]:
        start, said = time.monotonic(), False
        while True:
            if self.client.status != "running":
                raise ClusterError("no connection to the Dask scheduler; finished chunks are kept")
            if threads := dict(self.client.nthreads()):
                return threads
            waited = time.monotonic() - start
            if waited > self.patience:
                raise ClusterError(
                    f"the Dask cluster has had no worker for {self.patience:g} s: start some, or see in their logs why "
                    "they end; finished chunks are kept"
                )
            if waited > _SAY and not said:
                _log.warning("no worker yet after %g s; jobs may stand in a queue, or fail: see their logs", _SAY)
                said = True
            time.sleep(0.1)

    def _check(self, new: dict[str, int]) -> None:
        if not self.known:
            _compare("the Dask scheduler", self._of_scheduler())
        # sent as text: functions made by one Python cannot be read by another
        answers = self.client.run(eval, _VERSIONS, workers=list(new), on_error="return")
        for address, answer in answers.items():
            if not isinstance(answer, OSError):  # it has gone again
                _compare(f"the worker at {address}", answer)
        if several := {address: n for address, n in new.items() if n > 1}:
            address, n = next(iter(several.items()))
            warnings.warn(
                f"the worker at {address} has {n} threads and will use one: nulight does one chunk per process at a "
                "time; start workers with --nthreads 1 and as many --nworkers as there are cores",
                stacklevel=2,
            )

    def _of_scheduler(self) -> Any:
        try:
            return self.client.run_on_scheduler(eval, _VERSIONS)
        except ImportError as error:
            return error


def _compare(who: str, answer: Any) -> None:
    if isinstance(answer, Exception):
        raise ClusterError(
            f"{who} cannot import nulight ({type(answer).__name__}: {answer}): install nulight {__version__} in its "
            "environment"
        )
    python, version, numpy = answer
    if python.split(".")[:2] != platform.python_version().split(".")[:2]:
        raise ClusterError(f"{who} runs Python {python}, this process {platform.python_version()}: use the same")
    if version != __version__:
        raise ClusterError(f"{who} has nulight {version}, this process {__version__}: use the same")
    if numpy != np.__version__:
        warnings.warn(
            f"{who} has numpy {numpy}, this process {np.__version__}: last digits of results may differ", stacklevel=2
        )
