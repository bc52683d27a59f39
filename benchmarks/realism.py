"""How real do generated events look? A table, and figures that lay them over reference events.

    python benchmarks/realism.py [--data ../shared/data] [--output results/realism]

The references are rows of the public data set and rows of a full simulation (Pythia 8 and an
emulation of the organisers' detector). For each process and reference: the area under the ROC curve
(AUC) of boosted trees that tell generated rows from reference rows (0.5: they cannot), the
fractions of events by number of jets, and the largest distance of the distribution functions
(Kolmogorov-Smirnov) of each feature. Then a Higgs-versus-Z classifier is trained on generated and
on simulated rows, and both are scored on the same rows.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from HiggsML.definitions.features import derive
from HiggsML.generation.blocks import generate_block
from HiggsML.schema import DETAILED_LABELS, FEATURES, PRI_COLUMNS, PROCESSES, UNDEFINED, WEIGHTS

Array = npt.NDArray[np.float64]

SIMULATED, REAL = "simulated", "public"
GENERATED_ROWS = 200_000
FEWEST_ROWS = 100  # in a reference, for a two-sample test to say something
SEED = 2025
FOLDS = 5
COLOURS = ("#0072B2", "#D55E00")
SUMMARIES = {
    "masses": ("DER_mass_vis", "PRI_met", "DER_met_phi_centrality"),
    "jets": ("PRI_n_jets", "PRI_jet_leading_pt", "DER_pt_h"),
}
"""Figures of the page on the generator, and their features."""


class Reference(NamedTuple):
    """Rows to compare with."""

    features: Array
    """(n, 28), of equal weight."""
    groups: npt.NDArray[np.int64]
    """(n,), rows that stem from one parton-level event have equal numbers."""


def with_derived(primaries: npt.NDArray[np.float32]) -> Array:
    """Primary features (n, 16) to all 28."""
    columns = dict(zip(PRI_COLUMNS, primaries.T.astype(np.float64), strict=True))
    return np.column_stack([*columns.values(), *derive(columns).values()])


def read_references(folder: Path) -> dict[str, dict[str, Reference]]:
    """References by name and process. Rows are thinned so that their weights become equal."""
    real = [folder / "real" / "FAIR_Universe_HiggsML_data.parquet"]
    real.append(folder / "real_more_rows.parquet")
    frames = {
        REAL: pd.concat([pd.read_parquet(path) for path in real], ignore_index=True),
        SIMULATED: pd.read_parquet(folder / "pythia_rows.parquet"),
    }
    rng = np.random.default_rng(SEED)
    references: dict[str, dict[str, Reference]] = {name: {} for name in frames}
    for name, frame in frames.items():
        for process, rows in frame.groupby(DETAILED_LABELS):
            if name == SIMULATED:  # in the public data, weights differ by 1 %: left aside
                rows = rows[rng.random(len(rows)) < rows[WEIGHTS] / rows[WEIGHTS].max()]
            groups = rows["event_id"] if "event_id" in rows else np.arange(len(rows))
            features = with_derived(rows[list(PRI_COLUMNS)].to_numpy(np.float32))
            references[name][str(process)] = Reference(features, np.asarray(groups, np.int64))
    return references


def generated(process: str, count: int, seed: int = SEED) -> Array:
    """Generated events in their natural proportions, (count, 28)."""
    return with_derived(generate_block(process, count, seed, 0))


def folds(groups: npt.NDArray[np.int64]) -> Iterator[tuple[npt.NDArray[np.bool_], ...]]:
    """Masks of training and test rows; each group falls into the test rows of one fold."""
    numbers, group_of_row = np.unique(groups, return_inverse=True)
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(numbers))[group_of_row]
    for k in range(FOLDS):
        yield fold != k, fold == k


def two_sample_auc(reference: Reference, ours: Array) -> tuple[float, float]:
    """Mean and spread, over folds, of the AUC that separates reference from generated rows."""
    x = np.concatenate([reference.features, ours])
    y = np.repeat([1, 0], [len(reference.features), len(ours)])
    groups = np.concatenate([reference.groups, -1 - np.arange(len(ours))])
    balance = np.where(y == 1, len(ours) / len(reference.features), 1.0)
    aucs = []
    for train, test in folds(groups):
        classifier = HistGradientBoostingClassifier(random_state=0)
        classifier.fit(x[train], y[train], sample_weight=balance[train])
        aucs.append(roc_auc_score(y[test], classifier.predict_proba(x[test])[:, 1]))
    return float(np.mean(aucs)), float(np.std(aucs))


def ks_distance(a: Array, b: Array) -> float:
    """Largest distance of two samples' distribution functions."""
    a, b = np.sort(a), np.sort(b)
    both = np.concatenate([a, b])
    shares = [np.searchsorted(x, both, side="right") / len(x) for x in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())


