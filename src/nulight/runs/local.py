"""Worker processes on this machine.

They are processes of their own, not copies of this one: a script needs no ``if __name__ == "__main__"``, and
linear algebra gets one thread in each before it is loaded.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["ENVIRONMENT", "local_workers"]

ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
}
"""Of every worker that we start: one thread for linear algebra; and memory of arrays is kept for the next ones.

Dask's own choice, to give memory back at once, makes work on arrays two to four times slower.
"""

_ORPHANED = 10  # s, after which workers without scheduler end
_FAREWELL = 2.0  # s to end by themselves


@contextmanager
def local_workers(address: str, number: int) -> Iterator[None]:
    """Run worker processes with one thread each on this machine; they are gone when the block ends.

    Parameters
    ----------
    address : str
        Of the scheduler.
    number : int
        They share the memory of the machine equally; one that dies is replaced.
    """
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nworkers", str(number)]
    command += ["--nthreads", "1", "--memory-limit", str(1 / number), "--death-timeout", str(_ORPHANED)]
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment["DASK_LOGGING__DISTRIBUTED"] = "error"
    workers = subprocess.Popen([*command, "--no-dashboard"], env=environment, start_new_session=True)
    try:
        yield
    finally:
        workers.terminate()
        with suppress(subprocess.TimeoutExpired):
            workers.wait(_FAREWELL)
        with suppress(ProcessLookupError):  # what did not listen: all of the session that we opened
            os.killpg(workers.pid, signal.SIGKILL)
        workers.wait()
