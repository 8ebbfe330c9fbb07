r"""How well a choice of trigger frequencies tells single elements of the moments apart, whatever the exposure.

A single mu_ij or eps_ij adds counts of a known shape :math:`s_a(\omega)`, times its square. With the weak
counts w known and larger than what is added, the expected Delta chi2 of element b, its size free, in data
with element a is the squared length of a's shape orthogonal to b's,

.. math:: \Delta\chi^2_{ab} \propto S_{aa} - \frac{S_{ab}^2}{S_{bb}}, \quad
    S_{ab} = \sum_\omega \frac{s_a(\omega) s_b(\omega)}{w(\omega)}

the sensitivity to a times the squared sine of the angle between both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nulight.models.matrix_checks import Nature
from nulight.renp.atoms import AtomicScheme
from nulight.renp.kinematics import PAIRS, thresholds
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.parameters import couplings
from nulight.renp.spectral import spectral_parts
from nulight.renp.tensors import SpinSum
from nulight.typing import ArrayLike, FloatArray

__all__ = [
    "MARGIN",
    "candidates",
    "element_spectra",
    "emitted",
    "levels",
    "moment_elements",
    "separation",
    "unit_shapes",
]

MARGIN = 1e-6
"""Distance of a trigger from every threshold, eV: more than lasers drift and levels are uncertain (0.2 GHz)."""

_STEPS = 25  # candidates on either side of a gap between thresholds, evenly in the logarithm of the distance


def moment_elements(nature: Nature = "dirac") -> tuple[str, ...]:
    """Return the names of the elements of mu and eps that neutrinos can have, 12 or 6.

    Examples
    --------
    >>> moment_elements("majorana")
    ('mu_12', 'mu_13', 'mu_23', 'eps_12', 'eps_13', 'eps_23')
    """
    pairs = [pair for pair, (i, j) in PAIRS.items() if nature == "dirac" or i != j]
    return tuple(f"{family}_{pair}" for family in ("mu", "eps") for pair in pairs)


def emitted(scheme: AtomicScheme, neutrinos: Neutrinos, elements: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the elements whose pair the atom can emit: those asked for, or all there are.

    Raises
    ------
    ValueError
        If an element is unknown, named twice, not one of these neutrinos, or its pair too heavy; if no pair can be
        emitted; or if there are several sets of masses.
    """
    if neutrinos.masses.ndim != 1:
        raise ValueError(f"masses of shape {neutrinos.masses.shape}: trigger frequencies belong to one set of three")
    known, ends = moment_elements(neutrinos.nature), thresholds(scheme.E_eg, neutrinos.masses)
    light = tuple(name for name in known if ends[PAIRS[name[-2:]]] > 0)
    asked = light if elements is None else tuple(elements)
    if unknown := [name for name in asked if name not in known]:
        raise ValueError(f"no element {unknown[0]!r} of {neutrinos.nature} moments; they have {', '.join(known)}")
    if len(set(asked)) < len(asked):
        raise ValueError(f"elements {', '.join(asked)}: one of them is named twice")
    if not asked:
        raise ValueError(
            f"{scheme.name}: no pair with a moment is light enough for E_eg = {scheme.E_eg:g} eV"
            if elements is None
            else "elements: name at least one, such as mu_11, or leave them out for all"
        )
    if heavy := [name for name in asked if name not in light]:
        i, j = PAIRS[heavy[0][-2:]]
        mass = neutrinos.masses[i] + neutrinos.masses[j]
        raise ValueError(f"{heavy[0]}: the pair has {mass:g} eV, more than E_eg = {scheme.E_eg:g} eV of {scheme.name}")
    return asked


def element_spectra(
    omega: ArrayLike,
    scheme: AtomicScheme,
    neutrinos: Neutrinos,
    elements: Sequence[str],
    *,
    spin_sum: SpinSum = "trace",
) -> tuple[FloatArray, FloatArray]:
    """Return the weak spectral function, and that of each element alone.

    Parameters
    ----------
    omega : array (n,), eV
    scheme, neutrinos, spin_sum
        As for `spectral_parts`.
    elements : sequence of n_el names

    Returns
    -------
    array (n,), and array (n_el, n) per squared mu_B

    Examples
    --------
    >>> from nulight.renp import atomic_scheme, neutrinos
    >>> weak, signal = element_spectra([1.0712], atomic_scheme("yb-dinh-2012"), neutrinos(0.01), ["mu_11"])
    >>> print(f"{signal[0, 0] * 1e-11**2:.1e}")
    6.6e-04
    """
    single = np.eye(len(elements))[:, :, None]
    new = couplings(dict(zip(elements, single, strict=True)), neutrinos.nature)
    parts = spectral_parts(omega, scheme, neutrinos, new, spin_sum=spin_sum)
    weak = parts.pop("weak")
    return weak, sum(parts.values(), np.zeros((len(elements), 1)))


