"""Planned experiments: chromium-51 beside cryogenic and xenon detectors, solar neutrinos on nuclei."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import nulight as nl
from nulight.constants import CONSTANTS
from nulight.inference.profile import minimise
from nulight.interactions.kinematics import T_max
from nulight.targets import get_material
from nulight.targets.nuclei import get_nuclear_target
from nulight.units import d

CARDS = Path(nl.__file__).parent / "experiments" / "cards"
NINETY = 2.7055
LINES = {427.0: 0.09, 432.0: 0.01, 747.0: 0.81, 752.0: 0.09}  # keV, share of the decays
CRYOGENIC = {"si": "Si", "ge": "Ge", "al2o3": "Al2O3", "cawo4": "CaWO4"}


@lru_cache(maxsize=64)
def load(name: str, conventions: str | None = None) -> nl.Experiment:
    return nl.load(name, conventions=conventions)


def signal(experiment: nl.Experiment, **values: float) -> np.ndarray:
    return sum(experiment.by_interaction(values).values())


def moment(experiment: nl.Experiment, value: float = 1e-11) -> np.ndarray:
    """Counts that a magnetic moment of the electron neutrino adds."""
    return signal(experiment, mu_nu_e=value) - signal(experiment)


def upper_limit(experiment: nl.Experiment, parameter: str = "mu_nu_e") -> float:
    """Where the profile likelihood of planned data has risen by 2.71 from its minimum at zero."""

    def rise(log_value: float) -> float:
        values = np.array([0.0, np.exp(log_value)])
        curve = minimise(experiment, {parameter: values}).twice_nll
        return float(curve[1] - curve[0] - NINETY)

    return float(np.exp(brentq(rise, np.log(1e-12), np.log(1e-7), xtol=1e-5)))


# --- chromium-51 beside a cryogenic detector ----------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "largest", "line"),
    [
        ("Si", (42.7, 43.2), 14.3),
        ("Ge", (16.5, 16.7), 5.5),
        ("Al", (44.4, 45.0), 14.9),
        ("O", (74.9, 75.9), 25.0),
        ("Ca", (29.9, 30.3), 10.0),
        ("W", (6.52, 6.60), 2.2),
    ],
)
def test_largest_recoils_in_ev(symbol: str, largest: tuple[float, float], line: float) -> None:
    nuclei = get_nuclear_target(symbol)
    shares = np.array(nuclei.numbers) / sum(nuclei.numbers)
    mass = float(shares @ [nuclide.mass for nuclide in nuclei.nuclides])
    assert 1e3 * T_max(np.array([747.0, 752.0, 432.0]), mass) == pytest.approx([*largest, line], abs=0.06)


@pytest.mark.parametrize(
    ("name", "standard", "magnetic"),
    [("si", 258, 7.8), ("ge", 343, 6.6), ("al2o3", 228, 6.7), ("cawo4", 81, 2.6)],
)
def test_events_of_one_kilogram(name: str, standard: float, magnetic: float) -> None:
    experiment = load(f"51cr-cevns-{name}:per-kg")
    assert signal(experiment).sum() == pytest.approx(standard, rel=0.01)
    assert moment(experiment).sum() == pytest.approx(magnetic, abs=0.06)


@pytest.mark.parametrize("name", CRYOGENIC)
def test_events_are_those_of_point_like_nuclei(name: str) -> None:
    """Closed form with tree couplings; form factors are above 0.9996 at these recoils."""
    G_F, alpha, m_e = (CONSTANTS[key].value for key in ("G_F", "alpha", "m_e"))
    cm2 = CONSTANTS["hbar_c"].value ** 2 * 1e-26  # of MeV^-2
    nuclei, experiment = get_nuclear_target(CRYOGENIC[name]), load(f"51cr-cevns-{name}:per-kg", "tree")
    g_p, g_n = 0.5 - 2 * experiment.conventions.sin2_theta_w, -0.5
    weak = magnetic = 0.0
    for number, nuclide in zip(nuclei.numbers, nuclei.nuclides, strict=True):
        M, Q = nuclide.mass / 1e3, g_p * nuclide.Z + g_n * nuclide.N
        for E, share in ((energy / 1e3, share) for energy, share in LINES.items()):
            low, high = 8e-6, 2 * E**2 / (M + 2 * E)
            if high <= low:
                continue
            # G_F^2 M / pi Q^2 [1 - T / E - M T / (2 E^2) + T^2 / (2 E^2)], mu_B^2 pi alpha^2 Z^2 / m_e^2 (1/T - 1/E)
            square, cube = high**2 - low**2, high**3 - low**3
            shape = high - low - square / (2 * E) - M * square / (4 * E**2) + cube / (6 * E**2)
            weak += share * number * (G_F * 1e-6) ** 2 * M / np.pi * Q**2 * shape * cm2
            rise = np.log(high / low) - (high - low) / E
            magnetic += share * number * np.pi * (alpha * nuclide.Z / m_e) ** 2 * rise * cm2
    fluence = 1.0e13 * 55.4 * d * nuclei.units_per_kg
    assert signal(experiment).sum() == pytest.approx(fluence * weak, rel=2e-3)
    assert moment(experiment).sum() == pytest.approx(fluence * magnetic * 1e-22, rel=4e-3)


def test_tungsten_contributes_exactly_nothing(tmp_path: Path) -> None:
    card = tmp_path / "tungsten.yaml"
    card.write_text("name: tungsten\nextends: 51cr-cevns-cawo4\ntitle: Tungsten alone\ntarget: {material: W}\n")
    tungsten = nl.load(str(card))
    assert np.all(tungsten.expected({"mu_nu_e": 1e-10}) == 0)
    assert signal(load("51cr-cevns-cawo4:per-kg"))[0] > 0


def test_weak_lines_are_not_seen_by_germanium() -> None:
    lightest = min(nuclide.mass for nuclide in get_nuclear_target("Ge").nuclides)
    assert 1e3 * T_max(432.0, lightest) < 8 < 1e3 * T_max(747.0, lightest)


@pytest.mark.parametrize(
    ("name", "loose", "tight"),
    [("si", 2.8, 2.0), ("ge", 2.7, 2.2), ("al2o3", 3.5, 2.2), ("cawo4", 4.0, 2.6)],
)
def test_limits_of_one_kilogram(name: str, loose: float, tight: float) -> None:
    """In 1e-11 mu_B. The last bin of germanium expects 0.4 events: an error of one count there costs 5 %."""
    experiments = [load(f"51cr-cevns-{name}:per-kg{more}") for more in ("", "+systematic-5pct")]
    found = [1e11 * upper_limit(experiment) for experiment in experiments]
    assert found == pytest.approx([loose, tight], rel=0.055)
    for experiment, sigma, value in zip(experiments, (0.2, 0.05), found, strict=True):
        assert value == pytest.approx(1e11 * pull_limit(experiment, sigma), rel=1e-4)


def pull_limit(experiment: nl.Experiment, sigma: float, floor: float = 1.0) -> float:
    """Limit of the chi2 with one pull, solved by hand; the errors are at least `floor` counts."""
    weak, magnetic = signal(experiment), moment(experiment)
    variance = np.maximum(1.2 * weak, floor**2)
    seen = variance > 0

    def rise(mu2: float) -> float:
        theory, error = (weak + mu2 * magnetic)[seen], variance[seen]
        difference = theory - weak[seen]
        a = -(difference * theory / error).sum() / ((theory**2 / error).sum() + sigma**-2)
        return float(((difference + a * theory) ** 2 / error).sum() + (a / sigma) ** 2 - NINETY)

    return 1e-11 * float(np.sqrt(brentq(rise, 0, 1e4)))


def test_the_least_error_of_one_count_is_what_weakens_germanium() -> None:
    experiment = load("51cr-cevns-ge:per-kg")
    assert 1e11 * pull_limit(experiment, 0.2, floor=0.0) == pytest.approx(2.69, abs=0.01)
    assert signal(experiment)[-1] < 1 < signal(experiment)[-2]


@pytest.mark.parametrize("name", CRYOGENIC)
def test_variants_of_the_cryogenic_detectors(name: str) -> None:
    nominal = load(f"51cr-cevns-{name}")
    ratio = signal(load(f"51cr-cevns-{name}:10mci")) / signal(nominal)
    assert ratio[:-1] == pytest.approx(2, rel=1e-12)
    # the flux averaged over two half-lives at 25 cm, from 2.355e13 cm^-2 s^-1 at the start
    mass = nominal.card.exposure / (55.4 * d)
    per_kg = signal(load(f"51cr-cevns-{name}:per-kg")).sum()
    assert signal(nominal).sum() == pytest.approx(1.274 * mass * per_kg, rel=1e-3)


def test_higher_threshold_sees_less() -> None:
    assert signal(load("51cr-cevns-ge:12ev-threshold")).sum() < 0.5 * signal(load("51cr-cevns-ge")).sum()


# --- chromium-51 below a xenon detector ---------------------------------------------------------

XENON = {"a": (587, 228, 2.6, 6.4, 1.9), "b": (755, 294, 2.4, 6.0, 1.8), "c": (1510, 587, 2.0, 5.0, 1.5)}


@pytest.mark.parametrize("name", XENON)
def test_events_in_six_tonnes_of_xenon(name: str) -> None:
    experiment, (standard, magnetic, *_) = load(f"51cr-lxe-{name}", "tree"), XENON[name]
    assert signal(experiment).sum() == pytest.approx(standard, rel=3e-3)
    assert moment(experiment).sum() == pytest.approx(magnetic, rel=0.015)  # other binding energies


def test_magnetic_events_in_xenon_are_a_sum_over_shells() -> None:
    """A shell of n electrons bound by B counts from B to 30 keV: n [ln(30 / B) - (30 - B) / E]."""
    experiment, xenon = load("51cr-lxe-a", "tree"), get_material("Xe", load("51cr-lxe-a", "tree").conventions.shells)
    edges = np.append(np.sort(xenon.shell_energies), np.inf)
    freed = [float(xenon.electron_factor(np.array([edge * (1 + 1e-9)]), "stepping")[0]) for edge in edges[:-1]]
    counts = np.diff([0.0, *freed])
    low = edges[:-1]
    inside = low < 30
    per_line = [share * (counts * (np.log(30 / low) - (30 - low) / E))[inside].sum() for E, share in LINES.items()]
    r_0 = CONSTANTS["alpha"].value * CONSTANTS["hbar_c"].value / CONSTANTS["m_e"].value * 1e-13  # cm
    # 5 MCi, <1 / r^2> of the cylinder 0.376 m^-2, averaged over 50 d
    decays = 5e6 * 3.7e10 * 27.70 * d / np.log(2) * (1 - 0.5 ** (50 / 27.70))
    fluence = decays * 0.376e-4 / (4 * np.pi)
    expected = fluence * np.pi * r_0**2 * 1e-22 * sum(per_line) * xenon.units_per_kg * 6070
    assert moment(experiment).sum() == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("name", XENON)
def test_limits_of_xenon_with_its_threshold_and_distance(name: str) -> None:
    variants = ("", ":above-2keV", ":centre")
    found = [1e12 * upper_limit(load(f"51cr-lxe-{name}{variant}", "tree")) for variant in variants]
    assert found == pytest.approx(XENON[name][2:], rel=0.035)  # of numbers rounded to 0.1


def test_source_one_metre_from_the_centre_has_three_times_the_flux() -> None:
    ratio = signal(load("51cr-lxe-a:centre", "tree")).sum() / signal(load("51cr-lxe-a", "tree")).sum()
    assert ratio == pytest.approx(3.07, abs=0.005)


# --- solar neutrinos on nuclei ------------------------------------------------------------------

SOLAR = [f"{target}-{scale}" for target in ("ge", "si", "xe", "ar") for scale in ("gen2", "future")]


def components(name: str) -> dict[str, float]:
    experiment = load(f"solar-cevns-{name}")
    counts = experiment.expected({})[0].sum(axis=1)
    return dict(zip(experiment.components, counts.tolist(), strict=True))


@pytest.mark.parametrize(("target", "factor"), [("ge", 10), ("si", 10), ("xe", 10), ("ar", 15)])
def test_future_is_more_of_the_same(target: str, factor: float) -> None:
    for variant in ("", ":optimal"):
        small, large = components(f"{target}-gen2{variant}"), components(f"{target}-future{variant}")
        assert large == pytest.approx({name: factor * count for name, count in small.items()}, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "line", "E_nu", "threshold"),
    [("ge-gen2", "pep", 1442, 0.1), ("si-gen2", "pep", 1442, 0.1), ("si-gen2:optimal", "Be7", 862, 0.04),
     ("ge-gen2:optimal", "Be7", 862, 0.04), ("ge-gen2:optimal", "pep", 1442, 0.04)],
)  # fmt: skip
def test_lines_are_seen_when_their_largest_recoil_is_above_threshold(
    name: str, line: str, E_nu: float, threshold: float
) -> None:
    nuclei = get_nuclear_target(name[:2].capitalize()).nuclides
    reach = float(T_max(E_nu, min(nuclide.mass for nuclide in nuclei)))
    assert (components(name)[line] > 0) is (reach > threshold)


def test_boron_8_in_xenon() -> None:
    """76 events per t yr above 1.1 keV, 18.8 above 1.6 keV, older 8B spectrum; the nominal 3.5 keV sees none."""
    experiment = load("solar-cevns-xe-gen2:optimal")
    counts, edges = experiment.expected({})[0][list(experiment.components).index("B8")] / 20, experiment.bin_edges
    assert counts[edges[:-1] >= 1.099].sum() == pytest.approx(76, rel=0.05)
    assert counts[edges[:-1] >= 1.639].sum() < 18.8 < counts[edges[:-1] >= 1.489].sum()
    assert components("xe-gen2")["B8"] < 0.01


@pytest.mark.parametrize("name", SOLAR)
def test_background_is_a_rate_times_the_exposure_and_the_energies(name: str) -> None:
    exposure = {"ge": 0.2, "si": 0.2, "xe": 20, "ar": 200}[name[:2]] * (
        1 if "gen2" in name else 15 if name[:2] == "ar" else 10
    )
    rate, edges = 1 if name[:2] in ("ge", "si") else 2, load(f"solar-cevns-{name}").bin_edges
    assert components(name)["flat"] == pytest.approx(rate * exposure * (edges[-1] - edges[0]), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "electron", "muon"),
    [("ge-gen2:optimal", 1.2e-10, 1.7e-10), ("ge-future:optimal", 6.9e-11, 9.9e-11),
     ("si-gen2:optimal", 4.5e-11, 6.6e-11), ("si-future:optimal", 2.8e-11, 4.2e-11),
     ("si-gen2", 1.3e-10, 1.8e-10), ("si-future", 7.0e-11, 9.9e-11)],
)  # fmt: skip
def test_low_thresholds_reach_moments_of_1e_10_to_1e_11(name: str, electron: float, muon: float) -> None:
    """The range that the study of these detectors states."""
    found = [upper_limit(load(f"solar-cevns-{name}"), parameter) for parameter in ("mu_nu_e", "mu_nu_mu")]
    assert found == pytest.approx([electron, muon], rel=0.03)
    assert 1e-11 < min(found) < max(found) < 2e-10


def test_moment_of_boron_8_in_xenon() -> None:
    """A moment of 1e-10 mu_B of every flavour adds 0.61 events per t yr above 1.1 keV, from an older 8B spectrum."""
    experiment = load("solar-cevns-xe-gen2:optimal")
    extra = signal(experiment, mu_nu=1e-10) - signal(experiment)
    assert extra[experiment.bin_edges[:-1] >= 1.099].sum() / 20 == pytest.approx(0.61, rel=0.05)


@pytest.mark.parametrize(
    ("name", "limit"),
    [("ge-gen2", 5.7e-10), ("ge-future", 3.5e-10), ("xe-gen2", 1.28e-8), ("xe-future", 7.3e-9),
     ("xe-gen2:optimal", 9.6e-10), ("xe-future:optimal", 8.3e-10), ("ar-gen2", 8.2e-10), ("ar-future", 6.9e-10),
     ("ar-gen2:optimal", 3.45e-10), ("ar-future:optimal", 1.76e-10)],
)  # fmt: skip
def test_boron_8_and_hep_alone_stay_above_1e_10(name: str, limit: float) -> None:
    """A moment of 1e-10 mu_B adds less than 1 %, where the flux of 8B is known to 12 %; Be7 and pep are not seen."""
    experiment = load(f"solar-cevns-{name}")
    assert components(name)["pep"] == components(name)["Be7"] == 0
    assert moment(experiment, 1e-10).sum() < 0.01 * signal(experiment).sum()
    assert upper_limit(experiment) == pytest.approx(limit, rel=0.03)


# --- the card to copy ---------------------------------------------------------------------------


def test_every_field_of_the_card_to_copy_is_explained() -> None:
    text = (CARDS / "generic-cevns.yaml").read_text(encoding="utf-8").splitlines()
    fields = [(i, line) for i, line in enumerate(text) if line[:1].isalpha()]
    explained = {line.split(":")[0] for i, line in fields if "#" in line or text[i + 1].lstrip().startswith("#")}
    explained |= {line.split(":")[0] for i, line in fields if any("#" in below for below in text[i + 1 : i + 3])}
    assert {line.split(":")[0] for _, line in fields} - explained <= {"title", "notes"}


def test_a_copy_of_the_card_is_the_same_detector(tmp_path: Path) -> None:
    text = (CARDS / "generic-cevns.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("name: generic-cevns", "name: mine"), encoding="utf-8")
    mine, shipped = nl.load(str(tmp_path / "mine.yaml")), load("generic-cevns")
    np.testing.assert_array_equal(mine.observed, shipped.observed)
    (tmp_path / "heavier.yaml").write_text(
        "name: heavier\nextends: generic-cevns\ntitle: Twice\nexposure: 40 kg yr\n", encoding="utf-8"
    )
    heavier = nl.load(str(tmp_path / "heavier.yaml"))
    np.testing.assert_allclose(heavier.observed, 2 * shipped.observed, rtol=1e-12)


def test_variants_of_the_card_to_copy_do_what_they_say() -> None:
    nominal = load("generic-cevns")
    assert signal(load("generic-cevns:low-threshold")).sum() > 1.1 * signal(nominal).sum()
    assert signal(load("generic-cevns:energy-only")).size * 7 == signal(nominal).size
    # both channels see a moment, the variant only the nuclei
    both, nuclei = (
        signal(e, mu_nu_mu=1e-9).sum() - signal(e).sum() for e in (nominal, load("generic-cevns:cevns-only"))
    )
    assert 0 < nuclei < both
    # of the shape of the flux nothing is lost to the times but what comes after 6 us
    late = signal(load("generic-cevns:energy-only")).sum() / signal(nominal).sum()
    assert late == pytest.approx(1.063, abs=0.01)
    assert load("generic-cevns:reactor").sources[0].name == "reactor"
    assert 2e-11 < upper_limit(load("generic-cevns:reactor")) < 5e-11
