"""What records about the neutrinos have in common: true counts, conventions, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp.experiment import RenpExperiment
from nulight.renp.neutrinos import Ordering
from nulight.studies.renp.exposure import Sample
from nulight.studies.renp.families import Family
from nulight.typing import FloatArray

__all__ = ["Sets", "check_sets", "own_phases", "record_fields"]

Sets: TypeAlias = Mapping[Ordering, str | OscillationParameters]
"""Oscillation parameters of the orderings."""


def check_sets(oscillations: Sets | None) -> Sets:
    """Return the sets of oscillation parameters, none if none are given.

    Raises
    ------
    ValueError
        If a key is no ordering.
    """
    sets = dict(oscillations or {})
    if unknown := [key for key in sets if key not in ("normal", "inverted")]:
        raise ValueError(f"oscillations: {unknown[0]!r} is no ordering; use 'normal' and 'inverted'")
    return sets


def own_phases(experiment: RenpExperiment) -> FloatArray:
    """Return alpha_21 and alpha_31 (2,) of the experiment, rad."""
    return np.array([experiment.defaults.get(name, 0.0) for name in ("alpha_21", "alpha_31")])


def record_fields(base: RenpExperiment, parts: Sequence[Sample], families: Sequence[Family]) -> dict[str, Any]:
    """Return conventions, provenance, citations and warnings of a record."""
    made = [family.experiment.neutrinos() for family in families]
    provenance = base.provenance()
    vary = ("lightest_eV", "alpha_21", "alpha_31")
    conventions = {key: value for key, value in provenance["conventions"].items() if key not in vary}
    for key in ("nature", "ordering", "oscillation"):
        conventions[key] = " and ".join(dict.fromkeys(str(neutrinos.inputs[key]) for neutrinos in made))
    provenance |= {
        "conventions": conventions,
        "triggers_eV": tuple(tuple(part.experiment.triggers.tolist()) for part in parts),
    }
    del provenance["days"]
    sources = [*base.scheme.references, *(text for neutrinos in made for text in neutrinos.references)]
    return {
        "conventions": conventions,
        "provenance": provenance,
        "citations": tuple(dict.fromkeys([*sources, "arXiv:1209.4808"])),
        "warnings": tuple(_warnings(parts, families)),
    }


def _warnings(parts: Sequence[Sample], families: Sequence[Family]) -> list[str]:
    """Masses at which hardly anything is emitted at the frequencies there are."""
    if len(parts) > 1:
        return []
    masses, dark = parts[0].masses, np.zeros(len(parts[0].masses), bool)
    for family in families:
        dark |= masses >= family.edges[-2]
    if not dark.any():
        return []
    several = len({family.experiment.neutrinos().inputs["ordering"] for family in families}) > 1
    where = " in one of the orderings" if several else ""
    return [
        f"nothing is emitted at any trigger frequency with a lightest mass of {masses[dark].min():g} eV or more"
        f"{where}; see triggers_for"
    ]
