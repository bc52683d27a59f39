"""The command `higgsml`: parse, call, report errors in one line.

A command is a module of `commands/` with `add_arguments(parser)`, `run(arguments) -> int` and
`EXAMPLES`; only the module of the command that was asked for is imported, so `higgsml --help` is
instant.
"""

import importlib
import logging
import sys
from collections.abc import Sequence

from HiggsML import __version__
from HiggsML.arguments import Parser, interruptible
from HiggsML.errors import HiggsMLError, did_you_mean

__all__ = ["main"]

COMMANDS = {
    "new": ("new", "make a folder with a submission to start from"),
    "dry-run": ("dry_run", "run ingestion and scoring here, as on the platform"),
    "check": ("check", "say whether a bundle or a submission is valid, and ready to upload"),
    "pack": ("pack", "make the zip file of the bundle or of a submission"),
    "generate": ("generate", "write a simulated data set in the format of the public one"),
    "download": ("download", "fetch a data set, resuming where an earlier attempt ended"),
    "score": ("score", "score a saved run again, or many, and rank them"),
    "compare": ("compare", "say which of several results are better, pair by pair"),
    "cache": ("cache", "show what is kept between runs, or remove it"),
    "approaches": ("approaches", "compare classifiers, each made into a measurement"),
}

DESCRIPTION = """\
The HiggsML uncertainty challenge on your own machine: a model measures the signal strength mu of
Higgs bosons in many pseudo-experiments, and its intervals are scored.

You take part? Four commands matter, in the folder that holds your folder my_submission/:
  higgsml new my_submission                     a model that runs, to be changed
  higgsml dry-run --submission my_submission    fit, measure and score it, as on the platform
  higgsml check my_submission                   what the platform would refuse, in a second
  higgsml pack --submission my_submission       the zip file to upload

You organise it? Three commands matter, in the folder of the bundle (competition.yaml):
  higgsml check                                 is the bundle valid, is it ready to upload
  higgsml generate --output my_events           events that nobody has seen
  higgsml pack                                  the bundle to upload
"""

EPILOG = "higgsml COMMAND --help explains a command, with examples."


def main(argv: Sequence[str] | None = None, prog: str = "higgsml") -> int:
    """Entry point of `higgsml`; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    asked = next((word for word in words if not word.startswith("-")), None)

    def interrupted(hint: str) -> None:
        _say(f"{prog} {asked}: interrupted. {hint}".rstrip())

    return interruptible(lambda: _run(prog, asked, words), interrupted)


def _run(prog: str, asked: str | None, words: Sequence[str]) -> int:
    parser = _parser(prog, asked)
    if asked is not None and asked not in COMMANDS:
        parser.error(f"there is no command '{asked}'. Fix: {did_you_mean(asked, COMMANDS)}")
    arguments = parser.parse_args(words)
    if arguments.command is None:
        parser.error(f"a command is missing. Fix: known are {', '.join(COMMANDS)}.")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return int(arguments.run(arguments))
    except HiggsMLError as error:
        _say(f"{prog} {asked}: {error}")
        return 1


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _parser(prog: str, asked: str | None) -> Parser:
    parser = Parser(prog=prog, description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"HiggsML {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (module_name, summary) in COMMANDS.items():
        description = summary[0].upper() + summary[1:] + "."
        sub = commands.add_parser(name, help=summary, description=description)
        if name == asked:
            module = importlib.import_module(f"higgsml_kit.commands.{module_name}")
            module.add_arguments(sub)
            sub.epilog = f"examples:\n{module.EXAMPLES}"
            sub.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
