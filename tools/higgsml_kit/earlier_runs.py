"""What earlier dry runs left in an output folder, and what of it the next one takes over."""

from pathlib import Path

from HiggsML.running.trusted.own_files import Owner, kept_state, written_by_command
from HiggsML.running.trusted.results import JOURNAL, STATE, remove_folder, remove_state

__all__ = ["WORK", "keep_state", "move_state", "ours"]

WORK = ".running-"
"""How the names of the folders begin in which dry runs happen."""
STUDIES = ("baseline", "realism")
"""Folders of `make baseline` and `make realism`, which no dry run touches."""


def ours(folder: Path) -> list[Owner]:
    """What a dry run finds in its output of earlier ones, and what it leaves alone there."""

    def left_alone(path: Path) -> bool:
        return path.parent == folder and (path.name in STUDIES or path.name.startswith(WORK))

    return [*written_by_command(folder), *kept_state(folder), left_alone]


def move_state(output: Path, predictions: Path) -> None:
    """Bring the state of a run that did not end to where the ingestion program looks for it."""
    for state in (output / STATE, *sorted(output.glob(f"{WORK}*/predictions/{STATE}"))):
        if state.is_dir():
            state.rename(predictions / STATE)
            if state.parent != output:  # what a kill left
                remove_folder(output / state.relative_to(output).parts[0])
            return


def keep_state(predictions: Path, output: Path) -> bool:
    """Keep what a run that did not end has done; whether there is anything."""
    if not (predictions / STATE / JOURNAL).is_file():
        return False
    remove_state(output / STATE)
    (predictions / STATE).rename(output / STATE)
    return True
