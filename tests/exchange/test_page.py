"""The page on exchange formats: its examples and its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nulight.cli.app import app

PAGE = (Path(__file__).resolve().parents[2] / "docs/exchange.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [
    shlex.split(line)
    for block in re.findall(r"```shell\n(.*?)```", PAGE, re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines()
]


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")  # pyhf uses it
@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_example_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "docs/exchange.md", "exec"), {})


def test_commands_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) > 5
    for program, *words in COMMANDS:
        assert program == "nulight"
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{words}: {done.output}"
        for file in re.findall(r"--out (\S+)", shlex.join(words)):
            assert Path(file).stat().st_size > 500
