"""How functions are compiled that make no arrays.

References to arrays are not counted in them: counting costs, at each array that a function is
passed, more than a random number does.
"""

from functools import partial

from . import compiled as _with_arrays

__all__ = ["compiled", "inlined", "linked"]

# numba's run time is what makes arrays and counts references to them.
compiled = partial(_with_arrays.compiled, _nrt=False)
inlined = partial(_with_arrays.inlined, _nrt=False)
linked = partial(_with_arrays.linked, _nrt=False)
