"""Corner figures: labels in scaled units that do not overlap, the marks, what cannot be drawn."""

from __future__ import annotations

import sys
from itertools import combinations

import numpy as np
import pytest

from nulight.plotting import plot_posterior, save_figure
from nulight.results import Marginal, Posterior
from nulight.results.credible import weighted_quantile

UNITS = {
    "mu_nu": "mu_B",
    "r2_nu_ee": "cm^2",
    "sin2_theta_w": "",
    "xenonnt_background": "",
    "mu_e4": "mu_B",
    "lambda_12_phase": "rad",
}


def posterior_of(names):
    rng, n = np.random.default_rng(0), 3000
    g = rng.standard_normal((n, 4))
    columns = {
        "mu_nu": 5e-12 * np.abs(g[:, 0]),
        "r2_nu_ee": -1e-32 + 2e-32 * (g[:, 1] + g[:, 0]),
        "sin2_theta_w": 0.2386 + 0.01 * g[:, 2],
        "xenonnt_background": 0.1 * g[:, 3],
        "mu_e4": 10 ** (-13 + 2 * rng.random(n)),
        "lambda_12_phase": rng.uniform(0, 2 * np.pi, n),
    }
    weights = rng.random(n)
    weights /= weights.sum()
    return Posterior(
        names=tuple(names),
        units=tuple(UNITS[name] for name in names),
        parameters=tuple(names),
        experiments=("toy",),
        samples=np.stack([columns[name] for name in names], axis=1),
        weights=weights,
        log_posterior=np.zeros(n),
        cl=0.90,
        marginals=tuple(_marginal(name, columns[name], weights) for name in names),
        nuisances="sample",
        sampler="dynesty",
        seed=1,
        converged=True,
    )


def _marginal(name, x, weights):
    low, left, median, right, high = weighted_quantile(x, weights, [0.05, 0.1, 0.5, 0.9, 0.95])
    return Marginal(
        name=name,
        unit=UNITS[name],
        prior="flat",
        logarithmic=name == "mu_e4",
        circle=(0.0, 2 * np.pi) if name.endswith("phase") else None,
        best_fit=0.0 if name == "mu_nu" else median,
        mean=median,
        std=median,
        median=median,
        equal_tailed=(low, high),
        highest_density=(low, high),
        lower=left,
        upper=right,
        effective_size=1500.0,
    )


def texts_of(figure):
    """Texts that are drawn, and where."""
    figure.draw_without_rendering()
    for ax in figure.axes:
        texts = list(ax.get_legend().get_texts()) if ax.get_legend() else []
        if ax.get_frame_on():
            for axis in (ax.xaxis, ax.yaxis):
                low, high = sorted(axis.get_view_interval())
                ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
                texts += [axis.label, *(tick.label1 for tick in ticks)]
        yield from ((text.get_text(), text.get_window_extent()) for text in texts if text.get_text())


@pytest.mark.parametrize("n", [1, 2, 6])
def test_no_text_touches_another_or_leaves_the_figure(n):
    figure = plot_posterior(posterior_of(list(UNITS)[:n]))
    width, height = figure.get_size_inches() * figure.dpi
    texts = [(text, box) for text, box in texts_of(figure) if box.width]
    assert len(texts) > 3 * n
    for text, box in texts:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, a), (other, b) in combinations(texts, 2):
        assert not a.overlaps(b), (one, other)


def test_couplings_have_their_power_of_ten_in_the_label():
    figure = plot_posterior(posterior_of(["mu_nu", "r2_nu_ee"]))
    below = [ax.get_xlabel() for ax in figure.axes[2:]]
    assert below[0] == r"$\mu_\nu$ [$10^{-11}$ $\mu_\mathrm{B}$]"
    assert "10^{-31}" in below[1] or "10^{-32}" in below[1]
    assert figure.axes[2].get_ylabel() == below[1]


def test_logarithmic_priors_have_logarithmic_axes():
    figure = plot_posterior(posterior_of(["mu_nu", "mu_e4"]))
    assert [figure.axes[2].get_xscale(), figure.axes[2].get_yscale()] == ["linear", "log"]


def test_interval_and_best_fit_are_marked_where_they_are():
    posterior = posterior_of(["mu_nu", "sin2_theta_w"])
    figure = plot_posterior(posterior)
    first, _, plane, second = figure.axes
    for ax, m in ((first, posterior.marginals[0]), (second, posterior.marginals[1])):
        places = [line.get_xdata()[0] for line in ax.lines]
        np.testing.assert_allclose(places, [*m.equal_tailed, m.best_fit], rtol=1e-12)
    assert plane.lines[-1].get_xydata().tolist() == [[m.best_fit for m in posterior.marginals]]
    legend = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert legend == ["68 %", "90 %", "90 % interval", "best fit"]


def test_parameters_can_be_chosen_and_saved(tmp_path):
    posterior = posterior_of(list(UNITS))
    figure = plot_posterior(posterior, ["sin2_theta_w", "xenonnt_background"])
    assert len(figure.axes) == 4
    assert save_figure(figure, tmp_path / "corner.png").stat().st_size > 5000


def test_what_cannot_be_drawn_is_told(monkeypatch):
    posterior = posterior_of(["mu_nu", "sin2_theta_w"])
    with pytest.raises(ValueError, match="'q_nu' was not sampled"):
        plot_posterior(posterior, ["q_nu"])
    with pytest.raises(ValueError, match="13 parameters; a corner figure has room for 12"):
        plot_posterior(posterior, ["mu_nu"] * 13)
    monkeypatch.setitem(sys.modules, "corner", None)
    with pytest.raises(ValueError, match=r"this needs corner .*: install nulight\[sample\]"):
        plot_posterior(posterior)
