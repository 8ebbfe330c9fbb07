"""Electron-capture sources: a few neutrino lines, an activity, a decay during the run.

At the distances of source experiments nothing has oscillated: the flux is pure nu_e. Gamma rays
and impurities of a real source are not modelled, nor is the recoil of the nucleus (below 15 eV).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.sources.source import FluxNuisance, Source
from nulight.units import d

__all__ = ["ELECTRON_CAPTURE", "ElectronCapture", "electron_capture_source", "mean_decay_factor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronCapture:
    """A nuclide that decays by electron capture.

    Attributes
    ----------
    name : str
        Such as ``"Cr51"``.
    half_life : float, s
    E_lines : tuple of float, keV
        Neutrino energies.
    branching : tuple of float
        Neutrinos per decay in each line; the sum may be below one (positron branches are not lines).
    source : str
        Where half-life, energies and branching stand.
    citations : tuple of str

    Raises
    ------
    ValueError
        If a number is not positive, the lists differ in length, or the branching adds up to more than one.
    """

    name: str
    half_life: float
    E_lines: tuple[float, ...]
    branching: tuple[float, ...]
    source: str
    citations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.half_life < np.inf:
            raise ValueError(f"{self.name}: half_life = {self.half_life} s must be positive")
        if not self.E_lines or len(self.E_lines) != len(self.branching):
            raise ValueError(
                f"{self.name}: {len(self.E_lines)} E_lines but {len(self.branching)} branching; each line needs both"
            )
        for label, values in (("E_lines", self.E_lines), ("branching", self.branching)):
            if not all(0 < value < np.inf for value in values):
                raise ValueError(f"{self.name}: {label} = {values} must all be positive")
        # tolerance: published branchings are rounded to three digits
        if sum(self.branching) > 1.002:
            raise ValueError(f"{self.name}: branching adds up to {sum(self.branching)}; it is per decay, at most 1")


def _capture_lines(
    Q: float, levels: dict[float, tuple[float, tuple[float, ...]]], edges: tuple[float, ...]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Lines Q - level - edge and their branching, from {level: (branching, capture by shell)} in keV."""
    energies, branching = [], []
    for level, (intensity, shells) in levels.items():
        for share, edge in zip(shells, edges, strict=True):
            energies.append(Q - level - edge)
            branching.append(intensity * share / sum(shells))
    return tuple(energies), tuple(branching)


_ENSDF = "Q value, half-life and capture fractions by shell (K, L, M and above): ENSDF, as stored in paceENSDF"
_EDGES = "K, L1, M1 edges of the daughter: X-ray Data Booklet (xraydb 4.5.8)"

_AR37 = _capture_lines(813.87, {0.0: (1.0, (0.9023, 0.08659, 0.01116))}, (2.822, 0.270, 0.018))
_ZN65 = _capture_lines(
    1352.1,
    {0.0: (0.4850, (0.8605, 0.09458, 0.01652)), 1115.549: (0.5008, (0.8797, 0.1023, 0.018))},
    (8.979, 1.0967, 0.1225),
)

ELECTRON_CAPTURE: dict[str, ElectronCapture] = {
    "Cr51": ElectronCapture(
        name="Cr51",
        half_life=27.704 * d,
        E_lines=(427.0, 432.0, 747.0, 752.0),
        branching=(0.09, 0.009, 0.816, 0.085),
        source="lines and branching: arXiv:2408.11904, L and higher shells in one line; half-life: ENSDF, 27.704(3) d",
        citations=("arXiv:2408.11904", "doi:10.18139/nndc.ensdf/1845010"),
    ),
    "Ar37": ElectronCapture(
        name="Ar37",
        half_life=35.011 * d,
        E_lines=_AR37[0],
        branching=_AR37[1],
        source=f"{_ENSDF}; {_EDGES}",
        citations=("doi:10.18139/nndc.ensdf/1845010",),
    ),
    "Zn65": ElectronCapture(
        name="Zn65",
        half_life=243.93 * d,
        E_lines=_ZN65[0],
        branching=_ZN65[1],
        source=f"capture to ground and 1115.5 keV levels: arXiv:2308.03965; {_ENSDF}; {_EDGES}; "
        "the nu_e of the 1.43 % positron branch (continuous, below 330 keV) are left out",
        citations=("arXiv:2308.03965", "doi:10.18139/nndc.ensdf/1845010"),
    ),
}
"""Known nuclides; pass your own `ElectronCapture` for another."""


