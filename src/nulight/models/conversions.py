r"""One coupling in the words of another paper: moments, dipole couplings, scales, radii, anapoles, angles.

Three families, with nothing between them: the size of a magnetic moment (mu, d, and the scale 1/d), a charge
radius (r2, a, and the shifts of g_V and of the weak angle it amounts to), and the Majorana moments of
three neutrinos as a vector (Lambda_1) or as elements of a matrix (lambda_23).

Two names hide a factor 2. A dipole coupling d is that of L = (d/2) Nbar sigma nu F (convention ``half``,
the package's) or of L = d Nbar sigma nu F (``unit``). A charge radius is the full effect on a left-handed
neutrino (``package``) or half of it (``half``). A name may carry its convention: ``d:unit``, ``r2:half``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nulight.constants import HBAR_C, MU_B
from nulight.conventions import Conventions, get_conventions
from nulight.models.products import shift_per_r2
from nulight.models.standard_model import anapole_from_r2, r2_from_anapole
from nulight.typing import ArrayLike, FloatArray
from nulight.units import GeV

__all__ = ["QUANTITIES", "Equivalent", "Quantity", "convert", "convertible", "equivalents", "meaning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One way to state a coupling.

    Attributes
    ----------
    name, unit, meaning : str
    family : str
        Quantities of one family can be converted into each other.
    units : dict of str to float
        Units that text may carry, in multiples of `unit`.
    conventions : dict of str to str
        Named conventions of the quantity and what each means, the package's own first; empty if there is
        nothing to choose.
    """

    name: str
    unit: str
    meaning: str
    family: str
    units: dict[str, float]
    conventions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """A value in other words: ``quantity`` with its convention, ``value`` in ``unit``, and what it means."""

    quantity: str
    value: float
    unit: str
    meaning: str


_INVERSE = {f"{name}^-1": 1 / value for name, value in (("keV", 1e-6), ("MeV", 1e-3), ("GeV", 1.0), ("TeV", 1e3))}
_SCALES = {"keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3, "PeV": 1e6}
_AREA = {"cm^2": 1.0, "fm^2": 1e-26, "GeV^-2": (HBAR_C / GeV) ** 2}
_MOMENT = {"mu_B": 1.0}
_PLAIN = {"": 1.0}
_DIPOLE = {"half": "L = (d/2) Nbar sigma nu F", "unit": "L = d Nbar sigma nu F"}
_RADIUS = {"package": "full effect on a left-handed neutrino", "half": "half of the effect on a left-handed neutrino"}


def _quantities() -> Iterator[Quantity]:
    yield Quantity(name="mu", unit="mu_B", meaning="magnetic moment", family="moment", units=_MOMENT)
    text = "dipole coupling"
    yield Quantity(name="d", unit="GeV^-1", meaning=text, family="moment", units=_INVERSE, conventions=_DIPOLE)
    text = "scale 1/d"
    yield Quantity(name="scale", unit="GeV", meaning=text, family="moment", units=_SCALES, conventions=_DIPOLE)
    text = "charge radius squared"
    yield Quantity(name="r2", unit="cm^2", meaning=text, family="radius", units=_AREA, conventions=_RADIUS)
    text = "anapole moment, normalised by the preset of conventions"
    yield Quantity(name="a", unit="cm^2", meaning=text, family="radius", units=_AREA)
    text = "shift of the electron's g_V, and of minus the proton's"
    yield Quantity(name="g_V", unit="", meaning=text, family="radius", units=_PLAIN)
    text = "shift of the weak angle that gives the same g_V"
    yield Quantity(name="sin2_theta_w", unit="", meaning=text, family="radius", units=_PLAIN)
    for name, element in _ELEMENTS.items():
        text = f"component {name[-1]} of the vector of Majorana moments"
        yield Quantity(name=name, unit="mu_B", meaning=text, family=name, units=_MOMENT)
        for pair in (element, element[::-1]):
            text = f"Majorana moment from nu_{pair[1]} to nu_{pair[0]}"
            yield Quantity(name=f"lambda_{pair}", unit="mu_B", meaning=text, family=name, units=_MOMENT)


_ELEMENTS = {"Lambda_1": "23", "Lambda_2": "31", "Lambda_3": "12"}
"""Component -> element of the matrix with the same sign, lambda_jk = eps_jkl Lambda_l."""

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in _quantities()}
"""What can be converted, by name."""


