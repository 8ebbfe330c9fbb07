from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nulight.literature.limits import published_limits
from nulight.plotting import plot_contour, plot_forecast, plot_limits, plot_profile, plot_spectrum
from nulight.plotting.style import StyledFigure


def _lines(ax, label):
    return [line for line in ax.get_lines() if line.get_label() == label]


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plot", "record"),
    [(plot_contour, "contour"), (plot_profile, "limit"), (plot_forecast, "forecast"), (plot_spectrum, "spectrum")],
)
def test_plot_goes_into_given_axes_or_a_new_figure(plot, record, request):
    result = request.getfixturevalue(record)
    own = Figure()
    ax = own.subplots()
    assert plot(result, ax) is own
    assert ax.has_data()
    assert isinstance(plot(result), StyledFigure)


# --- contour --------------------------------------------------------------------------------------


def test_contour_draws_the_lines_of_the_record(contour):
    ax = plot_contour(contour, levels=["2 sigma"]).axes[0]
    np.testing.assert_array_equal(ax.get_lines()[0].get_xydata(), contour.paths["2 sigma"][0])


def test_contour_fills_where_delta_chi2_is_below_the_level(contour):
    region = plot_contour(contour, levels=["1 sigma"]).axes[0].collections[0].get_paths()[0]
    inside, outside = (1.4e-33, 0.23), (1.7e-33, 0.23)  # radius sqrt(2.296) = 1.515
    assert region.contains_point(inside)
    assert not region.contains_point(outside)


def test_contour_legend_names_levels_after_the_label(contour):
    ax = plot_contour(contour, label="source").axes[0]
    assert ax.get_legend_handles_labels()[1] == [r"source, 1$\sigma$", r"source, 2$\sigma$"]


def test_contour_regions_do_not_shine_through_each_other_and_match_the_legend(contour):
    figure = plot_contour(replace(contour, paths=dict.fromkeys(contour.levels, ())))
    ax = figure.axes[0]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = np.asarray(canvas.buffer_rgba())
    patches = ax.get_legend_handles_labels()[0]
    for patch, point in zip(patches, [(0.0, 0.23), (2e-33, 0.23)], strict=True):  # radii 1.515 and 2.486
        column, row = ax.transData.transform(point).astype(int)
        *colour, opacity = patch.get_facecolor()
        on_white = 255 * (1 - opacity * (1 - np.array(colour)))
        np.testing.assert_allclose(image[len(image) - row, column, :3], on_white, atol=2)


def test_contour_keeps_logarithmic_axes(contour):
    ax = StyledFigure().subplots()
    ax.set_xscale("log")
    positive = replace(contour, x=np.geomspace(1e-34, 3e-33, 61))
    plot_contour(positive, ax)
    assert ax.get_xscale() == "log"
    assert ax.get_xlim() == pytest.approx((1e-34, 3e-33))


def test_contour_of_a_plane_that_is_all_allowed_or_partly_impossible(contour):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        everything = replace(
            contour, delta_chi2=np.zeros_like(contour.delta_chi2), paths=dict.fromkeys(contour.levels, ())
        )
        partly = replace(contour, delta_chi2=np.where(contour.x > 1e-33, np.inf, contour.delta_chi2))
        for record in (everything, partly):
            limits = plot_contour(record).axes[0].get_xlim()
            assert limits[0] < limits[1]


def test_contour_without_that_level_names_those_there_are(contour):
    with pytest.raises(ValueError, match="no level 5 sigma in this record; it has 1 sigma, 2 sigma"):
        plot_contour(contour, levels=["5 sigma"])


def test_contour_in_a_figure_of_its_own_names_its_levels(contour):
    legend = plot_contour(contour).axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [r"1$\sigma$", r"2$\sigma$"]
    assert plot_contour(contour, Figure().subplots()).axes[0].get_legend() is None


# --- profile --------------------------------------------------------------------------------------


def test_profile_joins_the_scan_in_order(limit):
    curve = plot_profile(limit, label="scan").axes[0].get_lines()[0].get_xydata()
    assert np.all(np.diff(curve[:, 0]) > 0)
    np.testing.assert_allclose(curve[:, 1], (curve[:, 0] / 1e-33) ** 2, rtol=1e-12)


def test_profile_shades_the_interval_and_survives_an_open_end(limit):
    ax = plot_profile(replace(limit, lower=None, regions=((None, 1.645e-33),))).axes[0]
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert band.x1 == pytest.approx(1.645e-33)


def test_profile_is_seen_up_to_twice_the_threshold_and_its_label_stands_where_the_curve_is_below(limit):
    ax = plot_profile(limit).axes[0]
    low, high = ax.get_xlim()
    assert high == pytest.approx(1.06 * math.sqrt(2) * 1.645e-33, rel=0.02)  # the margin is 3 % of both sides
    assert low == pytest.approx(-high)
    assert ax.texts[0].xy == pytest.approx((0, limit.threshold))


# --- forecast -------------------------------------------------------------------------------------


def test_forecast_of_an_upper_limit_is_logarithmic_in_exposure(forecast):
    ax = plot_forecast(forecast).axes[0]
    assert ax.get_xscale() == "log"
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), forecast.upper)
    assert ax.get_xlabel() == "Exposure [t yr]"


def test_forecast_of_a_two_sided_interval_shows_both_ends(forecast):
    ax = plot_forecast(replace(forecast, lower=-forecast.upper, against=None)).axes[0]
    assert ax.get_yscale() == "linear"
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), -forecast.upper)


# --- spectrum -------------------------------------------------------------------------------------


