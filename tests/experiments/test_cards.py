"""The shipped cards: they validate in every variant and hold the published numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from nulight.data.reader import read_package_table
from nulight.experiments import loader
from nulight.experiments.contents import integrated_rate, summed_rows
from nulight.experiments.library import list_experiments, summarise
from nulight.experiments.loader import LoadedCard, card_names, load_card
from nulight.experiments.schema import ElectronCaptureSource, RateBackground
from nulight.units import MCi, d, kg, t, yr

TABLES = "experiments/tables/xenonnt_er2022"
EVERY = [name if variant is None else f"{name}:{variant}"
         for name in card_names() for variant in (None, *load_card(name).card.variants)]  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_every_card_and_variant_validates(name: str) -> None:
    loaded = load_card(name)
    assert loaded.label == name
    assert loaded.card.name == name.split(":")[0]
    for counts in loaded.background_counts().values():
        assert counts.shape == (loaded.frame.n_bins,)
        assert np.all(counts >= 0)
        assert counts.sum() > 0


@pytest.mark.parametrize("name", card_names())
def test_every_card_says_where_it_is_from_and_how_good_it_is(name: str) -> None:
    loaded = load_card(name)
    assert loaded.card.references
    assert loaded.card.notes
    for table in loaded.tables.values():
        assert table.quality
        assert table.source
        assert len(table.sha256) == 64
    # a matrix has no efficiency beside it
    for entry in filter(None, (*loaded.card.backgrounds, loaded.card.response.efficiency)):
        assert entry.quality is not None
    assert all(loaded.card.variants.values())


def test_no_unbinned_event_list_is_shipped() -> None:
    folder = Path(loader.__file__).parent / "tables"
    assert len(list(folder.rglob("*.csv"))) > 5
    assert not list(folder.rglob("*events*"))


def test_xenonnt_observed_counts_are_those_of_the_release() -> None:
    loaded = load_card("xenonnt-2022-er")
    observed = _observed(loaded)
    assert observed.sum() == 433
    assert observed[:9].sum() == 106
    assert (observed[0], loaded.edges()[0], loaded.edges()[-1]) == (4, 1, 30)
    assert loaded.card.exposure == pytest.approx(1.16 * t * yr)


def test_xenonnt_background_integrated_from_the_fine_table_is_the_published_column() -> None:
    loaded = load_card("xenonnt-2022-er")
    column = read_package_table(f"{TABLES}/spectrum_0_30keV.csv").numbers("bkg_B0")[1:]
    # both tables hold seven digits
    np.testing.assert_allclose(loaded.background_counts()["B0"], column, rtol=1e-6)
    assert loaded.background_counts()["B0"].sum() == pytest.approx(426.5, abs=0.05)
    assert loaded.background_counts()["B0"][0] == pytest.approx(6.9, abs=0.05)


def test_xenonnt_in_wider_bins_holds_the_same_events() -> None:
    fine, wide = load_card("xenonnt-2022-er"), load_card("xenonnt-2022-er:2keV-bins")
    pairs = _observed(fine)[1:].reshape(-1, 2).sum(axis=1)
    assert _observed(wide)[1:].tolist() == pairs.tolist()
    digitised = read_package_table(f"{TABLES}/spectrum_1_140keV.csv").numbers("n_obs")[:15]
    assert _observed(wide).tolist() == digitised.tolist()
    assert wide.background_counts()["B0"].sum() == pytest.approx(fine.background_counts()["B0"].sum())


def test_xenonnt_wide_range_is_joined_from_its_two_tables() -> None:
    loaded = load_card("xenonnt-2022-er:1-140keV")
    fine = load_card("xenonnt-2022-er")
    upper = np.arange(30.0, 141.0, 2.0)
    figure = read_package_table(f"{TABLES}/spectrum_1_140keV.csv")
    curve = read_package_table(f"{TABLES}/background_curves_1_140keV.csv")
    entry = RateBackground(
        kind="rate-table", name="B0", file="", energy="e_keV", rate="rate", interpolation="linear", outside="hold"
    )
    background = 1.16 * t * yr * integrated_rate(entry, curve, upper)
    observed, B0 = _observed(loaded), loaded.background_counts()["B0"]
    assert observed[:29].tolist() == _observed(fine).tolist()
    assert observed[29:].tolist() == summed_rows(figure, "e_lo_keV", "e_hi_keV", "n_obs", upper).tolist()
    np.testing.assert_allclose(B0[:29], fine.background_counts()["B0"], rtol=1e-5)  # six digits in the table
    np.testing.assert_allclose(B0[29:], background, rtol=1e-5)
    assert observed.sum() == 3658
    assert B0[0] == pytest.approx(6.9, abs=0.05)  # not the 3.7 of the marker at 1.05 keV


def test_xenon1t_shows_its_excess_below_7_kev() -> None:
    loaded = load_card("xenon1t-2020-er")
    observed, B0 = _observed(loaded), loaded.background_counts()["B0"]
    assert observed[:6].sum() == 285
    assert B0[:6].sum() == pytest.approx(231.4, abs=0.05)
    assert B0.sum() == pytest.approx(1247.1, abs=0.05)
    assert loaded.card.exposure == pytest.approx(0.648 * t * yr)
    assert loaded.card.response.efficiency.of == "true"
    assert {n.name: n.width for n in loaded.card.nuisances} == pytest.approx(
        {"xenon1t_background": 0.026, "xenon1t_efficiency": 0.03}
    )


def test_published_backgrounds_contain_the_solar_signal() -> None:
    for name in ("xenonnt-2022-er", "xenon1t-2020-er", "xenonnt-solar-195ty", "xenonnt-51cr:physical"):
        assert load_card(name).card.backgrounds[0].contains == ("solar",)
    assert load_card("xenonnt-51cr").card.backgrounds[0].contains == ()


def test_the_source_run_is_the_papers_setup() -> None:
    card = load_card("xenonnt-51cr").card
    source = _chromium(load_card("xenonnt-51cr"))
    assert card.conventions == "herrera-huber-2024"
    assert card.exposure == pytest.approx(60 * t * yr / 6)
    assert (source.activity, source.decay, source.geometry.distance) == (3 * MCi, "none", 131.9)  # type: ignore[union-attr]
    assert source.run_time == pytest.approx(yr / 6)
    assert {n.kind for n in card.nuisances} == {"box"}
    assert {n.name: n.width for n in card.nuisances} == pytest.approx({"xenonnt_mass": 0.0275, "activity_Cr51": 0.01})
    assert not card.source_nuisances


@pytest.mark.parametrize(("variant", "years"), [("6t", 1), ("60t", 10), ("300t", 50)])
def test_tonnes_times_runs_are_sixths_of_tonne_years(variant: str, years: float) -> None:
    assert load_card("xenonnt-51cr", variant).card.exposure == pytest.approx(years * t * yr)


@pytest.mark.parametrize(("variant", "megacurie"), [("3MCi", 3), ("3.1MCi", 3.1), ("3.41MCi", 3.41)])
def test_activities_are_variants(variant: str, megacurie: float) -> None:
    assert _chromium(load_card("xenonnt-51cr", variant)).activity == pytest.approx(megacurie * MCi)


def test_the_physical_run_decays_stands_outside_and_is_gaussian() -> None:
    loaded = load_card("xenonnt-51cr:physical")
    source = _chromium(loaded)
    assert source.decay == "average"
    assert source.run_time == pytest.approx(60.875 * d)
    assert source.geometry.distance_from_axis - source.geometry.radius == pytest.approx(100)  # type: ignore[union-attr]
    assert {n.kind for n in loaded.card.nuisances} == {"gaussian"}
    assert (loaded.card.conventions, [s.name for s in loaded.card.sources]) == ("default", ["cr51", "solar"])


def test_source_and_solar_runs_share_the_mass_and_not_the_activity() -> None:
    source = {n.name for n in load_card("xenonnt-51cr").card.nuisances}
    solar = {n.name for n in load_card("xenonnt-solar-195ty").card.nuisances}
    xlzd = {n.name for n in load_card("xlzd-51cr").card.nuisances}
    assert source & solar == {"xenonnt_mass"}
    assert source & xlzd == {"activity_Cr51"}
    assert load_card("xenonnt-solar-195ty").card.exposure == pytest.approx(195e3 * kg * yr)


@pytest.mark.parametrize(("variant", "mass"), [("physical", 60), ("physical-80t", 80)])
def test_the_assumed_xlzd_cylinder_holds_its_mass(variant: str, mass: float) -> None:
    loaded = load_card("xlzd-51cr", variant)
    geometry = _chromium(loaded).geometry
    volume = np.pi * geometry.radius**2 * geometry.height  # type: ignore[union-attr]
    assert volume * 2.94e-6 == pytest.approx(mass, rel=1e-3)  # g/cm3 to t; radii to 0.05 cm
    assert loaded.card.exposure == pytest.approx(mass * t * yr / 6, rel=1e-5)


def test_the_library_lists_exposure_source_quality_and_published_limits() -> None:
    found = {entry.name: entry for entry in list_experiments()}
    assert set(found) >= {"xenonnt-2022-er", "xenon1t-2020-er", "xenonnt-51cr", "xlzd-51cr", "xenonnt-solar-195ty"}
    xenonnt = found["xenonnt-2022-er"]
    assert (xenonnt.exposure, xenonnt.sources, xenonnt.quality) == ("1.16 t yr", ("solar",), "exact")
    assert [(p["parameter"], p["upper"], p["cl"]) for p in xenonnt.published] == [("mu_nu", 6.4e-12, 0.9)]
    assert (found["xenon1t-2020-er"].published[0]["lower"], found["xlzd-51cr"].quality) == (1.4e-11, "proxy")
    assert yaml.safe_load(yaml.safe_dump(summarise(load_card("xenonnt-51cr:6t")).to_dict()["variants"]))


def _observed(loaded: LoadedCard) -> np.ndarray:
    observed = loaded.observed()
    assert observed is not None
    return observed


def _chromium(loaded: LoadedCard) -> ElectronCaptureSource:
    source = loaded.card.sources[0]
    assert isinstance(source, ElectronCaptureSource)
    return source
