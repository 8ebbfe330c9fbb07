"""Point source and finite detector: what a cylinder sees on average.

Rates go with the mean of 1/r^2 over the detector volume, not with the mean distance. Absorption
and the size of the source itself are neglected.
"""

from __future__ import annotations

import numpy as np

from nulight.typing import FloatArray

__all__ = ["mean_distance", "mean_inverse_square"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_PANEL_RATIO = 4.0  # in |z|; nearest singularity of a panel stays at pi/2 in log|z|: 12 nodes reach 1e-16
_SMALLEST = 1e-19  # of the largest |z|; what lies below is lost to rounding anyway
_N_ANGLES = 4096


def mean_inverse_square(radius: float, height: float, distance_from_axis: float, z: float = 0.0) -> float:
    r"""Mean of 1/r^2 between a point source and the volume of a cylinder, exactly.

    Parameters
    ----------
    radius, height : float, cm
        The cylinder, positive.
    distance_from_axis : float, cm
        Of the source, not negative. Zero is on the axis; less than `radius` may be above, below or inside.
    z : float, cm
        Height of the source above the mid-plane of the cylinder.

    Returns
    -------
    float, cm^-2
        Finite everywhere, inside too.

    Raises
    ------
    ValueError
        If a length is not finite, not positive (radius, height) or negative (distance).

    Notes
    -----
    The average over the disc at height h relative to the source is elementary; with
    :math:`d^2 = \rho_0^2 + h^2` and :math:`S^2 = (d^2 - R^2)^2 + 4R^2h^2`

    .. math::
        \left\langle \frac{1}{r^2} \right\rangle = \frac{1}{R^2 H} \int dh \,
        \ln\left(1 + \frac{2R^2}{S + d^2 - R^2}\right)

    What is left is smooth in log|h|: the logarithm at h = 0 and the nearby complex singularities of a source close
    to the wall are both removed by integrating in log|h|, by Gauss-Legendre, to 1e-13. Far away it is 1/d^2.

    Examples
    --------
    A xenon cylinder 132.8 cm wide and 148.6 cm high, source 1 m from its axis: effective distance in cm.

    >>> round(mean_inverse_square(66.4, 148.6, 100.0) ** -0.5, 2)
    99.15
    """
    _check(radius, height, distance_from_axis, z)
    far, near = abs(z) + height / 2, abs(z) - height / 2  # of the two ends from the source; near < 0 between them
    smallest = _SMALLEST * far
    if near > smallest:
        pieces = [(near, height)]
    else:
        pieces = [(smallest, end - smallest) for end in (far, -near) if end > smallest]
    total = sum(_integral_over_heights(low, width, radius, distance_from_axis) for low, width in pieces)
    return float(total / (radius**2 * height))


def mean_distance(radius: float, height: float, distance_from_axis: float, z: float = 0.0) -> float:
    r"""Mean of r between a point source and the volume of a cylinder; for the record, rates do not follow it.

    Parameters
    ----------
    radius, height, distance_from_axis, z : float, cm
        As in `mean_inverse_square`.

    Returns
    -------
    float, cm

    Raises
    ------
    ValueError
        As `mean_inverse_square`.

    Notes
    -----
    By Gauss' theorem, :math:`\int r\,dV = \frac14 \oint r\,\mathbf{r}\cdot d\mathbf{S}`: the height on the wall and the
    radius on the caps integrate in closed form, the angle is periodic and summed on equal steps, to 1e-12.
    """
    _check(radius, height, distance_from_axis, z)
    phi = 2 * np.pi * (np.arange(_N_ANGLES) + 0.5) / _N_ANGLES
    outward = radius - distance_from_axis * np.cos(phi)  # from the source along the normal of the wall
    c2 = outward**2 + (distance_from_axis * np.sin(phi)) ** 2
    top, bottom = height / 2 - z, -height / 2 - z
    wall = radius * np.mean(outward * (_wall_height(top, c2) - _wall_height(bottom, c2)))
    caps = sum(sign * h * radius * np.mean(outward * _cap_radius(h, c2)) for sign, h in ((1, top), (-1, bottom)))
    return float(2 * np.pi * (wall + caps) / 4 / (np.pi * radius**2 * height))


def _wall_height(h: float, c2: FloatArray) -> FloatArray:
    """Primitive in h of sqrt(c^2 + h^2)."""
    c = np.sqrt(c2)
    return (h * np.hypot(h, c) + c2 * np.arcsinh(h / c)) / 2


def _cap_radius(h: float, c2: FloatArray) -> FloatArray:
    """Integral of sqrt(s^2 + h^2) s ds from 0 to c, over c^2."""
    r = np.sqrt(c2 + h**2)
    # (r^3 - |h|^3) / (3 c^2) without the difference: r^2 - h^2 = c^2
    return (r**2 + r * abs(h) + h**2) / (3 * (r + abs(h)))


def _integral_over_heights(low: float, width: float, radius: float, distance: float) -> float:
    """Integral of the disc average times R^2 over |h| from `low`, by panels of equal width in log|h|."""
    span = np.log1p(width / low)  # not a difference of logarithms: the source may be far away
    edges = np.linspace(0, span, int(np.ceil(span / np.log(_PANEL_RATIO))) + 1)
    half = (edges[1:] - edges[:-1])[:, None] / 2
    h = low * np.exp(edges[:-1, None] + half * (1 + _NODES))
    return float(np.sum(_WEIGHTS * half * h * _disc(h, radius, distance)))


def _disc(h: FloatArray, radius: float, distance: float) -> FloatArray:
    """Integral of 1/r^2 over a disc at height h from the source, over pi."""
    d2 = distance**2 + h**2
    S = np.hypot((distance - radius) * (distance + radius) + h**2, 2 * radius * h)
    beyond = d2 - radius**2
    # S + beyond and S - beyond are the two roots of the same product 4 R^2 h^2: take the one without cancellation
    excess = np.where(beyond > 0, 2 * radius**2 / (S + np.abs(beyond)), (S + np.abs(beyond)) / (2 * h**2))
    return np.log1p(excess)


def _check(radius: float, height: float, distance_from_axis: float, z: float) -> None:
    for name, value in (("radius", radius), ("height", height)):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} = {value} cm of the detector must be positive")
    if not 0 <= distance_from_axis < np.inf:
        raise ValueError(f"distance_from_axis = {distance_from_axis} cm must not be negative; put the sign into z")
    if not np.isfinite(z):
        raise ValueError(f"z = {z} cm must be finite: height of the source above the mid-plane")
