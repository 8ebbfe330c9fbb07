r"""Where to put the trigger frequencies for a question about the neutrinos themselves.

What matters is :math:`\sqrt{q^2}`, the energy of the pair in its rest frame, against the thresholds
:math:`m_i + m_j`: a frequency is :math:`\omega = (E_{eg}^2 - q^2) / (2 E_{eg})`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp.atoms import AtomicScheme
from nulight.renp.library import atomic_scheme
from nulight.renp.neutrinos import neutrinos
from nulight.typing import ArrayLike, FloatArray

__all__ = ["Question", "triggers_for"]

Question: TypeAlias = Literal["mass", "ordering", "nature"]

_JUST_ABOVE = 1.02  # of a threshold
_MOST = 0.9  # of E_eg: beyond it hardly any photon is left


def triggers_for(
    question: Question,
    scheme: AtomicScheme | str,
    lightest: ArrayLike,
    n: int = 6,
    *,
    oscillation: str | OscillationParameters | None = None,
) -> FloatArray:
    r"""Return trigger frequencies that suit a question and a mass, or a range of masses.

    Parameters
    ----------
    question : "mass", "ordering" or "nature"
    scheme : AtomicScheme or str
    lightest : float or array, eV
        Mass of the lightest neutrino, positive; of several the smallest and the largest count.
    n : int
        How many frequencies, at least 3.
    oscillation : str or OscillationParameters, optional
        For the heaviest mass; NuFIT 6.0, normal ordering, otherwise. Both orderings have about the same.

    Returns
    -------
    array (n,), eV
        Ascending; the highest one is the closest to a threshold.

    Raises
    ------
    ValueError
        If the question is unknown, a mass is not positive, `n` is too small, or the atom cannot make the lightest
        pair.

    Notes
    -----
    With the lightest mass m_0 and the heaviest M, in equal ratios of :math:`\sqrt{q^2}`:

    * mass: from just above 2 m_0 to 3 m_0. The counts there depend on m_0 as a square root, and below they stop.
    * ordering: from just above 2 m_0 to 2 M. Between them only the light states are emitted, which make most of the
      rate in the normal ordering and the smaller part in the inverted one.
    * nature: a third from just above 2 m_0 to 2.6 m_0, which tell the mass, the others from 2.2 M to 4.4 M, where all
      pairs are emitted and the Majorana term, proportional to m_i m_j, is still large.

    These are no optima: a greedy search among 25 places found up to twice the Delta chi2 for ytterbium and the made-up
    atom at 0.01, 0.05 and 0.1 eV. A range of masses asks for more frequencies: six spread over a decade miss the few
    per cent between 2 m_0 and 2 M of nearly degenerate masses.

    Examples
    --------
    >>> print([f"{omega:.5f}" for omega in triggers_for("mass", "yb", 0.01, 3)])
    ['1.07154', '1.07160', '1.07165']
    """
    atom = atomic_scheme(scheme) if isinstance(scheme, str) else scheme
    low, high, heavy = _ends(question, lightest, n, oscillation)
    top = _MOST * atom.E_eg
    if _JUST_ABOVE * 2 * low >= top:
        raise ValueError(
            f"a lightest mass of {low:g} eV is too heavy for {atom.name}: a pair needs {2 * low:g} eV, and E_eg is "
            f"{atom.E_eg:g} eV"
        )
    spans = {
        "mass": [(_JUST_ABOVE * 2 * low, 3 * high, n)],
        "ordering": [(_JUST_ABOVE * 2 * low, 2 * heavy, n)],
        "nature": [(_JUST_ABOVE * 2 * low, 2.6 * high, n // 3), (2.2 * heavy, 4.4 * heavy, n - n // 3)],
    }[question]
    if spans[-1][0] >= top:  # the atom cannot make the heavier pairs
        spans = [(_JUST_ABOVE * 2 * low, top, n)]
    q = np.concatenate([np.geomspace(first, min(last, top), size) for first, last, size in spans])
    omega: FloatArray = np.sort((atom.E_eg - q) * (atom.E_eg + q) / (2 * atom.E_eg))
    return omega


def _ends(
    question: Question, lightest: ArrayLike, n: int, oscillation: str | OscillationParameters | None
) -> tuple[float, float, float]:
    """Smallest and largest lightest mass, and the heaviest mass with the latter, eV."""
    if question not in get_args(Question):
        raise ValueError(f"question {question!r}; use one of: {', '.join(get_args(Question))}")
    masses: FloatArray = np.asarray(lightest, float).ravel()
    bad = ~((masses > 0) & np.isfinite(masses))
    if not masses.size or bad.any():
        shown = f"{masses[bad][0]:g} eV" if bad.any() else "nothing"
        raise ValueError(f"lightest: {shown} is no positive mass; frequencies are placed at multiples of it")
    if n < 3:
        raise ValueError(f"n = {n}: a question about the neutrinos needs at least 3 frequencies")
    made = neutrinos(float(masses.max()), oscillation=oscillation)
    return float(masses.min()), float(masses.max()), float(made.masses.max())
