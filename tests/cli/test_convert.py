"""`nulight convert`."""

from __future__ import annotations

import pytest

from nulight.models.conversions import QUANTITIES, convert


def test_answer_names_the_conventions_of_both_sides(run):
    result = run("convert", "1e-11", "mu", "d")
    assert result.exit_code == 0
    assert result.stdout == "d:half = 2.96304e-09 GeV^-1, from mu = 1e-11 mu_B (L = (d/2) Nbar sigma nu F)\n"
    result = run("convert", "8.6e-7", "d", "mu", "--convention", "unit")
    assert result.stdout.startswith("mu = 5.80485e-09 mu_B, from d:unit = 8.6e-07 GeV^-1 (L = d Nbar")


def test_negative_values_are_no_options(run):
    result = run("convert", "-0.83e-32", "r2", "a")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("a = 1.38333e-33 cm^2, from r2:package = -8.3e-33 cm^2 (full effect")
    assert "conventions default" in result.stdout


@pytest.mark.parametrize(
    ("text", "from_", "to", "expected"),
    [
        ("1e-6 GeV^-1", "d", "mu", 1e-6 / 296.3040539),
        ("1 PeV", "scale", "mu", 1e-6 / 296.3040539),
        ("1e-9MeV^-1", "d", "mu", 1e-6 / 296.3040539),
        ("-3e-33 cm^2", "a", "r2", 1.8e-32),
        ("-3e-7 fm^2", "a", "r2", 1.8e-32),
    ],
)
def test_values_may_carry_a_unit(run_json, text, from_, to, expected):
    assert run_json("convert", text, from_, to)["value"] == pytest.approx(expected, rel=1e-6)


def test_scale_and_vector_have_names_of_their_own(run_json):
    names = [row["name"] for row in run_json("convert", "--list")]
    assert [name for name in names if name.startswith("Lambda")] == ["Lambda_1", "Lambda_2", "Lambda_3"]
    assert run_json("convert", "1e-11", "mu", "scale", "--convention", "unit")["to"]["convention"] == "unit"


def test_answer_in_another_unit(run_json):
    record = run_json("convert", "1e-11", "mu", "scale", "--unit", "TeV")
    assert record["unit"] == "TeV"
    assert record["value"] == pytest.approx(float(convert(1e-11, "mu", "scale")) / 1e3, rel=1e-12)


def test_json_says_what_was_converted(run_json):
    record = run_json("convert", "3e-33", "a", "r2", "--conventions", "literature-half")
    assert record["value"] == pytest.approx(-3.6e-32)
    assert record["from"] == {"value": 3e-33, "quantity": "a", "unit": "cm^2", "convention": ""}
    assert record["to"] == {"quantity": "r2", "unit": "cm^2", "convention": "package"}
    assert record["conventions"] == "literature-half"


def test_without_to_everything_is_listed(run, run_json):
    record = run_json("convert", "1e-11", "mu")
    values = {row["quantity"]: row["value"] for row in record["equivalents"]}
    assert list(values) == ["d:half", "d:unit", "scale:half", "scale:unit"]
    assert values["d:half"] == 2 * values["d:unit"]
    shown = run("convert", "1e-11", "mu").stdout
    for text in ("mu = 1e-11 mu_B", "2.96304e-09", "1.48152e-09", "3.37491e+08", "L = d Nbar sigma nu F"):
        assert text in shown


def test_list_has_every_quantity(run, run_json):
    assert [row["name"] for row in run_json("convert", "--list")] == list(QUANTITIES)
    shown = run("convert", "--list").stdout
    assert all(name in shown for name in QUANTITIES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give VALUE FROM [TO]"),
        (("1e-11",), "give VALUE FROM [TO]"),
        (("1e-11", "mu", "a"), "mu can be to: d, scale"),
        (("1e-11", "muu", "d"), "did you mean: mu?"),
        (("ten", "mu", "d"), "'ten' is not a number, with or without unit"),
        (("1e400", "mu", "d"), "'1e400' is too large a number"),
        (("1e308 PeV", "scale", "mu"), "'1e308 PeV' is too large a number"),
        (("1e308", "mu", "d"), "d = inf GeV^-1 is no finite number"),
        (("1e-305", "mu", "scale", "--unit", "keV"), "1e-305 mu is too large a number in keV"),
        (("1", "Lambda", "mu"), "here called scale"),
        (("nan", "mu", "d"), "'nan' is not a number"),
        (("1 GeV", "d", "mu"), "'GeV' is not a unit of d; use one of: keV^-1, MeV^-1, GeV^-1, TeV^-1"),
        (("1 cm", "g_V", "r2"), "'cm' is not a unit of g_V; use one of: none, a plain number"),
        (("1e-11", "mu", "scale", "--unit", "cm"), "'cm' is not a unit of scale"),
        (("1e-11", "mu", "--unit", "TeV"), "--unit needs a single TO"),
        (("0", "mu", "scale"), "must be positive"),
        (("--nonsense", "mu", "d"), "no option --nonsense"),
        (("1", "d", "mu", "--convention", "package"), "use one of d: half, unit"),
    ],
)
def test_errors(fails, arguments, message):
    assert message in fails("convert", *arguments)
