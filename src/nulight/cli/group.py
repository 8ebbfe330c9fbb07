"""The one place where errors of the library become messages of a command."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["Group"]


class Group(TyperGroup):
    """Turns errors of the library into one message and exit code 1; wrong usage keeps typer's 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand; the message begins with the command as it was written."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # the reader has gone (`| head`): nothing to say, and nothing to flush at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except (ValueError, OSError) as error:
            typer.echo(f"{self.called(ctx)}: {_text(error)}", err=True)
            raise typer.Exit(1) from None

    def called(self, ctx: Any) -> str:
        """Return the command as it was written."""
        group = "nulight" if ctx.parent is None else f"nulight {ctx.info_name}"
        return f"{group} {ctx.invoked_subcommand}"


def _text(error: ValueError | OSError) -> str:
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)
