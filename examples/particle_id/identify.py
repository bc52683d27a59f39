"""Five kinds of charged particles in images of their hits: from files of events to intervals.

examples:
  python examples/particle_id/identify.py                          synthetic files, then everything
  python examples/particle_id/identify.py --events data/*.pkl --test-file data_test_file.pkl --refit
  higgsml score results/particle_id/kaon                           scores of a measurement

The output holds tables (*.csv), figures (*.png), the answers to the challenge (answers.csv), and
for each measured kind a folder of results that `higgsml score` scores. README.md beside this file
tells the story.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from HiggsML.arguments import Parser, count, interruptible
from HiggsML.errors import HiggsMLError
from particle_study.comparison import MODELS
from particle_study.study import Plan, run


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, call, say in one line what went wrong; returns the exit code."""
    parser = Parser(prog="identify.py", description=__doc__)
    parser.add_argument(
        "--events", type=Path, nargs="+", metavar="FILE", default=[],
        help="pickles of the challenge's events [synthetic ones]",
    )  # fmt: skip
    parser.add_argument(
        "--test-file", type=Path, metavar="FILE", help="pickle of test images [synthetic ones]"
    )
    parser.add_argument(
        "--synthetic", type=count(5), default=40, metavar="N", help="synthetic events [40]"
    )
    parser.add_argument(
        "--experiments", type=count(0), default=100, metavar="N",
        help="at each of three true strengths; 0 for no measurement [100]",
    )  # fmt: skip
    parser.add_argument(
        "--rows", type=count(100), default=100_000, metavar="N",
        help="particles of each kind that make the templates [100,000]",
    )  # fmt: skip
    parser.add_argument(
        "--models", nargs="+", choices=MODELS, default=list(MODELS), metavar="NAME",
        help=f"classifiers to compare [{', '.join(MODELS)}]",
    )  # fmt: skip
    parser.add_argument(
        "--refit", action="store_true", help="answer with a classifier trained on all events again"
    )
    parser.add_argument("--seed", type=count(0), default=1, help="of all that is random [1]")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", default=Path("results/particle_id"),
        help="folder: new, empty or of an earlier run [results/particle_id]",
    )  # fmt: skip
    given = vars(parser.parse_args(argv))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    output = given.pop("output")

    def work() -> int:
        try:
            run(output, Plan(**given))
        except HiggsMLError as error:
            logging.getLogger("identify.py").error("identify.py: %s", error)
            return 1
        return 0

    return interruptible(work, lambda hint: sys.stderr.write(f"identify.py: interrupted. {hint}\n"))


if __name__ == "__main__":
    sys.exit(main())
