r"""Counts of all neutrinos of one ordering and nature, as functions of the lightest mass and the Majorana phases.

In the lightest mass m_0 every count has a square-root kink where the threshold of a pair crosses the
trigger: the pair is emitted below it and not above. Between kinks the counts are smooth in t with
:math:`m_0 = b - (b-a)(1-t)^2`, which is how hypotheses are laid out. The phases enter as

.. math:: N = N_D(m_0) - N_M(m_0) - \sum_{i<j} A_{ij}(m_0)\cos(\alpha_{j1} - \alpha_{i1} + \theta_{ij})

with the Dirac counts N_D, N_M and A_ij proportional to :math:`|a_{ij}|^2 m_i m_j`, zero for Dirac neutrinos, and
:math:`\theta_{ij} = \arg a_{ij}^2` at zero phases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nulight.models.matrix_checks import Nature
from nulight.neutrinos.mixing import OSCILLATION, OscillationParameters
from nulight.renp.experiment import RenpExperiment
from nulight.renp.kinematics import momentum_transfer_squared, pair_kinematics
from nulight.renp.neutrinos import Ordering
from nulight.renp.pairs import weak_couplings
from nulight.renp.tensors import along, axial_weight, transverse
from nulight.typing import ArrayLike, FloatArray

__all__ = ["PHASE_SUMS", "Family", "Templates", "family", "kinks", "mass_at"]

PHASE_SUMS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])
"""Phases of the pairs 12, 13, 23 in terms of alpha_21 and alpha_31."""

_BLOCK = 256  # masses at once: larger arrays leave the processor's cache
_FIRST, _SECOND = np.array([0, 0, 1]), np.array([1, 2, 2])


@dataclass(frozen=True, slots=True)
class Templates:
    """Weak counts at masses of shape (...): `base` (..., n) and the `amplitude` (..., 3, n) of every pair's phase."""

    base: FloatArray
    amplitude: FloatArray

    def counts(self, angles: FloatArray) -> FloatArray:
        """Counts (..., n) at angles (..., 3) of the pairs."""
        counts: FloatArray = self.base - np.matmul(np.cos(angles)[..., None, :], self.amplitude)[..., 0, :]
        return counts

    def on(self, angles: FloatArray) -> FloatArray:
        """Counts (..., n_angles, n) at every one of angles (n_angles, 3)."""
        counts: FloatArray = self.base[..., None, :] - np.matmul(np.cos(angles), self.amplitude)
        return counts


@dataclass(frozen=True, kw_only=True, eq=False)
class Family:
    """Hypotheses that differ in the lightest mass and, for Majorana neutrinos, in the phases.

    Attributes
    ----------
    experiment : RenpExperiment
        With the ordering, nature and oscillation parameters of the hypotheses.
    edges : array (n_pieces + 1,), eV
        Zero, the kinks, and twice the last of them: beyond it nothing is emitted at any trigger.
    offset : array (3,), rad
        theta of the pairs 12, 13, 23.
    """

    experiment: RenpExperiment
    edges: FloatArray
    offset: FloatArray

    @property
    def majorana(self) -> bool:
        """Whether the phases matter."""
        return self.experiment.nature == "majorana"

    @property
    def background(self) -> FloatArray:
        """Counts (n,) that are not RENP."""
        counts: FloatArray = self.experiment.background_rate * self.experiment.time
        return counts

    @property
    def widths(self) -> FloatArray:
        """Relative uncertainties (2,) of the rate and of the background, zero for none."""
        return np.array([self.experiment.rate_error, self.experiment.background_error])

    def angles(self, phases: ArrayLike) -> FloatArray:
        """Angles (..., 3) of the pairs at phases (..., 2)."""
        angles: FloatArray = np.asarray(phases, float) @ PHASE_SUMS.T + self.offset
        return angles

    def phases(self, n: int) -> FloatArray:
        """Phases (n_phases, 2) on a grid of n by n with every CP-conserving pair; of mirror images only one."""
        if not self.majorana:
            return np.zeros((1, 2))
        step = 2 * np.pi * np.arange(n) / n
        i, j = (index.ravel() for index in np.indices((n, n)))
        first = i * n + j <= (-i % n) * n + (-j % n)
        grid: FloatArray = np.column_stack([step[i], step[j]])[first] - self.offset[:2]
        return grid

    def templates(self, mass: ArrayLike) -> Templates:
        """Weak counts at lightest masses (...), eV."""
        m = np.asarray(mass, float)
        blocks = [self._templates(m.ravel()[i : i + _BLOCK]) for i in range(0, max(m.size, 1), _BLOCK)]
        base, amplitude = (np.concatenate(rows) for rows in zip(*blocks, strict=True))
        return Templates(base.reshape(*m.shape, -1), amplitude.reshape(*m.shape, 3, -1))

    def counts(self, mass: ArrayLike, phases: ArrayLike = (0.0, 0.0)) -> FloatArray:
        """Weak counts (..., n) at masses (...) and phases (..., 2)."""
        return self.templates(mass).counts(self.angles(phases))

    def _templates(self, m: FloatArray) -> tuple[FloatArray, FloatArray]:
        e = self.experiment
        made = e.neutrinos({"m_lightest": m[:, None]})
        k = pair_kinematics(e.triggers, e.scheme.E_eg, made.masses)
        exposure = e.rate * e.efficiency * e.time * e.scheme.amplitude(e.triggers) ** 2
        emitted = exposure[:, None, None] * k.delta * np.abs(weak_couplings(made.mixing)[0]) ** 2
        vector, axial = (axial_weight(transverse(k, p), along(k, p), e.spin_sum) for p in ("vector", "axial"))
        dirac: FloatArray = (emitted * (vector + axial)).sum(axis=(-2, -1)) / 4
        if not self.majorana:
            return dirac, np.zeros((len(m), 3, dirac.shape[-1]))
        flipped = emitted * k.m_i * k.m_j  # (vector - axial) / 4
        pairs: FloatArray = np.moveaxis(2 * flipped[..., _FIRST, _SECOND], -1, -2)
        return dirac - np.einsum("...ii->...", flipped), pairs


