"""A scan of trigger frequencies as a counting experiment.

It implements the count model the inference asks for: bins are the trigger frequencies, components the
weak pairs, those of new physics (with their interference, which may be negative) and a background.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from nulight._version import __version__
from nulight.inference.model import Nuisance, Statistic
from nulight.models.matrix_checks import Nature
from nulight.models.parameter import Parameter
from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp.atoms import AtomicScheme
from nulight.renp.checks import each_trigger
from nulight.renp.neutrinos import Neutrinos, Ordering, neutrinos
from nulight.renp.parameters import LAMBDAS, RENP_PARAMETERS, couplings, family_of, parameter_values
from nulight.renp.rate import Target
from nulight.renp.setting import setting, setting_text
from nulight.renp.sizes import one_sigma
from nulight.renp.spectral import spectral_parts
from nulight.renp.tensors import SpinSum
from nulight.renp.units import DAY
from nulight.typing import ArrayLike, FloatArray

__all__ = ["RenpExperiment"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RenpExperiment:
    """Counts at trigger frequencies; made by `renp_experiment`.

    Attributes
    ----------
    name : str
    scheme : AtomicScheme
    triggers : array (n,), eV
    time : array (n,), s
        Time spent at each frequency.
    rate : float, s^-1
        Gamma_0: rate per unit of the spectral function.
    efficiency : array (n,)
    background_rate : array (n,), s^-1
    rate_error, background_error : float
        Relative uncertainties; zero for none.
    nature : "dirac" or "majorana"
    ordering : "normal" or "inverted"
    oscillation : str, OscillationParameters or None
    spin_sum : "trace" or "coherent"
    longitudinal : bool
        Whether a vector's propagator has the part q_mu q_nu / m^2.
    target : Target or None
        What `rate` was computed for; None if it was given.
    defaults : mapping of str to float
        Values of parameters that nobody sets: the mass of the lightest neutrino, masses of mediators...
    data : array (n,) or None
        Observed counts; None for a planned experiment, whose data are its expectation.

    Raises
    ------
    ParameterError
        If a default is of an unknown parameter or outside its domain.
    """

    name: str
    scheme: AtomicScheme
    triggers: FloatArray
    time: FloatArray
    rate: float
    efficiency: FloatArray
    background_rate: FloatArray
    rate_error: float = 0.0
    background_error: float = 0.0
    nature: Nature = "dirac"
    ordering: Ordering | None = None
    oscillation: str | OscillationParameters | None = None
    spin_sum: SpinSum = "trace"
    longitudinal: bool = False
    target: Target | None = None
    defaults: Mapping[str, float] = field(default_factory=dict)
    data: FloatArray | None = None

    statistic: ClassVar[Statistic] = "poisson"
    sigma = None
    components = ("weak", "new physics", "background")

    def __post_init__(self) -> None:
        parameter_values(self.defaults)

    def __repr__(self) -> str:
        """Say what it is."""
        days = self.time / DAY
        spent = f"{days[0]:g} d each" if np.ptp(days) == 0 else f"{days.sum():g} d in all"
        return (
            f"{self.name}: {len(self.triggers)} trigger frequencies, {self.triggers.min():.10g}-"
            f"{self.triggers.max():.10g} eV, {spent}; {self.nature} neutrinos, "
            f"m_0 = {self.defaults['m_lightest']:g} eV, Gamma_0 = {self.rate:.3g} /s{setting_text(self._setting)}"
        )

    @property
    def planned(self) -> bool:
        """Whether there are no data of its own."""
        return self.data is None

    @property
    def scales(self) -> dict[str, tuple[str, ...]]:
        """Nuisances of each component: the rate is common to all atoms' experiments, the background is not."""
        rate = ("renp_rate",) if self.rate_error else ()
        background = (f"{self.name}_background",) if self.background_error else ()
        return {"weak": rate, "new physics": rate, "background": background}

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Uncertainties of Gamma_0 and of the background."""
        sizes = {"renp_rate": self.rate_error, f"{self.name}_background": self.background_error}
        return tuple(Nuisance(name, "gaussian", size) for name, size in sizes.items() if size)

    @cached_property
    def observed(self) -> FloatArray:
        """Counts, shape (n,): data, or the expectation at the defaults."""
        counts: FloatArray = self.expected({})[0].sum(axis=0) if self.data is None else self.data
        return counts

    def neutrinos(self, params: Mapping[str, Any] | None = None) -> Neutrinos:
        """Return the neutrinos for parameter values, which may be arrays."""
        values = {**self.defaults, **(params or {})}
        return neutrinos(
            values["m_lightest"],
            ordering=self.ordering,
            nature=self.nature,
            alpha_21=values.get("alpha_21", 0.0),
            alpha_31=values.get("alpha_31", 0.0),
            oscillation=self.oscillation,
        )

    def spectral_parts(self, params: Mapping[str, Any]) -> dict[str, FloatArray]:
        """Return the spectral function at the triggers by origin, each of shape (n_points or 1, n).

        Raises
        ------
        ParameterError
            If a parameter is unknown or outside its domain, or the neutrinos cannot have a coupling.
        """
        return self._parts(parameter_values({**self.defaults, **params}))

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return expected counts.

        Parameters
        ----------
        params : mapping of str to float or array (n_points,)
            Parameters of `RENP_PARAMETERS`; the others have their defaults.

        Returns
        -------
        array, shape (n_points, 3, n)
            Weak pairs, new physics, background. Zero where no pair is light enough for a trigger. At a trigger on the
            pole of a mediator without width this mediator is left out.

        Raises
        ------
        ParameterError
            As for `spectral_parts`.
        """
        parts = self.spectral_parts(params)
        weak, new = parts.pop("weak"), self._sum(parts)
        n = max(len(weak), len(new))
        counts = np.empty((n, 3, len(self.triggers)))
        counts[:, 0], counts[:, 1] = weak * self._exposure, new * self._exposure
        counts[:, 2] = self.background_rate * self.time
        return counts

    def parameters(self) -> Mapping[str, Parameter]:
        """Return the parameters, with the size at which each coupling shows here."""
        return self._parameters

    def without_effect(self, name: str) -> str:
        """Say why a parameter has no effect on any count, if that is known; an empty text otherwise."""
        if name in ("alpha_21", "alpha_31") and self.nature == "dirac":
            return "Majorana phases have no effect on Dirac neutrinos"
        return ""

    def with_time(self, days: ArrayLike) -> RenpExperiment:
        """Return the experiment with another time at each frequency, d."""
        return replace(self, time=each_trigger("days", days, " d", len(self.triggers), zero=False) * DAY)

    def with_defaults(self, **values: float) -> RenpExperiment:
        """Return the experiment with other values of parameters that nobody sets, in their units.

        Raises
        ------
        ParameterError
            If a parameter is unknown or its value outside its domain.
        """
        return replace(self, defaults={**self.defaults, **values})

    def provenance(self) -> dict[str, Any]:
        """Return what the counts depend on."""
        made = self.neutrinos().inputs
        return {
            "version": __version__,
            "atom": self.scheme.name,
            "tables": {f"{self.scheme.name}.yaml": self.scheme.sha256},
            "conventions": {
                "name": "renp",
                "spin_sum": self.spin_sum,
                "photon_exchange": self.scheme.photon_exchange,
                **self._setting,
                **{key: value for key, value in made.items() if np.ndim(value) == 0},
            },
            "triggers_eV": tuple(self.triggers.tolist()),
            "days": tuple((self.time / DAY).tolist()),
            "citations": tuple(dict.fromkeys([*self.scheme.references, *self.neutrinos().references])),
        }

    @property
    def _setting(self) -> dict[str, Any]:
        """Rate, losses, background and uncertainties, for the record."""
        return setting(
            rate=self.rate,
            target=self.target,
            efficiency=self.efficiency,
            background=self.background_rate * DAY,
            rate_error=self.rate_error,
            background_error=self.background_error,
            longitudinal=self.longitudinal,
        )

    @property
    def _exposure(self) -> FloatArray:
        """Counts per unit of the spectral function, shape (n,)."""
        exposure: FloatArray = self.rate * self.efficiency * self.time
        return exposure

    def _parts(self, values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Spectral function at the triggers; values are not checked."""
        columns = {name: value[:, None] if value.ndim else value for name, value in values.items()}
        new = couplings(columns, self.nature, longitudinal=self.longitudinal)
        states = self.neutrinos(columns)
        parts = spectral_parts(self.triggers, self.scheme, states, new, spin_sum=self.spin_sum)
        return {name: np.atleast_2d(part) for name, part in parts.items()}

    def _sum(self, parts: Mapping[str, FloatArray]) -> FloatArray:
        """Sum of the parts without those at a pole, shape (n_points or 1, n)."""
        total: FloatArray = sum((np.nan_to_num(part, nan=0.0) for part in parts.values()), np.zeros((1, 1)))
        return total

    @cached_property
    def _parameters(self) -> dict[str, Parameter]:
        sizes = self._sizes()
        return {
            name: replace(row, default=self.defaults.get(name, row.default), scale=sizes.get(name, row.scale))
            for name, row in RENP_PARAMETERS.items()
        } | self._phases()

    def _phases(self) -> dict[str, Parameter]:
        """Majorana phases in one period around their own values: another one is the same but for signs of fields."""
        rows = {name: RENP_PARAMETERS[name] for name in ("alpha_21", "alpha_31")}
        values = {name: self.defaults.get(name, 0.0) for name in rows}
        return {
            name: replace(row, default=values[name], lower=values[name] - np.pi, upper=values[name] + np.pi)
            for name, row in rows.items()
        }

    def _sizes(self) -> dict[str, float]:
        """Size at which every coupling the neutrinos can have shows."""
        couplings = [name for name in RENP_PARAMETERS if family_of(name) and self._has(name)]
        moments = [name for name in LAMBDAS if self._has(name)]  # apart, since mu and eps exclude them
        return {**self._one_sigma(couplings), **self._one_sigma(moments)}

    def _one_sigma(self, names: list[str]) -> dict[str, float]:
        known = {name: np.asarray(value, float) for name, value in self.defaults.items() if self._is_setting(name)}
        start = np.array([RENP_PARAMETERS[name].scale for name in names])
        # a mass may come later; a massless vector has no longitudinal part
        sized = self if self.defaults.get("m_vector") else replace(self, longitudinal=False)

        def new(values: Mapping[str, FloatArray]) -> FloatArray:
            parts = sized._parts({**known, **values})
            return self._sum({name: part for name, part in parts.items() if name != "weak"}) * self._exposure

        found = one_sigma(new, names, start, self.expected({})[0].sum(axis=0))
        return dict(zip(names, found.tolist(), strict=True))

    @staticmethod
    def _is_setting(name: str) -> bool:
        """Whether a default is a mass or a phase, not a coupling."""
        return family_of(name) is None and not name.startswith("lambda_")

    def _has(self, name: str) -> bool:
        """Whether the neutrinos can have a coupling; a Majorana neutrino has half of the matrices."""
        if self.nature == "dirac":
            return True
        k, j = name[-2], name[-1]
        if name in LAMBDAS:
            return k < j
        return family_of(name) != "gg_right" and not (family_of(name) in ("mu", "eps", "r2") and k == j)
