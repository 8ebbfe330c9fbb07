"""Running the command line inside the test process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from nulight.cli.app import app


def invoke(*arguments: object) -> Any:
    """Run `nulight` with the arguments; the result has exit_code, stdout and stderr."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def run() -> Callable[..., Any]:
    return invoke


@pytest.fixture(scope="session")
def run_json() -> Callable[..., Any]:
    """Run with --json, expect success and nothing on stderr, and return what was printed."""

    def call(*arguments: object) -> Any:
        result = invoke(*arguments, "--json")
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return json.loads(result.stdout)

    return call


@pytest.fixture(scope="session")
def fails() -> Callable[..., str]:
    """Run, expect exit code 1 with one message on stderr and nothing on stdout, and return the message."""

    def call(*arguments: object) -> str:
        result = invoke(*arguments)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        assert result.stderr.startswith(f"nulight {arguments[0]}: ")
        assert "Traceback" not in result.stderr
        return str(result.stderr)

    return call
