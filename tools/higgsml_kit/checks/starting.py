"""Whether a program starts: its own command, asked for its help."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from HiggsML.errors import did_you_mean

from ..bundle import METADATA, program_command
from ..codabench import PLATFORM_ENVIRONMENT
from .problems import Problem
from .program import script_of

__all__ = ["check_starts"]

SECONDS = 60
"""A program that has not shown its help by then does not start."""


def check_starts(folders: Iterable[Path]) -> list[Problem]:
    """Start the program of each folder with --help; what fails, and flags that it does not know."""
    with ThreadPoolExecutor() as threads:
        return [problem for found in threads.map(_check_start, folders) for problem in found]


def _check_start(folder: Path) -> list[Problem]:
    script = script_of(program_command(folder), folder)
    if script is None or script.path.suffix != ".py":  # whose help we do not know how to ask for
        return []
    name = script.path.name
    where = f"{folder.name}/{METADATA}"
    try:
        told = subprocess.run(  # noqa: S603  # a program of the user's own bundle, no shell
            [sys.executable, script.path.resolve(), "--help"],
            cwd=folder,
            env=_environment(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        what = f"{name} --help has not ended after {SECONDS} s."
        return [Problem(where, what, "start it by hand: it must parse its arguments first.")]
    if told.returncode:
        last = told.stderr.decode(errors="replace").strip().splitlines()[-1:]
        what = f"the program does not start: {' '.join(last) or f'exit code {told.returncode}'}."
        return [Problem(where, what, f"try it: python3 {name} --help")]
    known = set(re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", told.stdout.decode(errors="replace")))
    flags = [word.partition("=")[0] for word in script.arguments if re.match("--?[A-Za-z]", word)]
    return [
        Problem(where, f"the program knows no {flag}.", did_you_mean(flag, known))
        for flag in flags
        if known and not any(other.startswith(flag) for other in known)
    ]


def _environment() -> Mapping[str, str]:
    """No variable of the user's, least of all one that finds modules."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    wide = {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**kept, **PLATFORM_ENVIRONMENT, **wide}
