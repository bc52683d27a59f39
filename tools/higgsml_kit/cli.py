"""The command `higgsml`: parse, call, report errors in one line.

A command is a module of `commands/` with `add_arguments(parser)` and `run(arguments) -> int`; only
the module of the command that was asked for is imported, so `higgsml --help` is instant.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

from HiggsML import __version__
from HiggsML.errors import HiggsMLError

__all__ = ["main"]

COMMANDS = {
    "dry-run": ("dry_run", "run ingestion and scoring here, as on the platform"),
    "check": ("check", "find what the platform would refuse in a bundle or a submission"),
    "pack": ("pack", "make the zip file of the bundle or of a submission"),
    "generate": ("generate", "write a simulated data set in the format of the public one"),
    "download": ("download", "fetch a data set, resuming where an earlier attempt ended"),
    "score": ("score", "score a saved run again"),
    "compare": ("compare", "say which of several results are better, pair by pair"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `higgsml`; returns the exit code."""
    arguments_list = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="higgsml", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"HiggsML {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = next((word for word in arguments_list if word in COMMANDS), None)
    for name, (module_name, summary) in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        if name == asked:
            module = importlib.import_module(f"higgsml_kit.commands.{module_name}")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    arguments = parser.parse_args(arguments_list)

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return int(arguments.run(arguments))
    except HiggsMLError as error:
        print(f"higgsml {arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
