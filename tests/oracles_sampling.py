"""A Gaussian model whose posterior and evidence can be written down."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nulight.inference.model import Nuisance


@dataclass(frozen=True)
class Strength:
    name: str = "s"
    unit: str = "mu_B"
    lower: float = -np.inf
    upper: float = np.inf
    scale: float = 1.0
    default: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """Counts s t + b (1 + u), Gaussian errors; `size` is the unit of s, which may be as small as couplings are."""

    observed: np.ndarray
    sigma: np.ndarray
    shape: np.ndarray
    background: np.ndarray
    width: float = 0.2
    size: float = 1.0
    lower: float = -np.inf
    name: str = "linear"
    statistic: str = "gaussian"
    components: tuple[str, ...] = ("signal", "background")
    scales: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"background": ("b",)})

    @property
    def nuisances(self):
        return (Nuisance("b", "gaussian", self.width, lower=-50.0, upper=50.0),)

    def parameters(self):
        return {"s": Strength(lower=self.lower, scale=self.size)}

    def provenance(self):
        return {"version": "0", "citations": (), "conventions": {"name": "none"}}

    def expected(self, params):
        s = np.atleast_1d(np.asarray(params.get("s", 0.0), float)) / self.size
        background = np.broadcast_to(self.background, (len(s), len(self.background)))
        return np.stack([s[:, None] * self.shape, background], axis=1)

    # --- by hand, in units of `size` ---

    def posterior(self):
        """Mean and covariance of (s, u), everything Gaussian."""
        design = np.stack([self.shape, self.background], axis=1) / self.sigma[:, None]
        residual = (self.observed - self.background) / self.sigma
        precision = design.T @ design + np.diag([0.0, 1 / self.width**2])
        covariance = np.linalg.inv(precision)
        return covariance @ design.T @ residual, covariance

    def log_evidence(self, low, high):
        """ln of the integral of L(s, u) over a flat prior of s, wide as the posterior goes, and the Gaussian of u."""
        (s, u), covariance = self.posterior()
        pulls = (self.observed - s * self.shape - (1 + u) * self.background) / self.sigma
        chi2 = (pulls**2).sum() + (u / self.width) ** 2
        volume = 0.5 * np.log(np.linalg.det(2 * np.pi * covariance))
        return -0.5 * chi2 + volume - np.log((high - low) * self.width * np.sqrt(2 * np.pi))


def linear_model(**options):
    """Three bins that cannot tell signal from background very well."""
    arrays = {"observed": [14.0, 9.0, 12.5], "sigma": [1.5, 1.0, 2.0], "shape": [1.0, 2.0, 1.0]}
    arrays["background"] = [8.0, 6.0, 9.0]
    return LinearModel(**{name: np.array(values) for name, values in arrays.items()} | options)


@dataclass(frozen=True, kw_only=True)
class PhaseModel:
    """Counts 100 + 60 cos(phase) in one bin."""

    observed: np.ndarray = field(default_factory=lambda: np.array([100.0]))
    sigma: np.ndarray | None = None
    name: str = "phase"
    statistic: str = "poisson"
    components: tuple[str, ...] = ("signal",)
    scales: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nuisances: tuple[Nuisance, ...] = ()

    def parameters(self):
        return {"phase": Strength(name="phase", unit="rad", lower=-2 * np.pi, upper=2 * np.pi)}

    def provenance(self):
        return {"version": "0", "citations": ()}

    def expected(self, params):
        phase = np.atleast_1d(np.asarray(params.get("phase", 0.0), float))
        return (100 + 60 * np.cos(phase))[:, None, None]
