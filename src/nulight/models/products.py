"""Couplings that electrons and nuclei share: charge radius, charges, mediators, moments, contact NSI.

Named values come in, matrices in flavour go out; what they multiply, and on which target, is up to
`electron_terms` and `nuclear_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nulight.constants import HBAR_C, K_R2, M_W
from nulight.conventions import Conventions
from nulight.models.own import OwnInteraction
from nulight.models.parameters import (
    FLAVOUR_PAIRS,
    PARAMETERS,
    ParameterError,
    check_domain,
    check_parameters,
    flavour_matrix,
)
from nulight.models.standard_model import standard_model_r2
from nulight.neutrinos.flux import FLAVOURS
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = [
    "Values",
    "baseline_r2",
    "charge_radius_change",
    "checked",
    "diagonal",
    "matrices",
    "mediator_products",
    "millicharges",
    "shift_per_r2",
    "single",
]

Values = Mapping[str, FloatArray]
_IDENTITY = np.eye(3, dtype=complex)


def checked(values: Mapping[str, ArrayLike], own: Sequence[OwnInteraction]) -> dict[str, FloatArray]:
    """Return parameter values as arrays.

    Raises
    ------
    ParameterError
        For an unknown parameter (the message offers close names) or a value outside its domain.
    """
    known = PARAMETERS | {o.parameter.name: o.parameter for o in own}
    check_parameters(values, known)
    arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    for name, array in arrays.items():
        check_domain(name, array, known)
    return arrays


def diagonal(entries: FloatArray) -> ComplexArray:
    """Return matrices (..., 3, 3) with entries (..., 3) on the diagonal."""
    return np.multiply(entries[..., None], _IDENTITY, dtype=complex)


def shift_per_r2(s2w: FloatArray, conventions: Conventions) -> FloatArray:
    """Return the shift of the electron's g_V, and of minus the proton's, per charge radius, cm^-2."""
    if conventions.charge_radius_shift == "exact":
        return np.asarray(K_R2)
    return 2 / 3 * M_W**2 / HBAR_C**2 * s2w


def baseline_r2(conventions: Conventions) -> FloatArray:
    """Return the charge radii that the weak current contains, shape (3,), cm^2."""
    return standard_model_r2() if conventions.baseline_r2 == "standard-model" else np.zeros(3)


def charge_radius_change(values: Values, conventions: Conventions) -> FloatArray | None:
    """Return the charge radius beyond the one the weak current contains, shape (..., 3, 3), cm^2, or None.

    Raises
    ------
    ParameterError
        If charge radius and anapole, which are one quantity, are both set.
    """
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


def millicharges(values: Values) -> FloatArray | None:
    """Return the millicharges, shape (..., 3, 3), e, or None; the common `q_nu` yields to a flavour's own."""
    if "q_nu" not in values:
        return flavour_matrix("q_nu", values)
    common = {f"q_nu_{flavour}{flavour}": values["q_nu"] for flavour in FLAVOURS}
    return flavour_matrix("q_nu", {**common, **values})


def mediator_products(kind: str, values: Values, charges: Mapping[str, float]) -> tuple[FloatArray, ...] | None:
    """Return the products of a light mediator's couplings to neutrinos and to each target particle.

    Parameters
    ----------
    kind : "vector" or "scalar"
    values : mapping of str to array
    charges : mapping of str to float
        Prefix of the products with each particle, and its charge under the universal coupling.

    Returns
    -------
    tuple of array (..., 3, 3), one a particle, or None if no coupling is set

    Raises
    ------
    ParameterError
        If the universal coupling is set together with one of the products.
    """
    g = values.get(f"g_{kind}")
    if g is None:
        return matrices(tuple(charges), values)
    clash = next((name for name in values if name.startswith(f"gg_{kind}_")), None)
    if clash is not None:
        raise ParameterError(f"set g_{kind} (the same for all particles) or products such as {clash}, not both")
    return tuple(charge * np.square(g)[..., None, None] * np.eye(3) for charge in charges.values())


def matrices(prefixes: tuple[str, ...], values: Values) -> tuple[FloatArray, ...] | None:
    """Return one matrix (..., 3, 3) a prefix, zero where no entry is set, or None if none is set at all."""
    found = [flavour_matrix(prefix, values) for prefix in prefixes]
    if all(matrix is None for matrix in found):
        return None
    return tuple(np.zeros((3, 3)) if matrix is None else matrix for matrix in found)


def single(values: Values, name: str) -> float:
    """Return a parameter that enters the fold itself.

    Raises
    ------
    ParameterError
        If it is not set, or has several values.
    """
    if name not in values:
        raise ParameterError(f"set {name} [{PARAMETERS[name].unit}] together with the couplings of this mediator")
    unique = np.unique(values[name])
    if len(unique) != 1:
        raise ParameterError(f"{name} must be one value a call, got {len(unique)}; loop over its values")
    return float(unique[0])
