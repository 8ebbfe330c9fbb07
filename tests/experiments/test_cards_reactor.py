"""Reactor experiments: their data, their counts against independent sums, their limits against published ones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

import nulight as nl
import oracles_reactor as oracle
from nulight.data.reader import read_package_table
from nulight.experiments.loader import load_card
from nulight.inference.profile import minimise
from nulight.models.parameters import PARAMETERS
from nulight.units import d, kg

DRESDEN = {"U235": 0.58, "U238": 0.08, "Pu239": 0.29, "Pu241": 0.05}
TYPICAL = {"U235": 0.55, "U238": 0.07, "Pu239": 0.32, "Pu241": 0.06}
SPECTRUM = "experiments/tables/dresden2/spectrum.csv"
NINETY = 2.7055


@lru_cache(maxsize=16)
def load(name: str) -> nl.Experiment:
    return nl.load(name)


def signal(experiment: nl.Experiment, **values: float) -> np.ndarray:
    counts = experiment.by_interaction(values)
    return sum(counts.values())


def rise(experiment: nl.Experiment, parameter: str, value: float) -> float:
    """Delta chi2 of a value from the global minimum, nuisances profiled."""
    scale = PARAMETERS[parameter].scale
    best = minimise(experiment, {}, profile={parameter: (0.0, 3e2 * scale)}).twice_nll[0]
    return float(minimise(experiment, {parameter: value}).twice_nll[0] - best)


def is_upper_limit(experiment: nl.Experiment, value: float, within: float = 0.01) -> bool:
    """Whether the 90 % limit on mu_nu_e lies within a relative distance of a value."""
    low, high = (rise(experiment, "mu_nu_e", value * (1 + step)) for step in (-within, within))
    return low < NINETY < high


# --- Dresden-II: data ---------------------------------------------------------------------------


def test_dresden_counts_are_the_rates_of_the_release_per_3_kg() -> None:
    experiment, table = load("dresden-ii-2022"), read_package_table(SPECTRUM)
    factor = 2.924 / 3 * 96.4
    np.testing.assert_allclose(experiment.observed, factor * table.numbers("on_rate"), rtol=1e-8)
    np.testing.assert_allclose(experiment.sigma, factor * table.numbers("on_err"), rtol=1e-8)
    assert experiment.card.exposure == pytest.approx(2.924 * 96.4 * kg * d)
    # both readings of the label move counts and errors together
    other = load("dresden-ii-2022:per-detector")
    np.testing.assert_allclose(other.observed / experiment.observed, 3 / 2.924, rtol=1e-8)


def test_dresden_has_130_bins_and_the_71ge_line_in_its_place() -> None:
    experiment = load("dresden-ii-2022")
    assert (len(experiment.observed), *experiment.bin_edges[[0, -1]]) == (130, 0.2, 1.5)
    centre = (experiment.bin_edges[1:] + experiment.bin_edges[:-1]) / 2
    above = centre > 0.8
    assert centre[above][np.argmax(experiment.observed[above])] == pytest.approx(1.295)


def test_dresden_acceptance_is_in_the_data_not_in_the_card() -> None:
    efficiency = load_card("dresden-ii-2022").card.response.efficiency
    assert (efficiency.kind, efficiency.value) == ("constant", 1.0)  # type: ignore[union-attr]


def test_dresden_lines_are_tied_as_in_the_capture_of_71ge() -> None:
    lines = {b.name: b for b in load_card("dresden-ii-2022").card.backgrounds if b.kind == "line"}
    assert lines["L2"].counts / lines["L1"].counts == pytest.approx(0.008, rel=1e-3)
    assert lines["M1"].counts / lines["L1"].counts == pytest.approx(0.16, rel=1e-3)
    assert (lines["L2"].centre, lines["M1"].centre, lines["M1"].sigma) == (1.142, 0.158, 0.0685)
    nuisances = {n.name: n for n in load_card("dresden-ii-2022").card.nuisances}
    assert len(nuisances) == 7
    assert nuisances["dresden_M_to_L"].width == pytest.approx(0.03 / 0.16)
    assert set(nuisances["dresden_lines"].scales) == {"L1.counts", "L2.counts", "M1.counts"}
    assert set(nuisances["dresden_L_width"].scales) == {"L1.sigma", "L2.sigma"}


# --- Dresden-II: counts -------------------------------------------------------------------------


@lru_cache(maxsize=1)
def dresden_flux() -> np.ndarray:
    return oracle.flux(4.8e13, DRESDEN, low="vogel_engel_low_mueller_high.csv")


RECOILS = np.geomspace(1e-6, 3e-3, 800)
"""Recoil energies of the sum, MeV."""


@lru_cache(maxsize=2)
def dresden_rate(mu: float | None) -> np.ndarray:
    return oracle.germanium_nuclei(RECOILS, dresden_flux(), mu=mu) * 2.924 * 96.4 * 86400


def dresden_nuclei(quenching: str, mu: float | None = None) -> np.ndarray:
    """Counts in the bins of Dresden-II, from the recoil that makes one electron-hole pair on."""
    if quenching == "lindhard":
        Q = oracle.lindhard(RECOILS, 0.157)
    else:
        table = read_package_table("experiments/tables/dresden2/quenching.csv")
        Q = np.interp(RECOILS * 1e3, table.numbers("e_nr_keV"), table.numbers(quenching))
    start = np.interp(2.96e-6, Q * RECOILS, RECOILS)
    T = np.concatenate([[start], RECOILS[start < RECOILS]])
    visible, rate = np.interp(T, RECOILS, Q * RECOILS), np.interp(T, RECOILS, dresden_rate(mu))
    return oracle.smeared(T, visible, rate, np.linspace(0.2e-3, 1.5e-3, 131), 68.5e-6, 2.96e-6 * 0.11)


@pytest.mark.parametrize(("variant", "quenching"), [("", "qf_fef"), (":ybe", "qf_ybe"), (":lindhard", "lindhard")])
def test_dresden_nuclear_recoils_are_those_of_an_independent_sum(variant: str, quenching: str) -> None:
    parts = load(f"dresden-ii-2022{variant}").by_interaction({"mu_nu_e": 1e-10})
    weak, magnetic = dresden_nuclei(quenching), dresden_nuclei(quenching, 1e-10)
    # one radius and coarse grids in the sum: parts in a thousand
    np.testing.assert_allclose(parts["weak"][:40], weak[:40], rtol=5e-3)
    np.testing.assert_allclose(parts["magnetic"][:40], magnetic[:40], rtol=5e-3)
    assert parts["weak"].sum() == pytest.approx(weak.sum(), rel=2e-3)
    assert parts["magnetic"].sum() == pytest.approx(magnetic.sum(), rel=3e-3)


def test_dresden_electron_recoils_are_those_of_an_independent_sum() -> None:
    parts = load("dresden-ii-2022").by_interaction({"mu_nu_e": 1e-10})
    steps = [edge * (1 + sign * 1e-9) for edge, _ in oracle.GE_SHELLS for sign in (-1, 1)]
    T = np.unique(np.concatenate([np.geomspace(7.8e-6, 3e-3, 1200), steps]))
    T = T[T < 3e-3]
    # radiatively corrected g_V = 0.9521, g_A = 0.4938; g_L and g_R exchanged for antineutrinos
    weak = oracle.weak_on_electrons((0.9521 - 0.4938) / 2, (0.9521 + 0.4938) / 2)
    for label, cross_section in (("weak", weak), ("magnetic", oracle.magnetic_on_electrons(1e-10))):
        rate = oracle.germanium_electrons(T, dresden_flux(), cross_section) * 2.924 * 96.4 * 86400
        counts = oracle.smeared(T, T, rate, np.linspace(0.2e-3, 1.5e-3, 131), 68.5e-6, 2.96e-6 * 0.11)
        np.testing.assert_allclose(parts[f"{label} (electrons)"], counts, rtol=2e-3)


def test_dresden_counts_of_a_magnetic_moment_need_a_smallest_recoil() -> None:
    ours = load("dresden-ii-2022:cevns-only")
    everything = nl.load("dresden-ii-2022:cevns-only", changes={"response": {"efficiency": {"threshold": "0.2 eVee"}}})
    small = ours.by_interaction({"mu_nu_e": 1e-10})["magnetic"].sum()
    large = everything.by_interaction({"mu_nu_e": 1e-10})["magnetic"].sum()
    assert large > 1.1 * small  # 1/T: recoils far below the noise, lifted over 0.2 keVee by it
    weak = [e.by_interaction({})["weak"].sum() for e in (ours, everything)]
    assert weak[1] == pytest.approx(weak[0], rel=0.01)


# --- Dresden-II: fits ---------------------------------------------------------------------------


@pytest.mark.parametrize(("variant", "chi2"), [("", 104), (":ybe", 106), (":lindhard", 109)])
def test_dresden_chi2_of_the_standard_model(variant: str, chi2: float) -> None:
    assert minimise(load(f"dresden-ii-2022{variant}"), {}).twice_nll[0] == pytest.approx(chi2, abs=0.5)


def test_dresden_chi2_without_neutrinos_and_the_start_of_its_fits() -> None:
    alone = nl.load("dresden-ii-2022", changes={"sources": {"dresden": {"total_flux": "1 cm^-2 s^-1"}}})
    found = minimise(alone, {})
    assert found.twice_nll[0] == pytest.approx(110.69, abs=0.01)
    pulls = {name: float(u[0]) for name, u in found.nuisances.items()}
    ratio = pulls.pop("dresden_M_to_L")  # starts at its prior
    assert 0.16 * (1 + ratio) == pytest.approx(0.1828, abs=5e-4)
    assert max(abs(u) for u in pulls.values()) < 2e-3


def test_dresden_limit_with_iron_filter_quenching() -> None:
    assert is_upper_limit(load("dresden-ii-2022"), 3.10e-10)


def test_dresden_limit_with_recoils_from_20_evnr_on_is_that_of_the_specification() -> None:
    # 20 eVnr are 8.55 eVee with the iron-filter table; its 3.3e-10 counts from there
    experiment = nl.load("dresden-ii-2022", changes={"response": {"efficiency": {"threshold": "8.55 eVee"}}})
    assert is_upper_limit(experiment, 3.25e-10)


def test_dresden_limit_with_the_exponential_held_is_the_published_one() -> None:
    experiment = load("dresden-ii-2022:fixed-exponential")
    assert is_upper_limit(experiment, 2.134e-10)
    published = {p.parameter: p.upper for p in load_card("dresden-ii-2022").card.published}
    assert is_upper_limit(experiment, published["mu_nu_e"])
    # held where the Standard Model fit has it
    free, held = (minimise(load(name), {}).twice_nll[0] for name in ("dresden-ii-2022", experiment.name))
    assert held == pytest.approx(free, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variant", "limit"),
    [
        ("ybe", 4.46e-10),
        ("lindhard", 6.69e-10),
        ("cevns-only", 3.57e-10),
        ("ybe+cevns-only", 5.26e-10),
        ("lindhard+cevns-only", 1.037e-9),
        ("per-detector", 3.20e-10),
        ("bestiole", 3.31e-10),
    ],
)
def test_dresden_limit_of_every_variant(variant: str, limit: float) -> None:
    assert is_upper_limit(load(f"dresden-ii-2022:{variant}"), limit)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameter", "size", "ends"),
    [
        ("r2_nu_ee", 1e-30, (-6.154e-31, -4.360e-31, -9.435e-32, 8.467e-32)),  # the first two: couplings reversed
        ("q_nu_ee", 1e-10, (-1.332e-11, 1.355e-11)),  # free electrons with the shells that can be ionised
    ],
)
def test_dresden_charge_radius_and_millicharge(parameter: str, size: float, ends: tuple[float, ...]) -> None:
    experiment = load("dresden-ii-2022")
    best = minimise(experiment, {}, profile={parameter: (-size, size)}).twice_nll[0]
    there = minimise(experiment, {parameter: np.array(ends)}).twice_nll
    np.testing.assert_allclose(there - best, NINETY, atol=0.03)


# --- TEXONO -------------------------------------------------------------------------------------


def test_texono_flux_is_that_of_all_antineutrinos() -> None:
    (source,) = load("texono-csi-2010").sources
    parts = {flux.name: float(flux.total().sum()) for flux in source.fluxes}
    assert sum(parts.values()) == pytest.approx(6.4e12)
    above = sum(parts[name] for name in TYPICAL)  # taking 6.4e12 for these alone would give 4.6 times the counts
    assert 6.4e12 / above == pytest.approx(4.6, abs=0.05)


def test_texono_recoils_are_those_of_antineutrinos_on_108_electrons() -> None:
    counts = signal(load("texono-csi-2010"))
    T = np.linspace(3.0, 8.0, 501)
    phi = oracle.flux(6.4e12, TYPICAL, low="bestiole_2023.csv")
    electrons = 108 * 6.02214076e26 / 259.81 * 29882 * 86400
    g_L, g_R = (0.9521 + 0.4938) / 2, (0.9521 - 0.4938) / 2
    sums = {}
    for name, couplings in (("nubar", (g_R, g_L)), ("nu", (g_L, g_R))):
        rate = electrons * oracle.averaged(T, oracle.M_E, phi, oracle.weak_on_electrons(*couplings))
        sums[name] = np.array([np.trapezoid(rate[i : i + 51], T[i : i + 51]) for i in range(0, 500, 50)])
    np.testing.assert_allclose(counts, sums["nubar"], rtol=2e-3)
    assert sums["nu"].sum() > 2 * counts.sum()


def test_texono_rate_with_tree_couplings_is_that_of_the_specification() -> None:
    tree = nl.load("texono-csi-2010", conventions="tree")
    per_kg_d = signal(tree) / 29882
    assert per_kg_d.sum() == pytest.approx(0.01215, rel=0.05)
    # Mueller's polynomials there, tables here; at 8 MeV they differ by a fifth
    np.testing.assert_allclose(per_kg_d[:4] / 0.5, [1.139e-2, 6.18e-3, 3.31e-3, 1.75e-3], rtol=0.03)


def test_texono_data_are_a_stated_construction_that_no_coupling_moves() -> None:
    experiment = load("texono-csi-2010")
    table = read_package_table("experiments/tables/texono2010/proxy_spectrum.csv")
    assert table.quality.startswith("proxy")
    assert experiment.card.quality == "proxy"
    standard = signal(experiment)
    np.testing.assert_allclose(table.numbers("n_sm"), standard, rtol=1e-5)
    np.testing.assert_allclose(experiment.observed, 1.08 * standard, rtol=1e-5)
    assert np.ptp(experiment.sigma) == 0
    assert (standard**2 / experiment.sigma**2).sum() ** -0.5 == pytest.approx(0.21, rel=1e-4)
    for conventions in ("tree", "miranda-2021"):
        other = nl.load("texono-csi-2010", conventions=conventions)
        assert other.observed.tolist() == experiment.observed.tolist(), conventions


def test_texono_limit_is_that_of_the_flat_proxy_not_the_published_one() -> None:
    experiment = load("texono-csi-2010")
    assert is_upper_limit(experiment, 2.10e-10)
    statistical = nl.with_nuisances(experiment, {"texono_systematic": "fixed"})
    assert is_upper_limit(statistical, 1.76e-10)  # type: ignore[arg-type]
    published = {p.parameter: p for p in experiment.card.published}
    assert published["mu_nu_e"].upper == 2.2e-10


def test_texono_weak_angle_and_charge_radius_are_those_of_the_abstract() -> None:
    experiment = load("texono-csi-2010")
    angle = nl.fit(experiment, ["sin2_theta_w"])
    assert angle.values["sin2_theta_w"] == pytest.approx(0.251, abs=0.002)
    assert angle.errors["sin2_theta_w"] == pytest.approx(np.hypot(0.031, 0.024), rel=0.1)
    radius = nl.limit(experiment, "r2_nu_ee")
    low, high = (end - experiment.parameters()["r2_nu_ee"].default for end in radius.regions[-1])
    published = {p.parameter: p for p in experiment.card.published}["r2_nu_ee"]
    assert (low, high) == pytest.approx((published.lower, published.upper), rel=0.1)
    assert len(radius.regions) == 2  # the other one far away, where the couplings change sign


def test_texono_charge_radius_is_published_in_half_the_size() -> None:
    table = read_package_table("data/limits/published.csv").where(experiment="TEXONO_CsI", parameter="r2_nu_ee")
    printed = table.where(arxiv="0911.1597")
    ours = {p.parameter: p for p in load_card("texono-csi-2010").card.published}["r2_nu_ee"]
    assert ours.lower == pytest.approx(2 * printed.numbers("lower")[0])
    assert ours.upper == pytest.approx(2 * printed.numbers("upper")[0])


def test_texono_reaches_sterile_neutrinos_of_2_mev() -> None:
    experiment = load("texono-csi-2010")
    standard = signal(experiment)
    # E >= (T + p) (1 + m_4^2 / (2 m T)) / 2 with T from 3 MeV and E to 8 MeV
    T, E, m = 3.0, 8.0, oracle.M_E
    end = np.sqrt(2 * m * T * (2 * E / (T + np.sqrt(T * T + 2 * m * T)) - 1))
    assert end == pytest.approx(2.12, abs=0.005)
    seen = signal(experiment, mu_e4=1e-9, m_4=0.98e3 * end) - standard
    assert seen[0] > 0
    assert seen[1:].tolist() == pytest.approx([0.0] * 9, abs=1e-9)
    np.testing.assert_allclose(signal(experiment, mu_e4=1e-9, m_4=1.01e3 * end), standard, rtol=1e-12)


# --- CONUS+ -------------------------------------------------------------------------------------


def test_conus_plus_is_one_count_with_the_error_of_the_paper() -> None:
    experiment = load("conus-plus-2025")
    assert (experiment.observed.tolist(), experiment.sigma.tolist()) == ([395], [106])
    assert experiment.bin_edges.tolist() == [0.16, 1.0]
    assert experiment.card.exposure == pytest.approx(327 * kg * d)
    assert experiment.card.quality == "reconstructed"
    (nuisance,) = experiment.nuisances
    assert nuisance.width == pytest.approx(59 / 347, rel=1e-3)


def test_conus_plus_expectation_is_an_independent_sum_and_within_the_collaborations_error() -> None:
    ours = {name: signal(load(f"conus-plus-2025{name}")).sum() for name in ("", ":threshold-180", ":sharp-threshold")}
    assert ours[""] == pytest.approx(347, abs=59)
    assert ours[":threshold-180"] < 0.6 * ours[""]  # 20 eVee of threshold matter more than anything else
    energy = 0.55 * 201.92 + 0.07 * 205.52 + 0.32 * 209.99 + 0.06 * 213.6
    fissions = 3.6e9 / (energy * 1.602176634e-13) / (4 * np.pi * 2070**2)
    phi = fissions * oracle.per_fission(TYPICAL, low="bestiole_2023.csv")
    T = np.geomspace(1e-4, 3e-3, 1500)
    rate = oracle.germanium_nuclei(T, phi) * 327 * 86400
    (counts,) = oracle.smeared(T, oracle.lindhard(T, 0.162) * T, rate, [0.16e-3, 1e-3], 20.4e-6, 2.96e-6 * 0.11)
    assert ours[""] == pytest.approx(counts, rel=2e-3)


def test_conus_plus_limit_counts_nuclear_recoils_only() -> None:
    nuclei, both = load("conus-plus-2025"), load("conus-plus-2025:with-electrons")
    assert (nuclei.channels, len(both.channels)) == (("nuclear-recoil",), 2)
    assert is_upper_limit(nuclei, 4.93e-10)
    assert is_upper_limit(both, 9.21e-11)
