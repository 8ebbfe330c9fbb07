"""Make the page on coverage: `python docs/make_coverage.py --run` throws the toys, without `--run` it writes the page.

Every number of the page comes from the records in docs/figures, which the commands on the page write.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nulight.results import Coverage
from nulight.results.reading import read_result

DOCS = Path(__file__).resolve().parent
FIGURES = DOCS / "figures"
PAGE = DOCS / "coverage.md"
N_TOYS = 5000
SHIFTS = {"plus": ("+1", "all +1 width"), "minus": ("-1", "all -1 width"), "prior": ("prior", "drawn from priors")}


@dataclass(frozen=True)
class Study:
    """One parameter of one experiment, and why its intervals cover as they do."""

    name: str
    title: str
    words: str
    truths: str
    why: str
    shifted: bool = False

    def command(self, shift: str = "") -> list[str]:
        """Arguments of `nulight`, run from the folder of the repository."""
        stem = f"docs/figures/{self.stem(shift)}"
        options = ["--truths", self.truths, "--toys", str(N_TOYS)]
        if shift:
            options += ["--true-nuisances", SHIFTS[shift][0], "--intervals", "two-sided,feldman-cousins"]
        kinds = (".json", ".csv") if shift else (".json", ".csv", ".png")
        return ["coverage", *self.words.split(), *options, *(word for k in kinds for word in ("--out", stem + k))]

    def stem(self, shift: str = "") -> str:
        """Name of the files."""
        return f"coverage_{self.name}_{shift}" if shift else f"coverage_{self.name}"

    def record(self, shift: str = "") -> Coverage:
        """What the command wrote."""
        record = read_result(FIGURES / f"{self.stem(shift)}.json")
        assert isinstance(record, Coverage)
        return record


STUDIES = (
    Study(
        "csi_mu",
        "COHERENT CsI, magnetic moment",
        "coherent-csi-2021 mu_nu_mu",
        "0:4e-9:9",
        "Counts grow with the square of the moment and the moment cannot be negative: for true values below about the "
        "limit half of the best fits sit at zero, t is a chi2 in half of the toys only, and both asymptotic intervals "
        "are too wide. An upper limit is never below zero, so that it always contains it.",
        shifted=True,
    ),
    Study(
        "csi_r2",
        "COHERENT CsI, charge radius",
        "coherent-csi-2021 r2_nu_mumu",
        "-7e-31:2e-31:10",
        "The charge radius interferes with the weak amplitude: chi2 has two minima, about -5.5e-31 and 0, and the data "
        "cannot fall below the smallest signal in between. Which minimum is the deeper is decided by the shape of the "
        "spectrum alone; where a true value can be mistaken for its mirror image t compares with the better of two "
        "fits, and is larger than a chi2 with one degree of freedom.",
    ),
    Study(
        "xenon_a",
        "51Cr beside XENONnT, anapole moment",
        "xenonnt-51cr:gauss a_nu_ee",
        "-8e-33:8e-33:9",
        "Tens of thousands of events and a moment that enters almost linearly: Wilks' theorem holds.",
    ),
    Study(
        "xenon_a_box",
        "The same with hard boxes for mass and activity",
        "xenonnt-51cr a_nu_ee",
        "-8e-33:8e-33:9",
        "A hard box costs nothing inside and everything outside. With true values in the middle the fit moves inside "
        "it for nothing, and t is smaller than a chi2 by as much as the box is wide compared with the statistical "
        "error; with true values at its edges that is so in one direction only, and critical values from toys in the "
        "middle of the box are much too small: toys of nominal nuisances must not be used where a box matters.",
        shifted=True,
    ),
    Study(
        "ge_mu",
        "51Cr beside 5.3 kg of germanium, magnetic moment",
        "51cr-cevns-ge mu_nu_e",
        "0:4e-11:9",
        "The bound at zero, as for COHERENT, in a Gaussian chi2.",
    ),
    Study(
        "ge_r2",
        "51Cr beside 5.3 kg of germanium, charge radius",
        "51cr-cevns-ge r2_nu_ee",
        "-7e-31:2e-31:10",
        "Two minima again, of almost the same depth, because the spectrum hardly changes its shape: in many data sets "
        "the mirror image of the true value fits better than everything on its own side, and t, measured from there, "
        "is too large. Compared with the minimum on its own side alone the true value would be covered as promised. "
        "Between the minima both branches meet, and the signal cannot be any smaller.",
        shifted=True,
    ),
    Study(
        "ge_10g",
        "51Cr beside ten grams of germanium, five events",
        "examples/51cr-cevns-ge-10g.yaml mu_nu_e",
        "0:1.6e-10:9",
        "Poisson counts, about five events in ten bins. The bound at zero dominates here as well; just above it, where "
        "one event more or less decides, the asymptotic upper limit is too low.",
        shifted=True,
    ),
)

INTRODUCTION = f"""\
# Coverage of the intervals

<!-- written by docs/make_coverage.py from docs/figures/coverage_*.json -->

