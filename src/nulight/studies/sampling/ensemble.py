"""Markov chains of an ensemble of walkers, by emcee.

The ensemble moves as one: half of it at a time is one call of the likelihood. Most moves are along the difference of
two other walkers, with the full difference walkers change between modes; others stretch along the line to another
walker. With a dozen nuisances this mixes three times faster than stretching alone.

References
----------
Foreman-Mackey, Hogg, Lang and Goodman, PASP 125 (2013) 306, arXiv:1202.3665; Goodman and Weare, Commun. Appl. Math.
Comput. Sci. 5 (2010) 65; ter Braak, Statistics and Computing 16 (2006) 239 for the differences
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.inference.posterior.density import LogLikelihood
from nulight.runs.streams import stream
from nulight.studies.sampling.diagnostics import effective_sample_size, split_r_hat
from nulight.studies.sampling.draws import MOST_ROWS, Draws, Say, uniform, wanted
from nulight.studies.sampling.start import Chart, first_walkers
from nulight.typing import FloatArray

__all__ = ["run_ensemble"]

_FIRST, _GROWTH = 200, 1.25  # steps before the first look at the chains, and from one look to the next
_BURN = 4  # one part in so many of the chains is forgotten
_ENOUGH = 50  # autocorrelation times after which they may stop
_GROUPS = 4  # of walkers whose agreement R-hat tests
_R_HAT, _SIZE, _ACCEPTANCE = 1.01, 400, 0.1  # above, below, below: not converged


def run_ensemble(
    target: LogLikelihood, *, seed: int, n_walkers: int | None = None, n_steps: int = 10_000, say: Say | None = None
) -> Draws:
    """Sample a posterior with emcee until the chains are 50 autocorrelation times long, or `n_steps`.

    Parameters
    ----------
    target : LogLikelihood
    seed : int
    n_walkers : int, optional
        Even, at least twice the number of coordinates; otherwise 64, or four times the coordinates.
    n_steps : int
        Limit of the steps of every walker, at least 100. The first quarter is forgotten.
    say : callable, optional

    Returns
    -------
    Draws

    Raises
    ------
    ValueError
        If a number is too small, no start is found, or the library is not installed.
    """
    emcee = wanted("emcee")
    n_walkers = max(64, 4 * target.n_dim) if n_walkers is None else n_walkers
    if n_walkers % 2 or n_walkers < max(2 * target.n_dim, 2 * _GROUPS):
        raise ValueError(f"n_walkers = {n_walkers}: take an even number, at least {max(2 * target.n_dim, 2 * _GROUPS)}")
    if n_steps < 100:
        raise ValueError(f"n_steps = {n_steps}: no chain is done after less than 100")
    chart = Chart(target)
    walkers = first_walkers(target, chart, n_walkers, stream(seed, 0))
    kinds = emcee.moves
    moves = [(kinds.DEMove(), 0.7), (kinds.StretchMove(), 0.2), (kinds.DEMove(gamma0=1.0), 0.1)]
    sampler = emcee.EnsembleSampler(n_walkers, target.n_dim, chart.log_density, moves=moves, vectorize=True)
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed, spawn_key=(1,))))
    state = emcee.State(walkers, random_state=random.get_state())
    _run(sampler, state, n_steps, say)
    return _draws(sampler, chart)


def _run(sampler: Any, state: Any, n_steps: int, say: Say | None) -> None:
    look = min(_FIRST, n_steps)
    while True:
        for state in sampler.sample(state, iterations=look - sampler.iteration):  # noqa: B007, B020
            pass
        tau = _autocorrelation(sampler.get_chain()[_burn(look) :])
        lengths = (look - _burn(look)) / tau
        if say:
            say(f"step {look} of at most {n_steps}: {np.min(lengths):.0f} autocorrelation times of {_ENOUGH}")
        if look >= n_steps or np.all(lengths > _ENOUGH):
            return
        look = min(int(_GROWTH * look), n_steps)


def _burn(n: int) -> int:
    return n // _BURN


def _autocorrelation(chain: FloatArray) -> FloatArray:
    """Integrated autocorrelation times (n_dim,), in steps, of chains (n_steps, n_walkers, n_dim)."""
    tau: FloatArray = chain.shape[0] * chain.shape[1] / effective_sample_size(chain.swapaxes(0, 1))
    return np.where(np.isnan(tau), np.inf, tau)  # what never moves has not begun


def _draws(sampler: Any, chart: Chart) -> Draws:
    chain = sampler.get_chain()[_burn(sampler.iteration) :]
    n_kept, n_walkers, n_dim = chain.shape
    tau = _autocorrelation(chain)
    groups = chain[:, : n_walkers // _GROUPS * _GROUPS].reshape(n_kept, -1, _GROUPS, n_dim)
    r_hat = split_r_hat(groups.transpose(2, 0, 1, 3).reshape(_GROUPS, -1, n_dim))
    r_hat = np.where(np.isnan(r_hat), np.inf, r_hat)
    step = max(1, int(min(np.max(tau), n_kept) / 2), -(-n_kept * n_walkers // MOST_ROWS))
    samples = chart.back(chain[::step].reshape(-1, n_dim))
    acceptance = float(np.mean(sampler.acceptance_fraction))
    return Draws(
        samples=samples,
        weights=uniform(len(samples)),
        size=n_kept * n_walkers / tau,
        tau=tau,
        r_hat=r_hat,
        acceptance=acceptance,
        settings={"n_walkers": n_walkers, "n_steps": sampler.iteration, "burn_in": _burn(sampler.iteration)},
        doubts=_doubts(chart.target.names, n_kept / tau, n_kept * n_walkers / tau, r_hat, acceptance),
    )


def _doubts(
    names: tuple[str, ...], lengths: FloatArray, size: FloatArray, r_hat: FloatArray, acceptance: float
) -> tuple[str, ...]:
    """Why the chains have not converged, each reason with the coordinate that is worst."""
    doubts = []
    short, few, apart = (int(np.argmin(values)) for values in (lengths, size, -r_hat))
    if not lengths[short] > _ENOUGH:
        times = f"{lengths[short]:.0f} autocorrelation times of {names[short]}"
        doubts.append(f"the chains have {times}, {_ENOUGH} are needed: take more steps")
    if not r_hat[apart] < _R_HAT:
        doubts.append(f"R-hat of {names[apart]} is {r_hat[apart]:.3f}, above {_R_HAT}: the walkers have not mixed")
    if not size[few] > _SIZE:
        doubts.append(f"{size[few]:.0f} effective samples of {names[few]}, {_SIZE} are needed")
    if acceptance < _ACCEPTANCE:
        doubts.append(f"only {100 * acceptance:.1f} % of the steps were accepted")
    return tuple(doubts)
