"""Figures of toy studies: every number of the record is where it belongs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from scipy.stats import chi2

from nulight.plotting import COLOURS, plot_coverage, plot_goodness, plot_look_elsewhere
from nulight.plotting.style import StyledFigure
from nulight.results import Coverage, Goodness, LookElsewhere


@pytest.fixture
def coverage():
    truths, levels = np.linspace(0, 4e-11, 5), np.array([0.68, 0.90, 0.95])
    shares = {"two-sided": np.array([0.95, 0.94, 0.90, 0.90, 0.86]), "cls": np.array([1, 0.97, 0.95, 0.91, 0.9])}
    critical = chi2.ppf(levels, 1) * np.array([0.6, 0.7, 1, 1, 1.4])[:, None]
    return Coverage(
        parameter="mu_nu_e",
        unit="mu_B",
        experiments=("one",),
        cl=0.9,
        truths=truths,
        intervals=tuple(shares),
        coverage=shares,
        lower={name: value - 0.007 for name, value in shares.items()},
        upper={name: np.minimum(value + 0.007, 1) for name, value in shares.items()},
        levels=levels,
        critical=critical,
        critical_lower=critical - 0.1,
        critical_upper=critical + 0.1,
        chi2_quantiles=chi2.ppf(levels, 1),
        at_zero=np.zeros(5),
        n_toys=2000,
        seed=1,
    )


def test_coverage_and_critical_values_are_drawn_with_errors(coverage):
    above, below = plot_coverage(coverage).axes
    drawn = {bar.get_label(): bar for bar in above.containers}
    assert list(drawn["two-sided"][0].get_ydata()) == list(coverage.coverage["two-sided"])
    assert [bar[0].get_ydata()[0] for bar in below.containers] == pytest.approx(list(coverage.critical[0]))
    assert above.get_ylim()[0] < 0.853
    assert below.get_xlabel().startswith("$\\mu_{\\nu_e}$ [$10^{-11}$")


def test_where_wilks_fails_is_grey(coverage):
    ax = plot_coverage(coverage).axes[0]
    grey = [patch for patch in ax.patches if patch.get_facecolor()[:3] == to_rgba(COLOURS["grey"])[:3]]
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in grey]
    covered = [any(low <= truth <= high for low, high in spans) for truth in coverage.truths]
    assert covered == [True, True, False, False, True]
    assert [text.get_text() for text in ax.get_legend().get_texts()].count("Wilks' theorem fails") == 1


def test_the_coverage_alone_goes_into_given_axes(coverage):
    ax = StyledFigure().subplots()
    figure = plot_coverage(coverage, ax)
    assert figure.axes == [ax]
    assert ax.get_xlabel()


def test_one_true_value_has_a_frame(coverage):
    first = {name: value[:1] for name, value in coverage.coverage.items()}
    one = replace(
        coverage,
        truths=coverage.truths[2:3],
        coverage=first,
        lower=first,
        upper=first,
        critical=coverage.critical[:1],
        critical_lower=coverage.critical[:1],
        critical_upper=coverage.critical[:1],
    )
    low, high = plot_coverage(one).axes[0].get_xlim()
    assert low < 2e-11 < high


def test_toys_and_chi2_have_the_same_number():
    toys = chi2.ppf((np.arange(4000) + 0.5) / 4000, 30)
    record = Goodness(
        experiments=("one",),
        statistic="saturated",
        observed=35.0,
        ndof=30,
        p_value=float(np.mean(toys >= 35)),
        p_lower=0.2,
        p_upper=0.3,
        p_asymptotic=float(chi2.sf(35, 30)),
        toys=toys,
    )
    ax = plot_goodness(record).axes[0]
    stairs = next(patch for patch in ax.patches if hasattr(patch, "get_data"))
    bars = [patch.get_height() for patch in ax.patches if not hasattr(patch, "get_data")]
    assert np.sum(bars) == 4000
    assert stairs.get_data().values == pytest.approx(bars, abs=4)
    assert ax.get_lines()[0].get_xdata()[0] == 35.0
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert any("30 dof" in label for label in labels)


@pytest.fixture
def search():
    masses = np.geomspace(1, 1000, 31)
    return LookElsewhere(
        coupling="mu_e4",
        unit="mu_B",
        mass="m_4",
        mass_unit="keV",
        experiments=("one",),
        masses=masses,
        best_fit=np.full(31, 1e-11),
        q0=9 * np.exp(-(np.log(masses / 30) ** 2)),
        best_mass=float(masses[15]),
        one_sided=True,
        p_local=0.00135,
        p_local_toys=0.002,
        p_local_lower=0.001,
        p_local_upper=0.003,
        p_global=0.02,
        p_global_lower=0.015,
        p_global_upper=0.025,
        levels=np.array([0.5, 1.0, 2.0]),
        upcrossings=2 * np.exp(-np.array([0.5, 1.0, 2.0]) / 2),
        upcrossing_errors=np.full(3, 0.05),
        p_upcrossings=np.full(3, 0.02),
        maxima=chi2.ppf((np.arange(500) + 0.5) / 500, 2),
    )


def test_local_and_global_significance_are_drawn(search):
    left, right = plot_look_elsewhere(search).axes
    assert left.get_xscale() == "log"
    assert left.get_lines()[0].get_ydata() == pytest.approx(np.sqrt(search.q0))
    assert left.get_lines()[1].get_xdata()[0] == search.best_mass
    toys, crossings = right.get_lines()[:2]
    assert right.get_yscale() == "log"
    assert np.interp(4.0, toys.get_xdata(), toys.get_ydata()) == pytest.approx(np.mean(search.maxima >= 4), abs=0.01)
    exact = 0.5 * chi2.sf(8.0, 1) + 2 * np.exp(-4.0)
    assert np.interp(8.0, crossings.get_xdata(), crossings.get_ydata()) == pytest.approx(exact, rel=0.01)


def test_the_local_significance_alone_goes_into_given_axes(search):
    ax = StyledFigure().subplots()
    assert plot_look_elsewhere(replace(search, q0=np.zeros(31)), ax).axes == [ax]
    assert ax.get_ylim() == (0, 1)
