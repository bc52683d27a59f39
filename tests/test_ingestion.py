"""The ingestion through its real entry points."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from HiggsML.errors import RunError, SettingsError, SubmissionError
from HiggsML.experiments.protocol import Experiment
from HiggsML.generation import GeneratedData
from HiggsML.ingestion import Ingestion
from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.run_state import RunState
from HiggsML.settings import Seeds
from small_run import SETTINGS, SUBMISSIONS, read_json, results, run, write_submission

PROGRAM = Path(__file__).parents[1] / "ingestion_program" / "run_ingestion.py"
HONEST = SUBMISSIONS / "honest"
FRESH = replace(
    SETTINGS,
    data=replace(SETTINGS.data, seed="fresh"),
    protocol=replace(SETTINGS.protocol, random_seed="fresh"),
)
MODEL = """
class Model:
    def __init__(self, get_train_set, systematics):
        {init}
    def fit(self):
        {fit}
    def predict(self, test_set):
        {predict}
"""
ANSWER = "return {'mu_hat': 1, 'delta_mu_hat': 1, 'p16': 0, 'p84': 2}"


CLASSIFIERS = {
    "sklearn": "from sklearn.ensemble import HistGradientBoostingClassifier as C",
    "xgboost": "from xgboost import XGBClassifier\n"
    "C = lambda: XGBClassifier(n_jobs=2)  # OpenMP threads",
    "torch": """
import torch
class C:
    def fit(self, x, y):
        x, y = (torch.tensor(a.to_numpy(), dtype=torch.float32) for a in (x, y))
        self.net = torch.nn.Sequential(torch.nn.BatchNorm1d(x.shape[1]),
                                       torch.nn.Linear(x.shape[1], 8), torch.nn.ReLU(),
                                       torch.nn.Linear(8, 1))
        optimiser = torch.optim.Adam(self.net.parameters())
        for _ in range(20):
            optimiser.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(self.net(x)[:, 0], y).backward()
            optimiser.step()
        return self
    def predict_proba(self, x):
        p = torch.sigmoid(self.net.eval()(torch.tensor(x.to_numpy()))).detach().numpy()
        return __import__("numpy").hstack([1 - p, p])
