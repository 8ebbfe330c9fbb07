"""`--share` and `--correlate`: their texts, and that commands do what the library does."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.cli.correlations import correlations, linked_lines, shared_groups

TEXONO, CONUS = "texono_systematic", "conus_plus_expectation"
BOTH = ("texono-csi-2010", "conus-plus-2025")
GRID = ("--grid", "mu_nu_e=0:3e-10:5")
VALUES = {"mu_nu_e": np.linspace(0, 3e-10, 5)}


@pytest.fixture(scope="module")
def both():
    return nl.combine(*map(nl.load, BOTH))


def test_texts_become_groups_and_pairs():
    assert shared_groups(["x= a, b ", "y=c,d,e"]) == {"x": ("a", "b"), "y": ("c", "d", "e")}
    assert correlations(["a,b=0.7", " c , d = -1"]) == {("a", "b"): 0.7, ("c", "d"): -1.0}
    assert shared_groups(None) == {}
    assert correlations(None) == {}


@pytest.mark.parametrize("text", ["", "x", "x=", "x=a", "x=a,", "=a,b"])
def test_malformed_groups_say_what_to_write(text):
    with pytest.raises(ValueError, match="write NEW=A,B"):
        shared_groups([text])


@pytest.mark.parametrize("text", ["", "a,b", "a=0.3", "a,b,c=0.3", "a,b=", "a,b=high", ",b=0.1"])
def test_malformed_correlations_say_what_to_write(text):
    with pytest.raises(ValueError, match="write A,B=RHO"):
        correlations([text])


def test_what_is_given_twice_is_refused():
    with pytest.raises(ValueError, match="x is given twice"):
        shared_groups(["x=a,b", "x=c,d"])
    with pytest.raises(ValueError, match="b and a are given twice"):
        correlations(["a,b=0.1", "b,a=0.1"])


def test_a_scan_with_a_correlation_is_that_of_the_library(run_json, both):
    made = run_json("scan", *BOTH, *GRID, "--correlate", f"{TEXONO},{CONUS}=0.6")
    ours = nl.scan_grid(nl.correlate(both, {(TEXONO, CONUS): 0.6}), VALUES)
    np.testing.assert_allclose(made["delta_chi2"], ours.delta_chi2, rtol=1e-10, atol=1e-10)
    assert not np.allclose(made["delta_chi2"], nl.scan_grid(both, VALUES).delta_chi2, atol=0.01)


def test_a_scan_with_a_shared_nuisance_is_that_of_the_library(run_json, both):
    made = run_json("scan", *BOTH, *GRID, "--share", f"reactors={TEXONO},{CONUS}")
    ours = nl.scan_grid(nl.share_nuisances(both, {"reactors": [TEXONO, CONUS]}), VALUES)
    np.testing.assert_allclose(made["delta_chi2"], ours.delta_chi2, rtol=1e-10, atol=1e-10)


def test_widths_are_changed_then_nuisances_shared_then_correlated(run_json, both):
    changed = nl.share_nuisances(nl.with_nuisances(both, {TEXONO: 0.3}), {"reactors": [TEXONO, CONUS]})
    words = ("--nuisance", f"{TEXONO}=30 %", "--share", f"reactors={TEXONO},{CONUS}")
    made = run_json("scan", *BOTH, *GRID, *words)
    np.testing.assert_allclose(made["delta_chi2"], nl.scan_grid(changed, VALUES).delta_chi2, rtol=1e-10, atol=1e-10)


def test_a_resumed_scan_is_correlated_still_and_another_one_refused(run, run_json, tmp_path):
    words = ("scan", *BOTH, *GRID, "--correlate", f"{TEXONO},{CONUS}=0.6", "--run", tmp_path / "run")
    first = run_json(*words)
    (tmp_path / "run" / "chunks" / "000" / "000000.npz").unlink()
    assert run_json("scan", "resume", tmp_path / "run")["delta_chi2"] == first["delta_chi2"]
    result = run(*(str(word).replace("=0.6", "=-0.6") for word in words))
    assert result.exit_code == 1
    assert "holds another run" in result.stderr
    assert "linked_nuisances" in result.stderr


def test_a_folder_from_before_these_options_is_resumed(run_json, tmp_path):
    first = run_json("scan", *BOTH, *GRID, "--run", tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["recipe"]["share"], manifest["recipe"]["correlate"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "run" / "chunks" / "000" / "000000.npz").unlink()
    assert run_json("scan", "resume", tmp_path / "run")["delta_chi2"] == first["delta_chi2"]


def test_contours_and_workspaces_take_them_as_well(run, tmp_path):
    words = ("--share", f"reactors={TEXONO},{CONUS}")
    text = run("contour", *BOTH, "mu_nu_e", "r2_nu_ee", *words, "--points", 11, "--neutrinos", "dirac").stdout
    assert "nuisance texono_systematic = 0.882 reactors" in text
    assert "Dirac neutrinos" in text
    solar = ("lz-ws2022-er", "xenonnt-2022-er")
    pair = "xenonnt_background,lz_ws2022_background"
    out = tmp_path / "w.json"
    assert run("workspace", *solar, "mu_nu", "--correlate", f"{pair}=0.5", "--out", out).exit_code == 0
    model = nl.correlate(nl.combine(*map(nl.load, solar)), {tuple(pair.split(",")): 0.5})
    assert json.loads(out.read_text(encoding="utf-8")) == nl.to_pyhf(model, "mu_nu")
    said = json.loads((tmp_path / "w-metadata.json").read_text(encoding="utf-8"))
    assert said["linked_nuisances"] == model.provenance()["linked_nuisances"]


def test_unknown_nuisances_are_named_with_those_there_are(fails):
    message = fails("scan", *BOTH, *GRID, "--share", f"x={TEXONO},moon")
    assert "no nuisance moon" in message
    assert CONUS in message


def test_what_was_shared_and_correlated_is_said_in_words(both):
    model = nl.correlate(both, {(TEXONO, CONUS): -0.6})
    (line,) = linked_lines(model.provenance())
    assert line == f"nuisance {TEXONO} = -0.529 {CONUS} + {TEXONO} (what is its own)"
    assert linked_lines(both.provenance()) == []


def test_a_limit_with_correlated_fluxes_is_that_of_the_library(run, run_json):
    names = ("texono-csi-2010", "conus-plus-2025")
    model = nl.combine(*(nl.load(name) for name in names))
    pair = [n.name for n in model.nuisances if n.kind == "gaussian"][:1] + [
        n.name for n in nl.load(names[1]).nuisances if n.kind == "gaussian"
    ][:1]
    record = run_json("limit", *names, "mu_nu_e", "--correlate", f"{pair[0]},{pair[1]}=0.6")
    ours = nl.limit(nl.correlate(model, {(pair[0], pair[1]): 0.6}), "mu_nu_e")
    assert record["upper"] == ours.upper
    assert record["upper"] != nl.limit(model, "mu_nu_e").upper
    assert pair[0] in run("limit", *names, "mu_nu_e", "--correlate", f"{pair[0]},{pair[1]}=0.6").stdout
