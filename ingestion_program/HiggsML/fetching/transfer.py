"""A file from a web server: streamed, resumed where it broke off, checked."""

import hashlib
import json
import logging
import re
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from ..errors import DownloadError
from ..progress import progress_bar

__all__ = ["TIMEOUT", "download", "no_connection", "offline", "reason", "require_checksum"]

logger = logging.getLogger(__name__)

ATTEMPTS = 5
"""Requests in a row that bring nothing, before giving up."""

BACK_OFF = 1.0
"""Seconds between attempts at first; doubled after each that brings nothing."""

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and without a byte."""

CHUNK = 1 << 16
"""Bytes written at a time; what came of a chunk when the connection breaks is lost."""


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
    begun = best = part.received
    fruitless = 0
    while True:
        try:
            part.fetch()
            break
        except _TRANSIENT as error:
            if no_connection(error) and part.received == begun:
                raise offline(url, error) from error
            fruitless = 0 if part.received > best else fruitless + 1
            best = max(best, part.received)
            if fruitless >= ATTEMPTS:
                raise DownloadError(
                    f"the download broke off {ATTEMPTS} times in a row.",
                    where=url,
                    value=reason(error),
                    fix="try again later: it goes on from what is there.",
                ) from error
            logger.info("download interrupted (%s), trying again", reason(error))
            time.sleep(BACK_OFF * 2 ** max(fruitless - 1, 0))
    if checksum is not None:
        try:
            require_checksum(part.path, checksum)
        except DownloadError:
            part.discard()
            raise
    part.finish(path)


class _TryAgain(Exception):
    """The answer is incomplete, or the server is busy."""


_TRANSIENT = (
    _TryAgain,
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)


def no_connection(error: BaseException) -> bool:
    """Whether the server was not even reached: no network, no such name, nobody listens."""
    first = error.args[0] if error.args else None
    return isinstance(getattr(first, "reason", None), urllib3.exceptions.NewConnectionError)


def offline(url: str, error: BaseException) -> DownloadError:
    """The error to raise then."""
    return DownloadError(
        f"there is no connection to {urlsplit(url).hostname}.",
        where=url,
        value=reason(error),
        fix="check the network and the address, and try again: it goes on from what is there.",
    )


def reason(error: BaseException) -> str:
    """Why something failed, without the chain of objects that libraries make of it.

    >>> reason(OSError(101, "Network is unreachable"))
    'Network is unreachable'
    """
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text if len(text) <= 120 else f"{text[:117]}..."


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
        if answer.status_code in (206, 416):
            # The rest of what was begun, or nothing is missing; anything else: begin anew.
            header = answer.headers.get("Content-Range", "")
            place = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+)", header)
            begun = (int(place[1] or place[2]), int(place[2])) if place else None
            if begun == (self.received, notes.get("size")):
                return begun[1]
            self.discard()
            raise _TryAgain("the file has changed on the server")
        _require_success(answer)
        length = answer.headers.get("Content-Length")
        total: int | None = int(length) if length is not None else None
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


def require_checksum(path: Path, checksum: str) -> None:
    """Compare a file with "md5:..." or "sha256:...".

    Raises:
        DownloadError: they differ, or the checksum is of another kind.
    """
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
