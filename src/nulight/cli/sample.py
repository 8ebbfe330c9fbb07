"""`nulight sample`: posterior samples of named parameters, with intervals and diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.models import load_all, make_model
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Mass,
    Neutrinos,
    Nuisances,
    Settings,
    check_mass,
    energy,
    fixed_values,
    parameter_value,
    treatments,
)
from nulight.cli.output import DATA, answer, check_suffix, print_table

if TYPE_CHECKING:
    from nulight.inference.posterior.priors import PriorChoice
    from nulight.results.posterior import Posterior
    from nulight.studies.sampling.draws import Say

__all__ = ["command", "read_priors"]

_FORM = "NAME=LOW:HIGH, NAME=LOW:HIGH:log or NAME=MEAN+-WIDTH"
_SAMPLES = ".npz"


def command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="EXPERIMENT... NAME=LOW:HIGH[:log]...",
            help="Experiments, combined; parameters with their priors, flat or, with :log, flat in the logarithm. "
            "'sin2_theta_w=0.2386+-0.001' is a Gaussian; a phase alone has a whole turn.",
        ),
    ],
    sampler: Annotated[
        Literal["emcee", "dynesty", "dynesty-dynamic"],
        typer.Option(help="Walkers of an ensemble, or nested sampling with the evidence."),
    ] = "emcee",
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same samples.")] = 1,
    steps: Annotated[int | None, typer.Option(min=100, help="emcee: most steps of a walker; 10 000.")] = None,
    walkers: Annotated[int | None, typer.Option(min=8, help="emcee: walkers; 64 or more.")] = None,
    live: Annotated[int | None, typer.Option(min=10, help="dynesty: live points; 500.")] = None,
    integrate: Annotated[
        Literal["sample", "profile", "fixed"],
        typer.Option("--nuisances", help="Integrate over all nuisances, minimise over them, or keep them at zero."),
    ] = "sample",
    cl: Annotated[float, typer.Option("--cl", min=0.0, max=1.0, help="Probability of the intervals.")] = 0.90,
    settings: Settings = None,
    nuisances: Nuisances = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Also write: summary as .json, samples as .csv or .npz, corner figure as .png, .pdf, .svg; may be "
            "repeated.",
        ),
    ] = None,
) -> None:
    """Sample the posterior density of parameters and print credible intervals with diagnostics."""
    from nulight.studies.sampling.sample import sample

    files = out or []
    for path in files:
        if path.suffix.lower() != _SAMPLES or path.is_dir():
            check_suffix(path, plots=True)
    experiments, priors = read_priors(words)
    fixed = fixed_values(settings, m4)
    check_mass(fixed, *priors)
    model = make_model(load_all(experiments, conventions, neutrinos), treatments(nuisances))
    with _progress() as say:
        result = sample(
            model,
            priors,
            sampler=sampler,
            nuisances=integrate,
            fixed=fixed,
            cl=cl,
            seed=seed,
            n_walkers=walkers,
            n_steps=steps,
            n_live=live,
            say=say,
        )
    for path in files:
        _write(result, path)
    answer(result, as_json=as_json, out=None, show=lambda: _show(result))


def read_priors(words: Sequence[str]) -> tuple[list[str], dict[str, PriorChoice | None]]:
    """Split experiments from parameters, and read the priors of these.

    Raises
    ------
    ValueError
        If there is none of either, a name is unknown or given twice, or a prior is malformed.
    """
    from nulight.models.parameters import PARAMETERS, check_parameters

    experiments: list[str] = []
    priors: dict[str, PriorChoice | None] = {}
    for word in words:
        name, equals, spec = (part.strip() for part in word.partition("="))
        if not equals and name not in PARAMETERS:
            experiments.append(word)
            continue
        check_parameters([name])
        if name in priors:
            raise ValueError(f"{name} is given twice")
        priors[name] = _prior(name, spec) if equals else None
    if not experiments or not priors:
        raise ValueError(f"give EXPERIMENT... and parameters, {_FORM}; got {' '.join(words)}")
    return experiments, priors


def _prior(name: str, spec: str) -> PriorChoice:
    from nulight.inference.coordinates import Prior
    from nulight.inference.posterior.priors import LogUniform

    if "+-" in spec:
        mean, _, width = spec.partition("+-")
        return Prior(_value(name, mean), _value(name, width))
    ends = [word.strip() for word in spec.split(":")]
    if len(ends) not in (2, 3) or not all(ends) or ends[2:] not in ([], ["log"], ["lin"]):
        raise ValueError(f"{name}={spec!r}: write {_FORM}")
    low, high = (_value(name, end) for end in ends[:2])
    return LogUniform(low, high) if ends[2:] == ["log"] else (low, high)


def _value(name: str, text: str) -> float:
    """Read a value; that of m_4 with its unit, as everywhere on the command line."""
    return energy(text.strip()) if name == "m_4" else parameter_value(name, text.strip())


@contextmanager
def _progress() -> Iterator[Say | None]:
    """Say on stderr how far the sampler is, if someone watches."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("looking for minima") as status:
        yield status.update


def _write(result: Posterior, path: Path) -> None:
    if path.suffix.lower() in (*DATA, _SAMPLES):
        result.save(path)
        return
    from nulight import plotting

    plotting.save_figure(plotting.plot_posterior(result), path)


def _show(result: Posterior) -> None:
    rows = []
    for m in result.marginals:
        chains = (
            [f"{m.r_hat:.4f}", f"{m.autocorrelation_time:.0f}"] if m.r_hat and m.autocorrelation_time else ["-", "-"]
        )
        ends = [_interval(m.equal_tailed), _interval(m.highest_density), f"{m.upper:.4g}"]
        name = f"{m.name} [{m.unit}]" if m.unit else m.name
        rows.append([name, f"{m.median:.4g}", *ends, f"{m.effective_size:.0f}", *chains])
    percent = f"{100 * result.cl:g} %"
    columns = ["parameter", "median", percent, f"shortest {percent}", f"{percent} below", "n eff", "R-hat", "tau"]
    settings = ", ".join(f"{name} {value}" for name, value in result.settings.items())
    notes = [f"{result.sampler}, seed {result.seed}: {settings}"]
    if result.log_evidence is not None:
        notes.append(f"ln evidence {result.log_evidence:.3f} +- {result.log_evidence_error:.3f}")
    notes.append("converged" if result.converged else "not converged: " + "; ".join(result.doubts))
    notes += [f"conventions: {result.conventions['name']}", result.definition]
    notes += [f"warning: {text}" for text in result.warnings]
    print_table(columns, rows, title=f"posterior of {', '.join(result.experiments)}", notes=notes)


def _interval(ends: tuple[float, float]) -> str:
    return f"[{ends[0]:.4g}, {ends[1]:.4g}]"
