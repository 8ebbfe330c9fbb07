"""Reactor electron antineutrinos: spectra per fission times a fission rate, or a stated total flux.

Spectra above 2 MeV are conversion or summation calculations; below 2 MeV, where magnetic moments
are won or lost, only summation and old tables exist. The part below 2 MeV is therefore a component
of its own with its own uncertainty, as are the fissile isotopes above and neutron capture on 238U.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from nulight.data.reader import read_package_table
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.sources.reactor_spectra import (
    ISOTOPES,
    MODEL_PARTS,
    SPLIT,
    PiecewiseSpectrum,
    capture_spectrum,
    high_spectrum,
    low_spectrum,
)
from nulight.sources.source import FluxNuisance, Source
from nulight.units import MeV

__all__ = ["PWR_FRACTIONS", "REACTOR_WIDTHS", "ReactorModel", "fission_rate", "reactor_source"]

ReactorModel = Literal[
    "huber-mueller",
    "huber-mueller-vogel-engel",
    "huber-mueller-kopeikin",
    "bestiole",
    "vogel-engel-mueller",
    "kopeikin",
]

_MEV_PER_S_PER_MW = 1e6 / 1.602176634e-13  # SI, exact

PWR_FRACTIONS: dict[str, float] = {"U235": 0.55, "U238": 0.07, "Pu239": 0.32, "Pu241": 0.06}
"""Fission fractions typical of a pressurised-water reactor in mid-cycle."""

REACTOR_WIDTHS: dict[str, float] = {
    "low": 0.05,
    "U235": 0.020,
    "U238": 0.05,
    "Pu239": 0.031,
    "Pu241": 0.026,
    "capture": 0.1,
    "PWR": 0.057,
}
"""Relative one-sigma normalisation of the components.

