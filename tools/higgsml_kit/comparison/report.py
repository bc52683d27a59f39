"""Tables and figures of a comparison, from its numbers."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from HiggsML.approaches import APPROACHES
from HiggsML.approaches.inputs import CUT_OBSERVABLES
from HiggsML.arrays import Array
from HiggsML.inference.inputs import INPUT_NAMES
from HiggsML.metrics import weighted_confusion
from HiggsML.visualization import (
    confusion_matrix,
    cut_distributions,
    feature_importances,
    interval_widths,
    roc_curves,
    train_test_scores,
)
from higgsml_scoring.files import write_atomically

from .challenge_2014 import Scored2014
from .events import Events, inputs_of
from .measuring import Measured
from .scores import Scored, Trained

__all__ = ["figures", "markdown", "markdown_2014", "rows_of", "save_figures", "write_numbers"]

_HEADS = (
    *("accuracy", "AUC", "log loss", "AMS at cut", "significance", "R50", "R99"),
    *("width, statistics", "training, CPU s", "a million events, CPU s"),
)
_MEASURED_HEADS = ("mean width", "coverage", "quantiles score")


def markdown(scored: Mapping[str, Scored], measured: Mapping[str, Measured]) -> str:
    """The table, a row for each approach, the widest interval first."""
    heads = ["approach", *_HEADS, *(_MEASURED_HEADS if measured else ())]
    lines = [_line(heads), "|---" * len(heads) + "|"]
    for name, row in _by_width(scored):
        cells = [
            name,
            *(f"{value:.3f}" for value in (row.accuracy, row.auc, row.log_loss)),
            *(f"{value:.2f}" for value in (row.ams, row.significance)),
            *(f"{value:.3g}" for value in (row.r50, row.r99)),
            f"{row.width:.3f} ± {row.width_error:.3f}",
            f"{row.train_seconds:.1f}",
            f"{row.test_seconds:.1f}",
        ]
        if measured:
            found = measured.get(name)
            cells += ["", "", ""] if found is None else [
                f"{found.mean_width:.2f} ± {found.mean_width_error:.2f}",
                f"{found.coverage:.2f} ± {found.coverage_error:.2f}",
                f"{found.quantiles_score:.2f}",
            ]  # fmt: skip
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def markdown_2014(scored: Mapping[str, Scored2014]) -> str:
    """The table of the rows of 2014, in the order of their AUC."""
    heads = ["approach", "AUC", "behind the first", "error rate", "AMS, public", "AMS, private"]
    lines = [_line(heads), "|---" * len(heads) + "|"]
    for name, row in scored.items():
        cells = [
            name,
            f"{row.auc[0]:.4f} ± {row.auc[1]:.4f}",
            f"{row.behind[0]:.4f} ± {row.behind[1]:.4f}",
            f"{row.error_rate:.3f}",
            f"{row.ams[0]:.2f}",
            f"{row.ams[1]:.2f} ± {row.ams[2]:.2f}",
        ]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def rows_of(scored: Mapping[str, Any], measured: Mapping[str, Measured]) -> dict[str, Any]:
    """All numbers by approach."""
    found: dict[str, Any] = {name: dataclasses.asdict(row) for name, row in scored.items()}
    for name, row in measured.items():
        found[name] |= dataclasses.asdict(row)
    return found


def figures(
    scored: Mapping[str, Scored],
    scores: Mapping[str, Array],
    trained: Mapping[str, Trained],
    test: Events,
) -> dict[str, Figure]:
    """Figures by name; those of cuts, importances and confusion where an approach has them."""
    by_width = dict(_by_width(scored))
    found = {
        "roc": roc_curves(scores, test.is_signal, test.weights),
        "accuracy": train_test_scores(
            {name: row.training_accuracy for name, row in by_width.items()},
            {name: row.accuracy for name, row in by_width.items()},
            "balanced accuracy",
        ),
        "widths": interval_widths(
            {name: row.width for name, row in by_width.items()},
            {name: row.width_error for name, row in by_width.items()},
            "expected width of the interval of μ, statistics alone",
        ),
    }
    best = list(by_width)[-1]
    for what, weights in (("counts", None), ("weights", test.weights)):
        taken_for = (scores[best] <= 0.5).astype(int)
        cells = weighted_confusion(test.codes, taken_for, weights, classes=[0, 1])
        found[f"confusion_{what}"] = confusion_matrix(
            cells, ["signal", "background"], "events" if weights is None else "expected events"
        )
    return found | _figures_of_cuts(trained, test) | _figures_of_trees(trained)


def _figures_of_cuts(trained: Mapping[str, Trained], test: Events) -> dict[str, Figure]:
    """Parallel cuts, sequential ones on all events, and on those that survive."""
    found = {}
    for name, survivors in (
        ("parallel_cuts", False), ("sequential_cuts", False), ("sequential_cuts", True)
    ):  # fmt: skip
        cuts = trained[name].estimator.cuts_ if name in trained else ()
        if cuts:
            found[f"{name}_on_survivors" if survivors else name] = cut_distributions(
                inputs_of(APPROACHES[name], test.features), CUT_OBSERVABLES, test.is_signal, cuts,
                test.weights, survivors,
            )  # fmt: skip
    return found


def _figures_of_trees(trained: Mapping[str, Trained]) -> dict[str, Figure]:
    found = {}
    for name in ("random_forest", "boosted_trees"):
        if name in trained:
            values = np.asarray(trained[name].estimator.feature_importances_)
            found[f"importances_{name}"] = feature_importances(values, INPUT_NAMES)
    return found


def save_figures(folder: Path, drawn: Mapping[str, Figure]) -> list[str]:
    """Write figures as PNG; returns the names of the files."""
    for name, figure in drawn.items():
        figure.savefig(folder / f"{name}.png", dpi=110)
    return [f"{name}.png" for name in drawn]


def write_numbers(folder: Path, name: str, table: str, facts: Mapping[str, Any]) -> list[str]:
    """Write a table as Markdown, and all numbers as JSON; returns the names of the files."""
    write_atomically(folder / f"{name}.md", table.encode())
    body = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / f"{name}.json", body.encode())
    return [f"{name}.md", f"{name}.json"]


def _by_width(scored: Mapping[str, Scored]) -> list[tuple[str, Scored]]:
    return sorted(scored.items(), key=lambda item: -item[1].width)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
