"""The command line. Each command is a thin face of a library function; nothing imports this package."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line; the entry point of the `nulight` script."""
    from nulight.cli.app import app

    app(prog_name="nulight")
