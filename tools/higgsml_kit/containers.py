"""The platform's two containers, imitated by folders of this machine.

Every folder is zipped and unpacked elsewhere, folders are laid out by the platform's mount table,
and commands run without a shell, in a clean environment. The one thing that differs: a path like
/app/output in a command becomes the folder that stands for it here.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from HiggsML.cache_folder import MACHINE_CODE, cache_folder, make_private
from HiggsML.errors import RunError

from .archives import files_of, unpack, write_zip
from .bundle import program_command
from .codabench import IMAGE_ENVIRONMENT, MOUNTS, PLATFORM_ENVIRONMENT, PROCESSOR, PROGRAM

__all__ = ["lay_out", "mounted", "run_program", "write_status"]


def lay_out(
    work: Path, bundle_folders: Mapping[str, Path], submission: Path, input_data: Path
) -> dict[str, Path]:
    """Make a folder for everything that the mount table names.

    Args:
        work: an empty folder.
        bundle_folders: the programs and the reference data of the bundle, by their names.
        submission: folder or zip file.
        input_data: folder of events; its files are linked, not copied (they can be large).

    Returns:
        the folders, by what they hold.
    """
    folders = {mount.holds: work / mount.holds for mounts in MOUNTS.values() for mount in mounts}
    for name in ("ingestion_program", "scoring_program", "reference_data"):
        _ship(bundle_folders[name], folders[name])
    if submission.is_dir():
        _ship(submission, folders["submission"])
    else:
        unpack(submission, folders["submission"])
    # The platform copies the submission's files to where results go before ingestion starts.
    shutil.copytree(folders["submission"], folders["predictions"])
    folders["scores"].mkdir()
    folders["input_data"].mkdir()
    for name, path in files_of(input_data).items():
        link = folders["input_data"] / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return folders


def _ship(source: Path, target: Path) -> None:
    archive = target.with_suffix(".zip")
    write_zip(files_of(source), archive)
    unpack(archive, target)
    archive.unlink()


def mounted(words: Sequence[str], mounts: Mapping[str, Path]) -> list[str]:
    """The words of a command with the container's paths replaced by folders of this machine.

    >>> mounted(["python3", "run.py", "--output", "/app/output/a"], {"/app/output": Path("/tmp/o")})
    ['python3', 'run.py', '--output', '/tmp/o/a']
    """

    def place(word: str) -> str:
        for path, folder in mounts.items():
            if word == path or word.startswith(f"{path}/"):
                return f"{folder}{word.removeprefix(path)}"
        return word

    return [place(word) for word in words]


def run_program(
    name: str, folders: Mapping[str, Path], flags: Sequence[str], work: Path, log: Path
) -> float:
    """Run the ingestion or the scoring program; what it says is shown and logged.

    Args:
        name: `ingestion` or `scoring`.
        folders: as `lay_out` made them.
        flags: added to the program's command.
        work: for the folders that the image offers (home, caches).
        log: file for what the program says.

    Returns:
        the seconds that it took.

    Raises:
        RunError: the exit code is not 0.
    """
    mounts = {mount.path: folders[mount.holds] for mount in MOUNTS[name]}
    words = [*mounted(program_command(mounts[PROGRAM]), mounts), *flags]
    start = time.monotonic()
    with log.open("wb") as file, _start(words, mounts[PROGRAM], _environment(work)) as process:
        try:
            # Unbuffered and by blocks, not lines, so that a progress bar moves.
            while process.stdout and (block := process.stdout.read(1 << 16)):
                file.write(block)
                sys.stdout.buffer.write(block)
                sys.stdout.flush()
        except BaseException:  # an interrupt; the program must not outlive the dry run
            process.terminate()
            raise
    if process.returncode:
        raise RunError(f"the {name} program failed with exit code {process.returncode}.")
    return time.monotonic() - start


def _start(
    words: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # the command of the user's own bundle, no shell
            words,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
    except OSError as error:
        raise RunError(f"cannot be started: {error.strerror}.", where=words[0]) from error


def _environment(work: Path) -> dict[str, str]:
    """What a program finds in the container, with this Python in place of the image's.

    As in the image, kernels are compiled already: in the folder that the image names (a dry run in
    the image), else in the user's cache folder, from the second run on. Only programs see it, no
    submission (`running.trusted.launch`).
    """
    scratch = {name: work / "image" / name.lower() for name in ("HOME", *IMAGE_ENVIRONMENT)}
    named, kept = os.environ.get("NUMBA_CACHE_DIR"), cache_folder()
    if named:
        scratch["NUMBA_CACHE_DIR"] = Path(named).absolute()
    elif kept is not None and make_private(kept / MACHINE_CODE):
        scratch["NUMBA_CACHE_DIR"] = kept / MACHINE_CODE
    for folder in scratch.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "LANG": "C.UTF-8",
        **{name: str(folder) for name, folder in scratch.items()},
        **{name: os.environ[name] for name in PROCESSOR if name in os.environ},
        **PLATFORM_ENVIRONMENT,
    }


def write_status(predictions: Path, seconds: float) -> None:
    """Write the file that the platform adds to what scoring reads, of a good ingestion."""
    status = {
        "exitCode": None,  # of a submission that is a program of its own
        "elapsedTime": seconds,
        "ingestionExitCode": 0,
        "ingestionElapsedTime": seconds,
    }
    (predictions / "metadata").write_text(yaml.safe_dump(status), "utf-8")
