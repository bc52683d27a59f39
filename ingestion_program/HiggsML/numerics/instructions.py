"""Four machine instructions that Python has no words for, for use in compiled functions."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["LINE", "bits_of", "number_of", "prefetch", "stream_line"]

# What numba wants of such a function: its arguments are types, it returns the types of a call and
# what generates its code. To a type checker it shall be a function of the values.
_instruction: Callable[[Callable[..., Any]], Callable[..., Any]] = intrinsic

LINE = 16
"""float32 numbers of a cache line."""


@_instruction
def bits_of(_: Any, _number: Any) -> Any:
    """The 64 bits of a float64, as an int64."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@_instruction
def number_of(_: Any, _bits: Any) -> Any:
    """The float64 that has the 64 bits of an int64."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@_instruction
def prefetch(_: Any, array: Any, _index: Any) -> Any:
    """Ask for the cache line where the element `index` of a one-dimensional array begins."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        )
        to_read, keep_close, data_cache = word(0), word(3), word(1)
        builder.call(function, [address, to_read, keep_close, data_cache])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@_instruction
def stream_line(_: Any, target: Any, _to: Any, source: Any, _from: Any) -> Any:
    """target[to : to + LINE] = source[from : from + LINE], past the caches; float32.

    The target must begin a cache line. Memory is then written without being read before, and what
    will not be needed soon does not push out what will.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        line = ir.VectorType(ir.FloatType(), LINE)
        addresses = []
        for array, position in ((0, 1), (2, 3)):
            data = context.make_array(signature.args[array])(context, builder, arguments[array])
            address = builder.gep(data.data, [arguments[position]])
            addresses.append(builder.bitcast(address, line.as_pointer()))
        store = builder.store(builder.load(addresses[1], align=4), addresses[0], align=64)
        one = builder.module.add_metadata([ir.IntType(32)(1)])
        store.set_metadata("nontemporal", one)
        return context.get_dummy_value()

    return types.void(target, types.int64, source, types.int64), generate
