"""The command line of HiggsML 0.1.5, which says what to use today.

It fetched the data set of one event, ran a submission in its own process and scored it.
`higgsml dry-run` does what the platform does.
"""

import itertools
import sys
from collections.abc import Sequence

__all__ = ["main"]

_KEPT = ("--num-of-sets", "--num-pseudo-experiments")


def main(arguments: Sequence[str]) -> str:
    """What to use instead, with the arguments that have a counterpart."""
    words = [part for word in arguments for part in word.split("=", 1)]
    names = {"-s": "--submission", "-o": "--output"}
    given = dict(itertools.pairwise(words))
    given = {names.get(name, name): value for name, value in given.items()}
    kept = {"--submission": "FOLDER"} | given
    known = ("--submission", "--output", *_KEPT)
    command = " ".join(f"{name} {kept[name]}" for name in known if name in kept)
    return (
        "HiggsML.run_competition: this command of HiggsML 0.1.5 is not kept. "
        f"Fix: higgsml dry-run {command} (the nuisance parameters that vary, and the events, "
        "stand in the settings.yaml of its --input)."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
