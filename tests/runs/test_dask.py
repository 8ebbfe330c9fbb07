"""Chunks on a real cluster of processes: the numbers of one process, whatever happens to workers and scheduler."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import distributed
import numpy as np
import psutil
import pytest

import nulight as nl
from nulight.inference.prepared import prepare
from nulight.inference.toys.data import throw_toys
from nulight.runs import ClusterError, DaskExecutor, Memory, Serial, execute, once, open_executor, stream, workers
from nulight.runs import dask as module

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import the tests

MU = "mu_nu_e"
POINTS = nl.RandomPoints([nl.Axis(MU, 0.0, 2e-10), nl.Axis("r2_nu_ee", -1e-31, 1e-31)], 600, seed=3)


@dataclass(frozen=True)
class Fits:
    """Fits of pseudo-experiments, as a toy study does them."""

    model: object

    def __call__(self, chunk):
        ready = once("fits of toys", lambda: prepare(self.model, given={MU: (0.0, 2e-10)}))
        toys = throw_toys(ready.model, {MU: 3e-11}, {}, 20, stream(5, chunk))
        fits = ready.minimise({MU: np.full(20, 3e-11)}, toys=toys)
        return {"twice_nll": fits.twice_nll, **{f"u.{name}": u for name, u in fits.nuisances.items()}}


@dataclass(frozen=True)
class Draws:
    """Random numbers, slowly; tells who drew them."""

    seconds: float = 0.0
    log: Path | None = None
    bad: int = -1  # chunk with an error
    deadly: int = -1  # chunk that kills its worker

    def __call__(self, chunk):
        time.sleep(self.seconds)
        if self.log is not None:
            with self.log.open("a") as file:
                file.write(f"{chunk} {os.getpid()}\n")
        if chunk == self.bad:
            raise ValueError("no photons here")
        if chunk == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"x": stream(2, chunk).normal(size=50)}


class Remembers:
    """Counts its calls where it is."""

    calls = 0

    def __call__(self, chunk):
        from threadpoolctl import threadpool_info

        self.calls += 1
        threads = max(library["num_threads"] for library in threadpool_info())
        asked = int(os.environ["OPENBLAS_NUM_THREADS"])
        assert int(os.environ["MALLOC_TRIM_THRESHOLD_"]) > 1e8  # not Dask's choice, which is slow
        return {"call": np.array([self.calls, os.getpid(), threads, asked]), "chunk": np.array([chunk])}


@pytest.fixture(scope="module")
def local():
    with open_executor("local:2") as executor:
        executor.client.wait_for_workers(2, timeout=60)
        yield executor


def done(task, n_chunks, executor=None, track=None):
    store = Memory()
    execute(task, n_chunks, store, executor=executor, track=track)
    return store


def assert_same(store, reference, n_chunks):
    assert store.finished() == reference.finished() == frozenset(range(n_chunks))
    for chunk in range(n_chunks):
        ours, expected = store.read(chunk), reference.read(chunk)
        assert list(ours) == list(expected)
        assert all(ours[name].tobytes() == expected[name].tobytes() for name in expected)


def when(number, act):
    """A track that acts when so many chunks are done."""

    def track(chunks, **_):
        for i, chunk in enumerate(chunks):
            if i == number:
                act()
            yield chunk

    return track


def kill_a_worker(executor):
    os.kill(next(iter(executor.client.run(os.getpid).values())), signal.SIGKILL)


def until(condition, seconds=90.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_fits_of_toys_are_those_of_one_process_to_the_byte(local):
    task = Fits(nl.load("51cr-cevns-ge"))
    assert_same(done(task, 8, local), done(task, 8), 8)


def test_a_scan_is_that_of_one_process_to_the_byte(local):
    model = nl.load("51cr-cevns-ge")
    ours = nl.scan(model, POINTS, executor=local, chunk_size=50)
    assert ours.delta_chi2.tobytes() == nl.scan(model, POINTS, chunk_size=50).delta_chi2.tobytes()


def test_a_killed_worker_costs_nothing(local, tmp_path):
    task = Draws(seconds=0.05, log=tmp_path / "log")
    ours = done(task, 60, local, track=when(5, lambda: kill_a_worker(local)))
    assert_same(ours, done(Draws(), 60), 60)
    lines = [line.split() for line in task.log.read_text().splitlines()]
    assert {int(chunk) for chunk, _ in lines} == set(range(60))
    assert len(lines) <= 60 + 4 * 2  # what it had in hand once more, nothing else
    assert until(lambda: len(local.client.nthreads()) == 2)  # another took its place


def test_chunks_are_tried_again_when_the_scheduler_gives_up(local, monkeypatch):
    monkeypatch.setattr(local.client.cluster.scheduler, "allowed_failures", 0)
    task = Draws(seconds=0.05)
    ours = done(task, 30, local, track=when(5, lambda: kill_a_worker(local)))
    assert_same(ours, done(Draws(), 30), 30)
    assert until(lambda: len(local.client.nthreads()) == 2)


def test_a_chunk_that_kills_its_workers_is_named(local, monkeypatch):
    monkeypatch.setattr(local.client.cluster.scheduler, "allowed_failures", 0)
    patient = DaskExecutor(local.client, attempts=2)
    with pytest.raises(ClusterError, match=r"chunk 3: 2 workers died .* memory was too small"):
        done(Draws(deadly=3, seconds=0.3), 4, patient)
    assert until(lambda: len(local.client.nthreads()) == 2)


def test_an_error_of_the_task_is_reported_at_once_and_not_tried_again(local, tmp_path):
    log = tmp_path / "log"
    with pytest.raises(ValueError, match="no photons here") as caught:
        done(Draws(bad=2, log=log), 1000, local)
    assert caught.value.__notes__ == ["in chunk 2, on a worker"]
    chunks = [int(line.split()[0]) for line in log.read_text().splitlines()]
    assert chunks.count(2) == 1
    assert len(chunks) < 100


def test_few_chunks_are_under_way_however_many_there_are(local):
    tasks = local.client.cluster.scheduler.tasks
    results = local.run(Draws(), range(10**9))
    for _ in range(50):
        next(results)
        assert len(tasks) < 40  # four per worker, the task, results that are not yet let go
    results.close()
    assert until(lambda: not tasks)


def test_a_worker_keeps_the_task_and_uses_one_thread(local):
    store = done(Remembers(), 20, local)
    calls, pids, threads, asked = np.array([store.read(i)["call"] for i in range(20)]).T
    assert set(threads) == set(asked) == {1}
    assert os.getpid() not in pids
    for pid in set(pids):
        assert sorted(calls[pids == pid]) == list(range(1, 1 + np.sum(pids == pid)))


def test_ctrl_c_takes_back_what_is_in_flight(local, tmp_path):
    task, store = Draws(seconds=0.3, log=tmp_path / "log"), Memory()

    def interrupt():
        until(task.log.exists)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    user = threading.Thread(target=interrupt)
    user.start()
    with pytest.raises(KeyboardInterrupt):
        execute(task, 1000, store, executor=local)
    user.join()
    assert until(lambda: not local.client.cluster.scheduler.tasks)
    done_there = [int(line.split()[0]) for line in task.log.read_text().splitlines()]
    assert len(done_there) < 500
    assert store.finished() <= set(done_there)


def test_another_version_is_an_error_before_any_work(local, monkeypatch, tmp_path):
    log = tmp_path / "log"
    monkeypatch.setattr(workers, "__version__", "99.0")
    with pytest.raises(ClusterError, match=rf"has nulight {nl.__version__}, this process 99\.0"):
        done(Draws(log=log), 3, local)
    assert not log.exists()


def test_workers_that_cannot_import_nulight_are_an_error_before_any_work(local, monkeypatch, tmp_path):
    log = tmp_path / "log"
    monkeypatch.setattr(workers, "_VERSIONS", workers._VERSIONS.replace("nulight", "nulight_is_not_here"))
    monkeypatch.setattr(workers.Workers, "_of_scheduler", lambda _: workers_here())
    with pytest.raises(ClusterError, match=r"worker at tcp:\S+ cannot import nulight .*install nulight"):
        done(Draws(log=log), 3, local)
    assert not log.exists()


def workers_here():
    import platform

    return platform.python_version(), nl.__version__, np.__version__


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (("2.7.18", nl.__version__, np.__version__), "runs Python 2.7.18"),
        ((sys.version.split()[0], "0.0.1", np.__version__), "has nulight 0.0.1"),
        (ModuleNotFoundError("No module named 'nulight'"), "cannot import nulight"),
    ],
)
def test_what_differs_is_said(answer, said):
    with pytest.raises(ClusterError, match=said):
        workers._compare("the worker at tcp://here", answer)


def test_another_numpy_is_a_warning():
    python, version, _ = workers_here()
    with pytest.warns(UserWarning, match="last digits of results may differ"):
        workers._compare("the worker at tcp://here", (python, version, "1.0"))


def test_a_late_worker_of_another_version_does_no_chunk():
    with pytest.raises(ClusterError, match=r"the run was started with 99\.0"):
        module._do(0, cloudpickle.dumps(Draws()), "99.0")


def test_threads_of_a_worker_take_turns():
    class Alone:
        busy = 0

        def __call__(self, chunk):
            self.busy += 1
            time.sleep(0.01)
            self.busy -= 1
            return {"others": np.array([self.busy]), "chunk": np.array([chunk])}

    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=4, processes=False, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
        pytest.warns(UserWarning, match="has 4 threads and will use one"),
    ):
        store = done(Alone(), 20, DaskExecutor(client))
    assert all(store.read(i)["others"] == 0 for i in range(20))


def test_a_cluster_without_workers_is_an_error_after_a_while():
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
        pytest.raises(ClusterError, match=r"had no worker for 0\.3 s"),
    ):
        done(Draws(), 2, DaskExecutor(client, patience=0.3))


def test_a_task_that_cannot_be_sent_is_an_error(local):
    lock = threading.Lock()
    with pytest.raises(ValueError, match=r"cannot be sent to other processes \(.*lock"):
        done(lambda chunk: {"x": np.array([chunk, lock.locked()])}, 2, local)


def test_nothing_to_do_asks_nobody():
    assert not list(DaskExecutor(None).run(Draws(), []))


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"patience": 0.0}])
def test_limits_of_patience_are_positive(wrong):
    with pytest.raises(ValueError, match="both must be positive"):
        DaskExecutor(None, **wrong)


@contextmanager
def cluster(folder):
    """A scheduler and a worker in processes of their own; yields the scheduler's process and file."""
    file = folder / "scheduler.json"
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
    worker = ["dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny"]
    with ExitStack() as stack:
        processes = []
        for name, *options in (scheduler, worker):
            command = [sys.executable, "-m", f"distributed.cli.{name}", *options, "--no-dashboard"]
            with (folder / f"{name}.log").open("w") as log:
                process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            stack.callback(end, process)
            processes.append(process)
        assert until(file.exists)
        yield processes[0], file