def jet_fractions(features: Array) -> Array:
    """Fractions of events with 0, 1, 2 and 3 or more jets."""
    jets = features[:, FEATURES.index("PRI_n_jets")].astype(int)
    return np.bincount(np.minimum(jets, 3), minlength=4) / len(jets)


def _higgs_versus_z(rows: dict[str, Reference]) -> tuple[Array, Array, Array]:
    parts = [rows["htautau"], rows["ztautau"]]
    x = np.concatenate([part.features for part in parts])
    y = np.repeat([1, 0], [len(part.features) for part in parts])
    return x, y, np.concatenate([part.groups for part in parts])


def transfer(references: dict[str, dict[str, Reference]]) -> "pd.Series[float]":
    """AUC of Higgs against Z on the references' rows, by what the classifier was trained on."""
    x, y, groups = _higgs_versus_z(references[SIMULATED])
    x_real, y_real, _ = _higgs_versus_z(references[REAL])
    ours = {p: generated(p, len(references[SIMULATED][p].features)) for p in PROCESSES[:2]}
    x_ours = np.concatenate(list(ours.values()))
    y_ours = np.repeat([1, 0], [len(part) for part in ours.values()])
    rows = []
    for train, test in folds(groups):
        row = {}
        # The same number of rows to train on, or the larger sample wins.
        some = np.random.default_rng(SEED).permutation(len(x_ours))[: train.sum()]
        for name, xs, ys in (
            (SIMULATED, x[train], y[train]),
            ("generated", x_ours[some], y_ours[some]),
        ):
            classifier = HistGradientBoostingClassifier(random_state=0).fit(xs, ys)
            for on, xt, yt in ((SIMULATED, x[test], y[test]), (REAL, x_real, y_real)):
                row[name, on] = roc_auc_score(yt, classifier.predict_proba(xt)[:, 1])
        rows.append(row)
    return pd.DataFrame(rows).mean()


def compare(name: str, process: str, reference: Reference, ours: Array) -> dict[str, Any]:
    """One row of the table."""
    n = len(reference.features)
    sample = ours[: max(n, 5_000)]
    auc, spread = two_sample_auc(reference, sample) if n >= FEWEST_ROWS else (np.nan, np.nan)
    theirs, mine = jet_fractions(reference.features), jet_fractions(ours)
    row = {"process": process, "reference": name, "rows": n, "AUC": auc, "AUC spread": spread}
    for jets, (a, b) in enumerate(zip(theirs, mine, strict=True)):
        row |= {f"{jets} jets": a, f"{jets} jets generated": b}
    for j, feature in enumerate(FEATURES):
        row[f"KS {feature}"] = ks_distance(reference.features[:, j], ours[:, j])
    return row


def overlay(process: str, ours: Array, references: dict[str, Reference]) -> Figure:
    """Every feature of generated and reference events of a process."""
    figure = Figure(figsize=(18, 22), layout="constrained")
    for j, axes in enumerate(figure.subplots(7, 4).ravel()):
        points = {name: reference.features[:, j] for name, reference in references.items()}
        _draw(axes, ours[:, j], points)
        axes.set(xlabel=FEATURES[j] + _unit(FEATURES[j]), ylabel="share of events")
        axes.legend(title=process, fontsize="small")
    return figure


