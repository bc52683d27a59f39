"""Production modes of Higgs bosons that decay to two photons: from files of ROOT to intervals.

examples:
  python examples/diphoton/measure_modes.py                            synthetic files, everything
  python examples/diphoton/measure_modes.py --files mc/*.GamGam.root   files of ATLAS Open Data
  higgsml score results/diphoton/with_jets                             scores of the measurement

The output holds tables (*.csv), figures (*.png), the selected events, and for each classifier a
folder of results that `higgsml score` scores. README.md beside this file tells the story.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from diphoton_study.study import run
from diphoton_study.synthetic import EVENTS
from HiggsML.arguments import Parser, count, interruptible, number
from HiggsML.errors import HiggsMLError


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, call, say in one line what went wrong; returns the exit code."""
    parser = Parser(prog="measure_modes.py", description=__doc__)
    parser.add_argument(
        "--files", type=Path, nargs="+", metavar="FILE", default=[],
        help="mini trees of all five modes [synthetic ones]",
    )  # fmt: skip
    parser.add_argument(
        "--size", type=number, default=1.0, help="factor on the number of synthetic events [1]"
    )
    parser.add_argument(
        "--experiments", type=count(), default=100, help="at each of three true strengths [100]"
    )
    parser.add_argument("--seed", type=count(0), default=1, help="of all that is random [1]")
    parser.add_argument("--compare", action="store_true", help="compare classifiers, too (minutes)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", default=Path("results/diphoton"),
        help="folder: new, empty or of an earlier run [results/diphoton]",
    )  # fmt: skip
    given = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    events = {mode: max(1, int(given.size * n)) for mode, n in EVENTS.items()}

    def work() -> int:
        try:
            run(
                given.output, given.files, events, given.experiments, given.seed,
                compare=given.compare,
            )  # fmt: skip
        except HiggsMLError as error:
            logging.getLogger(parser.prog).error("%s: %s", parser.prog, error)
            return 1
        return 0

    return interruptible(
        work, lambda hint: sys.stderr.write(f"measure_modes.py: interrupted. {hint}\n")
    )


if __name__ == "__main__":
    sys.exit(main())
