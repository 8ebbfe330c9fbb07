"""Runs the targets: computes ours, judges it, and says why with a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nulight.io.text import plain
from nulight.validation.quantities import QUANTITIES
from nulight.validation.targets import Origin, Target, load_targets
from nulight.validation.verdicts import Measured, Number, Verdict, criterion, explain, named_numbers, ratio, verdict
from nulight.validation.workspace import Workspace, text_key

__all__ = ["ValidationResult", "check", "run", "select"]

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult:
    """Ours beside a target.

    Attributes
    ----------
    id, observable, unit, preset : str
    paper : str
        The work the target belongs to.
    ours, target, ratio : float or (float, float)
        `ratio` is ours over the target; over the middle of a range.
    tolerance : float or None
        Relative; None for a claim.
    criterion : str
        The rule of the verdict: ``"within 10 %"``, ``"at least"``...
    verdict : "met" or "not met"
    because : str
        The numbers behind the verdict.
    source : str
    origin : "published" or "own"
    """

    id: str
    paper: str
    observable: str
    unit: str
    preset: str
    ours: Number
    target: Number
    ratio: Number
    tolerance: float | None
    criterion: str
    verdict: Verdict
    because: str
    source: str
    origin: Origin

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values, ready for JSON."""
        return {name: plain(getattr(self, name)) for name in type(self).__slots__}


def run(
    ids: Sequence[str] | None = None, paper: str | None = None, progress: Progress | None = None
) -> list[ValidationResult]:
    """Compute every target, or some of them.

    Parameters
    ----------
    ids : sequence of str, optional
        ``"target"`` for all its cases, or ``"target.case"``.
    paper : str, optional
        Only the targets of this work.
    progress : callable, optional
        Called with the id of each target before it is computed.

    Returns
    -------
    list of ValidationResult
        In the order of the file. Verdicts are computed; a target that is not met is a result, not an error.

    Raises
    ------
    ValueError
        If an id or the paper is unknown.

    Examples
    --------
    >>> (result,) = run(["recoil-maximum.747keV"])
    >>> result.verdict, round(result.ours, 2)
    ('met', 556.62)
    """
    work = Workspace()
    results = []
    for target in select(ids, paper):
        if progress is not None:
            progress(target.id)
        results.append(check(target, work))
    return results


def select(ids: Sequence[str] | None = None, paper: str | None = None) -> tuple[Target, ...]:
    """Return the targets named; arguments as for `run`."""
    targets = load_targets()
    known = {target.id for target in targets} | {target.id.rpartition(".")[0] for target in targets}
    if unknown := sorted(set(ids or ()) - known):
        raise ValueError(f"no target {', '.join(unknown)}; the list is in `nulight validate`")
    papers = {target.paper for target in targets}
    if paper is not None and paper not in papers:
        raise ValueError(f"no targets of {paper!r}; there are some of: {', '.join(sorted(papers))}")
    return tuple(
        target
        for target in targets
        if (paper is None or target.paper == paper)
        and (ids is None or target.id in ids or target.id.rpartition(".")[0] in ids)
    )


def check(target: Target, work: Workspace | None = None) -> ValidationResult:
    """Compute one target."""
    measured = _measured(target, work or Workspace())
    return ValidationResult(
        id=target.id,
        paper=target.paper,
        observable=target.observable,
        unit=target.unit,
        preset=target.preset,
        ours=measured.value,
        target=target.value,
        ratio=ratio(measured.value, target),
        tolerance=target.tolerance,
        criterion=criterion(target),
        verdict=verdict(measured.value, target),
        because=explain(measured, target),
        source=target.source,
        origin=target.origin,
    )


def _measured(target: Target, work: Workspace) -> Measured:
    """Return ours, with what the target wants to be told beside it among its details."""

    def measure(arguments: Mapping[str, Any]) -> Measured:
        function = QUANTITIES[target.quantity]
        return work.kept((target.quantity, text_key(arguments)), lambda: function(work, **arguments))

    ours = measure(target.arguments)
    beside = {name: measure({**target.arguments, **other}).value for name, other in target.beside.items()}
    return Measured(ours.value, {**ours.details, **named_numbers(beside)})
