"""Reading a card: YAML, extensions, variants, tables, and every fault at once.

A card is found by the name of a shipped one or by the path of a user's file, which is treated
exactly alike. ``name:variant`` picks a variant, ``name:one+two`` lays several over each other in
that order. Tables named in a user's card are looked for beside the card first, then among the
shipped ones.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from nulight.experiments.faults import CardError, Fault
from nulight.experiments.loaded import LoadedCard
from nulight.experiments.lookup import CARDS, CardTables, card_names
from nulight.experiments.merging import changes_exposure, merged, overlaid
from nulight.experiments.validate import validate_document

__all__ = ["LoadedCard", "card_names", "load_card", "merged"]

_OWN = ("name", "title", "notes", "published", "supersedes", "variants")
"""Fields of a card that a card which extends it does not take over."""


def load_card(name: str | Path, variant: str | None = None, changes: Mapping[str, Any] | None = None) -> LoadedCard:
    """Read and validate a card.

    Parameters
    ----------
    name : str or Path
        Name of a shipped card, or path of a YAML file; ``:variant`` may follow.
    variant : str, optional
        Variant or variants (``"60t+gauss"``) laid over the card, after those in `name`.
    changes : mapping, optional
        Entries laid over the card last, like those of a variant: ``{"exposure": "20 t yr"}``. Backgrounds
        stated as counts grow with the exposure; observed counts do not, so a card with data needs
        ``"observed": {"kind": "asimov"}`` beside it.

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
    document = _laid_over(_document(path, chosen, faults, ()), changes or {}, faults)
    tables = CardTables(path.parent)
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
        tables=tables.found,
    )


def _split(text: str) -> tuple[str, str, str]:
    head, colon, tail = text.rpartition(":")
    if not colon or "/" in tail or "\\" in tail:
        return text, "", ""
    return head, colon, tail


def _find(head: str) -> Path:
    if head in card_names():
        return CARDS / f"{head}.yaml"
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
    faults += _planned_as_data(document)
    own = document.pop("variants", None) or {}
    if not isinstance(own, dict) or not all(isinstance(entry, dict) for entry in own.values()):
        faults.append(
            Fault("variants", "", "is no mapping of names to changes", "variants: {name: {description: ...}}")
        )
        own = {}
    if "extends" in document:
        document = _laid_over(_extended(path, str(document.pop("extends")), faults, (*seen, path)), document, faults)
    document["variants"] = {name: entry.get("description", "") for name, entry in own.items()}
    for name, entry in own.items():
        if not entry.get("description"):
            faults.append(Fault(f"variants.{name}.description", "", "is missing", "one line that says what differs"))
    for name in variants:
        if name not in own:
            known = ", ".join(own) or "none"
            faults.append(Fault("variants", repr(name), "is no variant of this card", f"it has: {known}"))
            continue
        changes = {key: value for key, value in own[name].items() if key != "description"}
        document = _laid_over(document, changes, faults)
    return document


def _laid_over(base: dict[str, Any], over: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Lay changes over a card, and note observed counts that stay behind where the exposure changes."""
    result = overlaid(base, over)
    counts = isinstance(base.get("observed"), Mapping) and base["observed"].get("kind") == "counts"
    if counts and "observed" not in over and changes_exposure(base, result):
        problem = f"holds the counts of {base['exposure']}, the exposure is now {result.get('exposure')}"
        expected = "observed: {kind: asimov}, or the counts of that exposure ({kind: counts} keeps these)"
        faults.append(Fault("observed", "", problem, expected))
    return result


def _planned_as_data(document: Mapping[str, Any]) -> list[Fault]:
    """A file that says both; variants and changes may lay an expectation over a card with data."""
    observed = document.get("observed")
    if document.get("status") != "data" or not isinstance(observed, Mapping) or observed.get("kind") != "asimov":
        return []
    expected = "observed: {kind: counts, ...}, or status: planned"
    return [Fault("observed.kind", "'asimov'", "is an expectation, beside status: data", expected)]


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


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # several times faster where it is built in


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Safe YAML that notes keys given twice instead of taking the last one."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.twice: list[tuple[str, int]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        for i, (key, _) in enumerate(node.value):
            if keys[i] in keys[:i]:
                self.twice.append((keys[i], key.start_mark.line + 1))
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _read(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        content = loader.get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CardError(str(path), [_not_yaml(error)]) from None
    faults += [Fault(f"line {n}", repr(key), "is given twice", "each field once") for key, n in loader.twice]
    if not isinstance(content, dict):
        raise CardError(str(path), [Fault("card", "", "is not a mapping of fields", "name: ..., sources: ..., ...")])
    return content


def _not_yaml(error: yaml.YAMLError | UnicodeDecodeError) -> Fault:
    """Where reading stopped, and why, without the name PyYAML gives to a text."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Fault("card", "", f"is not YAML: {' '.join(str(error).split())}", "")
    reasons = [getattr(error, name, None) for name in ("context", "problem")]
    problem = ", ".join(str(reason) for reason in reasons if reason)
    return Fault(f"line {mark.line + 1}, column {mark.column + 1}", "", f"is not YAML: {problem}", "")
