"""The walk in the README, from a new submission to its zip file, is what a newcomer sees.

    python tests/test_walk.py

walks on the events of the competition and prints what the README should show, and what it took.
"""

import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from higgsml_kit.archives import unpack, write_zip
from higgsml_kit.bundle import read_mapping
from higgsml_kit.cli import _parser as parser
from higgsml_kit.packing import bundle_files
from sources import ROOT


class Step(NamedTuple):
    """A command, and the lines that are shown of its output."""

    command: str
    shown: list[str]


def walk() -> list[Step]:
    """The steps of the one block of the README that begins with a prompt."""
    text = (ROOT / "README.md").read_text("utf-8")
    [block] = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert parts[0] == ""
    return [Step(*pair) for pair in zip(parts[1::2], map(str.splitlines, parts[2::2]), strict=True)]


def shape(line: str) -> str:
    """A line without its numbers, and with one blank for many."""
    return re.sub(r"\s+", " ", re.sub(r"\d[\d,.]*", "N", line)).strip()


def is_shown(shown: list[str], printed: list[str]) -> bool:
    """Whether lines of these shapes were printed, one after the other but where "..." stands."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(shape(line)) + r"\n" for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{shape(line)}\n" for line in printed)) is not None


def run(command: str, folder: Path) -> list[str]:
    """What a command prints, both streams, with `higgsml` as it is here."""
    here = str(Path(sys.executable).parent)
    found = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join([here, os.environ["PATH"]])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert found.returncode == 0, f"{command}\n{found.stdout}"
    return found.stdout.splitlines()


def small_bundle(folder: Path) -> Path:
    """The bundle with few events."""
    write_zip(bundle_files(ROOT), folder / "bundle.zip")
    unpack(folder / "bundle.zip", folder / "bundle")
    path = folder / "bundle" / "input_data" / "settings.yaml"
    settings = read_mapping(path)
    for key in ("train_events", "test_events"):
        settings["data"][key] = dict.fromkeys(settings["data"][key], 30_000)
    path.write_text(yaml.safe_dump(settings), "utf-8")
    return folder / "bundle"


def commands() -> Iterator[list[str]]:
    for step in walk():
        words = shlex.split(step.command, comments=True)
        if words[0] == "higgsml":
            yield words[1:]


def test_the_walk_goes_from_a_new_submission_to_its_zip_file() -> None:
    seen = []
    for words in commands():
        assert parser("higgsml", words[0]).parse_args(words).command == words[0]
        seen.append(words[0])
    assert seen == ["new", "dry-run", "check", "dry-run", "pack"]


@pytest.mark.slow
def test_the_walk_shows_what_is_printed(tmp_path: Path) -> None:
    """On few events: numbers differ, lines do not."""
    folder = small_bundle(tmp_path)
    for step in walk():
        printed = run(step.command, folder)
        assert is_shown(step.shown, printed), "\n".join([step.command, *printed])


def test_a_line_that_is_not_printed_is_found() -> None:
    printed = ["made 3 files", "took 2.5 s", "done"]
    assert is_shown(["made 20 files", "...", "done"], printed)
    assert not is_shown(["made 20 files", "done"], printed)
    assert not is_shown(["...", "took 2.5 min", "..."], printed)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for step in walk():
            print(f"$ {step.command}", *run(step.command, Path(temporary)), sep="\n", flush=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{used.ru_utime + used.ru_stime:.0f} s of CPU")
