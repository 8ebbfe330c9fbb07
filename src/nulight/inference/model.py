"""What the statistics need to know about an experiment, and the few ways to change it.

Anything with the shape of `CountModel` can be fitted: counts per signal component and bin as a
function of named physics parameters, and nuisances that multiply components by (1 + u). How the
counts come about is no business of this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias, get_args, runtime_checkable

import numpy as np

from nulight.typing import FloatArray

__all__ = [
    "CombinedModel",
    "CountModel",
    "DerivedModel",
    "Model",
    "Nuisance",
    "ParameterLike",
    "Treatment",
    "asimov",
    "combine",
    "parts",
    "with_nuisances",
    "with_planned_data",
]

NuisanceKind = Literal["gaussian", "box", "free"]
Statistic = Literal["poisson", "gaussian"]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """A relative uncertainty u: the components it names are multiplied by (1 + u).

    Attributes
    ----------
    name : str
        Nuisances of the same name are one and the same parameter in a combination.
    kind : "gaussian", "box" or "free"
        Penalty (u/width)^2; hard bounds -width <= u <= width; or neither. Always u >= -1.
    width : float or None
        Relative size, positive; None for a free nuisance only.
    """

    name: str
    kind: NuisanceKind = "gaussian"
    width: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(NuisanceKind):
            raise ValueError(f"nuisance {self.name!r}: kind {self.kind!r}; use gaussian, box or free")
        if self.kind != "free" and not (self.width is not None and 0 < self.width < np.inf):
            raise ValueError(f"nuisance {self.name!r}: width {self.width} must be a positive number (0.03 for 3 %)")

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest u: a component never becomes negative."""
        if self.kind == "box":
            assert self.width is not None
            return max(-self.width, -1.0), self.width
        return -1.0, np.inf

    def describe(self) -> str:
        """Return the definition as text, such as ``flux_pp (gaussian 0.006)``."""
        return f"{self.name} ({self.kind}{'' if self.kind == 'free' else f' {self.width:g}'})"