def end(process):
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_scheduler_is_named_and_the_folder_goes_on_with_another(local, tmp_path):
    model, folder = nl.load("51cr-cevns-ge"), tmp_path / "run"

    with (
        cluster(tmp_path) as (scheduler, file),
        open_executor(f"scheduler-file:{file}") as executor,
        pytest.raises(ClusterError, match=r"scheduler at tcp://127.0.0.1:.* is gone .*; finished chunks are kept"),
    ):
        nl.scan(model, POINTS, folder=folder, executor=executor, chunk_size=20, track=when(3, scheduler.kill))
    before = nl.RunFolder(folder).finished()
    assert 4 <= len(before) < 30
    resumed = []

    def watch(chunks, *, done, total):
        resumed.append((done, total))
        yield from chunks

    ours = nl.scan(model, POINTS, folder=folder, executor=local, chunk_size=20, track=watch)
    assert resumed == [(len(before), 30)]
    assert ours.delta_chi2.tobytes() == nl.scan(model, POINTS, chunk_size=20).delta_chi2.tobytes()


def test_no_process_is_left_behind():
    before = set(psutil.Process().children(recursive=True))
    with open_executor("local:1") as executor:
        assert_same(done(Draws(), 3, executor), done(Draws(), 3), 3)
        during = set(psutil.Process().children(recursive=True)) - before
        assert during
    assert until(lambda: not {process for process in during if process.is_running()})


def test_serial_is_this_process():
    with open_executor("serial") as executor:
        assert isinstance(executor, Serial)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("everywhere", "is no place to work; use one of serial, local"),
        ("local:0", "a positive number of processes"),
        ("local:many", "a positive number of processes"),
        ("slurm:", "is no place to work"),
        ("scheduler-file:nowhere.json", "there is none"),
    ],
)
def test_a_wrong_place_is_an_error(where, said):
    with pytest.raises(ValueError, match=said), open_executor(where):
        pass


def test_an_address_where_nobody_answers_is_an_error(monkeypatch):
    monkeypatch.setattr("nulight.runs.open._CONNECT", 0.3)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):  # noqa: SIM117
        with open_executor("tcp://127.0.0.1:1"):
            pass


@pytest.mark.parametrize("where", ["local:2", "tcp://127.0.0.1:1"])
def test_without_dask_the_extra_is_named(where, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"needs distributed .*install nulight\[cluster\]"), open_executor(where):
        pass
