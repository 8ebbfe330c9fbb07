"""Scans in folders: all points in one file, and profiles, without all points in memory."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import nulight as nl
from nulight.data.reader import read_table
from nulight.runs import Chunks, Manifest, RunFolder
from nulight.studies import scan_run

AXES = [nl.Axis("mu_nu_e", 0.0, 4e-10), nl.Axis("r2_nu_ee", -2e-32, 2e-32), nl.Axis("sin2_theta_w", 0.2, 0.28)]


@pytest.fixture(scope="module")
def texono():
    return nl.load("texono-csi-2010")


@pytest.fixture(scope="module")
def latin(texono, tmp_path_factory):
    folder = tmp_path_factory.mktemp("latin")
    return nl.scan(texono, nl.LatinHypercube(AXES, 600, seed=4), folder=folder, chunk_size=90), nl.ScanRun(folder)


def unfinished(folder, chunks):
    for chunk in chunks:
        (folder / f"chunks/000/{chunk:06d}.npz").unlink()


def test_one_file_has_every_point_in_order(latin, tmp_path):
    result, run = latin
    columns = np.load(run.merge(tmp_path / "all.npz"))
    assert json.loads(columns["manifest.json"]) == run.manifest.to_dict()
    for name, column in result.samples.items():
        np.testing.assert_array_equal(columns[name], column)
    np.testing.assert_array_equal(columns["delta_chi2"], result.delta_chi2)
    np.testing.assert_array_equal(columns["twice_nll"] - columns["twice_nll"].min(), columns["delta_chi2"])
    assert columns["converged"].all()
    assert not columns["residual"].any()


def test_text_says_the_same_as_the_arrays(latin, tmp_path):
    _, run = latin
    columns, path = np.load(run.merge(tmp_path / "all.npz")), run.merge(tmp_path / "all.csv")
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert len(rows) == 600
    for name in (*(axis.name for axis in AXES), "twice_nll", "delta_chi2"):
        np.testing.assert_array_equal([float(row[name]) for row in rows], columns[name])
    assert {row["converged"] for row in rows} == {"1"}
    assert "# columns: mu_nu_e [mu_B], r2_nu_ee [cm^2], sin2_theta_w []" in path.read_text()


def test_other_suffixes_are_refused(latin, tmp_path):
    with pytest.raises(ValueError, match=r"written as \.npz or \.csv"):
        latin[1].merge(tmp_path / "all.h5")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("names", [["mu_nu_e"], ["sin2_theta_w", "mu_nu_e"]])
def test_a_profile_from_the_folder_is_that_of_the_record(latin, names):
    result, run = latin
    streamed, kept = run.profile_over(names), result.profile_over(names)
    assert streamed.to_dict() == kept.to_dict()
    assert kept.parameters == tuple(names)
    assert kept.best == result.best
    assert "lowest over" in kept.definition
    assert "bins" in kept.definition


def test_a_profile_of_a_grid_is_its_minimum_over_the_other_axes(texono, tmp_path):
    points = nl.GridPoints(
        [nl.Axis(axis.name, axis.low, axis.high, n=n) for axis, n in zip(AXES, (5, 4, 3), strict=True)]
    )
    result = nl.scan(texono, points, folder=tmp_path, chunk_size=7)
    run = nl.ScanRun(tmp_path)
    for found in (result.profile_over(["sin2_theta_w", "mu_nu_e"]), run.profile_over(["sin2_theta_w", "mu_nu_e"])):
        np.testing.assert_array_equal(found.delta_chi2, result.delta_chi2.min(axis=1).T)
        np.testing.assert_array_equal(found.grid["mu_nu_e"], result.grid["mu_nu_e"])
        assert found.n_points == 60
    assert result.profile_over(result.parameters[:2]).profile_over(["r2_nu_ee"]).delta_chi2.shape == (4,)


def test_many_points_stay_in_the_folder(latin, texono, monkeypatch):
    result, run = latin
    monkeypatch.setattr(scan_run, "MOST_IN_RECORD", 100)
    far = run.result()
    assert far.delta_chi2.size == 0
    assert far.samples == {}
    assert (far.n_points, far.best, far.twice_nll) == (600, result.best, result.twice_nll)
    assert "600 points" in repr(far)
    json.dumps(far.to_dict())
    assert far.to_csv()
    with pytest.raises(ValueError, match="too many for a record"):
        far.profile_over(["mu_nu_e"])
    in_memory = nl.scan(texono, run.points, chunk_size=90)
    assert in_memory.to_dict() == result.to_dict()


def test_an_unfinished_scan_has_profiles_but_no_result(texono, tmp_path):
    points = nl.RandomPoints(AXES[:2], 100, seed=2)
    nl.scan(texono, points, folder=tmp_path, chunk_size=10)
    unfinished(tmp_path, [3, 7])
    damaged = tmp_path / "chunks/000/000005.npz"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    run = nl.ScanRun(tmp_path)
    assert run.profile_over(["mu_nu_e"], bins=5).warnings == ("not finished: 70 of 100 points",)
    assert run.status().n_done == 7
    for ask in (run.result, lambda: run.merge(tmp_path / "all.npz")):
        with pytest.raises(RuntimeError, match="30 of 100 points are not done yet; resume the scan"):
            ask()


def test_a_scan_that_has_not_begun_says_so(texono, tmp_path):
    points = nl.RandomPoints(AXES[:1], 20, seed=2)
    nl.scan(texono, points, folder=tmp_path, chunk_size=10)
    unfinished(tmp_path, [0, 1])
    with pytest.raises(ValueError, match="no point is done yet"):
        nl.ScanRun(tmp_path).profile_over(["mu_nu_e"])


def test_other_runs_are_no_scans(tmp_path):
    manifest = Manifest(kind="coverage", experiments=(), chunks=Chunks(n_items=1, size=1), what={"points": {}})
    with RunFolder(tmp_path).writing(manifest):
        pass
    with pytest.raises(ValueError, match="of the kind 'coverage', not a scan"):
        nl.ScanRun(tmp_path)


def test_the_header_is_that_of_the_shipped_tables(latin, tmp_path):
    table = read_table(latin[1].merge(tmp_path / "all.csv"))
    assert len(table.columns["delta_chi2"]) == 600
