"""`nulight renp forecast`: tables, files, and what it refuses."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from nulight.renp import renp_experiment
from nulight.studies.renp.reach import renp_reach

FORECAST = ("forecast", "yb-dinh-2012")


def test_json_is_the_study(run_json):
    found = run_json(*FORECAST, "mu_11", "eps_11", "--from", "10 d", "--to", "1000 d", "--n", 3)
    expected = renp_reach(renp_experiment("yb-dinh-2012"), ["mu_11", "eps_11"], days=[10.0, 100.0, 1000.0])
    assert found["vary"] == "days"
    assert np.array(found["upper"]) == pytest.approx(expected.upper, rel=1e-12)


def test_options_reach_the_experiment(run_json):
    found = run_json(
        *FORECAST, "mu", "--from", "1 d", "--to", "1 yr", "--n", 2, "--neutrinos", "majorana", "--cl", 0.95,
        "--interval", "upper", "--lightest", "1 meV", "--triggers", "1.07 eV", "--with", "rate_error=10 %",
        "--with", "background=2 /d", "--set", "eps_12=1e-11",
    )  # fmt: skip
    experiment = renp_experiment(
        "yb-dinh-2012", [1.07], lightest=0.001, nature="majorana", rate_error=0.1, background=2.0
    )
    expected = renp_reach(experiment, "mu", days=found["values"], cl=0.95, interval="upper", fixed={"eps_12": 1e-11})
    assert found["couplings"] == ["mu_12", "mu_13", "mu_23"]
    assert np.array(found["upper"]) == pytest.approx(expected.upper, rel=1e-12)
    assert found["values"][1] == pytest.approx(365.25)


def test_masses_with_their_exposure(run_json):
    found = run_json(*FORECAST, "--vary", "mass", "--from", "1 meV", "--to", "1 keV", "--n", 4, "--days", "2 yr")
    expected = renp_reach(renp_experiment("yb-dinh-2012", days=730.5), masses=np.geomspace(1e-3, 1e3, 4))
    assert found["couplings"] == ["gg_axial", "yy_scalar"]
    assert found["values"] == pytest.approx([1e-3, 0.1, 10.0, 1e3])
    assert np.array(found["lower"]) == pytest.approx(expected.lower, rel=1e-12)


def test_bare_numbers_are_days_as_everywhere(run_json):
    found = run_json(*FORECAST, "mu_11", "--from", "10", "--to", "1000", "--n", 3)
    assert found["values"] == pytest.approx([10.0, 100.0, 1000.0])


def test_what_the_numbers_depend_on_is_printed(run):
    text = run(*FORECAST, "mu_11", "--n", 2).stdout
    assert "dirac neutrinos, normal ordering, m_0 = 10 meV, nufit-6.0-no" in text
    assert "Gamma_0 = " in text


def test_defaults_are_four_decades_of_days_and_seven_of_mass(run_json):
    days, mass = run_json(*FORECAST, "mu_11"), run_json(*FORECAST, "--vary", "mass", "gg_axial")
    assert (days["values"][0], days["values"][-1], len(days["values"])) == pytest.approx((1.0, 1e4, 33))
    assert (mass["values"][0], mass["values"][-1], len(mass["values"])) == pytest.approx((1e-3, 1e4, 1401))


def test_table_has_half_decades_and_marks_further_regions(run):
    text = run(*FORECAST, "--vary", "mass").stdout
    assert "mass [eV]" in text
    assert "3.162" in text
    assert "e-27]*" in text
    assert "* larger couplings are allowed again" in text
    assert "15 of 1401 values" in text
    assert "warning: gg_axial" in text


def test_moments_fit_into_two_tables(run):
    result = run(*FORECAST, "--n", 3)
    assert result.exit_code == 0
    assert result.stdout.count("days [d]") == 2
    assert "eps_33 [mu_B]" in result.stdout
    assert "values; all with" not in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 120


@pytest.mark.parametrize(("n", "shown"), [(2, 2), (15, 15), (16, 6), (17, 9), (33, 9), (41, 11), (281, 15)])
def test_rows_of_the_table(run, n, shown):
    lines = run(*FORECAST, "mu_11", "--n", n).stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("─")) + 1
    rows = lines[start : lines.index("", start)]
    assert len(rows) == shown
    assert rows[0].startswith("1 ")
    assert rows[-1].startswith("1e+04")


@pytest.mark.parametrize("suffix", ["json", "csv", "png", "pdf", "svg"])
def test_files(run, tmp_path, suffix):
    path = tmp_path / f"reach.{suffix}"
    result = run(*FORECAST, "mu_11", "--n", 3, "--out", path)
    assert result.exit_code == 0, result.output
    if suffix == "json":
        assert json.loads(path.read_text())["couplings"] == ["mu_11"]
    elif suffix == "csv":
        rows = list(csv.DictReader(line for line in path.read_text().splitlines() if line[0] != "#"))
        assert [float(row["days"]) for row in rows] == pytest.approx([1.0, 100.0, 1e4])
    else:
        assert path.stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "5 m"), "--from: "),
        (("--from", "5,6 d"), "--from '5,6 d': give one time"),
        (("--to", "5 eV"), "--to"),
        (("--from", "10 d", "--to", "1 d"), "from 10 to 1 d"),
        (("--vary", "mass", "--from", "1"), "--from"),
        (("--n", "1"), "--n 1: use 2 to"),
        (("--days", "3"), "--days varies already"),
        (("--vary", "mass", "mu_11"), "mu_11 needs no mediator"),
        (("--vary", "mass", "--set", "m_vector=1 eV"), "m_vector is fixed and varies"),
        (("mux",), "did you mean"),
        (("mu_11", "gg_axial"), "different units"),
        (("mu_11", "--out", "x.txt"), "cannot write .txt"),
        (("mu_11", "--with", "rate_error=x"), "rate_error"),
    ],
)
def test_refusals_say_what_would_be_right(fails, options, message):
    assert message in fails(*FORECAST, *options)


def test_unknown_variation_is_wrong_usage(run):
    assert run(*FORECAST, "--vary", "volume").exit_code == 2
