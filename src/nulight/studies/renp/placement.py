"""A choice of trigger frequencies as a record: what is open at each, and how well they separate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight._version import __version__
from nulight.renp.atoms import AtomicScheme
from nulight.renp.kinematics import pair_thresholds
from nulight.renp.library import atomic_scheme
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.separation import candidates, element_spectra, emitted, levels, separation
from nulight.renp.tensors import SpinSum
from nulight.results.renp.placement import RenpPlacement
from nulight.typing import ArrayLike, FloatArray

__all__ = ["renp_placement"]

_SIZE = 1e-11  # mu_B
_NEAREST = 1e-8  # eV: closest to a threshold where the spectra are computed
_DEEPER = 2.0  # times the distance of the lowest trigger or threshold below E_eg/2


def renp_placement(
    scheme: AtomicScheme | str,
    neutrinos: Neutrinos,
    triggers: ArrayLike,
    *,
    elements: Sequence[str] | None = None,
    goal: str = "",
    spin_sum: SpinSum = "trace",
) -> RenpPlacement:
    """Return what trigger frequencies see of the elements of the moments.

    Parameters
    ----------
    scheme : AtomicScheme or str
        Or the name of one, or the path of a card.
    neutrinos : Neutrinos
        One set of masses.
    triggers : array (n,), eV
        Those of `place_triggers`, or your own.
    elements : sequence of str, optional
        As for `place_triggers`.
    goal : str
        What they were chosen for, for the record.
    spin_sum : "trace" or "coherent"

    Returns
    -------
    RenpPlacement

    Raises
    ------
    ValueError
        If a frequency is not between 0 and E_eg/2, or an element cannot be emitted.

    Examples
    --------
    >>> from nulight.renp import load_scheme, neutrinos
    >>> atom = load_scheme("yb")
    >>> renp_placement(atom.scheme, neutrinos(0.01), atom.triggers).open_pairs[4]
    ('11', '12')
    """
    if not isinstance(scheme, AtomicScheme):
        scheme = atomic_scheme(scheme)
    names = emitted(scheme, neutrinos, elements)
    chosen = np.sort(np.atleast_1d(np.asarray(triggers, float)))
    omega = _frequencies(scheme, neutrinos, chosen)
    weak, signals = element_spectra(omega, scheme, neutrinos, names, spin_sum=spin_sum)
    conventions = {"name": "renp", "spin_sum": spin_sum}
    inputs = {name: value for name, value in neutrinos.inputs.items() if np.ndim(value) == 0}
    return RenpPlacement(
        atom=scheme.name,
        E_eg=scheme.E_eg,
        nature=neutrinos.nature,
        masses=tuple(neutrinos.masses.tolist()),
        goal=goal,
        triggers=chosen,
        thresholds=pair_thresholds(scheme.E_eg, neutrinos.masses),
        elements=names,
        separation=separation(chosen, scheme, neutrinos, names, spin_sum=spin_sum),
        omega=omega,
        weak=weak,
        signals=signals * _SIZE**2,
        size=_SIZE,
        definition=(
            "separation: the time in which an element shows, all at the frequency best for it, over the time in which "
            "these triggers tell it from another with the same significance; weak counts dominate"
        ),
        conventions=conventions | inputs,
        provenance={"version": __version__, "atom": scheme.name, "tables": {f"{scheme.name}.yaml": scheme.sha256}},
        citations=tuple(dict.fromkeys([*scheme.references, *neutrinos.references, "arXiv:2206.11717"])),
    )


def _frequencies(scheme: AtomicScheme, neutrinos: Neutrinos, triggers: FloatArray) -> FloatArray:
    """Frequencies for the spectra, ascending: dense near every threshold, the triggers among them."""
    half, ends = scheme.E_eg / 2, levels(scheme, neutrinos)
    deepest = _DEEPER * (half - min(float(triggers.min()), ends[0]))
    low, high = half - deepest, half - (half - ends[-1]) / 2
    even = half - np.geomspace(max(half - high, _NEAREST), deepest, 300)
    near = ends[:, None] + _NEAREST * np.array([-1.0, 1.0])
    places = np.concatenate([even, near.ravel(), candidates(scheme, neutrinos, _NEAREST), triggers])
    return np.unique(places[(places > max(low, 0.0)) & (places < half)])
