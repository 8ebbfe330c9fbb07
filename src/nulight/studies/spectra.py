"""Counts per bin of one experiment as a record: the library face of `nulight spectrum`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nulight.conventions import PRESETS, Conventions, compared_presets
from nulight.experiments import Experiment
from nulight.experiments.columns import display_unit
from nulight.inference.coordinates import citations
from nulight.results import SpectrumResult
from nulight.results.counts import Projection
from nulight.typing import FloatArray

__all__ = ["ConventionsRow", "compared_conventions", "spectrum"]

_PROXY = "the card is a proxy: a stand-in for data that are not public, not a reproduction of the experiment"


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
        Counts of each signal component and background per bin of reconstructed energy, added up
        over further axes; those are among its projections.

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
    counts = dict(zip(experiment.components, experiment.expected(values)[0], strict=True))
    counts |= experiment.nominal_parametric
    energy, *further = (_projection(experiment, axis, counts) for axis in range(len(experiment.frame.shape)))
    provenance = experiment.provenance()
    return SpectrumResult(
        experiment=experiment.name,
        edges=energy.edges,
        edge_unit=energy.unit,
        counts=energy.counts,
        observed=energy.observed,
        sigma=energy.sigma,
        parameters=values,
        asimov=experiment.planned,
        projections=tuple(further),
        signal=tuple(experiment.signal.components),
        definition=_definition(experiment),
        conventions=provenance["conventions"],
        provenance=provenance,
        citations=citations(experiment, values),
        warnings=(_PROXY,) if experiment.card.quality == "proxy" else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConventionsRow:
    """Expected signal under one preset of conventions.

    Attributes
    ----------
    conventions : str
    signal : float or None
        Counts in all bins; None if the preset cannot be used here.
    ratio : float or None
        To the package's own conventions.
    components : mapping of str to float
        Signal counts of each component.
    error : str
        Why there is no answer.
    """

    conventions: str
    signal: float | None
    ratio: float | None
    components: Mapping[str, float]
    error: str = ""


def compared_conventions(
    make: Callable[[Conventions], Experiment], parameters: Mapping[str, float] | None = None
) -> tuple[ConventionsRow, ...]:
    """Return the expected signal under every preset, with its ratio to the default.

    Parameters
    ----------
    make : callable
        Maps conventions to the experiment.
    parameters : mapping of str to float, optional
        Physics parameters; the Standard Model if absent.

    Returns
    -------
    tuple of ConventionsRow
        The default first. Presets that differ in choices about nuclei only are left out where
        nothing but electrons recoil.

    Raises
    ------
    ValueError
        If the default itself cannot answer.
    """
    first = make(PRESETS["default"])
    rows = [_row(first, parameters, None)]
    for name in compared_presets(nuclei="nuclear-recoil" in first.channels)[1:]:
        try:
            rows.append(_row(make(PRESETS[name]), parameters, rows[0].signal))
        except ValueError as error:
            rows.append(ConventionsRow(conventions=name, signal=None, ratio=None, components={}, error=str(error)))
    return tuple(rows)


def _row(experiment: Experiment, parameters: Mapping[str, float] | None, default: float | None) -> ConventionsRow:
    counts = experiment.signal.counts(dict(parameters or {}))[0].sum(axis=-1)
    total = float(counts.sum())
    return ConventionsRow(
        conventions=experiment.conventions.name,
        signal=total,
        ratio=1.0 if default is None else total / default,
        components={name: float(n) for name, n in zip(experiment.signal.components, counts, strict=True)},
    )


def _definition(experiment: Experiment) -> str:
    """What the counts are, in words."""
    loaded = experiment.loaded
    contained = sorted({s for b in loaded.card.backgrounds for s in getattr(b, "contains", ())})
    notes = [f"backgrounds without the Standard Model signal of {', '.join(contained)}"] if contained else []
    if loaded.axes:
        notes.append(f"added up over {', '.join(name for name, _ in loaded.axes)}")
    what = "expected counts per bin of reconstructed energy, nuisances at their nominal values"
    return "; ".join([what, *notes])


def _projection(experiment: Experiment, axis: int, counts: Mapping[str, FloatArray]) -> Projection:
    """Add up flattened counts over all dimensions but one."""
    frame, sigma = experiment.frame, experiment.sigma
    others = tuple(i for i in range(len(frame.shape)) if i != axis)

    def onto(flat: FloatArray) -> FloatArray:
        return np.asarray(flat.reshape(frame.shape).sum(axis=others))

    dimension = frame.dimensions[axis]
    return Projection(
        name=dimension.name,
        edges=dimension.edges,
        unit=frame.family if axis == 0 else display_unit(dimension.families[0]),
        counts={name: onto(values) for name, values in counts.items()},
        observed=onto(experiment.observed),
        sigma=None if sigma is None else np.sqrt(onto(sigma**2)),
    )