U235, Pu239, Pu241: flux-weighted total error of Huber's tables (arXiv:1106.0687), 2-8 MeV. U238: no error is tabulated;
largest flux-weighted deviation from Mueller et al. among the shipped evaluations. low: half the spread of the shipped
fluxes below 2 MeV (BESTIOLE, Vogel-Engel, Kopeikin). PWR: flux-weighted error of Kopeikin's table. capture: assumed,
for the number of captures per fission. The correlation of the Huber errors between isotopes is neglected.
"""


def reactor_source(
    *,
    power: float | None = None,
    distance: float | None = None,
    total_flux: float | None = None,
    fractions: Mapping[str, float] | None = None,
    model: ReactorModel = "huber-mueller",
    captures_per_fission: float | None = None,
    widths: Mapping[str, float] | None = None,
    normalisation_width: float = 0.0,
    name: str = "reactor",
) -> Source:
    r"""Build the electron-antineutrino flux of a reactor.

    Parameters
    ----------
    power, distance : float, MW (thermal) and cm
        Give both, or `total_flux`.
    total_flux : float, cm^-2 s^-1
        All antineutrinos of all energies, such as TEXONO's 6.4e12; not the part above 2 MeV, which is a fifth of it.
    fractions : mapping of isotope to float or None
        Share of the fissions by U235, U238, Pu239, Pu241, adding up to one; None takes `PWR_FRACTIONS`.
    model : str
        Where the spectra come from, below and above 2 MeV:

        ========================= =================== ======================================
        huber-mueller             BESTIOLE            Huber (U235, Pu239, Pu241), Mueller (U238)
        huber-mueller-vogel-engel Vogel-Engel         Huber, Mueller
        huber-mueller-kopeikin    Kopeikin, all fuel  Huber, Mueller
        bestiole                  BESTIOLE            BESTIOLE, to 10.5 MeV
        vogel-engel-mueller       Vogel-Engel         Mueller
        kopeikin                  Kopeikin, all fuel  Kopeikin, all fuel, to 9 MeV
        ========================= =================== ======================================
    captures_per_fission : float or None
        Neutron captures on 238U, each followed by two antineutrinos (239U and 239Np). None is 0.6, or zero where the
        table contains them already (Kopeikin).
    widths : mapping of component to float or None
        Replaces entries of `REACTOR_WIDTHS`; zero leaves the nuisance ``flux_reactor_<component>`` out.
    normalisation_width : float
        Relative uncertainty common to all components (power, distance or total flux), nuisance ``flux_<name>``.
    name : str
        Of the plant. Spectra are the same everywhere, and so are their uncertainties; power and distance are its own.

    Returns
    -------
    Source
        Components ``low`` (below 2 MeV, all isotopes), one per isotope above 2 MeV, ``capture``; or ``PWR``.

    Raises
    ------
    ValueError
        If the normalisation is given twice or not at all, a number is out of range, the fractions do not add up to
        one, a name is unknown, or captures are added to a table that contains them.

    Notes
    -----
    Huber's and Mueller's tables end at 8 MeV and nothing is added above, less than 1e-3 of the flux above 2 MeV. All
    tables hold published numbers, none of those used here is digitised from a figure. Fission rate: `fission_rate`.

    References
    ----------
    Huber:2011wv (arXiv:1106.0687); Mueller:2011nm (arXiv:1101.2663); arXiv:2304.14992 (BESTIOLE); Vogel and Engel,
    Phys. Rev. D 39 (1989) 3378; Kopeikin, Phys. Atom. Nucl. 75 (2012) 143

    Examples
    --------
    >>> source = reactor_source(power=2960.0, distance=1039.0)
    >>> f"{sum(float(flux.total().sum()) for flux in source.fluxes):.2e}"
    '4.80e+13'
    """
    if model not in get_args(ReactorModel):
        raise ValueError(f"unknown reactor model {model!r}; use one of: {', '.join(get_args(ReactorModel))}")
    shares = _checked_fractions(fractions)
    spectra = _spectra(model, shares, _checked_captures(model, captures_per_fission))
    per_fission = _per_fission_flux(power, distance, shares)
    fluxes = [_flux(name, spectrum, per_fission or 1.0) for name, spectrum in spectra.items()]
    if total_flux is not None:
        if power is not None or distance is not None or not 0 < total_flux < np.inf:
            raise ValueError(f"give a positive total_flux in cm^-2 s^-1 (here {total_flux}) or power and distance")
        total = sum(float(flux.total()[0]) for flux in fluxes)
        fluxes = [flux.scaled(total_flux / total) for flux in fluxes]
    elif per_fission is None:
        raise ValueError("a reactor needs power in MW and distance in cm, or total_flux in cm^-2 s^-1")
    citations = dict.fromkeys(text for spectrum in spectra.values() for text in spectrum.citations)
    hashes = {name: sha256 for spectrum in spectra.values() for name, sha256 in spectrum.hashes.items()}
    if per_fission is not None:
        hashes["energy_per_fission.csv"] = read_package_table("data/reactor/energy_per_fission.csv").sha256
    return Source(
        name=name,
        fluxes=tuple(fluxes),
        nuisances=_nuisances(tuple(spectra), widths, normalisation_width, f"flux_{name}"),
        citations=tuple(citations),
        hashes=hashes,
    )


def fission_rate(power: float, fractions: Mapping[str, float] | None = None) -> float:
    """Fissions per second at a thermal power.

    Parameters
    ----------
    power : float, MW
        Thermal, positive.
    fractions : mapping of isotope to float or None
        As in `reactor_source`.

    Returns
    -------
    float, 1/s

    Raises
    ------
    ValueError
        If the power is not positive or the fractions do not add up to one.

    Notes
    -----
    Energies per fission 201.92, 205.52, 209.99, 213.60 MeV (U235, U238, Pu239, Pu241), Kopeikin 2004 by the note in
    the table; Ma et al. (arXiv:1212.6625) are 0.2 to 0.5 % higher.
    """
    if not 0 < power < np.inf:
        raise ValueError(f"power = {power} MW must be positive")
    shares = _checked_fractions(fractions)
    table = read_package_table("data/reactor/energy_per_fission.csv")
    energy = sum(share * float(table.where(isotope=name).numbers("energy_MeV")[0]) for name, share in shares.items())
    return power * _MEV_PER_S_PER_MW / energy


def _per_fission_flux(power: float | None, distance: float | None, shares: Mapping[str, float]) -> float | None:
    """Fissions per second and area at the detector, cm^-2 s^-1."""
    if power is None or distance is None:
        if power is not None or distance is not None:
            raise ValueError(f"power = {power} MW and distance = {distance} cm come together")
        return None
    if not 0 < distance < np.inf:
        raise ValueError(f"distance = {distance} cm must be positive")
    return fission_rate(power, shares) / (4 * np.pi * distance**2)


def _spectra(model: str, shares: Mapping[str, float], captures: float) -> dict[str, PiecewiseSpectrum]:
    if model == "kopeikin":
        return {"PWR": low_spectrum("kopeikin", shares, upper=np.inf)}
    low, high = MODEL_PARTS[model]
    spectra = {"low": low_spectrum(low, shares, upper=SPLIT)}
    spectra |= {name: high_spectrum(high, name, share) for name, share in shares.items() if share > 0}
    if captures > 0:
        spectra["capture"] = capture_spectrum(captures)
    return spectra


def _flux(name: str, spectrum: PiecewiseSpectrum, per_fission: float) -> Flux:
    return Flux.from_density(
        name,
        spectrum.knots * MeV,
        lambda E: per_fission * spectrum(E / MeV)[None] / MeV,
        matrices=pure_flavour("nubar_e"),
        helicity="nubar",
    )


def _nuisances(
    components: tuple[str, ...], widths: Mapping[str, float] | None, normalisation_width: float, normalisation: str
) -> tuple[FluxNuisance, ...]:
    changed = dict(widths or {})
    if unknown := sorted(set(changed) - set(components)):
        raise ValueError(f"widths for unknown component {', '.join(unknown)}; there are {', '.join(components)}")
    named = {name: (name,) for name in components} | {"": components}
    values = REACTOR_WIDTHS | changed | {"": normalisation_width}
    for name in named:
        if not 0 <= values[name] < np.inf:
            raise ValueError(f"relative width of {name or 'the normalisation'} = {values[name]} must not be negative")
    return tuple(
        FluxNuisance(name=f"flux_reactor_{name}" if name else normalisation, width=values[name], components=scaled)
        for name, scaled in named.items()
        if values[name] > 0
    )


def _checked_fractions(fractions: Mapping[str, float] | None) -> dict[str, float]:
    shares = dict(PWR_FRACTIONS if fractions is None else fractions)
    if unknown := sorted(set(shares) - set(ISOTOPES)):
        raise ValueError(f"unknown fissile isotope {', '.join(unknown)}; use some of: {', '.join(ISOTOPES)}")
    if not all(0 <= share <= 1 for share in shares.values()):
        raise ValueError(f"fission fractions {shares} must lie between 0 and 1")
    if abs(sum(shares.values()) - 1) > 1e-3:
        raise ValueError(f"fission fractions {shares} add up to {sum(shares.values()):g}; they must add up to 1")
    return shares


def _checked_captures(model: str, captures: float | None) -> float:
    contained = "kopeikin" in model
    if captures is None:
        return 0.0 if contained else 0.6
    if not 0 <= captures < np.inf:
        raise ValueError(f"captures_per_fission = {captures} must not be negative; about 0.6 is typical")
    if contained and captures > 0:
        raise ValueError(f"model {model!r} contains neutron capture on 238U already; set captures_per_fission to 0")
    return captures
