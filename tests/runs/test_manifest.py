"""What a run computes, as text and back, and what tells two runs apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nulight._version import __version__
from nulight.runs import Chunks, Manifest


@pytest.fixture
def manifest():
    return Manifest(
        kind="scan",
        experiments=("one", "two"),
        chunks=Chunks(n_items=100, size=30),
        what={"points": {"axes": [{"name": "mu_nu", "low": 0.0}]}, "seed": 3},
        provenance={"data": {"a.csv": "12ab"}, "citations": ("x",), "radius": np.float64(2.0)},
        recipe={"command": ["scan", "one"]},
    )


def test_it_comes_back_from_its_text(manifest):
    again = Manifest.from_json(manifest.to_json())
    assert again == manifest
    assert again.to_json() == manifest.to_json()
    assert again.digest == manifest.digest
    assert again.differences(manifest) == ()
    assert again.versions == {"nulight": __version__, "numpy": np.__version__}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "coverage"}, 'kind is "scan" there and "coverage" now'),
        ({"experiments": ("one",)}, 'experiments is ["one", "two"] there'),
        ({"chunks": Chunks(n_items=100, size=10)}, "chunks.size is 30 there and 10 now"),
        ({"what": {"points": {"axes": [{"name": "mu_nu", "low": 1.0}]}, "seed": 3}}, "what.points.axes[0].low is 0.0"),
        ({"what": {"points": {"axes": [{"name": "mu_nu", "low": 0.0}]}, "seed": 4}}, "what.seed is 3 there and 4 now"),
        ({"what": {"seed": 3}}, "what.points is"),
        ({"versions": {"nulight": "0.0.1", "numpy": np.__version__}}, f'versions.nulight is "{__version__}" there'),
        ({"provenance": {}}, "provenance.data is"),
    ],
)
def test_whatever_defines_the_numbers_is_named_where_it_differs(manifest, changes, message):
    other = replace(manifest, **changes)
    assert message in manifest.explain(other)
    assert other.digest != manifest.digest


def test_a_recipe_defines_nothing(manifest):
    other = replace(manifest, recipe={})
    assert manifest.explain(other) == ""
    assert other.digest == manifest.digest


def test_many_differences_are_counted(manifest):
    other = replace(manifest, what={str(i): i for i in range(20)})
    assert manifest.explain(other).endswith("and 16 more")


@pytest.mark.parametrize(
    ("text", "message"),
    [("{}", "no manifest"), ("[1]", "no manifest"), ('{"format": 99}', "layout 99; this version of nulight reads 1")],
)
def test_other_documents_are_refused(text, message):
    with pytest.raises(ValueError, match=message.replace("reads 1", "reads layout 1")):
        Manifest.from_json(text)