""",
}

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="children are in /proc")


def model(init: str = "pass", fit: str = "pass", predict: str = ANSWER) -> str:
    return MODEL.format(init=init, fit=fit, predict=predict)


def command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(PROGRAM), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


class TestRun:
    def test_files_and_contents(self, tmp_path: Path) -> None:
        output = run(tmp_path, HONEST)
        assert {path.name for path in output.iterdir()} == {
            "result_0.json",
            "result_1.json",
            "test_settings.json",
            "ingestion_duration.json",
            "run.json",
            "completed.json",
        }
        settings = read_json(output / "test_settings.json")
        assert len(settings["ground_truth_mus"]) == 2
        assert all(0.1 <= mu <= 3.0 for mu in settings["ground_truth_mus"])
        assert read_json(output / "run.json")["random_seed"] == 7
        found = read_json(output / "result_0.json")
        assert [len(values) for values in found.values()] == [3, 3, 3, 3]

    @needs_proc
    def test_facts_of_time_memory_and_name(self, tmp_path: Path) -> None:
        source = '"""Tell\x1b apart\n\nand more."""\nimport time\n' + model(
            fit="self.ballast = None; bytearray(300_000_000).find(b'x'); time.sleep(0.3)",
            predict=f"time.sleep(0.2); {ANSWER}",
        )
        submission = write_submission(tmp_path / "sub", source)
        facts = read_json(run(tmp_path, submission, workers=2) / "run.json")
        assert facts["submission_name"] == "Tell apart"
        started = datetime.fromisoformat(facts["started"])
        assert timedelta(0) < datetime.now(UTC) - started < timedelta(minutes=10)
        assert facts["limits"]["predict_seconds"] == 60.0
        fit, predict = facts["usage"]["fit"], facts["usage"]["predict"]
        assert 0.3 < fit["seconds"] < 60
        assert 300_000_000 < fit["memory_bytes"] < 2 * 2**30
        assert predict["calls"] == 6
        assert 1.2 < predict["seconds"] < 60
        assert 0.2 < predict["longest_seconds"] < predict["seconds"]
        assert 10_000_000 < predict["memory_bytes"] < fit["memory_bytes"]

    def test_results_depend_on_the_seed_but_not_on_workers(self, tmp_path: Path) -> None:
        first = results(run(tmp_path, HONEST, workers=1))
        assert first == results(run(tmp_path, HONEST, workers=2))
        assert first == results(run(tmp_path, HONEST, workers=4))
        other = replace(SETTINGS, protocol=replace(SETTINGS.protocol, random_seed=8))
        assert first != results(run(tmp_path, HONEST, other))

    def test_fresh_seeds_are_recorded_and_repeat_the_run(self, tmp_path: Path) -> None:
        output = run(tmp_path, HONEST, FRESH)
        first, facts = results(output), read_json(output / "run.json")
        seeds = Seeds(facts["data_seed"], facts["random_seed"])
        again = run(tmp_path, HONEST, SETTINGS.with_seeds(seeds))
        assert first == results(again)
        assert read_json(again / "run.json")["experiments_digest"] == facts["experiments_digest"]
        other = run(tmp_path, HONEST, FRESH)
        assert first != results(other)
        assert not {*seeds} & {
            read_json(other / "run.json")[k] for k in ("data_seed", "random_seed")
        }

    def test_notebook_and_program_give_the_same(self, tmp_path: Path) -> None:
        sys.path.insert(0, str(HONEST))
        try:
            from model import Model  # the submission, as a participant's notebook imports it
        finally:
            sys.path.remove(str(HONEST))
            sys.modules.pop("model")
        output = run(tmp_path, HONEST)
        settings = read_json(output / "test_settings.json")
        ingestion = Ingestion(GeneratedData(SETTINGS.data))
        ingestion.start_timer()
        ingestion.init_submission(Model)
        ingestion.fit_submission()
        ingestion.predict_submission(settings, initial_seed=7)
        ingestion.process_results_dict()
        ingestion.stop_timer()
        (tmp_path / "notebook").mkdir()
        ingestion.save_result(tmp_path / "notebook")
        ingestion.save_duration(tmp_path / "notebook")
        for i in range(2):
            name = f"result_{i}.json"
            assert read_json(tmp_path / "notebook" / name) == read_json(output / name)
        with pytest.raises(SettingsError, match="one true mu is needed for each set"):
            ingestion.predict_submission(settings | {"ground_truth_mus": [1.0]})


class TestHonestSubmissions:
    def test_files_beside_the_model(self, tmp_path: Path) -> None:
        source = model(
            fit="open('weights.txt', 'w').write('1.25')",
            predict="mu = float(open('weights.txt').read()); "
            "return {'mu_hat': mu, 'delta_mu_hat': 1, 'p16': 0, 'p84': 2}",
        )
        output = run(tmp_path, write_submission(tmp_path / "sub", source))
        assert read_json(output / "result_0.json")["mu_hats"] == [1.25] * 3
        assert not (tmp_path / "sub" / "weights.txt").exists()

    def test_a_model_that_cannot_be_serialised(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = model(init="self.generator = (i for i in range(3))")
        output = run(tmp_path, write_submission(tmp_path / "sub", source), workers=4)
        assert read_json(output / "run.json")["workers"] == 1
        assert "cannot be serialised" in caplog.text

    def test_the_training_set(self, tmp_path: Path) -> None:
        source = """
class Model:
    def __init__(self, get_train_set, systematics):
        everything = get_train_set()
        half = get_train_set(train_size=0.5)
        some = get_train_set(selected_indices=[5, 3, 9])
        assert len(everything) == 2 * len(half) == 1700, (len(everything), len(half))
        assert len(some) == 3 and list(some.columns) == list(everything.columns)
        assert abs(some.weights.sum() / everything.weights.sum() - 1) < 1e-6
        names = ["weights", "labels", "detailed_labels"]
        shifted = systematics(
            {"data": everything.drop(columns=names)} | {n: everything[n] for n in names},
            tes=1.02, jes=0.98, soft_met=1.0, ttbar_scale=1.1,
        )
        assert 0 < len(shifted["data"]) < len(everything)
        assert len(get_train_set(train_size=10**9)) == len(everything)  # and a warning in the log
        try:
            get_train_set(train_size=1.5)
        except ValueError as error:
            assert "train_size" in str(error)
        else:
            raise AssertionError("no error for a share that is too large")
    def fit(self):
        pass
    def predict(self, test_set):
        data = test_set["data"]
        assert data.shape[1] == 28 and str(data.dtypes.iloc[0]) == "float32"
        data["new"] = 1.0
        data.loc[:, "PRI_met"] = 0.0
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
"""
        run(tmp_path, write_submission(tmp_path / "sub", source))

    @pytest.mark.parametrize("library", ["sklearn", "xgboost", "torch"])
    def test_libraries(self, tmp_path: Path, library: str) -> None:
        pytest.importorskip(library)
        source = f"""
{CLASSIFIERS[library]}
class Model:
    def __init__(self, get_train_set, systematics):
        self.train = get_train_set()
    def fit(self):
        features = [c for c in self.train.columns if c.startswith("DER")]
        self.features = features
        self.classifier = C().fit(self.train[features], self.train["labels"])
        self.train = None
    def predict(self, test_set):
        mu = self.classifier.predict_proba(test_set["data"][self.features])[:, 1].mean()
        return {{"mu_hat": mu, "delta_mu_hat": 1, "p16": mu - 1, "p84": mu + 1}}
