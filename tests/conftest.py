"""Settings of the whole suite."""

import os
from functools import wraps

import pytest
from hypothesis import settings

# A busy machine must not fail a property: how long an example takes says nothing about it. The gate
# tries the same examples every time; `make test-all` draws new ones.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


_approx = pytest.approx


@wraps(_approx)
def _relative(expected, rel=None, abs=None, nan_ok=False):
    """Take `rel` alone at its word: a cross section of 1e-45 cm^2 is within 1e-12 of anything."""
    return _approx(expected, rel=rel, abs=0 if rel is not None and abs is None else abs, nan_ok=nan_ok)


pytest.approx = _relative
