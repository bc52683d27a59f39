"""How real are generated events? Numbers beside their targets, each with a verdict.

Targets are numbers of the full public sample and of a full simulation of the organisers' detector,
stored here; with --data, rows of both are compared as well. A number is right if it differs from
its target by no more than what is allowed, and wrong if, besides, three standard errors do not
explain the difference.
"""

import argparse
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from HiggsML.errors import HiggsMLError
from HiggsML.progress import progress_bar

from . import shapes
from .figures import PAGES, overlay, page_figure
from .masses import judge_masses
from .missing import judge_missing
from .regions import REGIONS
from .report import summary, table, write
from .samples import (
    COUNTS,
    EARLIER,
    SOURCES,
    Sample,
    best_rows,
    generated,
    read_references,
)
from .transfer import judge_transfers
from .two_samples import judge_two_samples
from .under_signal import judge_under_signal
from .verdicts import NO, Judged
from .yields import judge_features, judge_responses, judge_yields

Samples = Mapping[str, Sample]


def _shapes(part: str) -> Callable[[Samples], Iterable[Judged]]:
    return lambda samples: shapes.judge_shapes(samples, part)


BY_NUMBERS: dict[str, Callable[[Samples], Iterable[Judged]]] = {
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
"""Parts that need no rows, in the order of the table."""

BY_ROWS: dict[str, Callable[[Samples, Mapping[str, Samples]], Iterable[Judged]]] = {
    "transfer": judge_transfers,
    "under the signal": judge_under_signal,
    "two samples": judge_two_samples,
}
"""Parts that need rows."""

FIGURES = "figures"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the tables and figures, print what is wrong."""
    parser = _parser()
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # of progress in a log file
    try:
        _work(options)
    except HiggsMLError as error:
        parser.error(str(error))
    return 0


def _work(options: argparse.Namespace) -> None:
    """Do what the options ask for.

    Raises:
        DataError: rows that are needed are not there.
    """
    references = {} if options.data is None else read_references(options.data)
    parts = options.only or [*BY_NUMBERS, *((*BY_ROWS, FIGURES) if references else ())]
    if options.data or options.store or not {*parts} <= {*BY_NUMBERS}:
        rows = best_rows(references)
    if options.store:
        shapes.write_reference(rows, SOURCES)
        return
    start = time.process_time()
    counts = {process: int(options.scale * count) for process, count in COUNTS.items()}
    samples = generated(counts, options.seed)
    seconds = {"generation": time.process_time() - start}
    judged: dict[str, list[Judged]] = {}
    with progress_bar(total=len(parts), desc="parts") as bar:
        for part in parts:
            start = time.process_time()
            if part == FIGURES:
                draw(options.output, samples, references)
            elif part in BY_NUMBERS:
                judged[part] = list(BY_NUMBERS[part](samples))
            else:
                judged[part] = list(BY_ROWS[part](samples, references))
            seconds[part] = round(time.process_time() - start, 1)
            bar.update()
    facts: dict[str, Any] = {"counts": counts, "seed": options.seed, "cpu_seconds": seconds}
    write(options.output, judged, facts)
    wrong = [row for rows in judged.values() for row in rows if row.verdict == NO]
    print(f"{summary(judged)}\n\n{table(wrong)}\n\nAll of it: {options.output / 'realism.md'}")


def draw(folder: Path, samples: Samples, references: Mapping[str, Samples]) -> None:
    """Figures of the regions and of the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = best_rows(references, SOURCES | {"ttbar": EARLIER})
    for region in REGIONS:
        processes = ("htautau", "ztautau") if region.startswith("lowMT") else ("htautau", "ttbar")
        figure = overlay(region, samples, rows, processes)
        figure.savefig(folder / f"{region}.png", dpi=60)
    for name, features in PAGES.items():
        page_figure(features, samples, rows).savefig(folder / f"{name}.png", dpi=80)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.realism",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [*BY_NUMBERS, *BY_ROWS, FIGURES]
    parser.add_argument(
        "--only", nargs="+", choices=names, metavar="PART",
        help=f"parts to make: of numbers, {', '.join(BY_NUMBERS)}; of rows, "
        f"{', '.join(BY_ROWS)}, {FIGURES} (default: all that the data allow)",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER",
        help="rows to compare with, see `read_references` in samples.py",
    )  # fmt: skip
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
