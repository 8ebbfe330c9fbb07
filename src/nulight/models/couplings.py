"""From named parameter values to the terms of the neutrino-electron cross section.

The Standard Model part is always there and is called "weak"; it contains the Standard Model charge
radius where the conventions say so. Everything that is set beyond it is a current, a moment or an
exchange of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from nulight.constants import HBAR_C, K_R2, M_LEPTON, M_W, SIN2_THETA_W
from nulight.conventions import Conventions
from nulight.interactions.magnetic import Moment, magnetic_terms
from nulight.interactions.scalar import ScalarExchange, scalar_terms
from nulight.interactions.term import Binding, DirectKinematics, Term
from nulight.interactions.vector import (
    CONTACT,
    VectorCurrent,
    charge_radius_current,
    current_pair_terms,
    light_vector_current,
    millicharge_current,
    vector_terms,
)
from nulight.models.parameters import (
    FLAVOUR_PAIRS,
    PARAMETERS,
    Parameter,
    ParameterError,
    check_domain,
    check_parameters,
    flavour_matrix,
)
from nulight.models.standard_model import standard_model_r2
from nulight.neutrinos.flux import FLAVOURS, Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["OwnInteraction", "baseline_r2", "electron_couplings", "electron_terms", "weak_current"]

Values = Mapping[str, FloatArray]
_IDENTITY = np.eye(3, dtype=complex)
_ZERO = np.asarray(0.0)
_MOMENTS = tuple(f"mu_nu_{flavour}" for flavour in FLAVOURS)
_PORTALS = tuple(f"mu_{flavour}4" for flavour in FLAVOURS)

# g_V, g_A of neutrino-electron scattering at low energy with radiative corrections and the Standard
# Model charge radii in, at SIN2_THETA_W, as used in arXiv:2207.05036. The printed table could not be
# seen; the check at hand is that, less charged current and charge radius, the three g_V agree to 1e-4.
# Only nu_e has the charged current, which adds one to both.
_RADIATIVE_G_V = np.array([0.9521, -0.0397, -0.0353])
_RADIATIVE_G_A = np.array([0.4938, -0.5062, -0.5062])
_CHARGED_CURRENT = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnInteraction:
    """An interaction of the user: a cross section times a power of one new parameter.

    Attributes
    ----------
    parameter : Parameter
        New parameter; its name must not be taken.
    dsigma_dT : callable
        Maps T and E_nu, arrays of one shape, keV to cm^2/keV at parameter value 1.
    mass : float, keV
        Target mass that sets the kinematic limits.
    power : int
        The rate goes with this power of the parameter.
    flavours : tuple of str
        Flavours that interact; no flavour change, no interference with other interactions.
    binding : "free" or "stepping"
    m_final : float, keV
        Mass of the final neutrino.

    Raises
    ------
    ParameterError
        If the name is taken or a flavour is unknown.
    """

    parameter: Parameter
    dsigma_dT: Callable[[FloatArray, FloatArray], FloatArray] = field(repr=False)
    mass: float = M_LEPTON[0]
    power: int = 2
    flavours: tuple[str, ...] = FLAVOURS
    binding: Binding = "stepping"
    m_final: float = 0.0

    def __post_init__(self) -> None:
        if self.parameter.name in PARAMETERS:
            raise ParameterError(
                f"parameter name {self.parameter.name!r} is taken; choose another for your interaction"
            )
        if unknown := [flavour for flavour in self.flavours if flavour not in FLAVOURS]:
            raise ParameterError(f"unknown flavour {unknown[0]!r}; use some of: {', '.join(FLAVOURS)}")

    def term(self, value: ArrayLike, helicity: Helicity) -> Term:
        """Return the term at parameter values, any shape."""
        strength = np.asarray(value, dtype=float)[..., None, None] ** self.power
        matrix = strength * np.diag([float(flavour in self.flavours) for flavour in FLAVOURS]).astype(complex)
        kinematics = DirectKinematics(self.parameter.name, self.mass, self.dsigma_dT, self.m_final, self.binding)
        return Term(self.parameter.name, kinematics, matrix, helicity)


def weak_current(sin2_theta_w: ArrayLike, conventions: Conventions) -> VectorCurrent:
    """Return the Standard Model current, with its charge radius where the conventions ask for it.

    Parameters
    ----------
    sin2_theta_w : float or array (...)
    conventions : Conventions

    Returns
    -------
    VectorCurrent
        Diagonal matrices, shape (..., 3, 3).

    Notes
    -----
    Tree: g_V = -1/2 + 2 s2w, g_A = -1/2, both plus one for nu_e. Radiative: the tabulated couplings
    of each flavour less its charge radius, moved from the reference angle by the tree derivative.
    """
    s2w = np.asarray(sin2_theta_w, dtype=float)[..., None]
    g_V = -0.5 + 2 * s2w + _CHARGED_CURRENT
    g_A = -0.5 + _CHARGED_CURRENT
    if conventions.couplings == "radiative":
        delta_V, delta_A = _radiative_corrections()
        g_V, g_A = g_V + delta_V, g_A + delta_A
    g_V = g_V + _shift_per_r2(s2w, conventions) * baseline_r2(conventions)
    return VectorCurrent("weak", CONTACT, _diagonal((g_V + g_A) / 2), _diagonal((g_V - g_A) / 2))


def electron_couplings(
    values: Values, conventions: Conventions
) -> tuple[list[VectorCurrent], list[Moment], list[ScalarExchange]]:
    """Translate parameter values into currents, moments and exchanges.

    Parameters
    ----------
    values : mapping of str to array
        Known parameters in the units of `PARAMETERS`; leading axes (model points) broadcast.
    conventions : Conventions

    Raises
    ------
    ParameterError
        For values outside their domain, or two parameters that mean the same quantity.
    """
    s2w = values.get("sin2_theta_w", np.asarray(conventions.sin2_theta_w))
    currents = [weak_current(s2w, conventions) if np.ndim(s2w) else _cached_weak(float(s2w), conventions)]
    if (r2 := _charge_radius_change(values, conventions)) is not None:
        currents.append(charge_radius_current(r2, shift_per_r2=_shift_per_r2(np.asarray(s2w), conventions)))
    if (q := flavour_matrix("q_nu", values)) is not None:
        currents.append(millicharge_current(q))
    if (gg := _mediator_products("vector", values)) is not None:
        currents.append(light_vector_current(gg, _single(values, "m_vector")))
    scalars = []
    if (gg := _mediator_products("scalar", values)) is not None:
        scalars.append(ScalarExchange("light_scalar", gg.astype(complex), _single(values, "m_scalar")))
    return currents, _moments(values), scalars


def electron_terms(
    values: Mapping[str, ArrayLike],
    conventions: Conventions,
    helicity: Helicity,
    *,
    own: Sequence[OwnInteraction] = (),
    atomic: str | None = None,
) -> list[Term]:
    """Return all terms of scattering on electrons at the given parameter values.

    Parameters
    ----------
    values : mapping of str to array
        Parameters that are not set have their defaults.
    conventions : Conventions
    helicity : "nu" or "nubar"
    own : sequence of OwnInteraction
    atomic : str, optional
        Overrides ``conventions.atomic``.

    Raises
    ------
    ParameterError
        For an unknown parameter (the message offers close names) or a value outside its domain.
    """
    atomic = atomic or conventions.atomic
    known = PARAMETERS | {o.parameter.name: o.parameter for o in own}
    check_parameters(values, known)
    arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    for name, array in arrays.items():
        check_domain(name, array, known)
    (weak, *currents), moments, scalars = electron_couplings(arrays, conventions)
    flat: Binding = "free" if atomic == "free" else "stepping"
    return [
        *_weak_terms(weak, helicity, atomic),
        *(term for current in currents for term in current_pair_terms(weak, current, helicity, binding=atomic)),
        *vector_terms(currents, helicity, binding=atomic),
        *magnetic_terms(moments, helicity, binding=flat),
        *scalar_terms(scalars, helicity, binding=flat),
        *(o.term(arrays[o.parameter.name], helicity) for o in own if o.parameter.name in arrays),
    ]


@lru_cache(maxsize=64)
def _constant_terms(weak: VectorCurrent, helicity: Helicity, atomic: str) -> list[Term]:
    terms = current_pair_terms(weak, weak, helicity, binding=atomic)
    return [replace(term, constant=True) for term in terms]


def _weak_terms(weak: VectorCurrent, helicity: Helicity, atomic: str) -> list[Term]:
    """Terms of the weak current alone; those of a single angle are made once."""
    if weak.g_L.ndim > 2:
        return current_pair_terms(weak, weak, helicity, binding=atomic)
    return _constant_terms(weak, helicity, atomic)


def _diagonal(entries: FloatArray) -> ComplexArray:
    return np.multiply(entries[..., None], _IDENTITY, dtype=complex)


@lru_cache(maxsize=64)
def _cached_weak(s2w: float, conventions: Conventions) -> VectorCurrent:
    return weak_current(s2w, conventions)


@lru_cache(maxsize=1)
def _radiative_corrections() -> tuple[FloatArray, FloatArray]:
    tree_V = -0.5 + 2 * SIN2_THETA_W + _CHARGED_CURRENT
    tree_A = -0.5 + _CHARGED_CURRENT
    return _RADIATIVE_G_V - tree_V - K_R2 * standard_model_r2(), _RADIATIVE_G_A - tree_A


def _shift_per_r2(s2w: FloatArray, conventions: Conventions) -> FloatArray:
    if conventions.charge_radius_shift == "exact":
        return np.asarray(K_R2)
    return 2 / 3 * M_W**2 / HBAR_C**2 * s2w


def baseline_r2(conventions: Conventions) -> FloatArray:
    """Return the charge radii that the weak current contains, shape (3,), cm^2."""
    return standard_model_r2() if conventions.baseline_r2 == "standard-model" else np.zeros(3)


def _charge_radius_change(values: Values, conventions: Conventions) -> FloatArray | None:
    """Charge radius beyond the one the weak current contains; r2 and anapole are one quantity."""
    if not any(name.startswith(("r2_nu_", "a_nu_")) for name in values):
        return None
    for pair in FLAVOUR_PAIRS:
        if f"r2_nu_{pair}" in values and f"a_nu_{pair}" in values:
            raise ParameterError(
                f"r2_nu_{pair} and a_nu_{pair} are the same quantity (a = {conventions.anapole_per_r2:.4g} r2); set one"
            )
    merged = {f"r2_nu_{pair}": values[f"r2_nu_{pair}"] for pair in FLAVOUR_PAIRS if f"r2_nu_{pair}" in values}
    for pair in FLAVOUR_PAIRS:
        if f"a_nu_{pair}" in values:
            merged[f"r2_nu_{pair}"] = values[f"a_nu_{pair}"] / conventions.anapole_per_r2
    baseline = np.diag(baseline_r2(conventions))
    total = flavour_matrix("r2_nu", merged, fill=baseline)
    return None if total is None else total - baseline


def _mediator_products(kind: str, values: Values) -> FloatArray | None:
    g, gg = values.get(f"g_{kind}"), flavour_matrix(f"gg_{kind}", values)
    if g is None:
        return gg
    if gg is not None:
        raise ParameterError(f"set g_{kind} (all neutrinos and electrons) or gg_{kind}_ee, ..., not both")
    return np.square(g)[..., None, None] * np.eye(3)


def _single(values: Values, name: str) -> float:
    """A mass enters the fold itself: one value a call."""
    if name not in values:
        raise ParameterError(f"set {name} [{PARAMETERS[name].unit}] together with the couplings of this mediator")
    unique = np.unique(values[name])
    if len(unique) != 1:
        raise ParameterError(f"{name} must be one value a call, got {len(unique)}; loop over masses")
    return float(unique[0])


def _moments(values: Values) -> list[Moment]:
    moments = []
    common = values.get("mu_nu", _ZERO)
    if (row := _flavour_row(values, _MOMENTS, common)) is not None or "mu_nu" in values:
        moments.append(Moment("magnetic", _diagonal(_spread(common) if row is None else row)))
    if (row := _flavour_row(values, _PORTALS, _ZERO)) is not None:
        heavy = _single(values, "m_4") if "m_4" in values else 0.0
        moments.append(Moment("dipole", row[..., None, :].astype(complex), heavy))
    return moments


def _flavour_row(values: Values, names: tuple[str, ...], missing: FloatArray) -> FloatArray | None:
    """Values of three named parameters, shape (..., 3), or None if none is set."""
    if not any(name in values for name in names):
        return None
    entries = [values.get(name, missing) for name in names]
    row = np.empty((*np.broadcast_shapes(*(entry.shape for entry in entries)), 3))
    for i, entry in enumerate(entries):
        row[..., i] = entry
    return row


def _spread(value: FloatArray) -> FloatArray:
    return np.repeat(value[..., None], 3, axis=-1)
