"""Reading a card: YAML, extensions, variants, tables, and every fault at once.

A card is found by the name of a shipped one or by the path of a user's file, which is treated
exactly alike. ``name:variant`` picks a variant, ``name:one+two`` lays several over each other in
that order. Tables named in a user's card are looked for beside the card first, then among the
shipped ones.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nulight.data.reader import Table, TableError, read_package_table, read_table
from nulight.experiments.contents import bin_edges, integrated_rate, summed_rows
from nulight.experiments.faults import CardError, Fault
from nulight.experiments.schema import Card, CountsBackground, ObservedCounts, RateBackground, TableBins
from nulight.experiments.validate import validate_document
from nulight.typing import FloatArray

__all__ = ["LoadedCard", "card_names", "load_card", "merged"]

_HOME = Path(__file__).resolve().parent
_CARDS, _TABLES = _HOME / "cards", _HOME / "tables"
_OWN = ("name", "title", "notes", "published", "supersedes", "variants")
"""Fields of a card that a card which extends it does not take over."""

_PRIORS = ("gaussian", "box", "free")
"""Kinds of nuisances: they share their fields, so a change of kind keeps the rest."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedCard:
    """A card that validates, with the text and the tables it was made from.

    Attributes
    ----------
    card : Card
        The schema's record, numbers in internal units.
    label : str
        Name with variants: ``xenonnt-51cr:60t+gauss``.
    path : Path
        The card's file.
    document : dict
        The card as written, extension and variants merged: texts with their units.
    tables : dict of str to Table
        Every table the card names, by the name it uses, with source, quality and hash.
    """

    card: Card
    label: str
    path: Path
    document: dict[str, Any]
    tables: dict[str, Table]

    def edges(self) -> FloatArray:
        """Return the edges of the bins, shape (n_bins + 1,), keV (electron-equivalent)."""
        bins = self.card.bins
        return bin_edges(bins, self.tables[bins.file] if isinstance(bins, TableBins) else None)

    def observed(self) -> FloatArray | None:
        """Return the observed counts, shape (n_bins,), or None where an Asimov set stands for them."""
        entry = self.card.observed
        return self._rows(entry) if isinstance(entry, ObservedCounts) else None

    def background_counts(self) -> dict[str, FloatArray]:
        """Return the counts of every background as the card states it, each of shape (n_bins,).

        What a background `contains` is still in it: take the Standard Model signal of those
        sources off once.
        """
        return {entry.name: self._counts(entry) for entry in self.card.backgrounds}

    def _counts(self, entry: Any) -> FloatArray:
        if isinstance(entry, CountsBackground):
            return entry.factor * self._rows(entry)
        if isinstance(entry, RateBackground):
            return self.card.exposure * integrated_rate(entry, self.tables[entry.file], self.edges())
        rate: FloatArray = self.card.exposure * entry.rate * (self.edges()[1:] - self.edges()[:-1])
        return rate

    def _rows(self, entry: ObservedCounts | CountsBackground) -> FloatArray:
        return summed_rows(self.tables[entry.file], entry.lower, entry.upper, entry.column, self.edges())


def card_names() -> tuple[str, ...]:
    """Return the names of the shipped cards."""
    return tuple(sorted(path.stem for path in _CARDS.glob("*.yaml")))


def load_card(name: str | Path, variant: str | None = None, changes: Mapping[str, Any] | None = None) -> LoadedCard:
    """Read and validate a card.

    Parameters
    ----------
    name : str or Path
        Name of a shipped card, or path of a YAML file; ``:variant`` may follow.
    variant : str, optional
        Variant or variants (``"60t+gauss"``) laid over the card, after those in `name`.
    changes : mapping, optional
        Entries laid over the card last, like those of a variant: ``{"exposure": "20 t yr"}``.

    Returns
    -------
    LoadedCard

    Raises
    ------
    CardError
        If there is no such card or variant, or the card does not validate; it lists every fault.

    Examples
    --------
    >>> float(load_card("xenonnt-2022-er").observed().sum())
    433.0
    """
    head, _, tail = _split(str(name))
    chosen = [part for part in (*tail.split("+"), *(variant or "").split("+")) if part]
    path = _find(head)
    faults: list[Fault] = []
    document = merged(_document(path, chosen, faults, ()), changes or {})
    tables = _Tables(path.parent)
    card, more = validate_document(document, tables) if document else (None, [])
    faults += more + _unknown_superseded(document, path)
    label = f"{head}:{'+'.join(chosen)}" if chosen else head
    if card is None or faults:
        raise CardError(label, faults)
    return LoadedCard(
        card=card,
        label=f"{card.name}:{'+'.join(chosen)}" if chosen else card.name,
        path=path,
        document=document,
        tables=dict(tables.found),
    )


