"""The targets: every published number we aim at, read from `papers/*.yaml` and checked.

A target names an observable, what is expected of it, how tight, where that stands, and the
function that computes ours. No verdict changes it. One target has several cases: the
recipe of the paper, the physical one, and variations of either.

A file holds the targets of one work, its name is `Target.paper`. An entry has an ``id``, the fields
of `Target` and ``cases``: name -> what is different in this case. ``arguments`` of a case are laid over
those of the entry, anything else replaces it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

__all__ = ["Kind", "Origin", "Rule", "Target", "TargetError", "load_targets", "parse_targets"]

Kind = Literal["relative", "interval", "claim"]
Rule = Literal["at_least", "at_most", "within"]
Origin = Literal["published", "own"]

_PAPERS = Path(__file__).with_name("papers")
_CASE = ("preset", "arguments", "because", "beside", "value", "observable")
_SHARED = (*_CASE, "paper", "unit", "source", "origin", "kind", "rule", "tolerance", "quantity")


class TargetError(ValueError):
    """A target that is not well formed; the message lists every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One case of one target.

    Attributes
    ----------
    id : str
        ``target.case``.
    paper : str
        The work it belongs to, such as ``"herrera-huber-2024"``.
    observable, unit : str
    preset : str
        Conventions and setup: a preset of the paper, ``"default"``, or ``"physical"`` where the
        experiment differs too (source decay, exact geometry, Gaussian constraints).
    quantity : str
        Name of the function that computes ours.
    arguments : mapping
    kind : "relative", "interval" or "claim"
        One number, two ends, or a statement.
    value : float or (float, float)
    tolerance : float or None
        Relative, of each number; None for a claim.
    rule : "at_least", "at_most", "within" or None
        How a claim is judged.
    source : str
        Where the value stands.
    origin : "published" or "own"
        Own values were computed beforehand and independently of this code.
    because : str
        Template of the explanation, filled with computed numbers; empty if there is none.
    beside : mapping of str to mapping
        Further numbers for the explanation: name -> arguments that are other than those of the case.
    """

    id: str
    paper: str
    observable: str
    unit: str
    preset: str
    quantity: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind
    value: float | tuple[float, float]
    tolerance: float | None = None
    rule: Rule | None = None
    source: str
    origin: Origin
    because: str = ""
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def load_targets() -> tuple[Target, ...]:
    """Return the shipped targets, works in alphabetical order, each in the order of its file.

    Raises
    ------
    TargetError
        If a file is not well formed.

    Examples
    --------
    >>> [t.value for t in load_targets() if t.id == "recoil-maximum.747keV"]
    [556.62]
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_PAPERS.glob("*.yaml"))}
    entries = [{"paper": paper, **entry} for paper, text in files.items() for entry in yaml.load(text, Loader=loader)]
    return parse_targets(entries)


def parse_targets(entries: Sequence[Mapping[str, Any]]) -> tuple[Target, ...]:
    """Turn the entries of a targets file into targets, one a case.

    Raises
    ------
    TargetError
        With every fault found: missing or unknown fields, a value that does not fit its kind, a
        published target without an explanation, an id that stands twice.
    """
    faults: list[str] = []
    targets = [
        target for entry in entries for case in entry.get("cases", {"": {}}) if (target := _target(entry, case, faults))
    ]
    ids = [target.id for target in targets]
    faults += [f"{name}: stands twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
    if faults:
        raise TargetError("targets: " + "; ".join(faults))
    return tuple(targets)


def _target(entry: Mapping[str, Any], case: str, faults: list[str]) -> Target | None:
    own = entry.get("cases", {}).get(case, {})
    name = f"{entry.get('id', '?')}.{case}"
    before = len(faults)
    faults += [f"{name}: unknown field {key!r}" for key in entry if key not in (*_SHARED, "id", "cases")]
    faults += [f"{name}: unknown field {key!r} of a case" for key in own if key not in _CASE]
    faults += [f"{name}: a case is named without a dot, which parts it from its target"] * ("." in case)
    merged = {key: entry[key] for key in _SHARED if key in entry} | dict(own)
    merged["arguments"] = {**entry.get("arguments", {}), **own.get("arguments", {})}
    needed = ("paper", "observable", "unit", "source", "origin", "kind", "value", "quantity", "preset")
    faults += [f"{name}: {key} is missing" for key in needed if key not in merged]
    if len(faults) > before:
        return None
    value = tuple(map(float, merged["value"])) if isinstance(merged["value"], list) else float(merged["value"])
    target = Target(id=name, **{**merged, "value": value})
    faults += [f"{name}: {problem}" for problem in _problems(target)]
    return target


def _problems(target: Target) -> list[str]:
    problems = []
    for key, allowed in (("kind", Kind), ("origin", Origin)):
        if getattr(target, key) not in get_args(allowed):
            problems.append(f"{key} {getattr(target, key)!r}; use one of: {', '.join(get_args(allowed))}")
    two = target.kind == "interval" or target.rule == "within"
    if two != isinstance(target.value, tuple) or (isinstance(target.value, tuple) and len(target.value) != 2):
        problems.append(f"value {target.value!r} does not fit {target.rule or target.kind}")
    if target.kind == "claim" and (target.rule not in get_args(Rule) or target.tolerance is not None):
        problems.append(f"a claim needs a rule ({', '.join(get_args(Rule))}) and no tolerance")
    if target.kind != "claim" and (target.rule or not (target.tolerance and target.tolerance > 0)):
        problems.append(f"a {target.kind} target needs a positive tolerance and no rule")
    if target.origin == "published" and not target.because:
        problems.append("a published target needs a because that cites a number")
    if target.because and "{" not in target.because:
        problems.append("because cites no computed number")
    idle = [name for name in target.beside if not _cited(name, target)]
    return [*problems, *(f"beside has {name}, which because does not cite" for name in idle)]


def _cited(name: str, target: Target) -> bool:
    fields = {field for _, field, _, _ in Formatter().parse(target.because) if field}
    return bool(fields & {name, f"{name}_low", f"{name}_high"})
