"""How real are generated events? Numbers beside their targets, each with a verdict.

Targets are numbers of the full public sample and of a full simulation of the organisers' detector,
stored here; with --data, rows of both are compared as well. A number is right if it differs from
its target by no more than what is allowed, and wrong if, besides, three standard errors do not
explain the difference.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from HiggsML.progress import progress_bar

from . import shapes
from .masses import judge_masses
from .missing import judge_missing
from .report import summary, table, write
from .samples import COUNTS, SOURCES, Sample, generated, read_references
from .verdicts import NO, Judged
from .yields import judge_features, judge_responses, judge_yields

Judge = Callable[[Mapping[str, Sample]], Iterator[Judged]]


def _shapes(part: str) -> Judge:
    return lambda samples: shapes.judge_shapes(samples, part)


BY_NUMBERS: dict[str, Judge] = {
    "yields": judge_yields,
    "jets": _shapes("jets"),
    "second jets": _shapes("second jets"),
    "responses": judge_responses,
    "masses": judge_masses,
    "missing momentum": judge_missing,
    "visible axis": _shapes("visible axis"),
    "tails": _shapes("tails"),
    "features": judge_features,
    "means": _shapes("means"),
    "correlations": _shapes("correlations"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the tables and figures, print what is wrong."""
    options = _parser().parse_args(argv)
    if options.store:
        rows = read_references(options.data)
        chosen = {process: rows[source][process] for process, source in SOURCES.items()}
        shapes.write_reference(chosen, SOURCES)
        return 0
    start = time.process_time()
    counts = {process: int(options.scale * count) for process, count in COUNTS.items()}
    samples = generated(counts, options.seed)
    seconds = {"generation": time.process_time() - start}
    judged: dict[str, list[Judged]] = {}
    with progress_bar(total=len(options.only), desc="parts") as bar:
        for part in options.only:
            start = time.process_time()
            judged[part] = list(BY_NUMBERS[part](samples))
            seconds[part] = time.process_time() - start
            bar.update()
    facts = {"counts": counts, "seed": options.seed, "cpu_seconds": seconds}
    write(options.output, judged, facts)
    wrong = [row for rows in judged.values() for row in rows if row.verdict == NO]
    print(f"{summary(judged)}\n\n{table(wrong)}\n\nAll of it: {options.output / 'realism.md'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.realism",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", choices=BY_NUMBERS, default=list(BY_NUMBERS), metavar="PART",
        help=f"parts to compare: {', '.join(BY_NUMBERS)}",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="where rows to compare with are"
    )
    parser.add_argument("--output", type=Path, default=Path("results/realism"), metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual number of events")
    parser.add_argument(
        "--store", action="store_true",
        help="compute the stored numbers of the full simulation anew from the rows of --data",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
