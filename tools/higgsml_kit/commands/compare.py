"""The command `higgsml compare`: several results of the same experiments, pair by pair."""

import argparse
import dataclasses
import json
from pathlib import Path

from HiggsML.errors import DataError
from higgsml_scoring.comparison import Comparison, Contestant, compare
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.figures import comparison_figure, save_figure
from higgsml_scoring.files import write_atomically
from higgsml_scoring.results import read_results
from higgsml_scoring.settings import ReferenceSettings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("results", nargs="+", type=Path, help="results folders, two or more")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("comparison"),
        help="folder for figure and numbers",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare, print a table and sentences, write comparison.svg, .png and .json."""
    try:
        labels = label_folders(arguments.results)
        everything = ReferenceSettings(show_truth=True)
        results = [read_results(folder, everything) for folder in arguments.results]
        comparison = compare(labels, results)
    except ScoringError as error:
        raise DataError(str(error)) from error
    print(describe(comparison))
    write_comparison(arguments.output, comparison)
    return 0


def label_folders(folders: list[Path]) -> list[str]:
    """What tells the paths of the folders apart.

    >>> label_folders([Path("/runs/a/results"), Path("/runs/b/results")])
    ['a', 'b']

    Raises:
        DataError: where a folder is named twice.
    """
    paths = [folder.resolve().parts for folder in folders]
    if len(set(paths)) < len(paths):
        raise DataError("a folder is named twice.", where="higgsml compare")
    while len(paths) > 1 and len({path[-1] for path in paths}) == 1:
        paths = [path[:-1] for path in paths]
    for size in range(1, max(map(len, paths)) + 1):
        labels = ["/".join(path[-size:]) for path in paths]
        if len(set(labels)) == len(labels):
            break
    return labels


def describe(comparison: Comparison) -> str:
    """The comparison as a table and one sentence per pair."""
    width = max(len(row.label) for row in comparison.contestants)
    names = ("quantiles score (68 % range)", "interval (68 % range)", "coverage (68 % range)")
    head = "".join(f"  {name:>28}" for name in names)
    lines = [f"{'result':<{width}}{head}"]
    lines += [_describe_row(row, width) for row in comparison.contestants]
    lines += ["", *(difference.sentence() for difference in comparison.differences)]
    return "\n".join(lines)


def _describe_row(row: Contestant, width: int) -> str:
    cells = (
        f"{estimate.value:.4f} ({estimate.low:.4f} to {estimate.high:.4f})"
        for estimate in (row.quantiles_score, row.interval, row.coverage)
    )
    return f"{row.label:<{width}}" + "".join(f"  {cell:>28}" for cell in cells)


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write the figure (SVG and PNG) and all numbers (JSON) into a folder, made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    scores = [row.quantiles_score for row in comparison.contestants]
    figure = comparison_figure(
        [row.label for row in comparison.contestants],
        [(score.value, score.low, score.high) for score in scores],
        [f"{row.better} − {row.worse}" for row in comparison.differences],
        [(row.value, row.low, row.high) for row in comparison.differences],
    )
    save_figure(figure, folder, "comparison")
    numbers = json.dumps(dataclasses.asdict(comparison), indent=2, ensure_ascii=False)
    write_atomically(folder / "comparison.json", numbers.encode() + b"\n")
