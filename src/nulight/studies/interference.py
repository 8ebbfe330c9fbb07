"""The share of interference with the weak current in the signal of a transition moment to a sterile neutrino.

Interference needs a sterile neutrino that mixes, with the amplitude kappa, and goes with m_4 kappa / mu.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.experiments import Experiment
from nulight.typing import ArrayLike, FloatArray

__all__ = ["InterferenceShare", "interference_share"]

_PART = 0.01  # of the magnetic counts: bins with less do not count as the most affected


@dataclass(frozen=True, slots=True)
class InterferenceShare:
    """Interference over magnetic counts for kappa = 1, to which it is in proportion; arrays (n_masses,).

    Attributes
    ----------
    m_4, moment : array, keV and mu_B
    total : array
        Absolute interference over magnetic counts, each summed over the bins.
    largest : array
        The same in the bin most affected, of those with at least 1 % of the magnetic counts.
    """

    m_4: FloatArray
    moment: FloatArray
    total: FloatArray
    largest: FloatArray


def interference_share(experiment: Experiment, coupling: str, m_4: ArrayLike, moment: ArrayLike) -> InterferenceShare:
    """Return the share of interference, of either sign, in the signal of a moment.

    Parameters
    ----------
    experiment : Experiment
    coupling : str
        ``"mu_e4"``, ...; the phase of kappa is that of the moment, where interference is largest.
    m_4, moment : float or array, shape (n_masses,), keV and mu_B

    Raises
    ------
    ValueError
        If shapes do not fit, a name is unknown, or a moment adds no counts at its mass.

    Examples
    --------
    >>> from nulight.experiments import load
    >>> share = interference_share(load("51cr-lxe-a"), "mu_e4", 300.0, 1e-11)
    >>> print(f"{share.total[0]:.1f}")
    0.8
    """
    masses, moments = np.broadcast_arrays(np.atleast_1d(np.asarray(m_4, float)), np.asarray(moment, float))
    values = {coupling: moments, "m_4": masses}
    weak = experiment.expected({}).sum(axis=1)
    magnetic = experiment.expected(values).sum(axis=1) - weak
    extra = np.abs(experiment.expected({**values, "kappa": 1.0}).sum(axis=1) - weak - magnetic)
    whole = magnetic.sum(axis=1)
    if not np.all(whole > 0):
        bad = masses[np.flatnonzero(~(whole > 0))[0]]
        raise ValueError(f"{experiment.name}: {coupling} adds no counts at m_4 = {bad:g} keV, nothing to compare with")
    ratio = np.divide(extra, magnetic, out=np.zeros_like(extra), where=magnetic > _PART * whole[:, None])
    return InterferenceShare(masses, moments, extra.sum(axis=1) / whole, ratio.max(axis=1))
