"""Work that is kept between runs: entries in a folder, found by what they were made of.

An entry is a folder `<kind>/<key>` with files and, written last, `entry.json` with their sizes and
SHA-256: what is not whole, or was damaged, is made again. Who uses an entry holds a shared lock on
its folder, who makes or removes it an exclusive one, so that runs at the same time share it. The
locks are the kernel's: they go with their process, however it ends.

All that is kept has a limit; what was not used for the longest time goes first.
"""

import fcntl
import hashlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from ...cache_folder import MACHINE_CODE, make_private

__all__ = ["KeptEntry", "KeptWork"]

log = logging.getLogger(__name__)

MOST_BYTES = 12 << 30
"""Of all that is kept: a pool and the training events of the challenge take 1.2 GB."""
SHARE_OF_DISK = 0.25
"""Of what is free where it is kept, together with what is kept, it takes no more."""

_FACTS, _REMOVED = "entry.json", ".removed-"


class KeptEntry(NamedTuple):
    """Something that is kept: how large it is, and when it was used last."""

    path: Path
    size: int
    """Bytes."""
    used: float
    """Seconds since the epoch."""


class KeptWork:
    """The entries of a folder; a context manager, which holds what it found until it ends.

    Args:
        folder: made where it is missing; where others can write to it, nothing is kept. None:
            nothing is kept.
        most_bytes: of all that is kept.

    Attributes:
        found: the kinds of which something was found.
    """

    def __init__(self, folder: Path | None, most_bytes: int = MOST_BYTES) -> None:
        self._folder = Path(os.devnull if folder is None else folder).absolute()
        self._most = most_bytes
        self._held: list[int] = []
        self._usable = folder is not None and make_private(self._folder)
        self.found: set[str] = set()
        if folder is not None and not self._usable:
            log.warning("WARNING: nothing is kept: %s cannot be written, or others can.", folder)

    def __bool__(self) -> bool:
        """Whether anything is kept at all."""
        return self._usable

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._held:
            os.close(self._held.pop())
        if self._usable:
            self.make_room()

    def find(self, kind: str, key: str) -> Path | None:
        """The folder of an entry that is whole; None where there is none."""
        found = self._find(kind, key)
        if found is not None:
            self.found.add(kind)
        return found

    def _find(self, kind: str, key: str) -> Path | None:
        place = self._folder / kind / key
        descriptor = self._lock(place, fcntl.LOCK_SH) if self._usable else None
        if descriptor is None:
            return None
        if _is_whole(place):
            self._held.append(descriptor)
            os.utime(place / _FACTS)
            return place
        os.close(descriptor)
        return None

    def obtain(self, kind: str, key: str, make: Callable[[Path], object], instead: Path) -> Path:
        """The folder of an entry, which is made first where it is not there.

        Two runs that want the same one make it once: the second waits.

        Args:
            kind: what it is; a name of a folder.
            key: digest of all that it is made of.
            make: writes its files into an empty folder.
            instead: a folder for the files where they cannot be kept.
        """
        found = self.find(kind, key)
        if found is None:
            self._put(kind, key, make, fcntl.LOCK_EX)
            found = self._find(kind, key)
        if found is not None:
            return found
        instead.mkdir()
        make(instead)
        return instead

    def put(
        self, kind: str, key: str, make: Callable[[Path], object], *, anew: bool = False
    ) -> None:
        """Keep an entry, unless it is there or another run is at it; what cannot be kept is not.

        Args:
            kind, key, make: as for `obtain`.
            anew: replace what is there.
        """
        self._put(kind, key, make, fcntl.LOCK_EX | fcntl.LOCK_NB, anew=anew)

    def _put(
        self, kind: str, key: str, make: Callable[[Path], object], how: int, *, anew: bool = False
    ) -> None:
        place = self._folder / kind / key
        if not self._usable:
            return
        with suppress(OSError):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = self._lock(place, how)
        if descriptor is None:
            return
        try:
            if _is_whole(place) and not anew:
                return
            if (place / _FACTS).exists() and not anew:
                log.warning("WARNING: what was kept in %s is damaged: made again.", place)
            _empty(place)
            make(place)
            _write_facts(place)
        except OSError as error:
            log.warning("WARNING: %s cannot be kept: %s.", kind, error.strerror or error)
            _remove(place)
        finally:
            os.close(descriptor)

    def entries(self) -> list[KeptEntry]:
        """All that is kept, what was used last first."""
        found = [_look_at(path) for path in self._places()]
        return sorted((each for each in found if each), key=lambda each: -each.used)

    def make_room(self) -> None:
        """Remove what was not used for the longest time, as far as there is too much."""
        entries = self.entries()
        kept = sum(each.size for each in entries)
        most = min(self._most, SHARE_OF_DISK * (kept + shutil.disk_usage(self._folder).free))
        while entries and kept > most:
            oldest = entries.pop()
            if self.remove(oldest.path):
                kept -= oldest.size

    def remove(self, path: Path) -> bool:
        """Remove an entry, unless a run uses it; whether it is gone."""
        if not path.is_dir():
            path.unlink(missing_ok=True)
            return True
        descriptor = self._lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if descriptor is None:
            return not path.exists()
        _remove(path)
        os.close(descriptor)
        return True

    def _places(self) -> Iterator[Path]:
        """Where entries are; what an interrupted removal left is removed."""
        for kind in self._folder.glob("*/"):
            if kind.name == MACHINE_CODE:
                yield from (path for path in kind.rglob("*") if path.is_file())
                continue
            for path in kind.glob("*/"):
                if path.name.startswith(_REMOVED):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    yield path

    def _lock(self, place: Path, how: int) -> int | None:
        """A descriptor of a folder that is locked; None where there is no folder, or no lock."""
        while True:
            try:
                descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            except OSError:
                return None
            try:
                _flock(descriptor, how, place)
                if os.path.samestat(os.fstat(descriptor), place.stat()):
                    return descriptor
            except OSError:  # it is used, it is gone, or this file system has no locks
                os.close(descriptor)
                return None
            os.close(descriptor)  # it was removed and made again meanwhile


