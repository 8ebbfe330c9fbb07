from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import pytest

from nulight.plotting import plot_contour, save_figure, styled
from nulight.plotting.style import StyledFigure


def test_settings_are_put_back_even_after_an_error():
    before = dict(mpl.rcParams)
    with styled():
        assert mpl.rcParams["font.size"] == 9
    with pytest.raises(ValueError, match="nonsense"), styled():
        float("nonsense")
    assert dict(mpl.rcParams) == before


def test_plots_and_files_leave_no_state(contour, tmp_path):
    before = dict(mpl.rcParams)
    figure = plot_contour(contour)
    save_figure(figure, tmp_path / "a.png")
    figure.savefig(tmp_path / "b.pdf")
    assert dict(mpl.rcParams) == before


def test_pyplot_is_never_loaded():
    code = (
        "import sys, nulight.figures; assert 'matplotlib' not in sys.modules;"
        "import nulight.plotting, nulight.figures.herrera_huber_2024; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_figure_is_drawn_in_its_style_wherever_it_is_drawn(contour):
    figure = plot_contour(contour)
    figure.canvas.draw()  # outside the style: ticks are made now
    label = figure.axes[0].get_xticklabels()[0]
    assert label.get_fontsize() == 8
    assert "STIXGeneral" in label.get_fontfamily()


def test_png_has_300_dots_per_inch(contour, tmp_path):
    import matplotlib.image

    path = save_figure(plot_contour(contour), tmp_path / "new" / "a.png")
    assert matplotlib.image.imread(path).shape[:2] == (840, 1020)


def test_same_figure_gives_the_same_pdf(contour, tmp_path):
    first = save_figure(plot_contour(contour), tmp_path / "a.pdf").read_bytes()
    assert save_figure(plot_contour(contour), tmp_path / "b.pdf").read_bytes() == first


def test_failed_write_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    broken = StyledFigure()
    broken.text(0.5, 0.5, r"$\nosuchsymbol$")
    with pytest.raises(ValueError, match="nosuchsymbol"):
        save_figure(broken, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
