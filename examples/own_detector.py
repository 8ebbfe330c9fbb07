"""A detector of your own is a card: my_detector.yaml beside its tables. It is used like a shipped one.

The same on the command line: nulight limit examples/my_detector.yaml mu_nu_e
"""

from pathlib import Path

import nulight as nl

CARD = Path(__file__).parent / "my_detector.yaml"

detector = nl.load(CARD)
print(nl.spectrum(detector))
print(nl.limit(detector, "mu_nu_e"))

threshold = nl.vary(CARD, "threshold")
print(nl.forecast(threshold.model, "threshold", [0.3, 0.5, 1.0, 2.0], "mu_nu_e", vary_unit=threshold.unit))
