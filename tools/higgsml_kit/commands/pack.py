"""The command `higgsml pack`: a zip file to upload, the same bytes for the same files."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from HiggsML.errors import HiggsMLError, SettingsError, SubmissionError
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import write_manifest, written_by_command

from ..archives import files_of, write_zip
from ..bundle import COMPETITION, read_competition
from ..checks.problems import Problem
from ..checks.submission import check_submission
from .check import check_bundle

__all__ = ["EXAMPLES", "add_arguments", "bundle_files", "run"]

EXAMPLES = """\
  higgsml pack --submission my_submission      # dist/my_submission.zip, to upload
  higgsml pack                                 # the bundle in this folder, dist/bundle.zip
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
        "--output",
        type=Path,
        default=Path("dist"),
        metavar="DIR",
        help="folder for the zip file: new, empty or of earlier packing [dist]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, pack, show the size."""
    if "submission" in arguments:
        source = arguments.submission.resolve()
        _refuse(check_submission(source), SubmissionError)
        if not source.is_dir():
            what, fix = "is packed already.", "upload it, or name the folder that it was made of."
            raise SubmissionError(what, where=source, value=source.name, fix=fix)
        files, name = files_of(source), source.name
        read = {"the submission": source}
    else:
        _refuse(check_bundle(Path()), SettingsError)
        files, name = bundle_files(Path()), "bundle"
        folders = sorted({Path(file).parts[0] for file in files if len(Path(file).parts) > 1})
        read = {f"the bundle's {folder}": Path(folder) for folder in folders}
    output = check_output(arguments.output, read, written_by_command)
    make_folder(output)
    write_zip(files, output / f"{name}.zip")
    write_manifest(output, [f"{name}.zip"], keep=True)
    size = (output / f"{name}.zip").stat().st_size
    shown = f"{size / 1e6:.2f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
    number = "1 file" if len(files) == 1 else f"{len(files)} files"
    print(f"{arguments.output / name}.zip: {number}, {shown}")
    return 0


def _refuse(problems: list[Problem], error: type[HiggsMLError]) -> None:
    if problems:
        raise error("\n".join(["cannot be packed:", *map(str, problems)]))


def bundle_files(root: Path) -> dict[str, Path]:
    """The files that competition.yaml names, and no others, by their name in the zip.

    Raises:
        SettingsError: competition.yaml cannot be read.
        DataError: a folder that it names is missing or holds a link to a folder.
    """
    files = {COMPETITION: root / COMPETITION}
    for name in sorted(set(_named_paths(read_competition(root)))):
        path = root / name
        if path.is_file():
            files[name] = path
        else:
            files |= {f"{name}/{inner}": file for inner, file in files_of(path).items()}
    return files


def _named_paths(competition: Mapping[str, Any]) -> Iterator[str]:
    yield competition["image"]
    yield competition["terms"]
    for page in competition["pages"]:
        yield page["file"]
    folders = ("ingestion_program", "scoring_program", "input_data", "reference_data")
    for task in competition["tasks"]:
        yield from (task[key].rstrip("/") for key in folders if key in task)
    for phase in competition["phases"]:
        yield from (phase[key] for key in ("public_data", "starting_kit") if key in phase)
    for solution in competition.get("solutions", []):
        if "path" in solution:
            yield solution["path"]
