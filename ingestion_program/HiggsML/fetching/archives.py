"""Unpacking a zip file that came from elsewhere: into one folder, whole or not at all."""

import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import DownloadError
from ..progress import progress_bar

__all__ = ["MAX_MEMBERS", "MAX_RATIO", "extract_zip"]

MAX_MEMBERS = 1_000
"""Files and folders in an archive; the data sets of the challenge have two or three."""

MAX_RATIO = 100
"""Unpacked size over packed size; parquet files, being packed already, have about 1."""

CHUNK = 1 << 20


def extract_zip(archive: Path, folder: Path) -> None:
    """Unpack `archive` into the new folder `folder`.

    The files go to a temporary folder beside it, which is renamed when all is written.

    Raises:
        DownloadError: the archive is damaged, encrypted, leads out of the folder (absolute paths,
            "..", links), holds more than `MAX_MEMBERS` members or unpacks to more than `MAX_RATIO`
            times its size or than fits on the disk.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with zipfile.ZipFile(archive) as file:
            members = _checked_members(file, archive, temporary)
            total = sum(member.file_size for member in members)
            with progress_bar(total=total, desc="unpacking", unit="B", unit_scale=True) as bar:
                for member in members:
                    _write_member(file, member, temporary, bar)
        temporary.chmod(0o755)  # mkdtemp makes it private
        temporary.replace(folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DownloadError(
            "the archive is damaged or not a zip file.",
            where=archive,
            value=str(error),
            fix="delete it and download it again.",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _checked_members(file: zipfile.ZipFile, archive: Path, target: Path) -> list[zipfile.ZipInfo]:
    members = file.infolist()
    if len(members) > MAX_MEMBERS:
        raise _refused(archive, "it holds too many files", len(members), f"at most {MAX_MEMBERS}")
    names = set()
    for member in members:
        fault = _fault(member)
        if fault is None and member.filename in names:
            fault = "is there twice"
        if fault is not None:
            raise _refused(archive, f"a member {fault}", member.filename, "plain relative files")
        names.add(member.filename)
    total, packed = sum(member.file_size for member in members), archive.stat().st_size
    if total > MAX_RATIO * packed:
        limit = f"at most {MAX_RATIO} times its {packed} bytes"
        raise _refused(archive, "it unpacks to suspiciously many bytes", total, limit)
    free = shutil.disk_usage(target).free
    if total > free:
        raise _refused(archive, "it does not fit on the disk", total, f"{free} bytes are free")
    return members


def _fault(member: zipfile.ZipInfo) -> str | None:
    """Why this member must not be unpacked, or None."""
    path = PurePosixPath(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or not path.parts:
        return "leads out of the folder"
    if ":" in path.parts[0]:
        return "names a drive"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if member.flag_bits & 0x1:
        return "is encrypted"
    return None


def _write_member(file: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, bar: Any) -> None:
    target = folder / member.filename
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # `read` gives no more than the declared size, which is limited above, and checks the CRC.
    with file.open(member) as source, target.open("xb") as sink:
        while chunk := source.read(CHUNK):
            sink.write(chunk)
            bar.update(len(chunk))


def _refused(archive: Path, what: str, value: object, rule: str) -> DownloadError:
    return DownloadError(
        f"the archive is refused: {what}.",
        where=archive,
        value=value,
        fix=f"allowed: {rule}. Take the archive from a source that you trust.",
    )
