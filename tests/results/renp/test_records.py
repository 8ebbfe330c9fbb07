"""Records of RENP: plain when asked, readable, with what follows from their fields."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nulight.results import LimitResult
from nulight.results.renp import RenpEvents, RenpLimits, RenpSpectrum

COMMON = {
    "definition": "as told",
    "conventions": {"name": "renp", "spin_sum": "trace"},
    "provenance": {"version": "0.1"},
    "citations": ("arXiv:1209.4808",),
    "warnings": ("take care",),
}
EDGES = {"11": 0.9, "12": 0.8}


def limit(name, **changes):
    values = {"parameter": name, "unit": "mu_B", "lower": 0.0, "upper": 2e-11, "regions": ((0.0, 2e-11),)}
    values |= {"experiments": ("toy",), "best_fit": 0.0, "cl": 0.9, "interval": "two-sided", "threshold": 2.706}
    return LimitResult(**values | {"twice_nll": 0.0} | changes)


SPECTRUM = RenpSpectrum(
    experiment="renp-toy",
    atom="toy",
    E_eg=2.0,
    omega=np.array([0.7, 0.85, 0.95]),
    parts={"weak": np.array([3.0, 1.0, 0.0]), "vector": np.array([-0.5, np.nan, 0.0])},
    thresholds=EDGES,
    masses=(0.0, 0.1, 0.2),
    **COMMON,
)
EVENTS = RenpEvents(
    experiment="renp-toy",
    atom="toy",
    triggers=np.array([0.7, 0.85]),
    days=np.array([10.0, 5.0]),
    spectral={"weak": np.array([3.0, 1.0])},
    weak=np.array([30.0, 5.0]),
    new=np.array([-2.0, 1.0]),
    background=np.array([1.0, 0.5]),
    open_pairs=(("11", "12"), ("11",)),
    thresholds=EDGES,
    **COMMON,
)
LIMITS = RenpLimits(
    experiment="renp-toy",
    atom="toy",
    limits=(
        limit("mu_11"),
        limit("gg_axial", unit="", lower=-1.0, upper=None, regions=((-1.0, 1.0), (2.0, None))),
    ),
    cl=0.9,
    interval="two-sided",
    asimov=True,
    observed=np.array([30.0, 5.0]),
    triggers=np.array([0.7, 0.85]),
    **COMMON,
)


@pytest.mark.parametrize("record", [SPECTRUM, EVENTS, LIMITS], ids=lambda record: record.kind)
def test_json_has_no_nan_and_everything_common(record, tmp_path):
    def refuse(name):
        raise AssertionError(name)

    content = json.loads(record.save(tmp_path / "r.json").read_text(), parse_constant=refuse)
    assert content["result"] == record.kind
    for key, value in COMMON.items():
        assert content[key] == (list(value) if isinstance(value, tuple) else value)
    assert "take care" in repr(record)
    assert "1209.4808" in record.bibtex()


def test_totals_are_sums():
    np.testing.assert_array_equal(SPECTRUM.total, [2.5, np.nan, 0.0])
    assert SPECTRUM.to_dict()["total"] == [2.5, None, 0.0]
    np.testing.assert_array_equal(EVENTS.total, [29.0, 6.5])
    np.testing.assert_array_equal(EVENTS.per_day, [2.8, 1.2])
    assert EVENTS.to_dict()["per_day"] == [2.8, 1.2]


def test_tables_have_a_row_for_every_frequency_and_every_region():
    def rows(record):
        return [line.split(",") for line in record.to_csv().splitlines() if not line.startswith("#")]

    assert rows(SPECTRUM)[0] == ["omega", "total", "weak", "vector"]
    assert rows(SPECTRUM)[1] == ["0.7", "2.5", "3.0", "-0.5"]
    assert rows(EVENTS)[1][:4] == ["0.7", "10.0", "11 12", "3.0"]
    assert rows(LIMITS) == [
        ["coupling", "lower", "upper", "best_fit", "unit"],
        ["mu_11", "0.0", "2e-11", "0.0", "mu_B"],
        ["gg_axial", "-1.0", "1.0", "0.0", ""],
        ["gg_axial", "2.0", "", "0.0", ""],
    ]


def test_they_say_themselves():
    assert repr(SPECTRUM).startswith("toy: I(omega) at 3 trigger frequencies, 0.7-0.95 eV")
    assert "threshold 12: 0.8 eV" in repr(SPECTRUM)
    assert "vector: -0.5 to 0" in repr(SPECTRUM)
    assert repr(EVENTS).startswith("renp-toy: 35.5 counts expected at 2 trigger frequencies in 15 d")
    assert repr(LIMITS).startswith("renp-toy: sensitivity (Asimov), two-sided, 90 % CL")
    assert "mu_11: [0, 2e-11] mu_B" in repr(LIMITS)
