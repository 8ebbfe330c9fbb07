"""The page on coverage says what its records say, and the records are what the package finds."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

import nulight as nl
from nulight.inference.prepared import prepare
from nulight.inference.toys.data import throw_toys
from nulight.inference.toys.statistics import likelihood_ratio

ROOT = Path(__file__).resolve().parents[2]
MAKER = runpy.run_path(str(ROOT / "docs" / "make_coverage.py"))
STUDIES = {study.name: study for study in MAKER["STUDIES"]}


def test_page_is_written_from_the_records():
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == MAKER["page"]()


@pytest.mark.parametrize("name", STUDIES)
def test_tables_and_figures_stand_beside_the_records(name):
    study = STUDIES[name]
    assert (ROOT / "docs" / "figures" / f"{study.stem()}.png").exists()
    for shift in ("", *(MAKER["SHIFTS"] if study.shifted else ())):
        table = ROOT / "docs" / "figures" / f"{study.stem(shift)}.csv"
        assert table.read_text(encoding="utf-8") == study.record(shift).to_csv()
        assert study.record(shift).n_toys == MAKER["N_TOYS"]


def test_wilks_holds_where_everything_is_nearly_linear_and_fails_next_to_the_bound():
    assert not STUDIES["xenon_a"].record().deviates("two-sided").any()
    for name in ("csi_mu", "ge_mu", "ge_10g"):
        record = STUDIES[name].record()
        assert record.deviates("two-sided")[0]
        assert record.coverage["two-sided"][0] == pytest.approx(0.95, abs=0.02)  # half a chi2
        assert not record.deviates("two-sided")[-3:].any()


@pytest.mark.slow
def test_charge_radius_is_mistaken_for_its_mirror_image():
    """With the minimum on the side of the true value alone the interval covers what it says."""
    study, truth, mirror = STUDIES["ge_r2"], 1e-31, -2.9e-31
    experiment, parameter = nl.load(study.words.split()[0]), study.words.split()[1]
    ratio = likelihood_ratio(experiment, parameter, [truth])
    toys = throw_toys(experiment, {parameter: truth}, {}, 4000, np.random.default_rng(3))
    best = ratio.best(toys)
    t = ratio.two_sided(truth, best, toys)
    own = prepare(experiment, profile={parameter: (mirror, ratio.span[1])}).minimise(toys=toys)
    assert 0.2 < np.mean(best.value < mirror) < 0.4
    assert np.mean(t <= 2.706) < 0.86
    assert np.mean(t + best.twice_nll - own.twice_nll <= 2.706) == pytest.approx(0.9, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ge_10g", "ge_mu", "xenon_a"])
def test_records_are_found_again(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    study = STUDIES[name]
    old = study.record()
    experiment, parameter = study.words.split()
    new = nl.coverage(nl.load(experiment), parameter, old.truths, n_toys=old.n_toys, seed=old.seed)
    for interval in old.intervals:
        np.testing.assert_allclose(new.coverage[interval], old.coverage[interval], atol=1e-3)
