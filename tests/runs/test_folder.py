"""Run folders: chunks whole or not at all, one writer, and nothing of another run."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nulight.runs import Chunks, Manifest, Memory, RunFolder, execute
from nulight.runs.archive import DamagedError
from nulight.runs.lock import LockedError, is_locked, only_writer

CHUNKS = Chunks(n_items=2300, size=2)
MANIFEST = Manifest(kind="squares", experiments=(), chunks=CHUNKS, what={"seed": 1})


def squares(chunk):
    places = CHUNKS.places(chunk)
    return {"square": np.arange(places.start, places.stop) ** 2.0}


@pytest.fixture
def folder(tmp_path):
    """A run of which the first five chunks and one far away are done."""
    run = RunFolder(tmp_path / "run")
    with run.writing(MANIFEST):
        for chunk in (0, 1, 2, 3, 4, 1149):
            run.write(chunk, squares(chunk))
    return run


def test_it_keeps_what_memory_keeps(folder):
    memory = Memory()
    execute(squares, 6, memory)
    with folder.writing(MANIFEST):
        execute(squares, 6, folder)
    for chunk in range(6):
        np.testing.assert_array_equal(folder.read(chunk)["square"], memory.read(chunk)["square"])
    assert folder.finished() == frozenset([*range(6), 1149])
    assert folder.manifest == MANIFEST


def test_a_thousand_chunks_share_a_folder(folder):
    names = sorted(str(path.relative_to(folder.path)) for path in folder.path.rglob("*.npz"))
    assert names[0] == "chunks/000/000000.npz"
    assert names[-1] == "chunks/001/001149.npz"


def test_finished_chunks_are_left_alone(folder):
    def marks():
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.path.rglob("*.npz")}

    before, done = marks(), []

    def task(chunk):
        done.append(chunk)
        return squares(chunk)

    again = RunFolder(folder.path)
    with again.writing(MANIFEST):
        execute(task, 8, again)
    assert done == [5, 6, 7]
    assert before.items() <= marks().items()


def test_status_counts_what_is_there(folder):
    status = RunFolder(folder.path).status()
    assert (status.n_done, status.n_chunks) == (6, 1150)
    assert (status.n_items_done, status.n_items) == (12, 2300)
    assert status.n_bytes == sum(path.stat().st_size for path in folder.path.rglob("*.npz"))
    assert status.damaged == ()
    assert not status.running


@pytest.mark.parametrize("damage", ["truncated", "changed", "empty", "moved"])
def test_damaged_chunks_are_named_and_done_again(folder, damage):
    path = folder.path / "chunks/000/000003.npz"
    whole = path.read_bytes()
    if damage == "moved":
        path.write_bytes((folder.path / "chunks/000/000002.npz").read_bytes())
    else:
        changed = whole.replace(b"@", b"A", 1)
        assert changed != whole
        path.write_bytes({"truncated": whole[:-40], "changed": changed, "empty": b""}[damage])
    again = RunFolder(folder.path)
    assert again.status().damaged == (3,)
    with pytest.raises(DamagedError, match=r"000003\.npz: .* resume the run to do chunk 3 again"):
        again.read(3)
    with pytest.warns(UserWarning, match=r"done again: .*000003\.npz"), again.writing(MANIFEST):
        execute(squares, 5, again)
    assert path.read_bytes() == whole
    assert again.status().damaged == ()


def test_what_a_killed_process_was_writing_is_deleted(folder):
    for name in ("manifest.json.tmp", "chunks/000/000007.npz.tmp"):
        (folder.path / name).write_bytes(b"half of")
    assert 7 not in folder.finished()
    with folder.writing(MANIFEST):
        assert not list(folder.path.rglob("*.tmp"))


def test_a_process_killed_before_the_manifest_was_there_leaves_a_folder_to_begin_in(tmp_path):
    (tmp_path / "lock").touch()
    (tmp_path / "manifest.json.tmp").write_text("{")
    with RunFolder(tmp_path).writing(MANIFEST) as run:
        execute(squares, 1, run)
    assert RunFolder(tmp_path).finished() == {0}


def test_another_run_is_refused_and_its_difference_named(folder):
    other = replace(MANIFEST, what={"seed": 2})
    message = r"holds another run \(what.seed is 1 there and 2 now\); give another folder"
    with pytest.raises(ValueError, match=message), RunFolder(folder.path).writing(other):
        pass
    assert folder.manifest == MANIFEST


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("work of years")
    with (
        pytest.raises(ValueError, match=r"holds thesis\.tex; give a new or an empty folder"),
        RunFolder(tmp_path).writing(MANIFEST),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_the_first_recipe_stays(folder):
    with RunFolder(folder.path).writing(replace(MANIFEST, recipe={"command": "resume"})) as run:
        assert run.manifest.recipe == {}


def test_nothing_is_written_outside_the_block(folder):
    with pytest.raises(RuntimeError, match=r"with folder\.writing"):
        folder.write(5, squares(5))


def test_chunks_that_are_not_there_say_so(folder):
    with pytest.raises(FileNotFoundError, match="chunk 5 is not done yet"):
        folder.read(5)


def test_a_folder_without_a_run_says_so(tmp_path):
    assert not RunFolder(tmp_path).exists()
    with pytest.raises(FileNotFoundError, match="no run here"):
        RunFolder(tmp_path).manifest  # noqa: B018


def test_a_damaged_manifest_is_named(folder):
    (folder.path / "manifest.json").write_text('{"format": 1, "kind')
    with pytest.raises(ValueError, match=r"manifest\.json: "):
        RunFolder(folder.path).manifest  # noqa: B018


def test_a_second_run_is_refused_while_one_is_at_work(folder):
    with folder.writing(MANIFEST):
        second = RunFolder(folder.path)
        assert second.status().running
        with pytest.raises(LockedError, match=f"process {os.getpid()} on .* is working here"), second.writing(MANIFEST):
            pass
    assert not second.status().running
    with second.writing(MANIFEST):
        pass


def test_the_lock_goes_with_its_process(tmp_path):
    lock = tmp_path / "lock"
    code = f"""
import sys, time
from pathlib import Path
from nulight.runs.lock import only_writer
with only_writer(Path({str(lock)!r})):
    print("held", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        assert is_locked(lock)
        with pytest.raises(LockedError, match=f"process {process.pid}"), only_writer(lock):
            pass
    finally:
        process.kill()
        process.communicate()
    assert not is_locked(lock)
    with only_writer(lock):
        assert is_locked(lock)


def test_work_that_fails_leaves_the_folder_free(folder):
    def broken(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), folder.writing(MANIFEST):
        execute(broken, 9, folder)
    assert not folder.status().running
    assert folder.finished() == frozenset([0, 1, 2, 3, 4, 1149])
