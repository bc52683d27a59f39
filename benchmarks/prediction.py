"""Where the time of a prediction of the sample submission goes, and how far it is from the floor.

    python benchmarks/prediction.py [--repeat 9]

CPU milliseconds of one thread for a full-size experiment (10/fb), the least of some repetitions.
The networks have the shapes of the sample submission; they are trained on few events, which changes
no times. The floor is the number of multiplications and additions of both networks over the speed
of products of matrices of 2,048 x 128 and 128 x 128, measured beside them.
"""

import argparse
import importlib.util
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import Experiment, draw_pseudo_experiment, experiment_seed
from HiggsML.generation import generate, generate_blocks
from HiggsML.inference.forward_pass import probabilities
from HiggsML.inference.samples import feature_matrix
from HiggsML.nuisances import NUISANCES
from HiggsML.schema import PROCESSES
from HiggsML.systematics import systematics

MODEL = Path(__file__).parent.parent / "sample_submission/model.py"
TRAIN = dict(zip(PROCESSES, (100_000, 800_000, 100_000, 60_000), strict=True))
POOL = dict(zip(PROCESSES, (100_000, 2_000_000, 300_000, 100_000), strict=True))
BLOCK = 1 << 15


def fitted():
    spec = importlib.util.spec_from_file_location("sample_submission", MODEL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    events = generate(TRAIN, 1)
    model = module.Model(lambda: events, systematics)
    model.classifier.set_params(max_iter=1)
    model.n_toys, model.shifted_rows = 0, 50_000
    model.fit()
    return model


def least_ms(work, repeat):
    times = []
    for _ in range(repeat):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1e3 * min(times)


def parts(model, x):
    """What is timed, by name."""
    bins = model.bins
    blocks = [x[start : start + BLOCK] for start in range(0, len(x), BLOCK)]
    rich = [np.flatnonzero(bins.selection.is_signal_rich(block)) for block in blocks]
    inputs = [bins.inputs(block, rows) for block, rows in zip(blocks, rich, strict=True)]
    counts = bins.histogram(x)
    yield "scout", lambda: [bins.selection.is_signal_rich(block) for block in blocks]
    yield "counting bins", lambda: [bins.counting.bin_of(block) for block in blocks]
    yield (
        "inputs",
        lambda: [bins.inputs(block, rows) for block, rows in zip(blocks, rich, strict=True)],
    )
    yield "network", lambda: [probabilities(bins.classifier, some) for some in inputs]
    yield "events to counts, all of this", lambda: bins.histogram(x)
    yield "fit", lambda: model._fit_mu(counts)


def multiplications(network, events):
    return events * sum(weights.size for weights in network.coefs_)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=9)
    repeat = parser.parse_args().repeat
    model = fitted()
    pool = EventPool.from_blocks(generate_blocks(POOL, 2))
    seed = experiment_seed(1, Experiment(0, 0))
    data = draw_pseudo_experiment(pool, 1.0, tuple(NUISANCES), seed).test_set()["data"]
    with threadpool_limits(1):
        x = feature_matrix(data)
        kept = np.count_nonzero(model.bins.selection.is_signal_rich(x))
        print(f"{len(x):,} events, {kept:,} kept by the scout, {model.bins.n_bins} bins")
        for name, work in parts(model, x):
            print(f"{name:30} {least_ms(work, repeat):6.1f} ms")
        print(f"{'predict':30} {least_ms(lambda: model.measure(data), repeat):6.1f} ms")
        one, other = np.ones((2048, 128), np.float32), np.ones((128, 128), np.float32)
        rate = 100 * one.size * 128 / least_ms(lambda: [one @ other for _ in range(100)], repeat)
        needed = multiplications(model.selection.classifier, len(x))
        needed += multiplications(model.classifier, kept)
        print(
            f"{2 * needed / 1e9:.1f} GFLOP at {2 * rate / 1e6:.0f} GFLOP/s: {needed / rate:.1f} ms"
        )


if __name__ == "__main__":
    main()
