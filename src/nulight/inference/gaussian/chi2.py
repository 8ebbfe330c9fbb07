r"""Gaussian chi2 without its bins: millions of points a second.

Counts that are linear in K coefficients c (products of couplings) and in additive pulls need the
bins only once. With templates B (K x bins), data n, background b and weights W = diag(1/sigma^2),

    chi2(c) = (n - b - c.B)^T W (n - b - c.B) = d - 2 c.b' + c.A.c,   A = B W B^T, b' = B W r, d = r W r.

Additive pulls V with widths w are eliminated by W -> W - W V^T (V W V^T + w^-2)^-1 V W, and a
normalisation of the signal has its minimum in closed form. A linear change of shape of a background
is a pull; one of the signal, a quadratic one and parametric counts are not: `minimise` has them all.
In numbers it is a distance between signal and data in K directions of the bins, which keeps its digits
where d and c.A.c are millions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["GaussianChi2", "SignalNorm", "gaussian_chi2"]

_CHUNK = 12_000  # points whose work fits in the cache; a power of two would put all rows in the same places of it

NormKind = Literal["gaussian", "box", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalNorm:
    r"""A factor common to the whole signal, F = x y: x with a Gaussian penalty, y with hard bounds only.

    Attributes
    ----------
    stiffness : float
        1/width^2 of the penalty of x; zero without one, where x is 1.
    floor, ceiling : float
        Bounds of x.
    low, high : float
        Bounds of y, not negative; y is 1 where both are.

    Notes
    -----
    The factor that the data want is :math:`\beta/\alpha`, with the :math:`\alpha = c A c`,
    :math:`\beta = c b'` of `GaussianChi2`. As far as y can reach it costs nothing, and y goes to the
    nearest bound otherwise: the least penalty of a factor F, zero between the bounds of y and a parabola
    beyond, is convex, so this is the one minimum. Then :math:`x = (\beta y + s^{-2})/(\alpha y^2 + s^{-2})`.
    """

    stiffness: float = 0.0
    floor: float = 1.0
    ceiling: float = 1.0
    low: float = 1.0
    high: float = 1.0

    @classmethod
    def of(cls, kind: NormKind, width: float) -> SignalNorm:
        """Return the norm 1 + u of one nuisance u >= -1; `width` is not used by "free"."""
        if kind not in ("gaussian", "box", "free"):
            raise ValueError(f"kind {kind!r}; use gaussian, box or free")
        if kind != "free" and not width > 0:
            raise ValueError(f"width {width} must be positive")
        if kind == "gaussian":
            return cls(stiffness=width**-2, floor=0.0, ceiling=np.inf)
        return cls(low=max(1 - width, 0.0), high=1 + width) if kind == "box" else cls(low=0.0, high=np.inf)

    def factors(self, alpha: Any, beta: Any, xp: Any) -> tuple[Any, Any]:
        """Return x and F at the minimum, arrays (n_points,) of the namespace `xp` like `alpha` and `beta`."""
        y = 1.0
        if (self.low, self.high) != (1.0, 1.0):
            y = xp.clip(beta / xp.where(alpha > 0, alpha, 1.0), self.low, self.high)
            alpha, beta = alpha * y * y, beta * y
        if self.stiffness == 0:
            return 1.0, y
        x = xp.clip((beta + self.stiffness) / (alpha + self.stiffness), self.floor, self.ceiling)
        return x, x * y


@dataclass(frozen=True, slots=True)
class GaussianChi2:
    """chi2 of coefficient vectors; made by `gaussian_chi2`.

    Coefficients may be arrays of any library that follows the array API standard, on any device; the
    answer is of the same kind.

    Attributes
    ----------
    root : array, shape (K, n)
        R with A = R R^T: the signal c.R in n directions of the bins.
    target : array, shape (n,)
        What the signal would have to be: the data in these directions, b' = R target.
    floor : float
        Squared distance of the data from all signals, the smallest chi2 there can be.
    """

    root: FloatArray
    target: FloatArray
    floor: float

    def chi2(self, coefficients: ArrayLike) -> FloatArray:
        """Return chi2 of coefficient vectors, shape (n_points, K) -> (n_points,)."""
        chi2: FloatArray = self._each(coefficients, lambda chi2, *_: chi2)
        return chi2

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
        return self.profiled(coefficients, SignalNorm.of(kind, width))

    def profiled(self, coefficients: ArrayLike, norm: SignalNorm) -> FloatArray:
        """Return chi2 with the signal multiplied by `norm`, minimised over it, shape (n_points,)."""

        def value(chi2: Any, alpha: Any, beta: Any, xp: Any) -> Any:
            x, factor = norm.factors(alpha, beta, xp)
            # From F = 1 or 0, whichever is nearer: the digits that a huge signal would take do not come back.
            near = 2 * beta > alpha
            origin = xp.astype(near, alpha.dtype)
            u, slope = factor - origin, origin * alpha - beta
            return xp.where(near, chi2, empty) + u * (2 * slope + u * alpha) + norm.stiffness * (x - 1) ** 2

        empty = self.floor + float(self.target @ self.target)
        chi2: FloatArray = self._each(coefficients, value)
        return chi2

    def factors(self, coefficients: ArrayLike, norm: SignalNorm) -> FloatArray:
        """Return the factor F of the signal at the minimum, shape (n_points,)."""
        factors: FloatArray = self._each(coefficients, lambda _, alpha, beta, xp: norm.factors(alpha, beta, xp)[1])
        return factors

    def _each(self, coefficients: Any, value: Callable[[Any, Any, Any, Any], Any]) -> Any:
        """Put values of chi2, alpha = c.A.c, beta = c.b' and the array namespace together."""
        if not isinstance(coefficients, np.ndarray) and hasattr(coefficients, "__array_namespace__"):
            return self._values(coefficients, value)
        c = np.atleast_2d(np.asarray(coefficients, float))
        out = np.empty(len(c))
        for i in range(0, len(c), _CHUNK):
            out[i : i + _CHUNK] = self._values(c[i : i + _CHUNK], value)
        return out

    def _values(self, c: Any, value: Callable[[Any, Any, Any, Any], Any]) -> Any:
        xp, size = c.__array_namespace__(), float(self.target @ self.target)
        rows, target = (
            xp.asarray(a, dtype=c.dtype, device=c.device)
            for a in (np.vstack([self.root.T, self.target @ self.root.T]), np.append(self.target, size)[:, None])
        )
        rest = rows @ c.T  # points along the last axis: everything after this runs over contiguous memory
        rest -= target
        beta = rest[-1, :] + size
        rest *= rest  # in place: memory asked for anew costs more than the product
        distance = xp.sum(rest[:-1, :], axis=0)
        return value(distance + self.floor, distance + (2 * beta - size), beta, xp)


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
    directions, root = np.linalg.qr(rows[:-1].T)
    target = directions.T @ rows[-1]
    rest = rows[-1] - directions @ target
    return GaussianChi2(root=root.T, target=target, floor=float(rest @ rest))


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
