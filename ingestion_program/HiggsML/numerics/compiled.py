"""How numerical functions are compiled: to machine code on the first call, kept on disk.

The machine code is looked for in the folder that NUMBA_CACHE_DIR names, else beside the sources,
else in the user's cache folder. A folder that was filled in advance and cannot be written to (a
container image) is copied to a temporary one, since the compiler uses no folder that it cannot
write to; where nothing can be written, each process compiles for itself.
"""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import event

__all__ = ["announced_compilation", "compiled", "inlined"]

Function = TypeVar("Function", bound=Callable[..., object])

_log = logging.getLogger(__name__)
_settings: Any = numba.config  # its attributes are made at run time


# Contraction and reordering of sums stay off, so that all machines agree.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def compiled(function: Function, **options: Any) -> Function:
    """Compile on first call, keep the machine code, release the GIL while it runs.

    The original stays reachable as `py_func`. A division by zero gives inf or NaN, as in numpy.
    `options` are further ones of the compiler.
    """
    options = _OPTIONS | options
    try:
        result: Function = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder can be written to
        result = numba.njit(**options)(function)
    return result


def inlined(function: Function, **options: Any) -> Function:
    """Compile as a part of each compiled function that calls it, so that loops can be vectorised.

    Its callers are not compiled anew when only its own module changes: keep them in one module, or
    clear the cache.
    """
    result: Function = numba.njit(forceinline=True, **(_OPTIONS | options))(function)
    return result


@contextmanager
def announced_compilation(what: str) -> Iterator[None]:
    """Say so in the log, with one line, if functions are compiled in this block."""

    class Listener(event.Listener):
        said = False

        def on_start(self, _: event.Event) -> None:
            if not self.said:
                _log.info("Compiling %s: some seconds, once; later runs use what is kept.", what)
            self.said = True

        def on_end(self, _: event.Event) -> None:
            pass

    with event.install_listener("numba:compile", Listener()):
        yield


def _use_writable_cache() -> None:
    """Copy a cache folder that cannot be written to, and have the compiler use the copy."""
    folder = _settings.CACHE_DIR
    if not folder or not Path(folder).is_dir() or os.access(folder, os.W_OK):
        return
    try:
        copy = tempfile.mkdtemp(prefix="higgsml-compiled-")
    except OSError:
        return
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    _settings.CACHE_DIR = copy


_use_writable_cache()
