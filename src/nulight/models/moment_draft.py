"""A file of moments as it is read: what stands in it so far, and everything found wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np

from nulight.models.mass_basis import dirac_moment_to_mass, majorana_moment_to_mass
from nulight.models.matrix_checks import Nature
from nulight.models.mixing_parameters import MIXING, STATES
from nulight.models.moment_text import moment_text, parse_moment
from nulight.models.parameter import ParameterError
from nulight.models.parameters import PARAMETERS, check_domain
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.typing import ComplexArray
from nulight.units import UnitError, parse_quantity

__all__ = ["Draft"]

_KEYS = ("neutrinos", "basis", "m_4", "moments", "matrix", "mixing")
_BASES = ("mass", "flavour")
_STATES_IN_FLAVOUR = (*FLAVOURS, "s")
_ROUNDING = 1e-14  # of the largest element: what turning the basis leaves of an exact zero is some 1e-16
_SAME = 1e-10  # of the largest transition: rounding of a matrix that was turned, or written with ten digits


@dataclass(slots=True)
class Draft:
    """The content of a file; see `moment_file.moment_point`.

    Attributes
    ----------
    faults : list of str
    neutrinos : "majorana" or "dirac"
    basis : "mass" or "flavour"
    matrix : array, shape (4, 4), mu_B
        In the basis of the file.
    places : dict of (int, int) to str
        Where each element that is given stands in the file.
    values : dict of str to float
        `m_4` [keV] and mixing [rad].
    """

    faults: list[str] = field(default_factory=list)
    neutrinos: Nature = "majorana"
    basis: str = "mass"
    matrix: ComplexArray = field(default_factory=lambda: np.zeros((4, 4), complex))
    places: dict[tuple[int, int], str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)

    def add(self, path: str, value: object, problem: str, expected: str) -> None:
        """Note one fault: where it is, what stands there, what is wrong with it, what would be right."""
        words = " ".join(str(part) for part in (value, problem) if part != "")
        self.faults.append(f"{path}: {words}; {expected}")

    def report(self) -> str:
        """Return all faults, one a line."""
        number = len(self.faults)
        return "\n".join([f"{number} fault{'s' if number > 1 else ''}", *(f"  {fault}" for fault in self.faults)])

    def read(self, document: Any) -> None:
        """Take over everything that stands in the content of a file."""
        if not isinstance(document, Mapping):
            self.faults.append("the content is no mapping of fields; moments: {12: 1e-11}")
            return
        for key in document:
            if key not in _KEYS:
                self.add(str(key), "", "is an unknown field", f"use some of: {', '.join(_KEYS)}")
        choices = {"neutrinos": get_args(Nature), "basis": _BASES}
        sound = [self._choice(document, key, allowed) for key, allowed in choices.items()]
        self._mass(document)
        self._mixing(document.get("mixing", {}))
        given = [key for key in ("moments", "matrix") if key in document]
        if len(given) != 1:
            problem = "and matrix are both given" if given else "are missing"
            self.add("moments", "", problem, "either moments: {12: 1e-11}, or matrix: with all its rows")
        elif all(sound):  # otherwise nobody knows what an index means
            self._elements(document["moments"]) if given == ["moments"] else self._rows(document["matrix"])
            if self.neutrinos == "majorana":
                self._majorana()

    def in_mass_basis(self, oscillation: str) -> ComplexArray:
        """Return the matrix in the mass basis, shape (4, 4), mu_B; further faults are noted, none is raised."""
        if self.faults:
            return self.matrix
        matrix = self.matrix
        if self.basis == "flavour":
            angles: dict[str, Any] = {name: value for name, value in self.values.items() if name in MIXING}
            U = pmns(get_oscillation(oscillation), n=4, **angles)
            turn = majorana_moment_to_mass if self.neutrinos == "majorana" else dirac_moment_to_mass
            matrix = _without_dust(turn(matrix, U))
        if not np.any(matrix):
            self.add("moments", "", "are all zero", "give at least one, such as {12: 1e-11}")
        if np.any(matrix[3, :3]) and "m_4" not in self.values:
            self.add("m_4", "", "is missing, but there are moments to the fourth state", "m_4: 10 keV, or 0 keV")
        return matrix

    def _choice(self, document: Mapping[Any, Any], key: str, allowed: tuple[str, ...]) -> bool:
        value = document.get(key, getattr(self, key))
        if value not in allowed:
            self.add(key, repr(value), "is unknown", f"use {' or '.join(allowed)}")
            return False
        setattr(self, key, value)
        return True

    def _mass(self, document: Mapping[Any, Any]) -> None:
        if "m_4" not in document:
            return
        try:
            mass = parse_quantity(document["m_4"], "energy")
            check_domain("m_4", np.asarray(mass))
            self.values["m_4"] = mass
        except (UnitError, ParameterError) as error:
            self.faults.append(f"m_4: {error}")

    def _mixing(self, mixing: Any) -> None:
        if not isinstance(mixing, Mapping):
            self.add("mixing", repr(mixing), "is no mapping", "mixing: {theta_14: 0.1}, angles in rad")
            return
        for name, value in mixing.items():
            path = f"mixing.{name}"
            if name not in MIXING:
                self.add(path, "", "is unknown", f"use some of: {', '.join(MIXING)}; others belong to the conventions")
                continue
            try:
                self.values[name] = _angle(value)
                check_domain(name, np.asarray(self.values[name]))
            except ParameterError as error:
                self.faults.append(f"{path}: {error}")
            except (TypeError, ValueError):
                self.add(path, repr(value), "is no angle", f"a number in {PARAMETERS[name].unit}")

    def _elements(self, elements: Any) -> None:
        if not isinstance(elements, Mapping) or not elements:
            self.add("moments", repr(elements), "is no mapping of elements", "moments: {12: 1e-11, 14: 2e-11}")
            return
        rows, columns = self._names
        known = {f"{row}{column}": (k, j) for k, row in enumerate(rows) for j, column in enumerate(columns)}
        for key, value in elements.items():
            if str(key) in known:
                self._set(known[str(key)], f"moments.{key}", value)
            else:
                self.add(f"moments.{key}", "", "is no element", f"use some of: {', '.join(known)}")

    def _rows(self, rows: Any) -> None:
        square = isinstance(rows, list) and all(isinstance(row, list) and len(row) == len(rows) for row in rows)
        if not square or len(rows) not in (3, 4):
            self.add("matrix", "", "is no square of 3 or 4 rows", "matrix: [[0, 1e-11, 0], [-1e-11, 0, 0], [0, 0, 0]]")
            return
        for k, row in enumerate(rows):
            for j, value in enumerate(row):
                self._set((k, j), f"matrix[{k}][{j}]", value)

    def _set(self, place: tuple[int, int], path: str, value: object) -> None:
        try:
            self.matrix[place] = parse_moment(value)
            self.places[place] = path
        except ValueError as error:
            self.faults.append(f"{path}: {error}")

    def _majorana(self) -> None:
        """Check that the matrix is antisymmetric, and complete it where one order of a pair is given."""
        rounding = _SAME * np.abs(self.matrix - np.diag(np.diagonal(self.matrix))).max()
        for (k, j), path in self.places.items():
            element, other = self.matrix[k, j], -self.matrix[j, k]
            if k == j and abs(element) > rounding:
                expected = f"0, elements such as {''.join(self._names[0][:2])}, or neutrinos: dirac"
                self.add(path, moment_text(element), "is diagonal, which a Majorana neutrino has not", expected)
            elif k > j and (j, k) in self.places and abs(element - other) > rounding:
                problem = f"is not minus {self.places[j, k]}, as for Majorana neutrinos"
                self.add(path, moment_text(element), problem, f"{moment_text(other)}, or neutrinos: dirac")
        for k, j in self.places:
            if (j, k) not in self.places:
                self.matrix[j, k] = -self.matrix[k, j]

    @property
    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of rows and columns."""
        if self.basis == "mass":
            return STATES, STATES
        return STATES if self.neutrinos == "dirac" else _STATES_IN_FLAVOUR, _STATES_IN_FLAVOUR


def _without_dust(matrix: ComplexArray) -> ComplexArray:
    """The matrix with exact zeros in place of real and imaginary parts that are rounding alone.

    Sums over flavours that cancel leave parts of some 1e-16 of the largest element. Kept, they would be parameters of
    their own, moments of 1e-28 mu_B and phases of 1e-17, and moments to a fourth state that need a mass.
    """
    smallest = _ROUNDING * np.abs(matrix).max()
    real, imaginary = (np.where(np.abs(part) > smallest, part, 0.0) for part in (matrix.real, matrix.imag))
    clean: ComplexArray = real + 1j * imaginary
    return clean


def _angle(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = float(value.removesuffix("rad")) if isinstance(value, str) else float(value)
    if math.isnan(number):
        raise ValueError
    return number
