"""Chunks done by the workers of a Dask cluster.

The task goes out once, as a key that the scheduler can always make again; each worker process unpacks it
once and keeps it, so that what it prepares for its first chunk serves all others. Only a few chunks per
worker are under way at a time: neither this process nor the scheduler grows with their number.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import uuid4

from nulight._version import __version__
from nulight.runs.execute import Arrays, Task, run_chunk
from nulight.runs.extra import extra
from nulight.runs.workers import ClusterError, Workers

__all__ = ["DaskExecutor"]

_PER_WORKER = 4  # one chunk in work, the others so that a worker never waits for this process
_BATCH = 32  # results fetched in one message
_GLANCE = 1.0  # s, without news the workers are looked at again
_CANCELLED = (concurrent.futures.CancelledError, asyncio.CancelledError)
_one_at_a_time = threading.Lock()


class DaskExecutor:
    """Runs chunks on the workers of a Dask cluster; the results are those of `Serial`, to the byte.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster; it stays open. `open_executor` makes one and closes it.
    attempts : int
        A chunk is given up, and the run with it, when at least this many workers have died with it in hand.
        (Dask reports deaths in fours, or what ``distributed.scheduler.allowed-failures`` of the scheduler says.)
    patience : float, s
        How long to wait while there is no worker at all.

    Raises
    ------
    ValueError
        If `attempts` or `patience` is not positive.

    Notes
    -----
    Workers need one thread each; where one has more, it still does one chunk at a time. Workers may come and
    go. Those that are there at the beginning are asked for their versions, others when they come, and every
    chunk makes sure that it is done by the same nulight: another one is an error.
    """

    def __init__(self, client: Any, *, attempts: int = 10, patience: float = 60.0) -> None:
        if attempts < 1 or not patience > 0:
            raise ValueError(f"attempts = {attempts}, patience = {patience} s: both must be positive")
        self.client, self.attempts, self.patience = client, attempts, patience

    def run(self, task: Task, chunks: Sequence[int]) -> Iterator[tuple[int, Arrays]]:
        """Yield number and result of every chunk, in the order in which they are done.

        Parameters
        ----------
        task : callable
            Sent by cloudpickle: modules of your own have to be importable on the workers.
        chunks : sequence of int

        Raises
        ------
        ClusterError
            If the scheduler is gone, no worker comes, a worker has other versions, or too many workers died on
            one chunk. Chunks that were yielded before stay valid.
        Exception
            What the task itself raises, as soon as it does, with the chunk as a note.
        """
        if not chunks:
            return
        workers, flight, waiting = Workers(self.client, self.patience), _Flight(self.client, task), iter(chunks)
        lost = _Losses(self.attempts)
        try:
            while True:
                number = workers.count()
                flight.send(islice(waiting, max(0, _PER_WORKER * number - len(flight))))
                if not len(flight):
                    return
                for chunk, arrays in self._fetched(flight.landed(min(number, _BATCH), _GLANCE), lost):
                    if arrays is None:
                        flight.send([chunk])
                    else:
                        yield chunk, arrays
        finally:
            flight.cancel()

    def _fetched(self, landed: dict[Any, int], lost: _Losses) -> Iterator[tuple[int, Arrays | None]]:
        try:
            arrays = self.client.gather(list(landed))  # all in one message
        except (Exception, *_CANCELLED):
            arrays = (self._result(chunk, future, lost) for future, chunk in landed.items())
        yield from zip(landed.values(), arrays, strict=True)

    def _result(self, chunk: int, future: Any, lost: _Losses) -> Arrays | None:
        """Arrays of a chunk; None if it has to be done again because workers died."""
        try:
            arrays: Arrays = future.result()
        except extra("distributed").KilledWorker as error:
            lost.count(chunk, error)
            return None
        except _CANCELLED as error:
            raise ClusterError(_gone(self.client, chunk, error)) from None
        except Exception as error:
            if future.status != "error":  # the task did its work, the result did not come through
                raise ClusterError(_gone(self.client, chunk, error)) from None
            error.add_note(f"in chunk {chunk}, on a worker")
            raise
        return arrays


class _Losses:
    """How many workers died with each chunk in hand."""

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        self.deaths: dict[int, int] = {}

    def count(self, chunk: int, error: Any) -> None:
        self.deaths[chunk] = self.deaths.get(chunk, 0) + error.allowed_failures + 1
        if self.deaths[chunk] >= self.attempts:
            raise ClusterError(
                f"chunk {chunk}: {self.deaths[chunk]} workers died while they had it in hand, the last one at "
                f"{error.last_worker.address}; most often their memory was too small (their logs say so): give them "
                "more, or make chunks smaller; finished chunks are kept"
            ) from None


class _Flight:
    """Chunks that were sent and have not been fetched."""

    def __init__(self, client: Any, task: Task) -> None:
        self.client, self.name, self.sent = client, f"nulight-{uuid4().hex[:8]}", 0
        self.chunks: dict[Any, int] = {}
        self.done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.content = _packed(task)
        self.task = self._send_task()

    def __len__(self) -> int:
        return len(self.chunks)

    def _send_task(self) -> Any:
        # Dask warns of large tasks because they are often sent many times
        with extra("dask").config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            return self.client.submit(_content, self.content, key=f"{self.name}-task-{uuid4().hex[:8]}")

    def send(self, chunks: Iterator[int] | Sequence[int]) -> None:
        """Send chunks, in one message."""
        numbers = list(chunks)
        if not numbers:
            return
        if self.task.status == "error":  # workers died while the task was on its way: not its fault
            self.task = self._send_task()
        keys = [(self.name, self.sent + i) for i in range(len(numbers))]
        self.sent += len(numbers)
        futures = self.client.map(_do, numbers, content=self.task, version=__version__, key=keys)
        for chunk, future in zip(numbers, futures, strict=True):
            self.chunks[future] = chunk
            future.add_done_callback(self.done.put)

    def landed(self, at_most: int, wait: float) -> dict[Any, int]:
        """Return chunks that are done, failed or cancelled; none if the first one takes longer than `wait` s."""
        landed: dict[Any, int] = {}
        try:
            future = self.done.get(timeout=wait)
            while True:
                landed[future] = self.chunks.pop(future)
                if len(landed) == at_most:
                    return landed
                future = self.done.get_nowait()
        except queue.Empty:
            return landed

    def cancel(self) -> None:
        """Take back what is in flight, if there is still somebody to tell."""
        futures = [*self.chunks, self.task]
        self.chunks.clear()
        if self.client.status == "running":
            self.client.cancel(futures)


def _gone(client: Any, chunk: int, error: BaseException) -> str:
    address = getattr(client.scheduler, "address", "its address")
    return (
        f"chunk {chunk} was lost: the Dask scheduler at {address} is gone or restarted, or somebody cancelled it "
        f"({str(error).splitlines()[0] if str(error) else type(error).__name__}); finished chunks are kept: the same "
        "command goes on there with another cluster"
    )


def _packed(task: Task) -> bytes:
    try:
        content: bytes = extra("cloudpickle").dumps(task)
    except Exception as error:
        raise ValueError(
            f"{type(task).__name__} cannot be sent to other processes ({error}): it may hold no locks or open files, "
            "and if it is defined in a script or notebook, move it to a module that the workers can import"
        ) from None
    return content


def _content(content: bytes) -> bytes:
    """A key whose value is the task: computed, so that it can be computed again."""
    return content


def _do(chunk: int, content: bytes, version: str) -> Arrays:
    if version != __version__:
        raise ClusterError(f"a worker has nulight {__version__}, the run was started with {version}: use the same")
    with _one_at_a_time:  # threads of one process would undo each other's limit on threads of linear algebra
        return run_chunk(_unpacked(content), chunk)


@lru_cache(maxsize=4)
def _unpacked(content: bytes) -> Task:
    """The task of this process; it keeps what it has prepared."""
    task: Task = extra("cloudpickle").loads(content)
    return task
