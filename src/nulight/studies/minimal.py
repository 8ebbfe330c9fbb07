"""What neutrinos with mass and the weak interaction alone predict: bands over the unknown mass and phases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nulight._version import __version__
from nulight.models.effective_moments import short_baseline_moment, solar_moment
from nulight.models.minimal import dirac_moments, majorana_moments, neutrino_masses
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import OscillationParameters, get_oscillation, pmns
from nulight.results.minimal import Band, MinimalPrediction, Nature
from nulight.sources.solar import solar_source
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["ORDERINGS", "minimal_predictions"]

ORDERINGS = {"normal": "nufit-6.0-no", "inverted": "nufit-6.0-io"}
"""Ordering -> set of oscillation parameters."""

_HEAVIEST = 0.8  # eV; the direct bound of KATRIN 2022, 0.45 eV since 2024 (arXiv:2406.13516)
_OFF = ~np.eye(3, dtype=bool)


def minimal_predictions(lightest: ArrayLike | None = None, *, phases: int = 36) -> MinimalPrediction:
    r"""Predict the moments of Dirac and Majorana neutrinos against the lightest mass.

    Parameters
    ----------
    lightest : array, shape (n,), eV, optional
        1e-4 to 0.8 eV in equal ratios by default.
    phases : int
        Values of each of the two Majorana phases, over a full turn, for the effective moments.

    Returns
    -------
    MinimalPrediction
        Bands of both orderings, mixing at the best fit of NuFIT 6.0: diagonal moments :math:`|\mu_{kk}|` and
        transition moments :math:`|\mu_{kj}|` of Dirac neutrinos, :math:`|\lambda_{kj}|` of Majorana ones, and
        the effective moments of flavours at a short baseline and of solar pp neutrinos.

    Raises
    ------
    ValueError
        If a mass is negative or not finite.

    Notes
    -----
    A Majorana phase turns :math:`|\lambda_{kj}|` from :math:`2|\epsilon^D_{kj}|`, masses subtracted, to
    :math:`2|\mu^D_{kj}|`, masses added. The phases of two elements fix that of the third, but each one
    alone can have any.

    References
    ----------
    Giunti:2014ixa; Esteban:2024eli

    Examples
    --------
    >>> found = minimal_predictions([0.8])
    >>> low, high = found.band("dirac", "diagonal")
    >>> print(f"{low[0]:.3g} {high[0]:.3g}")
    2.56e-19 2.57e-19
    """
    masses = np.geomspace(1e-4, _HEAVIEST, 121) if lightest is None else np.atleast_1d(np.asarray(lightest, float))
    fits = {name: get_oscillation(choice) for name, choice in ORDERINGS.items()}
    bands = [band for name, fit in fits.items() for band in _bands(name, fit, masses, phases)]
    return MinimalPrediction(
        lightest=masses,
        bands=tuple(bands),
        definition=(
            "one loop of W and charged leptons, mixing at the best fit for each ordering; ranges over mass states, "
            f"over Majorana phases exactly for elements and on a grid of {phases} x {phases} for effective moments"
        ),
        provenance={"version": __version__, "oscillation": ORDERINGS},
        citations=("Giunti:2014ixa", "Esteban:2024eli"),
    )


def _bands(ordering: str, oscillation: OscillationParameters, lightest: FloatArray, phases: int) -> Iterator[Band]:
    masses, U = neutrino_masses(lightest, oscillation), pmns(oscillation)
    mu, epsilon = dirac_moments(masses, U)
    totals = solar_source(oscillation=oscillation, components=["pp"]).flux("pp").total()
    shares = totals / totals.sum()
    diagonal, off = np.abs(mu[:, ~_OFF]), np.abs(mu[:, _OFF])
    yield _band("dirac", "diagonal", ordering, diagonal, diagonal)
    yield _band("dirac", "transition", ordering, off, off)
    yield _band("majorana", "transition", ordering, 2 * np.abs(epsilon[:, _OFF]), 2 * off)
    for name, moment in _effective(mu - 1j * epsilon, U, shares):
        yield _band("dirac", name, ordering, moment[:, None], moment[:, None])
    turned = _with_phases(U, phases)
    mu, epsilon = majorana_moments(masses[:, None], turned)
    for name, moment in _effective(mu - 1j * epsilon, turned, shares):
        yield _band("majorana", name, ordering, moment, moment)


def _effective(transition: ComplexArray, mixing: ComplexArray, shares: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    for flavour in FLAVOURS:
        yield f"nu_{flavour}", np.sqrt(short_baseline_moment(transition, mixing, flavour))
    yield "sun", np.sqrt(solar_moment(transition, shares))


def _band(nature: Nature, quantity: str, ordering: str, low: FloatArray, high: FloatArray) -> Band:
    """Range over the last axis."""
    return Band(nature=nature, quantity=quantity, ordering=ordering, low=low.min(axis=-1), high=high.max(axis=-1))


def _with_phases(mixing: ComplexArray, n: int) -> ComplexArray:
    """Mixing matrices, shape (n^2, 3, 3), with every pair of Majorana phases."""
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    alpha = np.stack([np.zeros(n * n), np.repeat(turn, n), np.tile(turn, n)], axis=-1)
    turned: ComplexArray = mixing * np.exp(0.5j * alpha)[:, None, :]
    return turned
