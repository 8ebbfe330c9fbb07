"""Scans in processes of their own, to be interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("program.py")


@dataclass(frozen=True)
class Scans:
    """A process that has imported everything and forks one scan after the other."""

    server: subprocess.Popen

    def start(self, folder, n_points, dies="never"):
        """Begin a scan and return the number of its process; it writes `folder`, and what it begins to a log."""
        print(folder, n_points, dies, file=self.server.stdin, flush=True)
        return int(self.server.stdout.readline())

    def end(self):
        """Wait for the end of the scan and return its exit code, negative for a signal."""
        return int(self.server.stdout.readline())


@pytest.fixture(scope="session")
def scans():
    """Processes that scan; one at a time."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # no threads that a fork would lose
    command = [sys.executable, str(PROGRAM)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as server:
        assert server.stdout.readline() == "ready\n"
        yield Scans(server)
        os.killpg(server.pid, signal.SIGKILL)
