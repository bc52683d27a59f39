"""The probabilities that a network gives events, in blocks that stay in the cache.

scikit-learn's own `predict_proba` makes an array of all events for each layer. The answers are the
same but for the order of float32 sums.
"""

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.neural_network import MLPClassifier

from ..arrays import Floats

__all__ = ["probabilities"]

_BLOCK = 2_048
"""Events that pass together: a layer of 64 takes 0.5 MB."""


def probabilities(classifier: Any, inputs: Floats) -> Floats:
    """The probability of each class, (n, classes): what `classifier.predict_proba` gives.

    Args:
        classifier: fitted.
        inputs: (n, I).
    """
    if not _is_plain_network(classifier):
        found: Floats = classifier.predict_proba(inputs)
        return found
    # Units first: inputs come column by column, and numpy is slow at sums over a last axis of four.
    inputs = np.asarray(inputs).T  # it may be a frame
    kind = classifier.coefs_[0].dtype
    weights = [np.ascontiguousarray(w.T) for w in classifier.coefs_]
    biases = [b[:, np.newaxis] for b in classifier.intercepts_]
    layers = [np.empty((len(w), _BLOCK), dtype=kind) for w in weights[:-1]]
    last = np.empty((len(weights[-1]), inputs.shape[1]), dtype=kind)
    for start in range(0, inputs.shape[1], _BLOCK):
        some = slice(start, start + _BLOCK)
        values = inputs[:, some].astype(kind, copy=False)
        for w, b, layer in zip(weights, biases, layers, strict=False):
            values = np.dot(w, values, out=layer) if values.shape[1] == _BLOCK else w @ values
            values += b
            np.maximum(values, kind.type(0.0), out=values)
        last[:, some] = weights[-1] @ values
    last += biases[-1]
    return _logistic(last) if classifier.out_activation_ == "logistic" else _softmax(last)


def _softmax(values: Floats) -> Floats:
    """Probabilities (n, classes) of what the last layer says (classes, n), which is overwritten."""
    values -= values.max(axis=0)
    np.exp(values, out=values)
    values /= values.sum(axis=0)
    return values.T


def _logistic(values: Floats) -> Floats:
    """Probabilities (n, 2) of what the last layer says of the second class (1, n)."""
    second = expit(values[0])
    return np.stack([1.0 - second, second], axis=1)


def _is_plain_network(classifier: Any) -> bool:
    """Whether `predict_proba` is scikit-learn's own, of layers of ReLU and classes."""
    return (
        isinstance(classifier, MLPClassifier)
        and type(classifier).predict_proba is MLPClassifier.predict_proba
        and classifier.activation == "relu"
        and classifier.out_activation_ in ("softmax", "logistic")
        and not classifier._label_binarizer.y_type_.startswith("multilabel")
    )
