r"""Coherent vacuum propagation over a short baseline: phases of L/E in the density matrix of a flux.

The flux is that of one distance and of exact energies. What makes phases wash out, the size of source and
detector, widths of lines and of wave packets, is not modelled; only a phase too fast to be followed is averaged.
Matter is neglected. Solar neutrinos arrive without phases: `nulight.neutrinos.matter`.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from itertools import combinations
from typing import Literal

import numpy as np

from nulight.constants import HBAR_C
from nulight.neutrinos.flux import Flux
from nulight.neutrinos.mixing import OscillationParameters
from nulight.neutrinos.spectra import LineSpectrum, PanelSpectrum
from nulight.typing import ArrayLike, ComplexArray, FloatArray
from nulight.units import eV

__all__ = ["LARGEST_PHASE", "PhaseMode", "masses_squared", "oscillation_phase", "propagated"]

PhaseMode = Literal["auto", "resolved", "averaged"]

LARGEST_PHASE = 4000.0
"""Phases of L/E above this, rad, are not followed but averaged: 637 oscillations, on some 2000 panels."""

_ADVANCE = 2.0  # rad a panel: a cosine of it, times a polynomial of degree 5, to 1e-10
_DEGREE = 11
_NEGLIGIBLE = 1e-6  # of a flux; the accuracy of the rates
_ZERO = 1e-14  # of the largest element of a density matrix


def masses_squared(oscillation: OscillationParameters, m_4: float | None = None) -> FloatArray:
    """Return the squared masses of three or four neutrinos, the lightest of the first three massless.

    Parameters
    ----------
    oscillation : OscillationParameters
    m_4 : float, keV, optional
        Mass of a fourth neutrino.

    Returns
    -------
    array, shape (3,) or (4,), eV^2

    Examples
    --------
    >>> from nulight.neutrinos.mixing import get_oscillation
    >>> masses_squared(get_oscillation("desalas-2020-no"), m_4=1e-3).tolist()
    [0.0, 7.5e-05, 0.00255, 1.0]
    """
    light = np.array([0.0, oscillation.dm2_21, oscillation.dm2_31])
    light -= light.min()
    return light if m_4 is None else np.append(light, (m_4 / eV) ** 2)


def oscillation_phase(E_nu: ArrayLike, length: float, dm2: ArrayLike) -> FloatArray:
    r"""Return the phase :math:`\Delta m^2 L / (2E)`, rad.

    Parameters
    ----------
    E_nu : array, keV
    length : float, cm
    dm2 : array broadcasting with `E_nu`, eV^2

    Returns
    -------
    array

    Examples
    --------
    The usual form, 1.267 times 2 for eV^2, m and MeV:

    >>> round(float(oscillation_phase(1e3, 100.0, 1.0)), 3)
    2.534
    """
    phase: FloatArray = np.asarray(dm2) * (eV**2 * length / (2 * HBAR_C)) / np.asarray(E_nu)
    return phase


def propagated(
    flux: Flux, length: float, mixing: ArrayLike, masses_squared: ArrayLike, *, mode: PhaseMode = "auto"
) -> Flux:
    r"""Return the flux after a distance in vacuum.

    Parameters
    ----------
    flux : Flux
        In the flavour basis, of three or N states, lines or a spectrum; normalised at the detector already.
    length : float, cm
        Not negative. One distance: no average over the sizes of source and detector is made.
    mixing : array, shape (N, N)
        :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`.
    masses_squared : array, shape (N,), eV^2
        Only differences count.
    mode : "auto", "resolved" or "averaged"
        Phases above `LARGEST_PHASE` of a spectrum are averaged with a warning if more than 1e-6 of the flux has them
        (auto), or are an error (resolved). ``averaged`` drops all phases, as after a long way.

    Returns
    -------
    Flux
        In the flavour basis, N x N. Channels: what stays, then the cosine and the sine of each phase difference.

    Raises
    ------
    ValueError
        If the flux is stored in the mass basis or has more states than the mixing matrix, U is not unitary, shapes do
        not fit, the length is negative, or a phase is not resolved.

    Notes
    -----
    .. math:: \rho_{jk}(L) = \rho_{jk}(0)\, e^{-i(\phi_j - \phi_k)}, \qquad \phi_j = m_j^2 L / (2E)

    in the mass basis, with U for neutrinos and U* for antineutrinos, for m much smaller than E. Lines are exact; a
    spectrum is put on panels over which no phase advances by more than 2 rad.

    References
    ----------
    ParticleDataGroup:2024cfk, review "Neutrino Masses, Mixing, and Oscillations"
    """
    U, m2 = _checked(flux, length, mixing, masses_squared, mode)
    V = U if flux.helicity == "nu" else U.conj()
    n = len(U)
    start = np.zeros((flux.n_channels, n, n), dtype=complex)
    start[:, : flux.matrices.shape[1], : flux.matrices.shape[2]] = flux.matrices
    rho = V.conj().T @ start @ V
    rate = oscillation_phase(1.0, length, m2[:, None] - m2[None, :])
    pairs = [p for p in combinations(range(n), 2) if rate[p] != 0 and np.abs(rho[:, p[0], p[1]]).max() > _ZERO]
    steady, coherent = rho.copy(), []
    for j, k in pairs:
        steady[:, [j, k], [k, j]] = 0
        coherent += [_pair(rho, j, k, 1.0), _pair(rho, j, k, -1j)]
    if mode == "averaged":
        return replace(flux, matrices=V @ steady @ V.conj().T)
    matrices = V @ np.concatenate([steady, *coherent]) @ V.conj().T
    return _with_phases(flux, matrices, np.array([rate[p] for p in pairs]), mode)


def _pair(rho: ComplexArray, j: int, k: int, factor: complex) -> ComplexArray:
    """Matrices that the cosine (factor 1) or the sine (factor -i) of phi_j - phi_k multiplies."""
    part = np.zeros_like(rho)
    part[:, j, k] = factor * rho[:, j, k]
    part[:, k, j] = np.conj(part[:, j, k])
    return part


def _with_phases(flux: Flux, matrices: ComplexArray, rates: FloatArray, mode: PhaseMode) -> Flux:
    """Multiply the weights with cosines and sines; `rates` (n_pairs,) are phases times energy, rad keV."""
    spectrum = flux.spectrum
    if isinstance(spectrum, LineSpectrum):
        E = spectrum.energies
        weights = _expanded(spectrum.weights.T, rates[:, None] / E).T
        return replace(flux, matrices=matrices, spectrum=LineSpectrum(energies=E, weights=weights))
    if not isinstance(spectrum, PanelSpectrum):
        raise ValueError(f"flux {flux.name!r}: only lines and spectra on panels can be propagated")
    lowest = np.clip(np.abs(rates) / LARGEST_PHASE, *spectrum.edges[[0, -1]])
    _account(flux, rates, lowest, mode)

    def density(E: FloatArray) -> FloatArray:
        over_E = (slice(None), *[None] * E.ndim)
        followed = E >= lowest[over_E]
        return _expanded(flux.density(E), rates[over_E] / E, followed)

    return Flux.from_density(
        flux.name,
        _knots(spectrum.edges, np.abs(rates), lowest),
        density,
        matrices=matrices,
        helicity=flux.helicity,
        degree=_DEGREE,
    )


def _expanded(weights: FloatArray, phases: FloatArray, followed: np.ndarray | None = None) -> FloatArray:
    """Weights (J, ...) and phases (n_pairs, ...) to weights (J (1 + 2 n_pairs), ...); zero where not followed."""
    waves = np.stack([np.cos(phases), np.sin(phases)], axis=1)
    if followed is not None:
        waves = waves * followed[:, None]
    factors = np.concatenate([np.ones((1, *phases.shape[1:])), waves.reshape(-1, *phases.shape[1:])])
    result: FloatArray = (factors[:, None] * weights).reshape(-1, *weights.shape[1:])
    return result


def _knots(edges: FloatArray, rates: FloatArray, lowest: FloatArray) -> FloatArray:
    """Edges of panels over which no phase that is followed advances by more than `_ADVANCE`."""
    found, upper = [edges], edges[-1]
    for i in np.argsort(-lowest, kind="stable"):
        if lowest[i] < upper:
            # below the end of the faster ones this is the fastest phase that is left
            fastest = rates[lowest <= lowest[i]].max()
            start, end = 1 / upper, 1 / lowest[i]
            steps = max(int(np.ceil(fastest * (end - start) / _ADVANCE)), 1)
            inner = 1 / np.linspace(start, end, steps + 1)[1:-1]
            found += [inner, lowest[[i]]]
            upper = lowest[i]
    return np.unique(np.concatenate(found))


def _account(flux: Flux, rates: FloatArray, lowest: FloatArray, mode: PhaseMode) -> None:
    """Warn of phases that are averaged where they matter, or refuse them."""
    if not len(rates):
        return
    trace = np.einsum("jaa->j", flux.matrices).real
    total, above = (float(trace @ flux.moments(E)[0]) for E in (0.0, lowest.max()))
    if total - above <= _NEGLIGIBLE * total:
        return
    start = float(flux.edge_energies.min())
    turns = np.abs(rates).max() / start / (2 * np.pi)
    share = f"{100 * (1 - above / total):.2g} % of flux {flux.name!r}, below {lowest.max():.4g} keV"
    if mode == "resolved":
        raise ValueError(
            f"{share}, makes more than {LARGEST_PHASE / (2 * np.pi):.0f} oscillations ({turns:.3g} at {start:.3g} keV) "
            "on its way and is not resolved; use phases: auto or averaged, a shorter distance or smaller masses"
        )
    warnings.warn(
        f"{share}, makes up to {turns:.3g} oscillations on its way: the phases are averaged there", stacklevel=4
    )


def _checked(
    flux: Flux, length: float, mixing: ArrayLike, masses_squared: ArrayLike, mode: str
) -> tuple[ComplexArray, FloatArray]:
    U, m2 = np.asarray(mixing, dtype=complex), np.asarray(masses_squared, dtype=float)
    if mode not in ("auto", "resolved", "averaged"):
        raise ValueError(f"unknown mode {mode!r}; use auto, resolved or averaged")
    if flux.basis != "flavour":
        raise ValueError(f"flux {flux.name!r} is a mixture of mass states, which no distance changes")
    if not 0 <= length < np.inf:
        raise ValueError(f"length = {length} cm must be 0 or more")
    if U.ndim != 2 or U.shape[0] != U.shape[1] or len(U) < flux.matrices.shape[1] or m2.shape != (len(U),):
        raise ValueError(
            f"a mixing matrix of shape {U.shape} and {m2.shape} squared masses do not fit a flux of "
            f"{flux.matrices.shape[1]} states"
        )
    if not np.allclose(U @ U.conj().T, np.eye(len(U)), rtol=0, atol=1e-10):
        raise ValueError("the mixing matrix is not unitary")
    return U, m2
