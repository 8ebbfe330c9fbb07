"""Published dipole-portal curves as overlays: which to draw, with what line and label.

Nothing is drawn here; bounds from stars and from cosmology are dashed, so that nobody takes them
for measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nulight.literature.curves import PublishedCurve, published_curves
from nulight.plotting.style import COLOURS

__all__ = ["Overlay", "literature_overlays"]

_LINES = {"laboratory": "-", "astrophysical": "--", "cosmological": ":"}
_GROUPS = {"laboratory": "grey", "astrophysical": "purple", "cosmological": "sky"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlay:
    """A published curve and how to draw it.

    Attributes
    ----------
    curve : PublishedCurve
    label : str
        With the kind where it is no laboratory bound, and a star where the factor 2 of the coupling
        is not known.
    group : str
        Curves of one group share a colour: the curve's kind.
    colour : str
    linestyle : str
    closed : bool
        Whether the first and the last point belong together: a region between two edges.
    """

    curve: PublishedCurve
    label: str
    group: str
    colour: str
    linestyle: str
    closed: bool


def literature_overlays(
    coupling: str, names: Sequence[str] | Literal["all", "laboratory"] | None = None
) -> list[Overlay]:
    """List the published curves to draw in a plane of m_4 and a coupling, newest first.

    Parameters
    ----------
    coupling : "mu_e4", "mu_mu4" or "mu_tau4"
    names : sequence of str, "all" or "laboratory", optional
        Names of curves, or only laboratory bounds; all otherwise.

    Raises
    ------
    ValueError
        If a curve of that name does not exist, or not for this coupling; the message lists those there are.

    Examples
    --------
    >>> [overlay.label for overlay in literature_overlays("mu_tau4", ["DONUT", "SN1987A"])]
    ['SN1987A (astrophysical)*', 'DONUT']
    """
    if names is None or names == "all":
        curves = published_curves(coupling)
    elif isinstance(names, str):
        curves = published_curves(coupling, kind="laboratory") if names == "laboratory" else _named(coupling, [names])
    else:
        curves = _named(coupling, names)
    return [_overlay(curve) for curve in curves]


def _named(coupling: str, names: Sequence[str]) -> list[PublishedCurve]:
    curves = published_curves(coupling, names=names)
    if missing := [name for name in names if name not in {curve.name for curve in curves}]:
        there = ", ".join(curve.name for curve in published_curves(coupling))
        raise ValueError(f"no curve {', '.join(missing)} for {coupling}; there are: {there or 'none'}")
    return curves


def _overlay(curve: PublishedCurve) -> Overlay:
    kind = "" if curve.kind == "laboratory" else f" ({curve.kind})"
    return Overlay(
        curve=curve,
        label=f"{curve.label}{kind}{'*' if curve.status == 'not known' else ''}",
        group=curve.kind,
        colour=COLOURS[_GROUPS[curve.kind]],
        linestyle=_LINES[curve.kind],
        closed=curve.region == "excluded between",
    )
