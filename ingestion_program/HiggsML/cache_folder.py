"""The user's folder for work that is kept between runs: only its owner can write there.

What is read from it is trusted (machine code is run, pools are believed), so a folder that others
could have written to is not used.
"""

import os
import stat
from pathlib import Path

__all__ = ["MACHINE_CODE", "cache_folder", "make_private"]

MACHINE_CODE = "machine_code"
"""The folder in it of compiled functions (`numerics.compiled`), each file by itself."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> Path | None:
    """`higgsml` in XDG_CACHE_HOME or ~/.cache, made or not; None where it cannot be trusted."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        folder = (named if named.is_absolute() else Path.home() / ".cache") / "higgsml"
        return folder if _is_private(folder) else None
    except (OSError, RuntimeError):  # it cannot be looked at, or nobody knows the home folder
        return None


def make_private(folder: Path) -> bool:
    """Make a folder, and those above it, that others cannot write to; whether it is one."""
    try:
        for each in reversed([folder, *folder.parents]):
            each.mkdir(mode=0o700, exist_ok=True)
        return _is_private(folder) and os.access(folder, os.W_OK)
    except OSError:
        return False


def _is_private(folder: Path) -> bool:
    """Whether a folder is the user's own, and a folder; or does not exist yet."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return True
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "getuid"):  # Windows: folders of a user are
        return True
    return found.st_uid == os.getuid() and not found.st_mode & _OTHERS_WRITE
