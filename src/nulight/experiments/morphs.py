"""Shape nuisances: what a change of the card at one standard deviation does to every component.

The changed card becomes an experiment of its own. Between the two, counts are a parabola in u through
the changed and the nominal ones, so each component whose counts change has a row linear in u and, if
the card says what happens on both sides, one in u^2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nulight.inference.expectation import Morph
from nulight.typing import FloatArray

if TYPE_CHECKING:
    from nulight.experiments.experiment import Experiment

__all__ = ["ShapeChange", "morph_rows", "morphed_counts"]

_ROUNDING = 1e-12  # of the largest bin: a component that changes less does not change


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShapeChange:
    """One nuisance that changes the card.

    Attributes
    ----------
    name : str
    up, down : Experiment
        At u = +1 and u = -1; no `down` makes the change linear.
    components : tuple of str
        Those whose counts it changes.
    """

    name: str
    up: Experiment
    down: Experiment | None
    components: tuple[str, ...]

    @property
    def sides(self) -> tuple[Experiment, ...]:
        """The changed experiments."""
        return (self.up,) if self.down is None else (self.up, self.down)

    @classmethod
    def between(
        cls, nominal: Experiment, name: str, up: Experiment, down: Experiment | None, touched: frozenset[str]
    ) -> ShapeChange:
        """Return the change with the components that feel it; `touched` are the fields of the card it changes.

        A signal whose Standard Model counts stay the same may still change with other couplings, unless
        nothing but its own source could have changed it.

        Raises
        ------
        ValueError
            If the changed card has other components or other parametric backgrounds.
        """
        whole = cls(name=name, up=up, down=down, components=nominal.components)
        for side in whole.sides:
            _require_same(nominal, name, side)
        here = nominal.expected({})[0]
        differ = [np.abs(side.expected({})[0] - here).max(axis=1) for side in whole.sides]
        moved = np.max(differ, axis=0) > _ROUNDING * np.maximum(np.abs(here).max(axis=1), np.finfo(float).tiny)
        shared = bool(touched - {"sources", "backgrounds"})
        signal = len(nominal.signal.components)
        kept = [c for i, c in enumerate(nominal.components) if moved[i] or (shared and i < signal)]
        return replace(whole, components=tuple(kept))


def morph_rows(changes: Sequence[ShapeChange]) -> tuple[Morph, ...]:
    """Return the rows: for every change those linear in u, then those in u^2."""
    rows = []
    for change in changes:
        rows += [Morph(component, (change.name,)) for component in change.components]
        if change.down is not None:
            rows += [Morph(component, (change.name, change.name)) for component in change.components]
    return tuple(rows)


def morphed_counts(nominal: Experiment, changes: Sequence[ShapeChange], params: Mapping[str, Any]) -> FloatArray:
    """Return the counts of the rows, shape (n_points, n_rows, n_bins)."""
    here, parts = nominal.expected(params), []
    for change in changes:
        rows = [nominal.components.index(component) for component in change.components]
        up, middle = change.up.expected(params)[:, rows], here[:, rows]
        if change.down is None:
            parts.append(up - middle)
            continue
        down = change.down.expected(params)[:, rows]
        parts += [(up - down) / 2, (up + down) / 2 - middle]
    return np.concatenate(parts, axis=1)


def _require_same(nominal: Experiment, name: str, side: Experiment) -> None:
    if side.components != nominal.components:
        raise ValueError(
            f"{nominal.name}: nuisance {name!r} changes the components from {', '.join(nominal.components)} to "
            f"{', '.join(side.components)}; a change of shape keeps them all"
        )
    here, there = ([form.nominal for form in e.parametric] for e in (nominal, side))
    if here != there:
        raise ValueError(
            f"{nominal.name}: nuisance {name!r} changes an exponential or a line; let their parameters float instead"
        )
