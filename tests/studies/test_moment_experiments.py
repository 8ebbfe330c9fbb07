"""Experiments by name, by path and loaded, one or several."""

from __future__ import annotations

from pathlib import Path

import nulight as nl
from nulight.studies.moment_experiments import for_nature, loaded, with_nature

LINE = "51cr-lxe-a"
CARD = Path(__file__).resolve().parents[2] / "examples" / "germanium-reactor.yaml"


def test_one_or_several_of_any_kind():
    experiment = nl.load(LINE)
    assert loaded(experiment) == [experiment]
    assert [found.name for found in loaded(LINE)] == [LINE]
    assert [found.name for found in loaded(CARD)] == ["germanium-reactor"]
    assert [found.name for found in loaded((LINE, str(CARD), experiment))] == [LINE, "germanium-reactor", LINE]


def test_conventions_are_for_those_given_by_name():
    named, given = loaded([LINE, nl.load(LINE)], "miranda-2021")
    assert (named.conventions.name, given.conventions.name) == ("miranda-2021", "default")


def test_nature_is_changed_only_where_it_differs():
    experiment = nl.load(LINE)
    assert for_nature(experiment, None) is experiment
    assert for_nature(experiment, "majorana") is experiment
    changed = for_nature(experiment, "dirac")
    assert changed.conventions == with_nature(experiment.conventions, "dirac")
    assert changed.conventions.neutrinos == "dirac"
