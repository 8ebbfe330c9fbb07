"""A matrix of fundamental moments as people write it, and the named parameters it means.

Elements in the mass or the flavour basis, complex in any usual notation, mass of the fourth state
and mixing in one YAML file. What comes out is what every experiment takes: `lambda_kj`, its phase,
`m_4`, angles. All faults of a file are reported at once.
"""

from __future__ import annotations

import cmath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nulight.conventions import Conventions, get_conventions
from nulight.io.atomic import write_text
from nulight.models.matrix_checks import Nature
from nulight.models.mixing_parameters import MIXING
from nulight.models.moment_draft import Draft
from nulight.typing import ComplexArray

__all__ = [
    "MomentFileError",
    "MomentPoint",
    "element_values",
    "moment_point",
    "read_moment_file",
    "transition_values",
    "write_moment_file",
]


class MomentFileError(ValueError):
    """A matrix of moments that makes no sense; the message lists everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class MomentPoint:
    """A matrix of moments as parameter values.

    Attributes
    ----------
    values : dict of str to float
        `lambda_kj` [mu_B] and `lambda_kj_phase` [rad] in the mass basis, `m_4` [keV], mixing [rad].
    neutrinos : "majorana" or "dirac"
    oscillation : str
        Oscillation parameters that turned the file from the flavour to the mass basis; empty if nothing was turned.
    """

    values: dict[str, float]
    neutrinos: Nature
    oscillation: str = ""


def read_moment_file(path: str | Path, conventions: str | Path | Conventions = "default") -> MomentPoint:
    """Read a YAML file; see `moment_point` for what stands in it.

    Raises
    ------
    MomentFileError
        If the file is not YAML, or anything in it is wrong.
    OSError
        If it cannot be read.
    """
    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8")
        twice = [f"{key}: is given twice; each once" for key in _repeated(yaml.compose(text))]
        return moment_point(yaml.safe_load(text), conventions, faults=twice)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MomentFileError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    except MomentFileError as error:
        raise MomentFileError(f"{path}: {error}") from None


def moment_point(
    document: Any, conventions: str | Path | Conventions = "default", *, faults: Sequence[str] = ()
) -> MomentPoint:
    r"""Turn the content of a moment file into parameter values.

    Parameters
    ----------
    document : mapping
        ``neutrinos``: majorana (default) or dirac. ``basis``: mass (default) or flavour. ``m_4``: energy with unit.
        ``moments``: elements by their indices, or ``matrix``: all rows; in mu_B, see `parse_moment`. Rows are final,
        columns initial neutrinos. In the mass basis both are 1 to 4. In the flavour basis both are e, mu, tau, s for
        Majorana neutrinos (``emu``); for Dirac neutrinos the rows are the right-handed states 1 to 4, which have no
        flavour, and the columns e, mu, tau, s (``1e``). ``mixing``: theta_14 ..., delta_cp in rad.
    conventions : preset name, path of a YAML file, or Conventions
        Its oscillation parameters turn the flavour basis.
    faults : sequence of str
        Faults known already, reported with the others.

    Returns
    -------
    MomentPoint

    Raises
    ------
    MomentFileError
        Listing every fault with its place, what stands there, and what would be right.

    Notes
    -----
    Majorana: :math:`\lambda_{kj} = \sum_{\alpha\beta} U_{\alpha k}\lambda_{\alpha\beta}U_{\beta j}`; Dirac, right
    index only: :math:`\lambda_{kj} = \sum_\beta \lambda_{k\beta} U_{\beta j}`.

    Examples
    --------
    >>> moment_point({"moments": {12: "1e-11 exp(0.5j)"}}).values
    {'lambda_12': 1e-11, 'lambda_12_phase': 0.5}
    """
    draft = Draft(list(faults))
    oscillation = get_conventions(conventions).oscillation
    draft.read(document)
    matrix = draft.in_mass_basis(oscillation)
    if draft.faults:
        raise MomentFileError(draft.report())
    values = transition_values(matrix, draft.neutrinos) | draft.values
    return MomentPoint(values, draft.neutrinos, oscillation if draft.basis == "flavour" else "")


def transition_values(matrix: ComplexArray, neutrinos: Nature) -> dict[str, float]:
    """Return the parameters of a matrix in the mass basis.

    Parameters
    ----------
    matrix : array, shape (4, 4), mu_B
        Final state down the rows; antisymmetric for Majorana neutrinos, whose upper triangle is taken.
    neutrinos : "majorana" or "dirac"

    Returns
    -------
    dict of str to float
        Modulus of every element that is not zero, and its phase where it has one.
    """
    values: dict[str, float] = {}
    for (k, j), element in np.ndenumerate(matrix):
        if element and (k < j or neutrinos == "dirac"):
            values |= element_values(f"lambda_{k + 1}{j + 1}", complex(element))
    return values


def element_values(name: str, element: complex) -> dict[str, float]:
    """Return one element of the matrix as parameters: its modulus, and its phase where it has one.

    Examples
    --------
    >>> element_values("lambda_12", -1e-11)
    {'lambda_12': 1e-11, 'lambda_12_phase': 3.141592653589793}
    """
    modulus, phase = cmath.polar(complex(element) + 0)  # no negative zero, whose phase would be -pi
    return {name: modulus} | ({f"{name}_phase": phase} if phase else {})


def write_moment_file(path: str | Path, values: Mapping[str, float], neutrinos: Nature = "majorana") -> Path:
    """Write parameter values as a file that `read_moment_file` reads, in the mass basis.

    Raises
    ------
    ValueError
        If a value is no transition moment of mass states, `m_4` or mixing.
    """
    import yaml

    elements = [name for name in values if re.fullmatch(r"lambda_\d\d", name)]
    known = {*elements, *(f"{name}_phase" for name in elements), "m_4", *MIXING}
    if strange := sorted(set(values) - known):
        raise ValueError(f"{', '.join(strange)}: a moment file holds lambda_kj with phases, m_4 and mixing")
    moments = {int(name[-2:]): [values[name], values.get(f"{name}_phase", 0.0)] for name in elements}
    document: dict[str, Any] = {"neutrinos": neutrinos, "basis": "mass"}
    if "m_4" in values:
        document["m_4"] = f"{values['m_4']!r} keV"
    document["moments"] = {pair: [float(part) for part in polar] for pair, polar in moments.items()}
    if mixing := {name: float(values[name]) for name in MIXING if name in values}:
        document["mixing"] = mixing
    return write_text(path, yaml.safe_dump(document, sort_keys=False, default_flow_style=None))


def _repeated(node: Any) -> Iterator[str]:
    """Keys that stand twice in one mapping of a YAML document: its reader would keep the last one."""
    if getattr(node, "id", "") != "mapping":
        return
    keys = [str(key.value) for key, _ in node.value]
    yield from (key for i, key in enumerate(keys) if key in keys[:i])
    for _, value in node.value:
        yield from _repeated(value)
