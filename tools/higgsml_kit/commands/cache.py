"""The command `higgsml cache`: what is kept between runs, how large it is, and an end to it."""

import argparse
import time
from collections.abc import Sequence

from HiggsML.cache_folder import MACHINE_CODE, cache_folder
from HiggsML.errors import RunError
from HiggsML.running.trusted.kept_work import KeptEntry, KeptWork

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml cache                       # where it is, what is in it
  higgsml cache --clear               # remove all of it; the next run makes it again
  higgsml cache --clear models        # remove one kind
"""

KINDS = {
    MACHINE_CODE: "compiled kernels",
    "pools": "test pools, packed",
    "events": "training events",
    "models": "fitted models",
    "answers": "answers of models",
}
_DAY = 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml cache`."""
    parser.add_argument(
        "--clear",
        nargs="?",
        const="all",
        choices=("all", *KINDS),
        metavar="KIND",
        help=f"remove all that no run is using, or one kind of it: {', '.join(KINDS)}",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show what is kept, by kind; or remove it."""
    folder = cache_folder()
    if folder is None:
        fix = "see that XDG_CACHE_HOME or ~/.cache/higgsml is your own, and that only you can write"
        raise RunError("nothing is kept: the folder cannot be trusted.", fix=f"{fix} there.")
    kept = KeptWork(folder)
    by_kind = {kind: [e for e in kept.entries() if kind in e.path.parts] for kind in KINDS}
    if arguments.clear is None:
        print(f"Kept in {folder}; what was not used for the longest time goes first.", "", sep="\n")
        for kind, entries in by_kind.items():
            print(f"  {kind:<14} {_size(entries)}  {KINDS[kind]}{_last_use(entries)}")
        return 0
    chosen = [e for kind in KINDS if arguments.clear in ("all", kind) for e in by_kind[kind]]
    removed = [entry for entry in chosen if kept.remove(entry.path)]
    print(f"Removed {_size(removed).strip()}.")
    if len(removed) < len(chosen):
        print(f"{len(chosen) - len(removed)} are in use by a run, and stay.")
    return 0


def _size(entries: Sequence[KeptEntry]) -> str:
    return f"{len(entries):4d} entries, {sum(each.size for each in entries) / 1e6:8,.1f} MB"


def _last_use(entries: Sequence[KeptEntry]) -> str:
    if not entries:
        return ""
    days = (time.time() - max(each.used for each in entries)) / _DAY
    return f", last used {f'{days:.0f} days ago' if days >= 1 else 'today'}"
