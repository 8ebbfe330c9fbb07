"""A germanium detector at a reactor without code: germanium-reactor.yaml says what it is.

The same on the command line: nulight limit examples/germanium-reactor.yaml mu_nu_e
"""

from pathlib import Path

import nulight as nl

CARD = Path(__file__).parent / "germanium-reactor.yaml"

detector = nl.load(CARD)
print(nl.spectrum(detector, {"mu_nu_e": 1e-10}))
print(nl.limit(detector, "mu_nu_e"))

threshold = nl.vary(CARD, "threshold")
print(nl.forecast(threshold.model, "threshold", [0.2, 0.5, 1.0], "mu_nu_e", vary_unit=threshold.unit))

exposure = nl.vary(CARD, "exposure")
values = [exposure.nominal * factor for factor in (1, 3, 10)]
print(nl.forecast(exposure.model, "exposure", values, "mu_nu_e", vary_unit=exposure.unit))
