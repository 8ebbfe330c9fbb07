"""What a workspace says about itself: who wrote it, from what, and what its parameters mean."""

from __future__ import annotations

from typing import Any

from nulight._version import __version__
from nulight.exchange.written import Coupling, WrittenModel
from nulight.inference.coordinates import citations
from nulight.inference.nuisance import Nuisance
from nulight.io.text import plain

__all__ = ["amount", "describe", "describe_nuisance"]


def describe(written: WrittenModel) -> dict[str, Any]:
    """Return version, experiments, conventions, hashes of the data, citations and fixed parameters as plain values."""
    provenance = written.model.provenance()
    kept = {key: provenance[key] for key in ("quality", "conventions", "data", "linked_nuisances") if key in provenance}
    names = [*(c.name for c in written.couplings), *written.fixed]
    said: dict[str, Any] = plain(
        {
            "written_by": {"name": "nulight", "version": __version__},
            "experiments": [channel.name for channel in written.channels],
            "fixed": written.fixed,
            **kept,
            "citations": citations(written.model, names),
        }
    )
    return said


def amount(coupling: Coupling) -> str:
    """Return the unit that a coupling is counted in, such as ``1e-11 mu_B``."""
    return f"{coupling.size:g} {coupling.unit}".rstrip()


def describe_nuisance(written: WrittenModel, nuisance: Nuisance) -> dict[str, Any]:
    """Return what a nuisance u is, what it acts on, and which of its bounds only files need."""
    channels = written.channels
    scaled = {c for ch in channels for row in ch.rows if nuisance.name in row.scaled for c in row.components}
    shaped = {c for ch in channels for row in ch.rows if nuisance.name in row.plain for c in row.components}
    low, high = written.bounds(nuisance)
    return {
        "definition": nuisance.describe(),
        "kind": nuisance.kind,
        "width": nuisance.width,
        "multiplies_by_1_plus_u": sorted(scaled),
        "changes_by_u": sorted(shaped),
        "bounds_of_u": [low, high],
        "bounds_added": [low > nuisance.bounds[0], high < nuisance.bounds[1]],
    }
