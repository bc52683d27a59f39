"""What each ingredient of the sample submission is worth, on the same held-out events.

    python benchmarks/classifier.py [--train H Z T V] [--test H Z T V] [--ends] [--results FOLDER]

Every recipe is fitted as in a run, on the same training events, and counts the same held-out events
of another seed in its bins: the width is that of an interval from statistics alone,
2 / sqrt(sum s^2 / (mu s + b)), averaged over ten mu in [0.1, 3], with all bins, the counting bins
too. Errors of ratios are from twenty parts of the held-out events, each left out once: common
fluctuations cancel. The last rows are the learning curve of the whole recipe; `--ends` leaves them
out, and all recipes but the first and the whole one. A table in Markdown goes to standard output
and to `results/classifier/table.md`.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier
from tqdm import tqdm

from HiggsML.generation import generate
from HiggsML.inference import AnnealedNetwork, Measurement, Scout, physics_inputs
from HiggsML.inference.samples import samples_of, under_shift
from HiggsML.schema import PROCESSES
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML

ROOT = Path(__file__).parent.parent
TRAIN = (3_000_000, 10_000_000, 1_500_000, 700_000)
TEST = (400_000, 4_000_000, 600_000, 200_000)
PARTS = 20
MUS = np.linspace(*HIGGSML.mu_range, 10)
SHIFTED = 100_000  # rows: the bins need them, the width does not
ALL = 100_000_000


def small_network():
    """The network of `examples/small_network`."""
    return MLPClassifier(
        (64, 64), batch_size=1024, learning_rate_init=2e-3, max_iter=25, random_state=1
    )


def annealed(*layers):
    return AnnealedNetwork(
        layers, batch_size=2048, learning_rate_init=3e-3, max_iter=6, random_state=1
    )


def scouted(**more):
    return {"selection": Scout(0.08), "training_rows": ALL} | more


RECIPES = {
    "small network, cuts, 200,000 events of a process": lambda: (small_network(), {}),
    "a scout in place of cuts, all events": lambda: (annealed(64, 64), scouted()),
    "three layers of 128": lambda: (annealed(128, 128, 128), scouted()),
    "physics inputs": lambda: (annealed(128, 128, 128), scouted(inputs=physics_inputs)),
}
CURVE = (0.25, 0.0625)
"""Shares of the training events."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    counts = {"nargs": 4, "type": int, "metavar": tuple(name[0].upper() for name in PROCESSES)}
    parser.add_argument("--train", default=TRAIN, help="events generated for the fit", **counts)
    parser.add_argument("--test", default=TEST, help="held-out events", **counts)
    parser.add_argument("--ends", action="store_true", help="the first and the last recipe only")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--results", type=Path, default=ROOT / "results/classifier")
    options = parser.parse_args()
    events = generate(dict(zip(PROCESSES, options.train, strict=True)), options.seed)
    held_out = generate(dict(zip(PROCESSES, options.test, strict=True)), options.seed + 1)
    jobs = [(name, recipe, 1.0) for name, recipe in RECIPES.items()]
    if options.ends:
        jobs = [jobs[0], jobs[-1]]
    else:
        whole = list(RECIPES.values())[-1]
        jobs += [(f"the same with {share:.4g} of the events", whole, share) for share in CURVE]
    rows = []
    for name, recipe, share in tqdm(jobs, "recipes"):
        classifier, more = recipe()
        part = events
        if share < 1.0:
            part = events.iloc[: int(share * len(events))]  # in random order
            part = part.assign(weights=part["weights"] / np.float32(share))
        rows.append({"recipe": name} | fitted(classifier, more, part, held_out))
    write(rows, options.results)


def fitted(classifier, more, events, held_out):
    """Times, and the expected events (parts, P, bins) of the held-out events."""
    measurement = Measurement(
        classifier, lambda: events, systematics, shifted_rows=SHIFTED, n_toys=0, **more
    )
    began = time.process_time()
    measurement.fit()
    seconds = time.process_time() - began
    samples = samples_of(held_out)
    filled = np.zeros((PARTS, len(PROCESSES), measurement.bins.n_bins))
    bins = measurement.bins

    def count(left):
        return bins.histogram(left.features, left.weights)

    for part in range(PARTS):
        some = [sample.some(part, PARTS) for sample in samples]
        for code, piece in under_shift(some, {}, systematics, part, count):
            filled[part, code] += piece
    return {"fit CPU s": seconds, "bins": measurement.bins.n_bins, "filled": filled}


def width(filled):
    """Mean over mu of the width from statistics alone.

    Args:
        filled: (P, bins) expected events.
    """
    signal, background = (
        filled[HIGGSML.signal_code],
        np.delete(filled, HIGGSML.signal_code, 0).sum(0),
    )
    there = signal + background > 0.0
    signal, background = signal[there], background[there]
    information = [np.sum(signal**2 / (mu * signal + background)) for mu in MUS]
    return float(np.mean(2.0 / np.sqrt(information)))


def jackknife(values):
    """Error of what was computed with each part left out."""
    return float(np.std(values) * np.sqrt(len(values) - 1))


def write(rows, folder):
    lines = [
        "| recipe | width | ratio to the first | CPU seconds to fit | bins |",
        "|---|---|---|---|---|",
    ]
    first = None
    for row in rows:
        filled = row["filled"]
        total = filled.sum(axis=0)
        without = np.array([width((total - part) * PARTS / (PARTS - 1)) for part in filled])
        first = first or (width(total), without)
        ratio, error = width(total) / first[0], jackknife(without / first[1])
        lines.append(
            f"| {row['recipe']} | {width(total):.4f} ± {jackknife(without):.4f} | {ratio:.4f} ± "
            f"{error:.4f} | {row['fit CPU s']:.0f} | {row['bins']} |"
        )
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    (folder / "table.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
