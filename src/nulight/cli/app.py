"""The `nulight` command and its subcommands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from nulight import _version
from nulight.cli.cite import command as cite
from nulight.cli.contour import command as contour
from nulight.cli.convert import SETTINGS as CONVERT_SETTINGS
from nulight.cli.convert import command as convert
from nulight.cli.coverage import command as coverage
from nulight.cli.experiments import command as experiments
from nulight.cli.export import command as export
from nulight.cli.forecast import command as forecast
from nulight.cli.goodness import command as goodness
from nulight.cli.group import Group
from nulight.cli.limit import command as limit
from nulight.cli.limits import command as limits
from nulight.cli.literature import command as literature
from nulight.cli.moments import command as moments
from nulight.cli.parameters import command as parameters
from nulight.cli.renp.app import app as renp
from nulight.cli.reproduce import command as reproduce
from nulight.cli.sample import command as sample
from nulight.cli.scan.app import app as scan
from nulight.cli.significance import command as significance
from nulight.cli.spectrum import command as spectrum
from nulight.cli.validate import command as validate
from nulight.cli.workspace import command as workspace
from nulight.cli.xsec import command as xsec

__all__ = ["app"]


app = typer.Typer(
    name="nulight",
    cls=Group,
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


_COMMANDS: dict[str, Callable[..., None]] = {
    "experiments": experiments,
    "xsec": xsec,
    "spectrum": spectrum,
    "limit": limit,
    "limits": limits,
    "literature": literature,
    "moments": moments,
    "parameters": parameters,
    "contour": contour,
    "forecast": forecast,
    "sample": sample,
    "significance": significance,
    "coverage": coverage,
    "goodness": goodness,
    "reproduce": reproduce,
    "validate": validate,
    "cite": cite,
    "export": export,
    "workspace": workspace,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
app.command("convert", context_settings=CONVERT_SETTINGS)(convert)
app.add_typer(scan, name="scan")
app.add_typer(renp, name="renp")
