"""The list of shipped experiments: what `nulight experiments` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nulight.experiments.loader import LoadedCard, card_names, load_card
from nulight.experiments.schema import PublishedLimit

__all__ = ["ExperimentSummary", "list_experiments", "summarise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentSummary:
    """One experiment in a line or a page.

    Attributes
    ----------
    name, title, status : str
    target, channel : str
        Material, and what recoils.
    exposure : str
        As the card states it, with its unit.
    sources : tuple of str
        Names of the sources.
    quality : str
        exact, digitised, reconstructed or proxy: the weakest that matters.
    tables : dict of str to str
        Quality line of each table's header.
    published : tuple of dict
        Published limits: parameter, lower, upper, cl, interval, reference, note.
    variants : dict of str to str
        Variants with their descriptions.
    references : tuple of str
    notes : tuple of str
    """

    name: str
    title: str
    status: str
    target: str
    channel: str
    exposure: str
    sources: tuple[str, ...]
    quality: str
    tables: dict[str, str]
    published: tuple[dict[str, Any], ...]
    variants: dict[str, str]
    references: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values, ready for JSON."""
        return asdict(self)


def list_experiments() -> tuple[ExperimentSummary, ...]:
    """Return a summary of every shipped card, by name.

    Raises
    ------
    CardError
        If a shipped card does not validate.

    Examples
    --------
    >>> [e.exposure for e in list_experiments() if e.name == "xenonnt-2022-er"]
    ['1.16 t yr']
    """
    return tuple(summarise(load_card(name)) for name in card_names())


def summarise(loaded: LoadedCard) -> ExperimentSummary:
    """Return the summary of one card."""
    card = loaded.card
    return ExperimentSummary(
        name=loaded.label,
        title=card.title,
        status=card.status,
        target=card.target.material,
        channel=card.channel,
        exposure=str(loaded.document["exposure"]),
        sources=tuple(source.name for source in card.sources),
        quality=card.quality,
        tables={file: table.quality for file, table in loaded.tables.items()},
        published=tuple(_published(limit) for limit in card.published),
        variants=dict(card.variants),
        references=tuple(str(r.texkey or (f"arXiv:{r.arxiv}" if r.arxiv else f"doi:{r.doi}")) for r in card.references),
        notes=card.notes,
    )


def _published(limit: PublishedLimit) -> dict[str, Any]:
    return limit.model_dump()
