"""`python -m higgsml_kit` is the command `higgsml`."""

import sys

from .cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main(prog="python -m higgsml_kit"))
