"""The command as a whole: help, version, exit codes, and the installed script."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

import nulight

COMMANDS = [
    "experiments",
    "xsec",
    "spectrum",
    "limit",
    "limits",
    "parameters",
    "contour",
    "forecast",
    "reproduce",
    "validate",
    "cite",
]
XSEC = ["xsec", "electron", "--nu", "nu_e", "--E", "0.747 MeV", "--T", "100 keV"]


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from nulight.cli import main; sys.argv[0] = 'nulight'; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)


def test_version_is_that_of_the_package(run):
    assert run("--version").stdout == f"nulight {nulight.__version__}\n"


def test_help_lists_every_command_and_no_other(run):
    lines = [line.strip("│ ").split() for line in run("--help").stdout.splitlines()]
    assert [words[0] for words in lines if words and words[0] in COMMANDS] == COMMANDS
    assert run().exit_code == 2


def test_every_command_explains_itself(run):
    for command in COMMANDS:
        result = run(command, "-h")
        assert result.exit_code == 0
        assert len(result.stdout) > 100


def test_wrong_usage_exits_with_two_and_says_what_is_meant(run):
    assert run("limitt").exit_code == 2
    assert "limit" in run("limitt").stderr
    assert run("xsec", "electron").exit_code == 2
    assert run("limit", "xenonnt-2022-er", "mu_nu", "--interval", "feldman").exit_code == 2


def test_script_prints_json_on_stdout_only_and_starts_quickly():
    start = time.perf_counter()
    result = script(*XSEC, "--set", "a_nu_ee=3e-33", "--json")
    assert time.perf_counter() - start < 5
    assert result.returncode == 0
    assert result.stderr == ""
    assert json.loads(result.stdout)["total"]["unit"] == "cm^2/keV"


def test_script_fails_with_one_line_and_exit_code_one():
    result = script(*XSEC, "--set", "mu_nue=1e-11")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "mu_nu_e" in result.stderr


def test_reader_that_leaves_early_is_no_error_with_a_traceback():
    code = "import sys; from nulight.cli import main; sys.argv[0] = 'nulight'; main()"
    command = [sys.executable, "-c", code, "spectrum", "xenonnt-2022-er", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_command_line_loads_neither_scipy_nor_matplotlib_to_start():
    code = "import sys; import nulight.cli.app; print(*sorted({'scipy', 'matplotlib', 'numpy'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    "words",
    [
        ["limit", "xenonnt-2022-er", "mu_nu", "--compare-conventions"],
        ["spectrum", "xenonnt-2022-er", "--compare-conventions"],
        ["forecast", "xenonnt-51cr:gauss", "--vary", "exposure", "--reach", "a_nu_ee=1e-33"],
        XSEC,
    ],
)
def test_answers_without_a_plot_refuse_to_write_one(fails, tmp_path, words):
    assert "cannot write .png here; use .json, .csv" in fails(*words, "--out", tmp_path / "x.png")
    assert list(tmp_path.iterdir()) == []


def test_files_that_cannot_be_written_or_read_are_named(fails, tmp_path):
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file").write_text("")
    assert "folder.json: is a folder" in fails(*XSEC, "--out", tmp_path / "folder.json")
    assert "x.json" not in fails(*XSEC, "--out", tmp_path / "file" / "x.json").partition("file")[0]
    assert fails("cite", "nothing.json") == "nulight cite: nothing.json: No such file or directory\n"


def test_cite_says_what_it_needs(fails, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    for name in ("x.csv", "x.png"):
        assert "write the result with --out FILE.json" in fails("cite", tmp_path / name)


def test_too_many_or_equal_parameters_are_told(fails):
    assert "too many parameters, mu_nu, mu_nu_e; give 1" in fails("limit", "xenonnt-2022-er", "mu_nu", "mu_nu_e")
    assert "mu_nu twice" in fails("contour", "xenonnt-2022-er", "mu_nu", "mu_nu")
