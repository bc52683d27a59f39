"""Estimators as trees of plain values with arrays beside them, and back.

A value is written as itself where JSON has it, else as an object with one key that says what it is:
`{"array": name}`, `{"tuple": [...]}`, `{"class": name, "state": {...}}` and so on.
"""

import importlib
import io
import pickle
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from ..errors import ApproachError, did_you_mean

__all__ = ["CLASSES", "Decoder", "Encoder"]

_OURS = "HiggsML.approaches."
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "Balanced": _OURS + "balance",
        "Cut": _OURS + "cuts",
        "CutAndCount": _OURS + "cut_and_count",
        "NetworkAtPriors": _OURS + "estimators",
        "PriorCorrected": _OURS + "prior_correction",
        "PyramidFeatures": _OURS + "pyramid_match",
        "PyramidMatch": _OURS + "pyramid_match",
        "LogisticRegression": "sklearn.linear_model",
        "MLPClassifier": "sklearn.neural_network",
        "MinMaxScaler": "sklearn.preprocessing",
        "Pipeline": "sklearn.pipeline",
        "RidgeClassifier": "sklearn.linear_model",
        "SGDClassifier": "sklearn.linear_model",
        "StandardScaler": "sklearn.preprocessing",
        "LabelBinarizer": "sklearn.preprocessing",
    }
)
"""Classes whose state is data, by name: the modules that they are taken from."""

_OF_TRAINING = ("_optimizer", "_random_state", "_best_coefs", "_best_intercepts")
"""What networks of scikit-learn keep of their training, and need no more."""
_PLAIN = (str, int, float, bool, type(None))


class Encoder:
    """Makes a tree of an approach, and collects what stands beside it.

    Attributes:
        arrays: by name.
        members: further files by name: boosted trees, pickles.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray[Any, Any]] = {}
        self.members: dict[str, bytes] = {}

    def encode(self, value: Any) -> Any:
        """The tree of a value."""
        if type(value) in _PLAIN:
            return value
        if isinstance(value, list):
            return [self.encode(item) for item in value]
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item) for item in value]}
        if isinstance(value, Mapping):
            return {"dict": [[self.encode(k), self.encode(v)] for k, v in value.items()]}
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        name = type(value).__name__
        if CLASSES.get(name) and type(value) is _class_of(name):
            return {"class": name, "state": self.encode(_state(value))}
        if type(value).__module__.startswith("xgboost."):
            return {
                "boosted trees": self._trees(value),
                "parameters": self.encode(value.get_params()),
            }
        if isinstance(value, BaseEstimator):
            return {"pickle": self._member(pickle.dumps(value), "pickle")}
        raise ApproachError("this cannot be saved.", value=value)

    def _array(self, value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype.hasobject:
            if array.ndim == 1 and all(isinstance(item, str) for item in array):
                return {"names": array.tolist()}  # of the columns of a frame
            raise ApproachError("an array of objects cannot be saved.", value=value)
        name = f"a{len(self.arrays)}"
        self.arrays[name] = array
        return {"array": name} if isinstance(value, np.ndarray) else {"number": name}

    def _trees(self, value: Any) -> str | None:
        if not value.__sklearn_is_fitted__():
            return None
        return self._member(bytes(value.get_booster().save_raw("json")), "json")

    def _member(self, body: bytes, suffix: str) -> str:
        name = f"m{len(self.members)}.{suffix}"
        self.members[name] = body
        return name


class Decoder:
    """Makes an approach of its tree.

    Args:
        arrays: by name.
        members: further files by name.
        trusted: whether pickles may be read.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray[Any, Any]],
        members: Mapping[str, bytes],
        trusted: bool,
    ) -> None:
        self._arrays = arrays
        self._members = members
        self._trusted = trusted

    def decode(self, tree: Any) -> Any:
        """The value of a tree.

        Raises:
            ApproachError: a class that is not ours, or a pickle that is not trusted.
        """
        if type(tree) in _PLAIN:
            return tree
        if isinstance(tree, list):
            return [self.decode(item) for item in tree]
        if "tuple" in tree:
            return tuple(self.decode(item) for item in tree["tuple"])
        if "dict" in tree:
            return {self.decode(key): self.decode(value) for key, value in tree["dict"]}
        if "array" in tree:
            return self._arrays[tree["array"]]
        if "number" in tree:
            return self._arrays[tree["number"]][()]
        if "names" in tree:
            return np.array(tree["names"], dtype=object)
        if "class" in tree:
            return self._instance(tree["class"], tree["state"])
        if "boosted trees" in tree:
            return self._boosted_trees(tree)
        if "pickle" in tree:
            return self._pickled(tree["pickle"])
        raise ApproachError("the file holds something unknown.", value=sorted(tree))

    def _instance(self, name: str, state: Any) -> Any:
        if name not in CLASSES:
            raise ApproachError(
                f"the class '{name}' is none that approaches are made of.",
                fix=did_you_mean(name, CLASSES),
            )
        found = object.__new__(_class_of(name))
        vars(found).update(self.decode(state))
        return found

    def _boosted_trees(self, tree: Any) -> Any:
        from xgboost import XGBClassifier

        parameters = self.decode(tree["parameters"])
        found = XGBClassifier(**parameters)
        if tree["boosted trees"] is not None:
            found.load_model(bytearray(self._members[tree["boosted trees"]]))
            found.set_params(**parameters)  # some became those of the trees
        return found

    def _pickled(self, name: str) -> Any:
        if not self._trusted:
            raise ApproachError(
                "the file holds a pickle, and reading one runs whatever code it holds.",
                fix="load_approach(..., trusted=True), if you wrote the file yourself.",
            )
        return pickle.load(io.BytesIO(self._members[name]))  # noqa: S301  trusted


def _class_of(name: str) -> type[Any]:
    found: type[Any] = getattr(importlib.import_module(CLASSES[name]), name)
    return found


def _state(value: Any) -> dict[str, Any]:
    """What an estimator knows, but for what it needs in training only, such as its loss."""
    return {
        name: item
        for name, item in vars(value).items()
        if name not in _OF_TRAINING and not type(item).__module__.startswith("sklearn._loss")
    }
