"""`nulight scan`: grids, random points and hypercubes, folders of long scans and what is done with them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import nulight as nl
from nulight.cli.scan.shared import _told_how_to_go_on

GE = "51cr-cevns-ge"
GRID = ("--grid", "mu_nu_e=0:4e-11:21", "--grid", "r2_nu_ee=-2e-31:2e-31:11")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, run):
    path = tmp_path_factory.mktemp("scans") / "grid"
    assert run("scan", GE, *GRID, "--run", path, "--chunk", 50).exit_code == 0
    return path


def test_a_scan_in_a_folder_is_that_in_memory(run_json, folder):
    first, again = run_json("scan", GE, *GRID), run_json("scan", "resume", folder)
    assert again["delta_chi2"] == first["delta_chi2"]
    assert np.shape(first["delta_chi2"]) == (21, 11)


def test_the_word_run_may_be_left_out(run_json):
    grid = ("--grid", "mu_nu_e=0:4e-11:3")
    assert run_json("scan", "run", GE, *grid) == run_json("scan", GE, *grid)


@pytest.mark.parametrize("kind", ["--random", "--latin"])
def test_points_at_random_are_those_of_the_library(run_json, kind):
    made = run_json("scan", GE, "--range", "mu_nu_e=1e-12:4e-11:log", "--range", "r2_nu_ee=-2e-31:2e-31", kind, 60,
                    "--seed", 7)  # fmt: skip
    axes = (nl.Axis("mu_nu_e", 1e-12, 4e-11, log=True), nl.Axis("r2_nu_ee", -2e-31, 2e-31))
    points = (nl.RandomPoints if kind == "--random" else nl.LatinHypercube)(axes, 60, 7)
    ours = nl.scan(nl.load(GE), points)
    np.testing.assert_array_equal(made["samples"]["mu_nu_e"], points.values(slice(0, 60))["mu_nu_e"])
    np.testing.assert_allclose(made["delta_chi2"], ours.delta_chi2, rtol=1e-12)


def test_status_counts_points_and_says_what_to_do(run, run_json, folder, tmp_path):
    status = run_json("scan", "status", folder)
    assert status["n_items"] == status["n_items_done"] == 231
    assert status["n_done"] == status["n_chunks"] == 5
    (folder / "chunks" / "000" / "000003.npz").rename(tmp_path / "away.npz")
    text = run("scan", "status", folder).stdout
    assert "181 of 231 points, 4 of 5 chunks: waits to be resumed" in text
    assert f"nulight scan resume {folder}" in text
    (tmp_path / "away.npz").rename(folder / "chunks" / "000" / "000003.npz")
    assert "finished" in run("scan", "status", folder).stdout


def test_merged_points_are_all_there(run, folder, tmp_path):
    assert run("scan", "merge", folder, "--out", tmp_path / "all.npz").exit_code == 0
    with np.load(tmp_path / "all.npz") as columns:
        assert columns["delta_chi2"].shape == (231,)
        assert columns["delta_chi2"].min() == 0
        assert set(np.unique(columns["mu_nu_e"])) == set(np.linspace(0, 4e-11, 21))
    assert run("scan", "merge", folder, "--out", tmp_path / "all.csv").exit_code == 0
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()) > 231


def test_plots_are_made_of_any_two_parameters(run, run_json, folder, tmp_path):
    for words in (("--of", "mu_nu_e"), ("--of", "r2_nu_ee", "--of", "mu_nu_e"), ()):
        out = tmp_path / f"{len(words)}.png"
        result = run("scan", "plot", folder, *words, "--out", out)
        assert result.exit_code == 0, result.output
        assert out.stat().st_size > 5000
    profile = run_json("scan", "plot", folder, "--of", "mu_nu_e")
    np.testing.assert_allclose(profile["delta_chi2"], np.min(run_json("scan", GE, *GRID)["delta_chi2"], axis=1))


def test_three_axes_are_drawn_along_the_first_two(run, tmp_path):
    axes = [word for name in ("mu_nu_e", "r2_nu_ee", "q_nu_ee") for word in ("--grid", f"{name}=0:1e-12:2")]
    assert run("scan", GE, *axes, "--out", tmp_path / "x.png").exit_code == 0
    assert (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((GE,), "give every --grid"),
        ((GE, *GRID, "--random", 5), "give every --grid"),
        ((GE, "--range", "mu_nu_e=0:1e-11"), "--random N or --latin N"),
        ((GE, "--range", "mu_nu_e=0:1e-11:5", "--latin", 5), "NAME=LOW:HIGH or NAME=LOW:HIGH:log"),
        ((GE, "--range", "mu_nu_e=0:1e-11:log", "--latin", 5), "with log, LOW must be positive"),
        ((GE, "--grid", "mu_nu_e:0:1e-11:3"), "write NAME=LOW:HIGH:N or"),
        ((GE, "--grid", "mu_nu_e=1e-11:0:3"), "LOW below HIGH"),
        ((GE, "--grid", "mu_nu_e=0:inf:3"), "finite numbers"),
        ((GE, "--grid", "mu_nu_e=nan:1:3"), "finite numbers"),
        (("51cr-cevns-gee",), "did you mean 51cr-cevns-ge"),
        ((GE, "--range", "mu_nu_e=0:1e-11", "--latin", 0), "0 points"),
        ((GE, "--range", "mu_nu_e=0:1e-11", "--random", 100_000_000), "add --run FOLDER"),
        ((GE, "--grid", "mu_nu_e=0:1e-11:3", "--dask", "moon:4"), "'moon:4' is no place to work"),
        (("merge", "nowhere", "--out", "x.npz"), "no run here"),
        (("status", "nowhere"), "no run here"),
        (("resume", "nowhere"), "no run here"),
    ],
)
def test_wrong_scans_are_explained(run, arguments, message):
    result = run("scan", *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.startswith("nulight scan")


def test_another_scan_in_the_same_folder_is_refused(run, folder):
    result = run("scan", GE, "--grid", "mu_nu_e=0:4e-11:22", "--run", folder)
    assert result.exit_code == 1
    assert "holds another run" in result.stderr


def test_an_unfinished_scan_is_not_merged(run, folder, tmp_path):
    gone = folder / "chunks" / "000" / "000001.npz"
    gone.rename(tmp_path / "away.npz")
    result = run("scan", "merge", folder, "--out", tmp_path / "all.npz")
    (tmp_path / "away.npz").rename(gone)
    assert result.exit_code == 1
    assert "50 of 231 points are not done yet" in result.stderr
    assert not (tmp_path / "all.npz").exists()


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(run_json, tmp_path):
    path = tmp_path / "long"
    words = ["scan", GE, "--range", "mu_nu_e=0:4e-11", "--latin", "400000", "--chunk", "1000", "--run", str(path)]
    process = subprocess.Popen(
        [sys.executable, "-c", "from nulight.cli import main; main()", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(path.glob("chunks/*/*.npz")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert f"nulight scan resume {path}" in error
    assert "Traceback" not in error
    assert 0 < run_json("scan", "status", path)["n_items_done"] < 400_000


def test_an_interruption_before_anything_is_kept_stays_one(tmp_path):
    with pytest.raises(KeyboardInterrupt), _told_how_to_go_on(tmp_path / "nothing"):
        raise KeyboardInterrupt


def test_a_folder_that_someone_works_in_is_left_alone(run, folder):
    from nulight.runs.lock import only_writer

    with only_writer(folder / "lock"):
        result = run("scan", "resume", folder)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"nulight scan resume: {folder}: process {os.getpid()}")
    assert "is working here" in result.stderr


def test_a_folder_in_the_place_of_an_experiment_is_recognised(run, folder):
    result = run("scan", folder)
    assert result.exit_code == 1
    assert "status, resume, merge or plot" in result.stderr


def test_a_scan_too_large_for_a_record_is_drawn_from_its_folder(run, tmp_path, monkeypatch):
    monkeypatch.setattr("nulight.studies.scan_run.MOST_IN_RECORD", 100)
    words = ("scan", GE, *GRID, "--run", tmp_path / "run")
    refused = run(*words, "--out", tmp_path / "all.csv")
    assert refused.exit_code == 1
    assert "nulight scan merge" in refused.stderr
    assert not list(tmp_path.iterdir())
    result = run(*words, "--out", tmp_path / "map.png", "--out", tmp_path / "map.svg")
    assert result.exit_code == 0, result.output
    assert "the lowest of 231 points\n" in result.stdout
    assert (tmp_path / "map.png").stat().st_size > 5000
    assert (tmp_path / "map.svg").exists()


def test_nothing_is_left_of_a_scan_that_cannot_begin(run, tmp_path):
    for words in (
        ("--grid", "mu_nu_e=-1e-11:1e-11:5"),
        ("--grid", "mu_nu_e=0:1e-11:5", "--nuisance", "no_such=fixed"),
        ("--grid", "mu_nu_e=0:1e-11:5", "--out", tmp_path / "x.docx"),
    ):
        assert run("scan", GE, *words, "--run", tmp_path / "run").exit_code == 1
    assert not list(tmp_path.iterdir())


def test_a_wrong_file_is_refused_before_points_are_read(run, folder):
    result = run("scan", "merge", folder, "--out", "all.txt")
    assert result.exit_code == 1
    assert ".npz or .csv" in result.stderr


def test_the_table_says_whether_its_rows_are_points_or_profiles(run, folder, tmp_path):
    assert "the 10 lowest of 231 points" in run("scan", "resume", folder).stdout
    text = run("scan", "plot", folder, "--of", "mu_nu_e", "--out", tmp_path / "x.csv").stdout
    assert "the 10 lowest of 21 places, each the lowest of its share of 231 points" in text


def test_a_card_of_the_user_is_found_again_from_elsewhere(run, tmp_path, monkeypatch):
    import shutil
    from pathlib import Path

    for file in (Path(__file__).parents[2] / "examples").glob("*.*"):
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run("scan", "my_detector.yaml", "--grid", "mu_nu=0:1e-11:3", "--run", "mine").exit_code == 0
    (tmp_path / "mine" / "chunks" / "000" / "000000.npz").unlink()
    monkeypatch.chdir("/")
    result = run("scan", "resume", tmp_path / "mine")
    assert result.exit_code == 0, result.output
    recipe = json.loads((tmp_path / "mine" / "manifest.json").read_text(encoding="utf-8"))["recipe"]
    assert recipe["experiments"] == [str(tmp_path / "my_detector.yaml")]
