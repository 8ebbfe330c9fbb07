"""Published dipole-portal curves as overlays: which to draw, with what line and label.

Nothing is drawn here. Every laboratory bound has a colour and a line of its own, the same in every
plot; bounds from stars and from cosmology are dash-dotted, so that nobody takes them for measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nulight.literature.curves import PublishedCurve, published_curves

__all__ = ["ExcludedSide", "Overlay", "literature_overlays", "overlay_of"]

ExcludedSide = Literal["above", "inside", "not known"]

# muted colours; every time they come round the line is another one
_MUTED = ("#117733", "#CC6677", "#999933", "#882255", "#44AA99", "#6E6E6E")
_LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.1)))
_INDIRECT = {"astrophysical": "#AA4499", "cosmological": "#5B7DB1"}
_MARKS = {"laboratory": "", "astrophysical": " (astro)", "cosmological": " (cosmo)"}
_SIDES: dict[str, ExcludedSide] = {"excluded above": "above", "excluded between": "inside", "boundary": "not known"}
_USUAL_CL = 0.90


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlay:
    """A published curve and how to draw it.

    Attributes
    ----------
    curve : PublishedCurve
    label : str
        With the kind where it is no laboratory bound, a star where the factor 2 of the coupling
        is not known, the confidence level where it is not 90 %, and a word where the excluded side
        is not known.
    colour : str
    linestyle : str or dash pattern
        Of matplotlib.
    excluded : "above", "inside" or "not known"
        Which side of the line the source excludes.
    """

    curve: PublishedCurve
    label: str
    colour: str
    linestyle: Any
    excluded: ExcludedSide


def literature_overlays(
    coupling: str, names: Sequence[str] | Literal["all", "laboratory"] | None = None
) -> list[Overlay]:
    """List the published curves to draw in a plane of m_4 and a coupling, newest first.

    Parameters
    ----------
    coupling : "mu_e4", "mu_mu4" or "mu_tau4"
    names : sequence of str, "all" or "laboratory", optional
        Names of curves in any case, or only laboratory bounds; all otherwise.

    Raises
    ------
    ValueError
        If a curve of that name does not exist, or not for this coupling; the message lists those there are.

    Examples
    --------
    >>> [overlay.label for overlay in literature_overlays("mu_tau4", ["donut", "SN1987A"])]
    ['SN1987A (astro)*', 'DONUT']
    """
    if names is None or names == "all":
        curves = published_curves(coupling)
    elif isinstance(names, str):
        curves = published_curves(coupling, kind="laboratory") if names == "laboratory" else _named(coupling, [names])
    else:
        curves = _named(coupling, names)
    return [overlay_of(curve) for curve in curves]


def _named(coupling: str, names: Sequence[str]) -> list[PublishedCurve]:
    curves = published_curves(coupling, names=names)
    found = {curve.name.lower() for curve in curves}
    if missing := [name for name in names if name.lower() not in found]:
        there = ", ".join(curve.name for curve in published_curves(coupling))
        raise ValueError(f"no curve {', '.join(missing)} for {coupling}; there are: {there or 'none'}")
    return curves


def overlay_of(curve: PublishedCurve) -> Overlay:
    """Return how to draw a published curve.

    Examples
    --------
    >>> from nulight.literature.curves import published_curves
    >>> print(overlay_of(published_curves(names=["BBN"])[0]).label)
    BBN ($^4$He) (cosmo)*, side not known
    """
    colour, line = (_INDIRECT[curve.kind], "-.") if curve.kind in _INDIRECT else _laboratory_line(curve)
    return Overlay(curve=curve, label=_label(curve), colour=colour, linestyle=line, excluded=_SIDES[curve.region])


def _laboratory_line(curve: PublishedCurve) -> tuple[str, Any]:
    """One for each label: the flavours of one analysis are not drawn together."""
    labels = list(dict.fromkeys(other.label for other in published_curves(kind="laboratory")))
    i = labels.index(curve.label)
    return _MUTED[i % len(_MUTED)], _LINES[(i + i // len(_MUTED)) % len(_LINES)]


def _label(curve: PublishedCurve) -> str:
    star = "*" if curve.status == "not known" else ""
    level = f", {100 * curve.cl:g} % CL" if curve.kind == "laboratory" and curve.cl != _USUAL_CL else ""
    side = ", side not known" if curve.region == "boundary" else ""
    return f"{curve.label.replace('4He', '$^4$He')}{_MARKS[curve.kind]}{star}{level}{side}"
