"""Shipped atomic schemes and a user's own, read alike."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from nulight.renp.atoms import AtomicScheme
from nulight.renp.rate import Target
from nulight.renp.units import KEV
from nulight.typing import FloatArray

__all__ = ["LoadedScheme", "atomic_scheme", "load_scheme", "scheme_names"]

_CARDS = Path(__file__).resolve().parent / "cards"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedScheme:
    """An atomic scheme with the target and the trigger frequencies of its card.

    Attributes
    ----------
    scheme : AtomicScheme
    target : Target
    triggers : array (n,), eV
        In the order of the card; read-only.
    title : str
    quality : str
        exact, digitised, reconstructed or proxy: the weakest number that matters.
    notes : tuple of str
    """

    scheme: AtomicScheme
    target: Target
    triggers: FloatArray
    title: str
    quality: str
    notes: tuple[str, ...]


def scheme_names() -> tuple[str, ...]:
    """Return the names of the shipped atomic schemes."""
    return tuple(sorted(path.stem for path in _CARDS.glob("*.yaml")))


def atomic_scheme(name: str | Path) -> AtomicScheme:
    """Return an atomic scheme by name, or from the path of a card.

    Raises
    ------
    CardError
        As for `load_scheme`.

    Examples
    --------
    >>> print(f"{atomic_scheme('yb').E_eg:.6f} eV")
    2.143493 eV
    """
    return load_scheme(name).scheme


def load_scheme(name: str | Path) -> LoadedScheme:
    """Return an atomic scheme with its target and trigger frequencies.

    Parameters
    ----------
    name : str or Path
        One of `scheme_names`, or the path of a card of your own.

    Raises
    ------
    CardError
        If there is no such card, or it is wrong; it lists every fault.
    """
    from nulight.experiments.faults import CardError, Fault

    path = _find(str(name))
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise CardError(str(name), [Fault("card", repr(str(name)), problem, "")]) from None
    return _loaded(str(name), content)


@lru_cache(maxsize=32)
def _loaded(name: str, content: bytes) -> LoadedScheme:
    from nulight.renp.card import read_card

    card = read_card(name, content)
    triggers = np.array(card.triggers) * KEV
    triggers.setflags(write=False)
    return LoadedScheme(
        scheme=AtomicScheme(
            name=_told_apart(card.name, content),
            E_eg=card.E_eg * KEV,
            E_pg=card.E_pg * KEV,
            gamma_pg=card.gamma_pg,
            spin_factor=card.spin_factor,
            further_levels=tuple((level.E * KEV, level.amplitude) for level in card.further_levels),
            photon_exchange=card.photon_exchange,
            levels=card.levels,
            references=card.references,
            sha256=hashlib.sha256(content).hexdigest(),
        ),
        target=Target(**card.target.model_dump()),
        triggers=triggers,
        title=card.title,
        quality=card.quality,
        notes=card.notes,
    )


def _told_apart(name: str, content: bytes) -> str:
    """A card's name, which says so if a shipped card of that name has other numbers."""
    is_another = name in scheme_names() and content != (_CARDS / f"{name}.yaml").read_bytes()
    return f"{name} (own card)" if is_another else name


def _find(name: str) -> Path:
    from nulight.experiments.faults import CardError, Fault

    path = Path(name)
    if name in scheme_names():
        return _CARDS / f"{name}.yaml"
    if path.is_file():
        return path.resolve()
    if path.is_dir():
        raise CardError(name, [Fault("card", repr(name), "is a folder", "the path of a YAML card")])
    if path.suffix in (".yaml", ".yml"):
        raise CardError(name, [Fault("card", repr(name), "is no file", "the path of a YAML card")])
    close = difflib.get_close_matches(name, scheme_names(), n=1)
    hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(scheme_names())}, or the path of a YAML card"
    raise CardError(name, [Fault("atom", repr(name), "is no atomic scheme", hint)])
