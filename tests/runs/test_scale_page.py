"""The page on long runs: its files are valid, its script runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nulight.runs.jobqueue import read_job_queue

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("kind", ["slurm", "htcondor"])
def test_files_are_valid_and_give_scripts(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # dask-jobqueue makes the folder of logs
    (text,) = re.findall(rf"```yaml\n(# {kind}\n.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "queue.yaml"
    path.write_text(text)
    assert "--nthreads 1" in read_job_queue(kind, path).job_script()


def test_the_script_runs_without_a_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("".join(SCRIPTS) + "\nprint(scan.delta_chi2.shape, len(goodness.toys))\n")
    run = subprocess.run([sys.executable, script.name], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith("(1000,) 200\n")
