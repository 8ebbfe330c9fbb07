r"""When the neutrinos of a pulsed source arrive: probabilities per time bin.

The proton pulse is folded with the decay of the pion (nu_mu, prompt) and then of the muon (nubar_mu,
nu_e, delayed). Time of flight and trigger delay are one `offset`. A steady source has no profile:
its counts are uniform in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from nulight.data.reader import Table, read_package_table
from nulight.sources.pulses import GaussianPulse, Pulse, TablePulse
from nulight.typing import ArrayLike, FloatArray
from nulight.units import ns

__all__ = [
    "DecayEfficiency",
    "PionDecayTimes",
    "TimeProfile",
    "gaussian_pulse_times",
    "lifetime_table",
    "pulse_times",
    "tabulated_times",
]

_ROUNDING = 1e-3  # of a sum of tabulated probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayEfficiency:
    """Probability to select an event against time: one before `start`, falling exponentially after.

    Attributes
    ----------
    start : float, s
    rate : float, 1/s

    Raises
    ------
    ValueError
        If `start` is not finite or `rate` is negative.

    Examples
    --------
    COHERENT CsI 2021: 1 before 0.52 us, exp(-0.0494 (t - 0.52)) after, t in us.

    >>> efficiency = DecayEfficiency(start=0.52e-6, rate=0.0494e6)
    >>> efficiency([0.0, 6e-6]).round(4).tolist()
    [1.0, 0.7628]
    """

    start: float
    rate: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.start) or not 0 <= self.rate < np.inf:
            raise ValueError(
                f"time efficiency: start = {self.start} s must be finite and rate = {self.rate} 1/s not negative, "
                "such as 5.2e-07 and 49400"
            )

    def __call__(self, t: ArrayLike) -> FloatArray:
        """Return the efficiency at times t (any shape), s."""
        after = np.maximum(np.asarray(t, dtype=float) - self.start, 0)
        return np.asarray(np.exp(-self.rate * after))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeProfile:
    r"""Probability density of the arrival time of one flux component.

    Attributes
    ----------
    pulse : TablePulse or GaussianPulse
        Density before the decays.
    lifetimes : tuple of float, s
        Of the decays one after the other; empty if `pulse` is the arrival time already.
    offset : float, s
        Added to all times.

    Raises
    ------
    ValueError
        If a lifetime is not positive, two are closer than 10 %, or the offset is not finite.

    Notes
    -----
    Decays one after the other, lifetimes :math:`\tau_m`, fold into a sum of single exponentials:

    .. math:: \sum_m w_m\, e^{-t/\tau_m} / \tau_m, \qquad w_m = \prod_{j \ne m} \frac{\tau_m}{\tau_m - \tau_j}

    For pion and muon w = -0.012 and 1.012: probabilities are good to some 1e-16, not relative to themselves
    in the first picoseconds of a pulse. Equal lifetimes have no such sum.
    """

    pulse: Pulse
    lifetimes: tuple[float, ...] = ()
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.offset):
            raise ValueError(f"time profile: offset = {self.offset} s must be finite")
        if not all(0 < tau < np.inf for tau in self.lifetimes):
            raise ValueError(f"time profile: lifetimes = {self.lifetimes} s must be positive")
        if any(abs(a - b) < 0.1 * max(a, b) for a, b in combinations(self.lifetimes, 2)):
            raise ValueError(f"time profile: lifetimes = {self.lifetimes} s must differ by at least 10 %")

    def shares(self, edges: ArrayLike, efficiency: DecayEfficiency | None = None) -> FloatArray:
        """Return the probability of each time bin.

        Parameters
        ----------
        edges : array, shape (n_t + 1,), s
            Increasing.
        efficiency : DecayEfficiency or None
            Multiplies the density; its `start` is a time of the detector, the `offset` does not move it.

        Returns
        -------
        array, shape (n_t,)
            Not negative, adding up to the probability inside the edges.

        Raises
        ------
        ValueError
            If the edges are fewer than two or do not increase.
        """
        times = _checked_edges(edges) - self.offset
        lower, upper = times[:-1], times[1:]
        if efficiency is None:
            return self._integral(lower, upper, 0.0, 0.0)
        start = efficiency.start - self.offset
        before = self._integral(np.minimum(lower, start), np.minimum(upper, start), 0.0, 0.0)
        return before + self._integral(np.maximum(lower, start), np.maximum(upper, start), efficiency.rate, start)

    def _integral(self, lower: FloatArray, upper: FloatArray, rate: float, start: float) -> FloatArray:
        decays = [1 / tau for tau in self.lifetimes] or [np.inf]
        parts = [self.pulse.integral(lower, upper, decay, rate, start) for decay in decays]
        # rounding may leave -1e-17 where there is nothing
        return np.maximum(_mixture(self.lifetimes) @ np.stack(parts), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PionDecayTimes:
    """Arrival times of the neutrinos from pion decay at rest.

    Attributes
    ----------
    prompt : TimeProfile
        nu_mu, from the pion.
    delayed : TimeProfile
        nubar_mu and nu_e, from the muon.
    """

    prompt: TimeProfile
    delayed: TimeProfile


def tabulated_times(
    lower: ArrayLike, upper: ArrayLike, *, prompt: ArrayLike, delayed: ArrayLike, offset: float = 0.0
) -> PionDecayTimes:
    """Take the arrival times from a table, of constant density within each row.

    Parameters
    ----------
    lower, upper : array, shape (n_rows,), s
    prompt, delayed : array, shape (n_rows,)
        Probability of each row. What is missing from a sum of one lies outside of the table.
    offset : float, s

    Raises
    ------
    ValueError
        If the rows are not sound or the probabilities add up to more than one.

    Examples
    --------
    >>> times = tabulated_times([0, 1e-6], [1e-6, 2e-6], prompt=[0.9, 0.1], delayed=[0.3, 0.5])
    >>> times.prompt.shares([0, 0.5e-6, 2e-6]).round(4).tolist()
    [0.45, 0.55]
    """
    profiles = []
    for name, column in (("prompt", prompt), ("delayed", delayed)):
        pulse = TablePulse(lower=np.asarray(lower), upper=np.asarray(upper), probability=np.asarray(column))
        if (total := float(pulse.probability.sum())) > 1 + _ROUNDING:
            raise ValueError(f"{name}: probabilities per row add up to {total:g}; at most 1")
        profiles.append(TimeProfile(pulse=pulse, offset=offset))
    return PionDecayTimes(prompt=profiles[0], delayed=profiles[1])


def pulse_times(lower: ArrayLike, upper: ArrayLike, protons: ArrayLike, *, offset: float = 0.0) -> PionDecayTimes:
    """Fold a tabulated proton pulse with the decays of pion and muon.

    Parameters
    ----------
    lower, upper : array, shape (n_rows,), s
    protons : array, shape (n_rows,)
        Protons in each row (not per time), in any unit: their sum is taken as one.
    offset : float, s

    Raises
    ------
    ValueError
        If the rows are not sound or hold nothing.

    Notes
    -----
    Every proton counts the same; pions stop and decay at rest (those that decay in flight, below 1 % at the SNS,
    arXiv:2109.11049, come a little earlier). Lifetimes: PDG 2024.
    """
    column = np.asarray(protons, dtype=float)
    total = column.sum()
    if not 0 < total < np.inf:
        raise ValueError(f"protons add up to {total:g}; a pulse needs some in at least one row")
    return _folded(TablePulse(lower=np.asarray(lower), upper=np.asarray(upper), probability=column / total), offset)


def gaussian_pulse_times(mean: float, width: float, *, offset: float = 0.0) -> PionDecayTimes:
    """Fold a Gaussian proton pulse with the decays of pion and muon.

    Parameters
    ----------
    mean, width : float, s
        Centre and standard deviation of the pulse.
    offset : float, s

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    Shares before and after 1 us of a pulse like that of the SNS.

    >>> times = gaussian_pulse_times(0.44e-6, 0.15e-6)
    >>> times.prompt.shares([0, 1e-6, 6e-6]).round(4).tolist()
    [0.9987, 0.0003]
    >>> times.delayed.shares([0, 1e-6, 6e-6]).round(4).tolist()
    [0.2139, 0.7054]
    """
    return _folded(GaussianPulse(mean=mean, width=width), offset)


def lifetime_table() -> Table:
    """Return the table of the lifetimes of pion and muon."""
    return read_package_table("data/sns/lifetimes.csv")


def _folded(pulse: Pulse, offset: float) -> PionDecayTimes:
    table = lifetime_table()
    pion, muon = (float(table.where(particle=name).numbers("lifetime")[0]) * ns for name in ("pi+", "mu+"))
    return PionDecayTimes(
        prompt=TimeProfile(pulse=pulse, lifetimes=(pion,), offset=offset),
        delayed=TimeProfile(pulse=pulse, lifetimes=(pion, muon), offset=offset),
    )


def _mixture(lifetimes: Sequence[float]) -> FloatArray:
    """Weights of single exponentials that add up to decays one after the other."""
    if not lifetimes:
        return np.ones(1)
    tau = np.array(lifetimes)
    ratio = tau[:, None] / np.where(np.eye(len(tau)) > 0, 1.0, tau[:, None] - tau)
    weights: FloatArray = np.where(np.eye(len(tau)) > 0, 1.0, ratio).prod(axis=1)
    return weights


def _checked_edges(edges: ArrayLike) -> FloatArray:
    times = np.asarray(edges, dtype=float)
    if times.ndim != 1 or len(times) < 2 or not np.all(np.isfinite(times)) or not np.all(np.diff(times) > 0):
        raise ValueError(f"time edges {times} s must be at least two, finite and increasing")
    return times
