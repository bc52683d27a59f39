"""Time of scoring and drawing 10 sets of 100 and of 1000, beside HiggsML 0.1.5.

    python benchmarks/scoring.py
    pip install --no-deps --target FOLDER HiggsML==0.1.5 mpld3
    python benchmarks/scoring.py --reference FOLDER

Every run is a fresh process: start, imports, reading, scores, figures and page. With `--reference`
both take turns, and the ratio of neighbouring runs is given as well. Medians, with the range.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.results import write_results
from higgsml_scoring.drawings import draw_against_mu, draw_intervals, draw_overall
from higgsml_scoring.figures import save_figure
from higgsml_scoring.report import score
from higgsml_scoring.results import read_results
from higgsml_scoring.settings import ReferenceSettings

PROGRAM = Path(__file__).parents[1] / "scoring_program" / "run_scoring.py"
REFERENCE = """
import json, sys
from HiggsML.score import Scoring
folder, output = sys.argv[1:]
scoring = Scoring()
scoring.load_ingestion_duration(f"{folder}/ingestion_duration.json")
scoring.load_ingestion_results(folder, output)
scoring.compute_scores(json.load(open(f"{folder}/test_settings.json")))
scoring.write_scores()
"""


def write_run(folder: Path, experiments: int) -> None:
    """Ten sets of a calibrated Gaussian measurement, readable for both programs."""
    rng = np.random.default_rng(0)
    mus = rng.uniform(0.1, 3, 10)
    sets = [
        [Prediction(mu_hat, 0.275, mu_hat - 0.275, mu_hat + 0.275) for mu_hat in row.tolist()]
        for row in mus[:, np.newaxis] + rng.normal(0, 0.275, (10, experiments))
    ]
    truth = {
        "ground_truth_mus": mus.tolist(),
        "num_of_sets": 10,
        "num_pseudo_experiments": experiments,
        "systematics": {"tes": True},
    }
    digest = "00" * 32
    facts: dict[str, Any] = {
        "versions": {}, "stages": {}, "workers": 1, "random_seed": 0,
        "isolation": {"level": "none", "missing": []}, "settings_digest": digest,
        "experiments_digest": digest, "submission_digest": digest,
    }  # fmt: skip
    write_results(folder, sets, 1.0, truth, facts)


def write_old_spelling(source: Path, folder: Path) -> None:
    """The same run with the keys that HiggsML 0.1.5 reads."""
    folder.mkdir()
    for path in source.glob("*.json"):
        text = path.read_text().replace('"p16"', '"p16s"').replace('"p84"', '"p84s"')
        (folder / path.name).write_text(text)


def measure(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Wall and CPU seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "CPU": cpu}


def summary(values: list[float], unit: str) -> str:
    """Median and range."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):6.2f}{unit} ({low:.2f} to {high:.2f})"


def benchmark(experiments: int, repeats: int, reference: Path | None, folder: Path) -> None:
    """Run both programs in turns on one run, and print what they took."""
    results, old, output = folder / "results", folder / "old", folder / "output"
    results.mkdir()
    output.mkdir()
    write_run(results, experiments)
    write_old_spelling(results, old)
    (folder / "settings.yaml").write_text("show_truth: true\n")
    ours = [sys.executable, str(PROGRAM), f"-p{results}", f"-r{folder}", f"-o{output}"]
    commands = {"this": (ours, dict(os.environ))}
    if reference is not None:
        theirs = [sys.executable, "-c", REFERENCE, str(old), str(folder)]
        commands["0.1.5"] = (theirs, {**os.environ, "PYTHONPATH": str(reference)})
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            runs[name].append(measure(*command))
    print(f"10 x {experiments}")
    for kind in ("wall", "CPU"):
        for name, taken in runs.items():
            print(f"  {kind:4} {name:6} {summary([run[kind] for run in taken], ' s')}")
        if reference is not None:
            pairs = zip(runs["0.1.5"], runs["this"], strict=True)
            ratios = [theirs[kind] / ours[kind] for theirs, ours in pairs]
            print(f"  {kind:4} ratio  {summary(ratios, '  ')}")
    pages = {"this": output, "0.1.5": folder}
    sizes = {name: (pages[name] / "detailed_results.html").stat().st_size for name in commands}
    print("  page ", ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in sizes.items()))
    seconds, name = slowest_figure(folder)
    print(f"  slowest figure: {name}, {seconds:.2f} s CPU for SVG and PNG")
    if reference is not None:
        scores = [json.loads((pages[name] / "scores.json").read_text()) for name in commands]
        largest = max(abs(scores[0][key] - scores[1][key]) for key in scores[0])
        print(f"  largest difference of a score: {largest:.1e} (0.1.5 rounds to 4 digits)")


def slowest_figure(folder: Path) -> tuple[float, str]:
    """CPU seconds, and the name, of the figure that takes longest to draw and save."""
    results = read_results(folder / "results", ReferenceSettings(show_truth=True))
    report = score(results.mu, results.answers, results.ingestion_duration, bootstraps=10)
    taken = []
    for draw in (
        lambda: draw_overall(report),
        lambda: draw_against_mu(report, results.answers),
        lambda: draw_intervals(report, results.answers),
    ):
        start = time.process_time()
        for drawing in draw():
            save_figure(drawing.figure, folder, drawing.name)
            taken.append((time.process_time() - start, drawing.name))
            start = time.process_time()
    return max(taken[1:])  # the first one loads the font


def main() -> None:
    """Benchmark both sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reference", type=Path, help="folder with HiggsML 0.1.5 and mpld3")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    for experiments in (100, 1000):
        with tempfile.TemporaryDirectory() as folder:
            benchmark(experiments, arguments.repeats, arguments.reference, Path(folder))


if __name__ == "__main__":
    main()
