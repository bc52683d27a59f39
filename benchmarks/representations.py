"""Events per CPU second of one core, for each representation of events and each metric of scores.

    python benchmarks/representations.py [--events 20000] [--rounds 5]
    python benchmarks/representations.py --picture pages/approaches_images.png

Median and range of the rounds, on generated events; metrics on a million scores. `--picture` draws
an event of each process as the images that networks look at, and measures nothing.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.preprocessing import StandardScaler

from HiggsML.approaches.pyramid_match import EVENT_SIDES, PyramidFeatures
from HiggsML.approaches.representations import (
    absent_as_nan,
    aggregate,
    cartesian,
    eta_phi_image,
    event_momenta,
    event_objects,
    from_cartesian,
    is_present,
    normalise,
    orient,
    oriented_cartesian,
    pixel_image,
    text_image,
)
from HiggsML.figures.style import PROCESS_NAMES, house_style, new_figure
from HiggsML.generation import generate
from HiggsML.metrics import best_cut, log_loss, max_significance, rejection, weighted_confusion
from HiggsML.schema import DETAILED_LABELS, FEATURES, PROCESSES

SCORES = 1_000_000


def rates(jobs: Mapping[str, Callable[[], Any]], events: int, rounds: int) -> None:
    """Print events per CPU second of each job."""
    for name, job in jobs.items():
        job()
        seconds = []
        for _ in range(rounds):
            start = time.process_time()
            job()
            seconds.append(time.process_time() - start)
        low, median, high = events / np.quantile(seconds, [1.0, 0.5, 0.0])
        print(f"{name:44s} {median:12,.0f}/s  ({low:,.0f} to {high:,.0f})", flush=True)


def of_events(frame: pd.DataFrame) -> dict[str, Callable[[], Any]]:
    """The representations, each from what stands before it."""
    x = frame[[*FEATURES]].to_numpy(np.float32)
    momenta, _ = oriented_cartesian(x)
    standard = StandardScaler().fit_transform(absent_as_nan(momenta))
    objects = event_objects(x)
    present = is_present(objects)
    of_present, counts = objects[present], present.sum(axis=1)
    vectors = event_momenta(x, FEATURES)
    images = eta_phi_image(*vectors)
    return {
        "orient": lambda: orient(x),
        "cartesian": lambda: cartesian(x),
        "from_cartesian": lambda: from_cartesian(cartesian(x)),
        "event_objects": lambda: event_objects(x),
        "PyramidFeatures": lambda: PyramidFeatures(EVENT_SIDES).fit_transform(objects),
        "aggregate, 8 quantities": lambda: aggregate(of_present, counts),
        "pixel_image, 6 x 6": lambda: pixel_image(standard),
        "pixel_image, 56 x 56 in squares": lambda: pixel_image(standard, 56),
        "pixel_image, 224 x 224 in bars": lambda: pixel_image(standard, 224, style="bars"),
        "text_image, 90 x 80": lambda: text_image(momenta),
        "text_image, 224 x 224": lambda: text_image(momenta, (224, 224)),
        "eta_phi_image, 33 x 33": lambda: eta_phi_image(*vectors),
        "normalise, 33 x 33, max": lambda: normalise(images, "max"),
        "normalise, 33 x 33, log": lambda: normalise(images, "log"),
    }


def of_scores() -> dict[str, Callable[[], Any]]:
    """The metrics, on scores of a good classifier."""
    rng = np.random.default_rng(0)
    is_signal = rng.random(SCORES) < 0.3
    scores = 1.0 / (1.0 + np.exp(-rng.normal(2.0 * is_signal, 1.5)))
    weights = rng.random(SCORES)
    table = np.column_stack([1.0 - scores, scores])
    codes, decided = is_signal.astype(int), (scores > 0.5).astype(int)
    return {
        "best_cut": lambda: best_cut(scores, is_signal, weights),
        "max_significance": lambda: max_significance(scores, is_signal, weights),
        "rejection": lambda: rejection(scores, is_signal, weights),
        "log_loss": lambda: log_loss(table, codes, weights),
        "weighted_confusion": lambda: weighted_confusion(codes, decided, weights, classes=(0, 1)),
    }


def picture(frame: pd.DataFrame) -> Figure:
    """An event of each process, with two jets where there is one, as images of four kinds."""
    x = frame[[*FEATURES]].to_numpy(np.float32)
    momenta, _ = oriented_cartesian(x)
    standard = StandardScaler().fit_transform(absent_as_nan(momenta))
    processes = frame[DETAILED_LABELS].astype(str).to_numpy()
    jets = frame["PRI_n_jets"].to_numpy()
    chosen = [np.flatnonzero((processes == name) & (jets >= 2))[0] for name in PROCESSES]
    kinds = {
        "text, 90 x 80": text_image(momenta[chosen]),
        "a pixel for each feature, 6 x 6": pixel_image(standard[chosen]),
        "bars, 56 x 56": pixel_image(standard[chosen], 56, style="bars"),
        "momenta in η and φ, 33 x 33": normalise(
            eta_phi_image(*event_momenta(orient(x[chosen]), FEATURES))
        ),
    }
    with house_style():
        figure = new_figure(2.0 * len(kinds), 2.1 * len(chosen))
        grid = figure.subplots(len(chosen), len(kinds))
        for column, (kind, images) in zip(grid.T, kinds.items(), strict=True):
            column[0].set_title(kind)
            for axes, image in zip(column, images, strict=True):
                axes.imshow(image, vmin=0.0, vmax=images.max(), cmap="magma", aspect="auto")
                axes.set(xticks=[], yticks=[])
                axes.spines[:].set_visible(False)
        for axes, name in zip(grid[:, 0], PROCESSES, strict=True):
            axes.set_ylabel(PROCESS_NAMES[name])
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    shares = {"htautau": 0.3, "ztautau": 0.5, "ttbar": 0.1, "diboson": 0.1}
    frame = generate({name: int(share * options.events) for name, share in shares.items()}, 1)
    if options.picture:
        picture(frame).savefig(options.picture, dpi=100)
        return
    rates(of_events(frame), len(frame), options.rounds)
    rates(of_scores(), SCORES, options.rounds)


if __name__ == "__main__":
    main()
