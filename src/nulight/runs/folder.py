"""A folder that keeps what a long run has done, so that it can be interrupted at any moment and taken up again.

::

    manifest.json             what is computed
    chunks/000/000000.npz     results, a thousand chunks to a folder
    lock                      held by the process that writes

Chunks appear complete or not at all, and are the same to the byte whoever computes them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nulight.runs.archive import DamagedError, pack, unpack
from nulight.runs.durable import TEMPORARY, write_durably
from nulight.runs.lock import is_locked, only_writer
from nulight.runs.manifest import Manifest
from nulight.typing import FloatArray

__all__ = ["RunFolder", "RunStatus"]

_MANIFEST, _CHUNKS, _LOCK = "manifest.json", "chunks", "lock"
_PER_FOLDER = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """How far a run is.

    Attributes
    ----------
    n_done, n_chunks : int
        Chunks that are there and sound, and all of them.
    n_items, n_items_done : int
        Points or pseudo-experiments, all of them and those in finished chunks.
    n_bytes : int
        Size of all chunks.
    damaged : tuple of int
        Chunks whose file is not what was written; they will be done again.
    running : bool
        Whether a process is at work.
    """

    n_done: int
    n_chunks: int
    n_items: int
    n_items_done: int
    n_bytes: int
    damaged: tuple[int, ...]
    running: bool


class RunFolder:
    """A `Store` in a folder.

    Parameters
    ----------
    path : str or Path
        Need not exist yet. Nothing is written before `writing`.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from nulight.runs import Chunks, Manifest, execute
    >>> chunks = Chunks(n_items=10, size=4)
    >>> manifest = Manifest(kind="squares", experiments=(), chunks=chunks, what={})
    >>> def squares(chunk):
    ...     places = chunks.places(chunk)
    ...     return {"square": np.arange(places.start, places.stop) ** 2.0}
    >>> with tempfile.TemporaryDirectory() as path:
    ...     with RunFolder(path).writing(manifest) as store:
    ...         execute(squares, len(chunks), store)
    ...     RunFolder(path).read(2)["square"]
    array([64., 81.])
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._manifest: Manifest | None = None
        self._sound: set[int] = set()
        self._writing = False

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @property
    def manifest(self) -> Manifest:
        """What the run computes.

        Raises
        ------
        FileNotFoundError
            If the folder holds no run.
        ValueError
            If its manifest cannot be read.
        """
        if self._manifest is None:
            path = self.path / _MANIFEST
            if not path.exists():
                raise FileNotFoundError(f"{self.path}: no run here ({_MANIFEST} is missing)")
            try:
                self._manifest = Manifest.from_json(path.read_text(encoding="utf-8"))
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{path}: {error}") from None
        return self._manifest

    @cached_property
    def _digest(self) -> str:
        return self.manifest.digest

    def exists(self) -> bool:
        """Return whether the folder holds a run."""
        return (self.path / _MANIFEST).exists()

    @contextmanager
    def writing(self, manifest: Manifest) -> Iterator[RunFolder]:
        """Begin the run, or take it up again; only inside this block chunks may be written.

        Parameters
        ----------
        manifest : Manifest
            What is computed now; it has to be what the folder is for. The recipe of the folder stays.

        Raises
        ------
        ValueError
            If the folder is for another run, naming the differences, or holds other things.
        LockedError
            If another process is writing.
        """
        self._check(manifest)
        self.path.mkdir(parents=True, exist_ok=True)
        with only_writer(self.path / _LOCK):
            self._check(manifest)  # somebody may have begun another run meanwhile
            if not self.exists():
                write_durably(self.path / _MANIFEST, manifest.to_json().encode())
            self._clean()
            self._writing = True
            try:
                yield self
            finally:
                self._writing = False

    def finished(self) -> frozenset[int]:
        """Return the numbers of the chunks that are there and sound; warns of damaged ones."""
        sound, damaged = self._inspect()
        if damaged:
            names = ", ".join(str(self._file(chunk)) for chunk in damaged)
            warnings.warn(f"damaged and to be done again: {names}", UserWarning, stacklevel=2)
        return frozenset(sound)

    def write(self, chunk: int, arrays: Mapping[str, FloatArray]) -> None:
        """Keep the result of a chunk; it survives whatever happens afterwards.

        Raises
        ------
        RuntimeError
            Outside a block of `writing`.
        """
        if not self._writing:
            raise RuntimeError(f"{self.path}: chunks are written inside 'with folder.writing(manifest):' only")
        write_durably(self._file(chunk), pack(arrays, self._label(chunk)))
        self._sound.add(chunk)

    def read(self, chunk: int) -> dict[str, FloatArray]:
        """Return the result of a chunk.

        Raises
        ------
        FileNotFoundError
            If it is not done yet.
        DamagedError
            If the file is not what was written.
        """
        path = self._file(chunk)
        try:
            return unpack(path.read_bytes(), self._label(chunk))
        except FileNotFoundError:
            raise FileNotFoundError(f"{path}: chunk {chunk} is not done yet; resume the run") from None
        except DamagedError as error:
            raise DamagedError(f"{path}: {error}; resume the run to do chunk {chunk} again") from None

    def status(self) -> RunStatus:
        """Return how far the run is, every chunk checked."""
        sound, damaged = self._inspect()
        chunks = self.manifest.chunks
        places = [chunks.places(chunk) for chunk in sound]
        return RunStatus(
            n_done=len(sound),
            n_chunks=len(chunks),
            n_items=chunks.n_items,
            n_items_done=sum(place.stop - place.start for place in places),
            n_bytes=sum(path.stat().st_size for path in self._files().values()),
            damaged=damaged,
            running=not self._writing and is_locked(self.path / _LOCK),
        )

    def _inspect(self) -> tuple[set[int], tuple[int, ...]]:
        """Chunks that are sound and those that are not; each is read once only."""
        present = {chunk for chunk in self._files() if chunk < len(self.manifest.chunks)}
        self._sound &= present
        self._sound |= {chunk for chunk in present - self._sound if self._is_sound(chunk)}
        return set(self._sound), tuple(sorted(present - self._sound))

    def _is_sound(self, chunk: int) -> bool:
        try:
            self.read(chunk)
        except (DamagedError, FileNotFoundError):
            return False
        return True

    def _check(self, manifest: Manifest) -> None:
        if self.exists():
            if difference := self.manifest.explain(manifest):
                raise ValueError(f"{self.path}: holds another run ({difference}); give another folder for this one")
            return
        if not self.path.exists():
            return
        own = {_LOCK, _CHUNKS, _MANIFEST + TEMPORARY}
        if others := sorted({entry.name for entry in self.path.iterdir()} - own):
            raise ValueError(f"{self.path}: is no run but holds {', '.join(others[:3])}; give a new or an empty folder")

    def _clean(self) -> None:
        """Delete what a killed process was writing."""
        for folder in (self.path, *self.path.glob(f"{_CHUNKS}/*")):
            for path in folder.glob(f"*{TEMPORARY}"):
                path.unlink(missing_ok=True)

    def _files(self) -> dict[int, Path]:
        paths = self.path.glob(f"{_CHUNKS}/*/*.npz")
        return {int(path.stem): path for path in paths if path.stem.isdecimal()}

    def _file(self, chunk: int) -> Path:
        return self.path / _CHUNKS / f"{chunk // _PER_FOLDER:03d}" / f"{chunk:06d}.npz"

    def _label(self, chunk: int) -> str:
        return f"{self._digest} {chunk}"