def _flock(descriptor: int, how: int, place: Path) -> None:
    """Lock; say so where that has to wait."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        if how & fcntl.LOCK_NB:
            raise
        log.info("Waiting for another run, which is making %s.", place)
        fcntl.flock(descriptor, how)


def _is_whole(place: Path) -> bool:
    """Whether the files of an entry are those that were written."""
    try:
        facts = json.loads((place / _FACTS).read_bytes())
        return bool(facts == _facts(place))
    except (OSError, ValueError, RecursionError):
        return False


def _facts(place: Path) -> dict[str, Any]:
    facts = {}
    for path in sorted(place.iterdir()):
        if path.name != _FACTS:
            with path.open("rb") as file:
                facts[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return facts


def _write_facts(place: Path) -> None:
    part = place / f"{_FACTS}.part"
    body = json.dumps(_facts(place))
    part.write_text(body, "utf-8")
    part.replace(place / _FACTS)


def _look_at(path: Path) -> KeptEntry | None:
    """Size and last use of an entry; None where it is gone."""
    try:
        files = [path] if path.is_file() else list(path.iterdir())
        facts = path / _FACTS
        used = (facts if facts.exists() else path).stat().st_mtime
        return KeptEntry(path, sum(each.stat().st_size for each in files), used)
    except OSError:
        return None


def _empty(place: Path) -> None:
    for path in place.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _remove(place: Path) -> None:
    """Remove a folder that is locked: its name goes first, so that nobody finds half of it."""
    with suppress(OSError):
        gone = place.replace(place.with_name(_REMOVED + secrets.token_hex(8)))
        shutil.rmtree(gone, ignore_errors=True)
