"""Measured neutrino-electron couplings and cross sections, and the charge radius a g_V implies.

The numbers are those of the experiments; nothing is averaged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nulight.constants import K_R2
from nulight.conventions import Conventions, get_conventions
from nulight.data.reader import read_package_table
from nulight.inference.levels import interval_threshold
from nulight.models.couplings import baseline_r2, weak_current

__all__ = ["MeasuredCoupling", "measured_couplings", "radius_from_g_V"]

_TABLE = "data/limits/nue_scattering.csv"
_NU_MU = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCoupling:
    """One measured number of neutrino-electron scattering.

    Attributes
    ----------
    experiment : str
    channel : str
        ``"nu_mu e"``, ``"nu_e e"`` or ``"nubar_e e"``.
    quantity : str
        ``"g_V"``, ``"g_A"``, ``"sigma/sigma_0"`` with sigma_0 = G_F^2 m_e E / (2 pi), or ``"sigma/sigma_SM"``.
    value, error : float
        Dimensionless; one standard deviation.
    texkey, arxiv, note : str
    """

    experiment: str
    channel: str
    quantity: str
    value: float
    error: float
    texkey: str
    arxiv: str
    note: str


def measured_couplings(channel: str | None = None, quantity: str | None = None) -> tuple[MeasuredCoupling, ...]:
    """List the measured couplings and cross sections, all of them or those of a channel and quantity.

    Examples
    --------
    >>> [(row.experiment, row.value) for row in measured_couplings("nu_mu e", "g_V")]
    [('CHARM-II', -0.035), ('BNL-E734', -0.107), ('PDG2024', -0.04)]
    """
    table = read_package_table(_TABLE)
    texts = ("experiment", "channel", "quantity", "texkey", "arxiv", "note")
    rows = tuple(
        MeasuredCoupling(value=float(value), error=float(error), **dict(zip(texts, cells, strict=True)))
        for value, error, *cells in zip(
            table.numbers("value"), table.numbers("error"), *(table.text(name) for name in texts), strict=True
        )
    )
    return tuple(r for r in rows if channel in (None, r.channel) and quantity in (None, r.quantity))


def radius_from_g_V(
    measured: MeasuredCoupling, *, cl: float = 0.90, conventions: str | Path | Conventions = "default"
) -> tuple[float, float]:
    r"""Return the charge radius of nu_mu that a measured g_V allows.

    Parameters
    ----------
    measured : MeasuredCoupling
        A g_V of nu_mu on electrons.
    cl : float
        Two-sided, one parameter, Gaussian error.
    conventions : preset name, path of a YAML file, or Conventions
        Weak couplings and the charge radius they contain.

    Returns
    -------
    (float, float), cm^2
        Lower and upper end of the total radius in the package's convention, r2_nu_mumu.

    Raises
    ------
    ValueError
        If it is not a g_V of nu_mu.

    Notes
    -----
    .. math:: \langle r^2\rangle = \langle r^2\rangle_0 + (g_V - g_V^0) / K, \quad
              K = \sqrt2 \pi \alpha / (3 G_F)

    with the weak current's own g_V and radius. The correlation with g_A is neglected.

    Examples
    --------
    >>> charm = measured_couplings("nu_mu e", "g_V")[0]
    >>> print("{:.2g} {:.2g}".format(*radius_from_g_V(charm)))
    -1.5e-32 8.9e-33
    """
    if (measured.channel, measured.quantity) != ("nu_mu e", "g_V"):
        raise ValueError(f"{measured.experiment}: {measured.quantity} of {measured.channel}, not g_V of nu_mu e")
    chosen = get_conventions(conventions)
    weak = weak_current(chosen.sin2_theta_w, chosen)
    g_V = float(np.real(weak.g_L + weak.g_R)[_NU_MU, _NU_MU])
    centre = baseline_r2(chosen)[_NU_MU] + (measured.value - g_V) / K_R2
    width = np.sqrt(interval_threshold(cl, "two-sided")) * measured.error / K_R2
    return float(centre - width), float(centre + width)
