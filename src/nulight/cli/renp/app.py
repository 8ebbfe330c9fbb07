"""The group `nulight renp`; its modules load nothing but the command line until a command runs."""

from __future__ import annotations

from collections.abc import Callable

import typer

from nulight.cli.group import Group
from nulight.cli.renp.atoms import command as atoms
from nulight.cli.renp.events import command as events
from nulight.cli.renp.forecast import command as forecast
from nulight.cli.renp.identify import command as identify
from nulight.cli.renp.joint import command as joint
from nulight.cli.renp.limit import command as limit
from nulight.cli.renp.neutrinos import command as neutrinos
from nulight.cli.renp.place import command as place
from nulight.cli.renp.spectrum import command as spectrum

__all__ = ["app"]

app = typer.Typer(
    cls=Group,
    help="Radiative emission of neutrino pairs (RENP) by atoms: spectra, counts, limits.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: dict[str, Callable[..., None]] = {
    "atoms": atoms,
    "spectrum": spectrum,
    "events": events,
    "limit": limit,
    "forecast": forecast,
    "place": place,
    "identify": identify,
    "joint": joint,
    "neutrinos": neutrinos,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
