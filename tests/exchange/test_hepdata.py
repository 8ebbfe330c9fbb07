"""HEPData's own validator takes what we write, and the numbers are those of the results."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml

import nulight as nl
from nulight.exchange.hepdata import hepdata_table, save_hepdata
from nulight.results import ContourResult, LimitResult, SpectrumResult
from nulight.results.reading import read_result, result_from

_VALIDATE = "from hepdata_validator.cli import validate; validate()"
OLD = Path(__file__).parents[1] / "results" / "format_0"


@pytest.fixture(scope="module")
def limit() -> LimitResult:
    return nl.limit(nl.load("51cr-cevns-ge"), "mu_nu_e")


def values(variable: dict[str, object]) -> list[object]:
    return [entry["value"] for entry in variable["values"]]


def test_the_validator_of_hepdata_takes_every_kind_of_result(tmp_path: Path):
    results = {path.stem: read_result(path) for path in sorted(OLD.glob("*.json"))}
    assert len(results) > 15
    folder = save_hepdata(results, tmp_path / "submission")
    # in a process of its own: the validator leaves files open
    call = [sys.executable, "-W", "ignore", "-c", _VALIDATE, "-d", str(folder)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is valid" in done.stdout


def test_numbers_and_units_of_a_limit(limit: LimitResult):
    table = hepdata_table(limit)
    (x,), (y,) = table["independent_variables"], table["dependent_variables"]
    assert x["header"] == {"name": "mu_nu_e", "units": "mu_B"}
    np.testing.assert_array_equal(values(x), limit.scan_value)
    np.testing.assert_array_equal(values(y), limit.scan_delta_chi2)
    said = {q["name"]: q["value"] for q in y["qualifiers"]}
    assert said["CL"] == 0.9
    assert said["interval"] == "two-sided"
    assert said["experiments"] == "51cr-cevns-ge"


def test_bins_are_one_variable():
    spectrum = read_result(OLD / "spectrum.json")
    assert isinstance(spectrum, SpectrumResult)
    (axis,) = hepdata_table(spectrum)["independent_variables"]
    assert axis["values"][0] == {"low": spectrum.edges[0], "high": spectrum.edges[1]}
    assert len(axis["values"]) == len(spectrum.observed)


def test_a_contour_has_two_axes():
    contour = read_result(OLD / "contour.json")
    assert isinstance(contour, ContourResult)
    names = [v["header"]["name"] for v in hepdata_table(contour)["independent_variables"]]
    assert names == ["r2_nu_ee", "r2_nu_mumu"]


def test_what_does_not_exist_is_a_dash():
    from dataclasses import replace

    curve = read_result(OLD / "portal-limit.json")
    changed = replace(curve, upper=np.array([1e-10, np.nan]))
    columns = {v["header"]["name"]: values(v) for v in hepdata_table(changed)["dependent_variables"]}
    assert columns["upper_mu_B"] == [1e-10, "-"]


def test_the_record_and_its_citations_are_enclosed(limit: LimitResult, tmp_path: Path):
    path = save_hepdata({"Moment of nu_e": limit}, tmp_path / "submission.zip", comment="A limit")
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == [
            "moment_of_nu_e.bib", "moment_of_nu_e.json", "moment_of_nu_e.yaml", "submission.yaml"
        ]  # fmt: skip
        head, table = yaml.safe_load_all(archive.read("submission.yaml"))
        assert json.loads(archive.read("moment_of_nu_e.json")) == limit.to_dict()
    assert head["comment"] == "A limit"
    assert table["name"] == "Moment of nu_e"


def test_tables_of_similar_names_do_not_overwrite_each_other(limit: LimitResult, tmp_path: Path):
    folder = save_hepdata({"Limit A": limit, "limit-a": limit}, tmp_path / "two")
    assert len(list(folder.glob("*.json"))) == 2


def test_a_folder_in_use_is_left_alone(limit: LimitResult, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(ValueError, match="exists"):
        save_hepdata([limit], tmp_path / "mine")
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_nothing_and_too_much_are_refused(tmp_path: Path):
    from dataclasses import replace

    with pytest.raises(ValueError, match="at least one result"):
        save_hepdata([], tmp_path / "none")
    curve = read_result(OLD / "limit.json")
    empty = replace(curve, scan_value=np.zeros(0), scan_delta_chi2=np.zeros(0))
    with pytest.raises(ValueError, match="limit: 0 rows"):
        hepdata_table(empty)


def test_every_new_kind_of_result_has_axes_and_values_beside_them():
    """Kinds without a saved file of the first format, in their smallest form."""
    model = nl.load("texono-csi-2010")
    made = {
        "goodness": nl.goodness(model, n_toys=20),
        "coverage": nl.coverage(model, "mu_nu_e", [0.0, 1e-10], n_toys=20),
        "toys": nl.toy_limit(model, "mu_nu_e", n_toys=20, values=[0.0, 1e-10, 3e-10]),
        "masses": nl.look_elsewhere(model, "mu_e4", [10.0, 100.0], n_toys=20),
        "latin": nl.scan(model, nl.LatinHypercube([nl.Axis("mu_nu_e", 0, 4e-10), nl.Axis("r2_nu_ee", 0, 1e-31)], 9, 1)),
        "grid": nl.scan_grid(model, {"mu_nu_e": [0.0, 1e-10], "r2_nu_ee": [0.0, 1e-31]}),
    }
    axes = {name: [v["header"]["name"] for v in hepdata_table(r)["independent_variables"]] for name, r in made.items()}
    assert axes == {
        "goodness": ["toy"],
        "coverage": ["mu_nu_e"],
        "toys": ["mu_nu_e"],
        "masses": ["m_4"],
        "latin": ["mu_nu_e", "r2_nu_ee"],
        "grid": ["mu_nu_e", "r2_nu_ee"],
    }
    for name, result in made.items():
        table = hepdata_table(result)
        lengths = {len(v["values"]) for kind in table.values() for v in kind}
        assert lengths == {len(next(iter(result.table()[0].values())))}, name
        assert table["dependent_variables"], name
        assert result_from(json.loads(json.dumps(result.to_dict()))).to_csv() == result.to_csv()
