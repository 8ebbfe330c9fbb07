"""Scans that are killed at any moment and taken up again end where an undisturbed one ends, to the byte."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import numpy as np
import pytest

from nulight.runs.folder import RunFolder

pytestmark = pytest.mark.faults

CHUNK = 20  # points of a chunk in the program


def finished(folder):
    """Chunks that are whole, with what changes if their file is written again."""
    if not RunFolder(folder).exists():
        return {}
    files = {chunk: folder / f"chunks/{chunk // 1000:03d}/{chunk:06d}.npz" for chunk in RunFolder(folder).finished()}
    return {chunk: (path.stat().st_ino, path.stat().st_mtime_ns) for chunk, path in files.items()}


def n_files(folder):
    return sum(1 for _ in folder.glob("chunks/*/*.npz"))


def finish(scans, folder, n_points):
    """Take the scan up again, undisturbed; what was finished stays as it is."""
    before = finished(folder)
    scans.start(folder, n_points)
    assert scans.end() == 0
    assert before.items() <= finished(folder).items()


def kill(scans, folder, n_points, wait):
    """Kill a scan when it has so many chunks more, or a little later."""
    before = finished(folder)
    chunks, seconds = wait
    process = scans.start(folder, n_points)
    deadline = time.monotonic() + 60
    while n_files(folder) < len(before) + chunks and time.monotonic() < deadline:
        time.sleep(1e-4)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    assert scans.end() == -signal.SIGKILL  # it was not finished before
    assert before.items() <= finished(folder).items()  # nothing lost, nothing done again


def check(scans, folder, n_points, n_kills):
    """Compare with a scan that nobody disturbed, file by file."""
    whole = folder.with_name("whole")
    finish(scans, whole, n_points)
    names = sorted(str(path.relative_to(whole)) for path in whole.rglob("*") if path.is_file())
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == names
    assert len(names) == n_points // CHUNK + 2
    for name in names:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    assert folder.with_suffix(".npz").read_bytes() == whole.with_suffix(".npz").read_bytes()
    begun = Counter(int(line) for line in folder.with_suffix(".log").read_text().split())
    assert set(begun) == set(range(n_points // CHUNK))
    assert sum(begun.values()) <= n_points // CHUNK + n_kills  # only the chunk under way at a kill is lost


@pytest.mark.parametrize(("n_kills", "n_points"), [(5, 800), pytest.param(20, 4_000, marks=pytest.mark.slow)])
def test_a_scan_killed_at_random_moments_ends_the_same(scans, tmp_path, n_kills, n_points):
    folder, rng = tmp_path / "killed", np.random.default_rng(n_kills)
    most = n_points // CHUNK // n_kills - 4  # chunks between two kills, so that the last one comes before the end
    for _ in range(n_kills):
        kill(scans, folder, n_points, (int(rng.integers(0, most)), float(rng.uniform(0, 5e-3))))
    finish(scans, folder, n_points)
    check(scans, folder, n_points, n_kills)


@pytest.mark.parametrize(
    ("dies", "n_done", "left"),
    [
        ("fsync:0", None, ["manifest.json.tmp"]),  # before the manifest is there
        ("replace:0", None, ["manifest.json.tmp"]),
        ("fsync:1", 0, []),  # after its name
        ("fsync:8", 3, ["000003.npz.tmp"]),  # the content of a chunk is not on the disk yet
        ("replace:4", 3, ["000003.npz.tmp"]),  # it is, but not its name
        ("fsync:9", 4, []),  # the name is there, and perhaps not on the disk
    ],
)
def test_a_kill_between_the_steps_of_writing_leaves_no_half_of_a_chunk(scans, tmp_path, dies, n_done, left):
    folder = tmp_path / "killed"
    scans.start(folder, 200, dies)
    assert scans.end() == -signal.SIGKILL
    assert [path.name for path in folder.rglob("*.tmp")] == left
    assert RunFolder(folder).exists() == (n_done is not None)
    assert len(finished(folder)) == (n_done or 0)
    finish(scans, folder, 200)
    check(scans, folder, 200, 1)


def test_ctrl_c_leaves_a_folder_to_go_on_with(scans, tmp_path):
    folder = tmp_path / "killed"
    process = scans.start(folder, 600)
    while n_files(folder) < 10:
        time.sleep(1e-3)
    os.kill(process, signal.SIGINT)
    assert scans.end() == 130
    status = RunFolder(folder).status()
    assert 10 <= status.n_done < 30
    assert not status.running
    assert status.damaged == ()
    finish(scans, folder, 600)
    check(scans, folder, 600, 1)
