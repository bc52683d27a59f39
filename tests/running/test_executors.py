"""Where experiments run: the same answers everywhere, and a clean end after an error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from HiggsML.errors import RunError, SubmissionError
from HiggsML.experiments.protocol import Experiment
from HiggsML.running.trusted.executors import run_locally
from small_run import SETTINGS, SUBMISSIONS, read_json, results, run, write_submission

HONEST = SUBMISSIONS / "honest"


class Stuck:
    """A worker that waits for its model until it is interrupted."""

    def __init__(self) -> None:
        self.interrupted = False

    def run(self, experiments: Iterator[Experiment]) -> Iterator[Any]:
        next(iter(experiments))
        while not self.interrupted:
            time.sleep(0.001)
        yield from ()

    def interrupt(self) -> None:
        self.interrupted = True


class Failing(Stuck):
    def run(self, experiments: Iterator[Experiment]) -> Iterator[Any]:
        raise SubmissionError("no", where=next(iter(experiments)))


def test_an_error_does_not_wait_for_the_other_workers() -> None:
    workers = [Stuck(), Failing()]

    @contextmanager
    def make_worker(number: int) -> Iterator[Any]:
        while number == 1 and workers[0] not in opened:
            time.sleep(0.001)
        opened.append(workers[number])
        yield workers[number]

    opened: list[Any] = []
    with pytest.raises(SubmissionError, match=r"set 0, experiment \d: no"):
        list(run_locally([Experiment(0, j) for j in range(9)], make_worker, 2))
    assert workers[0].interrupted


def test_dask_is_optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "HiggsML.running.trusted.dask_site", raising=False)
    with pytest.raises(RunError, match=r"Dask is not installed.*pip install distributed"):
        run(tmp_path, HONEST, dask="local")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The scheduler of a cluster of one process with two threads."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


class TestDask:
    def test_same_answers(self, tmp_path: Path, address: str) -> None:
        source = (HONEST / "model.py").read_text().replace(
            "    def fit(self):", "    def fit(self):\n        open('w.txt', 'w').write('0.25')"
        ).replace("mu = ", "mu = float(open('w.txt').read()) + ")  # fmt: skip
        submission = write_submission(tmp_path / "sub", source)
        here = results(run(tmp_path, submission, workers=2))
        there = run(tmp_path, submission, dask=address)
        assert results(there) == here
        assert read_json(there / "run.json")["workers"] == 2

    def test_an_error_names_the_experiment(self, tmp_path: Path, address: str) -> None:
        distributed = pytest.importorskip("distributed")

        def what_is_left(dask_worker: Any) -> tuple[list[str], str]:
            import os  # this function travels to a process that does not have this file
            import subprocess

            of_worker = ["ps", "-o", "args=", "--ppid", str(os.getpid())]
            listed = subprocess.run(of_worker, capture_output=True, text=True, check=False)
            return list(dask_worker.plugins), listed.stdout

        source = (HONEST / "model.py").read_text().replace("mu = ", "mu = 1 / 0 + ")
        with pytest.raises(SubmissionError, match=r"set \d, experiment \d: predict failed: ZeroDi"):
            run(tmp_path, write_submission(tmp_path / "sub", source), dask=address)
        with distributed.Client(address) as client:
            sites, processes = zip(*client.run(what_is_left).values(), strict=True)
        assert not any(name.startswith("higgsml") for name in sites[0])
        assert "sandboxed.host" not in processes[0]

    def test_a_pool_of_its_own(
        self, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A machine that does not see the run's pool makes one, from the same events only."""
        from HiggsML.running.trusted import dask_site

        here = results(run(tmp_path, HONEST))
        made = dask_site.Recipe

        def elsewhere(**fields: Any) -> Any:
            return made(**fields | {"pool": Path("/nowhere")} | changes)

        changes: dict[str, Any] = {}
        monkeypatch.setattr(dask_site, "Recipe", elsewhere)
        assert results(run(tmp_path, HONEST, dask=address)) == here
        other = replace(SETTINGS.data, seed=4)
        changes["source"] = dask_site.DataSource(other, tmp_path)
        with pytest.raises(RunError, match="not those of the run"):
            run(tmp_path, HONEST, dask=address)

    def test_nobody_there(self, tmp_path: Path) -> None:
        pytest.importorskip("distributed")
        with pytest.raises(RunError, match="address of a scheduler"):
            run(tmp_path, HONEST, dask="nonsense://1")
