"""What the quantities of one validation run share: experiments and intermediate numbers, kept."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from nulight.conventions import Conventions, get_conventions
from nulight.experiments import Experiment, load
from nulight.inference.model import Model, Nuisance, Treatment, combine, with_nuisances
from nulight.inference.profile import Profile, minimise
from nulight.models.couplings import baseline_r2, electron_couplings
from nulight.models.standard_model import standard_model_anapole
from nulight.typing import FloatArray
from nulight.units import t, yr

__all__ = [
    "Workspace",
    "at_exposure",
    "end_of_interval",
    "exposure_t_yr",
    "normalisation_freedom",
    "shift_per_radius",
    "signal_counts",
    "sm_hypotheses",
    "source_flux",
    "text_key",
]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Workspace:
    """Experiments by label, loaded once; nothing in it outlives the run."""

    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def kept(self, key: Any, make: Callable[[], T]) -> T:
        """Return what `make` gives, computed once for each key."""
        if key not in self._kept:
            self._kept[key] = make()
        result: T = self._kept[key]
        return result

    def experiment(
        self,
        label: str,
        *,
        conventions: str | None = None,
        up_to_keV: int | None = None,
        changes: Mapping[str, Any] | None = None,
        **choices: Any,
    ) -> Experiment:
        """Return a shipped experiment, ``name:variant+variant``.

        Parameters
        ----------
        label : str
        conventions : str, optional
            Preset in place of the card's.
        up_to_keV : int, optional
            End of 1 keV bins that begin at 1 keV, for cards without such a variant.
        changes : mapping, optional
            Entries laid over the card.
        choices
            Single choices of the conventions to be changed.
        """

        def make() -> Experiment:
            bins = {} if up_to_keV is None else {"bins": {"to": f"{up_to_keV} keVee", "n": up_to_keV - 1}}
            laid = {**bins, **(changes or {})}
            plain = load(label, changes=laid, conventions=conventions)
            record = plain.conventions.with_changes(**choices)
            return load(label, changes=laid, conventions=record) if choices else plain

        return self.kept(("experiment", text_key(label, conventions, up_to_keV, changes or {}, choices)), make)

    def model(
        self, labels: str | Sequence[str], nuisances: Mapping[str, Treatment] | None = None, **choices: Any
    ) -> Model:
        """Return one experiment, or several combined, with other treatments of some nuisances."""
        names = [labels] if isinstance(labels, str) else list(labels)
        several = [self.experiment(name, **choices) for name in names]
        model = combine(several) if len(several) > 1 else several[0]
        return with_nuisances(model, nuisances) if nuisances else model

    def flux_share(self, label: str) -> float:
        """Return the flux of an experiment's source over that of arXiv:2408.11904."""
        return source_flux(self.experiment(label)) / source_flux(self.experiment("xenonnt-51cr"))


def text_key(*things: Any) -> str:
    """Return a key under which to keep what was made from mappings and lists."""
    return json.dumps(things, sort_keys=True)


def exposure_t_yr(experiment: Experiment) -> float:
    """Return the exposure in tonne years."""
    return experiment.card.exposure / (t * yr)


def source_flux(experiment: Experiment) -> float:
    """Return the flux of the 51Cr source at the detector, cm^-2 s^-1."""
    (source,) = (source for source in experiment.sources if source.name == "cr51")
    return float(sum(flux.total().sum() for flux in source.fluxes))


def signal_counts(experiment: Experiment, which: str, params: Mapping[str, float] | None = None) -> FloatArray:
    """Return the counts (n_bins,) of one signal: ``"cr51"``, ``"solar"`` (all its components) or ``"all"``."""
    names = experiment.signal.components
    picked = [i for i, name in enumerate(names) if which == "all" or (name == "cr51") == (which == "cr51")]
    counts: FloatArray = experiment.expected(dict(params or {}))[0][picked].sum(axis=0)
    return counts


def normalisation_freedom(experiment: Experiment) -> float:
    """Return how far the nuisances let the source signal move: boxes add up, Gaussian widths in quadrature."""
    names = experiment.scales.get("cr51", ())
    acting = [n for n in experiment.nuisances if n.name in names and n.width]
    boxes = math.prod(1 + (n.width or 0.0) for n in acting if n.kind == "box") - 1
    return boxes + math.hypot(*(n.width or 0.0 for n in acting if n.kind == "gaussian"))


def sm_hypotheses(experiment: Experiment, factor: float = 1.0) -> tuple[float, float]:
    """Return the assumed and the tested a_nu_ee, cm^2, of a search for the Standard Model anapole.

    Where the conventions hold the Standard Model anapole in the weak part, it is true and its
    absence is tested; otherwise its absence is true and `factor` times its value is tested.
    """
    true = float(experiment.parameters()["a_nu_ee"].default or 0.0)
    sm = factor * float(standard_model_anapole(experiment.conventions)[0])
    return (true, 0.0) if true else (0.0, sm)


def shift_per_radius(conventions: str | Conventions) -> float:
    """Return the shift of g_V of the electron per charge radius of nu_e, cm^-2, that conventions use."""
    record = get_conventions(conventions)
    radius = float(baseline_r2(record)[0]) + 1e-32
    currents, _, _ = electron_couplings({"r2_nu_ee": np.asarray(radius)}, record)
    return 2 * float(currents[1].g_L[0, 0].real) / 1e-32


def at_exposure(model: Model, factor: float) -> Model:
    """Return a model whose chi2, times `factor`, is that of an exposure `factor` times as long.

    Data and expectation grow alike and the errors as their root, so the sum over bins goes with the
    exposure; a Gaussian penalty does not, hence its width is scaled. Exact for the Gaussian chi2 of
    Asimov data with at least one event a bin.
    """
    wider = {
        n.name: Nuisance(n.name, "gaussian", n.width * math.sqrt(factor))
        for n in model.nuisances
        if n.kind == "gaussian" and n.width
    }
    return with_nuisances(model, wider) if wider else model


def end_of_interval(
    model: Model, parameter: str, threshold: float, beyond: float, profile: Profile | None = None
) -> tuple[float, dict[str, float]]:
    """Return where Delta chi2 of Asimov data first reaches a threshold, on one side of the default.

    Parameters
    ----------
    model : CountModel or CombinedModel
        Its data are its expectation at the defaults.
    parameter : str
    threshold : float
    beyond : float
        Surely outside, above or below the default, in the parameter's unit.
    profile : mapping of str to (lower, upper), optional
        Parameters minimised over, started at their defaults.

    Returns
    -------
    float, dict
        The end, to about 1e-4 of its distance from the default, and the profiled parameters there.

    Raises
    ------
    ValueError
        If the threshold is not reached before `beyond`.
    """
    known = model.parameters()
    default, others = float(known[parameter].default or 0.0), dict(profile or {})
    start = {name: float(known[name].default or 0.0) for name in others}
    ground = minimise(model, {parameter: default}, profile=others, start=start).twice_nll[0] if others else 0.0
    inner, outer = default, beyond
    for _ in range(4):
        x = np.linspace(inner, outer, 13)
        found = minimise(model, {parameter: x}, profile=others, start=start)
        height = found.twice_nll - ground - threshold
        above = np.flatnonzero(height > 0)
        if len(above) == 0:
            raise ValueError(f"{parameter}: Delta chi2 = {threshold:g} is not reached up to {beyond:g}")
        k = max(int(above[0]), 1)
        inner, outer = float(x[k - 1]), float(x[k])
    share = height[k - 1] / (height[k - 1] - height[k])
    return inner + share * (outer - inner), {name: float(v[k]) for name, v in found.parameters.items()}
