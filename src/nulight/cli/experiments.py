"""`nulight experiments`: what is shipped, or everything about one experiment."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.options import Json
from nulight.cli.output import interval_text, print_table, progress

if TYPE_CHECKING:
    from nulight.experiments.library import ExperimentSummary
    from nulight.inference.levels import IntervalKind

__all__ = ["command"]


def command(
    name: Annotated[str | None, typer.Argument(help="Shipped experiment, or the path of a card.")] = None,
    as_json: Json = False,
) -> None:
    """List the shipped experiments, or describe one: exposure, source, quality, limits, variants."""
    from nulight.experiments.library import list_experiments, summarise
    from nulight.experiments.loader import load_card
    from nulight.io.text import json_text

    summaries = list_experiments() if name is None else (summarise(load_card(name)),)
    records = [summary.to_dict() | {"own": _own_limits(summary)} for summary in summaries]
    if as_json:
        sys.stdout.write(json_text(records if name is None else records[0]))
    elif name is None:
        _show_all(records)
    else:
        _show_one(records[0])


def _own_limits(summary: ExperimentSummary) -> list[dict[str, Any]]:
    """Our limit on each parameter the experiment publishes one on, by the same definition where stated."""
    from nulight.experiments import load
    from nulight.inference.intervals import interval_of

    rows = []
    for published in summary.published:
        stated: IntervalKind = "upper" if published["interval"] == "upper" else "two-sided"
        with progress(f"{summary.name}: {published['parameter']}"):
            level = published["cl"] or 0.90
            found = interval_of(load(summary.name), published["parameter"], cl=level, interval=stated)
        row = {"parameter": published["parameter"], "lower": found.lower, "upper": found.upper}
        rows.append(row | {"regions": found.regions, "cl": level, "interval": stated})
    return rows


def _show_all(records: list[dict[str, Any]]) -> None:
    columns = ["experiment", "status", "target", "sources", "exposure", "quality", "published", "ours"]
    rows = [
        [
            record["name"],
            record["status"],
            record["target"],
            ", ".join(record["sources"]),
            record["exposure"],
            record["quality"],
            _limits(record["published"]),
            _limits(record["own"]),
        ]
        for record in sorted(records, key=lambda record: record["status"])  # data before planned ones
    ]
    print_table(columns, rows, notes=["`nulight experiments NAME` shows variants, tables and references"])


def _show_one(record: dict[str, Any]) -> None:
    rows = [
        ("title", record["title"]),
        ("status", record["status"]),
        ("target", f"{record['target']}, {record['channel']}"),
        ("exposure", record["exposure"]),
        ("sources", ", ".join(record["sources"])),
        ("quality", record["quality"]),
        ("references", ", ".join(record["references"])),
        ("published", _limits(record["published"])),
        ("ours", _limits(record["own"])),
        *((f"table {name}", quality) for name, quality in record["tables"].items()),
        *((f":{name}", text) for name, text in record["variants"].items()),
        *(("note", note) for note in record["notes"]),
    ]
    print_table(["", record["name"]], rows)


def _limits(limits: list[dict[str, Any]]) -> str:
    return "; ".join(f"{row['parameter']} {_regions(row)}" for row in limits) or "-"


def _regions(row: dict[str, Any]) -> str:
    return " or ".join(interval_text(*region) for region in row.get("regions", [(row["lower"], row["upper"])]))