class ParameterLike(Protocol):
    """A physics parameter as the statistics see it; infinite or None bounds mean none, no default zero."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def lower(self) -> float | None: ...
    @property
    def upper(self) -> float | None: ...
    @property
    def scale(self) -> float: ...
    @property
    def default(self) -> float | None: ...


@runtime_checkable
class CountModel(Protocol):
    """One experiment: observed counts and what is expected for any physics parameters."""

    @property
    def name(self) -> str: ...
    @property
    def statistic(self) -> Statistic: ...
    @property
    def observed(self) -> FloatArray:
        """Counts, shape (n_bins,)."""

    @property
    def sigma(self) -> FloatArray | None:
        """Errors of the counts, shape (n_bins,); Gaussian statistic only."""

    @property
    def components(self) -> tuple[str, ...]: ...
    @property
    def scales(self) -> Mapping[str, tuple[str, ...]]:
        """Component -> names of the nuisances that multiply it."""

    @property
    def nuisances(self) -> tuple[Nuisance, ...]: ...
    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Counts, shape (n_points, n_components, n_bins); parameters broadcast to (n_points,)."""

    def parameters(self) -> Mapping[str, ParameterLike]: ...
    def provenance(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedModel:
    """A count model with other data or nuisances; its expectation is that of `base`."""

    base: CountModel
    name: str
    statistic: Statistic
    observed: FloatArray
    sigma: FloatArray | None
    components: tuple[str, ...]
    scales: Mapping[str, tuple[str, ...]]
    nuisances: tuple[Nuisance, ...]
    planned: bool = False

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the base model, shape (n_points, n_components, n_bins)."""
        return self.base.expected(params)

    def parameters(self) -> Mapping[str, ParameterLike]:
        """Return the physics parameters of the base model."""
        return self.base.parameters()

    def provenance(self) -> dict[str, Any]:
        """Return the provenance of the base model."""
        return self.base.provenance()


@dataclass(frozen=True, slots=True)
class CombinedModel:
    """Several experiments whose nuisances of the same name are shared; made by `combine`."""

    parts: tuple[CountModel, ...]

    @property
    def name(self) -> str:
        """Names of the experiments joined by ``+``."""
        return "+".join(part.name for part in self.parts)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Every nuisance once, in order of first appearance."""
        return tuple({n.name: n for part in self.parts for n in part.nuisances}.values())

    def parameters(self) -> Mapping[str, ParameterLike]:
        """Return the parameters known to any of the experiments."""
        return {name: p for part in self.parts for name, p in part.parameters().items()}

    def provenance(self) -> dict[str, Any]:
        """Return the provenances joined: hashes merged, citations once, the rest by experiment if it differs."""
        records = {part.name: part.provenance() for part in self.parts}
        keys = dict.fromkeys(key for record in records.values() for key in record)
        return {key: _join({name: r[key] for name, r in records.items() if key in r}) for key in keys}


Model: TypeAlias = CountModel | CombinedModel
Treatment: TypeAlias = float | Literal["fixed", "free"] | Nuisance


def parts(model: Model) -> tuple[CountModel, ...]:
    """Return the experiments of a model: the combined ones, or the model itself."""
    return model.parts if isinstance(model, CombinedModel) else (model,)


def combine(models: Sequence[Model]) -> CombinedModel:
    """Combine experiments; nuisances of the same name become one parameter.

    Parameters
    ----------
    models : sequence of CountModel or CombinedModel

    Returns
    -------
    CombinedModel

    Raises
    ------
    ValueError
        If there is nothing to combine, the same experiment stands twice, or a shared nuisance is
        defined differently in two experiments.
    """
    flat = tuple(part for model in models for part in parts(model))
    if not flat:
        raise ValueError("nothing to combine: give at least one experiment")
    names = [part.name for part in flat]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the same data would count twice: {', '.join(twice)}")
    seen: dict[str, tuple[str, Nuisance]] = {}
    for part in flat:
        for nuisance in part.nuisances:
            where, first = seen.setdefault(nuisance.name, (part.name, nuisance))
            if first != nuisance:
                raise ValueError(
                    f"shared nuisance defined twice: {first.describe()} in {where}, "
                    f"{nuisance.describe()} in {part.name}; give both the same kind and width"
                )
    return CombinedModel(flat)


def asimov(model: Model, params: Mapping[str, Any] | None = None) -> Model:
    """Return the model with its data replaced by its own expectation.

    Parameters
    ----------
    model : CountModel or CombinedModel
    params : mapping of str to float, optional
        True values of the physics parameters; the others keep their defaults. Nuisances are zero.

    Returns
    -------
    CountModel or CombinedModel
        The errors of a Gaussian model stay as they are.
    """
    if isinstance(model, CombinedModel):
        return CombinedModel(tuple(_asimov_part(part, params) for part in model.parts))
    return _asimov_part(model, params)


def with_planned_data(model: Model, params: Mapping[str, Any] | None) -> Model:
    """Return the model with the expectation at `params` as the data of planned experiments.

    A planned experiment is one with an attribute ``planned`` that is true. It has no data of its
    own, only its expectation at the defaults, which would contradict parameters held elsewhere.
    Experiments with data, and data made by `asimov`, stay as they are.
    """
    if not params:
        return model
    if isinstance(model, CombinedModel):
        return CombinedModel(tuple(_planned_part(part, params) for part in model.parts))
    return _planned_part(model, params)


def with_nuisances(model: Model, overrides: Mapping[str, Treatment]) -> Model:
    """Return the model with other treatments of some nuisances.

    Parameters
    ----------
    model : CountModel or CombinedModel
    overrides : mapping of str to "fixed", "free", float or Nuisance
        Hold the nuisance at zero, let it float, give it another width, or define it anew.

    Raises
    ------
    ValueError
        If the model has no such nuisance, or the treatment is not one of the above.
    """
    known = {nuisance.name: nuisance for nuisance in model.nuisances}
    if unknown := sorted(set(overrides) - set(known)):
        raise ValueError(f"no nuisance {', '.join(unknown)} in {model.name}; it has {', '.join(known) or 'none'}")
    new = {name: _treat(known[name], treatment) for name, treatment in overrides.items()}
    if isinstance(model, CombinedModel):
        return CombinedModel(tuple(_with_part(part, new) for part in model.parts))
    return _with_part(model, new)


def _treat(nuisance: Nuisance, treatment: Treatment) -> Nuisance | None:
    if isinstance(treatment, Nuisance):
        return replace(treatment, name=nuisance.name)
    if treatment == "fixed":
        return None
    if treatment == "free":
        return Nuisance(nuisance.name, "free")
    if isinstance(treatment, str | bool):
        raise ValueError(
            f"nuisance {nuisance.name!r}: treatment {treatment!r}; use 'fixed', 'free' or a relative width"
        )
    return Nuisance(nuisance.name, "box" if nuisance.kind == "box" else "gaussian", float(treatment))


def _with_part(part: CountModel, new: Mapping[str, Nuisance | None]) -> DerivedModel:
    gone = {name for name, nuisance in new.items() if nuisance is None}
    kept = (new.get(n.name, n) for n in part.nuisances)
    scales = {c: tuple(n for n in names if n not in gone) for c, names in part.scales.items()}
    return replace(_derive(part), nuisances=tuple(n for n in kept if n is not None), scales=scales)


def _asimov_part(part: CountModel, params: Mapping[str, Any] | None) -> DerivedModel:
    counts = part.expected(dict(params or {}))
    if counts.shape[0] != 1:
        raise ValueError(f"Asimov data need one value per parameter, got {counts.shape[0]} points")
    return replace(_derive(part), observed=counts[0].sum(axis=0), planned=False)


def _planned_part(part: CountModel, params: Mapping[str, Any]) -> CountModel:
    return _asimov_part(part, params) if getattr(part, "planned", False) else part


def _derive(part: CountModel) -> DerivedModel:
    if isinstance(part, DerivedModel):
        return part
    return DerivedModel(
        base=part,
        name=part.name,
        statistic=part.statistic,
        observed=part.observed,
        sigma=part.sigma,
        components=part.components,
        scales=part.scales,
        nuisances=part.nuisances,
        planned=getattr(part, "planned", False),
    )


def _join(values: dict[str, Any]) -> Any:
    first = next(iter(values.values()))
    if all(value == first for value in values.values()):
        return first
    if all(isinstance(value, tuple | list) for value in values.values()):
        return tuple(dict.fromkeys(item for value in values.values() for item in value))
    if all(isinstance(value, Mapping) for value in values.values()):
        merged: dict[Any, list[Any]] = {}
        for value in values.values():
            for key, item in value.items():
                merged.setdefault(key, []).append(item)
        if all(all(item == items[0] for item in items) for items in merged.values()):
            return {key: items[0] for key, items in merged.items()}
    return values
