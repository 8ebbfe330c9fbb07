"""Shipped atomic schemes and a user's own, read alike."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nulight.renp.atoms import AtomicScheme
from nulight.renp.rate import Target
from nulight.renp.units import KEV
from nulight.typing import FloatArray

if TYPE_CHECKING:
    from nulight.renp.schema import SchemeCard

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
    title, quality : str
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
    path = _find(str(name))
    text = path.read_bytes()
    return _loaded(path, hashlib.sha256(text).hexdigest())


@lru_cache(maxsize=32)
def _loaded(path: Path, sha256: str) -> LoadedScheme:
    from nulight.experiments.faults import CardError, Fault

    card = _validated(path)
    try:
        scheme = AtomicScheme(
            name=card.name,
            E_eg=card.E_eg * KEV,
            E_pg=card.E_pg * KEV,
            gamma_pg=card.gamma_pg,
            spin_factor=card.spin_factor,
            levels=card.levels,
            references=card.references,
            sha256=sha256,
        )
    except ValueError as error:
        raise CardError(str(path), [Fault("E_pg", "", str(error).partition(": ")[2], "")]) from None
    return LoadedScheme(
        scheme=scheme,
        target=Target(**card.target.model_dump()),
        triggers=np.array(card.triggers) * KEV,
        title=card.title,
        quality=card.quality,
        notes=card.notes,
    )


def _validated(path: Path) -> SchemeCard:
    import yaml
    from pydantic import ValidationError

    from nulight.experiments.faults import CardError, Fault, shown
    from nulight.renp.schema import SchemeCard

    try:
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return SchemeCard.model_validate(document)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CardError(str(path), [Fault("card", "", f"is not YAML: {' '.join(str(error).split())}", "")]) from None
    except ValidationError as error:
        raise CardError(str(path), [_fault(details, shown) for details in error.errors(include_url=False)]) from None


def _fault(details: Any, shown: Any) -> Any:
    from nulight.experiments.faults import Fault

    path = ".".join(str(part) for part in details["loc"]) or "card"
    context = details.get("ctx", {})
    if details["type"] == "quantity":
        return Fault(path, shown(details["input"]), context["problem"], context["expected"])
    if details["type"] == "missing":
        return Fault(path, "", "is missing", "it is required here")
    return Fault(path, shown(details["input"]), details["msg"].replace("Input should", "it should"), "")


def _find(name: str) -> Path:
    from nulight.experiments.faults import CardError, Fault

    if name in scheme_names():
        return _CARDS / f"{name}.yaml"
    path = Path(name)
    if path.is_file():
        return path.resolve()
    close = difflib.get_close_matches(name, scheme_names(), n=1)
    hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(scheme_names())}, or the path of a YAML card"
    raise CardError(name, [Fault("atom", repr(name), "is no atomic scheme", hint)])
