"""Resolution: from the visible energy to the reconstructed one, in keV or in photoelectrons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import Energy, LightYield, Measured, Share, SqrtEnergy, Width
from nulight.experiments.schema.base import Entry, Quality

__all__ = [
    "FanoResolution",
    "GammaResolution",
    "GaussianResolution",
    "MatrixResolution",
    "MatrixTable",
    "PerfectResolution",
    "PoissonResolution",
    "PolynomialResolution",
    "Resolution",
    "TableResolution",
]

Number = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_NONE = Measured(0.0, "keV")


class GaussianResolution(Entry):
    """sigma(E) = a sqrt(E) + b E + c, of the visible energy."""

    kind: Literal["gaussian"]
    a: SqrtEnergy = 0.0
    b: Share = 0.0
    c: Width = _NONE
    quality: Quality | None = None


class FanoResolution(Entry):
    """sigma(E)^2 = noise^2 + energy_per_pair fano E, of the visible energy: ionisation detectors."""

    kind: Literal["fano"]
    noise: Width
    energy_per_pair: Energy
    fano: NotNegative
    quality: Quality | None = None


class PolynomialResolution(Entry):
    """sigma = sum_k c_k E^k, both in keV, up to the last edge of the bins; above it the width there holds."""

    kind: Literal["gaussian-polynomial"]
    coefficients: Annotated[tuple[Number, ...], Field(min_length=1)]
    quality: Quality | None = None


class TableResolution(Entry):
    """sigma(E) interpolated linearly from columns `energy` and `sigma`."""

    kind: Literal["gaussian-table"]
    file: str
    energy: str
    sigma: str
    quality: Quality | None = None


class PoissonResolution(Entry):
    """Whole photoelectrons, Poisson around `light_yield` times the visible energy."""

    kind: Literal["poisson"]
    light_yield: LightYield
    quality: Quality | None = None


class GammaResolution(Entry):
    """Photoelectrons with a Gamma density: mean light_yield E_ee, shape 1 + b E_ee, E_ee in keVee."""

    kind: Literal["gamma"]
    light_yield: LightYield
    b: Positive
    quality: Quality | None = None


class MatrixTable(Entry):
    """Columns `prefix` and a number hold P(bin | recoil energy), all efficiencies included."""

    file: str
    energy: str
    prefix: str
    quality: Quality | None = None


class MatrixResolution(Entry):
    """Tabulated response to `nuclear` and to `electron` recoils; the bins are the columns, in order."""

    kind: Literal["matrix"]
    nuclear: MatrixTable | None = None
    electron: MatrixTable | None = None


class PerfectResolution(Entry):
    """Reconstructed energy equal to the visible one."""

    kind: Literal["perfect"]


Resolution = Annotated[
    GaussianResolution
    | FanoResolution
    | PolynomialResolution
    | TableResolution
    | PoissonResolution
    | GammaResolution
    | MatrixResolution
    | PerfectResolution,
    Field(discriminator="kind"),
]
