"""The command `higgsml new`: a submission to start from, that runs as it is."""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

from HiggsML.errors import RunError

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml new my_submission            # a classifier, made into a measurement by the toolkit
  higgsml new my_submission --plain    # the same contract by hand: trees and a linear fit
"""

TEMPLATES = Path(__file__).parents[1] / "templates"
NAME = "my_submission"
"""What the templates call the submission."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml new`."""
    parser.add_argument("path", type=Path, metavar="PATH", help="the folder to make: a new one")
    parser.add_argument(
        "--plain", action="store_true", help="a model that does without HiggsML.inference"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the folder, say what comes next."""
    path: Path = arguments.path
    files = _files(path.resolve().name, plain=arguments.plain)
    _write_folder(path, files)
    print(f"{path}: {', '.join(files)}")
    print(f"What comes next stands in {path / 'README.md'}.")
    return 0


def _files(name: str, *, plain: bool) -> dict[str, str]:
    """The files of a submission of this name, with their content."""
    sources = {
        "README.md": "README.md.txt",
        "model.py": "plain_model.py.txt" if plain else "model.py.txt",
        "test_model.py": "test_model.py.txt",
    }
    texts = {file: (TEMPLATES / source).read_text("utf-8") for file, source in sources.items()}
    return {file: text.replace(NAME, name) for file, text in texts.items()}


def _write_folder(path: Path, files: Mapping[str, str]) -> None:
    """Write a new folder: all of it, or nothing.

    Raises:
        RunError: there is something of this name already, or the folder cannot be made.
    """
    if path.exists() or path.is_symlink():
        what, fix = "there is something of this name already.", "name a folder that is new."
        raise RunError(f"{what} Nothing was touched.", where=path, value=str(path), fix=fix)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as temporary:
            folder = Path(temporary) / path.name
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_text(text, "utf-8")
            folder.rename(path)
    except OSError as error:
        fix = f"name a folder in one that you can write to; {path.parent} is not."
        what = f"the folder cannot be made: {error.strerror}."
        raise RunError(what, where=path, value=str(path), fix=fix) from error
