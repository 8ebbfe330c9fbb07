"""`nulight limit` with pseudo-experiments: the interval from toys beside the asymptotic one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from nulight.cli.models import conventions_text
from nulight.cli.output import interval_text, number, print_lines, print_table
from nulight.cli.progress import ChunkBar
from nulight.cli.toys import told_how_to_go_on

if TYPE_CHECKING:
    from nulight.inference.coordinates import Profile
    from nulight.inference.model import Model
    from nulight.results.toy_limits import ToyInterval, ToyLimit

__all__ = ["Impacts", "IntervalName", "OptionalToys", "ToyOptions", "show_toy_notes", "show_toys"]

IntervalName: TypeAlias = Literal["two-sided", "upper", "feldman-cousins", "cls"]

OptionalToys = Annotated[
    int | None,
    typer.Option(
        "--toys",
        min=20,
        max=10_000_000,
        help="Pseudo-experiments per tested value; for feldman-cousins and cls 1000 unless told.",
    ),
]
Impacts = Annotated[
    bool, typer.Option("--impacts", help="With toys: also what each nuisance does to the limit, which takes longer.")
]

_TOYS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyOptions:
    """What was asked of pseudo-experiments on the command line."""

    interval: IntervalName
    toys: int | None
    seed: int
    impacts: bool
    where: str | None
    run: Path | None

    @property
    def wanted(self) -> bool:
        """Whether the interval comes from toys at all."""
        return self.toys is not None or self.interval in ("feldman-cousins", "cls")

    def check(self, *, curve: bool, compare: bool) -> None:
        """Refuse what does not go together.

        Raises
        ------
        ValueError
            Naming the option.
        """
        if self.wanted and curve:
            raise ValueError("toys are thrown for one mass only: give --m4 a single one, or --interval two-sided|upper")
        if self.run and compare:
            raise ValueError("--run keeps the toys of one limit: not together with --compare-conventions")
        if self.wanted and self.interval == "two-sided":
            raise ValueError("--toys: a two-sided interval from toys is that of --interval feldman-cousins")
        asked = {"--impacts": self.impacts, "--dask": self.where, "--run": self.run}
        if not self.wanted and any(asked.values()):
            option = next(name for name, value in asked.items() if value)
            raise ValueError(f"{option}: for toys; give --interval feldman-cousins, --interval cls or --toys")

    def compute(
        self, model: Model, parameter: str, *, cl: float, profile: Profile, fixed: Mapping[str, float]
    ) -> ToyLimit:
        """Throw the toys, with a bar if someone watches."""
        from nulight.inference.toys.intervals import toy_limit
        from nulight.runs.open import open_executor

        interval: Any = self.interval
        with told_how_to_go_on(self.run, "nulight limit"), open_executor(self.where or "serial") as executor:
            return toy_limit(
                model,
                parameter,
                interval=interval,
                cl=cl,
                n_toys=self.toys or _TOYS,
                seed=self.seed,
                profile=profile,
                fixed=fixed,
                impacts="all" if self.impacts else (),
                folder=self.run,
                executor=executor,
                track=_Bar(self.toys or _TOYS),
            )


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar for every round of toys."""

    n_toys: int

    def __call__(self, chunks: Iterable[int], *, done: int, total: int) -> Iterator[int]:
        from nulight.inference.toys.run import CHUNK

        return ChunkBar("toys", total * min(self.n_toys, CHUNK))(chunks, done=done, total=total)


def show_toys(result: ToyLimit) -> None:
    """Print toys and asymptotic formulas side by side, expected bands and impacts."""
    unit = f" [{result.unit}]" if result.unit else ""
    found = [interval_text(*region) for region in result.asymptotic.regions]
    kind = {"feldman-cousins": "two-sided", "upper": "upper", "cls": "CLs"}[result.interval]
    rows = [
        ["toys", *_ends(result), number(result.best_fit)],
        [f"asymptotic, {kind}", " or ".join(found), "-", number(result.asymptotic.best_fit)],
    ]
    if result.statistical is not None:
        rows.append(["toys, statistics only", *_ends(result.statistical), number(result.statistical.best_fit)])
    title = f"{result.parameter}{unit}, {result.interval}, {100 * result.cl:g} % CL, {', '.join(result.experiments)}"
    print_table(["", "interval", "Monte Carlo error of its ends", "best fit"], rows, title=title)
    _show_expected(result)
    _show_impacts(result)


def show_toy_notes(result: ToyLimit, notes: list[str]) -> None:
    """Print how the numbers came about and what one should know about them."""
    toys = f"{result.n_toys} toys at each of {len(result.value)} values, seed {result.seed}"
    print_lines([toys, *notes, conventions_text(result.conventions), result.definition])
    print_lines([f"warning: {text}" for text in result.warnings])


def _ends(found: ToyLimit | ToyInterval) -> list[str]:
    errors = [
        f"{name} {error:.2g}" for name, error in (("lower", found.lower_error), ("upper", found.upper_error)) if error
    ]
    return [" or ".join(interval_text(*region) for region in found.regions) or "empty", ", ".join(errors) or "-"]


def _show_expected(result: ToyLimit) -> None:
    expected = result.expected
    columns = ["expected upper end", "-2 sigma", "-1 sigma", "median", "+1 sigma", "+2 sigma"]
    rows = [
        ["toys", *(_end(end) for end in expected.upper)],
        ["Monte Carlo error", *(_error(error) for error in expected.upper_error)],
        ["asymptotic", *(number(end) for end in expected.asymptotic)],
    ]
    truth = f"{result.parameter} = {result.truth:g} {result.unit}".rstrip()
    print_table(columns, rows, title=f"data thrown at {truth}")


def _show_impacts(result: ToyLimit) -> None:
    if not result.impacts:
        return
    rows = [
        [
            f"{impact.name} held",
            "open" if impact.change is None else f"{100 * impact.change:+.1f} %",
            "-" if impact.change_error is None else f"{100 * impact.change_error:.1f} %",
            " or ".join(interval_text(*region) for region in impact.interval.regions),
        ]
        for impact in result.impacts
    ]
    print_table(["what makes it", "change", "Monte Carlo error", "interval"], rows)


def _end(value: float | None) -> str:
    return "open" if value is None else number(value)


def _error(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"
