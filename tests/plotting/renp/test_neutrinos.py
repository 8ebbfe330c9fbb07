"""The plots of mass, ordering and nature draw the records."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.plotting import plot_renp_mass, plot_renp_nature, plot_renp_ordering
from nulight.renp import renp_experiment
from nulight.studies.renp.neutrinos import renp_mass, renp_nature, renp_ordering

MASSES = np.array([0.003, 0.01, 0.03])


MANY = np.geomspace(0.003, 0.03, 60)


@pytest.fixture(scope="module")
def mass():
    return renp_mass(renp_experiment("generic"), MANY, days=10.0)


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
                pytest.approx((mass.lower[i, j] / MANY).min()),
                pytest.approx((mass.upper[i, j] / MANY).max()),
            )
        measured = mass.lower[1, j] > 0
        ends = np.array([mass.lower[1, j], mass.upper[1, j]])[:, measured] / MANY[measured]
        assert panel.get_ylim()[0] < ends.min() < 1 < ends.max() < panel.get_ylim()[1]
        assert mass.orderings[j].capitalize() in panel.get_legend().get_title().get_text()


@pytest.mark.parametrize("masses", [[0.01], [0.003, 0.01, 0.03]])
def test_intervals_of_few_masses_are_bars(masses):
    record = renp_mass(renp_experiment("generic"), masses, days=10.0)
    for j, panel in enumerate(plot_renp_mass(record).axes):
        for i, bars in zip((1, 0), panel.collections, strict=True):
            drawn = np.array([path.vertices for path in bars.get_paths()])
            np.testing.assert_allclose(drawn[:, :, 0], np.transpose([masses, masses]))
            np.testing.assert_allclose(drawn[:, 0, 1], record.lower[i, j] / masses)
            np.testing.assert_allclose(drawn[:, 1, 1], record.upper[i, j] / masses)
        low, high = panel.get_xlim()
        assert low < min(masses) <= max(masses) < high


def test_titles_say_that_the_atom_is_made_up_and_what_is_assumed(mass, ordering, nature):
    assert plot_renp_mass(mass).axes[0].get_title() == "renp-generic (made-up atom), Dirac neutrinos"
    for plot, record, text in (
        (plot_renp_ordering, ordering, "renp-generic (made-up atom), Dirac neutrinos"),
        (plot_renp_nature, nature, "renp-generic (made-up atom), normal ordering"),
    ):
        assert plot(record).axes[0].get_legend().get_title().get_text() == text


def test_open_intervals_fill_the_frame_and_a_massless_truth_is_left_out():
    record = renp_mass(renp_experiment("generic"), [0.0, 0.01, 0.3])
    for panel in plot_renp_mass(record).axes:
        x, y = np.concatenate([path.vertices for path in panel.collections[0].get_paths()]).T
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


def test_a_single_mass_has_markers_and_a_bar():
    for study, plot in ((renp_ordering, plot_renp_ordering), (renp_nature, plot_renp_nature)):
        record = study(renp_experiment("generic"), 0.01, days=1.0)
        (ax,) = plot(record).axes
        drawn = [line for line in ax.lines if len(line.get_xdata()) == 1]
        shown = [0, 1] if record.question == "ordering" else [0, 3]
        assert [line.get_ydata()[0] for line in drawn] == list(np.sqrt(record.delta_chi2[shown, 0, 0]))
        assert {line.get_marker() for line in drawn} == {"o"}
    ends = ax.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose(ends, np.sqrt(record.delta_chi2[[2, 1], 0, 0]))


def test_keys_have_the_colour_of_a_single_exposure():
    record = renp_nature(renp_experiment("generic"), MASSES, days=1.0)
    (ax,) = plot_renp_nature(record).axes
    band, key = ax.collections
    np.testing.assert_array_equal(band.get_facecolor(), key.get_facecolor())


def test_the_other_plot_is_named(ordering, nature):
    with pytest.raises(ValueError, match="use plot_renp_nature"):
        plot_renp_ordering(nature)
    with pytest.raises(ValueError, match="use plot_renp_ordering"):
        plot_renp_nature(ordering)
