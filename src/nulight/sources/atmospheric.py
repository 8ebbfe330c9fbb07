"""Atmospheric neutrinos below a GeV, from the FLUKA table of Battistoni et al. for Super-Kamiokande.

Fluxes are those at production, averaged over the solar cycle and integrated over all directions.
Oscillations are neglected: coherent scattering on nuclei does not see the flavour, up to radiative
corrections. For scattering on electrons, or a coupling of one flavour, the shares are only rough.
"""

from __future__ import annotations

import numpy as np

from nulight.data.reader import read_package_table
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.sources.source import FluxNuisance, Source, table_hashes
from nulight.typing import FloatArray
from nulight.units import GeV

__all__ = ["atmospheric_source"]

_TABLE = "data/atmospheric/fluka_battistoni2005_superk.csv"
_COLUMNS = {"nu_e": "nue", "nubar_e": "nuebar", "nu_mu": "numu", "nubar_mu": "numubar"}
_PER_M2_GEV = 1e-4 / GeV  # 1/(m^2 s GeV) in cm^-2 s^-1 keV^-1


def atmospheric_source(*, width: float = 0.2, name: str = "atmospheric") -> Source:
    """Build the atmospheric neutrino fluxes at the site of Super-Kamiokande.

    Parameters
    ----------
    width : float
        Relative uncertainty of all four fluxes together; zero leaves the nuisance ``flux_atmospheric`` out. The
        default is that of the 10.5 +- 2.1 cm^-2 s^-1 recommended for searches of dark matter (arXiv:2105.00599, as
        quoted by a public repository); the authors of the table say less than 25 %.
    name : str
        Of the source.

    Returns
    -------
    Source
        Components ``nu_e``, ``nubar_e``, ``nu_mu``, ``nubar_mu`` from 13 to 944 MeV, zero outside.

    Raises
    ------
    ValueError
        If the width is negative.

    Notes
    -----
    Linear between the rows: 7.34 cm^-2 s^-1 in all, the integral stated with the table and that of its bins, which
    are of equal width in log E; straight lines in log-log would give 0.3 % less. At sites of lower geomagnetic cutoff
    there are more neutrinos: 10.5 to 10.7 cm^-2 s^-1 at Gran Sasso, with another spectrum.

    References
    ----------
    Battistoni, Ferrari, Montaruli and Sala, Astropart. Phys. 23 (2005) 526, Tables 2 and 3

    Examples
    --------
    >>> f"{sum(flux.total().sum() for flux in atmospheric_source().fluxes):.3f}"
    '7.345'
    """
    if not 0 <= width < np.inf:
        raise ValueError(f"width = {width} must not be negative; it is relative, 0.2 for 20 %")
    table = read_package_table(_TABLE)
    E = table.numbers("e_GeV") * GeV
    fluxes = tuple(_flux(label, E, table.numbers(column) * _PER_M2_GEV) for label, column in _COLUMNS.items())
    nuisance = FluxNuisance(name="flux_atmospheric", width=width, components=tuple(_COLUMNS)) if width > 0 else None
    return Source(
        name=name,
        fluxes=fluxes,
        nuisances=(nuisance,) if nuisance else (),
        citations=("doi:10.1016/j.astropartphys.2005.03.006", "arXiv:2105.00599"),
        hashes=table_hashes([table]),
    )


def _flux(label: str, E: FloatArray, density: FloatArray) -> Flux:
    return Flux.from_density(
        label,
        E,
        lambda E_nu: np.interp(E_nu, E, density)[None],
        matrices=pure_flavour(label),
        helicity="nubar" if label.startswith("nubar") else "nu",
        degree=1,
    )
