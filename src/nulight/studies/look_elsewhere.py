"""How significant is an excess that could have appeared at any mass?

The largest of many local significances is large by chance more often than each of them. Toys without a
signal say how often; the mean number of upcrossings of a low level says it for excesses that toys do not
reach.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nulight.inference.coordinates import Profile, citations, domain, lookup
from nulight.inference.model import Model, parts, with_planned_data
from nulight.inference.run_manifest import kept
from nulight.inference.toys.data import throw_toys
from nulight.inference.toys.monte_carlo import TIE, enough, fraction
from nulight.results.look_elsewhere import LookElsewhere
from nulight.runs import Chunks, Executor, execute, stream
from nulight.runs.execute import Track
from nulight.studies.mass_search import MassSearch, mass_search
from nulight.typing import ArrayLike, FloatArray

__all__ = ["SearchToys", "look_elsewhere", "upcrossings"]

_AT_ONCE = 250  # toys of a piece of work, each at all masses
_ALONE = 0.5  # correlation of neighbouring masses: halfway between them a sixth of the significance is lost
_LEVELS = np.array([0.5, 1.0, 2.0])


def look_elsewhere(
    model: Model,
    coupling: str,
    masses: ArrayLike,
    *,
    mass: str = "m_4",
    n_toys: int = 500,
    seed: int = 1,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    folder: str | Path | None = None,
    track: Track | None = None,
) -> LookElsewhere:
    r"""Return the local significance of a coupling at every mass, and the global one of the largest.

    Parameters
    ----------
    model : CountModel or CombinedModel
    coupling : str
        Parameter whose value zero means no signal.
    masses : array, shape (n_masses,)
        Grid on which the signal is looked for; between its points nothing is seen.
    mass : str
        Parameter of the mass: "m_4" of a sterile neutrino, "m_vector"...
    n_toys : int
        Data sets without a signal.
    seed : int
    profile, fixed : as for `nulight.limit`
    folder : str or Path, optional
        Where finished chunks are kept; the same call goes on there after an interruption of any kind.
    executor, track : optional
        Who does the work, and a progress bar.

    Returns
    -------
    LookElsewhere

    Raises
    ------
    ValueError
        If a name is unknown, a mass lies outside the domain, no count depends on the coupling at any mass, or
        the folder holds another run.
    LockedError
        If another process is working in the folder.

    Notes
    -----
    q0(m) is -2 ln L at zero coupling less its minimum at mass m, the coupling inside its domain and
    nuisances profiled in both. Toys are thrown at zero coupling and the nuisances profiled there for the
    data. Far out

    .. math:: P(\max_m q_0 \geq c) \approx P(q_0 \geq c) + \langle N(c_0) \rangle e^{-(c - c_0)/2}

    with the mean number N of upcrossings of a low level c_0 and one degree of freedom; half of P(q_0 >= c)
    for a coupling that cannot be negative. It is an upper bound where a single upcrossing is not rare.

    References
    ----------
    Gross:2010qma (Eur. Phys. J. C 70 (2010) 525), arXiv:1005.1891.
    """
    enough(n_toys)
    profile, fixed = dict(profile or {}), dict(fixed or {})
    grid = _grid(model, mass, masses)
    model = with_planned_data(model, fixed)
    search = mass_search(model, coupling, grid, mass, fixed, profile)
    if not search.reachable.any():
        raise ValueError(f"{model.name}: no count depends on {coupling} at any of the masses")
    q0, best, converged = search.q0()
    start = search.without.minimise()
    task = SearchToys(
        search=search,
        model=model,
        params={**fixed, mass: float(grid[0]), coupling: 0.0} | _first(start.parameters),
        nuisances=_first(start.nuisances),
        profile=profile,
        toys=Chunks(n_items=n_toys, size=_AT_ONCE),
        seed=seed,
    )
    with kept(
        folder,
        model,
        kind="look-elsewhere",
        chunks=task.toys,
        parameters=(coupling, mass),
        profile=profile,
        fixed=fixed,
        what={"masses": grid.tolist(), "n_toys": n_toys, "seed": seed},
    ) as store:
        execute(task, len(task.toys), store, executor=executor, track=track)
        blocks = [store.read(chunk) for chunk in range(len(task.toys))]
    toys = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    late = int(toys["failed"].sum()) + int(not converged[0])
    return _record(task, coupling, mass, grid, (q0[0], best[0]), toys["q0"], late, fixed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchToys:
    """Task of a search at many masses: the largest q0 of toys without a signal.

    Attributes
    ----------
    search : MassSearch
    model : CountModel or CombinedModel
    params, nuisances : mapping of str to float
        Where toys are thrown.
    profile : mapping
        Profiled parameters, those with a prior have a measurement behind them.
    toys : Chunks
    seed : int
    """

    search: MassSearch
    model: Model
    params: Mapping[str, float]
    nuisances: Mapping[str, float]
    profile: Profile
    toys: Chunks
    seed: int

    def __call__(self, chunk: int) -> dict[str, FloatArray]:
        """Return q0 of every toy at every mass, (n_toys, n_masses), and which fits failed, (n_toys,)."""
        places = self.toys.places(chunk)
        toys = throw_toys(
            self.model,
            self.params,
            self.nuisances,
            places.stop - places.start,
            stream(self.seed, chunk),
            priors=self.profile,
        )
        q0, _, converged = self.search.q0(toys)
        return {"q0": q0, "failed": (~converged).astype(float)}


def upcrossings(q0: FloatArray, level: float) -> FloatArray:
    """Return how often curves (n_toys, n_masses) rise from below a level to it or above, (n_toys,)."""
    above = q0 >= level
    number: FloatArray = (~above[:, :-1] & above[:, 1:]).sum(axis=1).astype(float)
    return number


def _grid(model: Model, mass: str, masses: ArrayLike) -> FloatArray:
    low, high = domain(lookup(model, mass))
    grid = np.unique(np.asarray(masses, float))
    if grid.size == 0 or not np.all(np.isfinite(grid)):
        raise ValueError(f"{mass}: give at least one mass, all of them finite")
    if grid[0] < low or grid[-1] > high:
        bad = grid[0] if grid[0] < low else grid[-1]
        raise ValueError(f"{mass} = {bad:g} lies outside its domain, {low:g} to {high:g}")
    return grid


def _first(values: Mapping[str, FloatArray]) -> dict[str, float]:
    return {name: float(value[0]) for name, value in values.items()}


def _record(
    task: SearchToys,
    coupling: str,
    mass: str,
    grid: FloatArray,
    data: tuple[FloatArray, FloatArray],
    toys: FloatArray,
    late: int,
    fixed: Mapping[str, float],
) -> LookElsewhere:
    model, (q0, best) = task.model, data
    poi = lookup(model, coupling)
    one_sided, n, place = domain(poi)[0] >= 0, len(toys), int(np.argmax(q0))
    top, largest = float(q0[place]), toys.max(axis=1)
    crossed = np.stack([upcrossings(toys[:, task.search.reachable], level) for level in _LEVELS])
    local, anywhere = (fraction(np.count_nonzero(q >= top - TIE), n) for q in (toys[:, place], largest))
    extrapolated = crossed.mean(axis=1) * np.exp(-(top - _LEVELS) / 2)
    provenance = model.provenance()
    return LookElsewhere(
        coupling=coupling,
        unit=poi.unit,
        mass=mass,
        mass_unit=lookup(model, mass).unit,
        experiments=tuple(part.name for part in parts(model)),
        masses=grid,
        best_fit=best,
        q0=q0,
        best_mass=float(grid[place]),
        one_sided=one_sided,
        p_local=_tail(top, one_sided=one_sided),
        p_local_toys=float(local[0]),
        p_local_lower=float(local[1]),
        p_local_upper=float(local[2]),
        p_global=float(anywhere[0]),
        p_global_lower=float(anywhere[1]),
        p_global_upper=float(anywhere[2]),
        levels=_LEVELS,
        upcrossings=crossed.mean(axis=1),
        upcrossing_errors=crossed.std(axis=1) / np.sqrt(n),
        p_upcrossings=np.minimum(_tail(top, one_sided=one_sided) + extrapolated, 1.0),
        maxima=largest,
        seed=task.seed,
        fixed=fixed,
        definition=_definition(task, coupling, mass, one_sided=one_sided),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=(*citations(model, [coupling, mass, *task.profile]), "Gross:2010qma"),
        warnings=_warnings(task, grid, toys, late),
    )


def _tail(q0: float, *, one_sided: bool) -> float:
    """Probability of a larger q0 at one mass: chi2 with one degree of freedom, or half of it."""
    return (0.5 if one_sided else 1.0) * math.erfc(math.sqrt(q0 / 2))


def _definition(task: SearchToys, coupling: str, mass: str, *, one_sided: bool) -> str:
    sign = f"{coupling} >= 0" if one_sided else f"{coupling} of either sign"
    text = f"q0 = -2 ln L at {coupling} = 0 less its minimum at each {mass}, {sign}"
    if names := [nuisance.describe() for nuisance in task.model.nuisances] + list(task.profile):
        text += "; profiled in both: " + ", ".join(names)
    return text + "; global p: fraction of toys without a signal whose largest q0 is no smaller"


def _warnings(task: SearchToys, grid: FloatArray, toys: FloatArray, late: int) -> tuple[str, ...]:
    reachable = task.search.reachable
    out = int(np.count_nonzero(~reachable))
    texts = [
        f"{late} data sets have a fit that did not converge" if late else "",
        f"at {out} of {len(grid)} masses no count depends on the coupling: q0 = 0 there" if out else "",
        _coarse(grid[reachable], np.sqrt(toys[:, reachable])),
    ]
    return tuple(text for text in texts if text)


def _coarse(masses: FloatArray, significance: FloatArray) -> str:
    """Say where neighbouring masses hardly know of each other: excesses between them are overlooked."""
    z = significance - significance.mean(axis=0)
    size = np.sqrt((z**2).sum(axis=0))
    product = size[1:] * size[:-1]
    shared = np.where(product > 0, (z[:, 1:] * z[:, :-1]).sum(axis=0) / np.where(product > 0, product, 1.0), 1.0)
    apart = np.flatnonzero(shared < _ALONE)
    if apart.size == 0:
        return ""
    first, last = masses[apart[0]], masses[apart[-1] + 1]
    return (
        f"the grid is coarse: {apart.size} pairs of neighbouring masses between {first:.4g} and {last:.4g} have "
        f"correlations below {_ALONE:g}; an excess between them is overlooked, and upcrossings give too large a "
        "p-value for this grid"
    )
