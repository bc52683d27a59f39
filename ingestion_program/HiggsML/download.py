"""Fetching a data set: streamed, resumed where it broke off, checked, unpacked safely."""

import hashlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from .archives import extract_zip
from .errors import DownloadError
from .progress import progress_bar

__all__ = ["DATASETS", "download", "fetch_dataset"]

logger = logging.getLogger(__name__)

DATASETS: Mapping[str, str] = MappingProxyType(
    {
        "neurips2024_data": "https://zenodo.org/records/15131565/files/"
        "FAIR_Universe_HiggsML_data.zip?download=1",
        "blackSwan_data": "https://www.codabench.org/datasets/download/"
        "56bf8a3e-45b7-4912-8586-366c18c82586/",
        "sample_data": "https://www.codabench.org/datasets/download/"
        "77341e17-f23a-47d9-87eb-ebceee452a14/",
    }
)
"""The public data sets, by the names of HiggsML 0.1.5."""

ATTEMPTS = 6
"""Requests in a row that bring nothing, before giving up."""

BACK_OFF = 1.0
"""Seconds before the second attempt; doubled for each further one."""

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and without a byte."""

CHUNK = 1 << 20


def fetch_dataset(
    name_or_url: str,
    directory: str | os.PathLike[str] | None = None,
    *,
    checksum: str | None = None,
) -> Path:
    """Download and unpack a data set, unless it is there; returns the folder with its parquet file.

    Arguments and errors: `HiggsML.datasets.download_dataset`.
    """
    url = _address(name_or_url)
    name = name_or_url if name_or_url in DATASETS else _name_in(url)
    folder = (Path.cwd() / name if directory is None else Path(directory)).absolute()
    source = folder / ".source"  # tells which data set the folder holds
    if source.is_file() and source.read_text(encoding="utf-8") != url:
        raise DownloadError(
            f"this folder holds another data set than {url}.",
            where=folder,
            value=source.read_text(encoding="utf-8"),
            fix="give another directory, or delete this one.",
        )
    if not (folder.is_dir() and any(folder.iterdir())):
        archive = folder.with_name(folder.name + ".zip")
        size, published = _published(url)
        download(url, archive, size=size, checksum=checksum or published)
        extract_zip(archive, folder)
        source.write_text(url, encoding="utf-8")
        archive.unlink()
    return _folder_with_events(folder)


def download(url: str, path: Path, *, size: int | None = None, checksum: str | None = None) -> None:
    """Download `url` to `path`, going on from `path`.part where an earlier attempt ended.

    Args:
        size: bytes, where known.
        checksum: "md5:..." or "sha256:...", where known.

    Raises:
        DownloadError: the server refuses, answers nothing for `ATTEMPTS` requests in a row, or the
            file has another size or checksum. `path` appears only when all is well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(path.with_name(path.name + ".part"), url, size)
    best, fruitless = part.received, 0
    while True:
        try:
            part.fetch()
            break
        except (requests.RequestException, _TryAgain) as error:
            fruitless = 0 if part.received > best else fruitless + 1
            best = max(best, part.received)
            if fruitless >= ATTEMPTS:
                raise DownloadError(
                    f"the download broke off {ATTEMPTS} times in a row.",
                    where=url,
                    value=str(error),
                    fix="try again later: it goes on from what is there.",
                ) from error
            logger.info("download interrupted (%s), trying again", error)
            time.sleep(BACK_OFF * 2**fruitless)
    if checksum is not None:
        try:
            _check_sum(part.path, checksum)
        except DownloadError:
            part.discard()
            raise
    part.finish(path)


class _TryAgain(Exception):
    """The answer is incomplete, or the server is busy."""


