"""A model written out: templates times powers of couplings times nuisances, with nothing left to compute.

This is what other programs can read. The counts of every experiment become rows, each a template
(counts per bin) times a monomial in the couplings, times (1 + u) of some nuisances and u of others.
Couplings count in a power of ten near the sensitivity of the experiments, so that all numbers are
of order one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nulight.exchange.powers import coupling_powers, shape_powers
from nulight.inference.coordinates import baseline, coordinates, domain, lookup
from nulight.inference.expectation import morphs, parametric, rows
from nulight.inference.likelihood import bin_errors
from nulight.inference.model import CountModel, Model, ParameterLike, Statistic, parts, with_planned_data
from nulight.inference.nuisance import Nuisance
from nulight.typing import FloatArray

__all__ = ["Channel", "Coupling", "Row", "WrittenModel", "write_out"]

_ROUNDING = 1e-11  # part of a group's counts, ten units of the couplings out, below which a power is not there
_REACH = 30.0  # where an open range of a coupling ends, in its units: ten standard deviations at least
_WIDTHS = 10.0  # where an open range of a nuisance ends, in standard deviations
_FREE = 9.0  # and where that of a free one does: ten times the nominal counts
_TRIES = 8  # searches for the unit of a coupling
_STEP = 1e4  # by which the unit grows while the counts do not change


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """Counts ``template * prod(x**powers) * prod(1 + u) * prod(u)``.

    Attributes
    ----------
    components : tuple of str
        What the counts are of.
    template : array, shape (n_bins,), counts
    powers : tuple of int
        Power of every coupling, in the order of `WrittenModel.couplings`.
    scaled, plain : tuple of str
        Nuisances that enter as (1 + u) and as u; the same name twice is a square.
    """

    components: tuple[str, ...]
    template: FloatArray
    powers: tuple[int, ...]
    scaled: tuple[str, ...]
    plain: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Channel:
    """One experiment: its rows, its data and their statistic; `sigma` for Gaussian data only."""

    name: str
    statistic: Statistic
    observed: FloatArray
    sigma: FloatArray | None
    rows: tuple[Row, ...]

    def nominal(self) -> FloatArray:
        """Return the counts without couplings at nominal nuisances, shape (n_bins,)."""
        plain = (row.template for row in self.rows if not any(row.powers) and not row.plain)
        return np.asarray(sum(plain, np.zeros(len(self.observed))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """A coupling x = value / size, with `size` a power of ten in its `unit`.

    `lower` and `upper` bound x; `start` is its default. `open_ends` says which bounds are ours
    because files need numbers, and the physics has none.
    """

    name: str
    size: float
    unit: str
    lower: float
    upper: float
    start: float
    open_ends: tuple[bool, bool]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WrittenModel:
    """A model as sums of templates; made by `write_out`."""

    model: Model
    fixed: Mapping[str, float]
    couplings: tuple[Coupling, ...]
    nuisances: tuple[Nuisance, ...]
    channels: tuple[Channel, ...]

    def bounds(self, nuisance: Nuisance) -> tuple[float, float]:
        """Return finite bounds of u: its own, else ten widths; for a free one u = 9 (ten times the counts)."""
        low, high = nuisance.bounds
        far = _WIDTHS * nuisance.width if nuisance.kind == "gaussian" and nuisance.width else _FREE
        return max(low, -far), min(high, far)


def write_out(model: Model, parameters: Sequence[str], *, fixed: Mapping[str, float] | None = None) -> WrittenModel:
    """Write a model out as templates.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameters : sequence of str
        Couplings that stay variables, at least one.
    fixed : mapping of str to float, optional
        Parameters held at values instead of their defaults; the data of planned experiments are the
        expectation there.

    Returns
    -------
    WrittenModel

    Raises
    ------
    ValueError
        If a name is unknown or stands twice, no coupling is named, the counts do not depend on one or
        are no polynomial of low degree, or a background is no polynomial in its nuisances.
    """
    fixed = dict(fixed or {})
    _check(model, parameters, fixed)
    model = with_planned_data(model, fixed)
    sizes = {name: lookup(model, name).scale for name in parameters}
    for _ in range(_TRIES):
        channels = _channels(model, sizes, fixed)
        better = {name: _size(channels, k, sizes[name]) for k, name in enumerate(parameters)}
        if better == sizes:
            break
        sizes = better
    else:
        channels = _channels(model, sizes, fixed)
    for k, name in enumerate(parameters):
        if not any(row.powers[k] for channel in channels for row in channel.rows):
            raise ValueError(f"the counts of {model.name} do not depend on {name}: leave it out, or set what it needs")
    return WrittenModel(
        model=model,
        fixed=fixed,
        couplings=tuple(_coupling(lookup(model, name), sizes[name]) for name in parameters),
        nuisances=model.nuisances,
        channels=tuple(channels),
    )


def _check(model: Model, parameters: Sequence[str], fixed: Mapping[str, float]) -> None:
    coordinates(model, {}, {})  # every nuisance that something depends on is declared
    if not parameters:
        raise ValueError("name at least one coupling that stays a variable of the file")
    if twice := sorted({name for name in parameters if list(parameters).count(name) > 1 or name in fixed}):
        raise ValueError(f"{', '.join(twice)}: named twice, or both a variable and fixed; choose one")
    for name in (*parameters, *fixed):
        lookup(model, name)


def _channels(model: Model, sizes: Mapping[str, float], fixed: Mapping[str, float]) -> list[Channel]:
    """Channels with couplings in units of `sizes`."""
    powers = coupling_powers(parts(model), fixed, sizes, [domain(lookup(model, name)) for name in sizes])
    if powers is None:
        raise ValueError(
            f"the counts of {model.name} are no polynomial in {', '.join(sizes)}: a mass, a phase or an angle is none; "
            "hold it at a value with fixed={name: value}"
        )
    return [
        Channel(
            name=part.name,
            statistic=part.statistic,
            observed=np.asarray(part.observed, float),
            sigma=None if part.statistic == "poisson" else bin_errors(part),
            rows=(
                *_rows(part, {p: counts[c] for p, counts in powers.items()}),
                *_parametric_rows(part, len(sizes)),
            ),
        )
        for c, part in enumerate(parts(model))
    ]


def _rows(part: CountModel, powers: Mapping[tuple[int, ...], FloatArray]) -> list[Row]:
    """Rows that share their nuisances summed, one for every power of the couplings that is there."""
    labels = [*part.components, *(morph.component for morph in morphs(part))]
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for i, (scaled, plain) in enumerate(rows(part)):
        groups.setdefault((scaled, tuple(sorted(plain))), []).append(i)
    result = []
    for (scaled, plain), members in groups.items():
        summed = {p: counts[members].sum(axis=0) for p, counts in powers.items()}
        far = {p: 10.0 ** sum(p) * np.abs(counts).max() for p, counts in summed.items()}
        names = tuple(dict.fromkeys(labels[i] for i in members))
        result += [
            Row(components=names, template=counts, powers=p, scaled=scaled, plain=plain)
            for p, counts in sorted(summed.items())
            if far[p] > _ROUNDING * max(far.values())
        ]
    return result


def _parametric_rows(part: CountModel, n_couplings: int) -> list[Row]:
    known = {n.name: n for n in part.nuisances}
    result = []
    for shape in parametric(part):
        powers = shape_powers(shape, [known[name] for name in shape.nuisances])
        if powers is None:
            raise ValueError(
                f"{part.name}: the counts of {shape.name} are no polynomial in {', '.join(shape.nuisances)}, which "
                "neither pyhf nor HS3 can say; hold what changes their shape, with_nuisances(model, {name: 'fixed'})"
            )
        largest = max(np.abs(counts).max() for counts in powers.values())
        result += [
            Row(
                components=(shape.name,),
                template=counts,
                powers=(0,) * n_couplings,
                scaled=(),
                plain=tuple(name for name, power in zip(shape.nuisances, p, strict=True) for _ in range(power)),
            )
            for p, counts in powers.items()
            if np.abs(counts).max() > _ROUNDING * largest
        ]
    return result


def _size(channels: Sequence[Channel], k: int, size: float) -> float:
    """Power of ten nearest to the value of coupling k whose counts are one standard deviation of the data.

    Terms with other couplings count if there are no others; all their couplings change together then.
    """
    acting = [(ch, row) for ch in channels for row in ch.rows if row.powers[k] and not row.plain]
    alone = [(ch, row) for ch, row in acting if sum(row.powers) == row.powers[k]]
    signals: dict[tuple[str, int], FloatArray] = {}
    for channel, row in alone or acting:
        key = channel.name, sum(row.powers)
        signals[key] = signals.get(key, np.zeros(1)) + row.template
    squares: dict[int, float] = {}
    for channel in channels:
        variance = np.maximum(channel.nominal(), 1.0) if channel.sigma is None else channel.sigma**2
        for p in [p for name, p in signals if name == channel.name]:
            squares[p] = squares.get(p, 0.0) + float((signals[channel.name, p] ** 2 / variance).sum())
    one_sigma = [square ** (-0.5 / p) for p, square in squares.items() if square > 0]
    return float(f"1e{round(math.log10(size * min(one_sigma, default=_STEP)))}")


def _coupling(parameter: ParameterLike, size: float) -> Coupling:
    low, high = (end / size for end in domain(parameter))
    start = baseline(parameter) / size
    lower, upper = max(low, min(start, 0.0) - _REACH), min(high, max(start, 0.0) + _REACH)
    return Coupling(
        name=parameter.name,
        size=size,
        unit=parameter.unit,
        lower=lower,
        upper=upper,
        start=start,
        open_ends=(lower > low, upper < high),
    )
