"""How the scalar physics functions of this folder are compiled.

Each is an ordinary Python function of floats (its `py_func`), so that a test can call it as it
reads; the compiler inlines them into one loop for each process.
"""

from collections.abc import Callable
from typing import TypeVar

from numba import njit

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile on first call, keep the machine code on disk, release the GIL while it runs.

    Contraction of a multiplication and an addition stays off, so that all machines agree.
    """
    result: Function = njit(cache=True, nogil=True, error_model="numpy")(function)
    return result
