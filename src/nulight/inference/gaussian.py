r"""Gaussian chi2 without its bins: millions of points a second.

Counts that are linear in K coefficients c (products of couplings) and in additive pulls need the
bins only once. With templates B (K x bins), data n, background b and weights W = diag(1/sigma^2),

    chi2(c) = (n - b - c.B)^T W (n - b - c.B) = d - 2 c.b' + c.A.c,   A = B W B^T, b' = B W r, d = r W r.

Additive pulls V with widths w are eliminated by W -> W - W V^T (V W V^T + w^-2)^-1 V W, and a
normalisation of the signal has its minimum in closed form. A linear change of shape of a background
is a pull; one of the signal, a quadratic one and parametric counts are not: `minimise` has them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["GaussianChi2", "gaussian_chi2"]

_CHUNK = 16_384  # points whose work fits in the cache


@dataclass(frozen=True, slots=True)
class GaussianChi2:
    """chi2 of coefficient vectors; made by `gaussian_chi2`.

    Attributes
    ----------
    root : array, shape (K, K)
        R with A = R R^T, so that c.A.c = |c.R|^2 is never negative.
    slope : array, shape (K,)
        b' = B W r.
    offset : float
        d = r W r, the chi2 without any signal.
    """

    root: FloatArray
    slope: FloatArray
    offset: float

    def chi2(self, coefficients: ArrayLike) -> FloatArray:
        """Return chi2 of coefficient vectors, shape (n_points, K) -> (n_points,)."""
        return self._each(coefficients, lambda alpha, beta: self.offset - 2 * beta + alpha)

    def chi2_scaled(
        self, coefficients: ArrayLike, width: float, *, kind: Literal["gaussian", "box", "free"] = "gaussian"
    ) -> FloatArray:
        """Return chi2 with the signal multiplied by (1 + u), minimised over u.

        Parameters
        ----------
        coefficients : array, shape (n_points, K)
        width : float
            Relative uncertainty of the signal; not used by "free".
        kind : "gaussian", "box" or "free"
            Penalty (u/width)^2, hard bounds, or neither; always u >= -1.

        Returns
        -------
        array, shape (n_points,)

        Notes
        -----
        The factor is F = (c.b' + s^-2) / (c.A.c + s^-2), clipped to its bounds for a box.
        """
        if kind not in ("gaussian", "box", "free"):
            raise ValueError(f"kind {kind!r}; use gaussian, box or free")
        if kind != "free" and not width > 0:
            raise ValueError(f"width {width} must be positive")
        stiffness = width**-2 if kind == "gaussian" else 0.0
        low, high = (max(1 - width, 0.0), 1 + width) if kind == "box" else (0.0, np.inf)

        def value(alpha: FloatArray, beta: FloatArray) -> FloatArray:
            total = alpha + stiffness
            factor = (beta + stiffness) / np.where(total > 0, total, 1.0)
            np.clip(factor, low, high, out=factor)
            return self.offset + factor * (factor * alpha - 2 * beta) + stiffness * (factor - 1) ** 2

        return self._each(coefficients, value)

    def _each(self, coefficients: ArrayLike, value: Callable[[FloatArray, FloatArray], FloatArray]) -> FloatArray:
        c = np.atleast_2d(np.asarray(coefficients, float))
        rows = np.vstack([self.root.T, self.slope])
        out = np.empty(len(c))
        for i in range(0, len(c), _CHUNK):
            # Points along the last axis: everything after the product runs over contiguous memory.
            z = rows @ c[i : i + _CHUNK].T
            out[i : i + _CHUNK] = value(np.einsum("kp,kp->p", z[:-1], z[:-1]), z[-1])
        return out


def gaussian_chi2(
    templates: ArrayLike,
    observed: ArrayLike,
    sigma: ArrayLike,
    *,
    background: ArrayLike = 0.0,
    pulls: ArrayLike | None = None,
    widths: ArrayLike | None = None,
) -> GaussianChi2:
    """Prepare the chi2 of counts linear in coefficients.

    Parameters
    ----------
    templates : array, shape (K, n_bins)
        Counts per unit coefficient.
    observed, sigma : array, shape (n_bins,)
        Data and their errors, positive.
    background : array, shape (n_bins,), optional
        Counts that do not depend on the coefficients.
    pulls : array, shape (n_pulls, n_bins), optional
        Counts added per unit of each nuisance: for a background norm the background itself.
    widths : array, shape (n_pulls,), optional
        Gaussian widths; infinite lets a pull float.

    Returns
    -------
    GaussianChi2

    Raises
    ------
    ValueError
        If shapes do not match or an error or width is not positive.
    """
    b, n, s = np.atleast_2d(np.asarray(templates, float)), np.asarray(observed, float), np.asarray(sigma, float)
    if b.shape[1:] != n.shape or s.shape != n.shape:
        raise ValueError(f"templates {b.shape}, observed {n.shape}, sigma {s.shape}: the numbers of bins differ")
    if not np.all(s > 0):
        raise ValueError("the error of every bin must be positive")
    rows = np.vstack([b, n - np.broadcast_to(np.asarray(background, float), n.shape)]) / s
    if pulls is not None:
        rows = _without_pulls(rows, np.atleast_2d(np.asarray(pulls, float)) / s, np.asarray(widths, float))
    gram = rows @ rows.T
    value, vector = np.linalg.eigh(gram[:-1, :-1])
    root = vector * np.sqrt(np.maximum(value, 0.0))
    return GaussianChi2(root=root, slope=gram[:-1, -1].copy(), offset=float(gram[-1, -1]))


def _without_pulls(rows: FloatArray, pulls: FloatArray, widths: FloatArray) -> FloatArray:
    """Rows x such that x.x^T is the metric after the pulls took what they can.

    Appending the penalties as extra bins makes the pulls free; projecting them out of every row
    gives the eliminated metric without differences of large numbers.
    """
    if widths.shape != (len(pulls),) or not np.all(widths > 0):
        raise ValueError(f"widths {widths}: one positive width for each of the {len(pulls)} pulls")
    extended = np.hstack([pulls, np.diag(1 / widths)])
    basis, weight, _ = np.linalg.svd(extended.T, full_matrices=False)
    basis = basis[:, weight > 1e-12 * weight.max()]
    padded = np.hstack([rows, np.zeros((len(rows), len(pulls)))])
    projected: FloatArray = padded - (padded @ basis) @ basis.T
    return projected
