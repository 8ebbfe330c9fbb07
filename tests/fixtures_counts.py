"""Small count models whose likelihood can be written down by hand."""

from __future__ import annotations

import numpy as np
import pytest

from oracles_counts import Parameter, PolynomialModel


@pytest.fixture(scope="session")
def parameter():
    return Parameter


@pytest.fixture(scope="session")
def toy():
    return PolynomialModel


@pytest.fixture(scope="session")
def counting(toy, parameter):
    """One bin: signal strength `s` on a known background."""

    def build(observed, background=0.0, *, nuisances=(), scales=None, scale=1.0, name="toy", **options):
        return toy(
            name=name,
            observed=np.atleast_1d(np.asarray(observed, float)),
            terms={
                "signal": [({"s": 1}, np.ones_like(np.atleast_1d(observed), float) / scale)],
                "background": [({}, background * np.ones_like(np.atleast_1d(observed), float))],
            },
            known=(parameter("s", lower=0.0, scale=scale),),
            nuisances=nuisances,
            scales=scales or {},
            **options,
        )

    return build
