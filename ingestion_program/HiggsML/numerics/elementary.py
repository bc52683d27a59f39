"""Elementary functions of one float64 number that compile to vector instructions.

A call into a mathematical library would stop the compiler from vectorising a loop, and libraries
differ in the last bit from machine to machine. These use additions, multiplications, divisions and
square roots alone, which are the same everywhere.
"""

import math

import numpy as np

from ..schema import DECIMALS
from .compiled import inlined
from .instructions import bits_of, number_of

__all__ = ["azimuth", "diagonal", "logarithm", "normal_pair", "rounded"]

_PRECISION, _STEP = 10.0**DECIMALS, 10.0**-DECIMALS

# atan(x) / x as a polynomial in x^2 for |x| <= tan(pi/8), interpolated in Chebyshev points; the
# error of the angle is below 1e-14.
_A0, _A1, _A2 = 0.9999999999999718, -0.33333333330739956, 0.19999999598302512
_A3, _A4, _A5 = -0.1428569013892496, 0.11110378784989747, -0.09078316021748095
_A6, _A7, _A8 = 0.07563186422294493, -0.05872662369410048, 0.030635630925872032
_TAN_22 = math.tan(math.pi / 8.0)
_HALF_PI, _QUARTER_PI = math.pi / 2.0, math.pi / 4.0
_LN_2, _SQRT_2, _SQRT_HALF = math.log(2.0), math.sqrt(2.0), math.sqrt(0.5)


@inlined
def rounded(x: float) -> float:
    """`numpy.round(x, DECIMALS)`, up to the last bit of the float64: without its division."""
    return float(np.rint(x * _PRECISION) * _STEP)


@inlined
def azimuth(y: float, x: float) -> float:
    """atan2(y, x), to 1e-14; 0 for the zero vector, and a negative zero counts as zero."""
    ax, ay = abs(x), abs(y)
    small, large = min(ax, ay), max(ax, ay)
    steep = small > _TAN_22 * large  # between 22.5 and 45 degrees: measure from 45 degrees
    numerator = small - large if steep else small
    denominator = small + large if steep else large
    t = numerator / (denominator if large > 0.0 else 1.0)
    z = t * t
    series = _A4 + z * (_A5 + z * (_A6 + z * (_A7 + z * _A8)))
    angle = t * (_A0 + z * (_A1 + z * (_A2 + z * (_A3 + z * series))))
    angle = angle + _QUARTER_PI if steep else angle
    angle = _HALF_PI - angle if ay > ax else angle
    angle = math.pi - angle if x < 0.0 else angle
    return -angle if y < 0.0 else angle


_FRACTION_BITS, _EXPONENT_BIAS = 52, 1023
_FRACTION = (1 << _FRACTION_BITS) - 1
_EXPONENT_OF_ONE = _EXPONENT_BIAS << _FRACTION_BITS


@inlined
def logarithm(x: float) -> float:
    """Natural logarithm of a positive normal number, to 1e-13.

    x = 2^e m with sqrt(1/2) < m <= sqrt 2 and log m = 2 artanh f, f = (m - 1) / (m + 1).
    """
    bits: int = bits_of(x)
    exponent = float((bits >> _FRACTION_BITS) - _EXPONENT_BIAS)
    m: float = number_of((bits & _FRACTION) | _EXPONENT_OF_ONE)
    high = m > _SQRT_2
    m = 0.5 * m if high else m
    exponent = exponent + 1.0 if high else exponent
    f = (m - 1.0) / (m + 1.0)
    z = f * f
    series = 1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0 + z * (1.0 / 15.0))))
    return exponent * _LN_2 + 2.0 * f * (1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * series)))


_TO_UNIT = 2.0**-32
_TO_QUADRANT = _HALF_PI * 2.0**-30
_S3, _S5, _S7, _S9, _S11, _S13 = (
    -1.0 / 6,
    1.0 / 120,
    -1.0 / 5040,
    1.0 / 362880,
    -1.0 / 39916800,
    1.0 / 6227020800,
)
_C2, _C4, _C6, _C8, _C10, _C12 = (
    -1.0 / 2,
    1.0 / 24,
    -1.0 / 720,
    1.0 / 40320,
    -1.0 / 3628800,
    1.0 / 479001600,
)
_LOW_30 = (1 << 30) - 1


@inlined
def diagonal(word: np.int64) -> tuple[float, float, float]:
    """A vector of length sqrt(2) in a random direction of 32 random bits: its azimuth, x and y.

    Two bits are the signs, thirty the angle in a quadrant, measured from its middle.
    """
    a = (float(word & _LOW_30) + 0.5) * _TO_QUADRANT - _QUARTER_PI
    z = a * a
    sine = a * (1.0 + z * (_S3 + z * (_S5 + z * (_S7 + z * (_S9 + z * (_S11 + z * _S13))))))
    cosine = 1.0 + z * (_C2 + z * (_C4 + z * (_C6 + z * (_C8 + z * (_C10 + z * _C12)))))
    sign_x = 1.0 - 2.0 * float((word >> 30) & 1)
    sign_y = 1.0 - 2.0 * float((word >> 31) & 1)
    azimuth = sign_y * (_HALF_PI - sign_x * (_QUARTER_PI - a))
    return azimuth, sign_x * (cosine - sine), sign_y * (cosine + sine)


@inlined
def normal_pair(word0: np.int64, word1: np.int64) -> tuple[float, float]:
    """Two independent standard normal numbers of two random 32-bit words (Box and Muller 1958).

    The first word gives the radius (at most 6.8), the second the direction.
    """
    radius = _SQRT_HALF * math.sqrt(-2.0 * logarithm((float(word0) + 0.5) * _TO_UNIT))
    _, x, y = diagonal(word1)
    return radius * x, radius * y