def merged(base: Any, over: Any) -> Any:
    """Lay an overriding document over another and return the result.

    Mappings are merged field by field, anything else is replaced, and null removes a field. A
    mapping that changes its `kind` keeps nothing but its name. A mapping laid over a list of named
    items changes the items by their name, adds new ones, and removes those set to null.

    Examples
    --------
    >>> merged({"a": [{"name": "x", "n": 1}]}, {"a": {"x": {"n": 2}, "y": {"n": 3}}})
    {'a': [{'name': 'x', 'n': 2}, {'name': 'y', 'n': 3}]}
    """
    if not isinstance(over, Mapping):
        return over
    if isinstance(base, (list, tuple)):
        items: dict[str | int, Any] = {}
        for i, item in enumerate(base):
            name = _item_name(item, i)
            items[i if name in items else name] = item
        for key, value in over.items():
            items[key] = merged(items.get(key, {"name": key}), value)
        return [item for item in items.values() if item is not None]
    result = dict(base) if isinstance(base, Mapping) else {}
    kinds = [result.get("kind"), over.get("kind", result.get("kind"))]
    if kinds[0] != kinds[1] and not all(kind in _PRIORS for kind in kinds):
        result = {"name": result["name"]} if "name" in result else {}  # another kind has other fields
    for key, value in over.items():
        result[key] = merged(result.get(key), value)
    return {key: value for key, value in result.items() if value is not None}


def _item_name(item: Any, index: int) -> str | int:
    name = item.get("name", item.get("kind")) if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else index


def _split(text: str) -> tuple[str, str, str]:
    head, colon, tail = text.rpartition(":")
    if not colon or "/" in tail or "\\" in tail:
        return text, "", ""
    return head, colon, tail


def _find(head: str) -> Path:
    if head in card_names():
        return _CARDS / f"{head}.yaml"
    path = Path(head)
    if path.is_file():
        return path.resolve()
    if path.suffix in (".yaml", ".yml"):
        raise CardError(head, [Fault("card", repr(head), "is no file", "the path of a YAML card")])
    close = difflib.get_close_matches(head, card_names(), n=1)
    hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(card_names())}, or the path of a YAML card"
    raise CardError(head, [Fault("card", repr(head), "is no shipped experiment", hint)])


def _document(path: Path, variants: list[str], faults: list[Fault], seen: tuple[Path, ...]) -> dict[str, Any]:
    document = _read(path, faults)
    own = document.pop("variants", None) or {}
    if not isinstance(own, dict) or not all(isinstance(entry, dict) for entry in own.values()):
        faults.append(
            Fault("variants", "", "is no mapping of names to changes", "variants: {name: {description: ...}}")
        )
        own = {}
    if "extends" in document:
        document = merged(_extended(path, str(document.pop("extends")), faults, (*seen, path)), document)
    document["variants"] = {name: entry.get("description", "") for name, entry in own.items()}
    for name, entry in own.items():
        if not entry.get("description"):
            faults.append(Fault(f"variants.{name}.description", "", "is missing", "one line that says what differs"))
    for name in variants:
        if name not in own:
            known = ", ".join(own) or "none"
            faults.append(Fault("variants", repr(name), "is no variant of this card", f"it has: {known}"))
            continue
        document = merged(document, {key: value for key, value in own[name].items() if key != "description"})
    return document


def _extended(path: Path, name: str, faults: list[Fault], seen: tuple[Path, ...]) -> dict[str, Any]:
    head, _, tail = _split(name)
    beside = path.parent / head
    try:
        base = beside.resolve() if beside.is_file() else _find(head)
    except CardError as error:
        faults.append(Fault("extends", repr(name), error.faults[0].problem, error.faults[0].expected))
        return {}
    if base in seen:
        faults.append(Fault("extends", repr(name), "leads back to this card", "a chain of cards with an end"))
        return {}
    document = _document(base, [part for part in tail.split("+") if part], faults, seen)
    return {key: value for key, value in document.items() if key not in _OWN}


def _unknown_superseded(document: Mapping[str, Any], path: Path) -> list[Fault]:
    names = document.get("supersedes", ())
    known = {*card_names(), *(other.stem for other in path.parent.glob("*.yaml"))}
    return [
        Fault(f"supersedes[{i}]", repr(name), "is no known experiment", f"one of: {', '.join(sorted(known))}")
        for i, name in enumerate(names if isinstance(names, list) else ())
        if not isinstance(name, str) or name not in known
    ]


class _Tables:
    """Tables by the name a card uses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.found: dict[str, Table] = {}

    def __call__(self, file: str) -> Table:
        if self._folder != _CARDS and (self._folder / file).is_file():
            self.found[file] = read_table(self._folder / file)
        elif (_TABLES / file).is_file():
            self.found[file] = read_package_table(f"experiments/tables/{file}")
        else:
            raise TableError("is no such table; a CSV file beside the card, or the name of a shipped table")
        return self.found[file]


class _Loader(yaml.SafeLoader):
    """Safe YAML that notes keys given twice instead of taking the last one."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.twice: list[tuple[str, int]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        for i, (key, _) in enumerate(node.value):
            if keys[i] in keys[:i]:
                self.twice.append((keys[i], key.start_mark.line + 1))
        return super().construct_mapping(node, deep)


def _read(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        content = loader.get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise CardError(str(path), [Fault("card", "", f"is not YAML: {problem}", "a YAML file")]) from None
    faults += [Fault(f"line {n}", repr(key), "is given twice", "each field once") for key, n in loader.twice]
    if not isinstance(content, dict):
        raise CardError(str(path), [Fault("card", "", "is not a mapping of fields", "name: ..., sources: ..., ...")])
    return content
