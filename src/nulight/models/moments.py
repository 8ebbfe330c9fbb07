"""From named parameter values to magnetic and electric moments: of flavours, to a sterile state, of mass states.

Whatever the basis, a moment is an amplitude from flavours (columns) to final states (rows) of one
mass. Final states are not seen, so each adds its own rate; heavy ones have their own cross section.
The initial neutrinos are the three light ones: nothing heavy is in the flux.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nulight.conventions import Conventions
from nulight.interactions.magnetic import Moment
from nulight.models.mixing_parameters import MIXING, TRANSITIONS
from nulight.models.parameters import ParameterError
from nulight.models.products import Values, diagonal, single
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.typing import ComplexArray, FloatArray

__all__ = ["moments", "transition_matrix"]

_ZERO = np.asarray(0.0)
_MOMENTS = tuple(f"mu_nu_{flavour}" for flavour in FLAVOURS)
_PORTALS = tuple(f"mu_{flavour}4" for flavour in FLAVOURS)
_LAMBDAS = tuple(f"lambda_{pair}" for pair in TRANSITIONS)
_ANGLES = ("theta_14", "theta_24", "theta_34")
_STERILE = 3  # place of nu_4 in rows and columns of lambda


def moments(values: Values, conventions: Conventions) -> list[Moment]:
    """Return the moments that are set.

    Parameters
    ----------
    values : mapping of str to array (...)
    conventions : Conventions
        Says whether `lambda_kj` are of Majorana or Dirac neutrinos, and the oscillation parameters.

    Returns
    -------
    list of Moment
        "magnetic", of flavours with a massless final state; "dipole", from flavours to the sterile
        neutrino; "transition" between the light mass states, and again "dipole" to the fourth.

    Raises
    ------
    ParameterError
        If the portal is set both in flavours (mu_e4) and in mass states (lambda_14), if its
        interference has two mixings, for elements that Majorana neutrinos do not have, or where
        only the fourth state, which no source makes, would be the initial one.

    Notes
    -----
    From flavour a to final state k: sum over the light j of lambda_kj conj(U_aj), with U of four
    neutrinos. Majorana neutrinos reach the fourth by lambda_4j = -lambda_j4. A flux that is stored in
    mass states (solar) meets lambda_kj as it is; its shares of the states are those of three neutrinos.
    """
    found = []
    common = values.get("mu_nu", _ZERO)
    if (row := _flavour_row(values, _MOMENTS, common)) is not None or "mu_nu" in values:
        found.append(Moment("magnetic", diagonal(_spread(common) if row is None else row)))
    if (portal := _flavour_row(values, _PORTALS, _ZERO)) is not None:
        weak = _weak(values, conventions)
        found.append(Moment("dipole", portal[..., None, :].astype(complex), _m_4(values), weak=weak))
    if (transition := transition_matrix(values, conventions)) is not None:
        finals = _final_states(values, conventions)
        if _STERILE in finals and portal is not None:
            raise ParameterError("mu_e4, mu_mu4, mu_tau4 and lambda_14... lead to the same sterile neutrino; set one")
        found += _of_mass_states(transition, finals, values, conventions)
    return found


def transition_matrix(values: Values, conventions: Conventions) -> ComplexArray | None:
    """Return lambda_kj in the mass basis, final state k, shape (..., 4, 4), mu_B, or None if none is set.

    Raises
    ------
    ParameterError
        For an element, or a phase, that Majorana neutrinos do not have: diagonal, or the larger index first.
    """
    given = _given(values)
    if not given:
        return None
    majorana = conventions.neutrinos == "majorana"
    if majorana:
        _check_majorana(values)
    phases = [values.get(f"{name}_phase", _ZERO) for name in given]
    shape = np.broadcast_shapes(*(values[name].shape for name in given), *(phase.shape for phase in phases))
    matrix = np.zeros((*shape, 4, 4), dtype=complex)
    for name, phase in zip(given, phases, strict=True):
        k, j = TRANSITIONS[name.removeprefix("lambda_")]
        matrix[..., k, j] = values[name] * np.exp(1j * phase)
        if majorana:
            matrix[..., j, k] = -matrix[..., k, j]
    return matrix


def _given(values: Values) -> list[str]:
    return [name for name in _LAMBDAS if name in values]


def _final_states(values: Values, conventions: Conventions) -> set[int]:
    """Rows of lambda that a light neutrino may reach by the elements that are set, whatever their values."""
    names = _given(values)
    places = [TRANSITIONS[name.removeprefix("lambda_")] for name in names]
    if conventions.neutrinos == "majorana":
        places += [(j, k) for k, j in places]
    finals = {k for k, j in places if j != _STERILE}
    if not finals:
        raise ParameterError(
            f"{', '.join(names)}: the initial state would be nu_4, which no source makes; the moment of a light "
            "Dirac neutrino to nu_4 is lambda_41, lambda_42 or lambda_43"
        )
    return finals


def _of_mass_states(
    transition: ComplexArray, finals: set[int], values: Values, conventions: Conventions
) -> list[Moment]:
    """Moments to the three light states, and to the heavy one, from the light states that arrive."""
    U = _mixing(values, conventions)
    arriving = U[..., :3, :3]
    light = np.conj(np.swapaxes(arriving, -1, -2))  # nu_a = sum_j conj(U_aj) nu_j
    found = []
    if finals - {_STERILE}:
        block = transition[..., :3, :3]
        found.append(Moment("transition", block @ light, mass_matrix=block))
    if _STERILE in finals:
        block, weak = transition[..., 3:, :3], _weak(values, conventions)
        m_4 = _m_4(values)
        found.append(Moment("dipole", block @ light, m_4, mass_matrix=block, weak=weak, mixing=arriving))
    return found


def _mixing(values: Values, conventions: Conventions) -> ComplexArray:
    """Mixing matrix of four neutrinos, shape (..., 4, 4)."""
    given: dict[str, Any] = {name: values[name] for name in MIXING if name in values}
    return pmns(get_oscillation(conventions.oscillation), n=4, **given) if given else _three(conventions.oscillation)


@lru_cache(maxsize=8)
def _three(oscillation: str) -> ComplexArray:
    U = pmns(get_oscillation(oscillation), n=4)
    U.setflags(write=False)
    return U


def _weak(values: Values, conventions: Conventions) -> ComplexArray | None:
    """Amplitude of each flavour in the sterile state, shape (..., 1, 3), to first order; None without mixing."""
    by_angle = any(name in values for name in _ANGLES)
    if "kappa" in values:
        if by_angle:
            raise ParameterError("kappa is the mixing that theta_14, theta_24, theta_34 give; set one of the two")
        kappa = values["kappa"] * np.exp(1j * values.get("kappa_phase", _ZERO))
        return np.asarray(kappa[..., None, None] * np.ones((1, 3)))
    return np.conj(_mixing(values, conventions)[..., :3, 3])[..., None, :] if by_angle else None


def _check_majorana(values: Values) -> None:
    for name in (name for pair in _LAMBDAS for name in (pair, f"{pair}_phase") if name in values):
        place = name.removeprefix("lambda_")
        k, j = place[0], place[1]
        if k == j:
            raise ParameterError(
                f"{name}: a Majorana neutrino has no diagonal moment; set lambda_12, lambda_13..., or choose "
                "neutrinos: dirac among the conventions"
            )
        if k > j:
            raise ParameterError(
                f"{name}: for Majorana neutrinos lambda_{k}{j} is -lambda_{j}{k}; set that one, or choose "
                "neutrinos: dirac among the conventions"
            )


def _m_4(values: Values) -> float:
    return single(values, "m_4") if "m_4" in values else 0.0


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
