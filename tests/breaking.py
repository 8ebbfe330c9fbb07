"""An executor that does not live long."""

from __future__ import annotations

from nulight.runs import run_chunk


class Breaking:
    """Breaks down after some chunks, as a killed process does."""

    def __init__(self, after):
        self.left = after

    def run(self, task, chunks):
        for chunk in chunks:
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            yield chunk, run_chunk(task, chunk)
