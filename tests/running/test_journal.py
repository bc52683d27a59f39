from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.errors import RunError
from HiggsML.experiments.protocol import Experiment
from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.journal import Journal

ANSWER = Prediction(1.1, 0.1 + 0.2, -1e-300, 2.5)


def opened(folder: Path, key: str = "key", *, resume: bool = True) -> Journal:
    return Journal(folder, key, 5, resume=resume)


def test_answers_come_back_bit_for_bit(tmp_path: Path) -> None:
    journal = opened(tmp_path / "state")
    journal.add(Experiment(0, 1), ANSWER)
    journal.keep_model(b"\0model")
    again = opened(tmp_path / "state")
    assert again.answers == {Experiment(0, 1): ANSWER}
    assert again.model == b"\0model"
    assert again.seconds == journal.seconds
    again.add(Experiment(0, 2), ANSWER)
    assert list(opened(tmp_path / "state").answers) == [Experiment(0, 1), Experiment(0, 2)]


def test_the_seed_is_that_of_the_first_run(tmp_path: Path) -> None:
    opened(tmp_path / "state")
    assert Journal(tmp_path / "state", "key", 99, resume=True).random_seed == 5


def test_without_resume_it_starts_anew(tmp_path: Path) -> None:
    opened(tmp_path / "state").add(Experiment(0, 0), ANSWER)
    assert opened(tmp_path / "state", resume=False).answers == {}


def test_a_foreign_journal_is_refused(tmp_path: Path) -> None:
    opened(tmp_path / "state").add(Experiment(0, 0), ANSWER)
    with pytest.raises(RunError, match="another run"):
        opened(tmp_path / "state", "other key")
    assert opened(tmp_path / "state").answers  # and it is not harmed


@given(st.integers(min_value=1))
def test_a_torn_last_line_is_dropped(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("journal") / "state"
    journal = opened(folder)
    journal.add(Experiment(0, 0), ANSWER)
    whole = (folder / "journal").read_bytes()
    journal.add(Experiment(0, 1), ANSWER)
    last = (folder / "journal").read_bytes()[len(whole) :]
    (folder / "journal").write_bytes(whole + last[: cut % len(last)])
    again = opened(folder)
    assert list(again.answers) == [Experiment(0, 0)]
    again.add(Experiment(0, 1), ANSWER)
    assert len(opened(folder).answers) == 2


def test_a_torn_first_line_is_a_new_run(tmp_path: Path) -> None:
    opened(tmp_path / "state")
    path = tmp_path / "state" / "journal"
    path.write_bytes(path.read_bytes()[:10])
    assert opened(tmp_path / "state", "other key").answers == {}


def test_damage_in_the_middle_is_an_error(tmp_path: Path) -> None:
    journal = opened(tmp_path / "state")
    for i in range(3):
        journal.add(Experiment(0, i), ANSWER)
    path = tmp_path / "state" / "journal"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"1.1", b"1.2")
    path.write_bytes(b"".join(lines))
    with pytest.raises(RunError, match=r"line 3.*damaged"):
        opened(tmp_path / "state")


def test_remove(tmp_path: Path) -> None:
    opened(tmp_path / "state").remove()
    assert not (tmp_path / "state").exists()