def _draw(axes: Axes, ours: Array, references: dict[str, Array]) -> None:
    """Shares of all events by bin, undefined values left out; points with statistical errors."""
    mine = ours[ours != UNDEFINED]
    low, high = np.quantile(mine, [0.001, 0.99])
    whole = np.array_equal(mine, np.rint(mine))
    edges = np.arange(-0.5, 8.0) if whole else np.linspace(low, high, 31)
    shares = np.histogram(mine, edges)[0] / len(ours)
    axes.stairs(shares, edges, fill=True, color="0.8", label="generated")
    centres = 0.5 * (edges[1:] + edges[:-1])
    for (name, values), colour in zip(references.items(), COLOURS, strict=False):
        counts = np.histogram(values, edges)[0]
        n = len(values)
        errors = np.sqrt(counts) / n
        axes.errorbar(centres, counts / n, errors, fmt=".", ms=4, color=colour, label=name)


def _unit(feature: str) -> str:
    if feature.endswith("phi"):
        return " [rad]"
    if "ratio" in feature or "centrality" in feature:
        return ""
    return " [GeV]" if any(word in feature for word in ("_pt", "met", "mass")) else ""


def summary(
    features: Sequence[str], ours: dict[str, Array], references: dict[str, Reference]
) -> Figure:
    """A few features of every process, generated and fully simulated: the page's figures."""
    figure = Figure(figsize=(3.2 * len(PROCESSES), 2.6 * len(features)), layout="constrained")
    panels = figure.subplots(len(features), len(PROCESSES), squeeze=False)
    for process, column in zip(PROCESSES, panels.T, strict=True):
        for feature, axes in zip(features, column, strict=True):
            j = FEATURES.index(feature)
            _draw(axes, ours[process][:, j], {SIMULATED: references[process].features[:, j]})
            axes.set(xlabel=feature + _unit(feature), ylabel="share of events")
        column[0].set_title(process)
    panels[0, 0].legend(fontsize="small")
    return figure


def report(table: pd.DataFrame, transferred: "pd.Series[float]") -> str:
    """The table as Markdown."""
    lines = [
        "| process | reference | rows | AUC | jets 0/1/2/3+ | generated | largest KS distances |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        ks = sorted(((row[f"KS {name}"], name) for name in FEATURES), reverse=True)[:3]
        jets = " / ".join(f"{row[f'{k} jets']:.3f}" for k in range(4))
        mine = " / ".join(f"{row[f'{k} jets generated']:.3f}" for k in range(4))
        worst = ", ".join(f"{name} {value:.3f}" for value, name in ks)
        auc = f"{row['AUC']:.3f} ± {row['AUC spread']:.3f}" if row["AUC"] > 0 else "too few rows"
        lines.append(
            f"| {row['process']} | {row['reference']} | {row['rows']} | {auc} | {jets} | {mine} "
            f"| {worst} |"
        )
    lines += ["", "Higgs against Z, AUC:", "", "| trained on | scored on | AUC |", "|---|---|---|"]
    lines += [
        f"| {trained} | {scored} | {value:.4f} |"
        for (trained, scored), value in transferred.items()
    ]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the table and the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), metavar="DIR")
    parser.add_argument("--output", type=Path, default=Path("results/realism"), metavar="DIR")
    arguments = parser.parse_args(argv)
    if not (arguments.data / "pythia_rows.parquet").is_file():
        print(f"{arguments.data}: no reference rows here (pythia_rows.parquet); see --data.")
        return 1
    references = read_references(arguments.data)
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows = []
    everything = {process: generated(process, GENERATED_ROWS) for process in PROCESSES}
    for name, features in SUMMARIES.items():
        figure = summary(features, everything, references[SIMULATED])
        figure.savefig(arguments.output / f"{name}.png", dpi=80)
    for process, ours in tqdm(everything.items(), desc="processes"):
        here = {name: by_process[process] for name, by_process in references.items()}
        rows += [compare(name, process, reference, ours) for name, reference in here.items()]
        figure = overlay(process, ours, here)
        figure.savefig(arguments.output / f"{process}.png", dpi=60)
    table = pd.DataFrame(rows)
    table.to_csv(arguments.output / "realism.csv", index=False)
    text = report(table, transfer(references))
    (arguments.output / "realism.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
