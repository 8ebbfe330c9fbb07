"""The likelihood of a published measurement handed to a minimiser and to a sampler that know nothing of neutrinos."""

import numpy as np
from scipy.optimize import minimize

import nulight as nl

experiment = nl.load("coherent-csi-2017")
ln_l = nl.log_likelihood(experiment, {"r2_nu_ee": (-2e-30, 2e-30), "r2_nu_mumu": (-2e-30, 2e-30)})
print(ln_l)

# scipy: one function and its first guess, in units of order one
found = minimize(lambda z: -ln_l.log_posterior(ln_l.start + ln_l.scales * z), np.ones(ln_l.n_dim), method="Nelder-Mead")
best = ln_l.start + ln_l.scales * found.x
print(f"best fit: r2_nu_ee = {best[0]:.2g}, r2_nu_mumu = {best[1]:.2g} cm^2, chi2 of the data {-2 * ln_l(best):.2f}")

# Metropolis: 200 walkers at once, every row of x is one of them
rng = np.random.default_rng(1)
x = ln_l.start + 0.1 * ln_l.scales * rng.standard_normal((200, ln_l.n_dim))
at, chain = ln_l.log_posterior(x), []
for _ in range(2000):
    y = x + 0.6 * ln_l.scales * rng.standard_normal(x.shape)
    there = ln_l.log_posterior(y)
    accept = np.log(rng.random(len(x))) < there - at
    x, at = np.where(accept[:, None], y, x), np.where(accept, there, at)
    chain.append(x)
low, high = np.quantile(np.concatenate(chain[500:])[:, 0], [0.05, 0.95])
print(f"90 % of the probability: r2_nu_ee between {low:.2g} and {high:.2g} cm^2, with flat priors")
