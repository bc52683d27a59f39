"""How numerical functions are compiled: to machine code on the first call, kept on disk.

The machine code is looked for in the folder that NUMBA_CACHE_DIR names, else in the user's cache
folder. It is kept under the name of its module and a digest of all sources that it is made of
(`numerics.sources`), wherever these lie: none is ever stale, and copies of the package share it. A
folder that was filled in advance and cannot be written to (a container image) is read; what is not
in it, each process compiles for itself, as where there is no folder.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba.core import event
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

from ..cache_folder import MACHINE_CODE, cache_folder, make_private
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
    with suppress(RuntimeError):  # there is no place for it
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


class _Place:
    """Where the machine code of a function is kept, in the way in which numba asks for it."""

    def __init__(self, function: Callable[..., Any], file: str, folder: str) -> None:
        self._py_file = file  # named in a warning
        self._folder, self._function = folder, function

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> "_Place | None":
        """None where nothing can be kept: no folder, or a function that was typed in."""
        folder = _folder()
        return None if folder is None or not Path(file).is_file() else cls(function, file, folder)

    def get_cache_path(self) -> str:
        return self._folder

    def get_source_stamp(self) -> str:
        return digest_of_sources(self._function)

    def get_disambiguator(self) -> str:
        parts = digest_of_closure(self._function), self.get_source_stamp()
        return ".".join([self._function.__module__, *(part[:16] for part in parts if part)])

    def ensure_cache_path(self) -> None:
        make_private(Path(self._folder))


class _Implementation(CompileResultCacheImpl):
    _locator_classes: list[Any] = [_Place]  # noqa: RUF012  numba's attribute


class _Cache(FunctionCache):
    """Machine code on disk: numba's own cache, with a key that leaves nothing out.

    numba takes kept code for fresh while the file of the function stays the same, whatever happens
    to the files of the functions and constants in it; and functions in a closure are new to it in
    every process.
    """

    _impl_class = _Implementation

    def __init__(self, function: Callable[..., Any], options: str) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._options = options
        self._cache_file = _KeptFiles(  # type: ignore[no-untyped-call]
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=self._impl.locator.get_source_stamp(),
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
            found = super().load(key)  # type: ignore[no-untyped-call]
            with suppress(OSError):
                os.utime(self._index_path)  # of all that is kept, the oldest goes first
            return found
        return None

    def save(self, key: Any, data: Any) -> None:
        with suppress(OSError):  # the disk is full, or nobody may write there
            super().save(key, data)  # type: ignore[no-untyped-call]

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


def _folder() -> str | None:
    """Where machine code is kept; None where that could be anybody's."""
    if _settings.CACHE_DIR:
        return str(_settings.CACHE_DIR)
    folder = cache_folder()
    return None if folder is None else str(folder / MACHINE_CODE)
