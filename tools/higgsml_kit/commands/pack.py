"""The command `higgsml pack`: a zip file to upload, the same bytes for the same files."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from HiggsML.errors import HiggsMLError, SettingsError, SubmissionError, did_you_mean
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import write_manifest, written_by_command

from ..archives import write_zip
from ..bundle import COMPETITION
from ..checks.problems import Problem
from ..checks.submission import check_submission
from ..codabench import READERS
from ..packing import Part, bundle_files, bundle_parts, submission_part
from .check import check_bundle, check_readiness

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml pack --submission my_submission      # dist/my_submission.zip, to upload
  higgsml pack                                 # the bundle in this folder, dist/bundle.zip
  higgsml pack --part scoring_program          # one part, for a competition that runs already
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml pack`."""
    parser.add_argument(
        "--submission",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="pack this submission instead of the bundle in this folder",
    )
    parser.add_argument(
        "--part",
        metavar="NAME",
        help="pack one folder of the bundle, with which the platform updates a competition",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("dist"),
        metavar="DIR",
        help="folder for the zip file: new, empty or of earlier packing [dist]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, pack, say what goes where."""
    if "submission" in arguments:
        source = arguments.submission.resolve()
        _refuse(check_submission(source), SubmissionError)
        if not source.is_dir():
            what, fix = "is packed already.", "upload it, or name the folder that it was made of."
            raise SubmissionError(what, where=source, value=source.name, fix=fix)
        parts = [submission_part(source)]
        files, name = parts[0].files, source.name
        read = {"the submission": source}
    else:
        _refuse(check_bundle(Path()), SettingsError)
        parts = bundle_parts(Path())
        files, name = bundle_files(Path()), "bundle"
        folders = [part.name for part in parts if Path(part.name).is_dir()]
        read = {f"the bundle's {folder}": Path(folder) for folder in folders}
        if arguments.part is not None:
            parts = [_find_part(parts, arguments.part, folders)]
            files, name = parts[0].files, parts[0].name.replace("/", "-")
    output = check_output(arguments.output, read, written_by_command)
    make_folder(output)
    write_zip(files, output / f"{name}.zip")
    write_manifest(output, [f"{name}.zip"], keep=True)
    size = _size((output / f"{name}.zip").stat().st_size)
    print(f"{arguments.output / name}.zip: {_number(len(files), 'file')}, {size}")
    if "submission" not in arguments:
        _say_where(parts)
    for part in (part for part in parts if part.left_out):
        print(f"Left out of {part.name}: {', '.join(part.left_out)}")
    if "submission" not in arguments and (choices := check_readiness(Path())):
        number = _number(len(choices), "thing")
        print(f"Not ready to upload: {number} to be chosen (higgsml check --ready).")
    return 0


def _refuse(problems: list[Problem], error: type[HiggsMLError]) -> None:
    if problems:
        raise error("\n".join(["cannot be packed:", *map(str, problems)]))


def _find_part(parts: Sequence[Part], name: str, folders: Sequence[str]) -> Part:
    for part in parts:
        if part.name == name.rstrip("/") and part.name in folders:
            return part
    what = "the bundle has no such part."
    raise SettingsError(what, where=COMPETITION, value=name, fix=did_you_mean(name, folders))


def _say_where(parts: Sequence[Part]) -> None:
    width = max(len(part.name) for part in parts)
    for part in parts:
        what = f"{_number(len(part.files), 'file'):>9} {_size(part.size):>9}"
        print(f"  {part.name:{width}} {what}  {READERS[part.kind]}")


def _number(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count} {word}s"


def _size(number: int) -> str:
    return f"{number / 1e6:.2f} MB" if number >= 1e5 else f"{number / 1e3:.1f} kB"
