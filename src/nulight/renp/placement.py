"""Where to put the trigger frequencies, so that they tell the elements of the moments apart.

Above its threshold a pair is closed: frequencies on either side say whether the pair's element is there.
Just below it a magnetic moment rises as the velocity beta, an electric one as beta^3, and far below they
are the same: frequencies at different distances say which of both it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from nulight.renp.atoms import AtomicScheme
from nulight.renp.exchange import exchange, same_shapes
from nulight.renp.kinematics import PAIRS
from nulight.renp.library import atomic_scheme
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.separation import MARGIN, candidates, emitted, levels, unit_shapes
from nulight.renp.tensors import SpinSum
from nulight.typing import FloatArray

__all__ = ["Goal", "place_triggers"]

Goal: TypeAlias = Literal["interleave", "identify"]

_CROWDED = 4  # candidates there must be for every frequency


def place_triggers(
    scheme: AtomicScheme | str,
    neutrinos: Neutrinos,
    n: int = 6,
    *,
    goal: Goal = "interleave",
    elements: Sequence[str] | None = None,
    pair: str | None = None,
    margin: float = MARGIN,
    highest: float | None = None,
    spin_sum: SpinSum = "trace",
) -> FloatArray:
    r"""Return trigger frequencies that tell single elements of the moments apart.

    Parameters
    ----------
    scheme : AtomicScheme or str
        Or the name of one, or the path of a card.
    neutrinos : Neutrinos
        One set of masses: the frequencies are as good as these are.
    n : int
        How many frequencies.
    goal : "interleave" or "identify"
        "interleave": one in the middle of each gap between consecutive thresholds and one below the lowest, where
        the velocity of its pair is :math:`\beta^2 = 1/2`. This bears the largest mistake in the masses. Thresholds
        are those of `elements`. Fewer frequencies than thresholds take the widest gaps; further ones separate mu from
        eps of a pair with both among the elements, each where it helps most. "identify": searched numerically, the set
        that is best at telling each element from its closest rival, in the geometric mean over the elements.
    elements : sequence of str, optional
        Those that matter, "mu_11", "eps_11"...; all whose pair the atom can emit otherwise.
    pair : str, optional
        The pair whose mu and eps the further frequencies of "interleave" separate; each time the one that is
        separated worst otherwise.
    margin : float, eV
        Least distance from any threshold and between two frequencies: width and drift of the laser, uncertainty of
        levels and masses. Thresholds closer than twice that count as one.
    highest : float, eV, optional
        The laser reaches no further: gaps end there, and thresholds above do not count.
    spin_sum : "trace" or "coherent"

    Returns
    -------
    array (n,), eV, ascending

    Raises
    ------
    ValueError
        If no pair can be emitted, an element or pair is none of these, the number of frequencies cannot do what is
        asked, or the margin or the highest frequency leaves no room.

    Notes
    -----
    Both searches take the separations of `nulight.renp.separation`, for which neither rate nor exposure is
    needed, at about 350 frequencies dense near the thresholds. The best places lie right above thresholds, at the
    margin: there the pair just closed is missing and the others are at their best. A threshold moves by
    :math:`(m_i+m_j)\,\delta(m_i+m_j)/E_{eg}` with the masses; give a margin larger than that. Without a threshold
    below `highest` there is nothing to lie between: the first frequency is `highest` or where :math:`\beta^2 = 1/2`.

    Examples
    --------
    >>> from nulight.renp import atomic_scheme, neutrinos
    >>> place_triggers(atomic_scheme("yb"), neutrinos(0.01), 6).round(5).tolist()
    [1.06687, 1.07004, 1.07083, 1.07123, 1.0716, 1.07164]
    """
    if not isinstance(scheme, AtomicScheme):
        scheme = atomic_scheme(scheme)
    names = emitted(scheme, neutrinos, elements)
    _check(n, goal, pair, margin, highest, scheme, levels(scheme, neutrinos, names)[0])
    if goal == "identify":
        if n == 1 and len(names) > 1:
            raise ValueError("n = 1: one frequency cannot tell two elements apart, whatever it is; use at least 2")
        first = np.zeros(0)
    else:
        first = _between(levels(scheme, neutrinos, names), scheme.E_eg, margin, highest)
        if n <= len(first):
            return np.sort(first[:n])
    places = np.append(first, candidates(scheme, neutrinos, margin, highest))
    if n > len(places) // _CROWDED:
        raise ValueError(f"n = {n}: at most {len(places) // _CROWDED} trigger frequencies can be placed here")
    shapes = unit_shapes(places, scheme, neutrinos, names, spin_sum)
    apart = np.abs(places[:, None] - places) >= margin
    if goal == "identify":
        chosen = exchange(shapes, apart, n).tolist()
    else:
        chosen = _further(shapes, apart, len(first), n, _rivals(names, pair, shapes, len(first), n))
    return np.sort(places[chosen])


def _check(
    n: int,
    goal: str,
    pair: str | None,
    margin: float,
    highest: float | None,
    scheme: AtomicScheme,
    lowest: float,
) -> None:
    if goal not in get_args(Goal):
        raise ValueError(f"goal {goal!r}; use one of: {', '.join(get_args(Goal))}")
    if n < 1:
        raise ValueError(f"n = {n}: give at least one trigger frequency")
    if pair is not None and pair not in PAIRS:
        raise ValueError(f"no pair {pair!r} of mass states; use one of: {', '.join(PAIRS)}")
    if pair is not None and goal == "identify":
        raise ValueError(f"pair = {pair!r} is for goal 'interleave'; use elements=('mu_{pair}', 'eps_{pair}') here")
    if highest is not None and not highest > 0:
        raise ValueError(f"highest = {highest:g} eV must be positive")
    if not 0 < margin < scheme.E_eg / 100:
        raise ValueError(f"margin = {margin:g} eV must lie between 0 and E_eg/100 = {scheme.E_eg / 100:.3g} eV")
    if lowest <= 2 * margin:
        raise ValueError(f"margin = {margin:g} eV leaves no room below the threshold at {lowest:.3g} eV")


def _between(ends: FloatArray, E_eg: float, margin: float, highest: float | None = None) -> FloatArray:
    """One frequency below the lowest threshold, then one in each gap, the widest first."""
    top = np.inf if highest is None else highest
    edges = [(ends[0], ends[0])]
    for end in ends[1:]:
        last = edges[-1]
        edges[-1:] = [(last[0], end)] if end - last[1] < 2 * margin else [last, (end, end)]
    gaps = [(below[1], min(above[0], top)) for below, above in pairwise(edges)]
    gaps = [(low, high) for low, high in gaps if high - low >= 2 * margin]
    gaps.sort(key=lambda gap: gap[0] - gap[1])
    # q^2 = 2 (m_i + m_j)^2 is twice as far below E_eg/2 as the threshold.
    below = max(2 * ends[0] - E_eg / 2, ends[0] / 2)
    return np.array([min(below, ends[0] - margin, top), *((low + high) / 2 for low, high in gaps)])


def _rivals(names: Sequence[str], pair: str | None, shapes: FloatArray, n_gaps: int, n: int) -> list[tuple[int, int]]:
    """Places of mu and eps of the pairs for which further frequencies are meant."""
    both = [(f"mu_{p}", f"eps_{p}") for p in (PAIRS if pair is None else (pair,))]
    found = [(names.index(mu), names.index(eps)) for mu, eps in both if mu in names and eps in names]
    which = "some pair" if pair is None else f"the pair {pair}"
    why = f"n = {n}: {n_gaps} frequencies lie between the thresholds; further ones tell mu from eps of {which}"
    if not found:
        raise ValueError(
            f"{why} and need both among the elements {', '.join(names)}; n = {n_gaps} "
            "has those between the thresholds alone"
        )
    same = same_shapes(shapes)
    if not (different := [rivals for rivals in found if not same[rivals]]):
        raise ValueError(f"{why}, which have the same spectrum: one of its neutrinos has no mass, or all is far below")
    return different


def _further(
    shapes: FloatArray, apart: NDArray[np.bool_], n_first: int, n: int, rivals: Sequence[tuple[int, int]]
) -> list[int]:
    """The first places, and each time the one that best separates the two rivals separated worst so far."""
    chosen = list(range(n_first))
    while len(chosen) < n:
        now = shapes[:, chosen] @ shapes[:, chosen].T
        a, b = min(rivals, key=lambda two: float(_merit(now[two[0], two[0]], now[two[1], two[1]], now[two])))
        added = [now[i, j] + shapes[i] * shapes[j] for i, j in ((a, a), (b, b), (a, b))]
        chosen.append(int(np.where(apart[chosen].all(axis=0), _merit(*added), -1.0).argmax()))
    return chosen


def _merit(a: FloatArray, b: FloatArray, product: FloatArray) -> FloatArray:
    """The worse separation of two elements of squared lengths `a` and `b`."""
    longer = np.maximum(a, b)
    merit: FloatArray = np.maximum(a * b - product**2, 0.0) / np.where(longer > 0, longer, 1.0)
    return merit
