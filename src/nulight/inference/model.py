"""What the statistics need to know about an experiment, and the few ways to change it.

Anything with the shape of `CountModel` can be fitted: counts per signal component and bin as a
function of named physics parameters, and nuisances that multiply components by (1 + u); changes of
shape and parametric counts if there are any. How the counts come about is no business of this
package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from nulight.inference.expectation import (
    HeldCounts,
    Morph,
    ParametricCounts,
    expected_counts,
    morph_counts,
    morphs,
    parametric,
)
from nulight.inference.nuisance import Nuisance, NuisanceKind
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
    "strangers",
    "with_nuisances",
    "with_planned_data",
]

Statistic = Literal["poisson", "gaussian"]


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
    """One experiment: observed counts and what is expected for any physics parameters.

    It may further have ``morphs``, a tuple of `Morph`, with
    ``morph_counts(params) -> (n_points, n_morphs, n_bins)``, and ``parametric``, a tuple of
    `ParametricCounts`.
    """

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
    """A count model with other data or nuisances; its expectation is that of `base`.

    Of the changes of shape of the base it has those at the places `morph_rows`. Parameters in `foreign`, which
    only other experiments of a combination know, do not reach it.
    """

    base: CountModel
    name: str
    statistic: Statistic
    observed: FloatArray
    sigma: FloatArray | None
    components: tuple[str, ...]
    scales: Mapping[str, tuple[str, ...]]
    nuisances: tuple[Nuisance, ...]
    planned: bool = False
    morph_rows: tuple[int, ...] = ()
    parametric: tuple[ParametricCounts, ...] = ()
    foreign: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def morphs(self) -> tuple[Morph, ...]:
        """Changes of shape that are left of those of the base model."""
        return tuple(morphs(self.base)[i] for i in self.morph_rows)

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the base model, shape (n_points, n_components, n_bins)."""
        return self.base.expected(self._own(params))

    def morph_counts(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the changes of shape that are left, shape (n_points, n_morphs, n_bins)."""
        return morph_counts(self.base, self._own(params))[:, list(self.morph_rows)]

    def parameters(self) -> Mapping[str, ParameterLike]:
        """Return the physics parameters of the base model."""
        return self.base.parameters()

    def provenance(self) -> dict[str, Any]:
        """Return the provenance of the base model."""
        return self.base.provenance()

    def _own(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: value for name, value in params.items() if name not in self.foreign} if self.foreign else params


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


def strangers(model: Model, parameter: str) -> tuple[str, ...]:
    """Return the names of the combined experiments that do not know a parameter."""
    return tuple(part.name for part in parts(model) if parameter in getattr(part, "foreign", ()))


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
                    f"{nuisance.describe()} in {part.name}; give both the same kind, width and bounds"
                )
    return CombinedModel(_joined(flat))


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
        Hold the nuisance at zero, let it float, give it another width, or define it anew. A
        held change of shape is gone. Bounds stay unless they are defined anew.

    Raises
    ------
    ValueError
        If the model has no such nuisance, the treatment is not one of the above, or a relative
        width is above 1 (10 means 1000 %).
    """
    known = {nuisance.name: nuisance for nuisance in model.nuisances}
    if unknown := sorted(set(overrides) - set(known)):
        raise ValueError(f"no nuisance {', '.join(unknown)} in {model.name}; it has {', '.join(known) or 'none'}")
    new = {name: _treat(known[name], treatment) for name, treatment in overrides.items()}
    if isinstance(model, CombinedModel):
        return CombinedModel(tuple(_with_part(part, new) for part in model.parts))
    return _with_part(model, new)


def _joined(flat: tuple[CountModel, ...]) -> tuple[CountModel, ...]:
    """Experiments that ignore parameters which only others of them know."""
    known = [frozenset(part.parameters()) for part in flat]
    everything = frozenset().union(*known)
    return tuple(
        part if own == everything else replace(_derive(part), foreign=everything - own)
        for part, own in zip(flat, known, strict=True)
    )


def _treat(nuisance: Nuisance, treatment: Treatment) -> Nuisance | None:
    name = nuisance.name
    if isinstance(treatment, Nuisance):
        lower = nuisance.lower if treatment.lower is None else treatment.lower
        upper = nuisance.upper if treatment.upper is None else treatment.upper
        return replace(treatment, name=name, lower=lower, upper=upper)
    if treatment == "fixed":
        return None
    if treatment == "free":
        return replace(nuisance, kind="free", width=None)
    if isinstance(treatment, str | bool):
        raise ValueError(f"nuisance {name!r}: treatment {treatment!r}; use 'fixed', 'free' or a relative width")
    kind: NuisanceKind = "box" if nuisance.kind == "box" else "gaussian"
    if nuisance.relative and treatment > 1:
        raise ValueError(
            f"nuisance {name!r}: width {treatment:g} is relative and means {100 * treatment:g} %; write "
            f"{treatment / 100:g} for {treatment:g} %, 'free' for no constraint, or Nuisance({name!r}, {kind!r}, "
            f"{treatment:g}) if it is meant"
        )
    return replace(nuisance, kind=kind, width=float(treatment))


def _with_part(part: CountModel, new: Mapping[str, Nuisance | None]) -> DerivedModel:
    gone = frozenset(name for name, nuisance in new.items() if nuisance is None)
    kept = (new.get(n.name, n) for n in part.nuisances)
    derived = _derive(part)
    return replace(
        derived,
        nuisances=tuple(n for n in kept if n is not None),
        scales={c: tuple(n for n in names if n not in gone) for c, names in part.scales.items()},
        morph_rows=tuple(i for i in derived.morph_rows if not gone & set(morphs(derived.base)[i].factors)),
        parametric=tuple(HeldCounts(p, gone) if gone & set(p.nuisances) else p for p in derived.parametric),
    )


def _asimov_part(part: CountModel, params: Mapping[str, Any] | None) -> DerivedModel:
    counts = expected_counts(part, dict(params or {}))
    if counts.shape[0] != 1:
        raise ValueError(f"Asimov data need one value per parameter, got {counts.shape[0]} points")
    return replace(_derive(part), observed=counts[0], planned=False)


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
        morph_rows=tuple(range(len(morphs(part)))),
        parametric=parametric(part),
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
