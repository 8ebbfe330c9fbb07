"""Setting up a scan of trigger frequencies: defaults of the atom's card, and checks of every input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nulight.models.matrix_checks import Nature
from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp.atoms import AtomicScheme
from nulight.renp.checks import counts, each_trigger, frequencies, one_value, relative_error, share, single
from nulight.renp.experiment import RenpExperiment
from nulight.renp.kinematics import check_trigger, thresholds
from nulight.renp.library import load_scheme
from nulight.renp.neutrinos import Ordering
from nulight.renp.rate import Target, rate_scale
from nulight.renp.tensors import SpinSum, check_spin_sum
from nulight.renp.units import DAY
from nulight.typing import ArrayLike, FloatArray

__all__ = ["renp_experiment"]


def renp_experiment(
    atom: str | Path | AtomicScheme = "yb",
    triggers: ArrayLike | None = None,
    *,
    days: ArrayLike = 10.0,
    lightest: float = 0.01,
    ordering: Ordering | None = None,
    nature: Nature = "dirac",
    alpha_21: float = 0.0,
    alpha_31: float = 0.0,
    oscillation: str | OscillationParameters | None = None,
    target: Target | None = None,
    rate: float | None = None,
    efficiency: ArrayLike = 1.0,
    background: ArrayLike = 0.0,
    rate_error: float = 0.0,
    background_error: float = 0.0,
    spin_sum: SpinSum = "trace",
    longitudinal: bool = False,
    observed: Sequence[float] | None = None,
    name: str | None = None,
) -> RenpExperiment:
    """Return a scan of trigger frequencies as an experiment.

    Parameters
    ----------
    atom : str, Path or AtomicScheme
        Name of a shipped scheme, path of a card, or a scheme made in Python.
    triggers : array (n,), eV, optional
        Trigger frequencies, in any order; each is a measurement of its own, also if one stands there twice, or no
        pair is light enough for it. Those of the card otherwise.
    days : float or array (n,), d
        Time spent at each frequency.
    lightest : float, eV
        Mass of the lightest neutrino.
    ordering, nature, alpha_21, alpha_31, oscillation
        As for `neutrinos`.
    target : Target, optional
        That of the card otherwise.
    rate : float, s^-1, optional
        Gamma_0 in place of `rate_scale`.
    efficiency : float or array (n,)
        Of detecting the photon, between 0 and 1.
    background : float or array (n,), d^-1
        Counts a day that are not RENP.
    rate_error, background_error : float
        Relative uncertainties of Gamma_0 and of the background, between 0 and 1; the first is common to all atoms.
    spin_sum : "trace" or "coherent"
    longitudinal : bool
        Keep the part q_mu q_nu / m^2 of a vector's propagator, see `VectorMediator`; left out in the literature. Limits
        then need its mass, `m_vector`.
    observed : sequence of n whole numbers, optional
        Data; the expectation without new physics otherwise.
    name : str, optional

    Returns
    -------
    RenpExperiment

    Raises
    ------
    ValueError
        If a frequency is not between 0 and E_eg / 2, all are above the highest threshold, a number cannot be what
        it is said to be, has no effect (an error of no background), or counts were
        observed where none can be; a `CardError` if the atom is unknown or its card wrong.

    Examples
    --------
    >>> experiment = renp_experiment("yb-dinh-2012", [1.069, 1.07], days=100)
    >>> print([f"{n:.0f}" for n in experiment.observed])
    ['267', '216']
    """
    scheme, chosen, planned_target = _from_card(atom, triggers)
    check_spin_sum(spin_sum)
    n = len(chosen)
    if rate is not None and target is not None:
        raise ValueError("rate and target are both given; Gamma_0 follows from the target, give one of them")
    if rate is None:
        target = target or planned_target
        rate = rate_scale(scheme, target)
    experiment = RenpExperiment(
        name=name or f"renp-{scheme.name}",
        scheme=scheme,
        triggers=chosen,
        time=each_trigger("days", days, " d", n, zero=False) * DAY,
        rate=single("rate", rate, " s^-1", zero=False),
        efficiency=share("efficiency", efficiency, n),
        background_rate=each_trigger("background", background, " d^-1", n) / DAY,
        rate_error=relative_error("rate_error", rate_error),
        background_error=relative_error("background_error", background_error),
        nature=nature,
        ordering=ordering,
        oscillation=oscillation,
        spin_sum=spin_sum,
        longitudinal=longitudinal,
        target=target,
        defaults={
            "m_lightest": one_value("lightest", lightest, "eV"),
            "alpha_21": one_value("alpha_21", alpha_21, "rad"),
            "alpha_31": one_value("alpha_31", alpha_31, "rad"),
        },
        data=None if observed is None else counts("observed", observed, n),
    )
    _check_triggers(experiment)
    _check_effect(experiment)
    _check_data(experiment)
    return experiment


def _from_card(atom: str | Path | AtomicScheme, triggers: ArrayLike | None) -> tuple[AtomicScheme, FloatArray, Target]:
    """The scheme, the trigger frequencies and the target to start from."""
    if isinstance(atom, AtomicScheme):
        if triggers is None:
            raise ValueError(f"{atom.name}: a scheme made in Python has no trigger frequencies; give them in eV")
        return atom, frequencies(triggers), Target()
    loaded = load_scheme(atom)
    return loaded.scheme, frequencies(loaded.triggers if triggers is None else triggers), loaded.target


def _check_triggers(experiment: RenpExperiment) -> None:
    """A frequency without a pair at these masses is still a measurement; one above E_eg / 2, or all, are mistakes."""
    scheme, omega = experiment.scheme, check_trigger(experiment.triggers, experiment.scheme.E_eg)
    highest = float(thresholds(scheme.E_eg, experiment.neutrinos().masses).max())
    if highest <= 0:
        lightest = experiment.defaults["m_lightest"]
        raise ValueError(
            f"lightest = {lightest:g} eV: no pair of neutrinos is light enough to be emitted by {scheme.name}, whose "
            f"transition has {scheme.E_eg:.6g} eV"
        )
    if not np.any(omega < highest):
        raise ValueError(
            f"trigger frequencies from {omega.min():.10g} eV are all above {highest:.10g} eV, the threshold of the "
            f"lightest pair of neutrinos in {scheme.name}; nothing would be emitted"
        )


def _check_effect(experiment: RenpExperiment) -> None:
    """An error has something to be the error of."""
    if experiment.background_error and not np.any(experiment.background_rate):
        raise ValueError(
            f"background_error = {experiment.background_error:g} has no effect without a background; give background "
            "in counts a day, or leave it out"
        )


def _check_data(experiment: RenpExperiment) -> None:
    """Counts come from somewhere: no coupling makes one where nothing is emitted or detected."""
    if experiment.data is None:
        return
    impossible = (experiment.data > 0) & (experiment.expected({})[0].sum(axis=0) == 0)
    if not np.any(impossible):
        return
    first = int(np.argmax(impossible))
    n, omega = experiment.data[first], experiment.triggers[first]
    why = "where the efficiency is zero" if experiment.efficiency[first] == 0 else "above every threshold"
    raise ValueError(
        f"observed: {n:g} counts at {omega:.10g} eV, {why} and without background; no coupling makes them: give the "
        "background, or lighter neutrinos, or leave this frequency out"
    )
