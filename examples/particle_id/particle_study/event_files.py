"""Files of events and of test images, in the format of the Cirta challenge: pickles.

An event is an object array of shape (2, n): images of 10 x 10 numbers of hits, and codes of
particles. The test file is a list of pairs: an identifier and an image.

A pickle is a program, and whoever wrote the file wrote it. Here it may build numpy arrays, numbers,
texts, lists and tuples, and can name nothing else: a file that asks for more is refused before
anything of it runs.
"""

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy._core import multiarray, numeric

from HiggsML.errors import DataError

from .particles import CODES, PIXELS, index_of

__all__ = [
    "Event",
    "TestImages",
    "read_event",
    "read_test_file",
    "write_event",
    "write_test_file",
]

Array = npt.NDArray[np.float64]

_IMAGE = (PIXELS, PIXELS)
_LARGEST = 2**30  # bytes: hundreds of times an event


@dataclass(frozen=True)
class Event:
    """The particles of a collision.

    Attributes:
        images: (n, 10, 10).
        kind: (n,) positions in the table of particles.
    """

    images: Array
    kind: npt.NDArray[np.intp]


@dataclass(frozen=True)
class TestImages:
    """Images without an answer.

    Attributes:
        identifiers: of the images.
        images: (n, 10, 10).
    """

    __test__ = False  # no test of ours

    identifiers: list[Any]
    images: Array


def read_event(path: Path) -> Event:
    """Read an event.

    Raises:
        DataError: the file cannot be read, asks for code, or is no event; naming the row.
    """
    content = _load(path)
    if not isinstance(content, np.ndarray) or content.ndim != 2 or len(content) != 2:
        raise DataError(
            "an event must be an array of two rows, images and codes.",
            where=path,
            value=_shape(content),
            fix="read the test file with read_test_file.",
        )
    images = _stacked(list(content[0]), path)
    codes = [_code(code, row, path) for row, code in enumerate(content[1])]
    kind = index_of(codes)
    if (kind < 0).any():
        row = int(np.flatnonzero(kind < 0)[0])
        raise DataError(
            "this is no code of a particle.",
            where=f"{path}, row {row}",
            value=codes[row],
            fix=f"the codes are {', '.join(map(str, CODES))}.",
        )
    return Event(images, kind)


def read_test_file(path: Path) -> TestImages:
    """Read the images that are to be classified.

    Raises:
        DataError: the file cannot be read, asks for code, or is no list of pairs; naming the row.
    """
    content = _load(path)
    if not isinstance(content, list):
        raise DataError(
            "the test file must be a list of pairs.",
            where=path,
            value=_shape(content),
            fix="read an event with read_event.",
        )
    for row, pair in enumerate(content):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise DataError(
                "a row must be a pair of an identifier and an image.",
                where=f"{path}, row {row}",
                value=_shape(pair),
            )
    return TestImages([pair[0] for pair in content], _stacked([pair[1] for pair in content], path))


def write_event(path: Path, event: Event) -> None:
    """Write an event as the challenge did."""
    content = np.empty((2, len(event.kind)), dtype=object)
    content[0] = [*event.images]
    content[1] = [*CODES[event.kind].astype(np.int32)]
    path.write_bytes(pickle.dumps(content))


def write_test_file(path: Path, identifiers: Sequence[str], images: Array) -> None:
    """Write images without their answers."""
    path.write_bytes(pickle.dumps(list(zip(identifiers, images, strict=True))))


# --- reading -------------------------------------------------------------------------------------


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("multiarray", "_reconstruct"): multiarray._reconstruct,
    ("multiarray", "scalar"): multiarray.scalar,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
"""What builds arrays, by the last part of its module (numpy moved them) and its name."""


class _Unpickler(pickle.Unpickler):
    """Builds arrays and plain values only."""

    def find_class(self, module: str, name: str) -> Any:
        package, _, last = module.rpartition(".")
        if package in ("", "numpy.core", "numpy._core"):
            if (last, name) in _ALLOWED:
                return _ALLOWED[last, name]
            if (last, name) == ("numeric", "_frombuffer"):
                # A function of Python's has attributes that a pickle may set: a new one each time.
                return lambda *arguments: numeric._frombuffer(*arguments)  # type: ignore[attr-defined]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError("the file is too large for an event.", where=path)
        with path.open("rb") as file:
            return _Unpickler(file).load()
    except OSError as error:
        raise DataError("the file cannot be read.", where=path, value=error.strerror) from error
    except DataError:
        raise
    # A damaged pickle can raise nearly anything.
    except Exception as error:
        raise DataError(
            f"the file is refused: it is no pickle of arrays and plain values ({error}).",
            where=path,
            fix="take the files of the challenge; a pickle can run any code.",
        ) from error


def _stacked(images: list[Any], path: Path) -> Array:
    """The images as one array, (n, 10, 10)."""
    for row, image in enumerate(images):
        if not isinstance(image, np.ndarray) or image.shape != _IMAGE:
            raise DataError(
                f"an image must have {PIXELS} x {PIXELS} pixels.",
                where=f"{path}, row {row}",
                value=_shape(image),
            )
        if image.dtype.kind not in "biuf":
            raise DataError(
                "an image must hold numbers.", where=f"{path}, row {row}", value=str(image.dtype)
            )
    stacked = np.array(images, dtype=np.float64).reshape(-1, *_IMAGE)
    wrong = ~((stacked >= 0.0) & np.isfinite(stacked)).all(axis=(1, 2))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            "numbers of hits must be finite, and not negative.",
            where=f"{path}, row {row}",
            value=float(stacked[row].min()),
        )
    return stacked


def _code(code: Any, row: int, path: Path) -> int:
    if not isinstance(code, int | np.integer) or isinstance(code, bool):
        raise DataError(
            "a code must be a whole number.", where=f"{path}, row {row}", value=_shape(code)
        )
    return int(code)


def _shape(value: Any) -> str:
    """What stands there, in short: the shape of an array, the type of anything else."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    length = f" of {len(value)}" if isinstance(value, list | tuple) else ""
    return f"{type(value).__name__}{length}"
