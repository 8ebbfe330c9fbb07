"""Further axes, shapes and products: the rules, and the numbers they give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nulight.experiments.axes import bin_text
from nulight.experiments.frame import Frame
from nulight.experiments.rows import Dimension
from oracles_cards import CSI, changed, faults_of, make_table

TABLES = {
    "counts.csv": make_table(
        {
            "lo": ("PE", [8, 8, 12, 12]),
            "hi": ("PE", [12, 12, 16, 16]),
            "t_lo": ("us", [0, 1, 0, 1]),
            "t_hi": ("us", [1, 6, 1, 6]),
            "n": ("counts", [4, 6, 1, 0]),
            "bare": (None, [0, 1, 0, 1]),
            "minus": ("", [1, -1, 1, 1]),
        }
    ),
    "pulse.csv": make_table(
        {"t_lo": ("us", [0, 1]), "t_hi": ("us", [1, 6]), "p": ("", [0.75, 0.25]), "much": ("", [1, 1]),
         "none": ("", [0, 0]), "minus": ("", [-1, 2]), "kev": ("keV", [0, 1])}
    ),
    "short.csv": make_table({"t_lo": ("us", [0]), "t_hi": ("us", [1]), "p": ("", [1])}),
    "wide.csv": make_table({"t_lo": ("us", [0]), "t_hi": ("us", [6]), "p": ("", [1])}),
    "shape.csv": make_table(
        {"lo": ("PE", [8, 8, 12, 12]), "hi": ("PE", [12, 12, 16, 16]), "f_lo": ("-", [0.5, 0.7, 0.5, 0.7]),
         "f_hi": ("-", [0.7, 0.9, 0.7, 0.9]), "n": ("", [1, 3, 0, 0])}
    ),
}  # fmt: skip
TIMES = CSI["axes"][0]
F90 = {"name": "f90", "from": 0.5, "to": 0.9, "n": 2}
SHAPE = {"file": "shape.csv", "lower": "lo", "upper": "hi", "axes": {"f90": ["f_lo", "f_hi"]}, "column": "n"}
ASIMOV = ("observed", {"kind": "asimov"})


def csi(*changes: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(fault.path, str(fault)) for fault in faults_of(changed(CSI, *changes), TABLES)]


@pytest.mark.parametrize(
    ("path", "value", "where", "text"),
    [
        ("axes.0.name", "energy", "axes[0].name", "is used by the package"),
        ("axes.0.edges", ["1 us", "0 us"], "axes[0]", "does not ascend: 1e-06 s is followed by 0 s"),
        ("axes.0.edges", ["0 us", "1 keV"], "axes[0].edges[1]", "is not a time or a number"),
        ("axes.0.edges", ["0 us", 1], "axes[0].edges[1]", "is not of the unit of the first edge"),
        ("axes.0.edges", ["0 us"], "axes[0].edges", "at least 2"),
        ("axes.0.edges", [0, 1, 6], "axes[0].edges", "no unit, and time is an axis of times; write '0 us'"),
        ("axes.0", {"name": "t", "from": 0, "to": 6, "n": 2}, "axes[0].from", "has no unit, and t is an axis of times"),
        ("axes.0.edges", None, "axes[0]", "does not fix its bins; edges, or from, to and n"),
        ("axes.0.n", 3, "axes[0]", "does not fix its bins"),
        ("axes.0.efficiency.rate", "0.05", "axes[0].efficiency.rate", "1 /s"),
        ("axes.0.efficiency.kind", "table", "axes[0].efficiency.kind", "decay"),
        ("axes.0.efficiency", None, None, None),
        ("axes.1", TIMES | {"name": "later"}, "axes[1]", "is a second time axis, after axes[0]"),
        ("axes.1", TIMES, "axes[1].name", "is used by axes[0]"),
        ("axes", None, "observed.axes.time", "is no axis of this card; the card has no axes"),
        ("observed.axes", None, "observed.axes.time", "is missing; how the counts lie on the axis time"),
        ("observed.axes", {"t": ["t_lo", "t_hi"]}, "observed.axes.t", "is no axis of this card; one of: time"),
        ("observed.axes.time", ["t_lo"], "observed.axes.time[1]", "is missing"),
        ("observed.axes.time.0", "bare", "observed.axes.time", "has no unit in the header of its file"),
        ("observed.axes.time.0", "lo", "observed.axes.time", "has the unit 'PE'"),
        ("observed.axes.time.0", "t0", "observed.axes.time", "no column 't0'"),
        ("observed.column", "minus", "observed.column", "negative count -1"),
        ("bins.edges.2", "18 PE", "observed.column", "% of the bin energy 12 to 18 PE, time 0 to 1e-06 s"),
        ("axes.0.edges.1", "2 us", "observed.column", "row from 1e-06 to 6e-06 s across an edge of the bins of time"),
        ("axes.0.edges.2", "7 us", "observed.column", "83.33 % of the bin energy 8 to 12 PE, time 1e-06 to 7e-06 s"),
        ("backgrounds.0.axes", None, "backgrounds[0].axes.time", "is missing"),
        ("backgrounds.0.axes.f90", CSI["backgrounds"][0]["energy"], "backgrounds[0].axes.f90", "is no axis"),
        ("backgrounds.0.axes.time.column", "none", "backgrounds[0]", "adds up to 0"),
        ("backgrounds.0.axes.time.column", "minus", "backgrounds[0]", "holds -1"),
        ("backgrounds.0.axes.time.column", "no", "backgrounds[0].axes.time.column", "no column 'no'"),
        ("backgrounds.0.axes.time.file", "short.csv", "backgrounds[0]", "0 % of the bin time 1e-06 to 6e-06 s"),
        ("backgrounds.0.axes.time.file", "wide.csv", "backgrounds[0]", "across an edge"),
        ("backgrounds.0.counts", -1, "backgrounds[0].counts", "greater than or equal to 0"),
        ("signal_shape", SHAPE, "signal_shape.axes.f90", "is no axis of this card; one of: time"),
        ("sources.0.time", None, "sources[0].time", "is missing: the signal is counted on the axis time"),
        ("sources.0.time.width", "0 us", "sources[0].time.width", "is not positive"),
        ("sources.0.yield", None, "sources[0].yield", "is missing"),
        ("sources.0.protons", "0", "sources[0].protons", "greater than 0"),
        ("sources.0.protons", "many", "sources[0].protons", "number"),
        ("sources.0", {"kind": "solar"}, None, None),
        ("sources.0", {"kind": "atmospheric"}, None, None),
        ("sources.0", {"kind": "dsnb", "name": "past", "uncertainty": "50 %"}, None, None),
    ],
)  # fmt: skip
def test_each_rule_says_what_is_wrong(path: str, value: Any, where: str | None, text: str | None) -> None:
    faults = csi((path, value))
    if where is None or text is None:
        assert faults == []
    else:
        assert any(place == where and text in message for place, message in faults), faults


@pytest.mark.parametrize(
    ("change", "where", "text"),
    [
        ({"kind": "table", "file": "pulse.csv", "prompt": "p", "delayed": "p"}, None, None),
        ({"kind": "table", "file": "pulse.csv", "prompt": "p", "delayed": "much"}, "sources[0].time", "add up to 2"),
        ({"kind": "table", "file": "pulse.csv", "prompt": "p", "delayed": "q"}, "sources[0].time.delayed", "no column"),
        ({"kind": "pulse", "file": "pulse.csv", "column": "much", "offset": "-0.1 us"}, None, None),
        ({"kind": "pulse", "file": "pulse.csv", "column": "none"}, "sources[0].time", "does not hold"),
        ({"kind": "pulse", "file": "pulse.csv", "column": "p", "lower": "kev"}, "sources[0].time.lower", "one of: s"),
        ({"kind": "pulse", "file": "no.csv", "column": "p"}, "sources[0].time.file", "is no such table"),
    ],
)  # fmt: skip
def test_arrival_times_are_probabilities_of_rows(change: dict[str, Any], where: str | None, text: str | None) -> None:
    faults = csi(("sources.0.time", {"lower": "t_lo", "upper": "t_hi"} | change))
    if where is None or text is None:
        assert faults == []
    else:
        assert any(place == where and text in message for place, message in faults), faults


def test_an_axis_that_is_no_time_needs_the_shape_of_the_signal_and_of_every_background() -> None:
    faults = csi(ASIMOV, ("axes.1", F90), ("backgrounds.0.axes.f90", CSI["backgrounds"][0]["axes"]["time"]))
    assert {place for place, _ in faults} >= {"signal_shape.axes.f90", "backgrounds[1]", "backgrounds[0]"}
    (known,) = [message for place, message in faults if place == "backgrounds[1]"]
    assert "'f90' is an axis on which this background is not known; kind: counts or product" in known
    assert csi(ASIMOV, ("axes.1", F90), ("backgrounds", []), ("nuisances", []), ("signal_shape", SHAPE)) == []


def test_an_axis_of_times_without_unit_is_one_fault_and_not_those_that_follow_from_it() -> None:
    assert [place for place, _ in csi(("axes.0.edges", [0, 1, 6]), ("axes.0.efficiency", None))] == ["axes[0].edges"]


def test_bins_in_time_are_named_in_microseconds() -> None:
    times = Dimension("time", np.array([0.0, 0.5e-6, 0.625e-6]), ("time",))
    frame = Frame("PE", (Dimension("energy", np.array([8.0, 12.0, 16.0]), ("PE",)), times))
    assert [bin_text(frame, 0), bin_text(frame, 3)] == ["8-12 PE, time 0-0.5 us", "12-16 PE, time 0.5-0.625 us"]


def test_a_plain_axis_takes_no_efficiency_of_time() -> None:
    axis = F90 | {"efficiency": TIMES["efficiency"]}
    faults = csi(ASIMOV, ("axes.0", axis), ("backgrounds", []), ("nuisances", []), ("signal_shape", SHAPE))
    assert [place for place, _ in faults] == ["axes[0].efficiency"]


def test_a_shape_that_covers_the_time_leaves_no_place_for_profiles_and_efficiencies() -> None:
    times = {"file": "counts.csv", "lower": "lo", "upper": "hi", "axes": {"time": ["t_lo", "t_hi"]}, "column": "n"}
    (fault,) = csi(("signal_shape", times))
    assert fault[0] == "axes[0].efficiency"
    assert csi(("signal_shape", times), ("axes.0.efficiency", None), ("sources.0.time", None)) == []


def test_a_shape_may_add_up_further_observables_but_must_fill_every_bin() -> None:
    alone = [ASIMOV, ("axes.0", F90), ("backgrounds", []), ("nuisances", [])]
    assert csi(*alone, ("signal_shape", SHAPE)) == []
    (fault,) = csi(*alone, ("signal_shape", SHAPE), ("bins.edges.2", "20 PE"))
    assert fault[0] == "signal_shape"
    assert "fills 50 % of the bin energy 12 to 20 PE, f90 0.5 to 0.7" in fault[1]


def test_an_uncertainty_of_a_source_is_not_stated_twice() -> None:
    (fault,) = csi(("nuisances.0.name", "flux_sns"))
    assert (fault[0], "leave out uncertainty" in fault[1]) == ("nuisances[0].name", True)
    assert csi(("nuisances.0.name", "flux_sns"), ("source_nuisances", False)) == []
    sky = [{"kind": "dsnb", "name": name, "uncertainty": width} for name, width in (("a", "50 %"), ("b", "40 %"))]
    (fault,) = csi(("sources", sky))
    assert (fault[0], "'flux_dsnb' is 0.4 here and 0.5" in fault[1]) == ("sources[1]", True)
