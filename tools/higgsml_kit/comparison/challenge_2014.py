"""The approaches on rows of the challenge of 2014: five folds, ranked by AUC.

Each row is scored by a classifier that was trained, without weights, on four fifths of the rows, to
which it does not belong. Public and private rows are random halves, whose weights are brought to
the yields of the whole sample: an AMS needs one luminosity.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from HiggsML.approaches import Entry
from HiggsML.approaches.inputs import CUT_OBSERVABLES, cut_observables, event_sets
from HiggsML.approaches.representations import event_objects, orient, oriented_cartesian
from HiggsML.arrays import Array, Mask
from HiggsML.errors import DataError
from HiggsML.metrics import ams, best_cut
from HiggsML.progress import progress_bar

__all__ = ["YIELDS", "Rows", "Scored2014", "compare_2014", "read_2014"]

YIELDS = (410_999.85, 691.99)
"""Sums of weights of background and signal in the training set of 250,000 rows."""

_FILES = ("signal.csv", "background.csv")
_NOT_FEATURES = ("EventId", "Weight", "Label", "KaggleSet", "KaggleWeight")
_UNDEFINED = -999.0
_FOLDS, _RESAMPLES = 5, 200


@dataclass(frozen=True)
class Rows:
    """Rows of 2014.

    Attributes:
        features: (n, 30).
        columns: their names.
        is_signal: (n,).
        weights: (n,), whose sums are `YIELDS`.
    """

    features: Array
    columns: tuple[str, ...]
    is_signal: Mask
    weights: Array


@dataclass(frozen=True)
class Scored2014:
    """A row of the table.

    Attributes:
        auc: of the rows without weights, and its error.
        behind: AUC of the first approach minus this one, and its error on the same resampled rows.
        error_rate: of the more probable class, rows without weights.
        ams: at the cut chosen on the public half: of the public half, of the private half, and
            the error of the latter.
    """

    auc: tuple[float, float]
    behind: tuple[float, float]
    error_rate: float
    ams: tuple[float, float, float]


def read_2014(folder: Path) -> Rows:
    """Rows of a folder with the tables `signal.csv` and `background.csv`.

    Raises:
        DataError: a file is missing, or lacks a column.
    """
    for name in _FILES:
        if not (folder / name).is_file():
            raise DataError(
                "there is no such table.", where=folder / name,
                fix=f"give a folder with {' and '.join(_FILES)}.",
            )  # fmt: skip
    table = pd.concat([pd.read_csv(folder / name) for name in _FILES], ignore_index=True)
    if missing := {"Label", "Weight", *CUT_OBSERVABLES} - set(table.columns):
        raise DataError("columns are missing.", where=folder, value=sorted(missing))
    columns = tuple(name for name in table.columns if name not in _NOT_FEATURES)
    is_signal = (table["Label"] == "s").to_numpy()
    weights = table["Weight"].to_numpy(np.float64)
    features = table[list(columns)].to_numpy(np.float64)
    return Rows(features, columns, is_signal, _at_full_yields(weights, is_signal))


def compare_2014(
    entries: dict[str, Entry], rows: Rows, seed: int
) -> tuple[dict[str, Scored2014], list[str]]:
    """Score the approaches; those that see what these rows do not have are left out.

    Returns:
        Rows by descending AUC, and the names of what was left out.
    """
    inputs = {name: _inputs(entry, rows) for name, entry in entries.items()}
    left_out = [name for name, found in inputs.items() if found is None]
    scores = {}
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    with progress_bar(total=_FOLDS * (len(entries) - len(left_out)), desc="folds") as bar:
        for name, entry in entries.items():
            if name in left_out:
                continue
            p = np.empty(len(rows.weights))
            for training, other in folds.split(rows.features, rows.is_signal):
                bar.set_postfix_str(name)
                p[other] = _fold(entry, inputs[name], rows, training, other)
                bar.update()
            scores[name] = p
    return _table(scores, rows, np.random.default_rng(seed)), left_out


def _inputs(entry: Entry, rows: Rows) -> Any:
    """What an approach sees of the rows; None where they lack it."""
    if entry.inputs is None:
        table = oriented_cartesian(rows.features, rows.columns)[0]
        return np.where(table == _UNDEFINED, np.nan, table)
    if entry.inputs is cut_observables:
        return rows.features[:, [rows.columns.index(name) for name in CUT_OBSERVABLES]]
    if entry.inputs is event_sets:
        return event_objects(orient(rows.features, rows.columns), rows.columns)
    return None


def _fold(entry: Entry, inputs: Any, rows: Rows, training: Any, other: Any) -> Array:
    """Probabilities of signal of the rows of a fold."""
    estimator = entry.build()
    if "yields" in estimator.get_params():
        estimator.set_params(yields={0: YIELDS[1], 1: YIELDS[0]})
    x = inputs
    if entry.inputs is None:
        mean, spread = np.nanmean(x[training], axis=0), np.nanstd(x[training], axis=0)
        x = np.nan_to_num((x - mean) / np.where(spread > 0.0, spread, 1.0), nan=0.0)
    codes = (~rows.is_signal).astype(np.intp)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(x[training], codes[training])
        found: Array = np.asarray(estimator.predict_proba(x[other])[:, 0], dtype=np.float64)
    return found


def _table(scores: dict[str, Array], rows: Rows, rng: np.random.Generator) -> dict[str, Scored2014]:
    n = len(rows.weights)
    aucs = {name: float(roc_auc_score(rows.is_signal, p)) for name, p in scores.items()}
    order = sorted(aucs, key=lambda name: -aucs[name])
    draws = [rng.integers(n, size=n) for _ in range(_RESAMPLES)]
    again = {
        name: np.array([roc_auc_score(rows.is_signal[rows_], scores[name][rows_])
                        for rows_ in draws])
        for name in order
    }  # fmt: skip
    public = rng.permutation(n) < n // 2
    first = order[0]
    return {
        name: Scored2014(
            auc=(aucs[name], float(again[name].std())),
            behind=(aucs[first] - aucs[name], float((again[first] - again[name]).std())),
            error_rate=float(np.mean((scores[name] > 0.5) != rows.is_signal)),
            ams=_ams(scores[name], rows, public, draws),
        )
        for name in order
    }


def _ams(p: Array, rows: Rows, public: Mask, draws: list[Any]) -> tuple[float, float, float]:
    """AMS at the cut of the public half: of it, of the private half, and the latter's error."""
    cut = best_cut(
        p[public], rows.is_signal[public], _at_full_yields(rows.weights[public],
                                                           rows.is_signal[public])
    ).cut  # fmt: skip

    def at_cut(chosen: Any) -> float:
        weights = _at_full_yields(rows.weights[chosen], rows.is_signal[chosen])
        passed, signal = p[chosen] >= cut, rows.is_signal[chosen]
        return float(ams(weights[passed & signal].sum(), weights[passed & ~signal].sum()))

    private = np.flatnonzero(~public)
    spread = np.std([at_cut(private[draw[: len(private)] % len(private)]) for draw in draws])
    return at_cut(np.flatnonzero(public)), at_cut(private), float(spread)


def _at_full_yields(weights: Array, is_signal: Mask) -> Array:
    codes = is_signal.astype(np.intp)
    return np.asarray(weights * (np.array(YIELDS) / np.bincount(codes, weights))[codes])
