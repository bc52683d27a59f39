"""Where in a folder that a run wrote the results lie which scoring reads."""

from pathlib import Path

from HiggsML.errors import DataError

__all__ = ["MARKER", "PREDICTIONS", "results_in"]

MARKER, PREDICTIONS = "completed.json", "predictions"


def results_in(folder: Path) -> Path:
    """The results of a run: the folder itself, or what a dry run calls `predictions` in it.

    Raises:
        DataError: the folder does not exist, or is a file.
    """
    fix = "give the folder that a dry run or the ingestion program wrote, for example results."
    if not folder.exists():
        raise DataError("there is no such folder.", where=folder, value=str(folder), fix=fix)
    if not folder.is_dir():
        raise DataError("is a file, not a folder.", where=folder, value=str(folder), fix=fix)
    for place in (folder, folder / PREDICTIONS):
        if (place / MARKER).exists():
            return place
    found = sorted(path.parent for path in folder.glob(f"*/{PREDICTIONS}/{MARKER}"))
    if found:
        fix = f"give one of the folders in it, for example {found[0].parent}."
    names = sorted(path.name for path in folder.iterdir())[:10]
    what = f"a run did not finish here, or none was made: there is no {MARKER}."
    raise DataError(what, where=folder, value=names, fix=fix)
