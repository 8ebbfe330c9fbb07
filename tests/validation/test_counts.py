"""Counts of the validation against the long way round."""

import numpy as np
import pytest

import nulight as nl
from nulight.conventions import PRESETS
from nulight.validation.counts import (
    events_of_flux,
    extra_events,
    light_ratio,
    signal_events,
    span_of_presets,
    stepping_seen,
    time_share,
)
from nulight.validation.workspace import Workspace

WORK = Workspace()
CSI, LAR = "coherent-csi-2021", "coherent-lar-2020"


def signal(spectrum):
    return sum(counts for name, counts in spectrum.counts.items() if name in ("sns", "cr51", "B8", "hep"))


def test_signal_events_are_those_of_the_spectrum_in_total_and_by_bin():
    counts = signal(nl.spectrum(nl.load(LAR)))
    assert signal_events(WORK, experiment=LAR).value == pytest.approx(counts.sum())
    bins = [signal_events(WORK, experiment=LAR, energy_bin=i + 1).value for i in range(len(counts))]
    assert bins == pytest.approx(counts.tolist())


def test_signal_events_of_two_cards_add_up():
    each = [signal_events(WORK, experiment=f"xenonnt-b8-sr{run}").value for run in (0, 1)]
    both = signal_events(WORK, experiment=["xenonnt-b8-sr0", "xenonnt-b8-sr1"]).value
    assert both == pytest.approx(sum(each))


def test_events_per_exposure_do_not_depend_on_it():
    rate = signal_events(WORK, experiment="solar-b8-xe", per="t yr").value
    longer = signal_events(WORK, experiment="solar-b8-xe", per="t yr", changes={"exposure": "7 t yr"}).value
    assert longer == pytest.approx(rate)
    # 1000 kg and 365.25 d
    assert signal_events(WORK, experiment="solar-b8-xe", per="kg d", factor=365250.0).value == pytest.approx(rate)


def test_extra_events_are_those_of_the_coupling_and_go_with_its_square():
    parts = nl.load(CSI).by_interaction({"mu_nu_mu": 1e-9})
    magnetic = sum(counts.sum() for name, counts in parts.items() if name.startswith("magnetic"))
    one, two = (extra_events(WORK, experiment=CSI, parameters={"mu_nu_mu": mu}) for mu in (1e-9, 2e-9))
    assert one.value == pytest.approx(magnetic)
    assert two.value == pytest.approx(4 * one.value)
    assert one.details["share"] == pytest.approx(one.value / one.details["standard_model"])


def test_fluxes_add_up_to_the_signal_at_all_times():
    changes = {"axes": None, "observed": {"kind": "asimov"}, "backgrounds": [], "nuisances": []}
    total = signal_events(WORK, experiment=CSI, changes=changes).value
    parts = [events_of_flux(WORK, experiment=CSI, flux=name) for name in ("nu_mu", "nu_e", "nubar_mu")]
    assert sum(part.value for part in parts) == pytest.approx(total)
    assert [part.details["total"] for part in parts] == pytest.approx([total] * 3)


def test_time_shares_and_fluxes_give_the_counts_of_the_card():
    parts = {name: events_of_flux(WORK, experiment=CSI, flux=name).value for name in ("nu_mu", "nu_e", "nubar_mu")}
    seen = sum(n * time_share(WORK, experiment=CSI, flux=name).value for name, n in parts.items())
    assert seen == pytest.approx(signal_events(WORK, experiment=CSI).value)


def test_span_is_that_of_the_presets_one_by_one():
    measured = span_of_presets(WORK, experiment="solar-b8-xe", prefix="code-")
    names = [name for name in PRESETS if name.startswith("code-")]
    totals = [nl.load("solar-b8-xe", conventions=name).expected({}).sum() for name in names]
    assert measured.value == pytest.approx(max(totals) / min(totals) - 1)
    assert len(measured.details) == len(names)
    standard = nl.load("solar-b8-xe").expected({}).sum()
    assert measured.details["code_smallest"] == pytest.approx(totals[names.index("code-smallest")] / standard - 1)


def test_light_of_a_constant_quenching_goes_with_the_energy():
    measured = light_ratio(WORK, experiment="coherent-csi-2017", low_keV=70.0, high_keV=100.0)
    assert measured.value == pytest.approx(10 / 7)
    assert measured.details == pytest.approx(dict.fromkeys(("slope", "at_20", "at_60", "at_166"), 0.0878))


def test_light_of_csi_2021_has_its_smallest_slope_where_the_polynomial_has():
    measured = light_ratio(WORK, experiment=CSI, low_keV=70.0, high_keV=100.0)
    x = np.linspace(0, 0.2, 200001)
    light = 0.0554628 * x + 4.30681 * x**2 - 111.707 * x**3 + 840.384 * x**4
    assert measured.details["slope"] == pytest.approx(np.diff(light).min() / np.diff(x)[0], rel=1e-3)
    assert measured.value == pytest.approx(light[100000] / light[70000])


def test_stepping_takes_nothing_more_away_if_nothing_is_laid_over():
    arguments = {"experiment": "xenon1t-2020-er", "parameters": {"mu_e4": 1e-11, "m_4": 10.0}, "conventions": "default"}
    measured = stepping_seen(WORK, **arguments, whole={})
    assert measured.value == pytest.approx(1)
    assert 0.05 < measured.details["seen"] < 0.15  # of 54 electrons two to eight are bound by more than the recoil has
    assert measured.details["free_limit"] < measured.details["limit"]
