"""Delta chi2 on grids, at random points and in Latin hypercubes, in memory and in folders."""

from __future__ import annotations

import json
import pickle

import cloudpickle
import numpy as np
import pytest

import nulight as nl
from nulight.experiments import load
from nulight.inference.coordinates import Prior
from nulight.inference.model import asimov, with_nuisances
from nulight.inference.profile import minimise
from nulight.results.reading import read_result
from nulight.runs import Chunks, run_chunk
from nulight.runs.points import Axis, GridPoints, LatinHypercube, RandomPoints
from nulight.studies.scan import scan_grid
from nulight.studies.scan_task import ScanTask

GRID = {"mu_e4": np.geomspace(1e-12, 1e-10, 5), "m_4": np.array([1.0, 50.0, 200.0])}


@pytest.fixture(scope="module")
def scan():
    return scan_grid(load("xenonnt-2022-er"), GRID)


def test_points_are_the_profile_likelihood(scan):
    m, mu = np.meshgrid(GRID["m_4"], GRID["mu_e4"])
    found = minimise(load("xenonnt-2022-er"), {"mu_e4": mu.ravel(), "m_4": m.ravel()}).twice_nll
    np.testing.assert_allclose(scan.delta_chi2.ravel(), found - found.min(), atol=1e-9)
    assert scan.delta_chi2.shape == (5, 3)
    place = np.unravel_index(np.argmin(scan.delta_chi2), scan.delta_chi2.shape)
    assert scan.best == {"mu_e4": GRID["mu_e4"][place[0]], "m_4": GRID["m_4"][place[1]]}
    assert scan.twice_nll == pytest.approx(found.min())


def test_further_parameters_are_profiled_and_only_lower_it():
    experiment, grid = load("texono-csi-2010"), {"mu_nu_e": np.linspace(0, 4e-10, 5)}
    fixed = scan_grid(experiment, grid)
    free = scan_grid(experiment, grid, profile={"sin2_theta_w": (0.2, 0.28)})
    assert 0.2 <= free.best["sin2_theta_w"] <= 0.28
    assert np.all(free.delta_chi2 + free.twice_nll <= fixed.delta_chi2 + fixed.twice_nll + 1e-9)


def test_pieces_of_a_large_grid_are_followed():
    seen = []

    def track(pieces):
        for piece in pieces:
            seen.append(piece)
            yield piece

    result = scan_grid(load("texono-csi-2010"), {"mu_nu_e": np.linspace(0, 4e-10, 1200)}, track=track)
    assert [piece.stop - piece.start for piece in seen] == [500, 500, 200]
    assert result.delta_chi2.shape == (1200,)


def test_planned_data_are_made_at_what_is_held():
    result = scan_grid(load("51cr-lxe-a"), {"mu_nu": [0.0, 1e-12]}, fixed={"sin2_theta_w": 0.2})
    assert result.twice_nll == pytest.approx(0.0, abs=1e-9)


def test_record_is_csv_and_json(scan):
    json.dumps(scan.to_dict(), allow_nan=False)
    rows = [line for line in scan.to_csv().splitlines() if not line.startswith("#")]
    assert rows[0] == "mu_e4,m_4,delta_chi2"
    assert len(rows) == 16
    assert "lowest point" in repr(scan)


@pytest.mark.parametrize(
    ("grid", "options", "message"),
    [
        ({}, {}, "one to three parameters"),
        ({"mu_nu": [0.0], "m_5": [1.0]}, {}, "no parameter 'm_5'"),
        ({"mu_nu": [0.0, 1e-11]}, {"fixed": {"mu_nu": 0.0}}, "cannot be held or profiled"),
    ],
)
def test_bad_grids_are_refused(grid, options, message):
    with pytest.raises(ValueError, match=message):
        scan_grid(load("texono-csi-2010"), grid, **options)


TEXONO = [Axis("mu_nu_e", 0.0, 4e-10), Axis("r2_nu_ee", -2e-32, 2e-32)]
KINDS = {
    "grid": GridPoints([Axis("mu_nu_e", 0.0, 4e-10, n=15), Axis("r2_nu_ee", -2e-32, 2e-32, n=16)]),
    "random": RandomPoints(TEXONO, 240, seed=2),
    "latin": LatinHypercube(TEXONO, 240, seed=2),
}


