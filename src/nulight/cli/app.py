"""The `nulight` command: its group, its subcommands, and the one place where errors are caught."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nulight import _version
from nulight.cli import cite, contour, experiments, forecast, limit, reproduce, spectrum, validate, xsec

__all__ = ["app"]


class _Group(TyperGroup):
    """Turns errors of the library into one message and exit code 1; wrong usage keeps typer's 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # the reader has gone (`| head`): nothing to say, and nothing to flush at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except (ValueError, OSError) as error:
            typer.echo(f"nulight {ctx.invoked_subcommand}: {error}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    name="nulight",
    cls=_Group,
    help="How strongly do neutrinos couple to light? Limits, contours, forecasts and figures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nulight {_version.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


for _module in (experiments, xsec, spectrum, limit, contour, forecast, reproduce, validate, cite):
    app.command(_module.__name__.rpartition(".")[2])(_module.command)
