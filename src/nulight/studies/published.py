"""Published limits beside ours: those the card names for these data, then the literature's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nulight.experiments import Experiment
from nulight.experiments.schema import Reference
from nulight.literature.limits import couplings_with_limits, published_limits

__all__ = ["Published", "published_beside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published limit on the same parameter.

    Attributes
    ----------
    experiment : str
    same_data : bool
        The authors' own result on the data used here.
    lower, upper : float or None
        In the parameter's unit and convention; None where not given.
    cl : float or None
    interval : str
        "two-sided", "upper", ..., "not stated" where the source does not say.
    reference, note : str
    """

    experiment: str
    same_data: bool
    lower: float | None
    upper: float | None
    cl: float | None
    interval: str
    reference: str
    note: str


def published_beside(experiments: Sequence[Experiment], parameter: str) -> tuple[Published, ...]:
    """List published limits on a parameter.

    Parameters
    ----------
    experiments : sequence of Experiment
        Their cards' published limits come first, with ``same_data`` true.
    parameter : str

    Returns
    -------
    tuple of Published
        The literature, newest first, follows; empty if there is none.
    """
    own = [
        Published(
            experiment=experiment.card.name,
            same_data=True,
            lower=limit.lower,
            upper=limit.upper,
            cl=limit.cl,
            interval=limit.interval,
            reference=_cited(limit.reference),
            note=limit.note,
        )
        for experiment in experiments
        for limit in experiment.card.published
        if limit.parameter == parameter
    ]
    if parameter not in couplings_with_limits():
        return tuple(own)
    conventions = experiments[0].conventions
    rows = [
        Published(
            experiment=limit.experiment,
            same_data=False,
            lower=limit.lower,
            upper=limit.upper,
            cl=limit.cl,
            interval="not stated",
            reference=limit.reference,
            note=limit.note,
        )
        for limit in published_limits(parameter, conventions=conventions)
        if limit.reference not in {row.reference for row in own}
    ]
    return (*own, *rows)


def _cited(reference: Reference) -> str:
    return reference.texkey or (f"arXiv:{reference.arxiv}" if reference.arxiv else f"doi:{reference.doi}")
