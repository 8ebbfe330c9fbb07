from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from nulight.data.reader import read_table
from nulight.figures import PAPERS, reproduce
from nulight.figures.numbers import Curves


def _toy():
    from nulight.plotting.style import StyledFigure

    figure = StyledFigure()
    figure.subplots().plot([1, 2], [3, 4])
    curves = Curves({"x": "keV"})
    curves.add("", "line", x=[1.0, 2.0])
    return figure, curves.numbers("t", "s", "n")


@pytest.fixture
def toy(monkeypatch):
    module = ModuleType("toy_paper")
    module.FIGURES = {"fig1": _toy, "fig2": _toy}
    monkeypatch.setitem(sys.modules, "toy_paper", module)
    monkeypatch.setitem(PAPERS, "toy", "toy_paper")


@pytest.mark.usefixtures("toy")
def test_every_figure_is_written_with_its_numbers(tmp_path):
    said = []
    written = reproduce("toy", tmp_path / "new", progress=said.append)
    names = [f"fig{i}.{suffix}" for i in (1, 2) for suffix in ("png", "pdf", "csv")]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(names)
    assert said == ["toy: fig1 (1 of 2)", "toy: fig2 (2 of 2)"]
    assert read_table(written[2]).text("x") == ("1.0", "2.0")


@pytest.mark.usefixtures("toy")
def test_second_run_replaces_the_files(tmp_path):
    first = [path.read_bytes() for path in reproduce("toy", tmp_path)]
    assert [path.read_bytes() for path in reproduce("toy", tmp_path)] == first


def test_unknown_paper_lists_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="herrera-huber-2024"):
        reproduce("nobody-1900", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_of_different_papers_fit_in_one_folder():
    names = [name for module in PAPERS.values() for name in importlib.import_module(module).FIGURES]
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["miranda-2021", "li-2024"])
def test_paper_as_a_whole(paper, tmp_path):
    written = reproduce(paper, tmp_path)
    names = importlib.import_module(PAPERS[paper]).FIGURES
    assert {path.name for path in written} == {f"{name}.{s}" for name in names for s in ("png", "pdf", "csv")}
    for path in written:
        assert path.stat().st_size > 1500
        if path.suffix == ".csv":
            assert len(read_table(path)) > 20


@pytest.mark.slow
def test_herrera_huber_2024_as_a_whole(tmp_path):
    written = reproduce("herrera-huber-2024", tmp_path)
    assert {path.name for path in written} == {
        f"{name}.{suffix}"
        for name in ("fig1", "fig2", "fig2_settings", "fig3", "fig4")
        for suffix in ("png", "pdf", "csv")
    }
    for path in written:
        assert path.stat().st_size > 5000
        if path.suffix == ".csv":
            assert len(read_table(path)) > 100
