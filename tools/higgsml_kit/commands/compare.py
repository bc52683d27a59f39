"""The command `higgsml compare`: several results of the same experiments, pair by pair."""

import argparse
import dataclasses
import json
from pathlib import Path

from HiggsML.errors import DataError
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import write_manifest, written_by_command
from higgsml_scoring.comparison import Comparison, Contestant, compare
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.figures import comparison_figure, save_figure
from higgsml_scoring.files import write_atomically
from higgsml_scoring.results import Results, read_results
from higgsml_scoring.settings import ReferenceSettings

from ..downloads import Run, find_runs, opened

__all__ = ["EXAMPLES", "add_arguments", "describe", "run"]

EXAMPLES = """\
  higgsml dry-run --submission mine --output run_a
  higgsml dry-run --submission other --output run_b
  higgsml compare run_a run_b
  higgsml compare downloads                    # all in a folder: of the same experiments
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "results",
        nargs="+",
        type=Path,
        help="folders that runs wrote or zip files of such, two or more; or one folder of many",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        default=Path("comparison"),
        help="folder for figure and numbers: new, empty or of an earlier comparison [comparison]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare, print a table and sentences, write comparison.svg, .png and .json."""
    _refuse_twice(arguments.results)
    runs = [run for path in arguments.results for run in find_runs(path).values()]
    labels = label_folders(
        [run.home.with_suffix("") if run.home.is_file() else run.home for run in runs]
    )
    _refuse_twice([run.results for run in runs])
    read = {f"the results {run.results}": run.results for run in runs}
    output = check_output(arguments.output, read, written_by_command)
    try:
        everything = ReferenceSettings(show_truth=True)
        results = [_read(run, everything) for run in runs]
        comparison = compare(labels, results)
    except ScoringError as error:
        raise DataError(str(error)) from error
    print(describe(comparison))
    make_folder(output)
    write_comparison(output, comparison)
    write_manifest(output, [f"comparison.{kind}" for kind in ("svg", "png", "json")])
    return 0


def _read(run: Run, reference: ReferenceSettings) -> Results:
    with opened(run.results) as folder:
        return read_results(folder, reference)


def label_folders(folders: list[Path]) -> list[str]:
    """What tells the paths of the folders apart.

    >>> label_folders([Path("/runs/a/results"), Path("/runs/b/results")])
    ['a', 'b']

    Raises:
        DataError: where a folder is named twice.
    """
    _refuse_twice(folders)
    paths = [folder.resolve().parts for folder in folders]
    while len(paths) > 1 and len({path[-1] for path in paths}) == 1:
        paths = [path[:-1] for path in paths]
    for size in range(1, max(map(len, paths)) + 1):
        labels = ["/".join(path[-size:]) for path in paths]
        if len(set(labels)) == len(labels):
            break
    return labels


def _refuse_twice(folders: list[Path]) -> None:
    paths = [folder.resolve() for folder in folders]
    for folder, path in zip(folders, paths, strict=True):
        if paths.count(path) > 1:
            fix = "name the folders of different runs."
            raise DataError("a run is named twice.", where=folder, value=str(path), fix=fix)


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
    """Write the figure (SVG and PNG) and all numbers (JSON) into a folder."""
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
