"""Settings of the whole suite."""

from hypothesis import settings

# A busy machine must not fail a property: how long an example takes says nothing about it.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
