"""Xenon detectors: electron recoils of LZ and PandaX-4T, ionisation signals of XENON1T, solar 8B neutrinos."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

import nulight as nl
import oracles_xenon as oracle
from nulight.conventions import PRESETS, get_conventions
from nulight.data.reader import Table, read_package_table
from nulight.detector import GaussianResponse
from nulight.experiments.loader import load_card
from nulight.experiments.schema import TableEfficiency
from nulight.inference.profile import minimise
from nulight.units import d, kg, t, yr

LZ, PANDAX, S2, B8 = (
    f"experiments/tables/{name}" for name in ("lz_er2025", "pandax4t_er2024", "xenon1t_s2only", "b8_cevns")
)
ELECTRON_RECOILS = ("lz-ws2022-er", "lz-ws2024-er", "pandax4t-run1-er")
CHARGES = ("q_nu_ee", "q_nu_mumu", "q_nu_tautau")
NINETY = 2.7055


@lru_cache(maxsize=32)
def load(name: str, conventions: str | None = None, **changes: str) -> nl.Experiment:
    choice = get_conventions(conventions or "default").with_changes(**changes) if changes else conventions
    return nl.load(name, conventions=choice)


def signal(experiment: nl.Experiment, **values: float) -> np.ndarray:
    return sum(experiment.by_interaction(values).values())


def rise(model: nl.Experiment, parameters: tuple[str, ...], value: float) -> float:
    """Delta chi2 of one value of all the parameters from the best one at or above zero, nuisances profiled."""
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 1, 25)]) * value
    curve = minimise(model, dict.fromkeys(parameters, grid)).twice_nll
    return float(curve[-1] - curve.min())


def is_upper_limit(model: nl.Experiment, value: float, *parameters: str, within: float = 0.02) -> bool:
    """Whether the 90 % limit on a coupling that cannot be negative lies within a relative distance of a value."""
    low, high = (rise(model, parameters or ("mu_nu",), value * (1 + step)) for step in (-within, within))
    return low < NINETY < high


# --- electron recoils: data ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "events", "fit"),
    [
        ("lz-ws2022-er:1-20keV", 471, 463.3),
        ("lz-ws2024-er:1-20keV", 1787, 1765.6),
        ("pandax4t-run1-er:1-30keV", 1431, 1438.3),
    ],
)
def test_events_and_best_fit_are_those_of_the_figures(name: str, events: int, fit: float) -> None:
    experiment = load(name)
    assert experiment.observed.sum() == events
    # signal and backgrounds are the published fit: the solar neutrinos in it are taken off once
    assert experiment.expected({})[0].sum() == pytest.approx(fit, abs=0.06)


@pytest.mark.parametrize("name", ELECTRON_RECOILS)
def test_the_best_fit_of_the_collaboration_describes_its_events(name: str) -> None:
    experiment = load(name)
    m, n = experiment.expected({})[0].sum(axis=0), experiment.observed
    chi2 = 2 * (m - n + n * np.log(n / m)).sum()
    assert 0.3 * len(n) < chi2 < 1.5 * len(n)


def test_lz_is_the_sample_of_2025_with_both_runs() -> None:
    first, second = load_card("lz-ws2022-er").card, load_card("lz-ws2024-er").card
    assert first.exposure + second.exposure == pytest.approx(4.2 * t * yr)  # of the abstract
    assert load("lz-ws2022-er:1-20keV").observed.sum() != 335  # the sample of 2022
    assert first.references[0].arxiv == "2511.17350"


def test_pandax_exposure_leaves_the_rest_of_the_abstract_to_the_first_run() -> None:
    exposure = load_card("pandax4t-run1-er").card.exposure
    assert exposure == pytest.approx(363.3 * t * d)
    assert 1.54 - exposure / (t * yr) == pytest.approx(0.545, abs=0.002)


def test_argon_37_is_split_off_and_free() -> None:
    loaded, experiment = load_card("lz-ws2022-er"), load("lz-ws2022-er")
    parts, fit = loaded.background_counts(), read_package_table(f"{LZ}/spectrum_ws2022.csv").numbers("bkg_fit")[1:16]
    np.testing.assert_allclose(parts["ar37"] + parts["rest"], fit, rtol=1e-6)
    assert parts["ar37"].sum() == pytest.approx(47.3, abs=0.1)
    assert parts["ar37"][1:3].sum() / parts["ar37"].sum() > 0.9  # 2-4 keV
    assert "lz_ws2022_ar37" in {n.name for n in experiment.nuisances if n.kind == "free"}
    # without it the fit is as flat as the efficiency: 37Ar explains all of the step at 2-4 keV
    efficiency = _flat(loaded.card.response.efficiency, np.arange(1.0, 17.0))
    level = (parts["rest"] / efficiency)[1:]
    assert np.ptp(level) / level.mean() < 0.35
    assert np.ptp(fit[1:] / efficiency[1:]) / level.mean() > 1.3


def test_the_argon_line_has_the_resolution_of_the_card() -> None:
    card = load_card("lz-ws2022-er").card
    ar37 = load_card("lz-ws2022-er").background_counts()["ar37"]
    T = np.linspace(1, 5, 4001)
    line = np.exp(-0.5 * ((T - 2.82) / (card.response.resolution.a * np.sqrt(2.82))) ** 2)
    table = read_package_table(f"{LZ}/efficiency_ws2022.csv")
    line *= np.interp(T, table.numbers("e_keV"), table.numbers("eff_1d_roi"))
    shares = [np.trapezoid(np.where((lo <= T) & (lo + 1 >= T), line, 0), T) for lo in (1, 2, 3, 4)]
    np.testing.assert_allclose(ar37[:4] / ar37[:4].sum(), np.array(shares) / sum(shares), rtol=2e-3)


@pytest.mark.parametrize(
    ("card", "folder", "table", "below", "true"),
    [
        ("lz-ws2022-er", LZ, "spectrum_ws2022.csv", 0.6, 1.6),
        ("lz-ws2024-er", LZ, "spectrum_ws2024.csv", 2.5, 6.9),
        ("pandax4t-run1-er", PANDAX, "spectrum.csv", 2.6, 4.2),
    ],
)
def test_efficiencies_of_the_reconstructed_energy_come_nearer_to_the_fit(
    card: str, folder: str, table: str, below: float, true: float
) -> None:
    entry = load_card(card).card.response.efficiency
    fit = read_package_table(f"{folder}/{table}").numbers("bkg_fit")
    edges = np.arange(0.0, 17.0)
    reconstructed, of_true = (_flat(entry, edges, of, card) for of in ("reconstructed", "true"))
    level = slice(8, 16)
    found = [fit[level].sum() / flat[level].sum() * flat[0] for flat in (reconstructed, of_true)]
    assert found == pytest.approx([below, true], rel=0.1)
    assert fit[0] < found[0] < found[1]


@pytest.mark.parametrize(
    ("card", "table", "low", "high"),
    [
        ("lz-ws2022-er:1-20keV", f"{LZ}/spectrum_ws2022.csv", 14, 19),
        ("lz-ws2024-er:1-20keV", f"{LZ}/spectrum_ws2024.csv", 14, 19),
        ("pandax4t-run1-er:1-30keV", f"{PANDAX}/spectrum.csv", 22, 29),
    ],
)
def test_bins_end_where_efficiency_and_fit_part(card: str, table: str, low: int, high: int) -> None:
    efficiency = load_card(card).card.response.efficiency
    fit = read_package_table(table).numbers("bkg_fit")
    seen = _flat(efficiency, np.arange(31.0))
    assert seen[high] / seen[low] < 0.65
    assert fit[high] / fit[low] > 0.98
    assert load(card.split(":")[0]).bin_edges[-1] <= low + 2


def test_the_pandax_width_is_a_width_and_ends_with_the_bins() -> None:
    response = load("pandax4t-run1-er").folder.response
    assert isinstance(response, GaussianResponse)
    assert float(response.sigma(np.array(10.0))) == pytest.approx(1.263)  # 12.6 %, not 126 %
    end = float(response.sigma(np.array(24.0)))
    assert end == pytest.approx(0.073 + 0.173 * 24 - 0.0065 * 24**2 + 0.00011 * 24**3)
    assert float(response.sigma(np.array(250.0))) == end  # the cubic says 1356 keV
    assert 24.0 in response.breakpoints


# --- electron recoils: Standard Model -----------------------------------------------------------


@pytest.mark.parametrize("name", ELECTRON_RECOILS)
def test_solar_electron_recoils_agree_with_an_independent_sum(name: str) -> None:
    experiment = load(name)
    entry = experiment.card.response.efficiency
    T = np.arange(0.02, 45.0, 0.02)
    sigma = experiment.folder.response.sigma(T)
    counts = oracle.smeared_counts(
        experiment.bin_edges, oracle.solar_electron_rate(T), T, sigma, _efficiency(entry, T), "reconstructed"
    )
    counts *= experiment.card.exposure / (t * yr)
    ours = experiment.signal.standard
    main = [experiment.signal.components.index(c) for c in ("pp", "Be7")]
    # P_ee = 0.55 for all energies and one g_V for nu_mu and nu_tau: 1 %
    np.testing.assert_allclose(ours[main].sum(axis=0), counts, rtol=0.015)


def test_lz_expects_the_neutrinos_of_the_collaboration() -> None:
    # 27.1 +- 1.6 neutrinos in the first sample of the same run (from memory, with RRPA)
    assert signal(load("lz-ws2022-er:rrpa")).sum() == pytest.approx(27.1, rel=0.12)


# --- electron recoils: limits -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"), [("lz-ws2022-er", 1.48e-11), ("lz-ws2024-er", 1.21e-11), ("pandax4t-run1-er", 1.54e-11)]
)
def test_limits_on_a_universal_moment(name: str, value: float) -> None:
    assert is_upper_limit(load(name), value, "mu_nu")


def test_the_lz_limit_is_near_those_published_of_the_same_run() -> None:
    """1.1e-11 (arXiv:2207.05036, all fixed there) and 1.36e-11 (the collaboration, from memory), on 335 events."""
    experiment = load("lz-ws2022-er")
    fixed = nl.with_nuisances(experiment, {"lz_ws2022_ar37": "fixed", "lz_ws2022_background": "fixed"})
    assert is_upper_limit(fixed, 1.15e-11, "mu_nu")
    assert is_upper_limit(nl.with_nuisances(experiment, {"lz_ws2022_ar37": "fixed"}), 1.34e-11, "mu_nu")


def test_argon_and_the_normalisation_weaken_the_limit_in_this_order() -> None:
    experiment, value = load("lz-ws2022-er"), ("mu_nu",)
    treatments = [
        {"lz_ws2022_ar37": "fixed", "lz_ws2022_background": "fixed"},
        {"lz_ws2022_ar37": "fixed"},
        {},
        {"lz_ws2022_background": "free"},
    ]
    rises = [rise(nl.with_nuisances(experiment, treatment), value, 1.5e-11) for treatment in treatments]
    assert rises == sorted(rises, reverse=True)
    assert rises[0] > 2 * rises[-1]


def test_a_charge_seen_by_equivalent_photons_is_bound_as_by_lz() -> None:
    """2.24e-13 e for one charge of all flavours (arXiv:2307.15753, from memory)."""
    photons, electrons = (load("lz-ws2022-er", millicharge=choice) for choice in ("epa", "electrons"))
    assert is_upper_limit(photons, 2.35e-13, *CHARGES)
    assert is_upper_limit(electrons, 8.1e-13, *CHARGES)  # free electrons miss a factor 3.4


@pytest.mark.slow
def test_three_detectors_reproduce_the_flavour_limits_of_the_reanalysis() -> None:
    """10.3e-12 and 15.6e-12 (arXiv:2309.17380, LZ with 335 events, PandaX-4T Run 0, XENONnT)."""
    model = nl.combine(*(load(name) for name in ("lz-ws2022-er", "pandax4t-run1-er", "xenonnt-2022-er")))
    for parameter, ours, published in (("mu_nu_e", 9.62e-12, 10.3e-12), ("mu_nu_mu", 1.51e-11, 1.56e-11)):
        assert is_upper_limit(model, ours, parameter)
        assert ours == pytest.approx(published, rel=0.3)
    assert is_upper_limit(model, 1.46e-11, "mu_nu_tau")


@pytest.mark.slow
def test_all_four_samples_bound_moments_charges_and_radii() -> None:
    names = ("lz-ws2022-er", "lz-ws2024-er", "pandax4t-run1-er", "xenonnt-2022-er")
    model = nl.combine(*(load(name) for name in names))
    assert is_upper_limit(model, 9.96e-12, "mu_nu_e")
    assert is_upper_limit(model, 1.56e-11, "mu_nu_mu")
    radius = nl.limit(model, "r2_nu_ee")
    assert (radius.lower, radius.upper) == pytest.approx((-9.81e-31, 1.58e-31), rel=0.02)
    charge = nl.limit(model, "q_nu_ee")
    assert (charge.lower, charge.upper) == pytest.approx((-2.09e-13, 7.03e-13), rel=0.02)
    photons = nl.combine(*(load(name, millicharge="epa") for name in names))
    assert is_upper_limit(photons, 1.18e-13, *CHARGES)


def test_solar_nuisances_are_shared_and_backgrounds_are_not() -> None:
    names = ("lz-ws2022-er", "lz-ws2024-er", "pandax4t-run1-er", "xenonnt-2022-er", "xenonnt-b8-sr0")
    model = nl.combine(*(load(name) for name in names))
    found = [n.name for n in model.nuisances]
    assert sum(name.startswith("flux_solar_") for name in found) == 8
    assert len(found) == len(set(found)) == 8 + 5 + 3  # four norms and 37Ar; three of the 8B search


# --- XENON1T, ionisation alone ------------------------------------------------------------------


def test_s2_events_and_exposure_are_those_of_the_release() -> None:
    experiment, table = load("xenon1t-s2only:all-bins"), read_package_table(f"{S2}/spectrum_s2.csv")
    assert table.numbers("n_obs").sum() == 170
    assert experiment.observed.tolist() == table.numbers("n_obs")[:16].tolist()
    assert experiment.card.exposure == pytest.approx(356770 * kg * d, rel=1e-5)
    assert experiment.card.exposure / (t * yr) == pytest.approx(0.97678)
    assert load("xenon1t-s2only").observed.sum() == experiment.observed[3:].sum() == 21


def test_a_flat_rate_above_the_cutoff_is_the_released_background_of_electrons() -> None:
    spectrum = read_package_table(f"{S2}/spectrum_s2.csv").numbers("er_bkg")[:16]
    cut, full = (_flat_response(read_package_table(f"{S2}/response_er{end}.csv")) for end in ("_cut", ""))
    rate = spectrum / cut / 0.97678
    np.testing.assert_allclose(rate, 52.0, rtol=0.025)  # per t yr keV, 0.142 per t d keV
    assert (spectrum / full / 0.97678)[0] < 15  # without the cutoff the lowest bin would hold four times as many


def test_expected_8b_events_have_the_shape_of_the_release_only_above_the_cutoff() -> None:
    release = read_package_table(f"{S2}/spectrum_s2.csv").numbers("cevns_8b_bkg")[:10]
    counts = {}
    for variant in ("", "+no-cutoff"):
        experiment = load("xenon1t-s2only:all-bins" + variant)
        place = experiment.signal.components.index("B8")
        counts[variant] = experiment.signal.standard[place]
    ratio = counts[""][:10] / release
    assert ratio.min() > 1.09
    assert ratio.max() < 1.16
    assert counts[""].sum() == pytest.approx(4.29, abs=0.02)  # 3.84 in the release
    naive = counts["+no-cutoff"][:10] / release
    assert naive[0] > 1.9  # twice as many in the lowest bin, which its response would allow
    assert counts["+no-cutoff"].sum() == pytest.approx(5.39, abs=0.03)


def test_8b_neutrinos_are_signal_and_not_background_of_the_s2_search() -> None:
    experiment = load("xenon1t-s2only:all-bins")
    assert list(experiment.backgrounds) == ["electron_recoils"]
    released = read_package_table(f"{S2}/spectrum_s2.csv").numbers("er_bkg")[:16]
    low = [i for i, c in enumerate(experiment.signal.components) if c not in ("B8", "hep")]
    taken_off = experiment.signal.standard[low].sum(axis=0)
    np.testing.assert_allclose(experiment.backgrounds["electron_recoils"] + taken_off, released, rtol=1e-6)
    assert 0.02 < taken_off.sum() / released.sum() < 0.07  # 3 of 52 per t yr keV


def test_both_channels_of_the_s2_search_see_a_moment() -> None:
    experiment = load("xenon1t-s2only")
    parts = experiment.by_interaction({"mu_nu": 1e-9})
    electrons = sum(v.sum() for k, v in parts.items() if "(electrons)" in k and "weak" not in k)
    nuclei = sum(v.sum() for k, v in parts.items() if "(electrons)" not in k and "weak" not in k)
    assert electrons > 100 * nuclei > 0


@pytest.mark.parametrize(("variant", "value"), [(":all-bins", 6.74e-11), ("", 3.31e-11)])
def test_upper_limits_of_the_s2_search(variant: str, value: float) -> None:
    found = nl.limit(load("xenon1t-s2only" + variant), "mu_nu", interval="upper")
    assert found.upper == pytest.approx(value, rel=0.02)
    assert found.upper > found.expected.upper  # unknown events can only weaken it
    assert load("xenon1t-s2only").card.quality == "proxy"  # keeps it out of two-sided comparisons


# --- solar 8B neutrinos: rates ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "threshold", "recipe"), [(":0.33keV", 0.33, 470), ("", 1.1, 76), (":1.6keV", 1.6, 18.8)]
)
def test_8b_rates_above_a_threshold(variant: str, threshold: float, recipe: float) -> None:
    experiment = load("solar-b8-xe" + variant)
    ours = experiment.signal.standard[experiment.signal.components.index("B8")].sum()
    independent = oracle.b8_counts(np.array([threshold, 5.0]), np.ones(2), 1.0)
    assert ours == pytest.approx(independent, rel=0.015)  # one radius, natural mixture, mean flavour
    assert ours == pytest.approx(recipe, rel=0.06)  # 5 % from the older 8B spectrum


def test_nothing_but_8b_and_hep_reaches_the_thresholds() -> None:
    shares = load("solar-b8-xe").signal.standard.sum(axis=1)
    names = load("solar-b8-xe").signal.components
    assert set(names) == {"B8", "hep"}
    assert shares[names.index("hep")] / shares.sum() < 0.012


WORTH = {
    "tree": -2.32,
    "code-xe131": -0.12,
    "code-xe132": 0.42,
    "code-s2w-mz": -4.16,
    "code-s2w-0.2387": 0.07,
    "code-klein-nystrand": -0.59,
    "code-fermi": 0.00,
    "code-no-form-factor": 7.78,
    "code-lewin-smith": 0.48,
    "code-a-u": -0.26,
    "code-hbarc-0.197": -0.36,
    "code-smallest": -7.67,
    "code-largest": 8.35,
}


def test_what_the_choices_of_public_codes_are_worth_above_1_1_kev() -> None:
    """Per cent of the default rate."""
    default = load("solar-b8-xe").signal.standard.sum()
    found = {name: 100 * (load("solar-b8-xe", name).signal.standard.sum() / default - 1) for name in WORTH}
    assert {name for name in PRESETS if name.startswith("code-")} <= set(WORTH)
    assert found == pytest.approx(WORTH, abs=0.02)


def test_codes_without_a_threshold_spread_by_13_per_cent() -> None:
    low, high = (
        load("solar-b8-xe:no-threshold", f"code-{end}").signal.standard.sum() for end in ("smallest", "largest")
    )
    assert high / low - 1 == pytest.approx(0.13, abs=0.005)
    low, high = (load("solar-b8-xe:1.6keV", f"code-{end}").signal.standard.sum() for end in ("smallest", "largest"))
    assert high / low - 1 == pytest.approx(0.187, abs=0.005)  # form factors count more where recoils are harder


# --- solar 8B neutrinos: searches ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("pandax4t-b8-2024", "pandax4t_paired_efficiency.csv", "efficiency"),
        ("xenonnt-b8-2024", "xenonnt_efficiency_2025.csv", "efficiency"),
        ("lz-b8-2025", "lz_efficiency.csv", "efficiency"),
    ],
)
def test_expected_8b_events_agree_with_an_independent_sum(name: str, table: str, column: str) -> None:
    experiment, curve = load(name), read_package_table(f"{B8}/{table}")
    exposure = experiment.card.exposure / (t * yr)
    independent = oracle.b8_counts(curve.numbers("e_keVnr"), curve.numbers(column), exposure)
    ours = experiment.signal.standard[experiment.signal.components.index("B8")].sum()
    assert ours == pytest.approx(independent, rel=0.02)


@pytest.mark.parametrize(
    ("run", "events", "accidentals", "expected"), [(0, 9, 7.48, 3.65), (1, 28, 17.77, 6.74), (2, 25, 14.86, 8.14)]
)
def test_runs_of_xenonnt(run: int, events: int, accidentals: float, expected: float) -> None:
    experiment, response = load(f"xenonnt-b8-sr{run}"), read_package_table(f"{B8}/xenonnt_response_sr{run}.csv")
    assert experiment.observed.sum() == events
    assert experiment.backgrounds["accidental"].sum() == pytest.approx(accidentals, abs=0.01)
    assert signal(experiment).sum() == pytest.approx(expected, abs=0.01)
    total = sum(response.numbers(f"eff_cs2_{i}") for i in range(3))
    independent = oracle.b8_counts(response.numbers("e_keVnr"), total, experiment.card.exposure / (t * yr))
    assert experiment.signal.standard[0].sum() == pytest.approx(independent, rel=0.02)
    bins = experiment.backgrounds["accidental"]
    assert np.ptp(bins) < 1e-4 * bins.sum()  # the release chose bins of equal accidental coincidences


def test_xenonnt_expectations_against_the_collaboration() -> None:
    count, runs = load("xenonnt-b8-2024"), [load(f"xenonnt-b8-sr{run}") for run in (0, 1)]
    assert signal(count).sum() == pytest.approx(11.9, rel=0.06)  # from memory
    assert sum(signal(run).sum() for run in runs) == pytest.approx(11.9, rel=0.15)  # yields of the later release
    assert count.observed.sum() == sum(run.observed.sum() for run in runs) == 37
    assert sum(sum(b.sum() for b in run.backgrounds.values()) for run in runs) == pytest.approx(26.4, abs=0.15)
    assert sum(run.card.exposure for run in runs) == pytest.approx(count.card.exposure, rel=0.003)


def test_xenonnt_finds_the_8b_flux() -> None:
    """4.7 +3.6 -2.3 e6 /(cm2 s) by the collaboration from runs 0 and 1, with more observables."""
    runs = nl.combine(*(load(f"xenonnt-b8-sr{run}") for run in (0, 1)))
    free = nl.with_nuisances(runs, {"flux_solar_B8": "free", "xenonnt_b8_yields": "fixed"})
    flux = 5.46 * (1 + nl.fit(free).values["flux_solar_B8"])
    assert flux == pytest.approx(6.2, abs=0.1)
    assert 4.7 - 2.3 < flux < 4.7 + 3.6
    assert (flux / 5.46) * sum(signal(load(f"xenonnt-b8-sr{run}")).sum() for run in (0, 1)) == pytest.approx(
        10.7, rel=0.15
    )


def test_pandax_expects_more_than_its_fit_implies() -> None:
    implied = 3.5 * 5.46 / 8.4
    ours = signal(load("pandax4t-b8-2024")).sum()
    assert ours / implied == pytest.approx(1.62, abs=0.03)
    assert load("pandax4t-b8-2024").observed.tolist() == [3]
    # one standard deviation of the acceptance
    (acceptance,) = (n for n in load("pandax4t-b8-2024").nuisances if n.name == "pandax4t_b8_acceptance")
    assert ours * (1 - acceptance.width) == pytest.approx(implied, rel=0.05)


def test_xenon1t_acceptance_is_the_one_of_its_expected_events() -> None:
    experiment = load("xenon1t-b8-2021")
    assert signal(experiment).sum() == pytest.approx(2.1, rel=0.03)
    assert experiment.card.quality == "proxy"
    # full efficiency above the threshold would give five times the expected events
    assert signal(experiment).sum() / experiment.card.response.efficiency.value == pytest.approx(12.1, abs=0.1)


def test_lz_background_is_the_one_of_its_significance() -> None:
    experiment = load("lz-b8-2025")
    s, b = signal(experiment).sum(), experiment.backgrounds["background"].sum()
    assert s == pytest.approx(22.05, abs=0.05)
    assert np.sqrt(2 * ((s + b) * np.log1p(s / b) - s)) == pytest.approx(4.5, abs=0.02)
    assert experiment.planned


def test_samples_of_the_same_data_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="count twice"):
        nl.combine(load("xenonnt-b8-2024"), load("xenonnt-b8-sr1"))
    names = [n.name for n in nl.combine(*(load(f"xenonnt-b8-sr{run}") for run in range(3))).nuisances]
    assert names == [
        "xenonnt_b8_accidental",
        "xenonnt_b8_yields",
        "xenonnt_b8_small",
        "flux_solar_B8",
        "flux_solar_hep",
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("xenonnt-b8-sr2", 1.44e-9), ("pandax4t-b8-2024", 1.25e-9), ("lz-b8-2025", 8.6e-10)]
)
def test_8b_recoils_bound_moments_a_hundred_times_more_weakly_than_electrons(name: str, value: float) -> None:
    assert is_upper_limit(load(name), value, "mu_nu")
    assert value > 50 * 1.5e-11


# --- helpers ------------------------------------------------------------------------------------


def _efficiency(entry: TableEfficiency, T: np.ndarray) -> np.ndarray:
    table = read_package_table(f"experiments/tables/{entry.file}")
    return np.interp(T, table.numbers(entry.energy), table.numbers(entry.value))


def _flat(entry: TableEfficiency, edges: np.ndarray, of: str = "reconstructed", card: str = "") -> np.ndarray:
    """Counts of a flat spectrum of unit rate."""
    T = np.arange(0.01, 45.0, 0.02)
    seen = _efficiency(entry, T)
    if of == "true":
        return oracle.smeared_counts(edges, np.ones_like(T), T, load(card).folder.response.sigma(T), seen, of)
    return np.array([oracle.integral(T, seen, lo, hi) for lo, hi in pairwise(edges)])


def _flat_response(table: Table) -> np.ndarray:
    names = [name for name in table.columns if name.startswith("s2_")]
    return np.array([np.trapezoid(table.numbers(name), table.numbers("e_keV")) for name in names])
