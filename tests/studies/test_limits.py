"""Combinations of recoil experiments with scans of trigger frequencies: what may stand together, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.inference.intervals import limit

RECOILS = nl.load("xenonnt-2022-er")
SCAN = nl.renp_experiment("generic", days=1e-3, nature="majorana")


def test_recoils_and_a_scan_make_one_model() -> None:
    both = nl.combine(SCAN, RECOILS)
    assert both.name == "renp-generic+xenonnt-2022-er"
    assert "foreign" not in repr(both)
    ends = [limit(model, "lambda_12").upper for model in (SCAN, RECOILS, both)]
    assert None not in ends
    assert ends[2] < max(ends[:2])
    assert limit(both, "lambda_12").warnings == ()


def test_a_parameter_of_one_part_alone_is_reported() -> None:
    both = limit(nl.combine(SCAN, RECOILS), "mu_12")
    assert both.warnings == ("xenonnt-2022-er does not depend on mu_12; all of them depend on lambda_12",)
    assert both.upper == pytest.approx(limit(SCAN, "mu_12").upper, rel=1e-6)


def test_neutrinos_must_be_the_same_everywhere() -> None:
    dirac = nl.renp_experiment("yb")
    with pytest.raises(ValueError, match="renp-yb has Dirac neutrinos, the conventions 'default' of xenonnt-2022-er"):
        nl.combine(dirac, RECOILS)
    conventions = nl.get_conventions("default").with_changes(neutrinos="dirac")
    assert nl.combine(dirac, nl.load("xenonnt-2022-er", conventions=conventions)).name == "renp-yb+xenonnt-2022-er"
    with pytest.raises(ValueError, match=r"different neutrinos: lightest_eV 0\.01 and 0.02"):
        nl.combine(dirac, nl.renp_experiment("generic", lightest=0.02))
    with pytest.raises(ValueError, match=r"two scans are called 'renp-yb'; .* name="):
        nl.combine(dirac, nl.renp_experiment("yb", [1.0]))


def test_phases_are_searched_over_one_period_around_their_own_value() -> None:
    for own in (0.0, 5.0):
        scan = nl.renp_experiment("generic", nature="majorana", days=1e-4, alpha_21=own)
        (region,) = limit(scan, "alpha_21").regions
        np.testing.assert_allclose(region, (own - np.pi, own + np.pi), rtol=1e-12)
    with pytest.raises(ValueError, match="Majorana phases have no effect on Dirac neutrinos"):
        limit(nl.renp_experiment("generic"), "alpha_21")
