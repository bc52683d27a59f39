"""What the metadata.yaml of a program must look like."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from HiggsML.errors import SettingsError

from ..bundle import METADATA, program_command
from ..codabench import MOUNTS, PROGRAM
from .problems import Problem, unknown_name

__all__ = ["check_program"]


def check_program(folder: Path, container: str) -> list[Problem]:
    """Everything wrong with the metadata.yaml of a program.

    Args:
        folder: folder of the program.
        container: `ingestion` or `scoring`, which have different mounts.
    """
    where = f"{folder.name}/{METADATA}"
    try:
        words = program_command(folder)
    except SettingsError as error:
        fix = error.fix or f"write {METADATA} with: command: python3 program.py"
        return [Problem(where, error.what, fix)]
    return list(_check_words(where, words, folder, container))


def _check_words(where: str, words: list[str], folder: Path, container: str) -> Iterator[Problem]:
    for word in words:
        if set(word) & set("'\"$&|;<>`"):
            what = f"'{word}' needs a shell; the platform splits at spaces and starts the program."
            yield Problem(where, what, "write one plain command with paths like /app/output.")
        path = PurePosixPath(word)
        mounts = [mount.path for mount in MOUNTS[container]]
        if path.is_relative_to("/app") and not any(path.is_relative_to(m) for m in mounts):
            what = f"nothing is mounted at {word} in the {container} container."
            yield unknown_name(where, word, mounts, what)
    if words[0].startswith("python"):
        script = words[1].removeprefix(f"{PROGRAM}/") if len(words) > 1 else ""
        if not (folder / script).is_file():
            what = f"the program '{script}' is not in the folder."
            yield Problem(where, what, "name a file of the program's folder.")
