"""Complex moments as text: Cartesian, polar, or a pair of modulus and phase."""

from __future__ import annotations

import cmath
import re

__all__ = ["moment_text", "parse_moment"]

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_POLAR = re.compile(rf"({_NUMBER})\*?exp\(({_NUMBER}|[+-]?)\*?[ij]\)")
_FORMS = "write 1e-11, 1e-11+2e-12j, '2e-11 exp(0.5j)' or [modulus, phase], in mu_B and rad"


def parse_moment(value: object) -> complex:
    """Read one element of the matrix, mu_B.

    Parameters
    ----------
    value : float, complex, str or [modulus, phase]
        Texts are ``"1e-11"``, ``"1e-11+2e-12j"``, ``"2e-11 exp(0.5j)"``, with or without ``mu_B``.

    Raises
    ------
    ValueError
        If it is no finite number.

    Examples
    --------
    >>> parse_moment("1e-11-2e-12j mu_B")
    (1e-11-2e-12j)
    """
    if isinstance(value, list | tuple) and len(value) == 2:
        modulus, phase = (parse_moment(part) for part in value)
        found = modulus * cmath.exp(1j * phase.real) if modulus.imag == 0 == phase.imag else complex(cmath.nan)
    elif isinstance(value, str):
        found = _from_text("".join(value.removesuffix("mu_B").split()))
    elif isinstance(value, int | float | complex) and not isinstance(value, bool):
        found = complex(value)
    else:
        found = complex(cmath.nan)
    if not cmath.isfinite(found):
        raise ValueError(f"{value!r} is no finite moment; {_FORMS}")
    return found


def moment_text(element: complex) -> str:
    """Return an element as short text, Cartesian.

    Examples
    --------
    >>> moment_text(1e-11), moment_text(1e-11 + 2e-12j)
    ('1e-11', '1e-11+2e-12j')
    """
    element = complex(element)
    return f"{element.real:g}" if element.imag == 0 else f"{element:g}"


def _from_text(text: str) -> complex:
    if match := _POLAR.fullmatch(text):
        modulus, phase = match.groups()
        return float(modulus) * cmath.exp(1j * float(phase + "1" if phase in ("", "+", "-") else phase))
    try:
        return complex(text.replace("i", "j") if text.endswith("i") else text)
    except ValueError:
        return complex(cmath.nan)
