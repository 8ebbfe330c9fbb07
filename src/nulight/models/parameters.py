"""Named parameters of the neutrino's interactions, and the couplings they stand for.

The user speaks in parameters (`mu_nu`, `r2_nu_ee`, `q_nu_emu`...), the interactions in matrices in
flavour. This is the only place that knows both, and where the conventions enter.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np

from nulight.models.mixing_parameters import interference_rows, mixing_rows, transition_rows
from nulight.models.parameter import Parameter, ParameterError
from nulight.neutrinos.flux import FLAVOURS
from nulight.typing import FloatArray

__all__ = ["FLAVOUR_PAIRS", "FOLDED", "PARAMETERS", "Parameter", "ParameterError", "check_parameters", "flavour_matrix"]

FLAVOUR_PAIRS = {f"{a}{b}": (i, j) for i, a in enumerate(FLAVOURS) for j, b in enumerate(FLAVOURS) if i <= j}

FOLDED = ("m_4", "m_vector", "m_scalar", "R_n")
"""Parameters that live inside the integration over the recoil: the terms take one value of them a call."""


def _registry() -> dict[str, Parameter]:
    rows = [
        Parameter(
            name="sin2_theta_w",
            unit="",
            latex=r"\sin^2\theta_W",
            description="weak mixing angle at low energy",
            lower=0.0,
            upper=1.0,
            scale=0.05,
            default=None,
            references=("Vogel:1989iv",),
        ),
        _moment("mu_nu", r"\mu_\nu", "effective magnetic moment of every flavour that has none of its own set"),
    ]
    for flavour, symbol in zip(FLAVOURS, ("e", r"\mu", r"\tau"), strict=True):
        rows.append(_moment(f"mu_nu_{flavour}", rf"\mu_{{\nu_{symbol}}}", f"effective magnetic moment of nu_{flavour}"))
    rows.append(
        Parameter(
            name="q_nu",
            unit="e",
            latex=r"q_\nu",
            description="millicharge of every flavour that has none of its own set",
            scale=1e-13,
            references=_REFERENCES["q_nu"],
        )
    )
    for pair, (i, j) in FLAVOUR_PAIRS.items():
        rows += _pair_parameters(pair, i, j)
    for flavour, symbol in zip(FLAVOURS, ("e", r"\mu", r"\tau"), strict=True):
        text = (
            f"transition moment of nu_{flavour} to one sterile neutrino of mass m_4, coherent with the other flavours"
        )
        rows.append(_moment(f"mu_{flavour}4", rf"\mu_{{{symbol}4}}", text, ("Miranda:2021kre",)))
    rows.append(_mass("m_4", "m_4", "mass of the sterile neutrino of mu_e4, mu_mu4, mu_tau4 and lambda_14..."))
    rows += [*interference_rows(), *transition_rows(), *mixing_rows()]
    rows.append(_neutron_radius())
    for kind, index in (("vector", "V"), ("scalar", "S")):
        text = f"coupling of a light {kind} to all neutrinos, electrons and quarks"
        references = _REFERENCES[f"gg_{kind}"]
        rows.append(
            Parameter(
                name=f"g_{kind}",
                unit="",
                latex=f"g_{index}",
                description=text,
                lower=0.0,
                scale=1e-6,
                references=references,
            )
        )
        rows.append(_mass(f"m_{kind}", f"m_{index}", f"mass of the light {kind}"))
    return {row.name: row for row in rows}


def _moment(
    name: str, latex: str, description: str, references: tuple[str, ...] = ("Vogel:1989iv", "Giunti:2014ixa")
) -> Parameter:
    return Parameter(
        name=name, unit="mu_B", latex=latex, description=description, lower=0.0, scale=1e-11, references=references
    )


def _mass(name: str, latex: str, description: str) -> Parameter:
    return Parameter(name=name, unit="keV", latex=latex, description=description, lower=0.0, scale=100.0)


def _neutron_radius() -> Parameter:
    return Parameter(
        name="R_n",
        unit="fm",
        latex="R_n",
        description="root-mean-square neutron radius of every nucleus of the target",
        lower=2.0,  # the surface of a form factor alone has up to 1.93 fm
        upper=10.0,
        scale=0.5,
        default=None,
    )


def _pair_parameters(pair: str, i: int, j: int) -> list[Parameter]:
    symbol = "".join(("e", r"\mu", r"\tau")[k] for k in (i, j))
    where = f"nu_{FLAVOURS[i]}" if i == j else f"nu_{FLAVOURS[i]} <-> nu_{FLAVOURS[j]}"
    return [
        Parameter(
            name=f"{prefix}_{pair}",
            unit=unit,
            latex=latex % symbol,
            description=f"{text} of {where}" + (", total" if prefix in _TOTALS and i == j else ""),
            scale=scale,
            default=None if prefix in _TOTALS and i == j else 0.0,
            references=_REFERENCES[prefix],
        )
        for prefix, unit, latex, text, scale in _PAIRS
    ]


# name, unit, symbol, description and size of everything that is a matrix in flavour
_PAIRS = (
    ("r2_nu", "cm^2", r"\langle r^2_{\nu_{%s}}\rangle", "charge radius squared", 1e-31),
    ("a_nu", "cm^2", "a_{%s}", "anapole moment", 1e-32),
    ("q_nu", "e", r"q_{\nu_{%s}}", "millicharge", 1e-13),
    ("gg_vector", "", r"(g_\nu g_e)^V_{%s}", "product of light-vector couplings to electrons and", 1e-12),
    ("gg_scalar", "", r"(g_\nu g_e)^S_{%s}", "product of light-scalar couplings to electrons and", 1e-12),
    ("gg_vector_p", "", r"(g_\nu g_p)^V_{%s}", "product of light-vector couplings to protons and", 1e-10),
    ("gg_vector_n", "", r"(g_\nu g_n)^V_{%s}", "product of light-vector couplings to neutrons and", 1e-10),
    ("gg_scalar_p", "", r"(g_\nu g_p)^S_{%s}", "product of light-scalar couplings to protons and", 1e-10),
    ("gg_scalar_n", "", r"(g_\nu g_n)^S_{%s}", "product of light-scalar couplings to neutrons and", 1e-10),
    ("eps_e", "", r"\varepsilon^{eV}_{%s}", "vector contact interaction (NSI) with electrons", 0.1),
    ("eps_u", "", r"\varepsilon^{uV}_{%s}", "vector contact interaction (NSI) with up quarks", 0.1),
    ("eps_d", "", r"\varepsilon^{dV}_{%s}", "vector contact interaction (NSI) with down quarks", 0.1),
)
_TOTALS = ("r2_nu", "a_nu")  # include the Standard Model value, which conventions decide
_REFERENCES: dict[str, tuple[str, ...]] = {
    "r2_nu": ("Cadeddu:2018dux", "Giunti:2014ixa"),
    "a_nu": ("Cadeddu:2018dux", "Giunti:2014ixa"),
    "q_nu": ("Giunti:2014ixa",),
    **dict.fromkeys(("gg_vector", "gg_vector_p", "gg_vector_n"), ()),
    **dict.fromkeys(("gg_scalar", "gg_scalar_p", "gg_scalar_n"), ("Cerdeno:2016sfi",)),
    **dict.fromkeys(("eps_e", "eps_u", "eps_d"), ("arXiv:hep-ph/0508299",)),
}

PARAMETERS: dict[str, Parameter] = _registry()
"""Every parameter the package knows, by name."""


def check_parameters(names: Iterable[str], known: Mapping[str, Parameter] = PARAMETERS) -> None:
    """Check that every name is known.

    Raises
    ------
    ParameterError
        For the first unknown name; the message offers the closest known ones.
    """
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=4)
            hint = f"did you mean: {', '.join(close)}?" if close else f"use one of: {', '.join(known)}"
            raise ParameterError(f"unknown parameter {name!r}; {hint}")


def check_domain(name: str, value: FloatArray, known: Mapping[str, Parameter] = PARAMETERS) -> None:
    """Check that all values are finite and inside the parameter's domain.

    Raises
    ------
    ParameterError
        Naming the parameter, the value with its unit and the domain.
    """
    parameter = known[name]
    if value.size == 0:
        return
    low, high = float(value.min()), float(value.max())  # NaN comes through both
    if not (math.isfinite(low) and math.isfinite(high) and parameter.lower <= low and high <= parameter.upper):
        bad = ~(np.isfinite(value) & (value >= parameter.lower) & (value <= parameter.upper))
        first = float(value[bad].flat[0])
        raise ParameterError(
            f"{name} = {first} {parameter.unit}".rstrip()
            + f" is outside its domain [{parameter.lower:g}, {parameter.upper:g}]"
        )


@lru_cache(maxsize=16)
def _pair_names(prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((pair, f"{prefix}_{pair}") for pair in FLAVOUR_PAIRS)


def flavour_matrix(prefix: str, values: Mapping[str, FloatArray], fill: FloatArray | None = None) -> FloatArray | None:
    """Collect ``prefix_ee``, ``prefix_emu``... into symmetric matrices.

    Parameters
    ----------
    prefix : str
    values : mapping of str to array (...)
    fill : array, shape (3, 3), optional
        Entries that are not set; zero otherwise.

    Returns
    -------
    array, shape (..., 3, 3), or None if no entry is set
    """
    given = {pair: values[name] for pair, name in _pair_names(prefix) if name in values}
    if not given:
        return None
    shape = np.broadcast_shapes(*(np.shape(v) for v in given.values()))
    matrix = np.zeros((*shape, 3, 3))
    if fill is not None:
        matrix += fill
    for pair, value in given.items():
        i, j = FLAVOUR_PAIRS[pair]
        matrix[..., i, j] = matrix[..., j, i] = value
    return matrix
