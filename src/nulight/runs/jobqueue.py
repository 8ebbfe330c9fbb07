"""Jobs of a Slurm or HTCondor queue as workers: what the user says about them, checked, and the job scripts it makes.

Every core of a job is one worker process with one thread. Workers leave shortly before the job's time is up, hand back
what they have not finished, and another job takes their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, PositiveInt, StringConstraints, ValidationError

from nulight.runs.extra import extra
from nulight.runs.local import ENVIRONMENT

__all__ = ["HTCondorQueue", "JobQueue", "JobQueueError", "SlurmQueue", "job_queue", "read_job_queue"]

_TIME = re.compile(r"(?:(\d+)-)?(\d{1,4}):([0-5]\d):([0-5]\d)")
_SIZE = re.compile(r"\d+(\.\d+)? ?[MGT]i?B")


class JobQueueError(ValueError):
    """What is said about the jobs is not valid; the message lists every fault."""

    def __init__(self, where: str, faults: Iterable[str]) -> None:
        lines = list(faults)
        number = f"{len(lines)} fault{'s' if len(lines) != 1 else ''}"
        super().__init__("\n".join([f"{where}: {number}", *(f"  {line}" for line in lines)]))


def _seconds(time: str) -> int:
    match = _TIME.fullmatch(time)
    if match is None:
        raise ValueError("write hours:minutes:seconds or days-hours:minutes:seconds, for example 12:00:00")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _time(time: str) -> str:
    if not _seconds(time):
        raise ValueError("it must be longer than zero")
    return time


def _size(size: str) -> str:
    if _SIZE.fullmatch(size) is None or not float(size.rstrip("MGTiB ")):
        raise ValueError("write a number and MB, GB, TB, MiB, GiB or TiB, for example 16 GB")
    return size


_Line = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\n]+$")]
_Time = Annotated[str, AfterValidator(_time)]
_Size = Annotated[str, AfterValidator(_size)]


class JobQueue(BaseModel):
    """Jobs to ask a queue for; `SlurmQueue` or `HTCondorQueue`.

    Attributes
    ----------
    jobs : int
        How many run at the same time; one that ends is replaced.
    cores : int
        Of one job; each is a worker.
    memory : str
        Of one job, as text with its unit: ``16 GB``; its cores share it equally.
    job_script_prologue : tuple of str
        Lines of shell before the workers start: modules, environments.
    python : str, optional
        Interpreter on the nodes; without it the path of the one that runs here.
    interface : str, optional
        Network interface over which nodes and this machine see each other: ``ib0``.
    local_directory : str, optional
        Scratch folder of the workers.
    log_directory : str, optional
        Folder for the logs of the jobs.
    wait : str
        How long jobs may stand in the queue while none runs, as ``[days-]hours:minutes:seconds``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    command: ClassVar[str]
    cluster_class: ClassVar[str]

    jobs: PositiveInt
    cores: PositiveInt
    memory: _Size
    job_script_prologue: tuple[_Line, ...] = ()
    python: _Line | None = None
    interface: _Line | None = None
    local_directory: _Line | None = None
    log_directory: _Line | None = None
    wait: _Time = "1-00:00:00"

    @property
    def patience(self) -> float:
        """`wait` in s."""
        return float(_seconds(self.wait))

    def cluster(self) -> Any:
        """Return the dask-jobqueue cluster, its scheduler started here, without any job yet.

        Raises
        ------
        ValueError
            If dask-jobqueue is not installed.
        RuntimeError
            If the scheduler does not start, as on a machine without `interface`.
        """
        cluster = self._cluster_class()
        scheduler = {"dashboard": False, "dashboard_address": ":0"}
        return cluster(job_cls=_closable(cluster.job_cls), scheduler_options=scheduler, **self._options())

    def job_script(self) -> str:
        """Return the text that is handed to the queue for one job, with placeholders for scheduler and name."""
        job = self._cluster_class().job_cls("tcp://SCHEDULER:PORT", name="NAME", **self._options())
        script: str = job.job_script()
        return script

    def _cluster_class(self) -> Any:
        return getattr(extra("dask_jobqueue"), self.cluster_class)

    def _options(self) -> dict[str, Any]:
        """What dask-jobqueue wants to know about a job."""
        return {
            "cores": self.cores,
            "processes": self.cores,
            "memory": self.memory,
            "nanny": True,
            "job_script_prologue": [
                *(f"export {name}={value}" for name, value in ENVIRONMENT.items()),
                *self.job_script_prologue,
            ],
            "python": self.python,
            "interface": self.interface,
            "local_directory": self.local_directory,
            "log_directory": self.log_directory,
            "job_name": "nulight",
            "worker_extra_args": ["--no-dashboard", *self._lifetime()],
        }

    def _lifetime(self) -> list[str]:
        """Leave before the job is killed: a tenth of its time, at most 5 min; not all at the same moment."""
        walltime: str | None = getattr(self, "walltime", None)
        if walltime is None:
            return []
        total = _seconds(walltime)
        margin = min(300, total // 10)
        return ["--lifetime", f"{total - margin}s", "--lifetime-stagger", f"{margin // 2}s"]


class SlurmQueue(JobQueue):
    """Jobs of Slurm.

    Attributes
    ----------
    walltime : str
        Of one job: ``12:00:00`` or ``1-12:00:00``.
    partition, account : str, optional
        Where the jobs stand and who pays.
    directives : tuple of str
        More options of sbatch: ``--constraint=avx2``.
    """

    command: ClassVar[str] = "sbatch"
    cluster_class: ClassVar[str] = "SLURMCluster"

    walltime: _Time
    partition: _Line | None = None
    account: _Line | None = None
    directives: tuple[_Line, ...] = ()

    def _options(self) -> dict[str, Any]:
        own = {"walltime": self.walltime, "queue": self.partition, "account": self.account}
        return {**super()._options(), **own, "job_extra_directives": list(self.directives)}


class HTCondorQueue(JobQueue):
    """Jobs of HTCondor.

    Attributes
    ----------
    disk : str
        Of one job, as text with its unit: ``2 GB``.
    walltime : str, optional
        Of one job; handed on as ``+MaxRuntime`` in s.
    directives : mapping of str to str
        More lines of the submit file: ``accounting_group: group_neutrino``.
    """

    command: ClassVar[str] = "condor_submit"
    cluster_class: ClassVar[str] = "HTCondorCluster"

    disk: _Size
    walltime: _Time | None = None
    directives: Mapping[str, str] = {}

    def _options(self) -> dict[str, Any]:
        runtime = {} if self.walltime is None else {"+MaxRuntime": str(_seconds(self.walltime))}
        return {**super()._options(), "disk": self.disk, "job_extra_directives": {**runtime, **self.directives}}


_KINDS: dict[str, type[JobQueue]] = {"slurm": SlurmQueue, "htcondor": HTCondorQueue}


def job_queue(kind: str, *, where: str = "job queue", **fields: Any) -> JobQueue:
    """Return the jobs of a queue, checked.

    Parameters
    ----------
    kind : "slurm" or "htcondor"
    where : str
        What messages call it.
    **fields
        Attributes of `SlurmQueue` or `HTCondorQueue`.

    Raises
    ------
    JobQueueError
        Naming every fault.

    Examples
    --------
    >>> queue = job_queue("slurm", jobs=10, cores=8, memory="16 GB", walltime="12:00:00")
    >>> queue.patience
    86400.0
    """
    if kind not in _KINDS:
        raise JobQueueError(where, [f"no queue {kind!r}; known: {', '.join(_KINDS)}"])
    try:
        return _KINDS[kind](**fields)
    except ValidationError as error:
        raise JobQueueError(where, [_fault(kind, one) for one in error.errors(include_url=False)]) from None


def read_job_queue(kind: str, path: str | Path) -> JobQueue:
    """Read the jobs of a queue from a YAML file with the attributes of `SlurmQueue` or `HTCondorQueue`.

    Raises
    ------
    JobQueueError
        If it is not YAML, or naming every fault in it.
    OSError
        If the file cannot be read.
    """
    try:
        # as text: YAML would turn 12:00:00 into a number
        node = yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        fields = None if node is None else yaml.BaseLoader("").construct_document(node)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise JobQueueError(str(path), [f"it is not YAML: {' '.join(str(error).split())}"]) from None
    if not isinstance(fields, dict) or not isinstance(node, yaml.MappingNode):
        raise JobQueueError(str(path), ["it is no mapping of fields; for example jobs: 10, cores: 8, memory: 16 GB"])
    names = [key.value for key, _ in node.value]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise JobQueueError(str(path), [f"{name}: is given twice; each once" for name in twice])
    return job_queue(kind, where=str(path), **{str(name): value for name, value in fields.items()})


def _closable(job: Any) -> Any:
    """A job class whose jobs are over when the queue does not take them; Dask would insist on closing them."""
    failed = extra("distributed.core").Status.failed

    async def start(self: Any) -> None:
        try:
            await job.start(self)
        except Exception:
            self.status = failed
            raise

    return type(job.__name__, (job,), {"start": start})


def _fault(kind: str, error: Mapping[str, Any]) -> str:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"{field}: is missing"
    if error["type"] == "extra_forbidden":
        return f"{field}: no such field; known: {', '.join(_KINDS[kind].model_fields)}"
    text = error["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    return f"{field}: {error['input']!r} is not valid; {text}"
