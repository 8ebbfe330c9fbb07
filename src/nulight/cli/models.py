"""From names and options on the command line to the model that is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from nulight.experiments import Experiment
    from nulight.inference.model import Model, Treatment

__all__ = ["conventions_text", "load_all", "make_model", "split_names"]


Nature: TypeAlias = Literal["majorana", "dirac"]


def split_names(words: Sequence[str], n_parameters: int) -> tuple[list[str], list[str]]:
    """Split ``EXPERIMENT... PARAM...`` into experiments and the last `n_parameters` words.

    Raises
    ------
    ValueError
        If there is no experiment left, or a parameter is unknown; the message offers close names.
    """
    from nulight.models.parameters import PARAMETERS, check_parameters

    if len(words) <= n_parameters:
        wanted = "EXPERIMENT... PARAM" if n_parameters == 1 else "EXPERIMENT... P1 P2"
        raise ValueError(f"give {wanted}; got {' '.join(words)}")
    check_parameters(words[-n_parameters:])
    if stray := [word for word in words[:-n_parameters] if word in PARAMETERS]:
        raise ValueError(
            f"too many parameters, {', '.join(words[len(words) - n_parameters - len(stray) :])}; "
            f"give {n_parameters} after the experiments"
        )
    return list(words[:-n_parameters]), list(words[-n_parameters:])


def load_all(names: Sequence[str], conventions: str | None, neutrinos: Nature | None = None) -> list[Experiment]:
    """Load experiments by name or path, with neutrinos of the nature asked for in the conventions of each.

    Raises
    ------
    ValueError
        If one does not exist or does not validate.
    """
    from nulight.experiments import load

    return [_of_nature(load(name, conventions=conventions), neutrinos) for name in names]


def _of_nature(experiment: Experiment, neutrinos: Nature | None) -> Experiment:
    own = experiment.conventions
    if neutrinos in (None, own.neutrinos):
        return experiment
    return replace(experiment, conventions=own.with_changes(neutrinos=neutrinos))


def conventions_text(conventions: Mapping[str, Any]) -> str:
    """Return the name of the conventions and the nature of the neutrinos in them as a line."""
    nature = conventions.get("neutrinos")
    return f"conventions: {conventions['name']}" + (f", {str(nature).capitalize()} neutrinos" if nature else "")


def make_model(
    experiments: Sequence[Experiment],
    treatments: Mapping[str, Treatment],
    *,
    share: Mapping[str, Sequence[str]] | None = None,
    correlate: Mapping[tuple[str, str], float] | None = None,
) -> Model:
    """Combine experiments and treat their nuisances as asked; then share some, then correlate what there is."""
    from nulight.inference import correlation
    from nulight.inference.model import with_nuisances
    from nulight.studies.limits import combine

    model: Model = combine(*experiments)
    if treatments:
        model = with_nuisances(model, treatments)
    if share:
        model = correlation.share_nuisances(model, share)
    return correlation.correlate(model, correlate) if correlate else model
