"""How well `higgsml dry-run --trial` predicts a longer run: the same submissions in both.

    python benchmarks/trials.py [--output results/trials] [--bundle FOLDER] [SUBMISSION ...]

A submission's rows are printed as soon as both of its runs have ended. The same command goes on
after a kill: a run that was cut off from its last answer, and what had ended is kept between runs
(`higgsml cache`). A submission that fails is named, and the others are measured.

The experiments of a trial are among those of the longer run, so that on these the widths and the
coverage differ by what a trial leaves out of the fit, and by nothing else.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from HiggsML.errors import HiggsMLError
from higgsml_kit.bundle import Bundle, read_bundle
from higgsml_kit.commands.dry_run import TRIAL_COUNTS, TRIAL_EFFORT, trial_input
from higgsml_kit.dry_runs import dry_run
from higgsml_scoring.results import Results, read_results
from higgsml_scoring.settings import ReferenceSettings

ROOT = Path(__file__).parents[1]
SUBMISSIONS = (
    "sample_submission",
    "examples/fixed_nuisances",
    "examples/stat_only",
    "examples/cut_and_count",
    "examples/counting",
)
EXPERIMENTS = 10
"""Of each set of the longer run."""
HEAD = (
    "| submission | run | width | bias | coverage |\n|------------|-----|-------|------|----------|"
)


class Row(NamedTuple):
    """What a run measured: means over its experiments, with their errors."""

    width: float
    width_error: float
    bias: float
    bias_error: float
    coverage: float
    coverage_error: float


def measure(
    bundle: Bundle, submission: Path, output: Path, experiments: int, effort: float | None
) -> Results:
    """The results of a submission on the bundle's own events; those of a trial with an effort."""
    input_data = bundle.folders["input_data"]
    with TemporaryDirectory() as folder:
        if effort is not None:
            input_data = trial_input(input_data, Path(folder) / "input_data")
        dry_run(
            bundle,
            submission=submission,
            input_data=input_data,
            output=output,
            overrides={**TRIAL_COUNTS, "num_pseudo_experiments": experiments},
            audit=1,
            resume=True,
            effort=effort,
        )
    return read_results(output / "predictions", ReferenceSettings(show_truth=True))


def row(results: Results, experiments: int) -> Row:
    """Means over the first experiments of each set."""
    answers, mu = results.answers, results.mu[:, np.newaxis]
    low, high = answers.p16[:, :experiments], answers.p84[:, :experiments]
    columns = high - low, answers.mu_hat[:, :experiments] - mu, (low <= mu) & (mu <= high)
    values = [np.asarray(column, dtype=float) for column in columns]
    pairs = [(each.mean(), each.std(ddof=1) / np.sqrt(each.size)) for each in values]
    return Row(*(float(number) for pair in pairs for number in pair))


def line(name: str, what: str, found: Row) -> str:
    """A row of the table."""
    return (
        f"| {name} | {what} | {found.width:.3f} ± {found.width_error:.3f} | {found.bias:+.3f} ±"
        f" {found.bias_error:.3f} | {found.coverage:.2f} ± {found.coverage_error:.2f} |"
    )


def both(bundle: Bundle, submission: Path, output: Path) -> dict[str, Row]:
    """The trial, what the longer run measured in the trial's experiments, and in all."""
    in_trial, name = TRIAL_COUNTS["num_pseudo_experiments"], submission.name
    trial = measure(bundle, submission, output / f"{name}_trial", in_trial, TRIAL_EFFORT)
    full = measure(bundle, submission, output / name, EXPERIMENTS, None)
    return {
        "trial": row(trial, in_trial),
        "full, the trial's experiments": row(full, in_trial),
        "full, all experiments": row(full, EXPERIMENTS),
    }


def summary(found: dict[str, dict[str, Row]]) -> list[str]:
    """A table: width in the trial over that in full, and the rank by width (1: narrowest)."""
    widths = [[each.width for each in rows.values()] for rows in found.values()]
    ranks = 1 + np.argsort(np.argsort(widths, axis=0), axis=0)
    lines = [
        "| submission | width, trial / full, same experiments | rank, trial | rank, full |",
        "|------------|--------------------------------------|-------------|------------|",
    ]
    for name, (trial, full, _), (in_trial, _, in_full) in zip(found, widths, ranks, strict=True):
        lines.append(f"| {name} | {trial / full:.3f} | {in_trial} | {in_full} |")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run them, print the tables; 1 if a submission failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submissions", nargs="*", default=SUBMISSIONS)
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "trials")
    parser.add_argument("--bundle", type=Path, default=ROOT, help="whose events are measured")
    arguments = parser.parse_args(argv)
    arguments.output.mkdir(parents=True, exist_ok=True)
    bundle = read_bundle(arguments.bundle)
    found: dict[str, dict[str, Row]] = {}
    failed = []
    for each in arguments.submissions:
        submission = ROOT / each
        try:
            found[submission.name] = both(bundle, submission, arguments.output)
        except HiggsMLError as error:
            failed.append(f"{each}: {error}")
            continue
        lines = [line(submission.name, what, one) for what, one in found[submission.name].items()]
        print("", HEAD, *lines, "", sep="\n", flush=True)
    tables = [line(name, *pair) for name, rows in found.items() for pair in rows.items()]
    print("", HEAD, *tables, "", *summary(found), sep="\n")
    print(*failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
