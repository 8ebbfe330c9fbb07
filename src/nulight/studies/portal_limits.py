"""Portal limits of many experiments, on several processors."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeAlias

import numpy as np

from nulight._version import __version__
from nulight.experiments import Experiment, load
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.models.parameters import PARAMETERS
from nulight.results.portal import PortalLimit, PortalLimits
from nulight.studies.portal import portal_limit
from nulight.studies.portal_plane import PORTALS
from nulight.typing import ArrayLike

__all__ = ["portal_limits"]

Tasks: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Task:
    """One curve: an experiment, or its name, and the arguments of `portal_limit`."""

    experiment: str | Experiment
    coupling: str
    options: dict[str, Any]

    @property
    def label(self) -> str:
        return self.experiment if isinstance(self.experiment, str) else self.experiment.name


def portal_limits(
    experiments: str | Experiment | Sequence[str | Experiment],
    coupling: str = "mu_e4",
    masses: ArrayLike | None = None,
    *,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    fixed: dict[str, float] | None = None,
    conventions: str | None = None,
    expected: bool = True,
    workers: int = 2,
    track: Callable[[Tasks], Iterable[str]] = iter,
) -> PortalLimits:
    """Return the limits of many experiments on one coupling, each alone.

    Parameters
    ----------
    experiments : str, Experiment, or sequence of them
    coupling, masses, cl, interval, fixed, conventions, expected
        As for `portal_limit`; without `masses` every experiment has a grid of its own.
    workers : int
        Processes; 1 computes in this one. The result is the same.
    track : callable
        Wraps the names of the experiments, as a progress bar does.

    Returns
    -------
    PortalLimits
        In the order of `experiments`. One that cannot say anything has a curve without masses whose
        note says why. If it is interrupted from the keyboard, those that are finished, with a warning.

    Raises
    ------
    ValueError
        If the coupling is unknown or does not lead to the sterile neutrino, or there is less than one worker.
    """
    if coupling not in PORTALS:
        raise ValueError(
            f"{coupling} does not lead to a sterile neutrino of mass m_4; use one of: {', '.join(PORTALS)}"
        )
    if workers < 1:
        raise ValueError(f"workers = {workers}: at least one process has to do it")
    if isinstance(experiments, str | Experiment):
        experiments = [experiments]
    threshold = interval_threshold(cl, interval)
    options = {"cl": cl, "interval": interval, "fixed": fixed, "conventions": conventions, "expected": expected}
    tasks = [_Task(experiment, coupling, {**options, "masses": masses}) for experiment in experiments]
    curves = _computed(tasks, min(workers, len(tasks)), track)
    done = tuple(curve for curve in curves if curve is not None)
    missing = len(tasks) - len(done)
    return PortalLimits(
        parameter=coupling,
        unit=PARAMETERS[coupling].unit,
        cl=cl,
        interval=interval,
        curves=done,
        definition=f"{interval} interval at {100 * cl:g} % CL at every mass, Delta(-2 ln L) = {threshold:.3f} for "
        "1 dof, each experiment alone; d = mu in L = (d/2) Nbar sigma nu F",
        conventions=_conventions(done),
        provenance={"version": __version__, "experiments": [curve.name for curve in done]},
        citations=tuple(dict.fromkeys(text for curve in done for text in curve.citations)),
        warnings=(f"interrupted: {len(done)} of {len(tasks)} curves are done",) if missing else (),
    )


def _computed(
    tasks: Sequence[_Task], workers: int, track: Callable[[Tasks], Iterable[str]]
) -> list[PortalLimit | None]:
    """Curves in the order of the tasks; None for those that an interrupt has prevented."""
    curves: list[PortalLimit | None] = [None] * len(tasks)
    labels = [task.label for task in tasks]
    if workers < 2:
        return _collected(curves, [partial(_curve, task) for task in tasks], track(labels))
    # Forked workers know the experiments with all that was computed already, and need no guard in the user's script.
    forked = sys.platform == "linux"
    context = get_context("fork" if forked else "spawn")
    given = tasks if forked else [_cold(task) for task in tasks]
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(given,)) as pool:
        with warnings.catch_warnings():
            # newer Pythons warn that threads do not survive a fork: those of the linear algebra begin anew
            warnings.simplefilter("ignore", DeprecationWarning)
            futures = [pool.submit(_curve_of, i) for i in range(len(tasks))]
        curves = _collected(curves, [future.result for future in futures], track(labels))
        pool.shutdown(cancel_futures=True)  # what is on its way will be finished
        return [_finished(future) if curve is None else curve for curve, future in zip(curves, futures, strict=True)]


def _collected(
    curves: list[PortalLimit | None], asks: Sequence[Callable[[], PortalLimit]], labels: Iterable[str]
) -> list[PortalLimit | None]:
    try:
        for i, _ in enumerate(labels):
            curves[i] = asks[i]()
    except KeyboardInterrupt:
        pass
    return curves


def _finished(future: Future[PortalLimit]) -> PortalLimit | None:
    return future.result() if future.done() and not future.cancelled() else None


_tasks: list[_Task] = []  # of a worker, set once when it begins


def _begin(tasks: Sequence[_Task]) -> None:
    """Take over the tasks, and leave Ctrl-C to the process that collects the curves."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _tasks[:] = tasks


def _curve_of(i: int) -> PortalLimit:
    return _curve(_tasks[i])


def _cold(task: _Task) -> _Task:
    """The task with an experiment that has computed nothing yet: templates cannot be sent to another process."""
    if isinstance(task.experiment, str):
        return task
    loaded, conventions, own = task.experiment.loaded, task.experiment.conventions, task.experiment.own
    return replace(task, experiment=Experiment(loaded, conventions, own))


def _curve(task: _Task) -> PortalLimit:
    """One curve, or the reason why there is none."""
    conventions = task.options["conventions"]
    experiment = task.experiment
    if isinstance(experiment, str):
        experiment = load(experiment, conventions=conventions)
    try:
        return portal_limit(experiment, task.coupling, **task.options)
    except ValueError as error:
        return _blind(experiment, task, str(error))


def _blind(experiment: Experiment, task: _Task, note: str) -> PortalLimit:
    nothing = np.zeros(0)
    cl, interval = task.options["cl"], task.options["interval"]
    provenance = experiment.provenance()
    return PortalLimit(
        parameter=task.coupling,
        unit=PARAMETERS[task.coupling].unit,
        experiments=(experiment.name,),
        m_4=nothing,
        lower=nothing,
        upper=nothing,
        best_fit=nothing,
        delta_chi2_at_zero=nothing,
        expected_upper=None,
        reachable=np.zeros(0, bool),
        kinematic_end={},
        decay_length_m=nothing,
        cl=cl,
        interval=interval,
        threshold=interval_threshold(cl, interval),
        planned=experiment.planned,
        fixed=task.options["fixed"] or {},
        note=note.removeprefix(f"{experiment.name}: "),
        conventions=provenance["conventions"],
        provenance=provenance,
    )


def _conventions(curves: Sequence[PortalLimit]) -> dict[str, Any]:
    """The choices all experiments share; otherwise only their names."""
    found = {curve.conventions["name"]: dict(curve.conventions) for curve in curves}
    return next(iter(found.values())) if len(found) == 1 else {"name": ", ".join(found)}
