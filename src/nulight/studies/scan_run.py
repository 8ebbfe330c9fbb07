"""A scan that was computed in chunks: its result, its profiles, and all its points in one file.

Everything is read chunk by chunk, so the memory does not grow with the number of points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nulight.results.projection import Projection
from nulight.results.scan import ScanResult
from nulight.runs import Manifest, Memory, RunFolder, RunStatus, Store
from nulight.runs.archive import DamagedError
from nulight.runs.points import GridPoints, Points, points_from_dict
from nulight.studies.scan_table import check_columns_path, write_columns
from nulight.typing import FloatArray

__all__ = ["MOST_IN_RECORD", "Chunk", "ScanRun"]

MOST_IN_RECORD = 2_000_000
"""Points that the record of a scan in a folder holds."""

Chunk = dict[str, FloatArray]
"""Parameters of the points, then what was found there, arrays (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """What one pass over the chunks finds."""

    twice_nll: float
    best: dict[str, float]
    n_points: int
    n_unconverged: int


class ScanRun:
    """The scan in a run folder; it need not be finished for all but `result` and `merge`.

    Parameters
    ----------
    folder : str, Path or RunFolder

    Raises
    ------
    FileNotFoundError
        If there is no run.
    ValueError
        If the folder holds another kind of run.

    Examples
    --------
    >>> import tempfile
    >>> import nulight as nl
    >>> points = nl.LatinHypercube([nl.Axis("mu_nu_e", 0.0, 4e-10), nl.Axis("r2_nu_ee", -1e-32, 1e-32)], 100, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = nl.scan(nl.load("texono-csi-2010"), points, folder=folder)
    ...     print(nl.ScanRun(folder).profile_over(["mu_nu_e"], bins=5).delta_chi2.shape)
    (5,)
    """

    def __init__(self, folder: str | Path | RunFolder) -> None:
        folder = folder if isinstance(folder, RunFolder) else RunFolder(folder)
        if (kind := folder.manifest.kind) != "scan":
            raise ValueError(f"{folder.path}: holds a run of the kind {kind!r}, not a scan")
        self._set(folder.manifest, folder)

    @classmethod
    def in_memory(cls, manifest: Manifest, store: Memory) -> ScanRun:
        """Return the scan whose chunks are in memory."""
        run = cls.__new__(cls)
        run._set(manifest, store)
        return run

    def _set(self, manifest: Manifest, store: Store) -> None:
        self.manifest = manifest
        self.points: Points = points_from_dict(manifest.what["points"])
        self._store = store

    def __repr__(self) -> str:
        where = f" in {self._store.path}" if isinstance(self._store, RunFolder) else ""
        names, experiments = ", ".join(self.points.names), ", ".join(self.manifest.experiments)
        return f"ScanRun of {names} ({self.points.n_points} points, {experiments}){where}"

    def status(self) -> RunStatus:
        """Return how far the run is.

        Raises
        ------
        TypeError
            If the run is in memory.
        """
        if not isinstance(self._store, RunFolder):
            raise TypeError("a scan in memory is finished")
        return self._store.status()

    def chunks(self) -> Iterator[Chunk]:
        """Yield the columns of one finished chunk after the other, in their order.

        They are the parameters, those profiled, ``twice_nll``, ``converged``, and ``residual``, zero where converged.
        """
        for places, found in self._found():
            residual = np.zeros(len(found["twice_nll"]))
            residual[found.pop("late")] = found.pop("late_residual")
            yield {**self.points.values(places), **found, "residual": residual}

    def result(self) -> ScanResult:
        """Return the result of the whole scan.

        Returns
        -------
        ScanResult
            With Delta chi2 at every point, unless a folder has more than two million.

        Raises
        ------
        RuntimeError
            If chunks are missing or damaged.
        ValueError
            If the data are impossible at every point.
        """
        survey = self._whole()
        if isinstance(self._store, RunFolder) and survey.n_points > MOST_IN_RECORD:
            return self._record(survey)
        chi2 = np.concatenate([found["twice_nll"] for _, found in self._found()]) - survey.twice_nll
        if isinstance(self.points, GridPoints):
            return self._record(survey, delta_chi2=self.points.array(chi2))
        samples = self.points.values(slice(0, survey.n_points))
        return self._record(survey, delta_chi2=chi2, samples=samples)

    def profile_over(self, names: Sequence[str], bins: int | None = None) -> ScanResult:
        """Return the lowest Delta chi2 over all parameters but one or two; see `ScanResult.profile_over`.

        A run that is not finished gives that of the points it has, with a warning in the record.
        """
        survey = self._survey()
        projection = Projection(self.points.axes, names, survey.n_points, bins)
        for chunk in self.chunks():
            projection.add(chunk, chunk["twice_nll"] - survey.twice_nll)
        return self._record(survey).projected(projection)

    def merge(self, path: str | Path) -> Path:
        """Write the columns of all points to one file.

        Parameters
        ----------
        path : str or Path
            ``.npz``: an array of each column, read by `numpy.load`, and ``manifest.json``; the same to the byte
            however often the run was interrupted. ``.csv``: the same as text.

        Returns
        -------
        Path

        Raises
        ------
        RuntimeError
            If chunks are missing or damaged.
        ValueError
            If the suffix is another.
        """
        check_columns_path(Path(path))
        survey = self._whole()
        pieces = (_with_delta(chunk, survey.twice_nll) for chunk in self.chunks())
        return write_columns(Path(path), pieces, survey.n_points, self.manifest, self._record(survey))

    def _whole(self) -> _Survey:
        survey = self._survey()
        if missing := self.points.n_points - survey.n_points:
            where = f"{self._store.path}: " if isinstance(self._store, RunFolder) else ""
            raise RuntimeError(f"{where}{missing} of {self.points.n_points} points are not done yet; resume the scan")
        return survey

    def _survey(self) -> _Survey:
        """Find the lowest point; the first of equals."""
        lowest, place, n_points, late = np.inf, -1, 0, 0
        profiled: dict[str, float] = {}
        for places, found in self._found():
            chi2 = np.where(np.isnan(found["twice_nll"]), np.inf, found["twice_nll"])
            i = int(np.argmin(chi2))
            if chi2[i] < lowest:
                place, lowest = places.start + i, float(chi2[i])
                profiled = {name: float(found[name][i]) for name in self.manifest.what["profile"]}
            n_points += len(chi2)
            late += len(found["late"])
        if place < 0:
            reason = "the data are impossible at every point" if n_points else "no point is done yet"
            raise ValueError(f"{'+'.join(self.manifest.experiments)}: {reason}")
        there = {name: float(column[0]) for name, column in self.points.values(slice(place, place + 1)).items()}
        return _Survey(twice_nll=lowest, best=there | profiled, n_points=n_points, n_unconverged=late)

    def _found(self) -> Iterator[tuple[slice, dict[str, FloatArray]]]:
        """Yield the places and the arrays of one finished chunk after the other."""
        for number in range(len(self.manifest.chunks)):
            try:
                found = dict(self._store.read(number))
            except (FileNotFoundError, DamagedError):
                continue
            yield self.manifest.chunks.places(number), found

    def _record(self, survey: _Survey, **arrays: Any) -> ScanResult:
        what, provenance, names = self.manifest.what, self.manifest.provenance, self.points.names
        grid = {axis.name: axis.values() for axis in self.points.axes} if isinstance(self.points, GridPoints) else {}
        return ScanResult(
            parameters=names,
            units=tuple(what["units"][name] for name in names),
            experiments=self.manifest.experiments,
            grid=grid,
            best=survey.best,
            twice_nll=survey.twice_nll,
            fixed=what["fixed"],
            points=what["points"],
            n_points=survey.n_points,
            n_unconverged=survey.n_unconverged,
            definition=what["definition"],
            conventions=provenance.get("conventions", {}),
            provenance=provenance,
            citations=tuple(what["citations"]),
            warnings=tuple(self._warnings(survey)),
            **{"delta_chi2": np.zeros(0), **arrays},
        )

    def _warnings(self, survey: _Survey) -> Iterator[str]:
        if survey.n_unconverged:
            yield f"{survey.n_unconverged} of {survey.n_points} points did not converge"
        if survey.n_points < self.points.n_points:
            yield f"not finished: {survey.n_points} of {self.points.n_points} points"


def _with_delta(chunk: Chunk, lowest: float) -> Chunk:
    return {**chunk, "delta_chi2": chunk["twice_nll"] - lowest}