def convert(
    value: ArrayLike,
    from_: str,
    to: str,
    *,
    convention: str | None = None,
    conventions: str | Path | Conventions = "default",
) -> FloatArray:
    r"""Convert a coupling into another one of its family.

    Parameters
    ----------
    value : array, any shape
        In the unit of `from_`, see `QUANTITIES`; finite.
    from_, to : str
        Names out of `QUANTITIES`, with or without a convention: ``"d"``, ``"d:unit"``, ``"r2:half"``.
    convention : str, optional
        Convention of the names that carry none: ``"half"`` or ``"unit"`` for d and its scale, ``"package"``
        or ``"half"`` for r2. The package's own by default.
    conventions : preset name, path of a YAML file, or Conventions
        Normalisation of the anapole, and shift of couplings by a charge radius.

    Returns
    -------
    array, same shape
        In the unit of `to`.

    Raises
    ------
    ValueError
        If a name or convention is unknown, the two are not of one family, a scale is not positive, or the value or
        what it becomes is no finite number.

    Notes
    -----
    .. math::
        d = \mu \frac{\sqrt{\pi\alpha}}{m_e} = 296.304\ \mathrm{GeV}^{-1} \frac{\mu}{\mu_B}, \quad
        d_\mathrm{unit} = d/2, \quad \mathrm{scale} = 1/d, \quad a = -\langle r^2\rangle/6, \quad
        \delta g_V = 2\,\delta s_W^2 = \frac{\sqrt2\pi\alpha}{3 G_F}\langle r^2\rangle

    References
    ----------
    arXiv:1803.03262 for d without 1/2; arXiv:1810.05606 for the radius; arXiv:1905.03750 for the vector

    Examples
    --------
    >>> print(f'{convert(1e-11, "mu", "d"):.3e} {convert(1e-11, "mu", "d:unit"):.3e}')
    2.963e-09 1.482e-09
    >>> print(f'{convert(-0.83e-32, "r2", "a"):.2e}')
    1.38e-33
    """
    start, end = _parsed(from_), _parsed(to)
    if start[0].family != end[0].family:
        raise ValueError(
            f"{from_} cannot be converted to {to}; {start[0].name} can be to: {', '.join(convertible(start[0].name))}"
        )
    if convention is not None:
        start, end = _in_convention(start, end, convention)
    record = get_conventions(conventions)
    given = _finite(np.asarray(value, dtype=float), from_)
    with np.errstate(over="ignore"):
        return _finite(_from_base(end, _to_base(start, given, record), record), to)


def equivalents(
    value: float, from_: str, *, convention: str | None = None, conventions: str | Path | Conventions = "default"
) -> tuple[Equivalent, ...]:
    """Return everything a value is equal to, in every convention; arguments and errors as for `convert`.

    Examples
    --------
    >>> [f"{e.quantity} {e.value:.4g} {e.unit}" for e in equivalents(1e-11, "mu")][:3]
    ['d:half 2.963e-09 GeV^-1', 'd:unit 1.482e-09 GeV^-1', 'scale:half 3.375e+08 GeV']
    """
    quantity, given = _parsed(from_)
    own = given or convention or next(iter(quantity.conventions), "")
    start = f"{quantity.name}:{own}" if own else quantity.name
    found = []
    for other in QUANTITIES.values():
        names = [f"{other.name}:{choice}" for choice in other.conventions] or [other.name]
        if other.family == quantity.family and not (other.name == "scale" and value <= 0):
            found += [_equivalent(value, start, name, other, conventions) for name in names if name != start]
    return tuple(found)


def convertible(name: str) -> tuple[str, ...]:
    """Return the other quantities of the same family.

    Examples
    --------
    >>> convertible("r2")
    ('a', 'g_V', 'sin2_theta_w')
    """
    family = _parsed(name)[0].family
    return tuple(q.name for q in QUANTITIES.values() if q.family == family and q.name != name.partition(":")[0])


