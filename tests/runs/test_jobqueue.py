"""Jobs of a queue: what is refused, the scripts that are submitted, runs through commands that stand in for a queue."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap

import cloudpickle
import numpy as np
import pytest

from nulight.runs import ClusterError, Memory, execute, open_executor, stream
from nulight.runs.jobqueue import JobQueueError, job_queue, read_job_queue

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import the tests

SLURM = {"jobs": 20, "cores": 8, "memory": "16 GB", "walltime": "12:00:00", "partition": "short", "account": "neutrino"}
CONDOR = {"jobs": 5, "cores": 4, "memory": "8 GB", "disk": "2 GB", "walltime": "1-00:00:00"}
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
KEEP_MEMORY = "export MALLOC_TRIM_THRESHOLD_=268435456"


def draws(chunk):
    return {"x": stream(4, chunk).normal(size=20), "threads": np.array([int(os.environ["OPENBLAS_NUM_THREADS"])])}


def written(tmp_path, text):
    path = tmp_path / "queue.yaml"
    path.write_text(textwrap.dedent(text))
    return path


def test_slurm_script():
    queue = job_queue(
        "slurm",
        **SLURM,
        job_script_prologue=("module load python", "source ~/venv/bin/activate"),
        python="python3.11",
        directives=("--constraint=avx2",),
        local_directory="/scratch/me",
    )
    lines = queue.job_script().splitlines()
    assert lines[0].startswith("#!")
    assert {line for line in lines if line.startswith("#SBATCH")} == {
        "#SBATCH -J nulight",
        "#SBATCH -p short",
        "#SBATCH -A neutrino",
        "#SBATCH -n 1",
        "#SBATCH --cpus-per-task=8",
        "#SBATCH --mem=15G",  # 16e9 bytes in GiB, rounded up
        "#SBATCH -t 12:00:00",
        "#SBATCH --constraint=avx2",
    }
    worker = lines[-1].split()
    assert worker[:3] == ["python3.11", "-m", "distributed.cli.dask_worker"]
    options = dict(itertools.pairwise(worker))
    assert (options["--nthreads"], options["--nworkers"]) == ("1", "8")
    assert options["--memory-limit"] == "1.86GiB"  # 2e9 bytes
    assert options["--lifetime"] == f"{12 * 3600 - 300}s"
    assert options["--local-directory"] == "/scratch/me"
    assert "--nanny" in worker
    before = lines[: lines.index("module load python")]
    assert {KEEP_MEMORY, *(f"export {name}=1" for name in ONE_THREAD)} <= set(before)
    assert lines.index("source ~/venv/bin/activate") == lines.index("module load python") + 1


def test_slurm_script_is_shell(tmp_path):
    script = tmp_path / "job.sh"
    script.write_text(job_queue("slurm", **SLURM, job_script_prologue=("echo 'it\"s here'",)).job_script())
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True, check=True).stderr == b""


def test_htcondor_script():
    queue = job_queue("htcondor", **CONDOR, job_script_prologue=("source env.sh",), directives={"getenv": "False"})
    script = queue.job_script()
    lines = dict(line.split(" = ", 1) for line in script.splitlines() if " = " in line)
    assert lines["MY.DaskWorkerCores"] == "4"
    assert lines["MY.DaskWorkerMemory"] == "8000000000"
    assert lines["MY.DaskWorkerDisk"] == "2000000000"
    assert lines["+MaxRuntime"] == "86400"
    assert lines["getenv"] == "False"
    assert lines["Executable"] == "/bin/sh"
    command = condor_arguments(lines["Arguments"])[1].split("; ")
    assert {KEEP_MEMORY, *(f"export {name}=1" for name in ONE_THREAD)} <= set(command)
    assert command[-2] == "source env.sh"
    assert "--nthreads 1" in command[-1]
    assert "--nworkers 4" in command[-1]
    assert f"--lifetime {86400 - 300}s" in command[-1]
    assert "--nanny" in command[-1]


def test_htcondor_without_walltime_lets_workers_live():
    queue = job_queue("htcondor", **{name: value for name, value in CONDOR.items() if name != "walltime"})
    assert "--lifetime" not in queue.job_script()
    assert "MaxRuntime" not in queue.job_script()


def test_workers_leave_a_short_job_in_time():
    worker = job_queue("slurm", **{**SLURM, "walltime": "00:20:00"}).job_script().splitlines()[-1]
    assert "--lifetime 1080s --lifetime-stagger 60s" in worker  # at the latest a minute before the end


def test_a_file_says_what_keywords_say(tmp_path):
    path = written(
        tmp_path,
        """
        jobs: 20
        cores: 8
        memory: 16 GB
        walltime: 12:00:00  # a number of seconds to YAML, a time to us
        partition: short
        account: neutrino
        job_script_prologue:
          - module load python
        """,
    )
    assert read_job_queue("slurm", path) == job_queue("slurm", **SLURM, job_script_prologue=["module load python"])


def test_every_fault_is_named_at_once(tmp_path):
    path = written(
        tmp_path,
        """
        jobs: 0
        cores: 1.5
        memory: 16
        walltime: 12 h
        queue: short
        job_script_prologue: module load python
        """,
    )
    with pytest.raises(JobQueueError) as caught:
        read_job_queue("slurm", path)
    title, *faults = str(caught.value).splitlines()
    assert title == f"{path}: 6 faults"
    said = dict(fault.strip().split(": ", 1) for fault in faults)
    assert set(said) == {"jobs", "cores", "memory", "walltime", "queue", "job_script_prologue"}
    assert "greater than 0" in said["jobs"]
    assert "for example 16 GB" in said["memory"]
    assert "'12 h' is not valid; write hours:minutes:seconds" in said["walltime"]
    assert "no such field; known: " in said["queue"]
    assert "partition" in said["queue"]


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("slurm", {"walltime": None}, "walltime: None is not valid"),
        ("slurm", {"walltime": "00:00:00"}, "longer than zero"),
        ("slurm", {"walltime": "10:75:00"}, "write hours:minutes:seconds"),
        ("slurm", {"memory": "0 GB"}, "write a number and MB"),
        ("slurm", {"disk": "2 GB"}, "disk: no such field"),
        ("slurm", {"job_script_prologue": ["a\nb"]}, r"job_script_prologue\.0"),
        ("htcondor", {"disk": "much"}, "disk: 'much' is not valid"),
        ("htcondor", {"wait": "soon"}, "wait: 'soon' is not valid"),
        ("torque", {}, "no queue 'torque'; known: slurm, htcondor"),
    ],
)
def test_a_wrong_field_is_named(kind, change, said):
    with pytest.raises(JobQueueError, match=said):
        job_queue(kind, **{**(CONDOR if kind == "htcondor" else SLURM), **change})


def test_a_missing_field_is_named():
    with pytest.raises(JobQueueError, match="disk: is missing"):
        job_queue("htcondor", jobs=1, cores=1, memory="2 GB")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no mapping of fields"),
        ("- jobs", "no mapping of fields"),
        ("jobs: [", "not YAML"),
        ("jobs: 1\njobs: 2", "jobs: is given twice"),
    ],
)
def test_a_file_that_is_no_mapping_is_an_error(tmp_path, text, said):
    with pytest.raises(JobQueueError, match=said):
        read_job_queue("slurm", written(tmp_path, text))


def test_without_dask_jobqueue_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask_jobqueue", None)
    with pytest.raises(ValueError, match=r"needs dask-jobqueue .*install nulight\[cluster\]"):
        job_queue("slurm", **SLURM).job_script()


SUBMIT = """
import subprocess, sys
script = open(sys.argv[-1]).read()
{command}
quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
job = subprocess.Popen(command, start_new_session=True, **quiet)
print("submitted to cluster", job.pid)
"""
SLURM_JOB = 'command = ["bash", "-c", script]'
CONDOR_JOB = """
text = next(line for line in script.splitlines() if line.startswith("Arguments")).partition(" = ")[2]
command = ["/bin/sh", "-c", text[1:-1].partition("'")[2].rpartition("'")[0]]
"""
END = "import os, sys; os.killpg(int(sys.argv[-1].partition('.')[0]), 9)"


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """sbatch and condor_submit that run the job here and now, scancel and condor_rm that end it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    submits = {"sbatch": SLURM_JOB, "condor_submit": CONDOR_JOB}
    texts = {name: SUBMIT.format(command=command) for name, command in submits.items()}
    for name, text in {**texts, "scancel": END, "condor_rm": END}.items():
        (folder / name).write_text(f"#!{sys.executable}\n{text}")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.mark.usefixtures("commands")
