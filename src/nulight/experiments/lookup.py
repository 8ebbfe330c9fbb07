"""Where cards and their tables are: shipped ones in the package, a user's tables beside the card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nulight.data.reader import Table, TableError, read_package_table, read_table

__all__ = ["CARDS", "CardTables", "card_names"]

_HOME = Path(__file__).resolve().parent
CARDS, _TABLES = _HOME / "cards", _HOME / "tables"


def card_names() -> tuple[str, ...]:
    """Return the names of the shipped cards."""
    return tuple(sorted(path.stem for path in CARDS.glob("*.yaml")))


class CardTables:
    """Tables by the name a card uses, each read once.

    Parameters
    ----------
    folder : Path
        Folder of the card, whose tables come first.
    found : mapping of str to Table, optional
        Tables that have been read already.
    """

    def __init__(self, folder: Path, found: Mapping[str, Table] | None = None) -> None:
        self._folder = folder
        self.found: dict[str, Table] = dict(found or {})

    def __call__(self, file: str) -> Table:
        """Return a table.

        Raises
        ------
        TableError
            If there is none, or it cannot be read.
        """
        if file in self.found:
            return self.found[file]
        if self._folder != CARDS and (self._folder / file).is_file():
            self.found[file] = read_table(self._folder / file)
        elif (_TABLES / file).is_file():
            self.found[file] = read_package_table(f"experiments/tables/{file}")
        else:
            raise TableError("is no such table; a CSV file beside the card, or the name of a shipped table")
        return self.found[file]