def meaning(name: str) -> str:
    """Return what a quantity is, with its convention.

    Examples
    --------
    >>> meaning("d:unit"), meaning("mu")
    ('dipole coupling, L = d Nbar sigma nu F', 'magnetic moment')
    """
    quantity, convention = _parsed(name)
    chosen = convention or next(iter(quantity.conventions), "")
    return ", ".join(filter(None, (quantity.meaning, quantity.conventions.get(chosen))))


def _equivalent(
    value: float, start: str, name: str, quantity: Quantity, conventions: str | Path | Conventions
) -> Equivalent:
    converted = float(convert(value, start, name, conventions=conventions))
    return Equivalent(quantity=name, value=converted, unit=quantity.unit, meaning=meaning(name))


Named = tuple[Quantity, str]
"""A quantity and its convention, empty if none is given."""


def _parsed(text: str) -> Named:
    name, colon, convention = text.partition(":")
    if name not in QUANTITIES:
        if name == "Lambda":  # papers have both
            raise ValueError(
                "Lambda is the scale of a dipole coupling, here called scale, or a vector of Majorana moments, "
                "Lambda_1 to Lambda_3"
            )
        close = difflib.get_close_matches(name, QUANTITIES, n=3)
        hint = f"did you mean: {', '.join(close)}?" if close else f"use one of: {', '.join(QUANTITIES)}"
        raise ValueError(f"unknown quantity {name!r}; {hint}")
    quantity = QUANTITIES[name]
    if colon and convention not in quantity.conventions:
        known = ", ".join(quantity.conventions)
        raise ValueError(
            f"{text}: {name} has the conventions {known}" if known else f"{text}: {name} has no conventions"
        )
    return quantity, convention


def _in_convention(start: Named, end: Named, convention: str) -> tuple[Named, Named]:
    """Give the convention to the names without one, at least one of which must know it."""
    both = (start, end)
    if not any(convention in quantity.conventions for quantity, _ in both):
        known = dict.fromkeys(f"{q.name}: {', '.join(q.conventions)}" for q, _ in both if q.conventions)
        hint = f"use one of {'; '.join(known)}" if known else "there is none to choose here"
        raise ValueError(f"no convention {convention!r} of {start[0].name} or {end[0].name}; {hint}")
    first, second = ((q, given or (convention if convention in q.conventions else "")) for q, given in both)
    return first, second


def _to_base(named: Named, value: FloatArray, conventions: Conventions) -> FloatArray:
    """Return mu_B, cm^2 of the package's radius, or the component of the vector."""
    (quantity, convention) = named
    return _maps(quantity.name, convention, conventions)[0](value)


def _from_base(named: Named, base: FloatArray, conventions: Conventions) -> FloatArray:
    (quantity, convention) = named
    result: FloatArray = np.asarray(_maps(quantity.name, convention, conventions)[1](base))
    return result


Map = Callable[[FloatArray], FloatArray]


def _maps(name: str, convention: str, conventions: Conventions) -> tuple[Map, Map]:
    """How a quantity becomes the base of its family, and the way back."""
    dipole = MU_B / (2 if convention == "unit" else 1)
    match name:
        case "d":
            return _linear(1 / dipole)
        case "scale":
            return (lambda x: 1 / (dipole * _positive(x)), lambda x: 1 / (dipole * _positive(x)))
        case "r2":
            return _linear(2.0 if convention == "half" else 1.0)
        case "a":
            return (lambda x: r2_from_anapole(x, conventions), lambda x: anapole_from_r2(x, conventions))
        case "g_V" | "sin2_theta_w":
            shift = float(shift_per_r2(np.asarray(conventions.sin2_theta_w), conventions))
            return _linear((1 if name == "g_V" else 2) / shift)
    # a Majorana moment changes sign with the order of its states
    reverse = name.startswith("lambda_") and name[-2:] not in _ELEMENTS.values()
    return _linear(-1.0 if reverse else 1.0)


def _linear(factor: float) -> tuple[Map, Map]:
    return (lambda x: factor * x, lambda x: x / factor)


def _finite(x: FloatArray, name: str) -> FloatArray:
    if not np.all(np.isfinite(x)):
        raise ValueError(f"{name} = {x} {_parsed(name)[0].unit}".rstrip() + " is no finite number")
    return x


def _positive(x: FloatArray) -> FloatArray:
    if not np.all(x > 0):
        raise ValueError(f"{x} has no scale: that is the inverse of a coupling, which must be positive")
    return x