A 90 % interval promises to contain the true value in 90 % of all data sets. Asymptotic intervals take their threshold
from Wilks' theorem: t, twice the logarithm of the likelihood ratio of the true value and the best fit, follows a chi2
distribution with one degree of freedom. That fails next to a bound (a magnetic moment cannot be negative), for counts
quadratic in the parameter (two minima), for few counts, and for nuisances confined to a box. Here is by how much, from
{N_TOYS} pseudo-experiments at every true value; `nulight coverage` does the same for any experiment, shipped or own.

Toys are new data and new outcomes of the measurements behind Gaussian nuisances, with true nuisances at their nominal
values unless said otherwise. Errors are Monte Carlo errors of 68 %. Four kinds of intervals are compared:

| interval | contains the true value if |
| --- | --- |
| two-sided | t <= 2.706 |
| upper | some value not below it has q <= 1.642 (q is t, or zero if the best fit is above) |
| Feldman-Cousins | t is at most what 90 % of further toys at the same value stay below |
| CLs | the tail of q among these toys is above 10 % of the tail among toys without a signal |

Critical values of the last two come from an independent set of toys at nominal nuisances. An experiment would throw
them at the nuisances profiled for its own data (`nulight.toy_limit` does); the tables of true nuisances off nominal
below show what this neglects. CLs over-covers by construction, up to 100 % where there is no sensitivity. "Over-covers"
and "under-covers" mean: off by more than 1 %, and by more than one of all true values is off by chance (5 %; about
three errors for ten values). Grey in the figures: the two-sided interval is off.
"""


def page() -> str:
    """Text of the page."""
    return "\n".join([INTRODUCTION, *(_section(study) for study in STUDIES)])


def _section(study: Study) -> str:
    record = study.record()
    lines = [f"## {study.title}", "", "```console", f"$ nulight {_shown(study.command())}", "```", ""]
    lines += [f"![coverage]({FIGURES.name}/{study.stem()}.png)", ""]
    lines += [f"* {interval}: {record.statement(interval)}" for interval in record.intervals]
    lines += [_critical(record)]
    if record.warnings:
        lines += [f"* {text}" for text in record.warnings]
    lines += ["", textwrap.fill(study.why, 120), ""]
    return "\n".join([*lines, *(_shift_table(study, record) if study.shifted else [])])


def _shown(command: list[str]) -> str:
    """A command in lines of readable length."""
    lines = [""]
    for word in command:
        if len(lines[-1]) + len(word) > 100:
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {word}"
    return "\n".join(lines).strip()


def _critical(record: Coverage) -> str:
    k = int(np.argmin(np.abs(record.levels - record.cl)))
    low, high = (int(pick(record.critical[:, k])) for pick in (np.argmin, np.argmax))

    def at(i: int) -> str:
        error = (record.critical_upper[i, k] - record.critical_lower[i, k]) / 2
        return f"{record.critical[i, k]:.2f} +- {error:.2f} at {record.truths[i]:.3g} {record.unit}"

    return (
        f"* t stays below {at(low)}, and below {at(high)}, in {100 * record.levels[k]:g} % of the toys, "
        f"where Wilks' theorem says {record.chi2_quantiles[k]:.3f}"
    )


def _shift_table(study: Study, nominal: Coverage) -> list[str]:
    """Coverage of Feldman-Cousins with critical values of nominal nuisances and other true ones, beside two-sided."""
    records = {"nominal": nominal} | {text: study.record(name) for name, (_, text) in SHIFTS.items()}
    lines = [
        "True nuisances, and the coverage in % of Feldman-Cousins with critical values for nominal ones / two-sided:"
    ]
    lines += ["", f"| true {nominal.parameter} [{nominal.unit}] | {' | '.join(records)} |"]
    lines += ["| --- |" + " --- |" * len(records)]
    for i, truth in enumerate(nominal.truths):
        cells = [f"{_cell(r, 'feldman-cousins', i)} / {_cell(r, 'two-sided', i)}" for r in records.values()]
        lines.append(f"| {truth:.3g} | {' | '.join(cells)} |")
    error = np.mean([(r.upper["feldman-cousins"] - r.lower["feldman-cousins"]).mean() / 2 for r in records.values()])
    return [*lines, "", f"Monte Carlo errors are {100 * error:.1f} % for Feldman-Cousins, less for two-sided.", ""]


def _cell(record: Coverage, interval: str, i: int) -> str:
    return f"{100 * record.coverage[interval][i]:.1f}"


def run(names: list[str]) -> None:
    """Throw the toys of all studies, or of those named."""
    for study in STUDIES:
        for shift in ("", *(SHIFTS if study.shifted else ())):
            if not names or study.name in names:
                start = [sys.executable, "-c", "from nulight.cli import main; main()"]
                subprocess.run([*start, *study.command(shift)], check=True, cwd=DOCS.parent)


if __name__ == "__main__":
    if "--run" in sys.argv:
        run([word for word in sys.argv[1:] if word != "--run"])
    PAGE.write_text(page(), encoding="utf-8")
