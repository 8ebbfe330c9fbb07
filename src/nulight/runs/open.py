"""Who does the chunks, in a word: this process, processes on this machine, a Dask cluster, jobs of a queue."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nulight.runs.dask import DaskExecutor
from nulight.runs.execute import Executor, Serial
from nulight.runs.extra import extra
from nulight.runs.local import local_workers
from nulight.runs.workers import ClusterError

if TYPE_CHECKING:
    from nulight.runs.jobqueue import JobQueue

__all__ = ["open_executor"]

_KNOWN = "serial, local, local:4, tcp://host:8786, scheduler-file:FILE.json, slurm:FILE.yaml, htcondor:FILE.yaml"
_CONNECT = 20.0  # s


@contextmanager
def open_executor(where: str | JobQueue) -> Iterator[Executor]:
    """Open an executor for chunks of work, and close all that was started for it.

    Parameters
    ----------
    where : str or JobQueue
        ``serial``: this process. ``local`` or ``local:4``: worker processes on this machine, one per core or as
        many as named. ``tcp://host:8786`` or ``scheduler-file:FILE.json``: a Dask cluster that runs already.
        ``slurm:FILE.yaml`` or ``htcondor:FILE.yaml``: jobs of a queue, see `JobQueue`.

    Yields
    ------
    Executor

    Raises
    ------
    ValueError
        If `where` is not one of these, a file has faults, or Dask is not installed.
    ClusterError
        If nobody answers at the address, or this machine cannot submit jobs.

    Examples
    --------
    >>> with open_executor("serial") as executor:
    ...     print(type(executor).__name__)
    Serial
    """
    if where == "serial":
        yield Serial()
        return
    with _dask(where) as executor:
        yield executor


def _dask(where: str | JobQueue) -> Any:
    kind, _, rest = where.partition(":") if isinstance(where, str) else ("", "", "")
    if isinstance(where, str) and where.startswith(("tcp://", "tls://")):
        return _existing(where, address=where)
    if kind == "scheduler-file" and rest:
        if not Path(rest).is_file():
            raise ValueError(f"scheduler file {rest}: there is none; start dask scheduler --scheduler-file {rest}")
        return _existing(rest, scheduler_file=rest)
    if kind == "local":
        return _local(_number(where, rest))
    if kind in ("slurm", "htcondor") and rest:
        from nulight.runs.jobqueue import read_job_queue

        return _jobs(read_job_queue(kind, rest))
    if not isinstance(where, str):
        return _jobs(where)
    raise ValueError(f"{where!r} is no place to work; use one of {_KNOWN}")


def _number(where: object, text: str) -> int:
    if where == "local":
        return int(extra("dask.system").CPU_COUNT)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{where!r}: a positive number of processes has to follow, as in local:4")
    return int(text)


@contextmanager
def _local(number: int) -> Iterator[Executor]:
    distributed = extra("distributed")
    with (
        distributed.LocalCluster(
            n_workers=0, dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}
        ) as cluster,
        local_workers(cluster.scheduler_address, number),
        distributed.Client(cluster) as client,
    ):
        yield DaskExecutor(client)


@contextmanager
def _existing(name: str, **where: str) -> Iterator[Executor]:
    try:
        client = extra("distributed").Client(**where, timeout=_CONNECT)
    except (OSError, TimeoutError) as error:
        raise ClusterError(f"no Dask scheduler answers at {name}: {error}") from None
    with client:
        yield DaskExecutor(client)


@contextmanager
def _jobs(queue: JobQueue) -> Iterator[Executor]:
    if shutil.which(queue.command) is None:
        raise ClusterError(f"{queue.command} is not on this machine: start from one that can submit jobs")
    try:
        started = queue.cluster()
    except RuntimeError as error:
        raise ClusterError(f"no scheduler for the jobs of {queue.command}: {error}") from None
    with started as cluster, extra("distributed").Client(cluster) as client:
        try:
            cluster.sync(_submitted, cluster, queue.jobs)
        except RuntimeError as error:
            reason = str(error).rpartition("stderr:")[2].strip()
            raise ClusterError(f"{queue.command} did not take a job: {reason}") from None
        cluster.adapt(minimum_jobs=queue.jobs, maximum_jobs=queue.jobs)  # jobs that end are replaced
        yield DaskExecutor(client, patience=queue.patience)


async def _submitted(cluster: Any, jobs: int) -> None:
    """Submit the first jobs and see whether they are taken; later ones are submitted in the background."""
    for _ in range(jobs):  # not scale(), which would only log what goes wrong
        cluster.worker_spec.update(cluster.new_worker_spec())
    await cluster
