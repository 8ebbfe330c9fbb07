"""The plots of mass, ordering and nature draw the records."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.plotting import plot_renp_mass, plot_renp_nature, plot_renp_ordering
from nulight.renp import renp_experiment
from nulight.studies.renp.neutrinos import renp_mass, renp_nature, renp_ordering

MASSES = np.array([0.003, 0.01, 0.03])


@pytest.fixture(scope="module")
def mass():
    return renp_mass(renp_experiment("generic"), MASSES, days=10.0)


@pytest.fixture(scope="module")
def ordering():
    return renp_ordering(renp_experiment("generic"), MASSES, days=[1.0, 10.0])


@pytest.fixture(scope="module")
def nature():
    return renp_nature(renp_experiment("generic"), MASSES, days=[1.0, 10.0])


def test_bands_of_the_mass_are_the_intervals_over_the_truth(mass):
    panels = plot_renp_mass(mass).axes
    assert len(panels) == 2
    for j, panel in enumerate(panels):
        for i, band in zip((1, 0), panel.collections, strict=True):
            y = band.get_paths()[0].vertices[:, 1]
            assert (y.min(), y.max()) == (
                pytest.approx((mass.lower[i, j] / MASSES).min()),
                pytest.approx((mass.upper[i, j] / MASSES).max()),
            )
        measured = mass.lower[1, j] > 0
        ends = np.array([mass.lower[1, j], mass.upper[1, j]])[:, measured] / MASSES[measured]
        assert panel.get_ylim()[0] < ends.min() < 1 < ends.max() < panel.get_ylim()[1]
        assert mass.orderings[j].capitalize() in panel.get_legend().get_title().get_text()


def test_open_intervals_fill_the_frame_and_a_massless_truth_is_left_out():
    record = renp_mass(renp_experiment("generic"), [0.0, 0.01, 0.3])
    for panel in plot_renp_mass(record).axes:
        x, y = panel.collections[0].get_paths()[0].vertices.T
        assert x.min() > 0
        assert y.max() > panel.get_ylim()[1]


def test_lines_of_the_ordering_are_roots_of_delta_chi2(ordering):
    (ax,) = plot_renp_ordering(ordering).axes
    drawn = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == len(MASSES)]
    expected = [np.sqrt(ordering.delta_chi2[i, j]) for j in range(2) for i in range(2)]
    np.testing.assert_array_equal(drawn, expected)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["1 d each", "10 d each", "normal is true", "inverted is true"]


def test_band_of_the_nature_goes_from_the_worst_to_the_best_phases(nature):
    (ax,) = plot_renp_nature(nature).axes
    for j, band in enumerate(ax.collections[:2]):
        y = band.get_paths()[0].vertices[:, 1]
        assert y.min() == pytest.approx(np.sqrt(nature.delta_chi2[2, j]).min())
        assert y.max() == pytest.approx(np.sqrt(nature.delta_chi2[1, j]).max())
    drawn = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == len(MASSES)]
    expected = [np.sqrt(nature.delta_chi2[i, j]) for j in range(2) for i in (0, 3)]
    np.testing.assert_array_equal(drawn, expected)
    assert "zero phases" in ax.get_legend().get_texts()[2].get_text()


def test_they_draw_into_axes_that_are_given(mass, ordering, nature):
    from matplotlib.figure import Figure

    for plot, record in ((plot_renp_mass, mass), (plot_renp_ordering, ordering), (plot_renp_nature, nature)):
        figure = Figure()
        ax = figure.subplots()
        assert plot(record, ax) is figure
        assert figure.axes == [ax]
        assert ax.get_xlabel().startswith("Lightest neutrino mass")


def test_a_single_mass_is_drawn():
    record = renp_ordering(renp_experiment("generic"), 0.01)
    plot_renp_ordering(record).canvas.draw()
    plot_renp_mass(renp_mass(renp_experiment("generic"), 0.01)).canvas.draw()


def test_the_other_plot_is_named(ordering, nature):
    with pytest.raises(ValueError, match="use plot_renp_nature"):
        plot_renp_ordering(nature)
    with pytest.raises(ValueError, match="use plot_renp_ordering"):
        plot_renp_nature(ordering)
