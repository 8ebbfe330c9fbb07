"""What a run computes, written beside its results: two runs of the same manifest give the same numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any

import numpy as np

from nulight._version import __version__
from nulight.io.text import json_text, plain
from nulight.runs.chunks import Chunks

__all__ = ["FORMAT", "Manifest"]

FORMAT = 1
"""Number of the layout of run folders."""

_SHOWN = 6  # differences that a message names
_LONGEST = 40  # characters of a value in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that the numbers of a run depend on, as plain values.

    Attributes
    ----------
    kind : str
        "scan", or the name of a toy study.
    experiments : tuple of str
    versions : mapping of str to str
        Of the packages that compute.
    provenance : mapping
        What the experiments say about themselves: hashes of data, conventions, citations.
    chunks : Chunks
        How the work is divided; part of what defines the numbers.
    what : mapping
        What is computed: points, profiled and held parameters, nuisances, seeds...
    recipe : mapping
        How the run was asked for (names and options of a command), so that it can be taken up again from the
        folder alone. It defines nothing: two recipes for the same numbers are the same run.
    format : int
    """

    kind: str
    experiments: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=lambda: {"nulight": __version__, "numpy": np.__version__})
    provenance: Mapping[str, Any] = field(default_factory=dict)
    chunks: Chunks
    what: Mapping[str, Any]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def __post_init__(self) -> None:
        # As they come back from the file, so that a run in memory and one in a folder say the same.
        for name in ("what", "provenance", "versions", "recipe"):
            object.__setattr__(self, name, json.loads(json_text(getattr(self, name))))
        object.__setattr__(self, "experiments", tuple(self.experiments))

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as plain values."""
        first = ("format", "kind")
        return {name: plain(getattr(self, name)) for name in (*first, *(f.name for f in fields(self)))}

    def to_json(self) -> str:
        """Return the manifest as JSON text."""
        return json_text(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Return the manifest that `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is no manifest, or one of a later layout.
        """
        document = json.loads(text)
        if not isinstance(document, dict) or "format" not in document:
            raise ValueError("no manifest of a run")
        if document["format"] != FORMAT:
            raise ValueError(f"layout {document['format']}; this version of nulight reads layout {FORMAT}")
        return cls(**document | {"chunks": Chunks(**document["chunks"])})

    @property
    def digest(self) -> str:
        """SHA-256 of all that defines the numbers."""
        return sha256(json.dumps(self._defining(), sort_keys=True).encode()).hexdigest()

    def differences(self, other: Manifest) -> tuple[str, ...]:
        """Return where this manifest differs from another in what defines the numbers, both values named."""
        return tuple(_differences(self._defining(), other._defining(), ""))

    def explain(self, other: Manifest) -> str:
        """Return the first differences from another manifest as text; empty if there are none."""
        found = self.differences(other)
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return "; ".join(found[:_SHOWN]) + more

    def _defining(self) -> dict[str, Any]:
        return {name: value for name, value in self.to_dict().items() if name != "recipe"}


def _differences(a: Any, b: Any, path: str) -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys([*a, *b]):
            yield from _differences(a.get(key), b.get(key), f"{path}.{key}" if path else key)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (one, two) in enumerate(zip(a, b, strict=True)):
            yield from _differences(one, two, f"{path}[{i}]")
    elif a != b:
        yield f"{path} is {_short(a)} there and {_short(b)} now"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
