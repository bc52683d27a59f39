import contextlib
import os
import shutil
from pathlib import Path

import pytest

from HiggsML.errors import RunError
from HiggsML.experiments.protocol import Experiment
from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.output_folder import check_output
from HiggsML.running.trusted.own_files import written_by_ingestion
from HiggsML.running.trusted.run_state import RunState
from HiggsML.settings import Seeds

SEEDS = Seeds(2**127 + 1, 5)
ANSWER = Prediction(1.1, 0.1 + 0.2, -1e-300, 2.5)


def opened(folder: Path, key: str = "key", *, resume: bool = True) -> RunState:
    return RunState(folder, key, SEEDS, resume=resume)


def fitted(tmp_path: Path) -> RunState:
    """A run whose submission is in its place and whose model is fitted."""
    staged = tmp_path / "staged"
    staged.mkdir(parents=True)
    (staged / "model.py").write_text("class Model: ...")
    state = opened(tmp_path / "state")
    state.place(staged)
    (state.submission / "made_by_fit").write_text("weights")
    state.keep_model(b"\0model")
    return state


def test_answers_come_back_bit_for_bit(tmp_path: Path) -> None:
    state = fitted(tmp_path)
    state.add(Experiment(0, 1), ANSWER)
    again = opened(tmp_path / "state")
    assert again.answers == {Experiment(0, 1): ANSWER}
    assert again.model == b"\0model"
    assert again.seconds == state.seconds
    again.add(Experiment(0, 2), ANSWER)
    assert list(opened(tmp_path / "state").answers) == [Experiment(0, 1), Experiment(0, 2)]


def test_the_submission_of_a_kept_model_stays(tmp_path: Path) -> None:
    fitted(tmp_path)
    (tmp_path / "staged_again").mkdir()
    again = opened(tmp_path / "state")
    again.place(tmp_path / "staged_again")
    assert (again.submission / "made_by_fit").read_text() == "weights"


@pytest.mark.parametrize("name", ["model", "submission/model.py", "submission/made_by_fit"])
@pytest.mark.parametrize("harm", ["changed", "removed", "a link"])
def test_what_was_harmed_is_not_used(tmp_path: Path, name: str, harm: str) -> None:
    fitted(tmp_path).add(Experiment(0, 1), ANSWER)
    path = tmp_path / "state" / name
    body = path.read_bytes()
    path.unlink()
    if harm == "changed":
        path.write_bytes(body + b" ")
    elif harm == "a link":
        (tmp_path / "elsewhere").write_bytes(body)
        path.symlink_to(tmp_path / "elsewhere")
    if (name, harm) == ("model", "a link"):
        return  # it holds what the journal says
    with pytest.raises(RunError, match="not the one that the run kept"):
        opened(tmp_path / "state")


def test_a_new_file_beside_the_submission_is_noticed(tmp_path: Path) -> None:
    fitted(tmp_path)
    (tmp_path / "state" / "submission" / "numpy.py").write_text("")
    with pytest.raises(RunError, match="not the one that the run kept"):
        opened(tmp_path / "state")


def test_the_seeds_are_those_of_the_first_run(tmp_path: Path) -> None:
    opened(tmp_path / "state")
    assert RunState(tmp_path / "state", "key", Seeds(98, 99), resume=True).seeds == SEEDS


def test_without_resume_it_starts_anew(tmp_path: Path) -> None:
    fitted(tmp_path).add(Experiment(0, 0), ANSWER)
    anew = opened(tmp_path / "state", resume=False)
    assert anew.answers == {}
    assert anew.model is None


def test_the_state_of_another_run_is_refused(tmp_path: Path) -> None:
    opened(tmp_path / "state").add(Experiment(0, 0), ANSWER)
    with pytest.raises(RunError, match="another run"):
        opened(tmp_path / "state", "other key")
    assert opened(tmp_path / "state").answers  # and it is not harmed


def test_a_torn_first_line_is_a_new_run(tmp_path: Path) -> None:
    opened(tmp_path / "state")
    path = tmp_path / "state" / "journal"
    path.write_bytes(path.read_bytes()[:10])
    assert opened(tmp_path / "state", "other key").answers == {}


def test_remove(tmp_path: Path) -> None:
    opened(tmp_path / "state").remove()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("steps", range(6))
def test_a_kill_while_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int, resume: bool
) -> None:
    """What is left is known to be ours, and the same run can go on from it, or begin anew."""
    fitted(tmp_path / "out").add(Experiment(0, 1), ANSWER)
    left = iter(range(steps))

    def killed(of: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt(of)

    for owner, name in ((shutil, "rmtree"), (Path, "unlink"), (os, "unlink"), (os, "rmdir")):
        work = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, work=work, **k: (killed(""), work(*a, **k)))
    with contextlib.suppress(KeyboardInterrupt):
        opened(tmp_path / "out" / "state").remove()
    monkeypatch.undo()
    owners = written_by_ingestion(tmp_path / "out", tmp_path)
    assert check_output(tmp_path / "out", {}, lambda _: owners)
    again = opened(tmp_path / "out" / "state", resume=resume)
    assert again.seeds == SEEDS
    assert again.answers == {}
    assert again.model is None
