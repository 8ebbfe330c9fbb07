"""A point in the space of moments however it is given: parameter values, or a file with the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nulight.conventions import Conventions
from nulight.models.matrix_checks import Nature
from nulight.models.moment_file import MomentPoint, read_moment_file

__all__ = ["MomentInput", "check_nature", "given_point"]

MomentInput = Mapping[str, float] | str | Path | MomentPoint
"""Parameter values by name, the path of a moment file, or what `read_moment_file` returns."""


def given_point(
    values: MomentInput, neutrinos: Nature | None = None, conventions: str | Path | Conventions = "default"
) -> tuple[dict[str, float], Nature | None]:
    """Return parameter values and the nature of the neutrinos they belong to.

    Parameters
    ----------
    values : mapping of str to float, path, or MomentPoint
        A path is that of a YAML file, see `read_moment_file`.
    neutrinos : "majorana" or "dirac", optional
        As asked for; a file says itself.
    conventions : preset name, path of a YAML file, or Conventions
        Their oscillation parameters turn a file in the flavour basis.

    Returns
    -------
    values : dict of str to float
    neutrinos : "majorana" or "dirac", or None if nothing says so

    Raises
    ------
    TypeError
        For anything else than a mapping or a path.
    ValueError
        If the file is wrong, or of neutrinos of another nature than asked for.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> given_point({"lambda_12": 1e-11})
    ({'lambda_12': 1e-11}, None)
    """
    if isinstance(values, Mapping):
        return dict(values), neutrinos
    if not isinstance(values, str | Path | MomentPoint):
        raise TypeError(
            f"values is of type {type(values).__name__}; give parameters such as {{'lambda_12': 1e-11}} or the path "
            "of a moment file as first argument, experiments as second"
        )
    point = values if isinstance(values, MomentPoint) else read_moment_file(values, conventions)
    check_nature(point, neutrinos, "the matrix" if isinstance(values, MomentPoint) else f"{values}:")
    return dict(point.values), point.neutrinos


def check_nature(point: MomentPoint, neutrinos: Nature | None, where: str) -> None:
    """Refuse a matrix of another nature than asked for; `where` begins the message."""
    if neutrinos not in (None, point.neutrinos):
        raise ValueError(f"{where} is of {point.neutrinos.capitalize()} neutrinos, not {neutrinos}; change the file")
