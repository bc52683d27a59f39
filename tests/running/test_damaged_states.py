"""Two hundred damaged states of a run: each is refused in our words, or gives what was kept."""

import contextlib
import json
import math
import os
import random
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from HiggsML.errors import HiggsMLError, RunError
from HiggsML.experiments.protocol import Experiment
from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.output_folder import check_output
from HiggsML.running.trusted.own_files import written_by_ingestion
from HiggsML.running.trusted.run_state import RunState
from HiggsML.settings import Seeds
from small_run import SUBMISSIONS, results, run

SEEDS = Seeds(2**127 + 1, 5)
MODEL = bytes(range(256)) * 20
ANSWERS = {
    Experiment(i, j): Prediction(0.1 * i + 0.3, 0.5, 1e-300 * j, 2.0 / (j + 1))
    for i in range(2)
    for j in range(5)
}
WRONG: list[Any] = [
    None, True, -1, 0, 10**400, 1.5, math.nan, math.inf, "", "1", "ab" * 32, [], [1], {}, {"a": 1},
    [1, 2], [True, False], [1.0, 2.0, 3.0, 4.0], [1e5, 1, 0, 2], [1, 1, 2, 0], ["a"] * 4,
]  # fmt: skip


def begin(output: Path) -> None:
    """A run that was killed after ten answers."""
    staged = output.with_name("staged")
    (staged / "deep").mkdir(parents=True)
    (staged / "model.py").write_text("class Model: ...")
    (staged / "deep" / "made_by_fit").write_text("weights")
    state = RunState(output / "state", "key", SEEDS, resume=False)
    state.place(staged)
    state.keep_model(MODEL)
    for experiment, prediction in ANSWERS.items():
        state.add(experiment, prediction)


def resume(output: Path) -> RunState:
    """As a run does, with seeds of its own for the case that it begins anew."""
    check_output(output, {}, lambda folder: written_by_ingestion(folder, output))
    return RunState(output / "state", "key", Seeds(98, 99), resume=True)


# --- damage --------------------------------------------------------------------------------------


def truncate(path: Path, rng: random.Random) -> None:
    body = path.read_bytes()
    path.write_bytes(body[: rng.randrange(len(body))])


def flip(path: Path, rng: random.Random) -> None:
    body = bytearray(path.read_bytes())
    for _ in range(rng.randrange(1, 4)):
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    path.write_bytes(body)


def insert(path: Path, rng: random.Random) -> None:
    body = path.read_bytes()
    place = rng.randrange(len(body) + 1)
    junk = rng.choice([b"\0" * 5000, b"\n", b"\r", b"\xff\xfe", rng.randbytes(100), b"x" * 100_000])
    path.write_bytes(body[:place] + junk + body[place:])


def replace(path: Path, rng: random.Random) -> None:
    path.unlink()
    how = rng.randrange(7)
    if how == 0:
        path.mkdir()
    elif how == 1:
        os.mkfifo(path)
    elif how == 2:
        path.symlink_to(rng.choice(["/dev/zero", "/dev/full", "/nowhere", path, "/etc", "model"]))
    elif how == 3:
        with path.open("wb") as file:
            file.truncate(1 << 40)
    elif how == 4:
        path.touch()
    elif how == 5:
        path.write_bytes(rng.randbytes(5000))


def lines(path: Path, rng: random.Random) -> None:
    """Lines of the journal are swapped, doubled, lost, or end as elsewhere."""
    found = path.read_bytes().splitlines(keepends=True)
    one, other = rng.randrange(len(found)), rng.randrange(len(found))
    how = rng.randrange(4)
    if how == 0:
        found[one], found[other] = found[other], found[one]
    elif how == 1:
        found.insert(other, found[one])
    elif how == 2:
        del found[one]
    else:
        found = [line.replace(b"\n", b"\r\n") for line in found]
    path.write_bytes(b"".join(found))


def write_record(path: Path, rng: random.Random, change: Callable[[Any], Any]) -> None:
    """A record is changed, and its checksum fits."""
    found = path.read_bytes().splitlines(keepends=True)
    place = rng.randrange(len(found))
    body = json.dumps(change(json.loads(found[place].partition(b" ")[2]))).encode()
    found[place] = b"%08x %s\n" % (zlib.crc32(body), body)
    path.write_bytes(b"".join(found))


def wrong_type(path: Path, rng: random.Random) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        key = rng.choice(sorted(record))
        others = [wrong for wrong in WRONG if type(wrong) is not type(record[key])]
        return record | {key: rng.choice(others)}

    write_record(path, rng, change)


