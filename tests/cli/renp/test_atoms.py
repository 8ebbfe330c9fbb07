"""`nulight renp` as a group, and `nulight renp atoms`."""

from __future__ import annotations

import pytest

from nulight.renp import scheme_names

COMMANDS = ("atoms", "spectrum", "events", "limit")


def test_group_without_a_command_prints_its_help(run):
    text = run().output
    for name in COMMANDS:
        assert name in text
        assert run(name, "-h").exit_code == 0


def test_wrong_usage_exits_with_two_and_offers_a_name(run):
    assert run("limitt").exit_code == 2
    assert "limit" in run("limitt").stderr
    assert run("limit", "yb").exit_code == 2


def test_shipped_atoms_are_listed_with_their_thresholds(run, run_json):
    records = {record["name"]: record for record in run_json("atoms")}
    assert tuple(records) == scheme_names()
    text = run("atoms").stdout
    for record in records.values():
        assert f"{record['E_eg']:.6f}" in text
        assert record["E_pg"] > record["E_eg"]


def test_thresholds_of_ytterbium_are_those_of_the_paper(run_json):
    published = [1.0716517, 1.0716195, 1.0708731, 1.0715825, 1.0707795, 1.0693051]  # 11, 12, 13, 22, 23, 33, NuFIT 5
    found = run_json("atoms", "yb-dinh-2012")["thresholds"]
    assert list(found) == ["11", "12", "13", "22", "23", "33"]
    # NuFIT 6.0 instead: its larger splitting lowers the heaviest pair's by up to 2 micro-eV
    assert list(found.values()) == pytest.approx(published, abs=2e-6)


def test_one_atom_has_its_notes(run, run_json, card):
    text = run("atoms", "yb").stdout
    for words in ("NIST", "threshold 11 [eV]", "1.071653320", "Gamma_0", "100 cm^3", "12 times as intense"):
        assert words in " ".join(text.split())
    own = run_json("atoms", card())
    assert (own["name"], own["triggers"], own["target"]["volume"]) == ("mine", [0.5], 1000.0)


def test_unknown_atoms_are_refused(fails):
    assert "is no atomic scheme; one of: generic, xe, yb, yb-dinh-2012" in fails("atoms", "cs")
