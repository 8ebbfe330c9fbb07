"""Records: immutable, plain when asked, readable."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from nulight.data.reader import read_table
from nulight.results import (
    ContourResult,
    CrossSectionResult,
    FitResult,
    ForecastResult,
    Impact,
    Interval,
    LimitResult,
    ReachResult,
    SpectrumResult,
)

COMMON = {
    "definition": "as told",
    "conventions": {"name": "tree", "sin2_theta_w": 0.231},
    "provenance": {"version": "0.1", "data": {"a.csv": "00"}},
    "citations": ["2207.11330"],
}


def _limit(**changes):
    values = {
        "parameter": "r2_nu_ee",
        "unit": "cm^2",
        "experiments": ("toy",),
        "lower": -1e-30,
        "upper": 2e-31,
        "best_fit": -8e-33,
        "cl": 0.9,
        "interval": "two-sided",
        "threshold": 2.706,
        "regions": ((-1e-30, -7e-31), (-1e-31, 2e-31)),
        "twice_nll": 20.0,
        "expected": Interval(lower=None, upper=2e-31, best_fit=0.0, regions=((None, 2e-31),)),
        "impacts": (Impact(name="bg", kind="gaussian", best_fit=0.1, pull=1.0, lower=0.0, upper=1.0, change=-0.1),),
        "nuisances": {"bg": 0.1},
        "scan_value": np.array([-1e-30, 0.0, 1e-30]),
        "scan_delta_chi2": np.array([2.0, np.inf, 3.0]),
    }
    return LimitResult(**values | COMMON | changes)


RECORDS = {
    "limit": _limit(),
    "fit": FitResult(
        experiments=("toy",),
        values={"mu_nu": 1e-11, "bg": 0.1},
        errors={"mu_nu": 2e-12, "bg": 0.05},
        units={"mu_nu": "mu_B"},
        names=("mu_nu", "bg"),
        correlation=np.eye(2),
        chi2=10.0,
        ndof=8,
        p_value=0.27,
        valid=True,
        **COMMON,
    ),
    "contour": ContourResult(
        parameters=("a_nu_ee", "sin2_theta_w"),
        units=("cm^2", ""),
        experiments=("toy",),
        x=np.array([0.0, 1.0, 2.0]),
        y=np.array([0.0, 1.0]),
        delta_chi2=np.arange(6.0).reshape(2, 3),
        best_fit=(0.0, 0.0),
        twice_nll=0.0,
        levels={"1 sigma": 2.3},
        paths={"1 sigma": (np.zeros((4, 2)),)},
        dof=2,
        **COMMON,
    ),
    "forecast": ForecastResult(
        vary="exposure",
        vary_unit="t yr",
        values=np.array([1.0, 10.0]),
        parameter="mu_nu",
        unit="mu_B",
        lower=np.zeros(2),
        upper=np.array([np.inf, 1e-12]),
        cl=0.9,
        interval="upper",
        **COMMON,
    ),
    "reach": ReachResult(
        vary="exposure",
        vary_unit="t yr",
        value=3.0,
        parameter="mu_nu",
        unit="mu_B",
        target=3e-12,
        achieved=3e-12,
        cl=0.9,
        interval="upper",
        **COMMON,
    ),
    "spectrum": SpectrumResult(
        experiment="toy",
        edges=np.array([1.0, 2.0, 3.0]),
        counts={"pp": np.array([1.0, 2.0]), "B0": np.array([10.0, 10.0])},
        observed=np.array([12.0, 9.0]),
        **COMMON,
    ),
    "cross section": CrossSectionResult(
        target="electron",
        nu="nu_e",
        E_nu=747.0,
        T=np.array([100.0]),
        total=np.array([1e-47]),
        terms={"weak": np.array([9e-48]), "magnetic": np.array([1e-48])},
        **COMMON,
    ),
}


@pytest.fixture(params=RECORDS.values(), ids=list(RECORDS))
def record(request):
    return request.param


def test_json_has_no_nan_and_names_its_kind(record, tmp_path):
    def refuse(name):
        raise AssertionError(name)

    content = json.loads(record.save(tmp_path / "r.json").read_text(), parse_constant=refuse)
    assert content["result"] == record.kind
    assert content["conventions"]["sin2_theta_w"] == 0.231
    assert content["citations"] == ["2207.11330"]


def test_csv_is_a_table_with_its_definition(record, tmp_path):
    table = read_table(record.save(tmp_path / "r.csv"))
    assert len(table) >= 1
    assert table.notes == ("as told",)


def test_unknown_suffix_is_refused_and_nothing_written(record, tmp_path):
    with pytest.raises(ValueError, match=r"written as \.json or \.csv"):
        record.save(tmp_path / "r.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_nothing_can_be_changed(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.definition = "other"
    with pytest.raises(TypeError, match="cannot be changed"):
        record.conventions["name"] = "other"
    with pytest.raises(TypeError, match="cannot be changed"):
        record.provenance["data"].update(x=1)
    assert isinstance(record.citations, tuple)
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable


def test_copies_and_pickles(record):
    assert pickle.loads(pickle.dumps(record)).to_dict() == record.to_dict()
    assert copy.deepcopy(record).to_dict() == record.to_dict()


def test_says_itself_as_text_and_html(record):
    assert "as told" in repr(record)
    assert "conventions: tree" in repr(record)
    assert record._repr_html_().startswith("<table>")


def test_bibtex_comes_with_the_record(record):
    assert "PhysRevLett.129.161805" in record.bibtex()


def test_arrays_given_by_the_caller_stay_the_callers():
    mine = np.array([1.0, 2.0, 3.0])
    result = _limit(scan_value=mine)
    mine[0] = 99
    assert result.scan_value[0] == 1.0


def test_limit_has_the_keys_the_command_line_promises():
    keys = set(_limit().to_dict())
    assert keys >= {
        "parameter",
        "lower",
        "upper",
        "best_fit",
        "cl",
        "interval",
        "dof",
        "unit",
        "conventions",
        "impacts",
    }
    assert keys >= {"expected", "regions", "statistical", "definition", "provenance"}
    assert _limit().to_dict()["expected"]["regions"] == [[None, 2e-31]]


def test_limit_text_shows_regions_and_open_ends():
    text = repr(_limit())
    assert "[-1e-30, -7e-31] or [-1e-31, 2e-31] cm^2 (two-sided, 90 % CL, toy)" in text
    assert "expected: [-inf, 2e-31] cm^2" in text
    assert "held bg: -10.0 %, pull +1.00" in text
    tiny = dataclasses.replace(_limit().impacts[0], name="flux", change=-1e-6)
    assert "held, below 0.1 %: flux" in repr(_limit(impacts=(tiny,)))
    assert "no upper limit" in repr(_limit(interval="upper", upper=None))


def test_cross_section_of_one_energy_gives_numbers():
    content = RECORDS["cross section"].to_dict()
    assert content["total"] == {"value": 1e-47, "unit": "cm^2/keV"}
    assert content["terms"] == {"weak": 9e-48, "magnetic": 1e-48}
    assert content["E_nu"] == {"value": 747.0, "unit": "keV"}


def test_spectrum_total_sums_the_components():
    np.testing.assert_allclose(RECORDS["spectrum"].total, [11.0, 12.0])


def test_records_load_nothing_heavy():
    code = "import sys, nulight.results; sys.exit(any(m in sys.modules for m in ('scipy', 'matplotlib', 'pydantic')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
