"""From named parameter values to the terms of a cross section: the public names in one place.

Electrons are in `electron_terms`, nuclei in `nuclear_terms`, what both share in `products`, and
interactions of the user in `own`.
"""

from nulight.models.electron_terms import electron_couplings, electron_terms, weak_current
from nulight.models.nuclear_terms import nuclear_couplings, nuclear_terms, nuclear_weak_current
from nulight.models.own import OwnInteraction
from nulight.models.products import baseline_r2

__all__ = [
    "OwnInteraction",
    "baseline_r2",
    "electron_couplings",
    "electron_terms",
    "nuclear_couplings",
    "nuclear_terms",
    "nuclear_weak_current",
    "weak_current",
]
