"""The faults of a card, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from nulight.data.reader import TableError
from nulight.units import UnitError

__all__ = ["CardError", "ContentError", "Fault", "FaultList"]

_T = TypeVar("_T")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a card.

    Attributes
    ----------
    path : str
        Where in the card: ``sources[0].activity``.
    value : str
        What stands there, with its unit, as it was written; empty if nothing does.
    problem : str
        What is wrong with it.
    expected : str
        What would be right.
    """

    path: str
    value: str
    problem: str
    expected: str

    def __str__(self) -> str:
        repeated = self.value[:1] in ("'", '"') and self.value in self.problem
        text = " ".join(part for part in ("" if repeated else self.value, self.problem) if part)
        return f"{self.path}: {text}" + (f"; {self.expected}" if self.expected else "")


class CardError(ValueError):
    """A card that does not validate; nothing is computed from it.

    Attributes
    ----------
    card : str
        Name or path of the card.
    faults : list of Fault
        Everything that is wrong with it.
    """

    def __init__(self, card: str, faults: Iterable[Fault]) -> None:
        self.card = card
        self.faults = list(faults)
        number = len(self.faults)
        lines = [f"{card}: {number} fault{'s' if number != 1 else ''}", *(f"  {fault}" for fault in self.faults)]
        super().__init__("\n".join(lines))


class ContentError(ValueError):
    """Numbers of a table that a card cannot use."""

    def __init__(self, value: object, problem: str, expected: str = "") -> None:
        self.value, self.problem, self.expected = shown(value), problem, expected
        super().__init__(f"{self.value} {problem}; {expected}")


class FaultList(list[Fault]):
    """Faults as they are collected."""

    def add(self, path: str, value: object, problem: str, expected: str = "") -> None:
        """Note one fault."""
        self.append(Fault(path, shown(value), problem, expected))

    def attempt(self, path: str, value: object, function: Callable[..., _T], *args: Any) -> _T | None:
        """Return what `function` returns, or note why it cannot and return None."""
        try:
            return function(*args)
        except ContentError as error:
            self.append(Fault(path, error.value, error.problem, error.expected))
        except (TableError, UnitError) as error:
            problem, _, expected = str(error).partition("; ")
            self.add(path, value, problem, expected)
        return None


def shown(value: object) -> str:
    """Return a value as text for a message, shortened if it is long."""
    text = "" if value is None else value if isinstance(value, str) and not value else repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
