r"""Neutrinos of pion decay at rest: a prompt nu_mu line and the delayed Michel spectra of the muon.

Spectra are those of stopped, unpolarised particles at tree level; the electron mass is neglected (it
lowers the end point by 2e-5). Negative pions are captured before they decay, and the few decays in
flight are left out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nulight.constants import M_MU, M_PI
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.sources.source import FluxNuisance, Source, table_hashes
from nulight.sources.time_profiles import PionDecayTimes, TimeProfile, lifetime_table
from nulight.typing import FloatArray

__all__ = ["E_END_MICHEL", "E_NU_MU", "pion_decay_source"]

E_NU_MU = (M_PI**2 - M_MU**2) / (2 * M_PI)
"""Energy of the nu_mu line, 29792.1 keV."""

E_END_MICHEL = M_MU / 2
"""End point of nu_e and nubar_mu, keV; the electron mass lowers it by 1.2 keV."""

_FIRST_KNOT = 1e-6  # start of the Michel spectra over their end point; they rise as E^2


def pion_decay_source(
    *,
    protons: float,
    run_time: float,
    yield_per_flavour: float,
    distance: float,
    width: float = 0.0,
    name: str = "sns",
    time: PionDecayTimes | None = None,
) -> Source:
    r"""Build the fluxes of a beam dump where positive pions stop and decay.

    Parameters
    ----------
    protons : float
        On target during `run_time`.
    run_time : float, s
        Only ``protons / run_time`` counts, so that an exposure of mass times the same time gives the right number
        of events.
    yield_per_flavour : float
        Neutrinos of each of the three kinds per proton.
    distance : float, cm
    width : float
        Relative uncertainty of all three fluxes together; zero leaves the nuisance ``flux_<name>`` out.
    name : str
        Of the source.
    time : PionDecayTimes or None
        Arrival times, from `tabulated_times`, `pulse_times` or `gaussian_pulse_times`; None is uniform in time.

    Returns
    -------
    Source
        Components ``nu_mu`` (line, prompt), ``nubar_mu`` and ``nu_e`` (delayed).

    Raises
    ------
    ValueError
        If a number is not positive, or the width negative.

    Notes
    -----
    Each flux is :math:`\Phi = \dot N_p\, y / (4 \pi L^2)`, shared out over the energy by

    .. math::
        \bar\nu_\mu:\ \frac{64 E^2}{m_\mu^3} \left(\frac34 - \frac{E}{m_\mu}\right), \qquad
        \nu_e:\ \frac{192 E^2}{m_\mu^3} \left(\frac12 - \frac{E}{m_\mu}\right), \qquad E \le m_\mu / 2

    with unit integrals and mean energies 7 m_mu / 20 and 3 m_mu / 10.

    References
    ----------
    Yields at the SNS, known to 10 %: arXiv:2109.11049

    Examples
    --------
    COHERENT CsI, 19.3 m from the target: flux of each kind, cm^-2 s^-1.

    >>> source = pion_decay_source(protons=3.198e23, run_time=3.156e7, yield_per_flavour=0.0848, distance=1930.0)
    >>> [f"{flux.name} {flux.total().sum():.3e}" for flux in source.fluxes]
    ['nu_mu 1.836e+07', 'nubar_mu 1.836e+07', 'nu_e 1.836e+07']
    """
    numbers = (
        ("protons", protons, "on target"),
        ("run_time", run_time, "s"),
        ("yield_per_flavour", yield_per_flavour, "neutrinos per proton"),
        ("distance", distance, "cm"),
    )
    for field, value, unit in numbers:
        if not 0 < value < np.inf:
            raise ValueError(f"{field} = {value} {unit} must be positive")
    if not 0 <= width < np.inf:
        raise ValueError(f"width = {width} must not be negative; it is relative, 0.1 for 10 %")
    total = protons / run_time * yield_per_flavour / (4 * np.pi * distance**2)
    line = Flux.from_lines("nu_mu", [E_NU_MU], [[total]], matrices=pure_flavour("nu_mu"))
    fluxes = (line, _michel_flux("nubar_mu", total, _michel_nubar_mu), _michel_flux("nu_e", total, _michel_nu_e))
    components = tuple(flux.name for flux in fluxes)
    return Source(
        name=name,
        fluxes=fluxes,
        nuisances=(FluxNuisance(name=f"flux_{name}", width=width, components=components),) if width > 0 else (),
        citations=("ParticleDataGroup:2024cfk",),
        hashes=table_hashes([lifetime_table()]) if time is not None and time.prompt.lifetimes else {},
        time_profiles=_profiles(time),
    )


def _michel_flux(flavour: str, total: float, shape: Callable[[FloatArray], FloatArray]) -> Flux:
    return Flux.from_density(
        flavour,
        np.array([_FIRST_KNOT, 1.0]) * E_END_MICHEL,
        lambda E: total * shape(E / M_MU)[None] / M_MU,
        matrices=pure_flavour(flavour),
        helicity="nubar" if flavour.startswith("nubar") else "nu",
        degree=3,  # of the spectra themselves
    )


def _michel_nubar_mu(x: FloatArray) -> FloatArray:
    """Unit spectrum in x = E / m_mu, up to 1/2."""
    return 64 * x**2 * (0.75 - x)


def _michel_nu_e(x: FloatArray) -> FloatArray:
    """Unit spectrum in x = E / m_mu, up to 1/2."""
    return 192 * x**2 * (0.5 - x)


def _profiles(time: PionDecayTimes | None) -> dict[str, TimeProfile]:
    if time is None:
        return {}
    return {"nu_mu": time.prompt, "nubar_mu": time.delayed, "nu_e": time.delayed}
