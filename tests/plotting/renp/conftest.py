"""Figures as files, which must have a layout that fits."""

from __future__ import annotations

import warnings

import pytest

from nulight.plotting import save_figure


@pytest.fixture
def drawn(tmp_path):
    def draw(figure):
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a layout that does not fit warns
            assert save_figure(figure, tmp_path / "figure.png").stat().st_size > 10_000
        return figure

    return draw
