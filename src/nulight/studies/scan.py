"""Delta chi2 at many points of a parameter space, in memory or in a folder that survives interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from nulight.inference.coordinates import Profile, citations, domain, lookup
from nulight.inference.model import Model, with_planned_data
from nulight.inference.run_manifest import as_text, manifest_of
from nulight.results.scan import ScanResult
from nulight.runs import Chunks, Executor, Manifest, Memory, RunFolder, execute
from nulight.runs.execute import Track
from nulight.runs.points import GridPoints, Points
from nulight.studies.scan_run import ScanRun
from nulight.studies.scan_task import ScanTask
from nulight.typing import ArrayLike

__all__ = ["scan", "scan_grid"]

Follow: TypeAlias = Callable[[Sequence[slice]], Iterable[slice]]

_CHUNK, _FEWEST, _PARTS = 20_000, 100, 100  # points of a chunk, fewer if there would be less than so many chunks
_GRID_CHUNK = 500  # points between two steps of a progress bar


def scan(
    model: Model,
    points: Points,
    *,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    folder: str | Path | None = None,
    executor: Executor | None = None,
    track: Track | None = None,
    chunk_size: int | None = None,
    recipe: Mapping[str, Any] | None = None,
) -> ScanResult:
    """Return Delta chi2 at points of a parameter space, everything else at its minimum.

    Parameters
    ----------
    model : CountModel or CombinedModel
    points : GridPoints, RandomPoints or LatinHypercube
    profile : mapping of str to (lower, upper) or Prior, optional
        Parameters minimised over at every point, besides the nuisances.
    fixed : mapping of str to float, optional
        Parameters held; the data of planned experiments are the expectation there.
    folder : str or Path, optional
        Where finished chunks are kept. The same call goes on there after an interruption of any kind; the
        result does not depend on it.
    executor : Executor, optional
        Who does the work; this process without it.
    track : Track, optional
        A progress bar.
    chunk_size : int, optional
        Points of a chunk, up to which work is lost by an interruption. Without it that of the folder, or a
        hundredth of the points, between 100 and 20 000.
    recipe : mapping, optional
        Plain values kept in the folder, from which the caller can make `model` again.

    Returns
    -------
    ScanResult
        More than two million points in a folder stay there: take `ScanRun` for them.

    Raises
    ------
    ValueError
        If a name is unknown or stands twice, a range leaves the domain of its parameter, or the folder holds
        another run.
    LockedError
        If another process is working in the folder.

    Examples
    --------
    >>> import nulight as nl
    >>> points = nl.RandomPoints([nl.Axis("mu_nu_e", 0.0, 4e-10), nl.Axis("r2_nu_ee", -1e-32, 1e-32)], 50, seed=1)
    >>> nl.scan(nl.load("texono-csi-2010"), points).delta_chi2.shape
    (50,)
    """
    profile, fixed = dict(profile or {}), {name: float(value) for name, value in (fixed or {}).items()}
    _check(model, points, {**profile, **fixed})
    model = with_planned_data(model, fixed)
    run = None if folder is None else RunFolder(folder)
    chunks = Chunks(n_items=points.n_points, size=chunk_size or _size(run, points.n_points))
    manifest = _manifest(model, points, profile, fixed, chunks, recipe)
    task = ScanTask(model=model, points=points, chunks=chunks, profile=profile, fixed=fixed)
    if run is None:
        memory = Memory()
        execute(task, len(chunks), memory, executor=executor, track=track)
        return ScanRun.in_memory(manifest, memory).result()
    with run.writing(manifest):
        execute(task, len(chunks), run, executor=executor, track=track)
    return ScanRun(run).result()


def scan_grid(
    model: Model,
    grid: Mapping[str, ArrayLike],
    *,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    track: Follow | None = None,
) -> ScanResult:
    """Return Delta chi2 on a grid of parameters: the short form of `scan`.

    Parameters
    ----------
    model : CountModel or CombinedModel
    grid : mapping of str to array, each (n_k,)
        Increasing values of one to three parameters in their units.
    profile : mapping of str to (lower, upper) or Prior, optional
        Parameters minimised over at every point, besides the nuisances.
    fixed : mapping of str to float, optional
        Parameters held; the data of planned experiments are the expectation there.
    track : callable, optional
        Wraps the pieces of the grid, as a progress bar does.

    Returns
    -------
    ScanResult

    Raises
    ------
    ValueError
        If a name is unknown or stands twice, or there are no or more than three axes.
    """
    if not 1 <= len(grid) <= 3:
        raise ValueError(f"a grid has one to three parameters, got {len(grid)}")
    points = GridPoints.of(grid)
    pieces = Chunks(n_items=points.n_points, size=_GRID_CHUNK)
    bar = None if track is None else _following(track, [pieces.places(i) for i in range(len(pieces))])
    return scan(model, points, profile=profile, fixed=fixed, track=bar, chunk_size=_GRID_CHUNK)


def _following(follow: Follow, pieces: Sequence[slice]) -> Track:
    """Wrap the pieces of a grid for as long as its chunks come."""

    def track(chunks: Iterable[int], *, done: int, total: int) -> Iterator[int]:  # noqa: ARG001
        return (chunk for chunk, _ in zip(chunks, follow(pieces), strict=False))

    return track


def _check(model: Model, points: Points, others: Mapping[str, object]) -> None:
    for name in (*points.names, *others):
        lookup(model, name)
    if twice := sorted(set(points.names) & set(others)):
        raise ValueError(f"{', '.join(twice)}: a scanned parameter cannot be held or profiled as well")
    for name, (low, high) in points.ranges().items():
        parameter = lookup(model, name)
        lower, upper = domain(parameter)
        if low < lower or high > upper:
            raise ValueError(
                f"{name}: points from {low:g} to {high:g} {parameter.unit}".rstrip()
                + f", but it lies between {lower:g} and {upper:g}"
            )


def _size(run: RunFolder | None, n_points: int) -> int:
    if run is not None and run.exists():
        return run.manifest.chunks.size
    return min(max(-(-n_points // _PARTS), _FEWEST), _CHUNK)


def _manifest(
    model: Model,
    points: Points,
    profile: Profile,
    fixed: Mapping[str, float],
    chunks: Chunks,
    recipe: Mapping[str, Any] | None,
) -> Manifest:
    last = points.values(slice(points.n_points - 1, points.n_points))
    what = {
        "points": points.to_dict(),
        "units": {name: lookup(model, name).unit for name in (*points.names, *profile, *fixed)},
        "profile": {name: as_text(choice) for name, choice in profile.items()},
        "fixed": fixed,
        "definition": _definition(model, points, profile),
        "citations": list(citations(model, [*points.names, *profile, *fixed])),
    }
    at = {**fixed, **{name: float(column[0]) for name, column in last.items()}}
    return manifest_of(model, kind="scan", chunks=chunks, what=what, at=at, recipe=recipe)


def _definition(model: Model, points: Points, profile: Profile) -> str:
    where = "lowest point of the grid" if isinstance(points, GridPoints) else "lowest of the points"
    text = f"Delta(-2 ln L) from the {where}"
    if names := [n.describe() for n in model.nuisances] + list(profile):
        text += "; profiled: " + ", ".join(names)
    return text
