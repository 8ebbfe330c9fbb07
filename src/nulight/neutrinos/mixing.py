"""Lepton mixing: oscillation parameters from named global fits and the mixing matrix built from them.

Convention: |nu_a> = sum_j conj(U_aj) |nu_j>, flavours e, mu, tau (, s) down the rows. Propagation is
elsewhere: solar matter effects in `nulight.neutrinos.matter`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from nulight.data.reader import read_package_table
from nulight.typing import ArrayLike, ComplexArray

__all__ = ["OSCILLATION", "OscillationParameters", "get_oscillation", "pmns"]

_NUFIT_TABLE = "data/oscillation/nufit_bestfit.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class OscillationParameters:
    """Best-fit three-flavour mixing parameters of one global fit.

    Attributes
    ----------
    s2_12, s2_13, s2_23 : float
        sin^2 of the mixing angles.
    delta_cp : float, rad
        Dirac phase.
    dm2_21, dm2_31 : float, eV^2
        m_2^2 - m_1^2 (positive) and m_3^2 - m_1^2 (negative in the inverted ordering).
    source : str
        Texkey and arXiv number.
    name : str
        Name in `OSCILLATION`, or the user's own.
    table_sha256 : str
        Hash of the table the values were read from; empty when they stand in the code.

    Raises
    ------
    ValueError
        If a sin^2 is outside [0, 1], a mass splitting is zero or not finite, or dm2_21 is negative.
    """

    s2_12: float
    s2_13: float
    s2_23: float
    delta_cp: float
    dm2_21: float
    dm2_31: float
    source: str
    name: str = "custom"
    table_sha256: str = ""

    def __post_init__(self) -> None:
        for key in ("s2_12", "s2_13", "s2_23"):
            if not 0 <= getattr(self, key) <= 1:
                raise ValueError(f"{key} = {getattr(self, key)} is the square of a sine, between 0 and 1")
        if not np.isfinite(self.delta_cp):
            raise ValueError(f"delta_cp = {self.delta_cp} must be a finite angle in rad")
        if not 0 < self.dm2_21 < np.inf:
            raise ValueError(f"dm2_21 = {self.dm2_21} eV^2 must be positive: state 2 is the heavier by definition")
        if not 0 < abs(self.dm2_31) < np.inf:
            raise ValueError(f"dm2_31 = {self.dm2_31} eV^2 must be finite and not zero; its sign is the ordering")


def _nufit(version: str, ordering: str, source: str, name: str) -> OscillationParameters:
    table = read_package_table(_NUFIT_TABLE)
    row = table.where(version=version, ordering=ordering)

    def value(column: str) -> float:
        return float(row.numbers(column)[0])

    # The table follows NuFIT: dm3l is dm31 in the normal and dm32 in the inverted ordering.
    dm2_31 = value("dm3l_eV2") + (value("dm21_eV2") if ordering == "IO" else 0.0)
    return OscillationParameters(
        s2_12=value("s2_12"),
        s2_13=value("s2_13"),
        s2_23=value("s2_23"),
        delta_cp=float(np.radians(value("deltaCP_deg"))),
        dm2_21=value("dm21_eV2"),
        dm2_31=dm2_31,
        source=source,
        name=name,
        table_sha256=table.sha256,
    )


def _desalas(name: str) -> OscillationParameters:
    return OscillationParameters(
        s2_12=0.318,
        s2_13=0.0220,
        s2_23=0.574,
        delta_cp=1.08 * np.pi,
        dm2_21=7.50e-5,
        dm2_31=2.55e-3,
        source="deSalas:2020pgw",
        name=name,
    )


_NUFIT_5 = "Esteban:2020cvm; NuFIT 5.2 (2022), www.nu-fit.org"
_NUFIT_6 = "Esteban:2024eli; NuFIT 6.0, arXiv:2410.05380"

OSCILLATION: dict[str, Callable[[str], OscillationParameters]] = {
    "nufit-6.0-no": partial(_nufit, "NuFIT6.0", "NO", _NUFIT_6),
    "nufit-6.0-io": partial(_nufit, "NuFIT6.0", "IO", _NUFIT_6),
    "nufit-5.2-no": partial(_nufit, "NuFIT5.2", "NO", _NUFIT_5),
    "nufit-5.2-io": partial(_nufit, "NuFIT5.2", "IO", _NUFIT_5),
    "desalas-2020-no": _desalas,
}
"""Known parameter sets; the tables are read when a set is asked for, with `get_oscillation`."""


@lru_cache(maxsize=32)
def get_oscillation(name: str) -> OscillationParameters:
    """Return a named set of oscillation parameters.

    Parameters
    ----------
    name : str
        One of `OSCILLATION`, such as ``"nufit-6.0-no"``.

    Raises
    ------
    ValueError
        If the name is unknown; the message lists the known ones.

    References
    ----------
    Esteban:2024eli (NuFIT 6.0), Esteban:2020cvm (NuFIT 5.2), deSalas:2020pgw

    Examples
    --------
    >>> get_oscillation("desalas-2020-no").s2_12
    0.318
    """
    if name not in OSCILLATION:
        raise ValueError(f"unknown oscillation parameters {name!r}; use one of: {', '.join(OSCILLATION)}")
    return OSCILLATION[name](name)


def pmns(
    parameters: OscillationParameters,
    *,
    n: int = 3,
    theta_14: ArrayLike = 0.0,
    theta_24: ArrayLike = 0.0,
    theta_34: ArrayLike = 0.0,
    delta_14: ArrayLike = 0.0,
    delta_24: ArrayLike = 0.0,
    delta_cp: ArrayLike | None = None,
    majorana: tuple[float, ...] = (),
) -> ComplexArray:
    r"""Build the lepton mixing matrix of three or 3+1 neutrinos.

    Parameters
    ----------
    parameters : OscillationParameters
    n : 3 or 4
        Number of neutrinos.
    theta_14, theta_24, theta_34 : float or array (...), rad
        Active-sterile angles; only with ``n=4``.
    delta_14, delta_24 : float or array (...), rad
        Two more Dirac phases; only with ``n=4``. A phase of the 34 rotation would be redundant.
    delta_cp : float or array (...), rad, optional
        In place of the one of `parameters`.
    majorana : tuple of at most n - 1 floats, rad
        alpha_21, alpha_31 (, alpha_41); missing ones are zero.

    Returns
    -------
    complex array, shape (..., n, n)
        Rows e, mu, tau (, s), columns mass states 1, 2, 3 (, 4).

    Raises
    ------
    ValueError
        If `n` is neither 3 nor 4, four-neutrino angles come with ``n=3``, there are too many Majorana phases, or
        an angle is not finite.

    Notes
    -----
    .. math::
        U = R_{34}\,\tilde R_{24}\,\tilde R_{14}\,R_{23}\,\tilde R_{13}\,R_{12}\,
            \mathrm{diag}(1, e^{i\alpha_{21}/2}, e^{i\alpha_{31}/2}, e^{i\alpha_{41}/2})

    where a tilde carries :math:`e^{-i\delta}` on the upper sine. Three neutrinos: the form of the Particle Data Group.

    References
    ----------
    ParticleDataGroup:2024cfk, review "Neutrino Masses, Mixing, and Oscillations"
    """
    sterile = [np.asarray(x, dtype=float) for x in (theta_14, theta_24, theta_34, delta_14, delta_24)]
    delta = np.asarray(parameters.delta_cp if delta_cp is None else delta_cp, dtype=float)
    if n not in (3, 4):
        raise ValueError(f"n = {n} neutrinos are not supported; use 3 or 4")
    if n == 3 and any(np.any(x) for x in sterile):
        raise ValueError("theta_i4 and delta_i4 mix in a fourth neutrino; ask for n=4")
    if len(majorana) > n - 1:
        raise ValueError(f"{len(majorana)} Majorana phases given; {n} neutrinos have {n - 1}")
    if not all(np.all(np.isfinite(x)) for x in (*sterile, delta, np.asarray(majorana))):
        raise ValueError("mixing angles and phases must be finite numbers in rad")
    angle_12, angle_13, angle_23 = np.arcsin(np.sqrt([parameters.s2_12, parameters.s2_13, parameters.s2_23]))
    U = _rotation(n, 1, 2, angle_23) @ _rotation(n, 0, 2, angle_13, delta) @ _rotation(n, 0, 1, angle_12)
    if n == 4:
        t_14, t_24, t_34, d_14, d_24 = sterile
        U = _rotation(4, 2, 3, t_34) @ _rotation(4, 1, 3, t_24, d_24) @ _rotation(4, 0, 3, t_14, d_14) @ U
    phases = np.zeros(n)
    phases[1 : 1 + len(majorana)] = majorana
    result: ComplexArray = U * np.exp(0.5j * phases)
    return result


def _rotation(n: int, i: int, j: int, angle: ArrayLike, phase: ArrayLike = 0.0) -> ComplexArray:
    """Complex rotations (..., n, n) in the i-j plane, i < j, with exp(-i phase) on the element (i, j)."""
    angle, phase = np.broadcast_arrays(angle, phase)
    matrix = np.zeros((*angle.shape, n, n), dtype=complex)
    matrix[..., range(n), range(n)] = 1
    matrix[..., i, i] = matrix[..., j, j] = np.cos(angle)
    matrix[..., i, j] = np.sin(angle) * np.exp(-1j * phase)
    matrix[..., j, i] = -np.conj(matrix[..., i, j])
    return matrix
