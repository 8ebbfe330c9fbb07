"""Options for uncertainties that experiments have in common, and how their texts are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from nulight.cli.options import split_assignment

__all__ = ["Correlate", "Share", "correlations", "linked_lines", "shared_groups"]

Share = Annotated[
    list[str] | None,
    typer.Option("--share", metavar="NEW=A,B", help="Make nuisances A and B one, called NEW; may be repeated."),
]
Correlate = Annotated[
    list[str] | None,
    typer.Option(
        "--correlate", metavar="A,B=RHO", help="Correlation of two Gaussian nuisances, -1 to 1; may be repeated."
    ),
]


def shared_groups(texts: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """Read every ``new=a,b`` of `--share`.

    Raises
    ------
    ValueError
        If one is malformed or its new name stands twice.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for text in texts or ():
        try:
            name, members = split_assignment(text, "--share")
        except ValueError:
            members = ""
        names = _names(members)
        if len(names) < 2:
            raise ValueError(f"--share {text!r}: write NEW=A,B, a new name and two or more nuisances that it replaces")
        if name in groups:
            raise ValueError(f"--share: {name} is given twice; write all nuisances it replaces in one list")
        groups[name] = names
    return groups


def correlations(texts: Sequence[str] | None) -> dict[tuple[str, str], float]:
    """Read every ``a,b=rho`` of `--correlate`.

    Raises
    ------
    ValueError
        If one is malformed or its pair stands twice.
    """
    found: dict[tuple[str, str], float] = {}
    for text in texts or ():
        pair, _, number = text.partition("=")
        names = _names(pair)
        try:
            rho = float(number)
        except ValueError:
            names = ()
        if len(names) != 2:
            raise ValueError(f"--correlate {text!r}: write A,B=RHO, two nuisances and a number from -1 to 1")
        a, b = names
        if {(a, b), (b, a)} & set(found):
            raise ValueError(f"--correlate: {a} and {b} are given twice")
        found[a, b] = rho
    return found


def linked_lines(provenance: Mapping[str, Any]) -> list[str]:
    """Return what was made of shared and correlated nuisances as lines for people."""
    links: Mapping[str, Mapping[str, float]] = provenance.get("linked_nuisances", {})
    return [f"nuisance {old} = {_sum_text(old, terms)}" for old, terms in links.items()]


def _sum_text(old: str, terms: Mapping[str, float]) -> str:
    names = {new: f"{new} (what is its own)" if new == old else new for new in terms}
    words = [names[new] if k == 1 else f"{k:.3g} {names[new]}" for new, k in terms.items()]
    return " + ".join(words).replace("+ -", "- ")


def _names(text: str) -> tuple[str, ...]:
    """Names between commas; none if one is empty."""
    names = tuple(name.strip() for name in text.split(","))
    return names if all(names) else ()
