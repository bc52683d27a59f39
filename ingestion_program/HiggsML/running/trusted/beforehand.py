"""All that can be said of a run before an event is made and before anything is deleted."""

from collections.abc import Iterable
from pathlib import Path

from ...errors import RunError
from ...settings import Settings
from .capacity import check_settings
from .launch import PROGRAM
from .output_folder import check_output
from .own_files import written_by_ingestion
from .staging import look_at_submission

__all__ = ["check_run"]


def check_run(
    settings: Settings,
    input_dir: Path,
    submission: Path,
    output: Path,
    *,
    workers: int | None = None,
    dask: bool = False,
    devices: Iterable[str] = (),
) -> Path:
    """Look at the arguments of a run; the output folder, with links followed.

    Raises:
        HiggsMLError: the run cannot end well, or would write where it must not.
    """
    look_at_submission(submission)
    for device in devices:
        if not Path(device).exists():
            raise RunError(
                "there is no such device.", where="--device", value=device, fix="see: ls /dev"
            )
    read = {"the input": input_dir, "the submission": submission, "the program": PROGRAM}
    folder = check_output(output, read, lambda path: written_by_ingestion(path, submission))
    check_settings(settings, folder, workers, dask)
    return folder
