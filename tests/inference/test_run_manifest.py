"""Fingerprints of models: everything that changes numbers changes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nulight as nl
from nulight.inference.coordinates import Prior
from nulight.inference.model import _derive, asimov, combine, with_nuisances
from nulight.inference.run_manifest import fingerprint, kept, manifest_of
from nulight.runs import Chunks, Memory, RunFolder


@pytest.fixture(scope="module")
def csi():
    return nl.load("coherent-csi-2017")


def test_it_is_that_of_the_numbers_and_not_of_the_object(csi):
    assert fingerprint(csi) == fingerprint(nl.load("coherent-csi-2017")) == fingerprint(_derive(csi))
    last_digits = replace(_derive(csi), observed=csi.observed * (1 + 1e-13))
    assert fingerprint(last_digits) == fingerprint(csi)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: asimov(m, {}),
        lambda m: with_nuisances(m, {"csi2017_brn": "fixed"}),
        lambda m: replace(_derive(m), scales={}),
        lambda m: replace(_derive(m), observed=m.observed + np.eye(len(m.observed))[0]),
        lambda m: replace(_derive(m), sigma=m.sigma * 2),
        lambda m: replace(_derive(m), components=tuple(f"{name}_x" for name in m.components)),
        lambda _: nl.load("coherent-csi-2017", conventions="tree"),
    ],
)
def test_whatever_changes_numbers_changes_it(csi, change):
    assert fingerprint(change(csi)) != fingerprint(csi)


def test_it_depends_on_where_the_counts_are_taken(csi):
    assert fingerprint(csi, {"mu_nu_mu": 1e-8}) != fingerprint(csi)


def test_shapes_of_nuisances_count(csi):
    """Two models that agree where all nuisances are zero are told apart."""
    ge = nl.load("51cr-cevns-ge")
    name = ge.nuisances[0].name
    other = with_nuisances(ge, {name: 2 * ge.nuisances[0].width})
    assert fingerprint(other) != fingerprint(ge)
    both = fingerprint(combine([csi, ge]))
    assert both["51cr-cevns-ge"] == fingerprint(ge)["51cr-cevns-ge"]


def test_the_manifest_carries_provenance_and_definition(csi):
    chunks = Chunks(n_items=10, size=3)
    manifest = manifest_of(csi, kind="coverage", chunks=chunks, what={"seed": 1}, recipe={"a": 1})
    assert manifest.kind == "coverage"
    assert manifest.experiments == ("coherent-csi-2017",)
    assert manifest.provenance["data"] == csi.provenance()["data"]
    assert manifest.what["seed"] == 1
    assert manifest.what["nuisances"] == [n.describe() for n in csi.nuisances]


def study(folder, model, **changes):
    options = {"parameters": ("mu_nu_mu",), "profile": {}, "fixed": {}, "what": {"seed": 1}} | changes
    return kept(folder, model, kind="study", chunks=Chunks(n_items=4, size=2), **options)


def test_chunks_are_kept_in_memory_without_a_folder(csi):
    with study(None, csi) as store:
        assert isinstance(store, Memory)


def test_a_folder_keeps_what_is_done_and_knows_whose_it_is(csi, tmp_path):
    with study(tmp_path, csi) as store:
        store.write(1, {"x": np.ones(2)})
    with study(tmp_path, csi) as store:
        assert store.finished() == {1}
    manifest = RunFolder(tmp_path).manifest
    assert manifest.what["units"] == {"mu_nu_mu": "mu_B"}
    assert manifest.what["parameters"] == ["mu_nu_mu"]


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": ("mu_nu_e",)},
        {"profile": {"mu_nu_e": (0.0, np.inf)}},
        {"profile": {"mu_nu_e": Prior(0.0, 1e-9)}},
        {"fixed": {"mu_nu_e": 1e-9}},
        {"what": {"seed": 2}},
    ],
)
def test_a_folder_refuses_everything_else(csi, tmp_path, changes):
    with study(tmp_path, csi):
        pass
    with pytest.raises(ValueError, match="holds another run"), study(tmp_path, csi, **changes):
        pass


def test_unknown_names_leave_nothing_behind(csi, tmp_path):
    with pytest.raises(ValueError, match="mu_nu_x"), study(tmp_path / "run", csi, profile={"mu_nu_x": (0.0, 1.0)}):
        pass
    assert not (tmp_path / "run").exists()
