"""What is to be said about the masses of mediators: massless ones, those without a coupling, light vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nulight.renp.experiment import RenpExperiment
from nulight.renp.units import KEV
from nulight.studies.renp.curves import mediator_of

__all__ = ["idle_masses", "light_vector", "massless_text"]

_LIGHT = 0.1  # eV: below, the longitudinal part matters somewhere in the spectrum
_COUPLINGS = {"m_vector": "gg_axial, gg_right", "m_scalar": "yy_scalar, yy_pseudo"}


def massless_text(experiment: RenpExperiment, names: Iterable[str], values: Mapping[str, float]) -> str:
    """Return "; m_vector = 0 (massless)" if couplings among `names` and `values` have mediators without a mass."""
    known = {**experiment.defaults, **values}
    mediators = {mass for name in [*names, *values] if (mass := mediator_of(name))}
    return "".join(f"; {mass} = 0 (massless)" for mass in sorted(mediators) if not known.get(mass))


def idle_masses(experiment: RenpExperiment, names: Iterable[str], values: Mapping[str, float]) -> tuple[str, ...]:
    """Return a warning for every mass of a mediator among `values` that no coupling needs."""
    needed = {mediator_of(name) for name in [*names, *values, *experiment.defaults]}
    return tuple(
        f"{mass} has no effect: none of its couplings ({couplings}, or of a pair, gg_axial_12...) is there"
        for mass, couplings in _COUPLINGS.items()
        if mass in values and mass not in needed
    )


def light_vector(experiment: RenpExperiment, names: Iterable[str], own: float | None = None) -> tuple[str, ...]:
    """Return a warning if a vector is so light that the part of its propagator that is left out matters.

    Parameters
    ----------
    experiment : RenpExperiment
    names : iterable of str
        Couplings and parameters.
    own : float, keV, optional
        Mass of the vector, `m_vector`; that of the experiment otherwise.
    """
    mass = KEV * (experiment.defaults.get("m_vector", 0.0) if own is None else own)
    has_vector = any(mediator_of(name) == "m_vector" for name in names)
    if not has_vector or mass >= _LIGHT or experiment.longitudinal or experiment.spin_sum != "trace":
        return ()
    return (
        f"m_vector = {mass:.4g} eV is below {_LIGHT} eV and the part q_mu q_nu/m^2 of the propagator is left out, as "
        "in the literature; it would make the reach stronger (longitudinal=True)",
    )
