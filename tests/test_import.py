"""Importing the package is light and does nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("scipy", "matplotlib", "pydantic", "iminuit", "pandas", "yaml", "typer")


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stderr == ""
    return {name.partition(".")[0] for name in run.stdout.split()}


@pytest.mark.parametrize("statement", ["import nulight", "import nulight.rates, nulight.models.couplings"])
def test_import_loads_no_heavy_library(statement: str) -> None:
    loaded = loaded_by(statement)
    assert "nulight" in loaded
    assert not loaded.intersection(HEAVY)