@pytest.fixture(scope="module")
def texono():
    return load("texono-csi-2010")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_points_is_the_profile_likelihood(texono, kind, tmp_path):
    points = KINDS[kind]
    result = nl.scan(texono, points, folder=tmp_path, chunk_size=37)
    values = points.values(slice(0, 240))
    chi2 = minimise(texono, values).twice_nll
    column = result.delta_chi2.ravel() if kind == "grid" else result.delta_chi2
    np.testing.assert_allclose(column, chi2 - chi2.min(), atol=1e-9)
    assert result.best == {name: column[np.argmin(chi2)] for name, column in values.items()}
    assert (result.n_points, result.n_unconverged, result.warnings) == (240, 0, ())
    for name, found in result.values().items():
        np.testing.assert_array_equal(found, values[name])


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_changes_nothing_and_comes_back_from_a_file(texono, kind, tmp_path):
    result = nl.scan(texono, KINDS[kind], folder=tmp_path / "run")
    assert nl.scan(texono, KINDS[kind]).to_dict() == result.to_dict()
    assert nl.scan(texono, KINDS[kind], folder=tmp_path / "run").to_dict() == result.to_dict()
    again = read_result(result.save(tmp_path / "scan.json"))
    assert again.to_dict() == result.to_dict()
    rows = [line for line in result.to_csv().splitlines() if not line.startswith("#")]
    assert rows[0] == "mu_nu_e,r2_nu_ee,delta_chi2"
    assert len(rows) == 241


def test_a_grid_is_that_of_the_short_form(texono):
    points = KINDS["grid"]
    short = scan_grid(texono, {axis.name: axis.values() for axis in points.axes})
    np.testing.assert_array_equal(nl.scan(texono, points, chunk_size=500).delta_chi2, short.delta_chi2)
    np.testing.assert_allclose(nl.scan(texono, points, chunk_size=7).delta_chi2, short.delta_chi2, atol=1e-9)


def test_masses_are_scanned_slowest_and_found_at_random():
    experiment = load("texono-csi-2010")
    masses = Axis("m_4", 1.0, 1000.0, n=3, log=True)
    grid = nl.scan(experiment, GridPoints([Axis("mu_e4", 1e-11, 1e-8, n=4, log=True), masses]), chunk_size=3)
    assert grid.delta_chi2.shape == (4, 3)
    mu, m = np.meshgrid(grid.grid["mu_e4"], grid.grid["m_4"], indexing="ij")
    chi2 = minimise(experiment, {"mu_e4": mu.ravel(), "m_4": m.ravel()}).twice_nll
    np.testing.assert_allclose(grid.delta_chi2.ravel(), chi2 - chi2.min(), atol=1e-9)
    points = RandomPoints([Axis("mu_e4", 1e-11, 1e-8, log=True), Axis("m_4", 1.0, 1000.0, log=True)], 12, seed=3)
    random = nl.scan(experiment, points, chunk_size=5)
    chi2 = minimise(experiment, random.samples).twice_nll
    np.testing.assert_allclose(random.delta_chi2, chi2 - chi2.min(), atol=1e-9)


def test_profiled_parameters_are_kept_with_their_points(texono, tmp_path):
    points = LatinHypercube(TEXONO[:1], 30, seed=1)
    profile = {"sin2_theta_w": Prior(0.2386, 0.01), "r2_nu_ee": (-1e-32, np.inf)}
    result = nl.scan(texono, points, profile=profile, folder=tmp_path, chunk_size=7)
    whole = minimise(texono, points.values(slice(0, 30)), profile=profile)
    lowest = int(np.argmin(whole.twice_nll))
    for name in profile:
        found = np.concatenate([chunk[name] for chunk in nl.ScanRun(tmp_path).chunks()])
        np.testing.assert_allclose(found, whole.parameters[name], rtol=1e-5)
        assert result.best[name] == found[lowest]
    assert "sin2_theta_w" in result.definition


def test_a_task_gives_the_same_wherever_it_is_sent(texono):
    points = KINDS["latin"]
    task = ScanTask(model=texono, points=points, chunks=Chunks(n_items=240, size=100), profile={}, fixed={})
    here, there = run_chunk(task, 2), run_chunk(pickle.loads(cloudpickle.dumps(task)), 2)
    assert set(here) == {"twice_nll", "converged", "late", "late_residual"}
    for name, array in here.items():
        np.testing.assert_array_equal(there[name], array)
    assert here["twice_nll"].shape == (40,)
    assert here["converged"].dtype == bool


