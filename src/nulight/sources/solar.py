"""Solar neutrinos: fluxes of the B16 standard solar models, tabulated shapes, adiabatic conversion.

Fluxes are annual means at 1 au; the day-night and seasonal modulations, the thermal width of the
7Be lines and the electron-capture lines of the CNO cycle are not included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from nulight.data.reader import Table, read_package_table
from nulight.neutrinos.flux import Basis, Flux
from nulight.neutrinos.matter import averaged_mass_probabilities
from nulight.neutrinos.mixing import OscillationParameters
from nulight.sources.source import FluxNuisance, Source, table_hashes
from nulight.typing import ComplexArray, FloatArray
from nulight.units import MeV

__all__ = ["SOLAR_COMPONENTS", "solar_source"]

SolarModel = Literal["B16-GS98", "B16-AGSS09met"]
B8Shape = Literal["winter", "ortiz", "bahcall96"]
Weighting = Callable[[FloatArray], FloatArray]

_LINES = {"pep": ("pep",), "Be7": ("Be7_861", "Be7_384")}
_REGIONS: dict[str, tuple[str, str]] = {"B16-GS98": ("gs98", "gs98"), "B16-AGSS09met": ("agss09met", "agss09")}
_B8_CITATIONS: dict[str, str] = {
    "winter": "Winter:2004kf",
    "ortiz": "Phys. Rev. Lett. 85 (2000) 2909",
    "bahcall96": "Bahcall:1996qv",
}
# The tables of these three stop before zero (15O, 17F) or pad it to 20 MeV (hep); their grids, of 500 and 1000 equal
# steps before thinning, end here.
_END_POINTS = {"hep": 18.784 * MeV, "O15": 1.732 * MeV, "F17": 1.740 * MeV}
_FIRST_KNOT = 0.01  # start of a shape over its first tabulated energy

SOLAR_COMPONENTS = ("pp", "Be7", "pep", "hep", "B8", "N13", "O15", "F17")
"""Names of the components; `Be7` holds both lines."""


def solar_source(
    *,
    oscillation: OscillationParameters,
    model: SolarModel = "B16-GS98",
    p_ee: float | None = None,
    p_emu: float | None = None,
    components: Sequence[str] | None = None,
    b8_shape: B8Shape = "winter",
) -> Source:
    r"""Build the solar neutrino fluxes at the Earth.

    Parameters
    ----------
    oscillation : OscillationParameters
        Mixing for the conversion in the Sun; not used when `p_ee` is given.
    model : "B16-GS98" or "B16-AGSS09met"
        Standard solar model: fluxes, uncertainties and production regions.
    p_ee : float or None
        Energy-independent survival probability. None computes adiabatic conversion averaged over the production
        regions.
    p_emu : float or None
        With `p_ee`, the share that is nu_mu; None is half of what is not nu_e, the other half being nu_tau.
    components : sequence of str or None
        Names out of `SOLAR_COMPONENTS`; None is all.
    b8_shape : "winter", "ortiz" or "bahcall96"
        Table of the 8B spectrum.

    Returns
    -------
    Source
        Fluxes in the mass basis with three channels phi P_ej, or with `p_ee` in the flavour basis with one.
        Nuisances ``flux_solar_<component>`` carry the uncertainties of the solar model.

    Raises
    ------
    ValueError
        If a name is unknown or `p_ee` is no probability.

    Notes
    -----
    Shapes are piecewise linear through the tabulated points, continued as E^2 below the first one and normalised to
    unit integral. 17F of B16-GS98 is 5.29e6 cm^-2 s^-1 (see the table's note).

    References
    ----------
    Vinyoles:2016djt (arXiv:1611.09867), Table 6; shapes: see the headers of ``data/solar``

    Examples
    --------
    >>> from nulight.neutrinos.mixing import get_oscillation
    >>> source = solar_source(oscillation=get_oscillation("nufit-6.0-no"), components=["pp"])
    >>> f"{source.flux('pp').total().sum():.4g}"
    '5.98e+10'
    """
    _check(model, b8_shape, p_ee, p_emu)
    names = _checked_components(components)
    column, region_name = _REGIONS[model]
    norms = read_package_table("data/solar/normalisation_b16.csv")
    region = read_package_table(f"data/solar/production_region_b16_{region_name}.csv")
    tables, fluxes, nuisances = [norms], [], []
    for name in names:
        row = norms.where(source=name)
        table = _shape_table(name, b8_shape)
        tables.append(table)
        weighting, matrices, basis = _conversion(name, region, oscillation, p_ee, p_emu)
        build = _line_flux if name in _LINES else _spectrum_flux
        fluxes.append(build(name, table, float(row.numbers(column)[0]), weighting, matrices, basis))
        width = float(row.numbers(f"{column}_relerr")[0])
        nuisances.append(FluxNuisance(name=f"flux_solar_{name}", width=width, components=(name,)))
    hashes = table_hashes(tables)
    citations = ["Vinyoles:2016djt"] + ([_B8_CITATIONS[b8_shape]] if "B8" in names else [])
    if p_ee is None:
        citations.append(oscillation.source.split(";")[0])
        hashes |= table_hashes([region])
        if oscillation.table_sha256:
            hashes["nufit_bestfit.csv"] = oscillation.table_sha256
    return Source(
        name="solar", fluxes=tuple(fluxes), nuisances=tuple(nuisances), citations=tuple(citations), hashes=hashes
    )


def _conversion(
    name: str, region: Table, oscillation: OscillationParameters, p_ee: float | None, p_emu: float | None
) -> tuple[Weighting, ComplexArray, Basis]:
    """How a flux of nu_e at birth is shared between the channels: weights (J, *E.shape), matrices, basis."""
    if p_ee is not None:
        p_mu = (1 - p_ee) / 2 if p_emu is None else p_emu
        mixture = np.diag([p_ee, p_mu, max(1 - p_ee - p_mu, 0.0)]).astype(complex)
        return lambda E: np.ones((1, *E.shape)), mixture[None], "flavour"
    n_e = 10 ** region.numbers("log10_ne")
    weights = region.numbers(name.lower())
    projectors = np.zeros((3, 3, 3), dtype=complex)
    projectors[[0, 1, 2], [0, 1, 2], [0, 1, 2]] = 1
    return lambda E: averaged_mass_probabilities(E, weights, n_e, oscillation), projectors, "mass"


def _line_flux(
    name: str, table: Table, total: float, weighting: Weighting, matrices: ComplexArray, basis: Basis
) -> Flux:
    rows = [table.where(source=label) for label in _LINES[name]]
    E = np.concatenate([row.numbers("e_MeV") for row in rows]) * MeV
    branching = np.concatenate([row.numbers("branching") for row in rows])
    weights = total * branching * weighting(E)
    return Flux.from_lines(name, E, weights.T, matrices=matrices, basis=basis)


def _spectrum_flux(
    name: str, table: Table, total: float, weighting: Weighting, matrices: ComplexArray, basis: Basis
) -> Flux:
    E, shape = _unit_shape(name, table)

    def density(E_nu: FloatArray) -> FloatArray:
        # phase space ~ E^2 below the first tabulated energy
        low = shape[0] * (E_nu / E[0]) ** 2
        spectrum = np.where(E_nu < E[0], low, np.interp(E_nu, E, shape))
        return total * spectrum * weighting(E_nu)

    knots = np.concatenate([[_FIRST_KNOT * E[0]], E])
    return Flux.from_density(name, knots, density, matrices=matrices, basis=basis)


def _unit_shape(name: str, table: Table) -> tuple[FloatArray, FloatArray]:
    """Energies (keV) and shape (1/keV) from the first tabulated point to the end point, with unit integral."""
    E, shape = table.numbers("e_MeV") * MeV, table.numbers("shape")
    first, last = np.flatnonzero(shape > 0)[[0, -1]]
    # below the first point the shape rises as E^2; the last panel falls to zero at the end point
    end = _END_POINTS[name] if name in _END_POINTS else E[last + 1]
    E, shape = np.append(E[first : last + 1], end), np.append(shape[first : last + 1], 0.0)
    integral = np.sum((shape[1:] + shape[:-1]) * np.diff(E)) / 2
    start = shape[0] * E[0] * (1 - _FIRST_KNOT**3) / 3
    return E, shape / (integral + start)


def _shape_table(name: str, b8_shape: str) -> Table:
    if name in _LINES:
        return read_package_table("data/solar/lines.csv")
    suffix = f"_{b8_shape}" if name == "B8" else ""
    return read_package_table(f"data/solar/spectrum_{name.lower()}{suffix}.csv")


def _checked_components(components: Sequence[str] | None) -> tuple[str, ...]:
    names = SOLAR_COMPONENTS if components is None else tuple(components)
    if unknown := [name for name in names if name not in SOLAR_COMPONENTS]:
        raise ValueError(f"unknown solar component {', '.join(unknown)}; use some of: {', '.join(SOLAR_COMPONENTS)}")
    return names


def _check(model: str, b8_shape: str, p_ee: float | None, p_emu: float | None) -> None:
    if model not in _REGIONS:
        raise ValueError(f"unknown solar model {model!r}; use one of: {', '.join(_REGIONS)}")
    if b8_shape not in get_args(B8Shape):
        raise ValueError(f"unknown 8B shape {b8_shape!r}; use one of: {', '.join(get_args(B8Shape))}")
    if p_ee is not None and not 0 <= p_ee <= 1:
        raise ValueError(f"p_ee = {p_ee} is a probability, between 0 and 1")
    if p_emu is not None and (p_ee is None or not 0 <= p_emu <= 1 - p_ee + 1e-12):
        raise ValueError(f"p_emu = {p_emu} needs p_ee, and must lie between 0 and 1 - p_ee")
