"""Parameters of the fourth neutrino: transition moments of mass states, mixing, and the interference it allows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nulight.models.parameter import Parameter

__all__ = ["MIXING", "STATES", "TRANSITIONS", "interference_rows", "mixing_rows", "transition_rows"]

STATES = ("1", "2", "3", "4")
"""Mass states, the fourth of mass `m_4`."""

TRANSITIONS = {f"{k}{j}": (int(k) - 1, int(j) - 1) for k in STATES for j in STATES}
"""Final and initial state of each transition moment, as places in a matrix."""

MIXING = ("theta_14", "theta_24", "theta_34", "delta_14", "delta_24", "delta_cp")
"""Angles and phases of the mixing matrix that may be set; the others belong to the conventions."""

_TURN = 2 * math.pi
_REFERENCES = ("Miranda:2021kre", "Grimus:2000tq")


def transition_rows() -> Iterator[Parameter]:
    """Yield modulus and phase of every element of lambda in the mass basis."""
    for pair in TRANSITIONS:
        symbol, where = rf"\lambda_{{{pair}}}", _where(pair)
        yield Parameter(
            name=f"lambda_{pair}",
            unit="mu_B",
            latex=rf"|{symbol}|",
            description=f"modulus of the transition moment {where}",
            lower=0.0,
            scale=1e-11,
            references=_REFERENCES,
        )
        yield _angle(f"lambda_{pair}_phase", rf"\arg {symbol}", f"phase of the transition moment {where}", -_TURN)


def mixing_rows() -> Iterator[Parameter]:
    """Yield the active-sterile mixing, which moments and their interference see, and the Dirac phases."""
    for i, flavour in zip("123", ("e", "mu", "tau"), strict=True):
        text = f"mixing angle of the sterile neutrino, mostly with nu_{flavour}"
        yield _angle(f"theta_{i}4", rf"\theta_{{{i}4}}", text, 0.0, _TURN / 4)
    for i in "12":
        yield _angle(f"delta_{i}4", rf"\delta_{{{i}4}}", f"phase of the mixing angle theta_{i}4", -_TURN)
    yield _angle("delta_cp", r"\delta_{CP}", "Dirac phase of three neutrinos, in short-baseline moments", -_TURN, None)


def interference_rows() -> Iterator[Parameter]:
    """Yield the weak mixing of flavours with the sterile neutrino of mu_e4, mu_mu4, mu_tau4."""
    yield Parameter(
        name="kappa",
        unit="",
        latex=r"|\kappa|",
        description="weak mixing of each flavour with the sterile neutrino of mu_e4, mu_mu4, mu_tau4: interference",
        lower=0.0,
        upper=1.0,
        scale=0.01,
        references=("Grimus:1997aa", "Miranda:2021kre"),
    )
    yield _angle("kappa_phase", r"\arg\kappa", "phase of kappa against the moment", -_TURN)


def _angle(name: str, latex: str, text: str, lower: float, upper: float | None = _TURN) -> Parameter:
    default = None if upper is None else 0.0
    return Parameter(
        name=name,
        unit="rad",
        latex=latex,
        description=text,
        lower=lower,
        upper=_TURN if upper is None else upper,
        default=default,
        references=_REFERENCES,
    )


def _where(pair: str) -> str:
    k, j = pair[0], pair[1]
    if k == j:
        return f"of nu_{k} (Dirac only)"
    if k > j:
        return f"from nu_{j} to nu_{k} (Dirac only; -lambda_{j}{k} for Majorana)"
    return f"between nu_{k} and nu_{j} (Dirac: from nu_{j} to nu_{k})"
