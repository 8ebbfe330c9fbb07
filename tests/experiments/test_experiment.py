"""Experiments: expected counts of cards against independent numbers and identities."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight import units
from nulight.conventions import get_conventions
from nulight.data import read_package_table
from nulight.experiments import Experiment, load
from nulight.inference.intervals import interval_of
from nulight.inference.model import CountModel
from nulight.models.couplings import OwnInteraction, electron_terms
from nulight.models.parameters import Parameter, ParameterError
from nulight.rates import recoil_spectrum


@pytest.fixture(scope="module")
def xenonnt() -> Experiment:
    return load("xenonnt-2022-er")


@pytest.fixture(scope="module")
def source_run() -> Experiment:
    return load("xenonnt-51cr:6t")


def test_an_experiment_is_a_count_model(xenonnt: Experiment) -> None:
    assert isinstance(xenonnt, CountModel)
    counts = xenonnt.expected({})
    assert counts.shape == (1, len(xenonnt.components), 29)
    assert set(xenonnt.scales) == set(xenonnt.components)


def test_standard_model_expectation_is_the_published_background(xenonnt: Experiment) -> None:
    # B0 contains the solar signal: taking it off and adding it again gives B0, bin by bin
    assert xenonnt.expected({})[0].sum(axis=0) == pytest.approx(xenonnt.loaded.background_counts()["B0"], rel=1e-12)
    assert xenonnt.expected({}).sum() == pytest.approx(426.5, abs=0.1)


def test_solar_events_of_xenonnt_agree_with_the_independent_rate() -> None:
    # an independent calculation with stepping, tree couplings and P_ee = 0.553 gives 81.6 in 1-30 keV
    tree = get_conventions("tree").with_changes(solar_p_ee=0.553)
    solar = load("xenonnt-2022-er", conventions=tree)
    assert solar.expected({})[0, :-1].sum() == pytest.approx(81.6, rel=0.01)


def test_solar_rate_is_that_of_the_xenon1t_release_before_the_detector() -> None:
    # stepping, before efficiency and resolution. The table's header states 4.5 % for such a calculation; the
    # L shells are left out, where the step of the release lies at other energies
    table = read_package_table("experiments/tables/xenon1t_er2020/solar_nu_rate.csv")
    T, published = table.numbers("e_keV"), table.numbers("rate")
    solar = load("xenon1t-2020-er")
    terms = {"nu": electron_terms({}, solar.conventions, "nu")}
    ours = recoil_spectrum(solar.folder.fluxes, solar.folder.target, terms, T, solar.folder.mixing).sum(axis=0)
    inside = (T > 2) & (T < 100) & ~((T > 4.5) & (T < 6))
    ratio = (ours * units.t * units.yr)[inside] / published[inside]
    assert np.abs(ratio - 1).max() < 0.045


def test_events_of_the_source_run_are_the_independent_numbers(source_run: Experiment) -> None:
    # 4.30e3 in 1-140 keV, 871 to 30 keV and 2139 to 70 keV for 1 t yr at 3 MCi without decay
    counts = source_run.expected({})[0, 0]
    assert counts.sum() == pytest.approx(4.30e3, rel=0.01)
    assert counts[:29].sum() == pytest.approx(871, rel=0.01)
    assert counts[:69].sum() == pytest.approx(2139, rel=0.01)


@pytest.mark.parametrize(("a", "change"), [(1e-32, -0.221), (6.896e-34, -0.0164), (-1e-32, 0.257)])
def test_anapole_changes_the_rate_of_the_source(source_run: Experiment, a: float, change: float) -> None:
    shifted, plain = source_run.expected({"a_nu_ee": a})[0, 0], source_run.expected({})[0, 0]
    assert shifted.sum() / plain.sum() - 1 == pytest.approx(change, rel=0.02)


def test_points_are_evaluated_together_as_one_by_one(xenonnt: Experiment) -> None:
    mu, q = np.array([0.0, 1e-11, 3e-11]), np.array([1e-13, 0.0, -2e-13])
    together = xenonnt.expected({"mu_nu_e": mu, "q_nu_ee": q})
    single = [xenonnt.expected({"mu_nu_e": m, "q_nu_ee": v})[0] for m, v in zip(mu, q, strict=True)]
    assert together == pytest.approx(np.stack(single), rel=1e-12)


@pytest.mark.parametrize("name", ["m_4", "R_n", "eps_u_ee"])
@pytest.mark.parametrize("values", [[5.0, 5.0, 5.0], [4.0, 5.0, 6.0]])
def test_points_that_count_the_same_are_all_there(xenonnt: Experiment, name: str, values: list[float]) -> None:
    counts = xenonnt.expected({name: np.array(values)})
    assert len(counts) == 3
    assert counts == pytest.approx(np.repeat(xenonnt.expected({}), 3, axis=0), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 1e-10), st.floats(0, 1e-10), st.floats(0, 1e-10))
def test_flavour_moments_add_in_quadrature(e: float, mu: float, tau: float) -> None:
    run = _RUN
    base = run.expected({})
    both = run.expected({"mu_nu_e": e, "mu_nu_mu": mu, "mu_nu_tau": tau}) - base
    apart = sum(run.expected({f"mu_nu_{f}": v}) - base for f, v in (("e", e), ("mu", mu), ("tau", tau)))
    assert both == pytest.approx(apart, rel=1e-9, abs=1e-9 * (1 + np.abs(base).max()))


_RUN = load("xenonnt-2022-er")


def test_interactions_add_up_to_the_signal(xenonnt: Experiment) -> None:
    point = {"mu_nu": 1e-11, "r2_nu_ee": 1e-31, "q_nu_emu": 2e-13}
    parts = xenonnt.by_interaction(point)
    assert set(parts) >= {"weak", "magnetic", "charge_radius", "millicharge"}
    signal = xenonnt.expected(point)[0, : len(xenonnt.folder.components)].sum(axis=0)
    assert sum(parts.values()) == pytest.approx(signal, rel=1e-12)


def test_default_of_a_charge_radius_changes_nothing(xenonnt: Experiment) -> None:
    known = xenonnt.parameters()
    point = {name: known[name].default for name in ("r2_nu_ee", "r2_nu_mumu", "r2_nu_tautau", "sin2_theta_w")}
    assert xenonnt.expected(point) == pytest.approx(xenonnt.expected({}), rel=1e-12)


def test_each_flux_uncertainty_moves_its_component_only(xenonnt: Experiment) -> None:
    assert xenonnt.scales["pp"] == ("flux_solar_pp",)
    assert xenonnt.scales["B0"] == ("xenonnt_background",)
    widths = {n.name: n.width for n in xenonnt.nuisances}
    assert widths["flux_solar_pp"] == 0.006
    assert widths["flux_solar_Be7"] == 0.06


def test_rrpa_is_refused_where_bins_need_recoils_outside_its_table() -> None:
    experiment = load("xenonnt-2022-er", changes={"target": {"atomic": "rrpa"}})
    with pytest.raises(ValueError, match=r"RRPA: the bin .* keVee .* outside the known range \(0\.265-28\.9"):
        experiment.expected({})
    inside = load("xenonnt-2022-er:rrpa").expected({})[0, :-1].sum()
    stepping = load("xenonnt-2022-er", changes={"bins": {"to": "23 keVee", "n": 22}}).expected({})[0, :-1].sum()
    assert 0.75 < inside / stepping < 0.90


def test_own_interaction_is_limited_like_a_built_in_one() -> None:
    from nulight.interactions import dsigma_dT_magnetic

    mine = OwnInteraction(
        parameter=Parameter(name="mu_mine", unit="mu_B", latex="m", description="mine", lower=0.0, scale=1e-11),
        dsigma_dT=lambda T, E: dsigma_dT_magnetic(T, E, mu_nu=1.0),
    )
    experiment = load("xenonnt-2022-er", own=[mine])
    assert interval_of(experiment, "mu_mine").upper == pytest.approx(interval_of(experiment, "mu_nu").upper, rel=1e-5)


def test_unknown_parameters_are_answered_with_close_names(xenonnt: Experiment) -> None:
    with pytest.raises(ParameterError, match=r"unknown parameter 'mu_nue'.*mu_nu_e"):
        xenonnt.expected({"mu_nue": 1e-11})


def test_an_own_nuclide_in_a_card_is_the_known_one() -> None:
    lines = [(427, 0.09), (432, 0.009), (747, 0.816), (752, 0.085)]
    own = {
        "nuclide": "MyCr",
        "half_life": "27.704 d",
        "lines": [{"energy": f"{E} keV", "branching": f"{100 * b} %"} for E, b in lines],
    }
    mine = load("xenonnt-51cr:6t+decay-average", changes={"sources": {"cr51": own}})
    known = load("xenonnt-51cr:6t+decay-average")
    assert mine.expected({}) == pytest.approx(known.expected({}), rel=1e-12)


def test_an_own_nuclide_needs_half_life_and_lines() -> None:
    with pytest.raises(ValueError, match="half_life"):
        load("xenonnt-51cr", changes={"sources": {"cr51": {"nuclide": "MyCr"}}})


def test_provenance_names_data_conventions_and_citations(xenonnt: Experiment) -> None:
    record = xenonnt.provenance()
    assert record["conventions"]["name"] == "default"
    assert record["quality"] == {"xenonnt-2022-er": "exact"}
    names = {name.rpartition("/")[2] for name in record["data"]}
    assert {"spectrum_0_30keV.csv", "efficiency.csv", "normalisation_b16.csv", "shells.csv"} <= names
    assert all(len(digest) == 64 for digest in record["data"].values())
    assert "2207.11330" in record["citations"]


def test_a_background_that_holds_less_than_the_signal_it_contains_is_refused() -> None:
    flat = {"kind": "flat", "rate": "0.5 events/(t yr keV)", "contains": ["solar"]}
    background = {"B0": None, "poor": flat}
    experiment = load("xenonnt-2022-er", changes={"backgrounds": background, "nuisances": {"xenonnt_background": None}})
    with pytest.raises(
        ValueError, match=r"background poor has 0\.58 counts in .* keVee, but the solar signal it contains"
    ):
        experiment.expected({})


def test_reactor_components_carry_the_name_of_their_source() -> None:
    # a background may then be called "low" or "U235", and two reactors stay apart
    plant = {"kind": "reactor", "total_flux": "1e13 cm^-2 s^-1", "flux_uncertainty": "3 %"}
    backgrounds = {"B0": None, "low": {"kind": "flat", "rate": "1 events/(t yr keV)"}}
    nuisances = {"xenonnt_background": {"scales": ["low"]}}
    changes = {
        "sources": {"solar": None, "one": plant, "two": plant},
        "backgrounds": backgrounds,
        "nuisances": nuisances,
    }
    experiment = load("xenonnt-2022-er", changes=changes)
    assert len(set(experiment.components)) == len(experiment.components) == 2 * 6 + 1
    assert experiment.scales["low"] == ("xenonnt_background",)
    assert experiment.scales["one:low"] == ("flux_reactor_low", "flux_one")
    assert experiment.scales["two:low"] == ("flux_reactor_low", "flux_two")
    counts = dict(zip(experiment.components, experiment.expected({})[0], strict=True))
    assert counts["one:U235"] == pytest.approx(counts["two:U235"])


def test_repr_is_short_and_says_what_it_is(xenonnt: Experiment) -> None:
    text = repr(xenonnt)
    assert text.startswith("xenonnt-2022-er: XENONnT first science run")
    assert "29 bins, 1-30 keVee, poisson" in text
    assert len(text) < 400


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "51cr-cevns-ge"])
def test_an_experiment_in_use_is_pickled_without_its_templates(name: str) -> None:
    experiment, moment = load(name), {"mu_nu": [0.0, 1e-11]}
    fresh = len(pickle.dumps(experiment))
    counts = experiment.expected(moment)
    used = pickle.dumps(experiment)
    assert len(used) < 2 * fresh
    np.testing.assert_array_equal(pickle.loads(used).expected(moment), counts)