def test_spectrum_stacks_to_the_total_per_energy(spectrum):
    ax = plot_spectrum(spectrum).axes[0]
    top = ax.patches[0].get_data()
    np.testing.assert_allclose(top.values, spectrum.total / np.diff(spectrum.edges), rtol=1e-12)


def test_spectrum_takes_tiny_components_together(spectrum):
    labels = plot_spectrum(replace(spectrum, signal=("pp", "hep", "B8"))).axes[0].get_legend_handles_labels()[1]
    assert labels == ["pp", "other signal", "background $B_0$", "data"]


def test_spectrum_has_the_signal_on_top_in_the_order_of_the_legend(spectrum):
    ax = plot_spectrum(replace(spectrum, signal=("B0",))).axes[0]
    assert ax.get_legend_handles_labels()[1][0] == "background $B_0$"
    tops = np.array([patch.get_data().values for patch in ax.patches])
    floors = np.array([patch.get_data().baseline for patch in ax.patches])
    np.testing.assert_allclose(floors[:-1], tops[1:])
    np.testing.assert_allclose(floors[-1], 0, atol=1e-12)


def test_spectrum_sums_a_source_of_many_parts_and_repeats_no_colour(spectrum):
    parts = {f"reactor:{i}": np.full(3, 1.0 + i) for i in range(6)}
    backgrounds = {f"line{i}": np.full(3, 5.0) for i in range(9)}
    ax = plot_spectrum(replace(spectrum, counts=backgrounds | parts, signal=tuple(parts))).axes[0]
    labels = ax.get_legend_handles_labels()[1]
    assert labels[0] == "reactor"
    assert "other backgrounds" in labels
    colours = [patch.get_facecolor() for patch in ax.patches]
    assert len(set(colours)) == len(colours) == 8
    top = ax.patches[0].get_data()
    np.testing.assert_allclose((top.values - top.baseline) * np.diff(spectrum.edges), 21.0)


def test_spectrum_of_small_recoils_is_in_eV(spectrum):
    small = replace(spectrum, edges=0.02 * spectrum.edges, edge_unit="keVnr")
    ax, below = plot_spectrum(small).axes
    assert below.get_xlabel() == "Reconstructed energy [eVnr]"
    assert ax.get_xlim() == pytest.approx((0, 80))
    larger = plot_spectrum(replace(small, edges=spectrum.edges)).axes[1]
    assert larger.get_xlabel() == "Reconstructed energy [keVnr]"


def test_spectrum_says_what_is_no_data_and_where_it_comes_from(spectrum):
    ax = plot_spectrum(replace(spectrum, asimov=True, parameters={"mu_nu": 2e-11})).axes[0]
    assert ax.get_legend_handles_labels()[1][-1] == "Asimov data"
    assert ax.get_legend().get_title().get_text().startswith(f"{spectrum.experiment}, $\\mu_\\nu$ = ")


def test_spectrum_pulls_are_in_units_of_the_expected_error(spectrum):
    below = plot_spectrum(spectrum).axes[1]
    pulls = below.get_lines()[-1].get_ydata()
    np.testing.assert_allclose(pulls, (spectrum.observed - spectrum.total) / np.sqrt(spectrum.total))


def test_spectrum_with_a_baseline_draws_new_physics_as_a_line(spectrum):
    new = replace(spectrum, counts={**spectrum.counts, "pp": np.array([4.0, 6.0, 3.0])}, parameters={"mu_nu": 2e-11})
    ax = plot_spectrum(new, baseline=spectrum).axes[0]
    (line,) = _lines(ax, r"$\mu_\nu$ = $2\times10^{-11}$ $\mu_\mathrm{B}$")
    np.testing.assert_allclose(line.get_ydata()[::2], new.total / np.diff(new.edges))


def test_spectrum_with_another_binning_is_refused(spectrum):
    with pytest.raises(ValueError, match="different bins"):
        plot_spectrum(spectrum, baseline=replace(spectrum, edges=np.array([0.0, 1.0, 2.0, 4.0])))


# --- limits beside literature ---------------------------------------------------------------------


def _bars(ax):
    return [line.get_xdata() for line in ax.get_lines() if len(line.get_xdata()) == 2 and np.ptp(line.get_ydata()) == 0]


def test_limits_show_one_bar_a_bound_with_its_ends(limit):
    published = published_limits("a_nu_ee")
    ax = plot_limits([limit], published).axes[0]
    bars = _bars(ax)
    assert len(bars) == 1 + len(published)
    assert tuple(bars[0]) == (limit.lower, limit.upper)
    assert tuple(bars[1]) == (published[0].lower, published[0].upper)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[0] == "toy, this work (90 %)"
    assert names[1] == "TEXONO CsI 2010 (90 %)"


def test_positive_limits_over_decades_are_logarithmic_and_fit_in():
    published = published_limits("mu_nu_e")
    ax = plot_limits([], published).axes[0]
    assert ax.get_xscale() == "log"
    low, high = ax.get_xlim()
    uppers = [bound.upper for bound in published]
    assert low < min(uppers)
    assert max(uppers) < high


def test_open_end_of_a_charge_has_an_arrow(limit):
    half_open = replace(limit, lower=None, regions=((None, 1e-33),))
    ax = plot_limits([half_open, limit], []).axes[0]
    assert [line.get_marker() for line in ax.get_lines()].count("<") == 1


def test_limits_of_different_units_or_none_are_refused(limit):
    with pytest.raises(ValueError, match="different units"):
        plot_limits([limit], published_limits("mu_nu_e"))
    with pytest.raises(ValueError, match="nothing to draw"):
        plot_limits([], [])
