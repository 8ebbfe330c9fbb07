"""Do the chunks of a task that are not done yet, by whatever executor.

A task is a function of the chunk's number alone. It may be sent to other processes and machines, so it
carries all it needs; its result is a few arrays. Linear algebra inside a chunk runs in one thread:
with more, sums would come in another order and results would differ in their last digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from nulight.typing import FloatArray

__all__ = ["Arrays", "Executor", "Serial", "Store", "Task", "Track", "execute", "run_chunk"]

Arrays: TypeAlias = Mapping[str, FloatArray]


class Task(Protocol):
    """Work in chunks."""

    def __call__(self, chunk: int) -> Arrays: ...


class Track(Protocol):
    """Watches the work, as a progress bar does: wraps the chunks as they finish."""

    def __call__(self, chunks: Iterable[int], *, done: int, total: int) -> Iterable[int]:
        """Pass on the chunks as they come; `done` of `total` were there before."""


class Store(Protocol):
    """Where results of chunks are kept."""

    def finished(self) -> frozenset[int]: ...
    def write(self, chunk: int, arrays: Arrays) -> None: ...
    def read(self, chunk: int) -> dict[str, FloatArray]: ...


@runtime_checkable
class Executor(Protocol):
    """Runs chunks of a task, here or elsewhere, and gives their results in any order."""

    def run(self, task: Task, chunks: Sequence[int]) -> Iterator[tuple[int, Arrays]]: ...


class Serial:
    """One chunk after the other, in this process."""

    def run(self, task: Task, chunks: Sequence[int]) -> Iterator[tuple[int, Arrays]]:
        """Yield the number and the result of every chunk."""
        for chunk in chunks:
            yield chunk, run_chunk(task, chunk)


def run_chunk(task: Task, chunk: int) -> Arrays:
    """Return the result of one chunk, linear algebra in one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return task(chunk)


def execute(
    task: Task, n_chunks: int, store: Store, *, executor: Executor | None = None, track: Track | None = None
) -> None:
    """Do the chunks that `store` has not got, and write each as soon as it is done.

    Parameters
    ----------
    task : callable
        ``task(chunk) -> mapping of str to array``; the same result whenever and wherever it is called.
    n_chunks : int
    store : Store
        `Memory` or a run folder; after an interruption the same call goes on where it stopped.
    executor : Executor, optional
        Without it chunks are done in this process.
    track : Track, optional
        A progress bar.
    """
    done = store.finished()
    missing = [chunk for chunk in range(n_chunks) if chunk not in done]
    results = _written((executor or Serial()).run(task, missing), store)
    for _ in track(results, done=n_chunks - len(missing), total=n_chunks) if track else results:
        pass


def _written(results: Iterator[tuple[int, Arrays]], store: Store) -> Iterator[int]:
    for chunk, arrays in results:
        store.write(chunk, arrays)
        yield chunk
