"""Fingerprints of models: everything that changes numbers changes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nulight as nl
from nulight.inference.model import _derive, asimov, combine, with_nuisances
from nulight.inference.run_manifest import fingerprint, manifest_of
from nulight.runs import Chunks


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
