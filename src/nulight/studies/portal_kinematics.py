"""Which masses of a sterile neutrino an experiment can make, and how far they fly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from nulight.constants import M_E
from nulight.experiments import Experiment
from nulight.experiments.responses import Recoil
from nulight.interactions.decay import decay_length
from nulight.interactions.kinematics import heaviest_final_state
from nulight.neutrinos.flux import FLAVOURS, Flux
from nulight.typing import FloatArray

__all__ = ["CHANNELS", "automatic_masses", "decay_lengths", "kinematic_ends"]

CHANNELS: dict[Recoil, str] = {"electron-recoil": "electrons", "nuclear-recoil": "nuclei"}
"""What the neutrino scatters on, by channel."""

_LIGHTEST = 1.0  # keV: below it every limit of the shipped experiments is that of a massless final state
_DENSE_FROM = 0.7  # of the kinematic end: from here on the grid closes in on it
_CLOSEST, _BEYOND = 1e-3, 1.02  # relative distance of the last mass before the end, and the one after it


def kinematic_ends(experiments: Iterable[Experiment], coupling: str) -> dict[str, float]:
    """Return the heaviest mass that can be made on electrons and on nuclei, keV.

    Parameters
    ----------
    experiments : iterable of Experiment
    coupling : str
        ``"mu_e4"``, ...: only neutrinos of its flavour count; for ``"lambda_14"``, ... all do.

    Returns
    -------
    dict of "electrons", "nuclei" to float
        Channels that are counted and have such neutrinos.
    """
    ends: dict[str, float] = {}
    for experiment in experiments:
        for channel, mass in _targets(experiment).items():
            E = [flux.E_max for flux, weights in _fluxes(experiment, channel, coupling) if np.any(weights)]
            if E:
                end = float(heaviest_final_state(max(E), mass))
                ends[CHANNELS[channel]] = max(ends.get(CHANNELS[channel], 0.0), end)
    return ends


def automatic_masses(end: float, n: int = 100) -> FloatArray:
    """Return a grid of masses, keV: equal ratios from 1 keV, closer and closer to the end, and one beyond it.

    Parameters
    ----------
    end : float, keV
        Heaviest mass that can be made.
    n : int
        Number of masses.

    Examples
    --------
    >>> grid = automatic_masses(500.0)
    >>> len(grid), float(grid[0]), float(grid[-1])
    (100, 1.0, 510.0)
    """
    near = max(n // 4, 2)
    first = min(_LIGHTEST, end / 100)
    far = np.geomspace(first, _DENSE_FROM * end, n - near, endpoint=False)
    close = end * (1 - np.geomspace(1 - _DENSE_FROM, _CLOSEST, near - 1))
    return np.concatenate([far, close, [_BEYOND * end]])


def decay_lengths(
    experiments: Iterable[Experiment], coupling: str, masses: FloatArray, values: FloatArray
) -> FloatArray:
    """Return the mean flight before nu_4 -> nu gamma at couplings `values`, m.

    Parameters
    ----------
    experiments : iterable of Experiment
    coupling : str
    masses, values : array, shape (n_masses,), keV and mu_B

    Returns
    -------
    array, shape (n_masses,), m
        The shortest of the experiments and channels; NaN where a value is, or the mass cannot be made.

    Notes
    -----
    The energy of nu_4 is E - T at the harmonic mean E of the neutrinos above the threshold, because rates
    of decay go as 1/E, and at the geometric mean T = m^2 / [2 sqrt(M (M + 2E))] of the recoil limits,
    where spectra as 1/T have their middle.
    """
    shortest = np.full(len(masses), np.inf)
    for experiment in experiments:
        nature = experiment.conventions.neutrinos
        for channel, target in _targets(experiment).items():
            E = _mean_energies(experiment, channel, coupling, masses + masses**2 / (2 * target))
            E_4 = E - masses**2 / (2 * np.sqrt(target * (target + 2 * E)))
            known = np.flatnonzero(np.isfinite(E_4) & np.isfinite(values))
            length = decay_length(values[known], masses[known], np.maximum(E_4, masses)[known], neutrinos=nature)
            shortest[known] = np.minimum(shortest[known], length / 100)
    return np.where(np.isfinite(shortest), shortest, np.nan)


def _mean_energies(experiment: Experiment, channel: Recoil, coupling: str, thresholds: FloatArray) -> FloatArray:
    """Harmonic mean energies of the neutrinos above thresholds, shape (n,), NaN if there are none, keV."""
    sums = np.zeros((2, len(thresholds)))
    for flux, weights in _fluxes(experiment, channel, coupling):
        sums += np.einsum("kjn,j->kn", flux.moments(thresholds)[:2], weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[1] > 0, sums[0] / sums[1], np.nan)


def _targets(experiment: Experiment) -> dict[Recoil, float]:
    """Mass of what recoils by channel, the heaviest of several nuclides, keV."""
    nuclei = experiment.targets.get("nuclear-recoil")
    return {
        channel: M_E if nuclei is None or channel == "electron-recoil" else max(n.mass for n in nuclei.nuclides)  # type: ignore[attr-defined]
        for channel in experiment.channels
    }


def _fluxes(experiment: Experiment, channel: Recoil, coupling: str) -> Iterator[tuple[Flux, FloatArray]]:
    """Yield every flux with the share (J,) of each of its weights in the flavour of the coupling."""
    folder = experiment.signal.folders[channel]
    for flux in folder.fluxes:
        matrices = flux.flavour_matrices(folder.mixing)
        diagonal = np.real(np.einsum("jaa->ja", matrices))
        flavour = coupling.removeprefix("mu_").removesuffix("4")
        yield flux, diagonal[:, FLAVOURS.index(flavour)] if flavour in FLAVOURS else diagonal.sum(axis=1)
