"""Spectral functions and counts as records: published numbers, closed forms, and a grid that resolves every kink."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nulight as nl
from nulight.models.parameter import ParameterError
from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import PAIRS, AtomicScheme, momentum_transfer_squared, thresholds
from nulight.renp.pairs import POLE
from nulight.studies.renp.spectrum import spectrum_frequencies

NUFIT_5 = OscillationParameters(
    name="nufit-5", s2_12=0.304, s2_13=0.02220, s2_23=0.573, delta_cp=0.0, dm2_21=7.42e-5, dm2_31=2.515e-3, source="x"
)
DINH = nl.renp_experiment("yb-dinh-2012", oscillation=NUFIT_5)
YB = nl.renp_experiment("yb")
EXPERIMENTS = {
    "yb": YB,
    "massless": nl.renp_experiment("yb", lightest=0.0),
    "inverted": nl.renp_experiment("yb", lightest=0.03, ordering="inverted"),
    "xe": nl.renp_experiment("xe"),
    "generic": nl.renp_experiment("generic", nature="majorana", alpha_21=2.0),
    "coherent": nl.renp_experiment("yb", spin_sum="coherent"),
}


def test_weak_spectral_function_is_that_of_the_prototype():
    # an independent calculation with the rounded numbers of the literature; 0.5 % from the oscillation inputs
    expected = [0.2113, 0.1053, 0.06045, 0.04882, 0.04592, 0.04449, 0.02218, 0.001493]
    found = nl.renp_spectrum(DINH, [0.5, 1.0, *DINH.triggers])
    np.testing.assert_allclose(found.total, expected, rtol=5e-3)
    np.testing.assert_array_equal(found.total, found.parts["weak"])


def test_counts_a_day_are_those_of_the_prototype():
    found = nl.renp_events(DINH)
    np.testing.assert_allclose(found.per_day, [2.67, 2.16, 2.03, 1.97, 0.98, 0.066], rtol=5e-3)


def test_pairs_open_one_after_the_other():
    found = nl.renp_events(DINH)
    assert found.open_pairs == tuple(("11", "12", "22", "13", "23", "33")[: 6 - k] for k in range(6))
    assert list(found.thresholds.values()) == sorted(found.thresholds.values(), reverse=True)
    masses = DINH.neutrinos().masses
    for pair, (i, j) in PAIRS.items():  # q^2 = (m_i + m_j)^2
        closed = (DINH.scheme.E_eg - (masses[i] + masses[j]) ** 2 / DINH.scheme.E_eg) / 2
        assert found.thresholds[pair] == pytest.approx(closed, rel=1e-15)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_straight_lines_between_the_points_are_the_function(name):
    experiment = EXPERIMENTS[name]
    found = nl.renp_spectrum(experiment)
    E_eg, first, last = experiment.scheme.E_eg, found.omega[0], found.omega[-1]
    between = [w - E_eg * np.geomspace(1e-8, 1e-2, 500) for w in found.thresholds.values()]
    omega = np.concatenate([np.linspace(first, last, 2000), *between])
    omega = omega[(omega >= first) & (omega <= last)]
    exact = nl.renp_spectrum(experiment, omega).total
    # points grow apart in ratios of 1.575: the chord of a square root is 0.7 % of its height off, at worst
    assert np.abs(np.interp(omega, found.omega, found.total) - exact).max() < 1e-3 * exact.max()


@given(
    st.floats(0.2, 20.0),
    st.lists(st.floats(0.0, 0.05), min_size=3, max_size=3),
    st.lists(st.floats(1e-3, 0.05), max_size=2),
)
def test_frequencies_rise_from_two_fifths_to_just_above_the_last_threshold(E_eg, masses, poles):
    omega = spectrum_frequencies(E_eg, masses, poles)
    highest = thresholds(E_eg, masses).max()
    assert np.all(np.diff(omega) > 0)
    assert omega[0] == pytest.approx(0.4 * E_eg, rel=1e-12)
    assert omega[-1] < E_eg / 2
    assert omega[-1] >= min(highest, E_eg / 2 * (1 - 1e-8))
    inside = [w for w in thresholds(E_eg, masses).ravel() if 0.4 * E_eg < w < omega[-1]]
    for w in inside:
        assert np.abs(omega - w).min() < 2e-9 * E_eg


def test_the_pole_of_a_mediator_is_resolved_and_left_out():
    m = 0.05  # eV
    found = nl.renp_spectrum(YB, params={"gg_axial": 1e-27, "m_vector": 1e-3 * m})
    q2 = momentum_transfer_squared(found.omega, YB.scheme.E_eg)
    np.testing.assert_array_equal(np.isnan(found.total), np.abs(q2 - m**2) < POLE * q2)
    near = np.abs(q2 / m**2 - 1)
    assert np.count_nonzero((near > POLE) & (near < 0.02)) > 5
    assert "on the pole of a mediator of 0.05 eV" in found.warnings[0]
    assert not nl.renp_spectrum(YB, params={"gg_axial": 1e-27, "m_vector": 1.0}).warnings


def test_mass_of_a_mediator_from_the_defaults_counts():
    heavy = YB.with_defaults(m_vector=1e-3)
    a = nl.renp_spectrum(heavy, [1.0], {"gg_axial": 1e-24})
    b = nl.renp_spectrum(YB, [1.0], {"gg_axial": 1e-24, "m_vector": 1e-3})
    assert a.parts["vector"] == b.parts["vector"] != 0
    light = heavy.with_defaults(m_vector=5e-5)
    assert "0.05 eV" in nl.renp_spectrum(light, params={"gg_axial": 1e-27}).warnings[0]


def test_spectrum_does_not_depend_on_the_scan():
    other = nl.renp_experiment("yb", [0.7], days=3, efficiency=0.1, background=5)
    a, b = (nl.renp_spectrum(e, [0.9, 1.07], {"mu_12": 1e-11}) for e in (YB, other))
    np.testing.assert_array_equal(a.total, b.total)
    assert a.provenance == b.provenance
    assert "triggers_eV" not in a.provenance


def test_mass_set_is_mass_of_the_neutrinos():
    a = nl.renp_spectrum(YB, [1.0, 1.07], {"m_lightest": 0.02, "alpha_21": 1.0})
    b = nl.renp_spectrum(nl.renp_experiment("yb", lightest=0.02, alpha_21=1.0), [1.0, 1.07])
    np.testing.assert_array_equal(a.total, b.total)
    assert (a.thresholds, a.masses, a.conventions) == (b.thresholds, b.masses, b.conventions)


@settings(max_examples=20)
@given(
    st.floats(1e-13, 1e-10),
    st.floats(0.1, 1e3),
    st.floats(0.01, 1.0),
    st.floats(0.0, 10.0),
)
def test_counts_scale_with_time_and_efficiency_and_add_up(mu, days, efficiency, background):
    experiment = nl.renp_experiment("yb", days=days, efficiency=efficiency, background=background)
    found, unit = nl.renp_events(experiment, {"mu_11": mu}), nl.renp_events(YB.with_time(1.0), {"mu_11": mu})
    np.testing.assert_allclose(found.weak, unit.weak * days * efficiency, rtol=1e-12)
    np.testing.assert_allclose(found.new, unit.new * days * efficiency, rtol=1e-12)
    np.testing.assert_allclose(found.background, background * days, rtol=1e-12)
    np.testing.assert_allclose(found.total, experiment.expected({"mu_11": mu})[0].sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.per_day, efficiency * unit.per_day, rtol=1e-12)


def test_counts_are_rate_times_spectral_function():
    found = nl.renp_events(YB, {"gg_axial": 1e-27, "eps_13": 2e-11})
    assert set(found.spectral) == {"weak", "vector", "electric"}
    np.testing.assert_allclose(found.weak + found.new, YB.rate * YB.time * sum(found.spectral.values()), rtol=1e-12)


def test_new_physics_is_left_out_at_a_pole():
    omega = YB.triggers[3]
    mass = np.sqrt(momentum_transfer_squared(omega, YB.scheme.E_eg))
    found = nl.renp_events(YB, {"gg_axial": 1e-27, "m_vector": 1e-3 * float(mass)})
    assert np.flatnonzero(np.isnan(found.spectral["vector"])).tolist() == [3]
    assert found.new[3] == 0
    assert found.total[3] == found.weak[3]
    assert "1 of 6 frequencies, 1.0712 eV, are on the pole" in found.warnings[0]


def test_frequencies_above_the_thresholds_are_named():
    found = nl.renp_events(nl.renp_experiment("yb", [1.07, 1.0717]))
    assert found.open_pairs[1] == ()
    assert found.total[1] == 0
    assert found.warnings == ("above every threshold, where nothing is emitted: 1.0717 eV",)


def test_schemes_made_in_python_are_atoms():
    scheme = AtomicScheme(name="mine", E_eg=1.2, E_pg=1.5, gamma_pg=1e6, spin_factor=2.0)
    found = nl.renp_spectrum(nl.renp_experiment(scheme, [0.5]))
    assert found.atom == "mine"
    assert found.omega[0] == pytest.approx(0.48)


@pytest.mark.parametrize("call", [nl.renp_spectrum, nl.renp_events])
def test_wrong_parameters_are_refused(call):
    def at(params, experiment=YB):
        return call(experiment, params=params)

    with pytest.raises(ParameterError, match="did you mean: mu_1"):
        at({"mu_1": 1.0})
    with pytest.raises(ParameterError, match=r"mu_11 = -1\.0 mu_B is outside"):
        at({"mu_11": -1.0})
    with pytest.raises(ParameterError, match="no diagonal magnetic moment"):
        at({"mu_11": 1.0}, nl.renp_experiment("yb", nature="majorana"))
    with pytest.raises(TypeError, match="'yb' is a name, not an experiment"):
        call("yb")


def test_every_record_knows_where_it_comes_from():
    for found in (nl.renp_spectrum(YB, [1.0], {"mu_11": 1e-11}), nl.renp_events(YB, {"mu_11": 1e-11})):
        assert "arXiv:2206.11717" in found.citations
        assert {"arXiv:1209.4808"} <= set(found.citations)
        assert found.provenance["tables"]["yb.yaml"] == YB.scheme.sha256
        made = found.conventions
        assert made["Gamma_0_per_s"] == YB.rate
        expected = ("trace", "normal", "dirac", "nufit-6.0-no", 0.01)
        assert (*(made[key] for key in ("spin_sum", "ordering", "nature", "oscillation", "lightest_eV")),) == expected
        assert "Gamma_0" in found.definition


def test_masses_of_mediators_are_said_or_reported():
    massless = nl.renp_spectrum(YB, [1.0], {"gg_axial": 1e-26})
    assert massless.definition.endswith("; m_vector = 0 (massless)")
    assert "with: gg_axial = 1e-26" in repr(massless)
    heavy = nl.renp_events(YB, {"gg_axial": 1e-26, "m_vector": 1e-3})
    assert "massless" not in heavy.definition
    assert heavy.warnings == ()
    assert "with: gg_axial = 1e-26, m_vector = 0.001 keV" in repr(heavy)
    for idle in (nl.renp_spectrum(YB, [1.0], {"m_vector": 1e-3}), nl.renp_events(YB, {"yy_scalar": 0, "m_vector": 1})):
        assert "m_vector has no effect: none of its couplings (gg_axial" in idle.warnings[0]


def test_spectrum_does_not_depend_on_losses_and_background():
    found = nl.renp_spectrum(nl.renp_experiment("yb", efficiency=0.5, background=2.0), [1.0])
    for made in (found.conventions, found.provenance["conventions"]):
        assert not {"efficiency", "background_per_day", "rate_error"} & set(made)
    assert nl.renp_events(nl.renp_experiment("yb", efficiency=0.5)).conventions["efficiency"] == 0.5


def test_many_frequencies_are_not_named_one_by_one():
    found = nl.renp_events(nl.renp_experiment("yb", np.linspace(1.0, 1.0717, 2000)))
    assert "above every threshold, where nothing is emitted: " in found.warnings[0]
    assert len(found.warnings[0]) < 150
