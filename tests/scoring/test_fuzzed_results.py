"""Two hundred damaged results folders: each is refused with a reason, or the damage is harmless."""

import json
import random
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from higgsml_scoring.errors import ScoringError
from higgsml_scoring.report import score
from higgsml_scoring.results import read_results
from higgsml_scoring.settings import ReferenceSettings
from toy_results import Files, encode, toy_files, write_files

PROGRAM = Path(__file__).parents[2] / "scoring_program" / "run_scoring.py"
main = runpy.run_path(str(PROGRAM))["main"]

HIDDEN = ReferenceSettings(show_truth=False)
SETS, EXPERIMENTS = 3, 8
WRONG_TYPES: list[Any] = [None, True, "1.0", "", [], {}, [1.0], {"a": 1}]
HUGE = [b"1e400", b"-1e400", b"1e300", b"-20000", b"9" * 400, b"9" * 5000, b"NaN", b"Infinity"]


def names(files: Files) -> list[str]:
    return sorted(files)


def a_list(files: Files, rng: random.Random) -> list[Any]:
    """One of the lists of numbers in the results or the truth."""
    name = rng.choice([name for name in names(files) if name[:4] in ("resu", "test")])
    return rng.choice([value for value in files[name].values() if isinstance(value, list)])


def an_object(files: Files, rng: random.Random) -> dict[str, Any]:
    """A file's object, or an object in it."""
    content = files[rng.choice(names(files))]
    inner = [value for value in content.values() if isinstance(value, dict) and value]
    return rng.choice([content, *inner])


# Damage before the marker is written: the marker fits, so only the content can give it away.


def wrong_type(files: Files, rng: random.Random) -> None:
    if rng.random() < 0.5:
        numbers = a_list(files, rng)
        numbers[rng.randrange(len(numbers))] = rng.choice(WRONG_TYPES)
        return
    target = an_object(files, rng)
    key = rng.choice(sorted(target))
    target[key] = rng.choice(
        [value for value in WRONG_TYPES if type(value) is not type(target[key])]
    )


def remove_key(files: Files, rng: random.Random) -> None:
    target = an_object(files, rng)
    del target[rng.choice(sorted(target))]


def add_key(files: Files, rng: random.Random) -> None:
    files[rng.choice(names(files))]["surplus"] = rng.choice(WRONG_TYPES)


def change_length(files: Files, rng: random.Random) -> None:
    numbers = a_list(files, rng)
    numbers.pop() if rng.random() < 0.5 else numbers.append(1.0)


def invert(files: Files, rng: random.Random) -> None:
    content = files[f"result_{rng.randrange(SETS)}.json"]
    content["p16"], content["p84"] = content["p84"], content["p16"]


def huge_number(files: Files, rng: random.Random) -> None:
    name = f"result_{rng.randrange(SETS)}.json"
    key = rng.choice(sorted(files[name]))
    files[name][key][rng.randrange(EXPERIMENTS)] = 123456789
    files[name] = encode(files[name]).replace(b"123456789", rng.choice(HUGE))


def repeat_key(files: Files, rng: random.Random) -> None:
    name = rng.choice(names(files))
    body = encode(files[name])
    files[name] = body[:-1] + b", " + body[1:]


def nest(files: Files, rng: random.Random) -> None:
    files[rng.choice(names(files))] = b'{"a": ' * 50_000


def other_encoding(files: Files, rng: random.Random) -> None:
    name = rng.choice(names(files))
    files[name] = encode(files[name]).decode().encode(rng.choice(["utf-16", "utf-8-sig", "utf-32"]))


def respell(files: Files, rng: random.Random) -> None:
    """Harmless: other white space and order of keys, the quantiles as 0.1.5 spells them."""
    name = f"result_{rng.randrange(SETS)}.json"
    content = dict(sorted(files[name].items(), reverse=True))
    content["p16s"], content["p84s"] = content.pop("p16"), content.pop("p84")
    files[name] = json.dumps(content, indent=rng.randrange(5)).encode()


# Damage afterwards: the marker gives it away too.


def truncate(folder: Path, rng: random.Random) -> None:
    path = rng.choice(sorted(folder.iterdir()))
    body = path.read_bytes()
    path.write_bytes(body[: rng.randrange(len(body))])


def garble(folder: Path, rng: random.Random) -> None:
    path = rng.choice(sorted(folder.iterdir()))
    body = bytearray(path.read_bytes())
    for _ in range(rng.randrange(1, 5)):
        body[rng.randrange(len(body))] ^= rng.randrange(1, 256)
    path.write_bytes(body)


def remove(folder: Path, rng: random.Random) -> None:
    rng.choice(sorted(folder.iterdir())).unlink()


