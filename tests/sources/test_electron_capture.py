"""Electron-capture sources: lines, decay during the run, flux."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.sources import ELECTRON_CAPTURE, ElectronCapture, electron_capture_source
from nulight.sources.electron_capture import mean_decay_factor
from nulight.units import MCi, d

EFFECTIVE = 131.9**-2


# reference: 60 d 0.5177, 60.875 d (2 months) 0.5134, printed to four digits
@pytest.mark.parametrize(("days", "factor"), [(60, 0.5177), (60.875, 0.5134)])
def test_run_average_of_cr51_is_the_published_one(days, factor):
    assert mean_decay_factor(days * d, ELECTRON_CAPTURE["Cr51"].half_life) == pytest.approx(factor, abs=0.6e-4)


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.floats(-100, 100))
def test_decay_factor_composes_over_consecutive_runs(first, second, delay):
    whole = mean_decay_factor(first + second, 27.7, delay)
    parts = first * mean_decay_factor(first, 27.7, delay) + second * mean_decay_factor(second, 27.7, delay + first)
    assert whole * (first + second) == pytest.approx(parts, rel=1e-12)
    assert whole == pytest.approx(mean_decay_factor(first + second, 27.7) * 0.5 ** (delay / 27.7), rel=1e-12)


def test_decay_factor_has_its_limits():
    assert mean_decay_factor(0.0, 1.0) == 1.0
    assert mean_decay_factor(1e-12, 1.0) == pytest.approx(1.0, rel=1e-12)
    # a long run collects 1 / lambda
    assert mean_decay_factor(1e6, 1.0) * 1e6 == pytest.approx(1 / np.log(2), rel=1e-12)
    assert mean_decay_factor(0.0, 27.7, delay=27.7) == pytest.approx(0.5, rel=1e-14)


def test_flux_of_three_megacurie_at_the_effective_distance():
    source = electron_capture_source("Cr51", activity=3 * MCi, inverse_square=EFFECTIVE, decay="none")
    assert source.flux("Cr51").total()[0] == pytest.approx(5.077e11, rel=1e-4)
    averaged = electron_capture_source("Cr51", activity=3 * MCi, inverse_square=EFFECTIVE, run_time=60 * d)
    assert averaged.flux("Cr51").total()[0] == pytest.approx(5.077e11 * 0.5177, rel=2e-4)


def test_flux_of_five_megacurie_at_25_cm_matches_the_reference():
    # 2.355e13 at the start, 1.274e13 averaged over 55.4 d; half-life 27.70 d
    settings = {"activity": 5 * MCi, "inverse_square": 25.0**-2}
    start = electron_capture_source("Cr51", decay="none", **settings).fluxes[0].total()[0]
    averaged = electron_capture_source("Cr51", run_time=55.4 * d, **settings).fluxes[0].total()[0]
    assert start == pytest.approx(2.355e13, rel=3e-4)
    assert averaged == pytest.approx(1.274e13, rel=5e-4)


@pytest.mark.parametrize("name", ELECTRON_CAPTURE)
def test_branching_leaves_out_only_the_positron_branch(name):
    missing = 1 - sum(ELECTRON_CAPTURE[name].branching)
    # arXiv:2308.03965: I(beta+) = 1.4271 %, captures 48.50(6) + 50.08(6) %
    assert missing == pytest.approx({"Zn65": 0.0142}.get(name, 0.0), abs=1e-3 if name == "Zn65" else 1e-12)


def test_cr51_lines_of_the_paper_follow_from_q_value_and_edges():
    # ENSDF: Q = 752.45 keV, level at 320.08 keV fed in 9.93 %, K : L capture 0.8919 : 0.09268; V edges 5.465, 0.627
    K, L = 0.8919 / (0.8919 + 0.09268), 0.09268 / (0.8919 + 0.09268)
    energies = [752.45 - level - edge for level in (320.08, 0.0) for edge in (5.465, 0.627)]
    branching = [share * shell for share in (0.0993, 0.9007) for shell in (K, L)]
    cr51 = ELECTRON_CAPTURE["Cr51"]
    np.testing.assert_allclose(cr51.E_lines, energies, atol=0.5)  # printed to 1 keV
    np.testing.assert_allclose(cr51.branching, branching, atol=1e-3)  # printed to 0.001


def test_ar37_and_zn65_lines_are_where_the_literature_has_them():
    ar37, zn65 = ELECTRON_CAPTURE["Ar37"], ELECTRON_CAPTURE["Zn65"]
    # 37Ar: 811 keV (90.2 %) and 813 keV (9.8 %) in the source experiments
    assert ar37.E_lines[0] == pytest.approx(811.05, abs=0.02)
    assert ar37.branching[0] == pytest.approx(0.902, abs=1e-3)
    assert sum(ar37.branching[1:]) == pytest.approx(0.098, abs=1e-3)
    assert max(ar37.E_lines) < 813.87
    # 65Zn: 1343 keV to the ground state, 227.6 keV to the level at 1115.5 keV
    strongest = sorted(zip(zn65.branching, zn65.E_lines, strict=True))[-2:]
    np.testing.assert_allclose(sorted(E for _, E in strongest), [227.57, 1343.12], atol=0.01)
    assert sum(b for b, E in zip(zn65.branching, zn65.E_lines, strict=True) if E > 1000) == pytest.approx(0.4850)


@pytest.mark.parametrize("name", ELECTRON_CAPTURE)
def test_flux_is_pure_nu_e_and_proportional_to_activity_and_inverse_square(name):
    one = electron_capture_source(name, activity=1e15, inverse_square=1e-4, decay="none")
    more = electron_capture_source(name, activity=3e15, inverse_square=2e-4, decay="none", activity_width=0.01)
    flux = one.flux(name)
    assert one.name == name.lower()
    assert flux.helicity == "nu"
    np.testing.assert_array_equal(flux.matrices[0], np.diag([1, 0, 0]))
    assert more.flux(name).total()[0] == pytest.approx(6 * flux.total()[0], rel=1e-14)
    assert one.nuisances == ()
    (nuisance,) = more.nuisances
    assert (nuisance.name, nuisance.width, nuisance.components) == (f"activity_{name}", 0.01, (name,))


def test_own_nuclide_is_used_like_a_known_one():
    own = ElectronCapture(name="Fe55", half_life=2.756 * 365 * d, E_lines=(224.6,), branching=(1.0,), source="mine")
    source = electron_capture_source(own, activity=4 * np.pi, inverse_square=1.0, decay="none")
    assert source.flux("Fe55").E_max == 224.6
    assert source.flux("Fe55").total()[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"half_life": 0.0}, "half_life = 0.0 s must be positive"),
        ({"branching": (0.5, 0.5)}, "1 E_lines but 2 branching"),
        ({"E_lines": (-3.0,)}, "E_lines = \\(-3.0,\\) must all be positive"),
        ({"branching": (1.5,)}, "adds up to 1.5; it is per decay"),
    ],
)
def test_impossible_nuclides_are_refused(change, message):
    good = {"name": "X", "half_life": 1.0, "E_lines": (100.0,), "branching": (1.0,), "source": "test"}
    with pytest.raises(ValueError, match=message):
        ElectronCapture(**(good | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activity": 0.0}, "activity = 0.0 1/s must be positive"),
        ({"inverse_square": -1.0}, "inverse_square = -1.0 cm\\^-2 must be positive"),
        ({"run_time": None}, "needs run_time in s; use decay='none'"),
        ({"run_time": -5.0}, "run_time = -5.0 s must not be negative"),
        ({"decay": "half"}, "'half'; use 'average' or 'none'"),
        ({"activity_width": -0.1}, "activity_width = -0.1 must not be negative"),
        ({"start_delay": np.nan}, "delay = nan s must be finite"),
    ],
)
def test_impossible_sources_are_refused(change, message):
    good = {"activity": 1e17, "inverse_square": 1e-4, "run_time": 60 * d}
    with pytest.raises(ValueError, match=message):
        electron_capture_source("Cr51", **(good | change))


def test_unknown_nuclide_lists_the_known_ones():
    with pytest.raises(ValueError, match="'Fe55'; use one of: Cr51, Ar37, Zn65"):
        electron_capture_source("Fe55", activity=1.0, inverse_square=1.0, decay="none")