@pytest.mark.parametrize("kind", ["slurm", "htcondor"])
def test_chunks_are_done_by_jobs(tmp_path, kind):
    ours = {"slurm": "walltime: 00:30:00", "htcondor": "disk: 1 GB"}[kind]
    path = written(tmp_path, f"jobs: 1\ncores: 1\nmemory: 2 GB\n{ours}\n")
    there, here = Memory(), Memory()
    with open_executor(f"{kind}:{path}") as executor:
        execute(draws, 20, there, executor=executor)
    execute(lambda chunk: {"x": stream(4, chunk).normal(size=20)}, 20, here)
    assert all(there.read(i)["x"].tobytes() == here.read(i)["x"].tobytes() for i in range(20))
    assert all(there.read(i)["threads"] == 1 for i in range(20))


def test_a_refused_job_is_an_error_at_once(commands, tmp_path):
    (commands / "sbatch").write_text("#!/bin/sh\necho 'invalid partition specified: short' >&2\nexit 1\n")
    path = written(tmp_path, "jobs: 3\ncores: 1\nmemory: 2 GB\nwalltime: 00:30:00\n")
    with pytest.raises(ClusterError, match="sbatch did not take a job: invalid partition specified: short"):  # noqa: SIM117
        with open_executor(f"slurm:{path}"):
            pass


@pytest.mark.usefixtures("commands")
def test_a_machine_without_the_network_is_an_error():
    queue = job_queue("slurm", **SLURM, interface="none0")
    with pytest.raises(ClusterError, match=r"no scheduler for the jobs of sbatch: .*none0"), open_executor(queue):
        pass


def test_a_machine_without_the_queue_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="sbatch is not on this machine"), open_executor(job_queue("slurm", **SLURM)):
        pass


def condor_arguments(text):
    """Arguments of a submit file: in double quotes, each in single quotes, either written twice for one."""
    assert text[0] == text[-1] == '"'
    inside, arguments, current, quoted = text[1:-1].replace('""', '"'), [], "", False
    pieces = inside.replace("''", "\0")
    for letter in pieces + " ":
        if letter == "'":
            quoted = not quoted
        elif letter == " " and not quoted:
            arguments.append(current.replace("\0", "'"))
            current = ""
        else:
            current += letter
    return arguments
