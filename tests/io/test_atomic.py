"""Files are written whole or not at all."""

from __future__ import annotations

import pytest

from nulight.io.atomic import atomic_path, write_text


def test_text_arrives_and_nothing_else_stays(tmp_path):
    path = write_text(tmp_path / "new" / "result.json", "µ = 1\n")
    assert path.read_bytes() == "µ = 1\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["result.json"]


def test_failure_keeps_the_old_file(tmp_path):
    path = write_text(tmp_path / "result.csv", "old")

    def fail():
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_failure_leaves_no_new_file(tmp_path):
    with pytest.raises(RuntimeError), atomic_path(tmp_path / "a.png"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_temporary_name_keeps_the_suffix_and_the_folder(tmp_path):
    with atomic_path(tmp_path / "figure.pdf") as temporary:
        assert temporary.suffix == ".pdf"
        assert temporary.parent == tmp_path


def test_others_may_read_as_the_umask_says(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    assert write_text(tmp_path / "ours", "").stat().st_mode == plain.stat().st_mode
