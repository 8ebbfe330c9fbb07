"""`nulight renp events`."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.data.reader import read_table


def test_it_is_the_record_of_the_library(run_json):
    record = run_json("events", "yb", "--days", "100", "--set", "eps_12=2e-11", "--with", "background=0.1 /d")
    experiment = nl.renp_experiment("yb", days=100, background=0.1)
    assert record == json.loads(json.dumps(nl.renp_events(experiment, {"eps_12": 2e-11}).to_dict()))
    assert record["background"] == pytest.approx([10.0] * 6)


def test_people_get_a_row_for_every_frequency_and_a_sum(run):
    text = run("events", "yb", "--triggers", "1.069,1.07164 eV", "--days", "100,1 d").stdout
    rows = [line.split() for line in text.splitlines()]
    first, second = (next(row for row in rows if row[:1] == [omega]) for omega in ("1.069", "1.07164"))
    assert first[1:7] == ["11", "12", "22", "13", "23", "33"]
    assert second[1:2] == ["11"]
    assert not second[2].isdigit() or "." in second[2]
    total = next(row for row in rows if row[:1] == ["total"])
    assert float(total[1]) == 101.0
    assert float(total[-1]) == pytest.approx(float(first[-1]) + float(second[-1]), rel=1e-3)
    assert "dirac neutrinos, normal ordering, m_0 = 10 meV" in text


def test_mass_set_as_a_parameter_is_the_one_that_is_named(run, run_json):
    arguments = ("events", "yb", "--triggers", "1.06 eV", "--set", "m_lightest=20 meV")
    assert "m_0 = 20 meV" in run(*arguments).stdout
    other = run_json("events", "yb", "--triggers", "1.06 eV", "--lightest", "20 meV")
    found = run_json(*arguments)
    assert found["total"] == other["total"]
    assert found["conventions"] == other["conventions"]


def test_a_frequency_above_the_thresholds_counts_nothing_and_says_so(run):
    text = run("events", "yb", "--triggers", "1.07,1.0717 eV").stdout
    assert "warning: above every threshold, where nothing is emitted: 1.0717 eV" in text
    row = next(line.split() for line in text.splitlines() if line.startswith("1.0717"))
    assert row[1] == "none"
    assert float(row[-1]) == 0.0


@pytest.mark.parametrize("suffix", [".json", ".csv", ".png", ".pdf"])
def test_files_are_written(run, tmp_path, suffix):
    out = tmp_path / f"events{suffix}"
    assert run("events", "yb", "--set", "mu_11=1e-11", "--out", out).exit_code == 0
    assert out.stat().st_size > 500


def test_table_has_the_numbers(run, tmp_path):
    out = tmp_path / "events.csv"
    run("events", "yb", "--set", "mu_11=1e-11", "--out", out)
    table = read_table(out)
    spectral = table.numbers("I_weak") + table.numbers("I_magnetic")
    np.testing.assert_allclose(
        table.numbers("per_day") / spectral, (table.numbers("per_day") / spectral)[0], rtol=1e-12
    )
    assert table.text("open_pairs")[-1] == "11"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("yb", "--triggers", "1.08 eV"), "trigger frequency 1.08 eV is not between 0 and"),
        (("yb", "--lightest", "0.2 eV"), "threshold of the lightest pair"),
        (("yb", "--days", "0"), "days = 0 d must be positive"),
        (("yb", "--days", "-3 d"), "days = -3 d must be positive"),
        (("yb", "--days", "1,2"), "days: 2 values for 6 trigger frequencies"),
        (("yb", "--with", "efficiency=1.5"), "efficiency = 1.5 must lie between 0 and 1"),
        (("yb", "--set", "m_scalar=3"), "m_scalar: '3' has no unit"),
        (("yb", "--set", "r2_11=1e-30", "--neutrinos", "majorana"), "no diagonal charge radius"),
        (("nosuch.yaml",), "'nosuch.yaml' is no file"),
    ],
)
def test_bad_input_is_one_clear_message(fails, arguments, message):
    assert message in fails("events", *arguments)


def test_of_many_frequencies_some_are_printed(run, run_json):
    arguments = ("events", "yb", "--triggers", "1.0 eV:1.07 eV:20000")
    text = run(*arguments).stdout
    assert len(text.splitlines()) < 60
    assert "30 of 20000 frequencies, and the total of all" in " ".join(text.split())
    assert len(run_json(*arguments)["triggers"]) == 20000


def test_the_set_up_stands_below_the_table(run):
    with_ = ("efficiency=0.5", "background=2 /d", "rate_error=10 %", "longitudinal=yes")
    text = " ".join(run("events", "yb", *(word for one in with_ for word in ("--with", one))).stdout.split())
    assert "efficiency 0.5, background 2 /d, rate error 10 %, vectors with q_mu q_nu/m^2" in text
