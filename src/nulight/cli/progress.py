"""The bar on stderr that shows how far long work is: rate and time left, only if someone watches."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

__all__ = ["ChunkBar"]


class ChunkBar:
    """A `runs.execute.Track`.

    Parameters
    ----------
    what : str
        Said beside the bar, such as "points".
    n_items : int
        Of all chunks together, in the unit of `what`.
    """

    def __init__(self, what: str, n_items: int) -> None:
        self.what, self.n_items = what, n_items

    def __call__(self, chunks: Iterable[int], *, done: int, total: int) -> Iterator[int]:
        """Pass on the chunks as they come."""
        if not sys.stderr.isatty():
            yield from chunks
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(show_speed=False),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        share = self.n_items / total
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            work = bar.add_task(self.what, total=total, completed=done, rate="")
            for chunk in chunks:
                task = bar.tasks[work]
                rate = "" if task.speed is None else f"{task.speed * share:,.3g} {self.what}/s"
                bar.update(work, advance=1, rate=rate)
                yield chunk