def test_points_that_did_not_converge_are_counted_and_kept(texono, monkeypatch, tmp_path):
    real = ScanTask._minima

    def late(self, values):
        found = real(self, values)
        places = values["mu_nu_e"] > 3e-10
        return found | {"converged": ~places, "residual": np.where(places, values["mu_nu_e"], 0.0)}

    monkeypatch.setattr(ScanTask, "_minima", late)
    result = nl.scan(texono, KINDS["latin"], folder=tmp_path / "run", chunk_size=50)
    mu = result.samples["mu_nu_e"]
    n_late = int(np.count_nonzero(mu > 3e-10))
    assert 0 < n_late < 240
    assert result.n_unconverged == n_late
    assert result.warnings == (f"{n_late} of 240 points did not converge",)
    columns = np.load(nl.ScanRun(tmp_path / "run").merge(tmp_path / "all.npz"))
    np.testing.assert_array_equal(columns["converged"], mu <= 3e-10)
    np.testing.assert_array_equal(columns["residual"], np.where(mu > 3e-10, mu, 0.0))


def test_a_folder_goes_on_with_its_own_chunks(texono, tmp_path):
    nl.scan(texono, KINDS["grid"], folder=tmp_path, chunk_size=50)
    assert nl.scan(texono, KINDS["grid"], folder=tmp_path).n_points == 240
    with pytest.raises(ValueError, match=r"chunks\.size is 50 there and 60 now"):
        nl.scan(texono, KINDS["grid"], folder=tmp_path, chunk_size=60)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: {"points": RandomPoints(TEXONO, 240, seed=3)}, r"what\.points\.seed is 2 there and 3 now"),
        (lambda _: {"profile": {"sin2_theta_w": (0.2, 0.3)}}, r"what\.profile"),
        (lambda _: {"fixed": {"sin2_theta_w": 0.23}}, r"what\.fixed"),
        (lambda _: {"model": load("texono-csi-2010", conventions="tree")}, r"conventions"),
        (lambda m: {"model": asimov(m, {"mu_nu_e": 1e-10})}, r"what\.fingerprint"),
        (lambda m: {"model": with_nuisances(m, {m.nuisances[0].name: "fixed"})}, r"what\.nuisances"),
        (lambda _: {"model": load("51cr-cevns-ge")}, r"experiments\[0\]"),
    ],
)
def test_a_folder_of_something_else_is_refused(texono, change, message, tmp_path):
    call = {"model": texono, "points": KINDS["random"], "folder": tmp_path}
    nl.scan(**call)
    with pytest.raises(ValueError, match=rf"holds another run \(.*{message}"):
        nl.scan(**call | change(texono))


def test_recipes_are_kept_for_who_resumes(texono, tmp_path):
    nl.scan(texono, KINDS["random"], folder=tmp_path, recipe={"experiments": ["texono-csi-2010"]})
    manifest = nl.RunFolder(tmp_path).manifest
    assert manifest.recipe == {"experiments": ["texono-csi-2010"]}
    assert nl.ScanRun(tmp_path).points == KINDS["random"]


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        (RandomPoints([Axis("m_5", 0.0, 1.0)], 5, 1), {}, "no parameter 'm_5'"),
        (KINDS["random"], {"profile": {"mu_nu_e": (0.0, 1.0)}}, "cannot be held or profiled"),
        (RandomPoints([Axis("sin2_theta_w", -1.0, 0.3)], 5, 1), {}, "points from -1 to 0.3, but it lies between"),
    ],
)
def test_bad_scans_are_refused_before_they_begin(texono, points, options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        nl.scan(texono, points, folder=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


def test_progress_counts_what_was_done_before(texono, tmp_path):
    seen = []

    def track(chunks, *, done, total):
        seen.append((done, total))
        for i, chunk in enumerate(chunks):
            if i == 2:
                raise KeyboardInterrupt
            yield chunk

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            nl.scan(texono, KINDS["random"], folder=tmp_path, track=track, chunk_size=20)
    assert seen == [(0, 12), (3, 12)]
    assert nl.RunFolder(tmp_path).status().n_done == 6
