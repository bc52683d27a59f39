"""How the physics of this folder is compiled: four entry points, one for each process.

What they call is compiled as a part of them: `inlined` where it is small or called in one place,
else `linked`. Nothing here makes an array, so references are not counted: counting costs, at each
array that a function is passed, more than a random number does.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from ..numerics import compiled as _compiled

__all__ = ["compiled", "digest_of_sources", "inlined", "linked"]

Function = TypeVar("Function", bound=Callable[..., object])


_OPTIONS: dict[str, Any] = {"_nrt": False}  # numba's run time: what makes arrays and counts


def compiled(function: Function) -> Function:
    """As `HiggsML.numerics.compiled.compiled`."""
    return _compiled.compiled(function, **_OPTIONS)


def inlined(function: Function) -> Function:
    """As `HiggsML.numerics.compiled.inlined`."""
    return _compiled.inlined(function, **_OPTIONS)


def linked(function: Function) -> Function:
    """Compile as a function of its own, of which only its callers keep the machine code."""
    result: Function = numba.njit(nogil=True, error_model="numpy", **_OPTIONS)(function)
    return result


def digest_of_sources() -> str:
    """SHA-256 of what the entry points are compiled from.

    The compiler takes kept machine code for stale when the file of the function changed, but not
    when a file did whose functions it calls. This digest, as a closure variable of the entry
    points, is part of the key under which their code is kept.
    """
    digest = hashlib.sha256()
    here = Path(__file__).parent
    further = [here.parent / name for name in ("numerics/philox.py", "numerics/elementary.py")]
    for path in (*further, *sorted(here.rglob("*.py"))):
        if path.parent.name != "constants":  # they are arguments
            digest.update(path.read_bytes())
    return digest.hexdigest()
