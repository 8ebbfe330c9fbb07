"""Toy shapes of a background, as an experiment would hand them to the likelihood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nulight.inference.model import Nuisance

FREE = ("flat_norm", "tail_norm", "tail_scale", "line_area", "line_centre", "line_width", "line_ratio")


@dataclass(frozen=True, kw_only=True)
class Exponential:
    """amplitude (1 + u0) exp(-x / (scale (1 + u1)))."""

    name: str = "tail"
    nuisances: tuple[str, ...] = ("tail_norm", "tail_scale")
    x: np.ndarray
    amplitude: float
    scale: float

    def evaluate(self, u):
        norm, stretch = 1 + u[:, :1], 1 + u[:, 1:]
        t = self.x / (self.scale * stretch)
        shape = self.amplitude * np.exp(-t)
        along, bend = shape * t / stretch, shape * t * (t - 2) / stretch**2
        rows = [[np.zeros_like(along), along], [along, norm * bend]]
        second = np.stack([np.stack(row, axis=1) for row in rows], axis=1)
        return norm * shape, np.stack([shape, norm * along], axis=1), second


@dataclass(frozen=True, kw_only=True)
class Lines:
    """area (1 + u0) [Gaussian at centre (1 + u1) of width (1 + u2) + ratio (1 + u3) second]."""

    name: str = "lines"
    nuisances: tuple[str, ...] = ("line_area", "line_centre", "line_width", "line_ratio")
    x: np.ndarray
    area: float
    centre: float
    width: float
    ratio: float
    second: np.ndarray

    def evaluate(self, u):
        norm, move, broad, share = (1 + u[:, [k]] for k in range(4))
        width = self.width * broad
        t = (self.x - self.centre * move) / width
        line = self.area * np.exp(-(t**2) / 2) / (np.sqrt(2 * np.pi) * width)
        other = self.area * self.ratio * np.broadcast_to(self.second, line.shape)
        pull = self.centre / width  # -dt/du1
        first = np.stack(
            [line + share * other, norm * line * t * pull, norm * line * (t**2 - 1) / broad, norm * other], 1
        )
        second = np.zeros((len(u), 4, 4, line.shape[1]))
        second[:, 0, 1:] = second[:, 1:, 0] = first[:, 1:] / norm[:, None]
        second[:, 1, 1] = norm * line * (t**2 - 1) * pull**2
        second[:, 1, 2] = second[:, 2, 1] = norm * line * t * (t**2 - 3) * pull / broad
        second[:, 2, 2] = norm * line * (t**4 - 5 * t**2 + 2) / broad**2
        return norm * (line + share * other), first, second


@dataclass(frozen=True, kw_only=True)
class ShapedModel:
    """A polynomial model with changes of shape and parametric counts beside its components.

    `changes` holds for each morph its monomials, as the terms of the polynomial model.
    """

    base: Any
    morphs: tuple = ()
    changes: list = field(default_factory=list)
    parametric: tuple = ()

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "base"), name)

    def expected(self, params):
        return self.base.expected(params)

    def morph_counts(self, params):
        terms = {str(i): monomials for i, monomials in enumerate(self.changes)}
        return replace(self.base, terms=terms).expected(params)


def germanium(toy, parameter, *, start=None, seed=1):
    """Build 130 Gaussian bins from 0.2 to 1.5 keVee with a seven-parameter background and a signal in mu^2.

    A constant, an exponential, the L1 line of 71Ge with the M1 line at 0.16 +- 0.03 of its area.
    The nominal values are those the data were made with, times 1 + `start` in the order of `FREE`.
    """
    x, truth = np.arange(0.205, 1.5, 0.01), np.ones(7)
    nominal = truth if start is None else 1 + np.asarray(start)
    second = np.exp(-(((x - 0.158) / 0.0685) ** 2) / 2) / (np.sqrt(2 * np.pi) * 0.0685)

    def shapes(f):
        tail = Exponential(x=x, amplitude=170 * f[1], scale=0.22 * f[2])
        lines = Lines(x=x, area=15 * f[3], centre=1.297 * f[4], width=0.072 * f[5], ratio=0.16 * f[6], second=second)
        return tail, lines

    standard = 6 * np.exp(-(x - 0.2) / 0.06)
    moment = 10 * np.exp(-(x - 0.2) / 0.15) * 0.2 / x
    background = 12 + sum(s.evaluate(np.zeros((1, len(s.nuisances))))[0][0] for s in shapes(truth))
    mean = background + standard + 0.3 * moment
    sigma = 0.2 * np.sqrt(mean) * (1 + (0.35 / x) ** 4)
    wide = {"lower": -0.95, "upper": 9.0}
    base = toy(
        name="germanium",
        statistic="gaussian",
        observed=mean + sigma * np.random.default_rng(seed).normal(size=len(x)),
        sigma=sigma,
        terms={"signal": [({}, standard), ({"mu": 2}, moment)], "flat": [({}, np.full(130, 12 * nominal[0]))]},
        known=(parameter("mu", lower=0.0),),
        scales={"flat": ("flat_norm",)},
        nuisances=(
            *(Nuisance(name, "free", **wide) for name in FREE[:4]),
            Nuisance("line_centre", "free", lower=-0.2, upper=0.2),
            Nuisance("line_width", "free", **wide),
            Nuisance("line_ratio", "gaussian", 0.03 / 0.16),
        ),
    )
    return ShapedModel(base=base, parametric=shapes(nominal))
