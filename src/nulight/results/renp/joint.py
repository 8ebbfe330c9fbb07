"""Moments of mass states as recoil experiments and RENP see them: element by element, and in planes of two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["JointPlane", "RenpJoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JointPlane:
    """Delta chi2 of several measurements in the plane of two moments.

    Attributes
    ----------
    title : str
        What is assumed.
    parameters : tuple of two str
        Along x and y: ``"mu_11"``, ``"lambda_12"``...
    x, y : array (n_x,), (n_y,), mu_B
        Evenly spaced, or their logarithms in a logarithmic plane.
    log : bool
    delta_chi2 : mapping of str to array (n_y, n_x)
        By measurement, from its minimum in the plane.
    threshold : float
        Delta chi2 of the confidence level, two degrees of freedom.
    truth : tuple of two float or None, mu_B
        Moments that the data of RENP contain; None if none.
    slope : float or None
        A source of pure nu_e sees nothing of y = slope x.
    along : mapping of str to float, mu_B
        Upper limits on x along that line, one degree of freedom; infinite for who sees nothing.
    """

    title: str
    parameters: tuple[str, str]
    x: FloatArray
    y: FloatArray
    log: bool
    delta_chi2: Mapping[str, FloatArray]
    threshold: float
    truth: tuple[float, float] | None = None
    slope: float | None = None
    along: Mapping[str, float] = field(default_factory=dict)

    def is_open(self, name: str) -> bool:
        """Return whether what a measurement allows goes on beyond the upper edges of the plane."""
        grid = self.delta_chi2[name]
        return bool(np.min([grid[-1].min(), grid[:, -1].min()]) <= self.threshold)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpJoint(Result):
    """Limits of recoil experiments and reach of RENP on the same moments in the mass basis.

    Attributes
    ----------
    experiment : str
        Of RENP.
    nature : "dirac" or "majorana"
    elements : tuple of str, (n_elements,)
        "11", "12"...
    recoils : tuple of str, (n_recoils,)
    recoil_limits : array, shape (n_recoils, n_elements), mu_B
        Upper limit on |mu_ij|, or |eps_ij|, if no other element is there: recoils cannot tell. Infinite for none.
    effective : array, shape (n_recoils,), mu_B
        Upper limit on a moment common to all flavours.
    days : array, shape (n_days,), d
        At each trigger frequency.
    reach_mu, reach_eps : array, shape (n_elements, n_days), mu_B
        Upper end of what RENP without a signal would allow for |mu_ij| and |eps_ij|.
    days_mu, days_eps : array, shape (n_recoils, n_elements), d
        Until RENP reaches the limit of a recoil experiment; infinite if systematic errors forbid it.
    days_apart : array, shape (n_elements,), d
        Until RENP tells a magnetic moment as large as the strongest recoil limit from any electric one.
    planes : tuple of JointPlane
    cl : float
    """

    kind: ClassVar[str] = "renp-joint"

    experiment: str
    nature: str
    elements: tuple[str, ...]
    recoils: tuple[str, ...]
    recoil_limits: FloatArray
    effective: FloatArray
    days: FloatArray
    reach_mu: FloatArray
    reach_eps: FloatArray
    days_mu: FloatArray
    days_eps: FloatArray
    days_apart: FloatArray
    planes: tuple[JointPlane, ...]
    cl: float

    @property
    def weights(self) -> FloatArray:
        r"""Part of its moment that an experiment sees of an element, :math:`\mu_{\rm eff}^2/|\lambda_{ij}|^2`.

        Shape (n_recoils, n_elements); the effective moment is that of all flavours with the same limit.
        """
        weights: FloatArray = (self.effective[:, None] / self.recoil_limits) ** 2
        return weights

    def _headline(self) -> str:
        return (
            f"moments of {self.nature.capitalize()} neutrinos in the mass basis: {', '.join(self.recoils)} beside "
            f"{self.experiment}"
        )

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        both = [(kind, i) for i in range(len(self.elements)) for kind in ("mu", "eps")]
        reach = {"mu": self.reach_mu, "eps": self.reach_eps}
        until = {"mu": self.days_mu, "eps": self.days_eps}
        columns: dict[str, Any] = {"moment": [f"{kind}_{self.elements[i]}" for kind, i in both]}
        limits = {name: [float(self.recoil_limits[r, i]) for _, i in both] for r, name in enumerate(self.recoils)}
        seen = {f"renp_{d:g}d": [float(reach[kind][i, n]) for kind, i in both] for n, d in enumerate(self.days)}
        times = {
            f"days_to_{name}": [float(until[kind][r, i]) for kind, i in both] for r, name in enumerate(self.recoils)
        }
        apart = {"days_mu_or_eps": [float(self.days_apart[i]) for _, i in both]}
        units = dict.fromkeys([*limits, *seen], "mu_B") | dict.fromkeys([*times, *apart], "d")
        return columns | limits | seen | times | apart, units

    def _lines(self) -> Iterator[tuple[str, str]]:
        strongest = self.recoil_limits.argmin(axis=0)
        for i, element in enumerate(self.elements):
            r = strongest[i]
            yield (
                f"lambda_{element}",
                f"< {self.recoil_limits[r, i]:.2g} mu_B ({self.recoils[r]}, mu or eps); days of RENP to reach it "
                f"{_days(self.days_mu[r, i])} (mu), {_days(self.days_eps[r, i])} (eps), to tell mu from eps "
                f"{_days(self.days_apart[i])}",
            )
        for r, name in enumerate(self.recoils):
            squares = (f"{w:.2g} |{pair}|^2" for w, pair in zip(self.weights[r], self.elements, strict=True))
            yield name, f"one number: {', '.join(squares)}, and their interference"
        for plane in self.planes:
            if hidden := [name for name, end in plane.along.items() if np.isinf(end)]:
                first, second = plane.parameters
                yield "not seen", f"|{second}| = {plane.slope:.3g} |{first}| by {', '.join(hidden)}: nu_e sees nothing"
        yield from Result._lines(self)


def _days(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "never enough"
