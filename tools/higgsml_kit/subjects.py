"""What a path names: a bundle or a submission, as a folder or packed."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Literal

from HiggsML.errors import SettingsError

from .bundle import COMPETITION
from .codabench import is_junk

__all__ = ["kind_of", "unpacked"]


def kind_of(path: Path) -> Literal["bundle", "submission"]:
    """A bundle holds competition.yaml; everything else is meant as a submission.

    Raises:
        SettingsError: competition.yaml lies deeper in a zip file, where the platform does not look.
    """
    if path.is_dir():
        return "bundle" if (path / COMPETITION).is_file() else "submission"
    try:
        with zipfile.ZipFile(path) as archive:
            names = [PurePosixPath(name) for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile):
        return "submission"
    if PurePosixPath(COMPETITION) in names:
        return "bundle"
    deeper = [name for name in names if name.name == COMPETITION and not is_junk(name)]
    if deeper:
        raise SettingsError(
            f"{COMPETITION} must stand at the root of the zip file.",
            where=path,
            value=str(deeper[0]),
            fix="zip the content of the folder, not the folder: higgsml pack",
        )
    return "submission"


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The folder of a bundle; of a zip file a temporary copy, unpacked as the platform does.

    Raises:
        SettingsError: the zip file is encrypted or damaged.
    """
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="higgsml-") as temporary:
        folder = Path(temporary)
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            fix = "make it with: higgsml pack"
            raise SettingsError(f"cannot be unpacked: {error}.", where=path, fix=fix) from error
        yield folder