def wrong_inside(path: Path, rng: random.Random) -> None:
    def change(record: dict[str, Any]) -> Any:
        listed = [key for key, value in record.items() if isinstance(value, list)]
        if not listed:
            return rng.choice(WRONG)
        key = rng.choice(listed)
        values = list(record[key])
        values[rng.randrange(len(values))] = rng.choice([*WRONG[:2], *WRONG[4:5], *WRONG[6:]])
        return record | {key: rng.choice([values, values[1:], values * 2])}

    write_record(path, rng, change)


def remove_key(path: Path, rng: random.Random) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        del record[rng.choice(sorted(record))]
        return record

    write_record(path, rng, change)


def nest(path: Path, rng: random.Random) -> None:
    body = rng.choice([b"[", b'{"a":']) * rng.choice([500, 5_000, 500_000])
    with path.open("ab") as file:
        file.write(b"%08x %s\n" % (zlib.crc32(body), body))


def disturb(state: Path, rng: random.Random) -> None:
    """The folders are not what they were."""
    submission, how = state / "submission", rng.randrange(8)
    if how < 2:
        shutil.rmtree(submission)
        if how == 1:
            submission.symlink_to(rng.choice(["/etc", "/nowhere", "."]))
    elif how == 2:
        (submission / "numpy.py").touch()
    elif how == 3:
        os.mkfifo(submission / "pipe")
    elif how == 4:
        (submission / "deep" / "link").symlink_to("made_by_fit")
    elif how == 5:
        (state / "notes").write_text("mine")
    elif how == 6:
        shutil.rmtree(state)
        state.symlink_to("/etc")
    else:
        shutil.rmtree(state)
        state.write_text("no folder")


ON_FILES = [truncate, flip, insert, replace]
ON_JOURNAL = [*ON_FILES, lines, wrong_type, wrong_inside, remove_key, nest]
FILES = ["model", "submission/model.py", "submission/deep/made_by_fit"]


def damage(state: Path, seed: int) -> str:
    """One kind of damage after another; what was done."""
    rng = random.Random(seed)
    kinds = [("journal", how) for how in (*ON_JOURNAL, *ON_JOURNAL)]
    kinds += [(rng.choice(FILES), how) for how in ON_FILES]
    name, how = (*kinds, ("", disturb))[seed % (len(kinds) + 1)]
    how(state / name, rng)
    return f"{how.__name__} {name}"


# --- what comes of it ----------------------------------------------------------------------------


@contextlib.contextmanager
def one_line(kind: type[HiggsMLError]) -> Iterator[None]:
    """An error of this kind, if any, has a message of one line."""
    message = ""
    try:
        yield
    except kind as error:
        message = str(error)
    assert "\n" not in message


def test_damage_is_refused_or_harmless(tmp_path: Path) -> None:
    begin(tmp_path / "whole")
    outcomes: dict[str, set[str]] = {}
    for seed in range(200):
        output = tmp_path / str(seed)
        shutil.copytree(tmp_path / "whole", output)
        what = f"{damage(output / 'state', seed)} ({seed})"
        state = None
        with one_line(RunError):
            state = resume(output)
        outcomes.setdefault("refused" if state is None else "harmless", set()).add(what)
        if state is None:
            continue
        assert state.answers.items() <= ANSWERS.items(), what
        assert state.model in (None, MODEL), what
        assert state.seeds == SEEDS or not (state.answers or state.model), what
        state.add(Experiment(7, 7), Prediction(1, 1, 0, 2))  # and it can go on
        assert resume(output).answers == state.answers, what
        shutil.rmtree(output)
    assert len(outcomes["refused"]) > 100
    assert len(outcomes["harmless"]) > 20


@pytest.mark.slow
def test_damage_gives_the_same_results_or_none(tmp_path: Path) -> None:
    """Whole runs, with fixed seeds: who begins anew measures the same."""
    add, left = RunState.add, iter(range(4))

    def interrupting(state: RunState, *answer: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        add(state, *answer)

    submission = tmp_path / "submission"
    shutil.copytree(SUBMISSIONS / "honest", submission)
    (submission / "deep").mkdir()
    (submission / "deep" / "made_by_fit").write_text("weights")
    expected = results(run(tmp_path, submission))
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(RunState, "add", interrupting)
        run(tmp_path, submission)
    output = tmp_path / "output"
    output.rename(tmp_path / "whole")
    same = 0
    for seed in range(200):
        shutil.copytree(tmp_path / "whole", output)
        what = f"{damage(output / 'state', seed)} ({seed})"
        with one_line(HiggsMLError):
            run(tmp_path, submission, resume=True)
        if (output / "completed.json").exists():
            assert results(output) == expected, what
            same += 1
        shutil.rmtree(output)
    assert 20 < same < 150