"""
        output = run(tmp_path, write_submission(tmp_path / "sub", source))
        assert 0.0 < read_json(output / "result_0.json")["mu_hats"][0] < 1.0


class TestBadSubmissions:
    @pytest.mark.parametrize(
        ("source", "message"),
        [
            (model(init="raise ValueError('no')"), "Model.get_train_set, systematics. failed: Val"),
            (model(fit="1 / 0"), "fit failed: ZeroDivisionError"),
            (model(fit="raise SystemExit(0)"), "fit failed: SystemExit"),
            (model(predict="raise KeyError('x')"), r"set \d, experiment \d: predict failed: KeyEr"),
            (model(predict="return None"), r"set \d, experiment \d: .*must return a dict"),
            (model(predict=ANSWER.replace("0", "float('nan')")), "p16 must be finite"),
            ("class Model:\n    pass\n", "no method 'fit'"),
            ("class Modell: ...\n", r"no class 'Model'.*Modell"),
            ("Model = 5\n", "no class 'Model'"),
            ("import nothing_of_this_name\nclass Model: ...\n", "ModuleNotFoundError"),
            (model().replace(", test_set", ""), r"predict\(self, test_set\)"),
            (model().replace("get_train_set, systematics", "data"), "contract is Model"),
        ],
    )
    def test_message_and_no_results(self, tmp_path: Path, source: str, message: str) -> None:
        with pytest.raises(SubmissionError, match=f"(?s){message}"):
            run(tmp_path, write_submission(tmp_path / "sub", source))
        assert not [path for path in (tmp_path / "output").iterdir() if path.is_file()]


class TestProgram:
    def small_input(self, tmp_path: Path) -> Path:
        folder = tmp_path / "input"
        folder.mkdir()
        (folder / "settings.yaml").write_text(
            "data:\n  source: generator\n  luminosity: 0.02\n"
            "  train_events: {htautau: 50, ztautau: 50, ttbar: 50, diboson: 50}\n"
            "  test_events: {htautau: 200, ztautau: 900, ttbar: 200, diboson: 100}\n"
            "protocol: {num_of_sets: 3, num_pseudo_experiments: 4}\n"
        )
        return folder

    def test_command_line(self, tmp_path: Path) -> None:
        done = command(
            "--input", self.small_input(tmp_path), "--output", tmp_path / "out",
            "--submission", HONEST, "--num-of-sets", 1, "--num-pseudo-experiments", 2,
            "--random-seed", 12, "--no-systematics-tes", "--workers", 1,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        settings = read_json(tmp_path / "out" / "test_settings.json")
        assert settings["num_of_sets"] == 1
        assert settings["systematics"]["tes"] is False
        assert settings["systematics"]["jes"] is True
        assert read_json(tmp_path / "out" / "run.json")["random_seed"] == 12

    def test_nothing_of_the_truth_is_logged(self, tmp_path: Path) -> None:
        done = command(
            "--input", self.small_input(tmp_path), "--output", tmp_path / "out",
            "--submission", HONEST,
        )  # fmt: skip
        for mu in read_json(tmp_path / "out" / "test_settings.json")["ground_truth_mus"]:
            assert f"{mu:.4g}" not in done.stdout + done.stderr

    def test_a_failure_has_a_message_and_an_exit_code(self, tmp_path: Path) -> None:
        bad = write_submission(tmp_path / "sub", model(fit="raise ValueError('too hard')"))
        done = command(
            "--input", self.small_input(tmp_path), "--output", tmp_path / "out", "--submission", bad
        )
        assert done.returncode == 1
        assert "fit failed: ValueError: too hard" in done.stdout
        assert 'model.py", line' in done.stdout  # the participant sees where
        assert not list((tmp_path / "out").glob("*.json"))

    def test_settings_are_checked_first(self, tmp_path: Path) -> None:
        folder = self.small_input(tmp_path)
        (folder / "settings.yaml").write_text("data: {source: generatr}\n")
        done = command("--input", folder, "--output", tmp_path / "out", "--submission", HONEST)
        assert done.returncode == 1
        assert "settings.yaml, line 1, data.source" in done.stdout

    def test_help(self) -> None:
        done = command("--help")
        assert done.returncode == 0
        for flag in ("--input", "--num-of-sets", "--systematics-soft-met", "--workers", "--resume"):
            assert flag in done.stdout


@contextlib.contextmanager
def interrupted_after(answers: int) -> Iterator[None]:
    """Interrupts the run in the block, as by Ctrl-C, after a number of answers."""
    add, left = RunState.add, iter(range(answers))

    def interrupting(state: RunState, experiment: Experiment, prediction: Prediction) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        add(state, experiment, prediction)

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(RunState, "add", interrupting)
        yield
        pytest.fail("the run was not interrupted")


class TestResume:
    SLOW = "import time\n" + model(
        fit="time.sleep(0.3)",
        predict="time.sleep(0.1); n = len(test_set['data']) / 1e5; "
        "return {'mu_hat': n, 'delta_mu_hat': 1, 'p16': 0, 'p84': 2 / 3}",
    )

    def start(self, tmp_path: Path, output: Path, *further: str) -> "subprocess.Popen[bytes]":
        folders = ["--input", tmp_path / "input", "--submission", tmp_path / "sub"]
        (tmp_path / "temporary").mkdir(exist_ok=True)
        with (tmp_path / "log").open("w") as log:
            return subprocess.Popen(
                [sys.executable, PROGRAM, *folders, "--output", output, *further],
                env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def finish(self, tmp_path: Path, output: Path, *further: str) -> None:
        code = self.start(tmp_path, output, *further).wait(timeout=300)
        assert code == 0, (tmp_path / "log").read_text()
        assert list((tmp_path / "temporary").iterdir()) == []

    def kill(self, process: "subprocess.Popen[bytes]", rng: np.random.Generator) -> None:
        """Kill -9, at a random moment, the program or one of the model's processes."""
        started = time.monotonic()
        while not children_of(process.pid) and process.poll() is None:
            time.sleep(0.02)
            if time.monotonic() - started > 180:
                raise AssertionError("no model's process was started")
        time.sleep(rng.uniform(0.0, 4.0))
        victims = [process.pid, *children_of(process.pid)]
        try:
            os.kill(victims[rng.integers(len(victims))], signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait(timeout=120)

    def go_on_after_kills(self, tmp_path: Path, kills: int) -> None:
        TestProgram().small_input(tmp_path)
        write_submission(tmp_path / "sub", self.SLOW)
        rng = np.random.default_rng(5)
        done = 0
        while done < kills:
            output = tmp_path / f"killed-{done}"
            for _ in range(3):
                self.kill(self.start(tmp_path, output, "--resume"), rng)
                done += 1
            self.finish(tmp_path, output, "--resume")
            seeds = read_json(output / "run.json")  # drawn by the first of the four
            flags = (
                "--data-seed",
                str(seeds["data_seed"]),
                "--random-seed",
                str(seeds["random_seed"]),
            )
            self.finish(tmp_path, tmp_path / "whole", *flags)
            assert results(output) == results(tmp_path / "whole")
            assert not (output / "state").exists()

    @needs_proc
    def test_a_killed_run_goes_on(self, tmp_path: Path) -> None:
        self.go_on_after_kills(tmp_path, kills=3)

    @needs_proc
    @pytest.mark.slow
    def test_fifty_kills(self, tmp_path: Path) -> None:
        self.go_on_after_kills(tmp_path, kills=50)

    def test_files_of_fit_are_there_when_a_run_goes_on(self, tmp_path: Path) -> None:
        """Each run is interrupted after two answers; fit is not repeated."""
        source = "from pathlib import Path\n" + model(
            init="self.file = Path(__file__).parent / 'w.txt'",
            fit="assert not self.file.exists(); self.file.write_text('1.5')",
            predict="mu = float(self.file.read_text()); "
            "return {'mu_hat': mu, 'delta_mu_hat': 1, 'p16': 0, 'p84': 2}",
        )
        submission = write_submission(tmp_path / "sub", source)
        for _ in range(2):
            with interrupted_after(2):
                run(tmp_path, submission, resume=True)
        output = run(tmp_path, submission, resume=True)
        assert read_json(output / "result_0.json")["mu_hats"] == [1.5] * 3

    def test_another_run_is_refused(self, tmp_path: Path) -> None:
        other = write_submission(tmp_path / "sub", model())
        with interrupted_after(1):
            run(tmp_path, other)
        with pytest.raises(RunError, match="another run"):
            run(tmp_path, HONEST, resume=True)
        assert results(run(tmp_path, HONEST))  # anew, without resume

    def test_a_failed_submission_leaves_nothing_to_go_on_from(self, tmp_path: Path) -> None:
        broken = write_submission(tmp_path / "sub", model(predict="raise ValueError"))
        with pytest.raises(SubmissionError):
            run(tmp_path, broken)
        assert list((tmp_path / "output").iterdir()) == []


def children_of(pid: int) -> list[int]:
    """The processes that any thread of this one has started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            found += map(int, task.read_text().split())
    return found
