"""Trees, pixel images and text images on rows of the challenge of 2014, over five folds.

    python benchmarks/images_2014.py --data FOLDER [--output results/images_2014]

FOLDER holds signal.csv and background.csv; the folds are those of `higgsml approaches --data`. All
see the same features, oriented and with Cartesian momenta, and train without weights. Convolutions
on 56 x 56 pixels also start from a network that generated events of the four processes have
trained, in the same image: only its head is refined, or all of it in two stages.

AUC and error rate count rows without weights; errors come from resampled rows, the same ones for
all approaches. Text is learned by heart, so that it is gone through three times only, in small
steps. The AMS is that of all rows at their full yields, at the cut that they choose.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

from HiggsML.approaches import PixelCNN
from HiggsML.approaches.representations import absent_as_nan, oriented_cartesian
from HiggsML.figures.classifiers import learning_curves
from HiggsML.generation import generate
from HiggsML.metrics import ams, auc, best_cut, paired_bootstrap
from HiggsML.schema import DETAILED_LABELS, FEATURES
from HiggsML.systematics import systematics
from higgsml_kit.comparison.challenge_2014 import Rows, read_2014

FOLDS, SEED, EPOCHS, HEAD_EPOCHS = 5, 1, 8, 4
TREES: dict[str, Any] = {"n_estimators": 600, "max_depth": 5, "learning_rate": 0.02}
IMAGES: dict[str, Any] = {
    "channels": (8, 16, 32),
    "batch_size": 128,
    "learning_rate": 2e-3,
    "validation": 0.1,
    "random_state": SEED,
}
COUNTS = {"htautau": 25_000, "ztautau": 25_000, "ttbar": 15_000, "diboson": 15_000}


def pixels(epochs: int = EPOCHS, **further: Any) -> PixelCNN:
    """Convolutions on blocks of 9 x 9 pixels."""
    return PixelCNN(56, epochs=epochs, **IMAGES | further)


def pretrained(columns: tuple[str, ...]) -> PixelCNN:
    """Convolutions that have learned to tell the four processes apart, in the image of 2014."""
    events = systematics(generate(COUNTS, SEED))
    table, names = oriented_cartesian(events[list(FEATURES)].to_numpy(np.float64), FEATURES)
    ours = [name.replace("tau", "had").replace("PRI_jet_num", "PRI_n_jets") for name in columns]
    known = {name: absent_as_nan(table[:, i]) for i, name in enumerate(names)}
    nothing = np.full(len(table), np.nan)  # two features are not ours, and stay black
    x = np.stack([known.get(name, nothing) for name in ours], axis=1)
    return pixels(3, batch_size=512).fit(x, events[DETAILED_LABELS])


def scored(rows: Rows) -> tuple[dict[str, np.ndarray], dict[str, float], dict[str, Any]]:
    """Scores of all rows by approach, CPU seconds of a fold, and validation curves."""
    numbers, columns = oriented_cartesian(rows.features, rows.columns)
    table = absent_as_nan(numbers)
    start = time.process_time()
    backbone = pretrained(columns)
    seconds = {"pretraining": time.process_time() - start}
    print(f"pretraining: {seconds['pretraining']:.0f} CPU s", flush=True)
    jobs: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "trees": (
            lambda: XGBClassifier(**TREES, subsample=0.5, colsample_bytree=0.5, random_state=SEED,
                                  n_jobs=1),
            table, {},
        ),
        "pixels": (pixels, table, {}),
        "pixels, pretrained, head": (
            lambda: pixels(0), table, {"start": backbone, "head_epochs": HEAD_EPOCHS},
        ),
        "pixels, pretrained, two stages": (
            pixels, table, {"start": backbone, "head_epochs": HEAD_EPOCHS},
        ),
        "text": (
            lambda: PixelCNN(90, "text", **IMAGES | {"epochs": 3, "batch_size": 64}), numbers, {},
        ),
    }  # fmt: skip
    scores, curves = {}, {}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for name, (build, x, options) in jobs.items():
        start = time.process_time()
        scores[name], histories = np.empty(len(x)), []
        for train, test in folds.split(x, rows.is_signal):
            classifier = build().fit(x[train], rows.is_signal[train].astype(int), **options)
            scores[name][test] = classifier.predict_proba(x[test])[:, 1]
            histories.append(getattr(classifier, "history_", {}))
        curves[name] = {
            k: np.mean([h[k][: min(len(g[k]) for g in histories)] for h in histories], axis=0)
            for k in histories[0]
        }  # of the epochs that all folds have
        seconds[name] = (time.process_time() - start) / FOLDS
        print(f"{name}: AUC {auc(scores[name], rows.is_signal):.4f},"
              f" {seconds[name]:.0f} CPU s a fold", flush=True)  # fmt: skip
    return scores, seconds, curves


def table(scores: dict[str, np.ndarray], seconds: dict[str, float], rows: Rows) -> str:
    """What is shown, in Markdown."""
    again = paired_bootstrap(auc, scores, rows.is_signal)
    lines = ["| approach | AUC | minus trees | minus pixels | error | AMS at cut | max | CPU s |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, p in scores.items():
        cells = [f"{auc(p, rows.is_signal):.4f} ± {again[name].std():.4f}"]
        for other in ("trees", "pixels"):
            apart = auc(p, rows.is_signal) - auc(scores[other], rows.is_signal)
            error = (again[name] - again[other]).std()
            cells.append("" if name == other else f"{apart:+.4f} ± {error:.4f}")
        wrong = float(np.mean((p > 0.5) != rows.is_signal))
        cells.append(f"{wrong:.3f} ± {np.sqrt(wrong * (1.0 - wrong) / len(p)):.3f}")
        chosen = best_cut(p, rows.is_signal, rows.weights)

        def ams_there(p: Any, truth: Any, weights: Any, cut: float = chosen.cut) -> float:
            passed = p >= cut
            return float(ams(weights[passed & truth].sum(), weights[passed & ~truth].sum()))

        error = paired_bootstrap(ams_there, {name: p}, rows.is_signal, rows.weights)[name].std()
        cells += [f"{chosen.ams:.2f} ± {error:.2f}", f"{chosen.best_ams:.2f}",
                  f"{seconds[name]:.0f}"]  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + f"\n\nPretraining took {seconds['pretraining']:.0f} CPU s.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="signal.csv and background.csv")
    parser.add_argument("--output", type=Path, default=Path("results/images_2014"))
    arguments = parser.parse_args()
    rows = read_2014(arguments.data)
    arguments.output.mkdir(parents=True, exist_ok=True)
    scores, seconds, curves = scored(rows)
    np.savez(arguments.output / "scores.npz", **scores)
    text = table(scores, seconds, rows)
    print(text)
    (arguments.output / "table.md").write_text(text, encoding="utf-8")
    shown = {name: {k: v.tolist() for k, v in found.items()} for name, found in curves.items()}
    (arguments.output / "curves.json").write_text(json.dumps(shown, indent=1), encoding="utf-8")
    for name, found in curves.items():
        if found:
            learning_curves(found).savefig(
                arguments.output / f"learning_{name.replace(', ', '_').replace(' ', '_')}.png"
            )


if __name__ == "__main__":
    main()
