"""Confidence belts of Feldman and Cousins: entries of the published tables, and constructions by enumeration.

The tables are those of Feldman and Cousins, Phys. Rev. D 57 (1998) 3873. They were not read in the paper itself
but in public test suites that transcribe them: Table IV (90 %) and Table VI (95 %) for Poisson counts n on a
background b, upper ends lengthened so that they do not rise with the background, and Table X for a Gaussian with
a mean that is not negative. (The entries of Table IV at b = 3, and n = 10 at b = 0.5, and of Table X: also in
the tests of gammapy.)
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm, poisson

TABLE_IV = {  # (n, b): 90 %
    (0, 0.0): (0.00, 2.44),
    (1, 0.0): (0.11, 4.36),
    (2, 0.0): (0.53, 5.91),
    (3, 0.0): (1.10, 7.42),
    (4, 0.0): (1.47, 8.60),
    (5, 0.0): (1.84, 9.99),
    (0, 0.5): (0.00, 1.94),
    (0, 1.0): (0.00, 1.61),
    (0, 2.0): (0.00, 1.26),
    (0, 4.0): (0.00, 1.01),
    (0, 5.0): (0.00, 0.98),
    (1, 4.0): (0.00, 1.39),
    (1, 5.0): (0.00, 1.22),
    (10, 0.5): (5.00, 16.00),
    (0, 3.0): (0.00, 1.08),
    (1, 3.0): (0.00, 1.88),
    (2, 3.0): (0.00, 3.04),
    (3, 3.0): (0.00, 4.42),
    (4, 3.0): (0.00, 5.60),
    (5, 3.0): (0.00, 6.99),
    (6, 3.0): (0.15, 8.47),
    (7, 3.0): (0.89, 9.53),
    (8, 3.0): (1.51, 10.99),
    (9, 3.0): (1.88, 12.30),
    (10, 3.0): (2.63, 13.50),
}
TABLE_VI_UPPER = {
    (0, 0.0): 3.09,
    (0, 2.5): 1.78,
    (0, 3.5): 1.63,
    (0, 4.0): 1.57,
    (0, 5.0): 1.54,
    (1, 4.0): 2.08,
    (2, 5.0): 2.49,
}
TABLE_X = {2.6: (1.02, 4.24)}
TABLE_X_UPPER = {1.7: 3.34}
"""Measured value in standard deviations: 90 % interval."""

PLAIN_UPPER = {(0, 2.0): 1.08, (0, 3.0): 0.95, (0, 4.0): 0.85, (0, 5.0): 0.77, (1, 4.0): 1.33}
"""The same without lengthening, from another implementation (on a grid of 0.005)."""

GRID, ROUNDING = 0.005, 0.005
"""The paper's step in the signal, and half a unit of the last digit."""


def accepted_counts(signal: float, background: float, cl: float, most: int = 120) -> set[int]:
    """Counts taken in the order of their likelihood ratio until their probability reaches cl."""
    n = np.arange(most)
    probability = poisson.pmf(n, signal + background)
    ratio = poisson.logpmf(n, signal + background) - poisson.logpmf(n, np.maximum(n, background))
    taken: set[int] = set()
    total = 0.0
    for k in np.argsort(-ratio, kind="stable"):
        if total >= cl:
            break
        taken.add(int(k))
        total += float(probability[k])
    return taken


def interval_by_enumeration(n: int, background: float, cl: float, signals: np.ndarray) -> tuple[float, float]:
    """Smallest and largest of the signals that accept n."""
    good = [s for s in signals if n in accepted_counts(s, background, cl)]
    return min(good), max(good)


class BackgroundMeasured:
    """n counts on a background b (1 + u), u measured to be x with a Gaussian error w: all by closed forms.

    No random numbers: probabilities are sums over n and integrals over x on a fine grid.
    """

    def __init__(self, background: float, width: float) -> None:
        self.b, self.w = background, width

    def profiled(self, s, n, x):
        """u that minimises -2 ln L at a signal s: b (1 - n/m) + (u - x)/w^2 = 0 with m = s + b (1 + u)."""
        b, w2 = self.b, self.w**2
        # m^2 + m (b^2 w^2 - s - b (1 + x)) - n b^2 w^2 = 0
        p = b**2 * w2 - s - b * (1 + x)
        m = (-p + np.sqrt(p**2 + 4 * n * b**2 * w2)) / 2
        return (m - s) / b - 1

    def cost(self, s, u, n, x):
        m = s + self.b * (1 + u)
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.where(n > 0, n * np.log(np.where(n > 0, n, 1) / m), 0.0)
        return 2 * (m - n + log) + ((u - x) / self.w) ** 2

    def t(self, s, n, x):
        """Likelihood ratio to the best fit with a signal of at least zero."""
        at = self.cost(s, self.profiled(s, n, x), n, x)
        none = self.cost(0.0, self.profiled(0.0, n, x), n, x)
        return at - np.where(n >= self.b * (1 + x), 0.0, none)

    def p_value(self, s: float, n: int) -> float:
        """Probability of t at least as large as observed (x = 0), for the nuisance profiled at s."""
        u = float(self.profiled(s, n, 0.0))
        x = u + self.w * np.linspace(-6, 6, 12001)
        counts = np.arange(80)[:, None]
        worse = self.t(s, counts, x) >= self.t(s, n, 0.0) - 1e-9
        over_x = (worse * norm.pdf(x, u, self.w)).sum(axis=1) * (x[1] - x[0])
        return float(poisson.pmf(counts[:, 0], s + self.b * (1 + u)) @ over_x)
