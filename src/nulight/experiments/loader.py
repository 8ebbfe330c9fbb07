"""Reading a card: YAML, extensions, variants, tables, and every fault at once.

A card is found by the name of a shipped one or by the path of a user's file, which is treated
exactly alike. ``name:variant`` picks a variant, ``name:one+two`` lays several over each other in
that order. Tables named in a user's card are looked for beside the card first, then among the
shipped ones.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from nulight.data.reader import Table, TableError, read_package_table, read_table
from nulight.experiments.faults import CardError, Fault
from nulight.experiments.frame import EnergyFamily, Frame, card_frame
from nulight.experiments.merging import changes_exposure, merged, overlaid
from nulight.experiments.schema import Card, CountsBackground, LineBackground, ObservedCounts, ProductBackground
from nulight.experiments.shapes import without_shapes
from nulight.experiments.stated import (
    StatedBackground,
    exposure_ratio,
    observed_counts,
    observed_errors,
    shape_axes,
    signal_template,
    stated_background,
)
from nulight.experiments.validate import validate_document
from nulight.typing import FloatArray

__all__ = ["LoadedCard", "card_names", "load_card", "merged"]

_HOME = Path(__file__).resolve().parent
_CARDS, _TABLES = _HOME / "cards", _HOME / "tables"
_OWN = ("name", "title", "notes", "published", "supersedes", "variants")
"""Fields of a card that a card which extends it does not take over."""


@dataclass(frozen=True, kw_only=True, eq=False)
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

    @cached_property
    def frame(self) -> Frame:
        """Bins of the energy and of the further axes."""
        return card_frame(self.card, self.tables)

    @property
    def family(self) -> EnergyFamily:
        """What reconstructed energies are in: "keVee", "keVnr" or "PE"."""
        return self.frame.family

    @property
    def axes(self) -> tuple[tuple[str, FloatArray], ...]:
        """Names and edges (n + 1,) of the axes beside the energy; times in s."""
        return tuple((axis.name, axis.edges) for axis in self.frame.axes)

    @property
    def time_axis(self) -> str | None:
        """Name of the axis that is a time, if there is one."""
        return None if self.frame.time is None else self.frame.time.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of the energy and of each axis; counts are flattened from it in C order."""
        return self.frame.shape

    @property
    def n_bins(self) -> int:
        """Number of bins in all."""
        return self.frame.n_bins

    def edges(self) -> FloatArray:
        """Return the edges of the energy bins, shape (n_energy + 1,), keV or PE as `family` says."""
        return self.frame.energy.edges

    def observed(self) -> FloatArray | None:
        """Return the observed counts, shape (n_bins,), or None where an Asimov set stands for them."""
        entry = self.card.observed
        if not isinstance(entry, ObservedCounts):
            return None
        return observed_counts(entry, self.tables, self.frame, signed=entry.sigma is not None)

    def observed_sigma(self) -> FloatArray | None:
        """Return the errors stated with the observed counts, shape (n_bins,), or None if there are none."""
        entry = self.card.observed
        return observed_errors(entry, self.tables, self.frame) if isinstance(entry, ObservedCounts) else None

    def background_counts(self) -> dict[str, FloatArray]:
        """Return the counts of the backgrounds that the card holds, each of shape (n_bins,).

        Those are tables of counts or rates, flat ones and products; exponentials and lines depend on
        nuisances, relative ones on the signal. What a background `contains` is still in it: take the
        Standard Model signal of those sources off once.
        """
        return {
            entry.name: stated_background(entry, self.tables, self.frame, self.card.exposure)
            for entry in self.card.backgrounds
            if isinstance(entry, StatedBackground)
        }

    def signal_shape(self) -> FloatArray | None:
        """Return P(bins of the covered axes | energy bin), shape (n_energy, n of each covered axis), or None.

        Adds up to one in each energy bin; `shaped_axes` names what it covers.
        """
        entry = self.card.signal_shape
        return None if entry is None else signal_template(entry, self.tables, self.frame)

    @property
    def shaped_axes(self) -> tuple[str, ...]:
        """Axes that `signal_shape` covers, in the order of the card."""
        return () if self.card.signal_shape is None else shape_axes(self.card.signal_shape, self.card.axes)

    def uniform_in_time(self, counts: FloatArray) -> FloatArray:
        """Spread counts per energy bin, shape (n_energy,), evenly over the time axis: shape (n_bins,)."""
        return self.frame.uniform_in_time(counts)

    def exposure_ratio(self, entry: CountsBackground | ProductBackground | LineBackground) -> float:
        """Return the factor on the counts of a background for the exposure of the card."""
        return exposure_ratio(entry, self.card.exposure)

    def changed(self, changes: Mapping[str, Any]) -> LoadedCard:
        """Return the card with changes laid over it, like those of a variant.

        The result keeps its nuisances except for those that change the card themselves.

        Parameters
        ----------
        changes : mapping
            Entries as in a card: ``{"response": {"quenching": {"factor": 1.1}}}``.

        Raises
        ------
        CardError
            If the changed card does not validate.
        """
        document = without_shapes(overlaid(self.document, changes))
        if any(changes == known for known in self._checked_changes()):
            return replace(self, card=Card.model_validate(document), document=document)
        tables = _Tables(self.path.parent, self.tables)
        card, faults = validate_document(document, tables)
        if card is None:
            raise CardError(self.label, faults)
        return replace(self, card=card, document=document, tables=tables.found)

    def _checked_changes(self) -> list[Mapping[str, Any] | None]:
        """Changes of the nuisances, which have been validated with the card."""
        shapes = [nuisance.changes for nuisance in self.card.nuisances if nuisance.changes is not None]
        return [side for shape in shapes for side in (shape.up, shape.down)]


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
    document = _laid_over(_document(path, chosen, faults, ()), changes or {}, faults)
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
        tables=tables.found,
    )


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

    def __init__(self, folder: Path, found: Mapping[str, Table] | None = None) -> None:
        self._folder = folder
        self.found: dict[str, Table] = dict(found or {})

    def __call__(self, file: str) -> Table:
        if file in self.found:
            return self.found[file]
        if self._folder != _CARDS and (self._folder / file).is_file():
            self.found[file] = read_table(self._folder / file)
        elif (_TABLES / file).is_file():
            self.found[file] = read_package_table(f"experiments/tables/{file}")
        else:
            raise TableError("is no such table; a CSV file beside the card, or the name of a shipped table")
        return self.found[file]


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
        problem = " ".join(str(error).split())
        raise CardError(str(path), [Fault("card", "", f"is not YAML: {problem}", "a YAML file")]) from None
    faults += [Fault(f"line {n}", repr(key), "is given twice", "each field once") for key, n in loader.twice]
    if not isinstance(content, dict):
        raise CardError(str(path), [Fault("card", "", "is not a mapping of fields", "name: ..., sources: ..., ...")])
    return content
