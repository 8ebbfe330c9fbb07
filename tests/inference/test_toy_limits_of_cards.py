"""Intervals from pseudo-experiments of shipped experiments."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.io.bibtex import bibtex


@pytest.fixture(scope="module")
def chromium():
    return nl.toy_limit(nl.load("51cr-cevns-ge"), "mu_nu_e", n_toys=400, seed=5)


def test_a_planned_experiment_without_a_signal_expects_its_own_limit(chromium):
    """Its data are Asimov data: the observed interval is the median of the expected ones."""
    expected, error = chromium.expected.upper[2], chromium.expected.upper_error[2]
    assert chromium.upper == pytest.approx(expected, abs=5 * np.hypot(error, chromium.upper_error), rel=0)
    assert chromium.expected.asymptotic[2] == pytest.approx(chromium.asymptotic.upper, rel=1e-3)


def test_thousands_of_counts_per_bin_are_nearly_asymptotic(chromium):
    """Only the bound at zero is not; at the upper end it matters little."""
    assert chromium.upper == pytest.approx(chromium.asymptotic.upper, abs=5 * chromium.upper_error, rel=0)
    assert (chromium.lower, chromium.lower_error) == (0.0, 0.0)
    assert chromium.n_unconverged == 0


def test_the_method_is_cited_with_its_paper(chromium):
    text = bibtex(chromium.citations)
    assert "Unified approach to the classical statistical analysis" in text
    assert "physics/9711021" in text


@pytest.mark.slow
def test_coherent_has_a_feldman_cousins_interval_with_all_its_nuisances():
    found = nl.toy_limit(nl.load("coherent-csi-2021"), "mu_nu_mu", n_toys=60, seed=1)
    assert 0.5 < found.upper / found.asymptotic.upper < 2
    assert found.n_unconverged == 0
    assert len(found.nuisances) == 7
