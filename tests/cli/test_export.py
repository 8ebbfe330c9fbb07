"""Saved results, of older versions too, are written in other forms."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nulight.cli.app import app
from nulight.io.record import FORMAT
from nulight.plotting.kinds import KIND_PLOTS
from nulight.results.reading import read_result
from nulight.results.registry import KINDS

OLD = Path(__file__).parents[1] / "results" / "format_0"
UNDRAWN = {"cross section", "fit", "reach", "renp-test"}
"""A few numbers, or a figure that needs several results."""


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", *map(str, words)])
    return done.exit_code, done.output


def test_an_old_limit_becomes_a_table_a_record_and_a_figure(tmp_path: Path):
    for name in ("limit.csv", "limit.json", "limit.png"):
        code, output = run(OLD / "limit.json", "--out", tmp_path / name)
        assert code == 0, output
        assert (tmp_path / name).stat().st_size > 1000
    assert json.loads((tmp_path / "limit.json").read_text(encoding="utf-8"))["format"] == FORMAT
    assert read_result(tmp_path / "limit.json").to_csv() == (tmp_path / "limit.csv").read_text(encoding="utf-8")


def test_several_results_become_one_submission_and_one_bibliography(tmp_path: Path):
    code, output = run(OLD / "limit.json", OLD / "spectrum.json", "--out", tmp_path / "all.zip")
    assert code == 0, output
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert {"submission.yaml", "limit.yaml", "spectrum.yaml"} <= set(archive.namelist())
    code, output = run(OLD / "limit.json", OLD / "contour.json", "--out", tmp_path / "all.bib")
    assert code == 0, output
    text = (tmp_path / "all.bib").read_text(encoding="utf-8")
    keys = re.findall(r"@\w+\{([^,]+),", text)
    assert len(keys) == len(set(keys))
    for name in ("limit.json", "contour.json"):
        assert set(re.findall(r"@\w+\{([^,]+),", read_result(OLD / name).bibtex())) <= set(keys)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("limit.json", "spectrum.json", "--out", "two.csv"), "holds one result, got 2"),
        (("limit.json", "--out", "limit.docx"), "cannot write .docx"),
        (("fit.json", "--out", "fit.png"), "'fit' has no plot"),
        (("nothing.json", "--out", "x.csv"), "nothing.json: No such file"),
    ],
)
def test_wrong_requests_are_explained_and_leave_nothing(tmp_path: Path, words: tuple[str, ...], message: str):
    given = [OLD / w if w.endswith(".json") else w if w == "--out" else tmp_path / w for w in words]
    code, output = run(*given)
    assert code == 1
    assert message in output
    assert not list(tmp_path.iterdir())


def test_every_kind_is_drawn_or_known_not_to_be():
    assert set(KIND_PLOTS) | UNDRAWN == set(KINDS)
    assert not set(KIND_PLOTS) & UNDRAWN