def swap(folder: Path, rng: random.Random) -> None:
    one, other = rng.sample(sorted(folder.iterdir()), 2)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def link(folder: Path, rng: random.Random) -> None:
    path = rng.choice(sorted(folder.iterdir()))
    path.unlink()
    path.symlink_to(rng.choice([Path("/etc/hostname"), Path("/dev/zero"), folder]))


def make_folder(folder: Path, rng: random.Random) -> None:
    path = rng.choice(sorted(folder.iterdir()))
    path.unlink()
    path.mkdir()


def plant(folder: Path, rng: random.Random) -> None:
    name = rng.choice(
        ["result_3.json", "result_00.json", "result_.json", "scores.json", "model.py"]
    )
    shutil.copy(folder / "result_0.json", folder / name)


def platform_file(folder: Path, rng: random.Random) -> None:
    code = rng.choice(["0", "1", "null", "'0'", "[", "{}", "&a [*a]", "!!python/name:os.system"])
    name = rng.choice(["ingestionExitCode", "ingestionExitCode: 0\nexitCode"])
    (folder / "metadata").write_text(f"{name}: {code}\n")


BEFORE: list[Callable[[Files, random.Random], None]] = [
    wrong_type, remove_key, add_key, change_length, invert, huge_number, repeat_key, nest,
    other_encoding, respell,
]  # fmt: skip
AFTER: list[Callable[[Path, random.Random], None]] = [
    truncate, garble, remove, swap, link, make_folder, plant, platform_file,
]  # fmt: skip
HARMLESS = {"add_key", "respell", "plant", "platform_file"}


def damaged_folder(folder: Path, seed: int) -> tuple[Path, str]:
    """A folder with one kind of damage, and its name."""
    rng = random.Random(seed)
    damage = (BEFORE + AFTER)[seed % len(BEFORE + AFTER)]
    files = toy_files(SETS, EXPERIMENTS)
    if damage in BEFORE:
        damage(files, rng)
    write_files(folder, files)
    if damage in AFTER:
        damage(folder, rng)
    return folder, damage.__name__


def outcome(folder: Path) -> dict[str, float] | str:
    """The scores, or the reason of the refusal."""
    try:
        results = read_results(folder, HIDDEN)
    except ScoringError as error:
        return str(error)
    return score(results.mu, results.answers, results.ingestion_duration, bootstraps=2).scores()


@pytest.mark.parametrize("seed", range(200))
def test_damage_is_refused_or_harmless(tmp_path, seed):
    folder, damage = damaged_folder(tmp_path / "res", seed)
    found = outcome(folder)
    if isinstance(found, str):
        assert 20 < len(found) < 300
    else:
        assert damage in HARMLESS
        assert found == outcome(write_files(tmp_path / "clean", toy_files(SETS, EXPERIMENTS)))


def test_both_outcomes_occur(tmp_path):
    outcomes: dict[str, set[type]] = {name: set() for name in HARMLESS}
    for seed in range(200):
        folder, damage = damaged_folder(tmp_path / str(seed), seed)
        if damage in HARMLESS:
            outcomes[damage].add(type(outcome(folder)))
    assert outcomes["respell"] == {dict}
    assert outcomes["plant"] == outcomes["platform_file"] == {dict, str}


def ended(folder: Path) -> int:
    """The exit code of the program on these results; what it writes goes beside them."""
    (folder.parent / "settings.yaml").write_text("show_truth: false")
    places = {"prediction": folder, "reference": folder.parent, "output": folder.parent / "out"}
    return main([f"--{name}={place}" for name, place in places.items()])


def test_the_program_refuses_in_one_line_and_writes_nothing(tmp_path, capsys):
    refused = 0
    for seed in range(200):
        folder, damage = damaged_folder(tmp_path / str(seed) / "res", seed)
        if isinstance(outcome(folder), dict):
            continue
        refused += 1
        (folder.parent / "out").mkdir()
        (folder.parent / "out" / "scores.json").write_text('{"quantiles_score": 1, "rmse": 1}')
        assert ended(folder) == 1, (seed, damage)
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith("ERROR ("), (seed, damage)
        assert [path for path in (folder.parent / "out").rglob("*") if path.is_file()] == []
    assert refused > 150


@pytest.mark.parametrize("seed", [9, 88, 106])
def test_the_program_scores_what_is_harmless(tmp_path, seed, capsys):
    folder, damage = damaged_folder(tmp_path / "res", seed)
    assert damage in HARMLESS
    assert ended(folder) == 0
    assert (tmp_path / "out" / "scores.json").exists()
    assert capsys.readouterr().err == ""