class _Part:
    """What has arrived of a file, and notes that tell whether the rest still belongs to it."""

    def __init__(self, path: Path, url: str, size: int | None) -> None:
        self.path, self.url, self.size = path, url, size
        self.notes = path.with_name(path.name + ".json")

    @property
    def received(self) -> int:
        """Bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    def discard(self) -> None:
        """Forget what has arrived."""
        self.path.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)

    def finish(self, path: Path) -> None:
        """All has arrived: give it its name."""
        self.path.replace(path)
        self.notes.unlink()

    def fetch(self) -> None:
        """Ask once for what is missing."""
        notes = self._read_notes()
        headers = {"Accept-Encoding": "identity"}  # bytes of a packed answer could not be resumed
        if notes and self.received:
            headers["Range"] = f"bytes={self.received}-"
            if notes["validator"]:
                headers["If-Range"] = notes["validator"]
        with requests.get(self.url, stream=True, timeout=TIMEOUT, headers=headers) as answer:
            total = self._start(answer, notes)
            if total is None or self.received < total:
                self._append(answer, total)
        expected = total if self.size is None else self.size
        if expected is not None and self.received != expected:
            raise _TryAgain(f"{self.received} of {expected} bytes arrived")

    def _read_notes(self) -> dict[str, Any]:
        try:
            notes = json.loads(self.notes.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return notes if notes["url"] == self.url else {}

    def _start(self, answer: requests.Response, notes: dict[str, Any]) -> int | None:
        """Bring the files in line with an answer's headers; returns the size of the whole file."""
        place = re.fullmatch(
            r"bytes (?:(\d+)-\d+|\*)/(\d+)", answer.headers.get("Content-Range", "")
        )
        total: int | None
        if answer.status_code in (206, 416):
            # The rest of the file that was begun, or nothing is missing; anything else: anew.
            total = int(place[2]) if place else None
            start = self.received if place is None or place[1] is None else int(place[1])
            if total is None or total != notes.get("size") or start != self.received:
                self.discard()
                raise _TryAgain("the file has changed on the server")
            if answer.status_code == 416 and self.received != total:
                self.discard()
                raise _TryAgain("the server cannot go on")
            return total
        _require_success(answer)
        length = answer.headers.get("Content-Length")
        total = int(length) if length is not None else None
        self._require_size(total)
        self.path.write_bytes(b"")
        etag = answer.headers.get("ETag", "")
        validator = answer.headers.get("Last-Modified") if etag[:2] in ("", "W/") else etag
        new_notes = {"url": self.url, "validator": validator, "size": total}
        self.notes.write_text(json.dumps(new_notes), encoding="utf-8")
        return total

    def _require_size(self, total: int | None) -> None:
        if self.size is not None and total not in (None, self.size):
            raise DownloadError(
                f"the file should have {self.size} bytes.",
                where=self.url,
                value=total,
                fix="check the address: this is another file, or another version of it.",
            )
        free = shutil.disk_usage(self.path.parent).free
        if total is not None and total > free:
            raise DownloadError(
                f"the file ({total} bytes) does not fit on the disk.",
                where=self.path.parent,
                value=f"{free} bytes free",
                fix="make room, or give another directory.",
            )

    def _append(self, answer: requests.Response, total: int | None) -> None:
        bar = progress_bar(
            total=total, initial=self.received, desc="downloading", unit="B", unit_scale=True
        )
        with bar, self.path.open("ab") as sink:
            for chunk in answer.iter_content(CHUNK):
                sink.write(chunk)
                bar.update(len(chunk))


def _require_success(answer: requests.Response) -> None:
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _TryAgain(f"the server answers {answer.status_code} {answer.reason}")
    if answer.status_code != 200:
        raise DownloadError(
            "the server refuses.",
            where=answer.url,
            value=f"{answer.status_code} {answer.reason}",
            fix="check the address; some files need a login and must be fetched by hand.",
        )


def _check_sum(path: Path, checksum: str) -> None:
    algorithm, _, wanted = checksum.partition(":")
    if algorithm not in ("md5", "sha256") or not wanted:
        raise DownloadError(
            "unknown kind of checksum.",
            where="checksum",
            value=checksum,
            fix='write "md5:..." or "sha256:...".',
        )
    with path.open("rb") as stream:
        # md5, which repositories publish, is here against accidents, not against attackers.
        found = hashlib.file_digest(
            stream, lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()
    if found != wanted.lower():
        raise DownloadError(
            f"the file is damaged or another one: its {algorithm} should be {wanted}.",
            where=path,
            value=found,
            fix="download it again; if this persists, check the address and the checksum.",
        )


def _published(url: str) -> tuple[int | None, str | None]:
    """Size and checksum that the repository of a record (Zenodo and its kin) publishes of a file.

    Source: the REST interface of InvenioRDM, `/api/records/<number>`, as Zenodo serves it.
    """
    record = re.match(r"(https?://[^/]+)/records/(\d+)/files/([^?#]+)", url)
    if record is None:
        return None, None
    host, number, name = record.groups()
    try:
        answer = requests.get(f"{host}/api/records/{number}", timeout=TIMEOUT)
        answer.raise_for_status()
        for file in answer.json()["files"]:
            if file["key"] == unquote(name):
                return int(file["size"]), str(file["checksum"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        logger.warning("%s: no checksum to compare with (%s)", url, error)
    return None, None


def _address(name_or_url: str) -> str:
    if name_or_url in DATASETS:
        return DATASETS[name_or_url]
    parts = urlsplit(name_or_url)
    if parts.scheme in ("http", "https") and parts.hostname:
        return name_or_url
    raise DownloadError(
        "neither the name of a data set nor an http(s) address.",
        value=name_or_url,
        fix=f"names are {', '.join(DATASETS)}.",
    )


def _name_in(url: str) -> str:
    """The last word of the path of an address, without its ending: a name for the folder."""
    words = [unquote(word) for word in urlsplit(url).path.split("/") if word]
    name = re.sub(r"[^\w.-]", "_", words[-1].removesuffix(".zip")) if words else ""
    return name.lstrip(".") or "data"


def _folder_with_events(folder: Path) -> Path:
    """The folder, in or under this one, that holds the parquet file."""
    folders = sorted({p.parent for p in folder.rglob("*.parquet") if not p.name.startswith(".")})
    if len(folders) != 1:
        raise DownloadError(
            "no parquet file." if not folders else "several folders hold parquet files.",
            where=folder,
            value=[str(p.relative_to(folder)) for p in folders or sorted(folder.iterdir())[:10]],
            fix="delete this folder, or give another directory."
            if not folders
            else "open one of them with HiggsML.datasets.Data.",
        )
    return folders[0]
