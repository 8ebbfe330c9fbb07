"""Free electrons and electrons by shell in XENON1T: what the step function does before and after the efficiency.

The paper has it that the efficiency washes out most of the correction. Over all recoils it does, as
they pile up below the threshold; in the region of the excess it hardly does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from nulight.experiments import Experiment, load
from nulight.figures.miranda_2021.common import PRESET, dipole
from nulight.typing import FloatArray

__all__ = ["REGIONS", "Atomic", "changes", "signal"]

Atomic = Literal["free", "stepping"]

REGIONS = ((0.0, 30.0), (1.0, 30.0), (1.0, 7.0))
"""Ranges of reconstructed energy, keV; the last is that of the excess."""

_STEPS = 4  # bins a keV
_NO_LOSSES = {"kind": "constant", "value": "100 %"}
_FROM_ZERO: dict[str, Any] = {
    "status": "planned",
    "observed": {"kind": "asimov"},
    "backgrounds": {"B0": None},
    "nuisances": {"xenon1t_background": None},
    "bins": {"from": "0 keVee", "n": 30 * _STEPS},
}
"""The card without its data and background, which begin at 1 keV."""


def signal(atomic: Atomic, values: Mapping[str, float], *, losses: bool) -> tuple[FloatArray, FloatArray]:
    """Return bin edges (keV) and dipole counts per bin in XENON1T, 0 to 30 keV.

    Parameters
    ----------
    atomic : "free" or "stepping"
    values : mapping of str to float
        Moment and mass.
    losses : bool
        With the efficiency of the experiment, or with the resolution alone.
    """
    changes = _FROM_ZERO | {"target": {"atomic": atomic}}
    if not losses:
        changes |= {"response": {"efficiency": _NO_LOSSES}}
    experiment: Experiment = load("xenon1t-2020-er", conventions=PRESET, changes=changes)
    return experiment.bin_edges, dipole(experiment, values)


def changes(values: Mapping[str, float]) -> dict[tuple[float, float, bool], float]:
    """Return the relative change of the dipole counts by stepping, by region and with or without losses."""
    result = {}
    for losses in (False, True):
        edges, bound = signal("stepping", values, losses=losses)
        free = signal("free", values, losses=losses)[1]
        for low, high in REGIONS:
            inside = (edges[:-1] >= low) & (edges[1:] <= high)
            result[low, high, losses] = float(bound[inside].sum() / free[inside].sum() - 1)
    return result