def mean_decay_factor(run_time: float, half_life: float, delay: float = 0.0) -> float:
    r"""Mean activity during a run over the activity at the reference time.

    Parameters
    ----------
    run_time : float, s
        Not negative.
    half_life : float, s
        Positive.
    delay : float, s
        Between the reference time and the start of the run; negative if the activity is quoted for later.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a time is out of range.

    Notes
    -----
    .. math:: e^{-\lambda t_0}\,(1 - e^{-\lambda t}) / (\lambda t), \qquad \lambda = \ln 2 / T_{1/2}

    Examples
    --------
    >>> round(mean_decay_factor(60 * 86400.0, 27.704 * 86400.0), 4)
    0.5177
    """
    if not 0 < half_life < np.inf:
        raise ValueError(f"half_life = {half_life} s must be positive")
    if not 0 <= run_time < np.inf:
        raise ValueError(f"run_time = {run_time} s must not be negative")
    if not np.isfinite(delay):
        raise ValueError(f"delay = {delay} s must be finite")
    rate = np.log(2) / half_life
    mean = -np.expm1(-rate * run_time) / (rate * run_time) if rate * run_time > 0 else 1.0
    return float(np.exp(-rate * delay) * mean)


def electron_capture_source(
    nuclide: str | ElectronCapture,
    *,
    activity: float,
    inverse_square: float,
    run_time: float | None = None,
    start_delay: float = 0.0,
    decay: Literal["average", "none"] = "average",
    activity_width: float = 0.0,
) -> Source:
    """Build the nu_e flux of an electron-capture source at a detector.

    Parameters
    ----------
    nuclide : str or ElectronCapture
        One of `ELECTRON_CAPTURE`, or your own.
    activity : float, 1/s
        At the reference time, positive.
    inverse_square : float, cm^-2
        Mean of 1/r^2 over the detector, from `nulight.sources.geometry.mean_inverse_square`, or 1/d^2 for a stated
        effective distance.
    run_time, start_delay : float, s
        Length of the run and time from the reference time to its start; needed with ``decay="average"``.
    decay : "average" or "none"
        Average the activity over the run, or keep its initial value as some papers do.
    activity_width : float
        Relative uncertainty of the activity; zero leaves the nuisance out.

    Returns
    -------
    Source
        One component, named like the nuclide; nuisance ``activity_<nuclide>``.

    Raises
    ------
    ValueError
        If the nuclide is unknown, a number is out of range, or ``decay="average"`` comes without a run time.

    Examples
    --------
    Total flux of 3 MCi of 51Cr at 131.9 cm, at the start.

    >>> source = electron_capture_source("Cr51", activity=1.11e17, inverse_square=131.9**-2, decay="none")
    >>> f"{source.flux('Cr51').total().sum():.3e}"
    '5.077e+11'
    """
    isotope = _nuclide(nuclide)
    for name, value, unit in (("activity", activity, "1/s"), ("inverse_square", inverse_square, "cm^-2")):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} = {value} {unit} must be positive")
    if not 0 <= activity_width < np.inf:
        raise ValueError(f"activity_width = {activity_width} must not be negative; it is relative, 0.01 for 1 %")
    flux_per_line = activity * inverse_square / (4 * np.pi) * _decay_factor(isotope, decay, run_time, start_delay)
    weights = flux_per_line * np.array(isotope.branching)
    flux = Flux.from_lines(isotope.name, isotope.E_lines, weights[:, None], matrices=pure_flavour("nu_e"))
    name = f"activity_{isotope.name}"
    nuisances = [FluxNuisance(name=name, width=activity_width, components=(isotope.name,))] if activity_width else []
    return Source(
        name=isotope.name.lower(),
        fluxes=(flux,),
        nuisances=tuple(nuisances),
        citations=isotope.citations,
    )


def _nuclide(nuclide: str | ElectronCapture) -> ElectronCapture:
    if isinstance(nuclide, ElectronCapture):
        return nuclide
    if nuclide not in ELECTRON_CAPTURE:
        known = ", ".join(ELECTRON_CAPTURE)
        raise ValueError(f"unknown electron-capture nuclide {nuclide!r}; use one of: {known}, or an ElectronCapture")
    return ELECTRON_CAPTURE[nuclide]


def _decay_factor(isotope: ElectronCapture, decay: str, run_time: float | None, start_delay: float) -> float:
    if decay == "none":
        return 1.0
    if decay != "average":
        raise ValueError(f"unknown decay treatment {decay!r}; use 'average' or 'none'")
    if run_time is None:
        raise ValueError("decay='average' needs run_time in s; use decay='none' to keep the initial activity")
    return mean_decay_factor(run_time, isotope.half_life, start_delay)
