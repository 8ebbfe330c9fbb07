"""Effective moments written out amplitude by amplitude, and the closed forms of the literature.

Plain loops and explicit sines and cosines; nothing of the package is used here.
"""

import cmath

import numpy as np


def random_matrix(rng, n, m=None):
    shape = (n, n if m is None else m)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def random_unitary(rng, n):
    return np.linalg.qr(random_matrix(rng, n))[0]


def random_moments(rng, n, nature="dirac"):
    """Any matrix for Dirac neutrinos, an antisymmetric one for Majorana neutrinos."""
    a = random_matrix(rng, n)
    return a if nature == "dirac" else a - a.T


def moment_by_loops(lam, U, row, *, helicity="nu", initial=None, final=None, phases=None):
    """Sum over final states of |sum over initial states|^2; states from 1."""
    n_final, n = np.shape(lam)
    total = 0.0
    for k in final or range(1, n_final + 1):
        amplitude = 0j
        for j in initial or range(1, n + 1):
            coupling, share = lam[k - 1][j - 1], U[row][j - 1]
            if helicity == "nubar":
                coupling = coupling.conjugate()
            else:
                share = share.conjugate()
            amplitude += coupling * share * cmath.exp(-1j * (0 if phases is None else phases[j - 1]))
        total += abs(amplitude) ** 2
    return total


def sterile_rows(s2_12, s2_13, s2_23, delta, theta_14=0.0, theta_24=0.0, theta_34=0.0, delta_14=0.0, delta_24=0.0):
    """U_aj of a = e, mu, tau and j = 1, 2, 3 of 3+1 neutrinos, from the angles."""
    s12, s13, s23 = np.sqrt([s2_12, s2_13, s2_23])
    c12, c13, c23 = np.sqrt([1 - s2_12, 1 - s2_13, 1 - s2_23])
    d = cmath.exp(1j * delta)
    e = np.array([c12 * c13, s12 * c13, s13 / d])
    mu = np.array([-s12 * c23 - c12 * s23 * s13 * d, c12 * c23 - s12 * s23 * s13 * d, s23 * c13])
    tau = np.array([s12 * s23 - c12 * c23 * s13 * d, -c12 * s23 - s12 * c23 * s13 * d, c23 * c13])
    (s14, s24, s34), (c14, c24, c34) = np.sin([theta_14, theta_24, theta_34]), np.cos([theta_14, theta_24, theta_34])
    d14, d24 = cmath.exp(1j * delta_14), cmath.exp(1j * delta_24)
    return np.array(
        [
            c14 * e,
            c24 * mu - s14 * s24 * d14 / d24 * e,
            c34 * tau - s34 * (s24 * d24 * mu + s14 * c24 * d14 * e),
        ]
    )


def sterile_only(lambda_j4, row):
    """Light neutrinos to the fourth: Eqs. (7)-(10) of arXiv:2109.09545, without the part of nu_4 itself."""
    return abs(sum(element * share.conjugate() for element, share in zip(lambda_j4, row, strict=True))) ** 2


def electron_expansion(vector, s2_12, s2_13, delta):
    """nu_e at a short baseline with three Majorana neutrinos, in moduli and phases of Lambda."""
    s12, s13, c12, c13 = np.sqrt([s2_12, s2_13, 1 - s2_12, 1 - s2_13])
    (L1, L2, L3), (x1, x2, x3) = np.abs(vector), np.angle(vector)
    squares = (1 - (c12 * c13) ** 2) * L1**2 + (1 - (s12 * c13) ** 2) * L2**2 + (1 - s13**2) * L3**2
    return (
        squares
        - 2 * s12 * c12 * c13**2 * L1 * L2 * np.cos(x1 - x2)
        - 2 * c12 * c13 * s13 * L1 * L3 * np.cos(x1 - x3 + delta)
        - 2 * s12 * c13 * s13 * L2 * L3 * np.cos(x2 - x3 + delta)
    )
