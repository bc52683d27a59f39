"""How numerical functions are compiled: to machine code on the first call, kept on disk.

The machine code is looked for in the folder that NUMBA_CACHE_DIR names, else beside the sources,
else in the user's cache folder. It is kept under a digest of all sources that it is made of
(`numerics.sources`), so that none is ever stale. A folder that was filled in advance and cannot be
written to (a container image) is copied to a temporary one, since the compiler uses no folder that
it cannot write to; where nothing can be written, each process compiles for itself.
"""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba.core import event
from numba.core.caching import FunctionCache, IndexDataCacheFile

from .sources import digest_of_closure, digest_of_sources

__all__ = ["announced_compilation", "compiled", "inlined", "linked"]

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
    result: Any = numba.njit(**options)(function)
    with suppress(RuntimeError):  # no folder can be written to
        result._cache = _Cache(function, str(sorted(options.items())))
    compiled_function: Function = result
    return compiled_function


def inlined(function: Function, **options: Any) -> Function:
    """Compile as a part of each compiled function that calls it: loops can be vectorised then."""
    result: Function = numba.njit(forceinline=True, **(_OPTIONS | options))(function)
    return result


def linked(function: Function, **options: Any) -> Function:
    """Compile as a function of its own, of which only its callers keep the machine code."""
    result: Function = numba.njit(**(_OPTIONS | options))(function)
    return result


class _Cache(FunctionCache):
    """Machine code on disk: numba's own cache, with a key that leaves nothing out.

    numba takes kept code for fresh while the file of the function stays the same, whatever happens
    to the files of the functions and constants in it; and functions in a closure are new to it in
    every process.
    """

    def __init__(self, function: Callable[..., Any], options: str) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        closure = digest_of_closure(function)
        name = self._impl.filename_base
        self._options = options
        self._cache_file = _KeptFiles(  # type: ignore[no-untyped-call]
            cache_path=self._cache_path,
            filename_base=name if closure is None else f"{name}.{closure[:16]}",
            source_stamp=digest_of_sources(function),
        )

    def _index_key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        return signature, codegen.magic_tuple(), self._options, llvmlite.__version__


class _KeptFiles(IndexDataCacheFile):
    """The files of kept machine code; what cannot be read is compiled and kept again.

    They are damaged, or an index names a class that the sources no longer have: numba unpickles all
    of it before it looks whether the sources are the same.
    """

    def load(self, key: Any) -> Any:
        with suppress(Exception):
            return super().load(key)  # type: ignore[no-untyped-call]
        return None

    def _load_index(self) -> dict[Any, str]:
        with suppress(Exception):
            index: dict[Any, str] = super()._load_index()  # type: ignore[no-untyped-call]
            return index
        return {}


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
