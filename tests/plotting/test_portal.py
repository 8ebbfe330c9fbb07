"""Plots in the plane of mass and coupling: what is drawn, in which unit and style, and that it is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.legend import Legend

from nulight.constants import MU_B
from nulight.literature.curves import published_curves
from nulight.plotting import plot_portal, plot_scan, save_figure
from nulight.plotting.literature import literature_overlays, overlay_of
from nulight.plotting.overlays import _above_is_left, inside_frame
from nulight.results.portal import PortalLimit, PortalLimits
from nulight.results.portal_region import PortalRegion
from nulight.results.scan import ScanResult


def limit_record(name="one", *, planned=False, upper=1e-10, lower=0.0, parameter="mu_e4", last=500.0):
    m = np.geomspace(1.0, 1.1 * last, 30)
    curve = np.where(m < last, upper / np.sqrt(np.maximum(1 - (m / last) ** 2, 1e-9)), np.nan)
    return PortalLimit(
        parameter=parameter,
        unit="mu_B",
        experiments=(name,),
        m_4=m,
        lower=np.where(m < last / 5, lower, 0.0),
        upper=curve,
        best_fit=curve / 2,
        delta_chi2_at_zero=np.zeros(30),
        expected_upper=1.5 * curve,
        reachable=np.isfinite(curve),
        kinematic_end={"electrons": last},
        decay_length_m=np.full(30, 1e6),
        cl=0.9,
        interval="two-sided",
        threshold=2.706,
        planned=planned,
    )


def region_record(*, closed=True):
    ring = np.array([[2.0, 1e-11], [20.0, 1e-11], [20.0, 3e-11], [2.0, 3e-11]])
    return PortalRegion(
        parameter="mu_e4",
        unit="mu_B",
        experiments=("signal",),
        m_4=np.geomspace(1, 100, 5),
        couplings=np.geomspace(1e-12, 1e-9, 4),
        delta_chi2=np.ones((4, 5)),
        best_fit=(5.0, 2e-11),
        twice_nll=0.0,
        delta_chi2_at_zero=9.0,
        significance=3.0,
        levels={"90 %": 4.605},
        polygons={"90 %": (ring,)},
        zero_excluded={"90 %": closed},
    )


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].get_lines()}


def test_data_are_solid_and_planned_experiments_dashed():
    drawn = lines(plot_portal([limit_record(), limit_record("two", planned=True)]))
    assert drawn["one"].get_linestyle() == "-"
    assert drawn["two, planned"].get_linestyle() == "--"


def test_masses_are_in_keV_or_MeV_and_the_frame_shows_every_curve():
    figure = plot_portal(limit_record())
    assert figure.axes[0].get_xlabel() == "$m_4$ [keV]"
    sns = limit_record("sns", upper=2e-9, last=52e3)
    heavy = plot_portal([limit_record(), sns])
    ax = heavy.axes[0]
    assert ax.get_xlabel() == "$m_4$ [MeV]"
    assert ax.get_xlim()[1] == pytest.approx(1.3 * sns.m_4[np.isfinite(sns.upper)].max() / 1e3)
    low, high = ax.get_ylim()
    assert low < 1e-10
    assert high > 1e-7
    assert lines(heavy)["sns"].get_xdata()[0] == pytest.approx(1e-3)


def test_second_axis_is_the_dipole_coupling():
    ax = plot_portal(limit_record()).axes[0]
    (second,) = ax.child_axes
    second.figure.draw_without_rendering()
    np.testing.assert_allclose(second.get_ylim(), np.array(ax.get_ylim()) * MU_B, rtol=1e-6)


def test_one_curve_has_its_expectation_and_the_band_of_a_signal():
    figure = plot_portal(limit_record(lower=2e-11))
    assert "expected" in lines(figure)
    assert len(figure.axes[0].collections) == 1
    assert not plot_portal(limit_record()).axes[0].collections


@pytest.mark.parametrize("closed", [True, False])
def test_regions_of_a_signal_are_filled_and_others_outlined(closed):
    (patch,) = plot_portal([region_record(closed=closed), limit_record()]).axes[0].patches
    assert patch.get_fill() is closed or (patch.get_facecolor()[3] > 0) is closed


def legend_below(figure):
    return figure.axes[0].get_legend()


def entries(figure):
    return [text.get_text() for text in legend_below(figure).get_texts()]


def test_published_curves_stand_in_a_legend_under_the_frame():
    published = published_curves("mu_e4")
    figure = plot_portal([limit_record(upper=3e-9, last=52e3)], published)
    assert entries(figure) == [overlay_of(curve).label for curve in published]
    figure.draw_without_rendering()
    box, ax = legend_below(figure).get_window_extent(), figure.axes[0]
    assert figure.bbox.y0 <= box.y0 < box.y1 < ax.xaxis.label.get_window_extent().y0
    assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert "may be twice as large" in legend_below(figure).get_title().get_text()
    assert not ax.texts
    ours = [child for child in ax.get_children() if isinstance(child, Legend) and child is not ax.get_legend()]
    assert [text.get_text() for text in ours[0].get_texts()] == ["one", "expected"]


def test_masses_end_soon_after_the_limit_and_curves_beyond_are_named():
    figure = plot_portal(limit_record(), published_curves("mu_e4"))
    assert figure.axes[0].get_xlim()[1] < 1.3 * 500
    assert entries(figure) == ["BBN ($^4$He) (cosmo)*, side not known", "SN1987A (astro)*"]
    title = legend_below(figure).get_title().get_text()
    assert "outside the frame: SK atmospheric, Borexino, Borexino and SK (decays)" in title
    assert "LSND" in title
    near = plot_portal(limit_record(last=800.0), published_curves("mu_e4", names=["Borexino+SK"]))
    assert near.axes[0].get_xlim()[1] == pytest.approx(1.5 * 1006, rel=1e-3)


def test_masses_end_where_they_were_asked_to():
    record = replace(limit_record(), m_4=np.geomspace(1.0, 100.0, 30), upper=np.full(30, 1e-10))
    assert plot_portal(record).axes[0].get_xlim() == pytest.approx((1.0, 100.0))


def test_the_excluded_side_is_marked_and_the_edge_of_a_drawing_is_not_a_bound():
    drawn = {}
    for name in ("SK_atm_e", "LSND", "SN1987A", "BBN"):
        (curve,) = published_curves("mu_e4", names=[name])
        ax = plot_portal([limit_record(upper=3e-9, last=52e3)], [curve]).axes[0]
        (line,) = [line for line in ax.get_lines() if len(line.get_xdata()) == len(curve.m_4)]
        drawn[name] = (line, len(ax.patches))
    assert [bool(drawn[name][0].get_path_effects()) for name in drawn] == [True, True, False, False]
    assert [drawn[name][1] for name in drawn] == [0, 0, 1, 0]
    edge = drawn["SN1987A"][0].get_xdata()
    assert edge[0] != edge[-1]


def test_what_lies_above_is_on_the_left_of_a_line_to_the_right():
    m, mu = np.array([1.0, 2.0, 4.0]), np.array([3.0, 1.0, 2.0])
    assert _above_is_left(m, mu)
    assert not _above_is_left(m[::-1], mu[::-1])
    turning = np.array([1.0, 4.0, 3.0]), np.array([1.0, 1.0, 5.0])
    assert _above_is_left(*turning)


def test_a_line_that_only_crosses_the_frame_is_seen():
    (overlay,) = literature_overlays("mu_mu4", "NOMAD")
    assert inside_frame(overlay, (1e4, 2e4), (1e-8, 1e-6))
    assert not inside_frame(overlay, (1e4, 2e4), (1e-12, 1e-9))


def test_many_curves_have_their_legend_beside_the_frame_and_fit_on_paper(tmp_path):
    curves = tuple(limit_record(f"experiment-{i}", upper=1e-11 * 1.2**i) for i in range(40))
    table = PortalLimits(parameter="mu_e4", unit="mu_B", cl=0.9, interval="two-sided", curves=curves)
    figure = plot_portal(table)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 > figure.axes[0].get_window_extent().x1
    assert box.x1 <= figure.bbox.x1
    assert box.y1 <= figure.bbox.y1
    assert save_figure(figure, tmp_path / "many.png").stat().st_size > 10_000


def test_couplings_are_not_mixed_and_nothing_is_an_error():
    with pytest.raises(ValueError, match="one plane has one coupling"):
        plot_portal([limit_record(), limit_record(parameter="mu_mu4")])
    with pytest.raises(ValueError, match="no curve has a limit"):
        plot_portal([])


def scan_record(*shape):
    names = ("mu_e4", "m_4", "mu_nu")[: len(shape)]
    axes = [np.geomspace(1e-12, 1e-10, n) for n in shape]
    grids = np.meshgrid(*(np.log10(axis) + 11 for axis in axes), indexing="ij")
    chi2 = sum(grid**2 * 20 for grid in grids)
    return ScanResult(
        parameters=names,
        units=("mu_B", "keV", "mu_B")[: len(shape)],
        experiments=("one",),
        grid=dict(zip(names, axes, strict=True)),
        delta_chi2=chi2 - chi2.min(),
        best=dict.fromkeys(names, 1e-11),
        twice_nll=0.0,
    )


def test_scans_of_one_and_two_parameters_are_drawn_on_logarithmic_axes():
    curve = plot_scan(scan_record(30)).axes[0]
    assert (curve.get_xscale(), curve.get_yscale()) == ("log", "linear")
    figure = plot_scan(scan_record(30, 20))
    assert (figure.axes[0].get_xscale(), figure.axes[0].get_yscale()) == ("log", "log")
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == [r"1$\sigma$, 2 dof", "90 %, 2 dof", r"2$\sigma$, 2 dof", "lowest point"]
