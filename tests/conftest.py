"""Settings of the whole suite."""

import os

from hypothesis import settings

# A busy machine must not fail a property: how long an example takes says nothing about it. The gate
# tries the same examples every time; `make test-all` draws new ones.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))