def family(
    experiment: RenpExperiment,
    ordering: Ordering,
    nature: Nature,
    oscillation: str | OscillationParameters | None = None,
) -> Family:
    """Return the hypotheses of an ordering and a nature.

    Parameters
    ----------
    experiment : RenpExperiment
    ordering : "normal" or "inverted"
    nature : "dirac" or "majorana"
    oscillation : str or OscillationParameters, optional
        Of this ordering. Otherwise those of the experiment if they have the ordering, the other half of its global
        fit if that is known, and NuFIT 6.0 if the experiment names none.

    Raises
    ------
    ValueError
        If the experiment has oscillation parameters of its own and none of the other ordering are given.
    """
    chosen = _of_ordering(experiment, ordering) if oscillation is None else oscillation
    made = replace(experiment, ordering=ordering, nature=nature, oscillation=chosen, data=None)
    a = weak_couplings(made.neutrinos({"alpha_21": 0.0, "alpha_31": 0.0}).mixing)[0]
    last = kinks(made)
    edges = np.concatenate([[0.0], last, [2 * last[-1]]])
    return Family(experiment=made, edges=edges, offset=np.angle(a[_FIRST, _SECOND] ** 2))


def mass_at(t: ArrayLike, low: ArrayLike, high: ArrayLike) -> FloatArray:
    """Return lightest masses at t from 0 (`low`) to 1 (`high`), eV, in which a root ending at `high` is linear."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    mass: FloatArray = high - (high - low) * (1 - np.asarray(t, float)) ** 2
    return mass


def kinks(experiment: RenpExperiment) -> FloatArray:
    """Return the lightest masses at which the threshold of a pair crosses a trigger, ascending, eV."""
    q = np.sqrt(momentum_transfer_squared(experiment.triggers, experiment.scheme.E_eg))[:, None]
    above = experiment.neutrinos({"m_lightest": 0.0}).masses ** 2  # m_i^2 - m_0^2
    i, j = np.triu_indices(3)
    m_i = (q**2 + above[i] - above[j]) / (2 * q)
    square = m_i**2 - above[i]
    crossings: FloatArray = np.unique(np.sqrt(square[(m_i >= 0) & (m_i <= q) & (square > 0)]))
    return crossings


def _of_ordering(experiment: RenpExperiment, ordering: Ordering) -> str | OscillationParameters | None:
    own = experiment.oscillation
    has = experiment.neutrinos().inputs["ordering"]
    if own is None or has == ordering:
        return own
    ends = {"normal": "-no", "inverted": "-io"}
    if isinstance(own, str) and (other := own.removesuffix(ends[has]) + ends[ordering]) in OSCILLATION:
        return other
    name = own if isinstance(own, str) else own.name
    raise ValueError(
        f"oscillation parameters {name!r} are of the {has} ordering; give those of the {ordering} one as well, "
        f"oscillations={{'{ordering}': ...}}"
    )
