"""A card says what is wrong with it: path, value, problem, and what would be right; all of it at once."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from nulight.data.reader import Table, TableError
from nulight.experiments.contents import bin_edges, energy_column, integrated_rate, summed_rows
from nulight.experiments.faults import ContentError, Fault
from nulight.experiments.loader import merged
from nulight.experiments.quantities import Exposure, Rate, coupling_value, rate_unit
from nulight.experiments.schema import EdgeBins, RateBackground, TableBins, UniformBins
from nulight.experiments.validate import validate_document
from nulight.units import UnitError


def table(units: str = "keV", **columns: list[float]) -> Table:
    cells = {name: tuple(f"{v!r}" for v in values) for name, values in columns.items()}
    known = {"lo": units, "hi": units, "e": units, "rate": "events/(t yr keV)"}
    kept = {name: unit for name, unit in known.items() if unit}
    return Table("t.csv", cells, kept, "", "", "", (), "")


TABLES = {
    "counts.csv": table(lo=[1.0, 2.0, 3.0], hi=[2.0, 3.0, 4.0], n=[3.0, 0.0, 5.0], half=[0.5, 1, 2], bad=[1.0, -2, 3]),
    "eff.csv": table(e=[0.5, 3.0], eff=[0.1, 0.9], over=[0.5, 1.2]),
    "rate.csv": table(e=[0.5, 1.5, 2.5, 3.5, 4.5], rate=[1.0, 2.0, 3.0, 4.0, 5.0]),
    "nr.csv": table(units="keVnr", e=[0.5, 3.0], eff=[0.1, 0.9]),
    "bare.csv": table(units="", e=[0.5, 3.0], eff=[0.1, 0.9]),
}

GOOD: dict[str, Any] = {
    "name": "test",
    "title": "A small detector",
    "status": "data",
    "quality": "exact",
    "sources": [{"kind": "solar"}],
    "target": {"material": "Xe"},
    "exposure": "1 t yr",
    "channel": "electron-recoil",
    "response": {
        "resolution": {"kind": "gaussian", "a": "0.3 keV^0.5"},
        "efficiency": {"kind": "table", "file": "eff.csv", "energy": "e", "value": "eff", "of": True, "beyond": "hold"},
    },
    "bins": {"kind": "uniform", "from": "1 keVee", "to": "4 keVee", "n": 3},
    "observed": {"kind": "counts", "file": "counts.csv", "lower": "lo", "upper": "hi", "column": "n"},
    "backgrounds": [{"kind": "flat", "name": "flat", "rate": "2 events/(t yr keV)", "contains": ["solar"]}],
    "statistic": "poisson",
    "nuisances": [{"name": "norm", "kind": "gaussian", "width": "10 %", "scales": ["flat"]}],
}


def read(file: str) -> Table:
    if file not in TABLES:
        raise TableError("is no such table; one of those there are")
    return TABLES[file]


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    for path, value in changes:
        place: Any = document
        *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return document


def faults_of(*changes: tuple[str, Any]) -> list[Fault]:
    card, faults = validate_document(changed(*changes), read)
    assert (card is None) == bool(faults)
    return faults


def test_a_good_document_has_no_faults_and_holds_internal_numbers() -> None:
    card, faults = validate_document(GOOD, read)
    assert faults == []
    assert card is not None
    assert card.exposure == pytest.approx(1000 * 365.25 * 86400)
    assert card.bins == UniformBins.model_validate({"kind": "uniform", "from": "1 keVee", "to": "4 keVee", "n": 3})
    assert card.nuisances[0].width == pytest.approx(0.1)
    with pytest.raises(ValidationError):
        card.exposure = 1.0


def test_three_errors_are_reported_together_with_path_value_and_what_is_right() -> None:
    faults = faults_of(("exposure", "1.16 kg"), ("bins.to", "5 keVnr"), ("nuisances.0.scales", ["flatt"]))
    assert [fault.path for fault in faults] == ["exposure", "bins.to", "nuisances[0].scales[0]"]
    assert [fault.value for fault in faults] == ["'1.16 kg'", "'5 keVnr'", "'flatt'"]
    assert "t yr" in faults[0].expected
    assert "keVee" in faults[1].expected
    assert "flat" in faults[2].expected


@pytest.mark.parametrize(
    ("path", "value", "where", "text"),
    [
        ("exposure", 1.16, "exposure", "has no unit"),
        ("exposure", "-1 t yr", "exposure", "is not positive"),
        ("exposure", None, "exposure", "is missing"),
        ("exposre", "1 t yr", "exposre", "did you mean exposure?"),
        ("bins.from", "1 keV", "bins.from", "keVee"),
        ("bins.to", "0.5 keVee", "bins.to", "is not above the lower end"),
        ("bins.kind", "uniformly", "bins.kind", "is no kind of this"),
        ("sources.0.kind", None, "sources[0].kind", "'electron-capture'"),
        ("sources.0.components", ["pp", "pp"], "sources[0].components", "names one twice"),
        ("sources.0.components", ["pq"], "sources[0].components[0]", "'pep'"),
        ("sources", [], "sources", "at least 1"),
        ("target.material", "Qz", "target.material", "Xe"),
        ("target", {"material": "Ge", "atomic": "rrpa"}, "target.atomic", "stepping"),
        ("conventions", "my-own", "conventions", "herrera-huber-2024"),
        ("response.resolution", {"kind": "gaussian", "a": "0 keV^0.5"}, "response.resolution", "kind: perfect"),
        ("response.efficiency.file", "none.csv", "response.efficiency.file", "is no such table"),
        ("response.efficiency.value", "efficiency", "response.efficiency.value", "no column 'efficiency'"),
        ("response.efficiency.value", "over", "response.efficiency.value", "holds 1.2"),
        ("response.efficiency.file", "nr.csv", "response.efficiency.energy", "keVnr"),
        ("response.efficiency.file", "bare.csv", "response.efficiency.energy", "has no unit"),
        ("response.efficiency.beyond", None, "bins", "beyond the efficiency table, which ends at 3 keV"),
        ("response.efficiency", {"kind": "constant", "value": "120 %"}, "response.efficiency.value", "above 1"),
        ("bins.n", 6, "observed.column", "across an edge"),
        ("bins.to", "5 keVee", "observed.column", "across an edge"),
        ("bins", {"kind": "edges", "edges": ["1 keVee", "4 keVee", "6 keVee"]}, "observed.column", "fills 0 %"),
        ("bins", {"kind": "edges", "edges": ["1 keVee", "1 keVee"]}, "bins.edges", "does not ascend"),
        ("observed.column", "bad", "observed.column", "negative count -2"),
        ("observed.column", "half", "observed.column", "whole numbers"),
        ("statistic", "gaussian", "observed.column", "leaves 1 bins empty"),
        ("backgrounds.0.rate", "2 events/(t yr keVnr)", "backgrounds[0].rate", "nuclear-recoil"),
        ("backgrounds.0.contains", ["sun"], "backgrounds[0].contains[0]", "is no source"),
        ("backgrounds.0.name", "signal", "backgrounds[0].name", "is used by the package"),
        ("backgrounds.0.name", "solar", "backgrounds[0].name", "is used by sources[0]"),
        ("nuisances.0.width", None, "nuisances[0].width", "is missing"),
        ("nuisances.0.kind", "free", "nuisances[0].width", "leave it out"),
        ("nuisances.0.kind", "flat", "nuisances[0].kind", "'box'"),
        ("references", [{}], "references[0]", "arxiv, doi or texkey"),
        ("published", [{"parameter": "mu_nu", "cl": "90 %", "reference": {}}], "published[0]", "has no number"),
        ("response.quenching", {"kind": "constant", "value": 0.1}, "response.quenching.range", "is missing"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_where_it_stands(path: str, value: Any, where: str, text: str) -> None:
    faults = faults_of((path, value))
    assert where in [fault.path for fault in faults]
    assert any(text in str(fault) for fault in faults if fault.path == where), "\n".join(map(str, faults))


@pytest.mark.parametrize("kind", ["gaussian", "box"])
def test_a_relative_width_above_one_is_a_slip_of_per_cent(kind: str) -> None:
    def widths(width: str) -> list[str]:
        entry = {"name": "n", "kind": kind, "width": width, "scales": ["signal"]}
        return [str(fault) for fault in faults_of(("nuisances", [entry])) if fault.path == "nuisances[0].width"]

    assert widths("100 %") == []
    (text,) = widths("300 %")
    assert "'300 %' is a relative width of 300 %; write '3 %' for 3 %" in text


def test_a_name_with_a_space_is_refused_in_words() -> None:
    (fault,) = faults_of(("name", "my card"))
    assert str(fault) == "name: 'my card' is no name; letters, digits, _ . and -, without spaces"


def test_a_value_that_the_problem_repeats_is_shown_once() -> None:
    (fault,) = faults_of(("target.material", "Sii"))
    assert str(fault).count("'Sii'") == 1


def test_a_flux_table_needs_the_unit_of_a_flux() -> None:
    entry = {"kind": "table", "name": "x", "file": "rate.csv", "energy": "e", "flux": "rate", "flavour": "nu_e"}
    (fault,) = faults_of(("sources.0", entry), ("backgrounds.0.contains", []))
    assert fault.path == "sources[0].flux"


def test_a_refused_entry_still_has_its_names_checked() -> None:
    faults = faults_of(("nuisances.0", {"name": "u", "kind": "gauss", "width": "10 %", "scales": ["B1"]}))
    assert [fault.path for fault in faults] == ["nuisances[0].kind", "nuisances[0].scales[0]"]


PATHS = ["exposure", "sources", "sources.0", "sources.0.components", "target", "target.material", "response", "bins",
         "response.efficiency", "response.efficiency.energy", "observed", "observed.column", "backgrounds",
         "backgrounds.0", "backgrounds.0.contains", "nuisances", "nuisances.0", "nuisances.0.scales", "published",
         "references", "statistic", "conventions", "source_nuisances", "variants", "bins.to", "bins.n"]  # fmt: skip
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["", "solar", "1 keVee", "-1 t yr"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "name", "file", "n"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(PATHS), JUNK)
def test_nothing_written_in_a_card_does_worse_than_give_faults(path: str, junk: Any) -> None:
    document = changed(("sources.0.components", ["pp"]))
    place: Any = document
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        place = place[key]
    place[last] = junk
    card, faults = validate_document(document, read)
    assert (card is None) == bool(faults)
    assert all(fault.path and fault.problem for fault in faults)
    merged(document, {"sources": {"solar": {"kind": junk}}, "bins": junk, "nuisances": {"norm": junk}})


@pytest.mark.parametrize(
    ("parameter", "right", "wrong", "expected"),
    [
        ("r2_nu_ee", "1e-32 cm^2", "1e-32 mu_B", "use cm^2"),
        ("mu_nu", "1e-11mu_B", "1e-11", "use mu_B"),
        ("lambda_12", "1e-11 mu_B", "1e-11 e", "use mu_B"),
        ("q_nu_ee", "1e-12 e", "1e-12 mu_B", "use e"),
        ("R_n", "5.5 fm", "5.5 cm^2", "use fm"),
        ("eps_u_ee", "0.3", "0.3 fm", "a number without unit"),
        ("gg_vector_ee", 1e-12, "1e-12 e", "a number without unit"),
        ("sin2_theta_w", 0.23, "0.23 e", "a number without unit"),
        ("m_4", "100 keV", "100", "use keV"),
    ],
)
def test_a_published_limit_carries_the_unit_of_its_parameter(
    parameter: str, right: Any, wrong: str, expected: str
) -> None:
    limit = {"parameter": parameter, "cl": "90 %", "reference": {"arxiv": "1"}}
    assert not faults_of(("published", [limit | {"upper": right}]))
    (fault,) = faults_of(("published", [limit | {"upper": wrong}]))
    assert (fault.path, fault.expected) == ("published[0].upper", expected)


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ({"kind": "electron-capture", "name": "x", "nuclide": "Cr51", "activity": "3 MCi",
          "geometry": {"kind": "effective", "distance": "1 m"}}, "sources[0].run_time"),
        ({"kind": "electron-capture", "name": "x", "nuclide": "Cr52", "activity": "3 MCi", "decay": "none",
          "geometry": {"kind": "effective", "distance": "1 m"}}, "sources[0].nuclide"),
        ({"kind": "electron-capture", "name": "x", "nuclide": "Cr51", "activity": "3 kg", "decay": "none",
          "geometry": {"kind": "effective", "distance": "1 m"}}, "sources[0].activity"),
        ({"kind": "electron-capture", "name": "x", "nuclide": "Cr51", "activity": "3 MCi", "decay": "none",
          "geometry": {"kind": "cylinder", "radius": "1 m"}}, "sources[0].geometry.height"),
        ({"kind": "reactor", "power": "3 GW"}, "sources[0]"),
        ({"kind": "reactor", "total_flux": "6e12 cm^-2 s^-1", "power": "3 GW", "distance": "10 m"}, "sources[0]"),
        ({"kind": "reactor", "total_flux": "6e12 cm^-2 s^-1", "fractions": {"U235": "60 %"}}, "sources[0].fractions"),
        ({"kind": "table", "name": "x", "file": "rate.csv", "energy": "e", "flux": "phi", "flavour": "nu_e"},
         "sources[0].flux"),
    ],
)  # fmt: skip
def test_sources_are_complete_or_say_what_is_missing(entry: dict[str, Any], where: str) -> None:
    assert where in [fault.path for fault in faults_of(("sources.0", entry), ("backgrounds.0.contains", []))]


def test_sources_that_share_a_nuisance_agree_on_its_size() -> None:
    chromium = {"kind": "electron-capture", "name": "a", "nuclide": "Cr51", "activity": "3 MCi", "decay": "none",
                "geometry": {"kind": "effective", "distance": "1 m"}, "activity_uncertainty": "1 %"}  # fmt: skip
    reactor = {"kind": "reactor", "name": "c", "total_flux": "1e13 cm^-2 s^-1"}
    alone = ("backgrounds.0.contains", [])
    more = [chromium, chromium | {"name": "b", "activity_uncertainty": "2 %"}]
    (fault,) = faults_of(("sources", more), alone)
    assert (fault.path, fault.value) == ("sources[1]", "'activity_Cr51'")
    (fault,) = faults_of(("sources", [reactor, reactor | {"name": "d", "widths": {"low": "20 %"}}]), alone)
    assert (fault.path, fault.value) == ("sources[1]", "'flux_reactor_low'")
    assert not faults_of(("sources", [reactor, reactor | {"name": "d"}]), alone)
    plants = [reactor | {"flux_uncertainty": "2 %"}, reactor | {"name": "d", "flux_uncertainty": "3 %"}]
    assert not faults_of(("sources", plants), alone)
    assert not faults_of(("sources", more), alone, ("source_nuisances", False))


def test_a_delay_before_a_source_that_does_not_decay_is_refused() -> None:
    entry = {"kind": "electron-capture", "name": "x", "nuclide": "Cr51", "activity": "3 MCi", "decay": "none",
             "geometry": {"kind": "effective", "distance": "1 m"}, "start_delay": "5 d"}  # fmt: skip
    (fault,) = faults_of(("sources.0", entry), ("backgrounds.0.contains", []))
    assert fault.path == "sources[0].start_delay"


def test_a_source_that_is_refused_is_still_known_by_its_name() -> None:
    entry = {"kind": "electron-capture", "name": "cr", "nuclide": "Cr51", "activity": "3 kg", "decay": "none",
             "geometry": {"kind": "effective", "distance": "1 m"}}  # fmt: skip
    faults = faults_of(("sources.0", entry), ("backgrounds.0.contains", ["cr"]), ("nuisances.0.scales", ["cr"]))
    assert [fault.path for fault in faults] == ["sources[0].activity"]


def test_one_source_is_taken_off_one_background_only() -> None:
    second = {"kind": "flat", "name": "more", "rate": "1 events/(t yr keV)", "contains": ["solar"]}
    (fault,) = faults_of(("backgrounds", [*GOOD["backgrounds"], second]))
    assert fault.path == "backgrounds[1].contains[0]"


def test_a_rate_per_tonne_year_is_the_same_per_kilogram_day() -> None:
    adapter = TypeAdapter[float](Rate)
    per_day = adapter.validate_python("1 events/(kg d keV)")
    assert adapter.validate_python(f"{1000 * 365.25} /(t yr keVee)") == pytest.approx(per_day, rel=1e-12)
    assert rate_unit("events/(t yr keV), efficiency included") == pytest.approx(1 / (1000 * 365.25 * 86400))
    with pytest.raises(UnitError, match="rate per exposure and energy"):
        rate_unit("events/keV")


@given(st.floats(1e-6, 1e6))
def test_the_number_of_an_exposure_does_not_depend_on_its_unit(value: float) -> None:
    adapter = TypeAdapter[float](Exposure)
    assert adapter.validate_python(f"{value!r} t d") == pytest.approx(adapter.validate_python(f"{1000 * value!r} kg d"))


def test_the_value_of_a_coupling_needs_a_unit_the_package_uses() -> None:
    assert coupling_value("6.4e-12 mu_B") == 6.4e-12
    with pytest.raises(UnitError, match="mu_B, e, cm"):
        coupling_value("6.4 furlongs")


def test_uniform_bins_are_the_edges_written_out() -> None:
    uniform = UniformBins.model_validate({"kind": "uniform", "from": "1 keVee", "to": "4 keVee", "n": 3})
    edges = EdgeBins(kind="edges", edges=("1000 eVee", "2 keVee", "3 keVee", "4 keVee"))  # type: ignore[arg-type]
    rows = TableBins(kind="table", file="", lower="lo", upper="hi", range=("1 keVee", "4 keVee"))  # type: ignore[arg-type]
    np.testing.assert_allclose(bin_edges(uniform), [1, 2, 3, 4], rtol=1e-15)
    np.testing.assert_allclose(bin_edges(edges), [1, 2, 3, 4], rtol=1e-15)
    np.testing.assert_allclose(bin_edges(rows, TABLES["counts.csv"]), [1, 2, 3, 4], rtol=1e-15)


def test_rows_add_up_inside_wider_bins_and_rows_outside_are_left_out() -> None:
    counts = summed_rows(TABLES["counts.csv"], "lo", "hi", "n", np.array([2.0, 4.0]))
    assert counts.tolist() == [5.0]


def test_table_energies_follow_the_unit_of_the_header() -> None:
    np.testing.assert_allclose(energy_column(table(units="MeV", e=[0.001]), "e"), [1.0], rtol=1e-15)
    with pytest.raises(ContentError, match="has no unit"):
        energy_column(table(units="", e=[1.0]), "e")


@given(st.lists(st.floats(0.01, 8.0), min_size=2, max_size=6, unique=True), st.sampled_from(["linear", "histogram"]))
def test_integrated_rates_equal_a_fine_sum(knots: list[float], interpolation: str) -> None:
    edges = np.sort(np.array(knots))
    background = _rate(interpolation=interpolation, outside="hold")
    fine = (np.arange(200_000) + 0.5) * (edges[-1] - edges[0]) / 200_000 + edges[0]
    grid, rate = TABLES["rate.csv"].numbers("e"), TABLES["rate.csv"].numbers("rate")
    nearest = np.clip(np.round(fine - grid[0]).astype(int), 0, 4)
    values = np.interp(fine, grid, rate) if interpolation == "linear" else rate[nearest]
    total = integrated_rate(background, TABLES["rate.csv"], edges).sum() / rate_unit("/(t yr keV)")
    # the midpoint sum errs by at most one cell at each of the five steps of the histogram
    width = edges[-1] - edges[0]
    assert total == pytest.approx(values.mean() * width, abs=5 * width / 200_000)


def test_a_rate_is_zero_or_held_beyond_its_table_as_the_card_says() -> None:
    edges = np.array([4.0, 4.5, 6.5])
    held = integrated_rate(_rate(outside="hold"), TABLES["rate.csv"], edges)
    none = integrated_rate(_rate(outside="zero"), TABLES["rate.csv"], edges)
    np.testing.assert_allclose(held / rate_unit("/(t yr keV)"), [0.5 * (4.5 + 5) / 2, 10.0], rtol=1e-12)
    np.testing.assert_allclose(none[1], 0.0, atol=1e-30)
    with pytest.raises(ContentError, match="inside the bins"):
        integrated_rate(_rate(), TABLES["rate.csv"], edges)


def test_a_histogram_of_uneven_cells_is_refused() -> None:
    uneven = table(e=[1.0, 2.0, 4.0], rate=[1.0, 1.0, 1.0])
    with pytest.raises(ContentError, match="not evenly spaced"):
        integrated_rate(_rate(interpolation="histogram"), uneven, np.array([1.0, 2.0]))


def _rate(**changes: Any) -> RateBackground:
    entry = {"kind": "rate-table", "name": "b", "file": "", "energy": "e", "rate": "rate", "interpolation": "linear"}
    return RateBackground.model_validate(entry | changes)
