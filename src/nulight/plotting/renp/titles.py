"""What stands above the figures of RENP: the atom and the choices that the numbers depend on."""

from __future__ import annotations

from collections.abc import Sequence

from nulight.io.record import Result

__all__ = ["atom_text", "setting_text"]


def atom_text(record: Result) -> str:
    """Return the name of the experiment of a record; that the atom is made up is said."""
    name = str(getattr(record, "experiment", ""))
    return f"{name} (made-up atom)" if record.provenance.get("atom") == "generic" else name


def setting_text(record: Result, keys: Sequence[str] = ("nature", "ordering", "lightest_eV")) -> str:
    """Return nature, ordering and lightest mass of a record, those that it has of `keys`."""
    made = record.conventions
    texts = {
        "nature": lambda value: f"{str(value).capitalize()} neutrinos",
        "ordering": lambda value: f"{value} ordering",
        "lightest_eV": lambda value: f"$m_0 = {1e3 * value:g}$ meV",
    }
    return ", ".join(texts[key](made[key]) for key in keys if key in made)
