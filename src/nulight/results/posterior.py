"""Posterior densities as samples, with credible intervals and what is known about their convergence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np

from nulight.io.atomic import atomic_path
from nulight.io.record import Result
from nulight.io.text import json_text
from nulight.results.credible import shortest_interval, unwrapped, weighted_quantile
from nulight.typing import FloatArray

__all__ = ["CredibleKind", "Marginal", "Posterior"]

CredibleKind = Literal["equal-tailed", "highest-density"]

_ARRAYS = ("samples", "weights", "log_posterior")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """Posterior of one parameter or nuisance, everything else integrated over.

    Attributes
    ----------
    name, unit : str
    prior : str
        In words, with its ends.
    logarithmic : bool
        Whether the prior is flat in the logarithm.
    circle : (float, float) or None
        Range of a phase over a whole turn: its intervals are cut opposite to the mean direction and may leave it.
    best_fit : float
        Of the likelihood with penalties; of a phase that has no effect anything.
    mean, std, median : float
    equal_tailed, highest_density : (float, float)
        Credible intervals of the record's `cl`; the second one is the shortest.
    lower, upper : float
        One-sided limits: `cl` of the probability lies above, or below.
    effective_size : float
        Independent samples that would locate the median as well.
    autocorrelation_time : float or None
        In steps, of Markov chains.
    r_hat : float or None
    """

    name: str
    unit: str
    prior: str
    logarithmic: bool
    circle: tuple[float, float] | None
    best_fit: float
    mean: float
    std: float
    median: float
    equal_tailed: tuple[float, float]
    highest_density: tuple[float, float]
    lower: float
    upper: float
    effective_size: float
    autocorrelation_time: float | None = None
    r_hat: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Posterior(Result):
    """Samples of a posterior density.

    Attributes
    ----------
    names, units : tuple of str
        Parameters in their own units, then nuisances u that were sampled.
    parameters : tuple of str
        The physics parameters among them.
    experiments : tuple of str
    samples : array, shape (n, n_dim)
        At most some 20 000, thinned. Empty if the record was read from JSON, which holds the summary only.
    weights : array, shape (n,)
        Sum to one.
    log_posterior : array, shape (n,)
        ln L + ln prior, without the evidence.
    cl : float
        Probability of the intervals in `marginals`.
    marginals : tuple of Marginal
        One per name.
    nuisances : "sample", "profile" or "fixed"
    sampler : str
    settings : mapping
        Of the sampler, and how long it ran.
    seed : int
    acceptance : float or None
        Fraction of accepted steps of Markov chains.
    log_evidence, log_evidence_error : float or None
        ln Z of nested sampling, L relative to the saturated model and the prior normalised.
    converged : bool
    doubts : tuple of str
        Why it has not converged.
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "posterior"

    names: tuple[str, ...]
    units: tuple[str, ...]
    parameters: tuple[str, ...]
    experiments: tuple[str, ...]
    samples: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    weights: FloatArray = field(default_factory=lambda: np.zeros(0))
    log_posterior: FloatArray = field(default_factory=lambda: np.zeros(0))
    cl: float
    marginals: tuple[Marginal, ...]
    nuisances: Literal["sample", "profile", "fixed"]
    sampler: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int
    acceptance: float | None = None
    log_evidence: float | None = None
    log_evidence_error: float | None = None
    converged: bool
    doubts: tuple[str, ...] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)

    def marginal(self, name: str) -> Marginal:
        """Return what is known about one parameter or nuisance.

        Raises
        ------
        ValueError
            If it was not sampled.
        """
        return self.marginals[self._place(name)]

    def of(self, name: str) -> FloatArray:
        """Return the samples of one parameter or nuisance, (n,); phases cut opposite to their mean direction."""
        if not len(self.samples):
            raise ValueError("no samples here: JSON holds the summary; save the samples as .npz or .csv")
        k = self._place(name)
        circle = self.marginals[k].circle
        values = np.asarray(self.samples[:, k], float)
        return values if circle is None else unwrapped(values, self.weights, circle)

    def interval(self, name: str, cl: float = 0.90, kind: CredibleKind = "equal-tailed") -> tuple[float, float]:
        """Return a credible interval: it holds the probability `cl`, given the prior.

        Parameters
        ----------
        name : str
        cl : float
        kind : "equal-tailed" or "highest-density"
            As much probability below as above, or the shortest interval.
        """
        if kind == "highest-density":
            return shortest_interval(self.of(name), self.weights, cl)
        low, high = weighted_quantile(self.of(name), self.weights, [(1 - cl) / 2, (1 + cl) / 2])
        return float(low), float(high)

    def upper_limit(self, name: str, cl: float = 0.90) -> float:
        """Return the value below which lies the probability `cl`, given the prior."""
        return float(weighted_quantile(self.of(name), self.weights, cl))

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values, without the samples."""
        record = {name: value for name, value in Result.to_dict(self).items() if name not in _ARRAYS}
        return record | {"n_samples": len(self.samples)}

    def save(self, path: str | Path) -> Path:
        """Write the summary as JSON, or the samples as CSV or NPZ (which holds the summary as well), atomically.

        Raises
        ------
        ValueError
            If the suffix is none of these.
        """
        path = Path(path)
        if path.suffix.lower() != ".npz":
            return Result.save(self, path)
        with atomic_path(path) as temporary:
            arrays = {name: getattr(self, name) for name in _ARRAYS}
            np.savez_compressed(temporary, **arrays, names=np.array(self.names), summary=np.array(json_text(self)))
        return path

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Return the record with its samples from the .npz file that `save` wrote."""
        from dataclasses import replace

        with np.load(path) as stored:
            record = cls.from_dict(json.loads(str(stored["summary"])))
            return replace(record, **{name: stored[name] for name in _ARRAYS})

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise ValueError(f"{name!r} was not sampled; there are {', '.join(self.names)}")
        return self.names.index(name)

    def _headline(self) -> str:
        names = ", ".join(self.parameters) or "nuisances"
        return f"posterior of {names} ({', '.join(self.experiments)}, {self.sampler}, seed {self.seed})"

    @property
    def n_axes(self) -> int:
        """Number of the first columns of the table that say where its numbers belong."""
        return len(self.names) if len(self.samples) else 1

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        if not len(self.samples):
            return self._summary(), {}
        columns: dict[str, Any] = {name: self.samples[:, k] for k, name in enumerate(self.names)}
        columns |= {"weight": self.weights, "log_posterior": self.log_posterior}
        return columns, dict(zip(self.names, self.units, strict=True))

    def _summary(self) -> dict[str, Any]:
        """A row for each parameter, as far as a record without samples knows them."""
        rows = self.marginals
        columns: dict[str, Any] = {"parameter": [m.name for m in rows], "unit": [m.unit for m in rows]}
        columns |= {name: [getattr(m, name) for m in rows] for name in ("best_fit", "mean", "std", "median")}
        for name in ("equal_tailed", "highest_density"):
            columns |= {f"{name}_{end}": [getattr(m, name)[k] for m in rows] for k, end in enumerate(("low", "high"))}
        return columns | {name: [getattr(m, name) for m in rows] for name in ("lower", "upper", "effective_size")}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for m in self.marginals:
            low, high = m.equal_tailed
            text = (
                f"{m.median:.4g}, {100 * self.cl:g} % in [{low:.4g}, {high:.4g}], below {m.upper:.4g} {m.unit}".rstrip()
            )
            yield m.name, f"{text}; prior {m.prior}"
        if self.log_evidence is not None and self.log_evidence_error is not None:
            yield "ln evidence", f"{self.log_evidence:.3f} +- {self.log_evidence_error:.3f}"
        yield "converged", "yes" if self.converged else "; ".join(("no", *self.doubts))
        yield from Result._lines(self)
