"""Named parameters of the pair's interactions in the mass basis, and the couplings they stand for.

What leaves this wing is in the package's units: moments in mu_B, masses of mediators in keV, charge
radii and anapoles in cm^2. Only the lightest neutrino's mass is in eV, as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nulight.models.matrix_checks import Nature
from nulight.models.mixing_parameters import TRANSITIONS
from nulight.models.parameter import Parameter, ParameterError
from nulight.models.parameters import PARAMETERS, check_domain, check_parameters
from nulight.renp.couplings import NewPhysics, ScalarMediator, VectorMediator, element
from nulight.renp.kinematics import PAIRS
from nulight.renp.units import KEV
from nulight.typing import ComplexArray, FloatArray

__all__ = ["FAMILIES", "LAMBDAS", "RENP_PARAMETERS", "couplings", "family_of", "parameter_values"]

FAMILIES: dict[str, tuple[str, str, str, float, float]] = {
    "mu": ("mu_B", r"|\mu_{%s}|", "magnetic moment", 0.0, 1e-11),
    "eps": ("mu_B", r"|\epsilon_{%s}|", "electric moment", 0.0, 1e-11),
    "gg_axial": ("", r"g_A^e g_L^{%s}", "electron's axial times neutrinos' left-handed coupling", -math.inf, 1e-26),
    "gg_right": ("", r"g_A^e g_R^{%s}", "electron's axial times neutrinos' right-handed coupling", -math.inf, 1e-26),
    "yy_scalar": ("", r"y_P^e y_S^{%s}", "electron's pseudoscalar times neutrinos' scalar coupling", -math.inf, 1e-19),
    "yy_pseudo": ("", r"y_P^e y_P^{%s}", "pseudoscalar couplings of electron and neutrinos", -math.inf, 1e-19),
    "r2": ("cm^2", r"\langle r^2\rangle_{%s}", "charge radius", -math.inf, 1e-26),
    "a": ("cm^2", r"a_{%s}", "anapole moment", -math.inf, 1e-27),
}
"""Families of couplings: unit, symbol, what they are, lower bound, size to start from."""

_UNIVERSAL = ("gg_axial", "gg_right", "yy_scalar", "yy_pseudo")
_SOURCES = {
    "mu": "arXiv:2206.11717",
    "eps": "arXiv:2206.11717",
    "gg": "arXiv:2110.03510",
    "yy": "arXiv:2110.03510",
    "r2": "arXiv:2306.12953",
    "a": "arXiv:2306.12953",
}
LAMBDAS = tuple(f"lambda_{pair}" for pair, (k, j) in TRANSITIONS.items() if max(k, j) < 3)
"""Moduli of the transition moments between the three light mass states."""

_PHASES = tuple(f"{name}_phase" for name in LAMBDAS)


def _registry() -> dict[str, Parameter]:
    rows = [row for family in FAMILIES for row in _family_rows(family)]
    rows.append(
        Parameter(
            name="m_lightest",
            unit="eV",
            latex="m_0",
            description="mass of the lightest neutrino",
            lower=0.0,
            scale=0.01,
        )
    )
    rows += [
        Parameter(name=f"alpha_{j}1", unit="rad", latex=rf"\alpha_{{{j}1}}", description=f"Majorana phase of nu_{j}")
        for j in "23"
    ]
    own = {row.name: row for row in rows}
    return own | {name: PARAMETERS[name] for name in ("m_vector", "m_scalar", *LAMBDAS, *_PHASES)}


def _family_rows(family: str) -> Iterator[Parameter]:
    unit, latex, text, lower, scale = FAMILIES[family]
    names = [(f"{family}_{pair}", latex % pair, f"{text} of the pair {pair[0]}, {pair[1]}") for pair in PAIRS]
    if family in _UNIVERSAL:
        names.insert(0, (family, latex.replace("^{%s}", ""), f"{text}, of every mass state"))
    for name, symbol, description in names:
        yield Parameter(
            name=name,
            unit=unit,
            latex=symbol,
            description=description,
            lower=lower,
            scale=scale,
            references=(_SOURCES[family.partition("_")[0]],),
        )


RENP_PARAMETERS: dict[str, Parameter] = _registry()
"""Parameters of RENP by name; `m_vector`, `m_scalar` and `lambda_kj` are those of the recoil experiments."""


def family_of(name: str) -> str | None:
    """Return the family a coupling belongs to, or None for a mass or a phase.

    Examples
    --------
    >>> family_of("gg_axial_12"), family_of("yy_scalar"), family_of("m_vector")
    ('gg_axial', 'yy_scalar', None)
    """
    head, _, tail = name.rpartition("_")
    if tail in PAIRS:
        return head if head in FAMILIES else None
    return name if name in _UNIVERSAL else None


def parameter_values(params: Mapping[str, Any]) -> dict[str, FloatArray]:
    """Return parameter values as arrays of shape () or (n,).

    Parameters
    ----------
    params : mapping of str to float or array (n,)
        In the units of `RENP_PARAMETERS`.

    Raises
    ------
    ParameterError
        If a name is unknown, a value is no number or outside its domain, or two arrays differ in length.
    """
    check_parameters(params, RENP_PARAMETERS)
    values = {name: _numbers(name, value) for name, value in params.items()}
    lengths = {name: value.size for name, value in values.items() if value.ndim and value.size != 1}
    if len(set(lengths.values())) > 1:
        listing = ", ".join(f"{name} {size}" for name, size in lengths.items())
        raise ParameterError(
            f"points must be one list, but the numbers of values are: {listing}; give one, or one each"
        )
    return values


def _numbers(name: str, value: Any) -> FloatArray:
    unit = RENP_PARAMETERS[name].unit
    try:
        numbers = np.asarray(value, float)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} = {value!r}: give a number" + (f" in {unit}" if unit else "")) from None
    if numbers.ndim > 1:
        raise ParameterError(f"{name} has shape {numbers.shape}; give one number or a list of them")
    check_domain(name, numbers, RENP_PARAMETERS)
    return numbers


def couplings(values: Mapping[str, FloatArray], nature: Nature, *, longitudinal: bool = False) -> NewPhysics:
    r"""Return the couplings of parameter values.

    Parameters
    ----------
    values : mapping of str to array (...)
        In the units of `RENP_PARAMETERS`. Off-diagonal elements are real, but those of the moments and charge radii
        of Majorana neutrinos imaginary, as they must be; only their size matters. A coupling of every mass state and
        one of a pair add up.
    nature : "dirac" or "majorana"
    longitudinal : bool
        Whether the vector's propagator has the part q_mu q_nu / m^2.

    Returns
    -------
    NewPhysics
        Matrices of shape (..., 3, 3), masses of mediators in eV.

    Raises
    ------
    ParameterError
        If `lambda_kj` is set together with mu or eps, or an element is one that Majorana neutrinos do not have.

    Notes
    -----
    :math:`\lambda = \mu - i\epsilon` is the amplitude from a left-handed :math:`\nu_j` to :math:`\nu_k` of the recoil
    experiments, for Dirac and for Majorana neutrinos. A single :math:`\lambda_{12}` of Dirac neutrinos
    (:math:`\lambda_{21} = 0`) has :math:`|\mu_{12}| = |\epsilon_{12}| = |\lambda_{12}|/2`; of Majorana neutrinos
    (:math:`\lambda_{21} = -\lambda_{12}`) a real one is all electric, an imaginary one all magnetic. The phases are
    those of fields with real, positive masses. Recoil experiments, whose mixing matrix has no Majorana phases, absorb
    them: with `alpha_21`, `alpha_31` their Majorana moments are
    :math:`\lambda_{kj} e^{-i(\alpha_{k1}+\alpha_{j1})/2}`.
    """
    antisymmetric = nature == "majorana"
    found = {
        family: _matrix(family, values, antisymmetric=antisymmetric and family in ("mu", "eps", "r2"))
        for family in FAMILIES
    }
    mu, epsilon = found["mu"], found["eps"]
    if transition := [name for name in (*LAMBDAS, *_PHASES) if name in values]:
        if mu is not None or epsilon is not None:
            raise ParameterError(f"{transition[0]} is mu - i eps of the same moments; set either, not both")
        mu, epsilon = _split(values, nature)
    return NewPhysics(
        mu=_or_zero(mu),
        epsilon=_or_zero(epsilon),
        r2=_or_zero(found["r2"]),
        anapole=_or_zero(found["a"]),
        vector=_vector(values, found, longitudinal),
        scalar=_scalar(values, found),
    )


def _matrix(family: str, values: Mapping[str, FloatArray], *, antisymmetric: bool) -> ComplexArray | None:
    given = [pair for pair in PAIRS if f"{family}_{pair}" in values]
    if antisymmetric and (diagonal := [pair for pair in given if pair[0] == pair[1]]):
        what = FAMILIES[family][2]
        raise ParameterError(
            f"{family}_{diagonal[0]}: a Majorana neutrino has no diagonal {what}; use {family}_12, {family}_13, "
            f"{family}_23, or Dirac neutrinos"
        )
    terms = [element(pair, values[f"{family}_{pair}"], antisymmetric=antisymmetric) for pair in given]
    if family in _UNIVERSAL and family in values:
        terms.append(np.asarray(values[family], float)[..., None, None] * np.eye(3, dtype=complex))
    if not terms:
        return None
    total: ComplexArray = sum(terms[1:], terms[0])
    return total


def _split(values: Mapping[str, FloatArray], nature: Nature) -> tuple[ComplexArray, ComplexArray]:
    """Magnetic and electric part of lambda = mu - i eps, both hermitian."""
    from nulight.conventions import get_conventions
    from nulight.models.moments import transition_matrix

    conventions = get_conventions("default").with_changes(neutrinos=nature)
    matrix = transition_matrix({name: np.asarray(value) for name, value in values.items()}, conventions)
    if matrix is None:
        raise ParameterError("a phase of lambda_kj is set without its modulus")
    moment = matrix[..., :3, :3]
    mirrored = np.conj(np.swapaxes(moment, -1, -2))
    return (moment + mirrored) / 2, 0.5j * (moment - mirrored)


def _vector(
    values: Mapping[str, FloatArray], found: Mapping[str, ComplexArray | None], longitudinal: bool
) -> VectorMediator | None:
    left, right = found["gg_axial"], found["gg_right"]
    if left is None and right is None:
        return None
    mass = _mass(values, "m_vector")
    return VectorMediator(mass=mass, left=_or_zero(left), right=_or_zero(right), longitudinal=longitudinal)


def _scalar(values: Mapping[str, FloatArray], found: Mapping[str, ComplexArray | None]) -> ScalarMediator | None:
    scalar, pseudo = found["yy_scalar"], found["yy_pseudo"]
    if scalar is None and pseudo is None:
        return None
    return ScalarMediator(mass=_mass(values, "m_scalar"), scalar=_or_zero(scalar), pseudoscalar=_or_zero(pseudo))


def _mass(values: Mapping[str, FloatArray], name: str) -> FloatArray:
    mass: FloatArray = np.asarray(values.get(name, 0.0), float) * KEV
    return mass


def _or_zero(matrix: ComplexArray | None) -> ComplexArray:
    return np.zeros((3, 3), complex) if matrix is None else matrix
