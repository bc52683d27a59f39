"""Whether a value of competition.yaml is one that the platform takes."""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..codabench import VALUES
from .problems import Problem, unknown_name

__all__ = ["check_fact_sheet", "check_values", "is_key"]

_FLAGS = ("t", "y", "yes", "true", "on", "1", "f", "n", "no", "false", "off", "0")
_EMAIL = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z][A-Za-z0-9-]+")
_LARGEST_WHOLE = 2**31 - 1

_FACT_KEYS = {"key", "type", "title", "selection", "is_required", "is_on_leaderboard"}
_FACT_TYPES = ("checkbox", "text", "select")


def check_values(where: str, section: Mapping[str, Any], kind: str) -> Iterator[Problem]:
    """The values of a section that the platform would refuse.

    Args:
        where: what to call the section.
        section: its keys and values.
        kind: a key of `codabench.VALUES`.
    """
    for key, rule in VALUES[kind].items():
        value = section.get(key)
        if value is None:
            continue
        if rule.kind == "choice" and value not in rule.choices:
            what = f"{key} '{value}' is not one that the platform knows."
            yield unknown_name(where, value, rule.choices, what)
        elif rule.kind != "choice" and not _KINDS[rule.kind](value):
            must, fix = _WORDS[rule.kind]
            yield Problem(where, f"{key} must be {must}, not {value!r}.", fix.format(key=key))
        elif rule.longest and len(str(value)) > rule.longest:
            what = f"{key} is longer than {rule.longest} characters."
            yield Problem(where, what, "shorten it.")


def _is_text(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | str | int) and str(value).lower() in _FLAGS


def _is_whole(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST_WHOLE


def _is_integer(value: object) -> bool:
    return type(value) is int and abs(value) <= _LARGEST_WHOLE


def is_key(value: object) -> bool:
    """Whether this is the key of a data set, a task or a queue of the platform: a UUID."""
    try:
        uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def _is_email(value: object) -> bool:
    return isinstance(value, str) and bool(_EMAIL.fullmatch(value))


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "text": _is_text,
    "flag": _is_flag,
    "whole": _is_whole,
    "integer": _is_integer,
    "key": is_key,
    "e-mail": _is_email,
}

_WORDS: Mapping[str, tuple[str, str]] = {
    "text": ("a text", "write {key}: some words"),
    "flag": ("true or false", "write {key}: true"),
    "whole": ("a whole number, 0 or more, without quotes", "for example {key}: 100"),
    "integer": ("a whole number", "for example {key}: 3"),
    "key": (
        "a UUID, as the platform shows it",
        "copy it from the platform's page Queues or Resources: 8-4-4-4-12 digits.",
    ),
    "e-mail": ("an e-mail address", "for example {key}: organisers@example.org"),
}


def check_fact_sheet(where: str, sheet: object) -> Iterator[Problem]:
    """What is wrong with the questions that participants answer with a submission."""
    if not sheet:
        return
    if not isinstance(sheet, dict):
        yield Problem(where, "fact_sheet must hold keys and values.", "give each question a key.")
        return
    for name, question in sheet.items():
        keys = set(question) if isinstance(question, dict) else set()
        if keys != _FACT_KEYS:
            wrong = ", ".join(sorted(keys ^ _FACT_KEYS))
            what = f"the question '{name}' of the fact_sheet lacks a key, or has one too many."
            yield Problem(where, what, f"it is about: {wrong}.")
        elif question["key"] != name:
            what = f"the question '{name}' of the fact_sheet names another key."
            yield Problem(where, what, f"write in it: key: {name}")
        elif question["type"] not in _FACT_TYPES:
            what = f"the type of the question '{name}' is not one that the platform knows."
            yield unknown_name(where, question["type"], _FACT_TYPES, what)
