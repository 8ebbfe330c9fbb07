"""Running `nulight renp` inside the test process."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nulight.cli.app import app

CARD = """\
name: mine
title: An atom of my own
quality: proxy
levels: [e, p, g]
E_eg: {E_eg}
E_pg: {E_pg}
gamma_pg: 1e6 /s
spin_factor: 2
references: []
target: {{volume: 1 l, n_atoms: 1e21 cm^-3, n_photons: 1e21 cm^-3}}
triggers: [0.5 eV]
"""


def invoke(*arguments):
    return CliRunner().invoke(app, ["renp", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="session")
def run():
    return invoke


@pytest.fixture(scope="session")
def run_json():
    """Run with --json, expect success and nothing on stderr, and return what was printed."""

    def call(*arguments):
        result = invoke(*arguments, "--json")
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return json.loads(result.stdout)

    return call


@pytest.fixture(scope="session")
def fails():
    """Run, expect exit code 1 with one message on stderr and nothing on stdout, and return the message."""

    def call(*arguments):
        result = invoke(*arguments)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        assert result.stderr.startswith(f"nulight renp {arguments[0]}: ")
        assert "Traceback" not in result.stderr
        return result.stderr

    return call


@pytest.fixture
def card(tmp_path):
    """Write a card of an atom and return its path."""

    def write(E_eg="1.2 eV", E_pg="1.5 eV"):
        path = tmp_path / "mine.yaml"
        path.write_text(CARD.format(E_eg=E_eg, E_pg=E_pg))
        return path

    return write
