"""Searches at many masses: tabulated counts give what the model itself gives, and are not used where they would not."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.inference.intervals import interval_of
from nulight.inference.profile import minimise
from nulight.studies.mass_search import mass_search

MASSES = np.array([5.0, 100.0, 400.0])


@pytest.fixture(scope="module")
def experiment():
    return nl.load("xenonnt-2022-er")


def test_tabulated_masses_have_the_significance_of_the_model(experiment):
    search = mass_search(experiment, "mu_e4", MASSES, "m_4", {}, {})
    assert search.table is not None
    q0, best, converged = search.q0()
    assert converged.all()
    for i, m in enumerate(MASSES):
        found = interval_of(experiment, "mu_e4", fixed={"m_4": m})
        assert best[0, i] == pytest.approx(found.best_fit, rel=1e-3, abs=1e-13)
        nothing, signal = minimise(experiment, {"mu_e4": np.array([0.0, found.best_fit]), "m_4": m}).twice_nll
        assert q0[0, i] == pytest.approx(nothing - signal, abs=1e-6)


def test_masses_one_by_one_have_the_significance_of_the_table(experiment):
    """A further parameter, profiled next to nowhere, takes the way without the table."""
    alone = mass_search(experiment, "mu_e4", MASSES[2:], "m_4", {}, {"sin2_theta_w": (0.23857, 0.23857)})
    assert alone.table is None
    tabulated = mass_search(experiment, "mu_e4", MASSES[2:], "m_4", {"sin2_theta_w": 0.23857}, {})
    assert alone.q0()[0] == pytest.approx(tabulated.q0()[0], abs=1e-6)
    assert list(alone.reachable) == list(tabulated.reachable)


def test_fourth_powers_of_a_coupling_are_not_tabulated():
    """A light vector interferes with the weak current: counts go with its coupling squared and to the fourth.

    The strongest signals are far beyond what toys without one can show.
    """
    true = {"g_vector": 3e-6, "m_vector": 20.0}
    experiment = nl.asimov(nl.load("51cr-cevns-ge"), true)
    search = mass_search(experiment, "g_vector", np.array([20.0]), "m_vector", {}, {})
    assert search.table is None
    q0, best, converged = search.q0()
    nothing, signal = minimise(experiment, {"g_vector": np.array([0.0, 3e-6]), "m_vector": 20.0}).twice_nll
    assert converged.all()
    assert signal == pytest.approx(0, abs=1e-8)
    assert q0[0, 0] == pytest.approx(nothing, rel=1e-8)
    assert best[0, 0] == pytest.approx(3e-6, rel=1e-4)
