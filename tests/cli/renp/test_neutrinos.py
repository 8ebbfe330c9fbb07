"""`nulight renp neutrinos`."""

from __future__ import annotations

import pytest

import nulight as nl

GENERIC = ("neutrinos", "generic", "--lightest", "10,30 meV")


def test_mass_has_intervals_of_both_orderings(run, run_json):
    result = run(*GENERIC, "--question", "mass", "--days", "3 d")
    assert result.exit_code == 0, result.output
    for text in (
        "normal: 90 %",
        "inverted: 90 %",
        "not zero, 3 sigma",
        "trigger frequencies spread over m_0 = 0.01 to 0.03 eV",
        "3 d each",
    ):
        assert text in result.stdout
    found = run_json(*GENERIC, "--question", "mass", "--days", "3 d")
    experiment = nl.renp_experiment("generic", nl.triggers_for("mass", "generic", [0.01, 0.03], 12))
    expected = nl.renp_mass(experiment, [0.01, 0.03], days=3.0)
    assert found["lower"][1][0] == pytest.approx(expected.lower[1, 0], rel=1e-9)
    assert found["placement"] == "fixed"
    assert found["provenance"]["placed_for_lightest_eV"] == pytest.approx([0.01, 0.03])
    assert not any("placed around" in text for text in found["warnings"])


def test_frequencies_around_the_answer_are_a_warning(run):
    result = run("neutrinos", "generic", "--lightest", "10 meV", "--question", "mass")
    assert "trigger frequencies placed for m_0 = 0.01 eV" in result.stdout
    assert "warning: the frequencies are placed around the one mass that is asked about" in result.stdout
    held = run("neutrinos", "generic", "--lightest", "10 meV", "--question", "mass", "--triggers", "0.11,0.124 eV")
    assert "trigger frequencies 0.11, 0.124 eV" in held.stdout
    assert "warning" not in held.stdout


def test_masses_that_are_not_given_resolve_the_kinks_of_the_intervals(run_json):
    mass = run_json("neutrinos", "generic", "--question", "mass", "--n", "3")["lightest"]
    ordering = run_json("neutrinos", "generic", "--question", "ordering", "--n", "3")["lightest"]
    assert (mass[0], mass[-1], len(mass)) == pytest.approx((0.002, 0.1, 300))
    assert (ordering[0], ordering[-1], len(ordering)) == pytest.approx((0.002, 0.1, 18))


def test_ordering_and_nature_are_those_of_the_functions(run_json):
    for question, study in (("ordering", nl.renp_ordering), ("nature", nl.renp_nature)):
        found = run_json(*GENERIC, "--question", question, "--days", "1,10")
        expected = study(nl.renp_experiment("generic"), [0.01, 0.03], days=[1.0, 10.0], placement="matched")
        for one, other in zip(found["delta_chi2"], expected.delta_chi2, strict=True):
            assert one[1] == pytest.approx(other[1], rel=1e-9)
        assert found["placement"] == "matched"


def test_table_of_the_nature_has_times(run):
    result = run("neutrinos", "yb", "--question", "nature", "--lightest", "2 meV:100 meV:3", "--n", "5")
    assert result.exit_code == 0, result.output
    for text in ("true: majorana, zero phases", "true: dirac", " yr)", "5 trigger frequencies, placed for each mass"):
        assert text in result.stdout


def test_every_exposure_is_in_the_table(run):
    lines = run(*GENERIC, "--question", "ordering", "--days", "10,100 d").stdout.splitlines()
    assert sum("10 d" in line for line in lines) == sum("100 d" in line for line in lines) == 2
    assert "at each" in lines[1]


def test_no_open_pair_is_said_to_be_the_reason(run):
    text = run(*GENERIC[:2], "--lightest", "10,110 meV", "--question", "nature", "--triggers", "0.06,0.124 eV").stdout
    assert "0 (never)" in text
    assert "nothing is emitted at any trigger frequency with a lightest mass of 0.11 eV or more; see" in text


def test_held_frequencies_ordering_and_extras_reach_the_study(run_json):
    found = run_json(
        *("neutrinos", "yb", "--question", "nature", "--lightest", "10 meV", "--triggers", "1.06,1.07,1.071 eV"),
        *("--ordering", "inverted", "--with", "background=1 /d", "--with", "alpha_21=1", "--days", "1 yr"),
    )
    experiment = nl.renp_experiment(
        "yb", [1.06, 1.07, 1.071], ordering="inverted", nature="majorana", background=1.0, alpha_21=1.0, lightest=0.01
    )
    expected = nl.renp_nature(experiment, 0.01, days=365.25)
    assert found["delta_chi2"][0][0] == pytest.approx(expected.delta_chi2[0, 0], rel=1e-9)
    assert found["phases"][0][0] == pytest.approx([1.0, 0.0])
    assert found["conventions"]["ordering"] == "inverted"


@pytest.mark.parametrize("question", ["mass", "ordering", "nature"])
def test_figure_and_table_are_written(run, question, tmp_path):
    for name in ("found.png", "found.csv"):
        result = run(*GENERIC, "--question", question, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
        assert (tmp_path / name).stat().st_size > 100


def test_only_some_masses_are_printed(run):
    result = run("neutrinos", "generic", "--question", "ordering", "--lightest", "5 meV:50 meV:20")
    assert "12 of 20 masses; all with --json or --out" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--question", "mass", "--days", "1,10"), "intervals of the mass are for one time"),
        (("--question", "mass", "--ordering", "normal"), "the mass is done for both orderings"),
        (("--question", "nature", "--triggers", "0.1,0.11 eV", "--n", "4"), "--triggers and --n are both given"),
        (("--question", "nature", "--n", "2"), "at least 3 frequencies"),
        (("--question", "mass", "--lightest", "10"), "--lightest"),
        (("--question", "mass", "--lightest", "0.3 eV"), "too heavy for generic"),
        (("--question", "ordering", "--lightest", "1 meV:0.1 eV:20000"), "at most 10,000"),
        (("--question", "ordering", "--out", "x.txt"), "cannot write .txt"),
    ],
)
def test_mistakes_are_named(fails, options, message):
    assert message in fails("neutrinos", "generic", *options)
