"""Parameter values in words."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["values_text"]


def values_text(values: Mapping[str, float], units: Mapping[str, str]) -> str:
    """Return "mu_11 = 1e-11 mu_B, gg_axial = 1e-26" from values and the units of those that have one."""
    return ", ".join(f"{name} = {value:g} {units.get(name, '')}".rstrip() for name, value in values.items())