def separation(
    triggers: ArrayLike,
    scheme: AtomicScheme,
    neutrinos: Neutrinos,
    elements: Sequence[str] | None = None,
    *,
    spin_sum: SpinSum = "trace",
) -> FloatArray:
    r"""Return how much of the best sensitivity to an element is left to tell it from another.

    Parameters
    ----------
    triggers : array (n,), eV
        Frequencies that share the time equally.
    scheme, neutrinos, spin_sum
        As for `spectral_parts`.
    elements : sequence of n_el names, optional
        As for `emitted`.

    Returns
    -------
    array (n_el, n_el), between 0 and 1
        Row a, column b: the time in which a would show, all of it spent at the one frequency that is best for a,
        over the time in which these triggers tell it from b with the same significance. On the diagonal b is
        nothing at all. Zero where the triggers do not see a.

    Raises
    ------
    ValueError
        As for `emitted` and `spectral_parts`.

    Notes
    -----
    .. math:: Q_{ab} = \frac{S_{aa} - S_{ab}^2/S_{bb}}{n\,\max_\omega s_a^2/w}, \quad
        Q_{aa} = \frac{S_{aa}}{n\,\max_\omega s_a^2/w}

    for counts that are mostly weak, as they are where separation needs long exposures; the maximum is that over
    `candidates`. Rate, time and the size of the moment cancel.
    """
    names, omega = emitted(scheme, neutrinos, elements), np.atleast_1d(np.asarray(triggers, float))
    places = np.append(candidates(scheme, neutrinos), omega)
    shapes = unit_shapes(places, scheme, neutrinos, names, spin_sum)[:, -len(omega) :]
    overlap = shapes @ shapes.T
    own = np.diag(overlap)
    rival = np.where(own > 0, own, 1.0)
    apart: FloatArray = np.maximum(own[:, None] - overlap**2 / rival, 0.0)
    np.fill_diagonal(apart, own)
    return apart / len(omega)


def unit_shapes(
    omega: FloatArray, scheme: AtomicScheme, neutrinos: Neutrinos, elements: Sequence[str], spin_sum: SpinSum
) -> FloatArray:
    """Shapes s/sqrt(w) of the elements (n_el, n), each in units of its largest value; zero where nothing is emitted."""
    weak, signal = element_spectra(omega, scheme, neutrinos, elements, spin_sum=spin_sum)
    shapes = signal / np.sqrt(np.where(weak > 0, weak, np.inf))
    in_units: FloatArray = shapes / shapes.max(axis=1, keepdims=True)
    return in_units


def candidates(
    scheme: AtomicScheme, neutrinos: Neutrinos, margin: float = MARGIN, highest: float | None = None
) -> FloatArray:
    """Return frequencies to choose from, ascending, eV: dense on both sides of every threshold, `margin` away from all.

    The lowest is a quarter of E_eg, or half the lowest threshold. None is above `highest`, eV; if that is below all
    thresholds they are evenly spaced.

    Raises
    ------
    ValueError
        If `highest` leaves nothing.
    """
    ends = levels(scheme, neutrinos)
    low = min(scheme.E_eg / 4, ends[0] / 2)
    if highest is not None:
        if not highest > low:
            raise ValueError(
                f"highest = {highest:g} eV leaves no trigger frequency: they lie between {low:.4g} eV and the "
                f"threshold of the lightest pair at {ends[-1]:.7g} eV of {scheme.name}"
            )
        if highest <= ends[0] - margin:
            return np.linspace(low, highest, 4 * _STEPS)
        every = candidates(scheme, neutrinos, margin)
        return every[every <= highest]
    places = [ends[0] - np.geomspace(margin, max(ends[0] - low, margin), 4 * _STEPS)]
    for below, above in pairwise(ends):
        if (middle := (above - below) / 2) >= margin:
            steps = np.geomspace(margin, middle, _STEPS)
            places += [below + steps, above - steps[-2::-1]]
    found: FloatArray = np.unique(np.concatenate(places))
    return found


def levels(scheme: AtomicScheme, neutrinos: Neutrinos, elements: Sequence[str] | None = None) -> FloatArray:
    """Thresholds of the elements' pairs, or of all that are emitted, ascending and without repetition, eV."""
    ends = thresholds(scheme.E_eg, neutrinos.masses)
    pairs = PAIRS if elements is None else {name[-2:] for name in elements}
    values: FloatArray = np.array([ends[PAIRS[pair]] for pair in pairs])
    found: FloatArray = np.unique(values[values > 0])
    return found
