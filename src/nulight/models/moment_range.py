r"""What the phases of transition moments do to an effective moment at a short baseline: blind spots.

Of a given set of moduli :math:`|\lambda_{kj}|` a flavour sees anything between a smallest and a largest effective
moment. Solar neutrinos arrive as a mixture of mass states; their
:math:`\mu^2 = \sum_j P_{ej}\sum_k|\lambda_{kj}|^2` knows moduli only and has no blind spot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nulight.models.mass_basis import Nature
from nulight.models.mixing_parameters import TRANSITIONS
from nulight.models.parameters import ParameterError, check_parameters
from nulight.neutrinos.flux import pure_flavour
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["MomentRange", "moment_range"]

_SCANNED = 200_000  # points of the first scan, however many phases there are
_FINEST = 36  # steps in one phase
_STARTS = 8  # best basins of the scan, refined
_ZERO = 1e-14  # of the largest amplitude


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRange:
    """Smallest and largest effective moment of a flavour, whatever the phases.

    Attributes
    ----------
    flavour : str
    minimum, maximum : float, mu_B
    phases_at_minimum, phases_at_maximum : dict of str to float, rad
        ``lambda_kj_phase``; the first one that matters is zero.
    """

    flavour: str
    minimum: float
    maximum: float
    phases_at_minimum: dict[str, float]
    phases_at_maximum: dict[str, float]

    @property
    def suppression(self) -> float:
        """Smallest over largest moment; zero is a blind spot."""
        return self.minimum / self.maximum if self.maximum > 0 else 1.0


def moment_range(
    moduli: Mapping[str, float], mixing: ArrayLike, flavour: str, nature: Nature = "majorana"
) -> MomentRange:
    r"""Find the phases that make the effective moment of a flavour smallest and largest.

    Parameters
    ----------
    moduli : mapping of str to float, mu_B
        ``lambda_12``, ``lambda_14``...; those not given are zero. Majorana: of each pair the one with k < j.
    mixing : array, shape (N, M)
        Rows e, mu, tau (, s); columns are the mass states that arrive, all of them or the light ones only.
        :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`.
    flavour : "e", "mu" or "tau"
        Of the source; ``nu_e`` and ``nubar_e`` too, with the same result: U and moments are conjugated together.
    nature : "majorana" or "dirac"

    Returns
    -------
    MomentRange

    Raises
    ------
    ParameterError
        For an element that does not exist, or a negative or infinite modulus.
    ValueError
        If a flavour is unknown.

    Notes
    -----
    .. math:: \mu^2 = \sum_k \Big|\sum_j \lambda_{kj}U^*_{\alpha j}\Big|^2

    Where no moment has a part in two sums that can cancel, each is a polygon with the sides
    :math:`|\lambda_{kj}U_{\alpha j}|` and the result is exact: it closes if no side is longer than all others
    together, otherwise the longest minus the others is left. That is so for transitions to one sterile neutrino
    (triangle) and for Dirac neutrinos. Otherwise a grid in all phases is scanned and its best basins are refined, to
    some 1e-9 of the maximum.
    """
    names, sizes = _checked(moduli, nature)
    row = np.asarray(mixing, dtype=complex)[_place(flavour)]
    A = _amplitudes(names, sizes, np.conj(row), nature)
    seen = np.abs(A) > _ZERO * np.abs(A).max(initial=0.0)
    cancelling = seen[seen.sum(axis=1) > 1]
    if np.all(cancelling.sum(axis=0) <= 1):
        low, high = _polygons(A, seen, _closing), _polygons(A, seen, np.zeros_like)
    else:
        low, high = _searched(A, cancelling.any(axis=0))
    return MomentRange(
        flavour=flavour,
        minimum=_moment(A, low),
        maximum=_moment(A, high),
        phases_at_minimum=_named(names, low, cancelling),
        phases_at_maximum=_named(names, high, cancelling),
    )


def _checked(moduli: Mapping[str, float], nature: Nature) -> tuple[list[str], FloatArray]:
    check_parameters(moduli)
    for name, value in moduli.items():
        k, j = TRANSITIONS.get(name.removeprefix("lambda_"), (0, 0))
        if not name.startswith("lambda_") or name.endswith("_phase") or (nature == "majorana" and k >= j):
            known = "lambda_12, 13, 14, 23, 24, 34" if nature == "majorana" else "lambda_11 to lambda_44"
            raise ParameterError(f"{name} is no modulus of a {nature} transition moment; use {known}")
        if not 0 <= value < np.inf:
            raise ParameterError(f"{name} = {value} mu_B is a modulus, a finite number of 0 or more")
    return list(moduli), np.array(list(moduli.values()), dtype=float)


def _place(flavour: str) -> int:
    return int(np.flatnonzero(np.diagonal(pure_flavour(flavour)[0]).real)[0])


def _amplitudes(names: list[str], sizes: FloatArray, initial: ComplexArray, nature: Nature) -> ComplexArray:
    """What each element adds to the amplitude of each final state at zero phase, shape (4, n)."""
    A = np.zeros((4, len(names)), dtype=complex)
    v = np.append(initial, np.zeros(4 - len(initial)))
    for i, name in enumerate(names):
        k, j = TRANSITIONS[name.removeprefix("lambda_")]
        A[k, i] += sizes[i] * v[j]
        if nature == "majorana":
            A[j, i] -= sizes[i] * v[k]
    return A


def _moment(A: ComplexArray, phases: FloatArray) -> float:
    return float(np.linalg.norm(A @ np.exp(1j * phases)))


def _polygons(A: ComplexArray, seen: np.ndarray, directions: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Phases that point the parts of each amplitude into the given directions."""
    phases = np.zeros(A.shape[1])
    for amplitude, part in zip(A, seen, strict=True):
        if part.sum() > 1:
            phases[part] = directions(np.abs(amplitude[part])) - np.angle(amplitude[part])
    return phases


def _closing(sides: FloatArray) -> FloatArray:
    """Directions of the sides of a polygon that closes, or comes as near to it as it can.

    All but the longest side are put on two lines of nearly equal length; with the longest they make
    a triangle whenever the polygon can close.
    """
    longest, *others = np.argsort(-sides)
    lengths, line = np.zeros(2), np.zeros(len(sides), dtype=int)
    for i in others:
        line[i] = np.argmin(lengths)
        lengths[line[i]] += sides[i]
    angles = [np.pi - _angle(sides[longest], *lengths), np.pi + _angle(sides[longest], *lengths[::-1])]
    directions = np.array(angles)[line]
    directions[longest] = 0.0
    return directions


def _angle(longest: float, side: float, other: float) -> float:
    """Angle of a triangle between its longest side and another; zero where there is none."""
    if longest >= side + other or side == 0:
        return 0.0
    return float(np.arccos(np.clip((longest**2 + side**2 - other**2) / (2 * longest * side), -1, 1)))


def _searched(A: ComplexArray, free: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Phases of the smallest and the largest moment; the first free one stays zero, an overall phase."""
    from scipy.optimize import minimize

    moving = np.flatnonzero(free)[1:]
    steps = min(int(_SCANNED ** (1 / len(moving))), _FINEST)
    one = 2 * np.pi * np.arange(steps) / steps
    grid = np.stack(np.meshgrid(*[one] * len(moving), indexing="ij"), axis=-1).reshape(-1, len(moving))
    base = A / np.abs(A).sum()
    fixed = base[:, ~np.isin(np.arange(A.shape[1]), moving)].sum(axis=1)

    def value(x: FloatArray, sign: float) -> tuple[float, FloatArray]:
        parts = base[:, moving] * np.exp(1j * x)
        amplitude = fixed + parts.sum(axis=1)
        slope = 2 * sign * np.real(np.conj(amplitude) @ (1j * parts))
        return sign * float(np.sum(np.abs(amplitude) ** 2)), slope

    scan = np.sum(np.abs(fixed[:, None] + base[:, moving] @ np.exp(1j * grid.T)) ** 2, axis=0)
    found = []
    for sign in (1.0, -1.0):
        starts = grid[_lowest_basins(sign * scan.reshape([steps] * len(moving)))]
        options = {"gtol": 1e-13, "maxiter": 500}
        runs = [minimize(value, start, (sign,), jac=True, method="BFGS", options=options) for start in starts]
        phases = np.zeros(A.shape[1])
        phases[moving] = min(runs, key=lambda run: float(run.fun)).x
        found.append(phases)
    return found[0], found[1]


def _lowest_basins(scan: FloatArray) -> np.ndarray:
    """Places, in the flattened grid, of the lowest points that no neighbour along an axis is below."""
    axes = range(scan.ndim)
    low = np.all([scan <= np.roll(scan, step, axis) for axis in axes for step in (1, -1)], axis=0)
    places = np.flatnonzero(low)
    return places[np.argsort(scan.ravel()[places], kind="stable")[:_STARTS]]


def _named(names: list[str], phases: FloatArray, cancelling: np.ndarray) -> dict[str, float]:
    """Phases by name, in (-pi, pi]; of each group that a common phase leaves alone the first is zero."""
    free = phases.copy()
    groups = [cancelling.any(axis=0)] if np.any(cancelling.sum(axis=0) > 1) else list(cancelling)
    for group in groups:
        free[group] -= free[np.flatnonzero(group)[0]]
    wrapped = np.pi - np.mod(np.pi - free, 2 * np.pi)
    return {f"{name}_phase": float(phase) for name, phase in zip(names, wrapped, strict=True)}
