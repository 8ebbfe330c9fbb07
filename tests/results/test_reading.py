"""Results come back from their files as they were, whatever version wrote them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nulight as nl
import nulight.results
from nulight.io.record import FORMAT, Result
from nulight.results import ContourResult, LimitResult, ScanResult
from nulight.results.reading import MIGRATIONS, read_result, result_from
from nulight.results.registry import KINDS, record_class

OLD = sorted((Path(__file__).parent / "format_0").glob("*.json"))
"""Written by version 0.1.0 before records stated a format."""


@pytest.fixture(scope="module")
def limit() -> LimitResult:
    return nl.limit(nl.load("51cr-cevns-ge"), "mu_nu_e")


def without_format(value: object) -> object:
    if isinstance(value, list):
        return [without_format(item) for item in value]
    if isinstance(value, dict):
        return {key: without_format(item) for key, item in value.items() if key != "format"}
    return value


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_results_of_the_first_format_keep_every_value(path: Path):
    old = json.loads(path.read_text(encoding="utf-8"))
    record = read_result(path)
    assert record.kind == old["result"]
    new = without_format(record.to_dict())
    if (old["result"], 0) not in MIGRATIONS:
        assert new == old
    assert new["provenance"] == old["provenance"]
    assert repr(record)
    assert record.to_csv()


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_reading_what_was_written_changes_nothing(path: Path, tmp_path: Path):
    record = read_result(path)
    again = read_result(record.save(tmp_path / "again.json"))
    assert again.to_dict() == record.to_dict()
    assert again.to_dict()["format"] == FORMAT


def test_a_limit_comes_back_with_its_arrays_and_parts(limit: LimitResult, tmp_path: Path):
    again = read_result(limit.save(tmp_path / "limit.json"))
    assert isinstance(again, LimitResult)
    np.testing.assert_array_equal(again.scan_value, limit.scan_value)
    assert again.scan_value.dtype == float
    assert again.expected == limit.expected
    assert again.impacts == limit.impacts
    assert again.regions == limit.regions
    assert repr(again) == repr(limit)
    assert again.bibtex() == limit.bibtex()


def test_every_record_can_be_read():

    def kinds(base: type[Result]) -> set[str]:
        ours = {base.kind} if base.__module__.startswith("nulight.") else set()
        return ours.union(*(kinds(child) for child in base.__subclasses__()))

    assert kinds(Result) - {Result.kind} == set(KINDS)


def test_a_contour_is_of_its_own_class():
    record = read_result(Path(__file__).parent / "format_0" / "contour.json")
    assert isinstance(record, ContourResult)


def test_null_in_a_scan_is_an_impossible_point():
    path = Path(__file__).parent / "format_0" / "scan.json"
    given = json.loads(path.read_text(encoding="utf-8"))
    given["delta_chi2"][0][0] = None
    record = result_from(given)
    assert isinstance(record, ScanResult)
    assert np.ravel(record.delta_chi2)[0] == np.inf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": FORMAT + 1}, "update nulight"),
        ({"result": "horoscope"}, "no result of the kind 'horoscope'; there are"),
        ({"cl": "ninety"}, "field 'cl': 'ninety' is no float"),
        ({"impacts": 3}, "field 'impacts'"),
    ],
)
def test_what_cannot_be_read_is_named(limit: LimitResult, change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        result_from(limit.to_dict() | change)


def test_a_missing_field_is_named(limit: LimitResult):
    record = limit.to_dict()
    del record["parameter"]
    with pytest.raises(ValueError, match="parameter"):
        result_from(record)


def test_other_files_are_refused(tmp_path: Path):
    path = tmp_path / "limit.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not JSON"):
        read_result(path)
    path.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(ValueError, match="no result of this package"):
        read_result(path)


def test_unknown_kinds_list_the_known():
    with pytest.raises(ValueError, match="limit"):
        record_class("limits of patience")
