"""Zip files as the platform wants them: a folder's content at the root, nothing of the machine.

The same files give the same bytes: names are sorted, dates and permissions fixed.
"""

import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from HiggsML.errors import DataError

from .codabench import is_junk

__all__ = ["files_of", "unpack", "write_zip"]

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can express
_UNIX, _REGULAR_FILE = 3, 0o100644


def files_of(folder: Path) -> dict[str, Path]:
    """The files below a folder by their name in its zip; caches and the like are left out.

    Raises:
        DataError: the folder is missing, or a symbolic link to a folder stands in it (the platform
            makes an empty folder of it).
    """
    if not folder.is_dir():
        raise DataError("the folder is missing.", where=folder)
    files = {}
    for parent, folders, names in os.walk(folder):
        for name in folders:
            link = Path(parent, name)
            if link.is_symlink() and not is_junk(link.relative_to(folder)):
                raise DataError(
                    "a link to a folder arrives empty on the platform.",
                    where=link,
                    fix="put the folder itself there.",
                )
        for name in names:
            path = Path(parent, name)
            relative = path.relative_to(folder)
            if not is_junk(relative):
                files[relative.as_posix()] = path
    return files


def write_zip(files: Mapping[str, Path], target: Path) -> None:
    """Write files under the given names; `target` appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system, entry.external_attr = _UNIX, _REGULAR_FILE << 16
                with files[name].open("rb") as source, archive.open(entry, "w") as sink:
                    while block := source.read(1 << 20):
                        sink.write(block)
        Path(temporary).chmod(0o644)  # mkstemp keeps the file to its owner
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip file into a new folder; leftovers of the machine that made it stay behind."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as content:
        names = content.namelist()
        content.extractall(folder, [name for name in names if not is_junk(PurePosixPath(name))])
