"""What large numbers of events would make of test statistics: p-values, CLs and expected limits in closed form.

The approximations that pseudo-experiments replace, shown beside them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["ToyIntervalKind", "asymptotic_p_values", "check_kind", "expected_root"]

ToyIntervalKind: TypeAlias = Literal["feldman-cousins", "upper", "cls"]


def check_kind(interval: str, cl: float) -> None:
    """Refuse what is no interval from toys.

    Raises
    ------
    ValueError
        If the interval or the level is unknown.
    """
    if interval == "two-sided":
        raise ValueError("a two-sided interval from toys is the one of Feldman and Cousins: use 'feldman-cousins'")
    if interval not in get_args(ToyIntervalKind):
        raise ValueError(f"interval {interval!r}; use one of: {', '.join(get_args(ToyIntervalKind))}")
    if not 0 < cl < 1:
        raise ValueError(f"confidence level {cl} must lie between 0 and 1 (0.9 for 90 %)")
    if interval != "feldman-cousins" and cl <= 0.5:
        raise ValueError(f"an upper limit at {100 * cl:g} % lies below the best fit; use more than 50 %")


def asymptotic_p_values(
    kind: ToyIntervalKind, statistic: ArrayLike, asimov: ArrayLike, *, bounded: bool = True
) -> FloatArray:
    r"""Return what is compared with 1 - cl: the p-value of a hypothesis, or CLs.

    Parameters
    ----------
    kind : "feldman-cousins", "upper" or "cls"
    statistic : array, any shape
        t for Feldman-Cousins, q otherwise.
    asimov : array, same shape
        The same for Asimov data without a signal; used by "cls".
    bounded : bool
        Whether best fits cannot go below no signal.

    Returns
    -------
    array

    Notes
    -----
    2 Phi(-sqrt t) and Phi(-sqrt q). For CLs, with A for Asimov data,

    .. math:: p_{s+b} = \Phi(-x - \sqrt{q_A}),\quad p_b = \Phi(-x),\quad
              x = \sqrt q - \sqrt{q_A} \text{ or } (q - q_A)/(2 \sqrt{q_A}) \text{ for } q > q_A

    the latter only if best fits are kept at or above no signal.

    References
    ----------
    Cowan:2010js (arXiv:1007.1727), the distribution of the statistic for upper limits with a bounded best fit
    """
    from scipy.special import ndtr

    q, a = np.asarray(statistic, float), np.asarray(asimov, float)
    root, a_root = np.sqrt(q), np.sqrt(a)
    if kind != "cls":
        p: FloatArray = ndtr(-root) * (2 if kind == "feldman-cousins" else 1)
        return p
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where((q > a) & bounded, (q - a) / (2 * a_root), root - a_root)
        cls: FloatArray = np.where((q > 0) | (a > 0), ndtr(-x - a_root) / ndtr(-x), 1.0)
    return np.nan_to_num(cls, nan=0.0)


def expected_root(kind: ToyIntervalKind, cl: float, band: float) -> float:
    """Return the root of the Asimov statistic where the limit stands that background gives in a band.

    Parameters
    ----------
    kind : "feldman-cousins", "upper" or "cls"
    cl : float
    band : float
        Standard deviations from the median.

    Returns
    -------
    float
        Not positive where the limit would lie below the true value; not a number where there is no formula:
        next to a bound the ends of Feldman-Cousins intervals have none but for the median of Asimov data.

    References
    ----------
    Cowan:2010js (arXiv:1007.1727), the section on expected limits; CLs: Phi(band - root) = (1 - cl) Phi(band)
    """
    from scipy.special import ndtr, ndtri

    if kind == "cls":
        return float(band - ndtri((1 - cl) * ndtr(band)))
    if kind == "upper":
        return float(band + ndtri(cl))
    return float(ndtri((1 + cl) / 2)) if band == 0 else float("nan")
