"""How one matrix of fundamental moments looks in every source, and whether the data allow it.

A source prepares a state; the matrix and the state give an effective moment, different in each. Here
it is computed for every component of every experiment, with the events it makes, whether the point
is excluded, and how far all moments together may grow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nulight._version import __version__
from nulight.conventions import Conventions, get_conventions
from nulight.experiments import Experiment
from nulight.experiments.loader import card_names
from nulight.inference.coordinates import citations
from nulight.models.matrix_checks import Nature
from nulight.models.moment_input import MomentInput, given_point
from nulight.models.moments import moments
from nulight.models.products import checked
from nulight.neutrinos.flux import FLAVOURS
from nulight.results.moments import FlavourMoment, MomentsResult
from nulight.studies.moment_experiments import ExperimentChoice, for_nature, loaded, with_nature
from nulight.studies.moment_rows import effective_square, is_heavy, moments_row

__all__ = ["effective_moments"]


def effective_moments(
    values: MomentInput,
    experiments: ExperimentChoice | None = None,
    *,
    neutrinos: Nature | None = None,
    conventions: str | Path | Conventions | None = None,
    cl: float = 0.90,
) -> MomentsResult:
    r"""Return what one matrix of moments is in every experiment.

    Parameters
    ----------
    values : mapping of str to float, path, or MomentPoint
        At least one moment, `lambda_kj` [mu_B] with phases [rad], or moments of flavours; `m_4` [keV] (massless
        without it), mixing [rad]. A path is that of a YAML file with the matrix, see `read_moment_file`.
    experiments : str, Path, Experiment, or sequence of them, optional
        Names, paths of cards, or experiments; otherwise every shipped one, those with data first.
    neutrinos : "majorana" or "dirac", optional
        What `lambda_kj` belong to; otherwise as the file or the conventions say.
    conventions : preset name, path of a YAML file, or Conventions, optional
        For the experiments given by name; otherwise each its own. A file in the flavour basis is turned with their
        oscillation parameters, otherwise with those of the default.
    cl : float
        Confidence level of the limits, two-sided.

    Returns
    -------
    MomentsResult

    Raises
    ------
    TypeError
        If `values` is neither a mapping nor a path, such as experiments in its place.
    ValueError
        If no moment is set, a parameter is unknown, outside its domain or not one that such neutrinos have, the file
        is wrong, or an experiment cannot be loaded.
    OSError
        If the file cannot be read.

    Notes
    -----
    .. math:: \mu_{\rm eff}^2 = \mathrm{Tr}[\rho\,\lambda^\dagger\lambda]

    of a component, rho averaged over its flux: a flavour at a reactor or a pion source, mass states with their
    probabilities from the Sun. That of an experiment is weighted with the signal and exact,
    :math:`\mu_{\rm ref}\sqrt{N(\lambda)/N(\mu_{\rm ref})}`; to the fourth state N(mu_ref) has final states of the
    same mass. Light and heavy final states are kept apart: they have different cross sections.

    References
    ----------
    Grimus:2000tq (hep-ph/0006028); Miranda:2021kre (arXiv:2109.09545)

    Examples
    --------
    >>> found = effective_moments({"lambda_12": 1e-11}, "xenonnt-2022-er")
    >>> row = found.rows[0]
    >>> f"{row.mu_eff:.2e} mu_B, {row.limit.verdict}, allowed times {row.limit.upper:.2f}"
    '9.89e-12 mu_B, excluded, allowed times 0.75'
    """
    choices = get_conventions(conventions or "default")
    values, neutrinos = given_point(values, neutrinos, choices)
    base = with_nature(choices, neutrinos)
    flavours = tuple(_flavours(values, base))
    names = card_names() if experiments is None else experiments
    models = [for_nature(experiment, neutrinos) for experiment in loaded(names, conventions)]
    if experiments is None:
        models.sort(key=lambda model: model.planned)
    rows = tuple(moments_row(model, values, cl=cl) for model in models)
    return MomentsResult(
        values=values,
        neutrinos=base.neutrinos,
        cl=cl,
        flavours=flavours,
        rows=rows,
        definition=_definition(cl),
        conventions=base.to_dict(),
        provenance=_provenance(models),
        citations=tuple(dict.fromkeys(text for model in models for text in citations(model, values))),
        warnings=tuple(_warnings(models, base)),
    )


def _flavours(values: Mapping[str, float], conventions: Conventions) -> Iterator[FlavourMoment]:
    couplings = moments(checked(values, ()), conventions)
    for a, flavour in enumerate(FLAVOURS):
        squares = {True: 0.0, False: 0.0}
        for coupling in couplings:
            strength = coupling.strengths("nu")[0]
            squares[is_heavy(coupling)] += effective_square(float(strength[a, a].real), strength)
        light, heavy = math.sqrt(squares[False]), math.sqrt(squares[True])
        yield FlavourMoment(flavour=f"nu_{flavour}", mu_eff=light, mu_eff_heavy=heavy)


def _definition(cl: float) -> str:
    return (
        "mu_eff: root of Tr[rho lambda^+ lambda], of a component averaged over its flux, of an experiment the moment "
        "common to all flavours with the same number of events; heavy: final states of mass m_4, kept apart; allowed "
        f"scale: common factor of all moments at {100 * cl:g} % CL, two-sided, 1 dof, from the global minimum with all "
        "nuisances profiled; for planned experiments that expected without moments"
    )


def _provenance(models: Sequence[Experiment]) -> dict[str, Any]:
    records = [model.provenance() for model in models]
    return {
        "version": __version__,
        "experiments": [model.name for model in models],
        "quality": {model.name: model.card.quality for model in models},
        "data": {name: digest for record in records for name, digest in record["data"].items()},
    }


def _warnings(models: Sequence[Experiment], base: Conventions) -> Iterator[str]:
    if other := [model.name for model in models if model.conventions.oscillation != base.oscillation]:
        yield f"other mixing than {base.oscillation} in {', '.join(other)}: the matrix means another one there"
    for model in models:
        p_ee, solar = model.conventions.solar_p_ee, any(source.name == "solar" for source in model.sources)
        if p_ee is not None and solar:
            yield (
                f"{model.name}: solar neutrinos arrive as flavours there, solar_p_ee = {p_ee:g}, and not as mass "
                "states; choose conventions that compute the conversion"
            )
