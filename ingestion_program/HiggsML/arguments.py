"""Command lines: parsed before anything is imported, refused in one line with a fix."""

import argparse
import math
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from .errors import did_you_mean

__all__ = ["Parser", "count", "interruptible", "number", "whole_number"]

INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended, as shells have it: 128 + SIGINT."""
TERMINATED = 143
"""... that was asked to end: 128 + SIGTERM."""

_NUMBER = re.compile(r"-\.?\d[\d._eE+-]*|-(inf|nan)(inity)?", re.IGNORECASE)


def whole_number(value: object) -> int | None:
    """A whole number, in scientific notation too; None for anything else.

    >>> whole_number("1e6"), whole_number("2.5"), whole_number(3.0), whole_number(True)
    (1000000, None, 3, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int):
        return value
    try:
        return int(value) if isinstance(value, str) else _whole(value)
    except ValueError:
        pass
    try:
        return _whole(float(value))
    except ValueError:
        return None


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) and value == int(value) else None


def count(least: int = 1) -> Callable[[str], int]:
    """A type of arguments: whole numbers from `least` on."""

    def parse(text: str) -> int:
        found = whole_number(text)
        if found is None or found < least:
            problem = "is not a whole number" if found is None else f"is below {least}"
            what = f"'{text}' {problem}. Fix: give {least} or more, for example 20 or 1e3."
            raise argparse.ArgumentTypeError(what)
        return found

    return parse


def number(text: str) -> float:
    """A type of arguments: positive finite numbers."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found > 0.0):
        what = f"'{text}' is not a positive number. Fix: give one, for example 10 or 0.5."
        raise argparse.ArgumentTypeError(what)
    return found


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line with a fix, and whose help keeps its lines."""

    def __init__(self, **arguments: Any) -> None:
        arguments.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**arguments)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As in the base class; a word like -1e6 is the value of the option before it."""
        words: list[str] = []
        for word in sys.argv[1:] if args is None else args:
            if words and re.fullmatch("--[a-z-]+", words[-1]) and _NUMBER.fullmatch(word):
                words[-1] += f"={word}"
            else:
                words.append(word)
        return super().parse_known_args(words, namespace)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As in the base class; the option that was probably meant is named."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            meant = did_you_mean(unknown[0].split("=")[0], self._all_options(found))
            self.error(f"unknown argument {unknown[0]!r}. Fix: {meant}")
        return found

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with exit code 2."""
        fix = "" if "Fix: " in message else f" Fix: see {self.prog} --help."
        end = "" if message.endswith((".", "?")) else "."
        self.exit(2, f"{self.prog}: {message}{end}{fix}\n")

    def _all_options(self, found: argparse.Namespace) -> Sequence[str]:
        options = list(self._option_string_actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                chosen = action.choices.get(str(getattr(found, action.dest, None)))
                options += chosen._option_string_actions if chosen else []
        return [option for option in options if option.startswith("--")]


class _Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a program as Ctrl-C does."""


def interruptible(work: Callable[[], int], interrupted: Callable[[str], object]) -> int:
    """Do the work of a program; returns its exit code, or 130 and 143 after Ctrl-C and SIGTERM.

    A second Ctrl-C does not disturb the tidying up after the first.

    Args:
        work: the program, which returns its exit code.
        interrupted: says so in one line; it is given what was raised with the interrupt, if
            anything: what the user can do now.
    """

    def stop(number: int, _: object) -> NoReturn:
        for kind in handled:
            signal.signal(kind, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else _Terminated

    main = threading.current_thread() is threading.main_thread()
    handled = (signal.SIGINT, signal.SIGTERM) if main else ()  # others cannot handle signals
    before = {kind: signal.signal(kind, stop) for kind in handled}
    try:
        return work()
    except KeyboardInterrupt as error:
        interrupted(str(error))
        return TERMINATED if isinstance(error, _Terminated) else INTERRUPTED
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
