"""Counts per bin of one experiment as a record: the library face of `nulight spectrum`."""

from __future__ import annotations

from collections.abc import Mapping

from nulight.experiments import Experiment
from nulight.inference.coordinates import citations
from nulight.results import SpectrumResult

__all__ = ["spectrum"]


def spectrum(experiment: Experiment, parameters: Mapping[str, float] | None = None) -> SpectrumResult:
    """Return expected and observed counts, every nuisance at its nominal value.

    Parameters
    ----------
    experiment : Experiment
    parameters : mapping of str to float, optional
        Physics parameters in the units of `PARAMETERS`; those not set have their defaults.

    Returns
    -------
    SpectrumResult
        Counts of each signal component and background, arrays (n_bins,).

    Raises
    ------
    ParameterError
        For an unknown parameter or a value outside its domain.

    Examples
    --------
    >>> import nulight as nl
    >>> result = spectrum(nl.load("xenonnt-2022-er"))
    >>> float(result.observed.sum()), len(result.total)
    (433.0, 29)
    """
    if isinstance(experiment, str):
        raise TypeError(f"{experiment!r} is a name, not an experiment; load it first: nulight.load({experiment!r})")
    values = dict(parameters or {})
    counts = experiment.expected(values)[0]
    provenance = experiment.provenance()
    contained = sorted({s for background in experiment.card.backgrounds for s in background.contains})
    note = f"; backgrounds without the Standard Model signal of {', '.join(contained)}" if contained else ""
    return SpectrumResult(
        experiment=experiment.name,
        edges=experiment.bin_edges,
        counts=dict(zip(experiment.components, counts, strict=True)),
        observed=experiment.observed,
        parameters=values,
        asimov=experiment.card.observed.kind == "asimov",
        definition=f"expected counts per bin of reconstructed energy, nuisances at their nominal values{note}",
        conventions=provenance["conventions"],
        provenance=provenance,
        citations=citations(experiment, values),
    )
