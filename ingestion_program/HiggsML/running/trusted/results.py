"""Writes what scoring reads, in the organisers' files; each file appears whole or not at all.

The files: `result_<i>.json` for each set, `ingestion_duration.json`, `test_settings.json` with the
true mus (written after the last prediction), `run.json` with facts of the run, and the completion
marker `completed.json`, written last, with a digest of each of the others.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import RunError
from ..contract import Prediction

__all__ = [
    "FORMAT",
    "JOURNAL",
    "MARKER",
    "STATE",
    "clear_folder",
    "remove_folder",
    "remove_state",
    "result_of_set",
    "write_atomically",
    "write_results",
]

FORMAT = 1
MARKER = "completed.json"
STATE = "state"
"""The folder in the output where a run keeps what it needs to go on after a kill ..."""
JOURNAL = "journal"
"""... and the file in it that tells whose it is."""


def clear_folder(folder: Path, keep: Sequence[str] = ()) -> None:
    """Make `folder` exist and be empty but for the names in `keep`.

    The platform copies the submission's files into the output folder before ingestion starts, so
    results could be planted there. That nothing of the user's stands there is checked before, see
    `output_folder`.

    Raises:
        RunError: the folder cannot be made or emptied.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for entry in folder.iterdir():
            if entry.name in keep:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except (OSError, RecursionError) as error:
        raise RunError(
            f"the output folder cannot be emptied: {error}.",
            where=folder,
            fix="give a folder that this user can write (--output).",
        ) from error


def remove_folder(folder: Path) -> None:
    """Remove a folder that a submission could write, as far as that can be done.

    What it leaves (folders without permissions, or thousands deep) must not end a run.
    """
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)


def remove_state(folder: Path) -> None:
    """Remove the folder of a run's state, the journal last: it tells whose folder this is."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.is_dir():
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                remove_folder(entry)
            elif entry.name != JOURNAL:
                entry.unlink()
        remove_folder(folder)


def result_of_set(predictions: Sequence[Prediction]) -> dict[str, list[float]]:
    """The content of `result_<i>.json`: the answers of one set, in the order of its experiments."""
    return {
        "mu_hats": [prediction.mu_hat for prediction in predictions],
        "delta_mu_hats": [prediction.delta_mu_hat for prediction in predictions],
        "p16": [prediction.p16 for prediction in predictions],
        "p84": [prediction.p84 for prediction in predictions],
    }


def write_results(
    folder: Path,
    sets: Sequence[Sequence[Prediction]],
    duration: float,
    test_settings: Mapping[str, Any],
    run: Mapping[str, Any],
) -> None:
    """Write all files of a finished run, the completion marker last.

    Args:
        folder: the output folder.
        sets: the answers, by set and experiment.
        duration: duration of the whole ingestion, s.
        test_settings: true mus, counts, systematics.
        run: facts of the run; `settings_digest` goes into the marker too.
    """
    contents: dict[str, Mapping[str, Any]] = {
        **{f"result_{i}.json": result_of_set(answers) for i, answers in enumerate(sets)},
        "ingestion_duration.json": {"ingestion_duration": duration},
        "run.json": dict(run),
        "test_settings.json": dict(test_settings),
    }
    digests = {name: write_atomically(folder / name, body) for name, body in contents.items()}
    marker = {"format": FORMAT, "settings_digest": run["settings_digest"], "files": digests}
    write_atomically(folder / MARKER, marker)


def write_atomically(path: Path, content: Mapping[str, Any]) -> str:
    """Write a JSON file under a temporary name, then rename it; returns its SHA-256 (hex)."""
    body = (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp makes it private; scoring may be another user
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return hashlib.sha256(body).hexdigest()
