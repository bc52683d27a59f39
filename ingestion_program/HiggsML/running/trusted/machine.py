"""The machine that a run is on: one run in an output at a time, what it enforces, its errors."""

import errno
import fcntl
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import HiggsMLError, RunError
from ..isolation.policy import Isolation, offered, weakest
from .results import remove_folder

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["alone_in", "check_isolation", "machine_errors", "temporary_folder"]

log = logging.getLogger(__name__)

_PREFIX = "higgsml-run-"
_NO_LOCKS = {errno.EBADF, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder, which is made if it is missing.

    The lock is the kernel's: it leaves no file, and goes when this process ends, however it ends.

    Raises:
        RunError: another run is at work in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                "another run is at work in this output.",
                where=folder,
                fix="wait for its end, or give another folder (--output).",
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            log.warning("WARNING: %s cannot be locked: start no other run there.", folder)
        yield
    finally:
        with suppress(OSError):
            os.close(descriptor)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for the time of a run, and an end to those that killed runs left behind.

    A folder in use is locked, so that no other run takes it for one that was left.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, RunError), alone_in(left):
            remove_folder(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with alone_in(folder):
            yield folder
    finally:
        remove_folder(folder)


@contextmanager
def machine_errors() -> Iterator[None]:
    """Name errors of the machine (a full disk, too few descriptors, a lost folder) as its own.

    Raises:
        RunError: instead of an `OSError`, in one line.
    """
    try:
        yield
    except HiggsMLError:
        raise
    except OSError as error:
        raise RunError(
            f"this machine refused: {error.strerror or error}.",
            where=error.filename,
            fix="see to free disk space, rights on the folders (TMPDIR too) and `ulimit -a`.",
        ) from error


def check_isolation(required: bool, client: "Client | None") -> Isolation:
    """What is enforced on all machines of a run.

    Args:
        required: whether anything that is missing ends the run.
        client: of the cluster that measures, if one does.

    Raises:
        RunError: something is missing, and it is required.
    """
    elsewhere = [] if client is None else client.run(offered).values()
    isolation = weakest([offered(), *elsewhere])
    for missing in isolation.missing:
        log.warning("WARNING: the submission is not locked up: %s.", missing)
    if required and isolation.missing:
        raise RunError(
            "a machine of this run cannot lock a submission up.",
            where="--require-isolation",
            value=list(isolation.missing),
            fix="run on Linux 6.2 or later with Landlock and seccomp allowed, or accept less with"
            " --no-require-isolation.",
        )
    return isolation
