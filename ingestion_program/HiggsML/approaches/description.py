"""What a fitted approach consists of: layers and parameters, cuts, importances."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ApproachError

__all__ = ["Description", "describe"]


@dataclass(frozen=True)
class Description:
    """A table of the parts of an approach; its `str` is readable.

    Attributes:
        name: of the approach.
        columns: heads of the table.
        rows: parts; numbers are numbers.
        parameters: fitted numbers in all, of what has layers or coefficients; else None.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    parameters: int | None = None

    def __str__(self) -> str:
        table = [self.columns, *([_text(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
        end = [] if self.parameters is None else [f"{self.parameters:,} parameters"]
        return "\n".join([self.name, *lines, *end])


def describe(approach: Any, names: Sequence[str] | None = None) -> Description:
    """What a fitted approach consists of.

    Networks show their layers, cuts their texts, trees the importances of features in descending
    order, linear classifiers their coefficients. Of a pipeline it is the last step, of a classifier
    that wraps another one the latter (the first of several copies).

    Args:
        approach: fitted.
        names: of the features; None: those that the approach knows, else x0, x1, ...

    Raises:
        ApproachError: the approach is not fitted, or nothing of it can be shown.
    """
    name, inner = type(approach).__name__, _inner(approach)
    if inner is not approach:
        name = f"{name} of {type(inner).__name__}"
    if hasattr(inner, "cuts_"):
        return Description(name, ("cut",), tuple((str(cut),) for cut in inner.cuts_))
    if hasattr(inner, "parameters_"):
        return _layers(name, _blocks(inner.parameters_))
    if hasattr(inner, "coefs_"):
        pairs = zip(inner.coefs_, inner.intercepts_, strict=True)
        return _layers(name, (("dense", len(bias), w.size + bias.size) for w, bias in pairs))
    if hasattr(inner, "feature_importances_"):
        values = np.asarray(inner.feature_importances_)
        labels = _labels(inner, names, len(values))
        order = np.argsort(-values, kind="stable").tolist()
        rows = tuple((labels[i], float(values[i])) for i in order)
        return Description(name, ("feature", "importance"), rows)
    if hasattr(inner, "coef_"):
        table = np.atleast_2d(inner.coef_)
        n = table.size + np.size(inner.intercept_)
        labels = _labels(inner, names, table.shape[1])
        heads = ("feature", *(f"output {k}" for k in range(len(table))))
        most = np.argsort(-np.abs(table).max(axis=0), kind="stable")[:30].tolist()
        rows = tuple((labels[i], *table[:, i].tolist()) for i in most)
        return Description(name, heads, rows, n)
    raise ApproachError(
        "nothing of this can be shown.", value=name, fix="fit it first, or look at its attributes."
    )


def _inner(approach: Any) -> Any:
    """The classifier that an approach comes down to."""
    for attribute in ("estimators_", "calibrated_classifiers_"):
        if hasattr(approach, attribute) and not hasattr(approach, "feature_importances_"):
            return _inner(getattr(approach, attribute)[0])
    if hasattr(approach, "steps"):
        return _inner(approach.steps[-1][1])
    for attribute in ("estimator_", "linear_", "estimator"):
        part = getattr(approach, attribute, None)
        fitted = part is not None and any(key.endswith("_") for key in vars(part))
        if fitted and not hasattr(approach, "feature_importances_"):
            return _inner(part)
    return approach


def _layers(name: str, layers: Iterable[tuple[str, int | str, int]]) -> Description:
    """A table of layers: what it is, its outputs, its parameters."""
    rows = tuple(layers)
    return Description(name, ("layer", "outputs", "parameters"), rows, sum(row[2] for row in rows))


def _blocks(arrays: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Layers of a network whose arrays are called "layer.weight", "layer.bias" and the like."""
    trained = {
        name: array for name, array in arrays.items() if array.ndim and "running" not in name
    }
    for layer in dict.fromkeys(name.rpartition(".")[0] for name in trained):
        own = [array for name, array in trained.items() if name.rpartition(".")[0] == layer]
        yield layer, str(len(own[0])), sum(array.size for array in own)


def _labels(approach: Any, names: Sequence[str] | None, n: int) -> list[str]:
    found = getattr(approach, "feature_names_in_", None) if names is None else names
    labels = [f"x{i}" for i in range(n)] if found is None else [str(label) for label in found]
    if len(labels) != n:
        raise ApproachError(f"{n} features need as many names.", where="names", value=len(labels))
    return labels


def _text(cell: str | int | float) -> str:
    return (
        cell if isinstance(cell, str) else f"{cell:,}" if isinstance(cell, int) else f"{cell:.4g}"
    )
