"""The group `nulight scan`, whose first word may be an experiment: that is `nulight scan run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from nulight.cli.group import Group
from nulight.cli.scan.merge import command as merge
from nulight.cli.scan.plot import command as plot
from nulight.cli.scan.resume import command as resume
from nulight.cli.scan.run import command as run
from nulight.cli.scan.status import command as status

__all__ = ["app"]


class _ScanGroup(Group):
    """A group that runs a scan if its first word is none of its commands."""

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front if there is none."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.default, *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def called(self, ctx: Any) -> str:
        """Return the command; nobody has to write the default."""
        return super().called(ctx).removesuffix(f" {self.default}")


app = typer.Typer(
    cls=_ScanGroup,
    help="Delta chi2 over grids, random points or Latin hypercubes of any parameters, resumable in a folder. "
    "'nulight scan EXPERIMENT...' is short for 'nulight scan run EXPERIMENT...', whose options 'run -h' lists.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: dict[str, Callable[..., None]] = {
    "run": run,
    "status": status,
    "resume": resume,
    "merge": merge,
    "plot": plot,
}
_EXAMPLES = {
    "run": "nulight scan texono-csi-2010 --grid mu_nu_e=0:4e-10:60 --grid r2_nu_ee=-6e-31:2e-31:60 --out map.png",
    "plot": "nulight scan plot FOLDER --of mu_nu_e --of q_nu_ee --out pair.png",
}
for _name, _command in _COMMANDS.items():
    app.command(_name, epilog=_EXAMPLES.get(_name))(_command)
