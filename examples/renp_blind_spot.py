"""Moments that no electron neutrino shows: a reactor is blind to them, the Sun and RENP are not."""

import numpy as np

import nulight as nl
from nulight.neutrinos.mixing import get_oscillation, pmns

U = pmns(get_oscillation(nl.get_conventions().oscillation))

# lambda_11 U*_e1 + lambda_12 U*_e2 = 0
cancels = -U[0, 0].conj() / U[0, 1].conj()
hidden = {"lambda_11": 1e-11, "lambda_12": 1e-11 * abs(cancels), "lambda_12_phase": float(np.angle(cancels))}
shown = hidden | {"lambda_12_phase": 0.0}
scan = nl.renp_experiment("yb", days=100)  # at each frequency

for text, values in (("hidden", hidden), ("shown", shown)):
    recoils = nl.effective_moments(values, ("texono-csi-2010", "xenonnt-2022-er"), neutrinos="dirac")
    for row in recoils.rows:
        print(f"{text:6} {row.experiment:15} mu_eff = {row.mu_eff:.2g} mu_B {row.note}")
    counts = scan.expected(values)[0, 1]
    print(f"{text:6} {scan.name:15} {counts.sum():.1f} counts beside {scan.observed.sum():.0f} weak ones")
