"""How well `higgsml dry-run --trial` predicts a longer run: the same submissions in both.

    python benchmarks/trials.py [--output results/trials] [SUBMISSION ...]

The experiments of a trial are among those of the longer run, so that on these the widths and the
coverage differ by what a trial leaves out of the fit, and by nothing else.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from higgsml_kit.bundle import read_bundle
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


class Row(NamedTuple):
    """What a run measured: means over its experiments, with their errors."""

    width: float
    width_error: float
    bias: float
    bias_error: float
    coverage: float
    coverage_error: float


def measure(submission: str, output: Path, experiments: int, effort: float | None) -> Results:
    """The results of a submission on the bundle's own events."""
    bundle = read_bundle(ROOT)
    input_data = bundle.folders["input_data"]
    with TemporaryDirectory() as folder:
        dry_run(
            bundle,
            submission=ROOT / submission,
            input_data=input_data
            if effort is None
            else trial_input(input_data, Path(folder) / "input_data"),
            output=output,
            overrides={**TRIAL_COUNTS, "num_pseudo_experiments": experiments},
            audit=1,
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


def main() -> None:
    """Run them, print the table, and what a trial predicts with which error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submissions", nargs="*", default=SUBMISSIONS)
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "trials")
    arguments = parser.parse_args()
    in_trial = TRIAL_COUNTS["num_pseudo_experiments"]
    lines = ["| submission | run | width | bias | coverage |", "|---|---|---|---|---|"]
    ratios, order = [], []
    names = {Path(submission).name: submission for submission in arguments.submissions}
    fulls = {n: measure(s, arguments.output / n, EXPERIMENTS, None) for n, s in names.items()}
    for name, submission in names.items():
        output = arguments.output / f"{name}_trial"
        trial, full = measure(submission, output, in_trial, TRIAL_EFFORT), fulls[name]
        rows = row(trial, in_trial), row(full, in_trial), row(full, EXPERIMENTS)
        shown = ("trial", "full, the trial's experiments", "full, all experiments")
        lines += [line(name, what, found) for what, found in zip(shown, rows, strict=True)]
        ratios.append(rows[0].width / rows[1].width)
        order.append((rows[0].width, rows[2].width))
    print("", *lines, "", sep="\n")
    print(f"Width in the trial over that in full, same experiments: {np.round(ratios, 3).tolist()}")
    places = np.argsort(np.argsort(order, axis=0), axis=0)
    print(f"Ranks by width, trial and full: {places.T.tolist()}")


if __name__ == "__main__":
    main()
