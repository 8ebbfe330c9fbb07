"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def commands():
    """Commands of the console blocks with the output shown."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield pytest.param(command, output, id=command)


@pytest.mark.parametrize(("command", "shown"), list(commands()))
def test_command_prints_what_is_shown(run, command, shown, tmp_path, monkeypatch):
    name, *arguments = shlex.split(command)
    assert name == "nulight"
    monkeypatch.chdir(tmp_path)  # some write a file
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    # rulers are as wide as the table; spaces and elided lines do not count
    printed, wanted = (re.sub("─+", "─", text) for text in (result.stdout, shown))
    assert OutputChecker().check_output(wanted, printed, ELLIPSIS | NORMALIZE_WHITESPACE), result.stdout


def test_lines_in_python_print_what_their_comment_says(capsys):
    (code,) = blocks("python")
    exec(compile(code, str(README), "exec"), {})
    assert f"# {capsys.readouterr().out}" == code.splitlines(keepends=True)[-1]


def test_files_that_are_linked_exist():
    links = re.findall(r"\]\(([\w/.-]+)\)", TEXT)
    assert len(links) > 3
    assert [link for link in links if not (README.parent / link).exists()] == []


def test_every_preset_and_make_target_is_real():
    import nulight as nl

    rows = [line for line in TEXT.splitlines() if re.match(r"\| `[\w.-]+` \|", line)]
    assert {re.match(r"\| `([\w.-]+)`", row)[1] for row in rows} == set(nl.PRESETS)
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^    make (\w+)", TEXT, re.MULTILINE):
        assert f"\n{target}: " in makefile
