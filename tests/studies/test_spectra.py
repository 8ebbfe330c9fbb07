"""Spectra as records: projections of cards with further axes, pulls, and the signal under every preset."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.conventions import NUCLEAR_CHOICES, PRESETS
from nulight.studies.spectra import compared_conventions, spectrum

XENON, CSI, GERMANIUM = "xenonnt-2022-er", "coherent-csi-2021", "dresden-ii-2022"


@pytest.fixture(scope="module")
def csi():
    return nl.load(CSI)


def test_axes_are_projections_of_the_same_counts(csi):
    result = spectrum(csi, {"mu_nu_mu": 2e-9})
    (time,) = result.projections
    assert (result.edge_unit, time.name, time.unit) == ("PE", "time", "s")
    assert len(result.observed) == csi.frame.shape[0]
    assert len(time.observed) == csi.frame.shape[1]
    assert time.observed.sum() == result.observed.sum() == csi.observed.sum()
    for name, counts in result.counts.items():
        assert time.counts[name].sum() == pytest.approx(counts.sum(), rel=1e-12)
    assert "added up over time" in result.definition
    assert [p["name"] for p in result.to_dict()["projections"]] == ["time"]


def test_parametric_backgrounds_are_among_the_components():
    experiment = nl.load(GERMANIUM)
    result = spectrum(experiment)
    assert set(result.counts) == {*experiment.components, *(form.name for form in experiment.parametric)}
    assert result.sigma == pytest.approx(experiment.sigma)
    assert result.pulls == pytest.approx((result.observed - result.total) / experiment.sigma, rel=1e-12)
    assert result.chi2 == pytest.approx(nl.fit(experiment).chi2, rel=0.1)  # the card's values are near the best fit


def test_sources_are_told_from_backgrounds_and_summed_if_they_have_many_parts():
    result = spectrum(nl.load(XENON))
    assert set(result.counts) - set(result.signal) == {"B0"}
    assert result.by_source(8).keys() == result.counts.keys()
    grouped = result.by_source(4)
    assert list(grouped) == ["solar", "B0"]
    assert grouped["solar"] == pytest.approx(result.total - result.counts["B0"], rel=1e-12)


def test_pulls_of_counts_are_in_units_of_the_expected_error():
    result = spectrum(nl.load(XENON))
    assert result.pulls == pytest.approx((result.observed - result.total) / np.sqrt(result.total), rel=1e-12)
    assert result.to_dict()["chi2"] == pytest.approx((result.pulls**2).sum())
    assert f"{result.chi2:.4g} in 29 bins" in repr(result)


def test_a_bin_without_expectation_has_no_finite_pull():
    result = spectrum(nl.load(XENON))
    nothing = dict.fromkeys(result.counts, np.zeros(29))
    empty = nl.results.SpectrumResult(experiment="x", edges=result.edges, counts=nothing, observed=np.eye(29)[3])
    assert empty.pulls[3] == np.inf
    assert not np.delete(empty.pulls, 3).any()
    assert empty.to_dict()["chi2"] is None


def test_expectations_have_no_pulls():
    assert "chi2" not in spectrum(nl.load("xenonnt-51cr")).to_dict()


def test_proxies_say_so():
    assert "proxy" in spectrum(nl.load("xlzd-51cr")).warnings[0]
    assert spectrum(nl.load(XENON)).warnings == ()


def test_signal_is_compared_with_the_default():
    rows = compared_conventions(lambda preset: nl.load(CSI, conventions=preset))
    by_name = {row.conventions: row for row in rows}
    assert rows[0].conventions == "default"
    assert set(by_name) == set(PRESETS)
    tree = by_name["tree"]
    assert tree.ratio == tree.signal / rows[0].signal
    assert tree.signal == pytest.approx(nl.load(CSI, conventions="tree").signal.counts({}).sum(), rel=1e-12)
    assert sum(tree.components.values()) == pytest.approx(tree.signal, rel=1e-12)


def test_presets_about_nuclei_are_left_out_for_electrons():
    rows = compared_conventions(lambda preset: nl.load(XENON, conventions=preset))
    names = {row.conventions for row in rows}
    own = PRESETS["default"].to_dict()
    for name, preset in PRESETS.items():
        different = {key for key, value in preset.to_dict().items() if value != own[key]} - {"name"}
        assert (name in names) == (name == "default" or bool(different - set(NUCLEAR_CHOICES)))


def test_presets_that_cannot_answer_say_why():
    rows = compared_conventions(lambda preset: nl.load(XENON, conventions=preset))
    (rrpa,) = [row for row in rows if row.conventions == "corona-2022"]
    assert (rrpa.signal, rrpa.ratio) == (None, None)
    assert rrpa.error.startswith(f"{XENON}, electron-recoil: RRPA: the bin")
