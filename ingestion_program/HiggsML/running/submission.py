"""The contract of a submission: a folder with `model.py` that defines a class `Model`.

::

    class Model:
        def __init__(self, get_train_set, systematics): ...
        def fit(self): ...
        def predict(self, test_set): ...  # {"mu_hat", "delta_mu_hat", "p16", "p84"}
"""

import ast
import importlib
import inspect
import math
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import PredictionError, SubmissionError

__all__ = ["Prediction", "build_model", "check_prediction", "load_model_class", "stage_submission"]

MODEL_FILE = "model.py"
LARGEST = 1e4
"""An estimate beyond could make a score that the platform cannot store; scoring refuses it too."""
MAX_SOURCE = 1_000_000
"""Bytes; a parsed source takes a hundred times as much memory."""


class Prediction(NamedTuple):
    """What `predict` returns for one pseudo-experiment."""

    mu_hat: float
    """The estimate of mu."""
    delta_mu_hat: float
    """Its uncertainty."""
    p16: float
    """Lower end of the 68.27 % interval."""
    p84: float
    """Upper end."""


# --- the folder ----------------------------------------------------------------------------------


def stage_submission(source: Path, target: Path) -> None:
    """Copy a submission's folder into the run, and look at its source without running it.

    Symbolic links, special files and bytecode are left out.

    Raises:
        SubmissionError: the folder does not exist or cannot be copied, or its `model.py` is
            missing or does not parse.
    """
    if not source.is_dir():
        raise SubmissionError(
            "the submission's folder does not exist.",
            where=source,
            fix=f"give the folder that holds {MODEL_FILE} (unpack a zip first).",
        )
    try:
        shutil.copytree(source, target, ignore=_left_out)
    except (OSError, RecursionError) as error:
        raise SubmissionError(
            "the submission cannot be copied.",
            where=source,
            value=error,
            fix="leave out files that cannot be read, and folders in folders without end.",
        ) from error
    _check_source(target)


def _left_out(folder: str, names: list[str]) -> list[str]:
    def plain(name: str) -> bool:
        mode = (Path(folder) / name).lstat().st_mode
        return name != "__pycache__" and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))

    return [name for name in names if not plain(name)]


def _check_source(folder: Path) -> None:
    path = folder / MODEL_FILE
    if not path.is_file():
        nested = sorted(str(found.relative_to(folder)) for found in folder.glob(f"*/{MODEL_FILE}"))
        raise SubmissionError(
            f"the submission has no {MODEL_FILE}.",
            value=nested or sorted(found.name for found in folder.iterdir()),
            fix=f"{MODEL_FILE} must stand at the root of the zip, not in a folder of it.",
        )
    source = path.read_bytes()
    if len(source) > MAX_SOURCE:
        raise SubmissionError(
            f"is larger than {MAX_SOURCE} bytes.",
            where=MODEL_FILE,
            value=len(source),
            fix="keep data in files of their own.",
        )
    try:
        ast.parse(source, MODEL_FILE)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise SubmissionError(
            f"does not parse: {getattr(error, 'msg', error)}.",
            where=MODEL_FILE if line is None else f"{MODEL_FILE}, line {line}",
            value=(getattr(error, "text", None) or "").strip(),
            fix="run it once with python before submitting.",
        ) from error


# --- the class (runs participant's code: in the model's process only) ----------------------------


def load_model_class(folder: Path) -> type:
    """Import `Model` from a submission's folder and check its shape.

    Raises:
        SubmissionError: there is no class `Model`, or it lacks `fit` or `predict`.
    """
    sys.path.insert(0, str(folder))
    module = importlib.import_module("model")
    model_class = getattr(module, "Model", None)
    if not inspect.isclass(model_class):
        classes = [name for name, thing in vars(module).items() if inspect.isclass(thing)]
        raise SubmissionError(
            "defines no class 'Model'.",
            where=MODEL_FILE,
            value=classes,
            fix="name the class of the submission Model.",
        )
    for method, parameters in (("fit", 1), ("predict", 2)):
        function = getattr(model_class, method, None)
        if not callable(function):
            raise SubmissionError(
                f"Model has no method '{method}'.",
                where=MODEL_FILE,
                fix=f"define {method}(self{', test_set' if method == 'predict' else ''}).",
            )
        _check_call(function, f"Model.{method}", *(["?"] * parameters))
    return model_class


def build_model(
    model_class: type,
    get_train_set: Callable[..., Any],
    systematics: Callable[..., Any],
    **further: Any,
) -> Any:
    """Make the model; arguments beyond the contract are passed only if its signature takes them.

    Raises:
        SubmissionError: the constructor cannot be called as the contract says.
    """
    arguments = {"get_train_set": get_train_set, "systematics": systematics}
    accepted = inspect.signature(model_class).parameters
    arguments |= {name: value for name, value in further.items() if name in accepted}
    _check_call(model_class, "Model", **arguments)
    return model_class(**arguments)


def _check_call(function: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> None:
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        contract = {
            "Model": "Model(get_train_set, systematics)",
            "Model.fit": "fit(self)",
            "Model.predict": "predict(self, test_set)",
        }[name]
        raise SubmissionError(
            f"{name} cannot be called: {error}.",
            where=MODEL_FILE,
            value=f"{name}{signature}",
            fix=f"the contract is {contract}.",
        ) from error


# --- the answer ----------------------------------------------------------------------------------


def check_prediction(answer: object) -> Prediction:
    """Check what `predict` returned: four finite numbers, p16 <= p84.

    numpy scalars, and anything else that is a real number, are fine; further keys are ignored.

    Raises:
        PredictionError: naming the key, the value and the rule.

    >>> check_prediction({"mu_hat": 1, "delta_mu_hat": 0.5, "p16": 0.5, "p84": 1.5})
    Prediction(mu_hat=1.0, delta_mu_hat=0.5, p16=0.5, p84=1.5)
    """
    if not isinstance(answer, Mapping):
        raise PredictionError(
            "predict must return a dict.",
            value=answer,
            fix=f"with the keys {', '.join(Prediction._fields)}.",
        )
    missing = [key for key in Prediction._fields if key not in answer]
    if missing:
        raise PredictionError(
            f"the prediction misses {', '.join(missing)}.", value=sorted(map(str, answer))
        )
    prediction = Prediction(*(_number(key, answer[key]) for key in Prediction._fields))
    if prediction.p16 > prediction.p84:
        raise PredictionError(
            "p16 is above p84.",
            value={"p16": prediction.p16, "p84": prediction.p84},
            fix="p16 is the lower end of the interval, p84 the upper.",
        )
    return prediction


def _number(key: str, value: object) -> float:
    # 0.1.5's numpy scalars are wanted; one-element arrays and numbers in strings are mistakes.
    real = isinstance(value, int | float | np.integer | np.floating)
    if not real or isinstance(value, bool):
        raise PredictionError(
            f"{key} must be a number.", value=value, fix="convert it with float()."
        )
    try:
        number = float(value)  # type: ignore[arg-type]  # narrowed by the isinstance above
    except OverflowError:  # an int beyond the floats
        number = math.inf
    if not math.isfinite(number):
        raise PredictionError(f"{key} must be finite.", value=number)
    if abs(number) > LARGEST:
        raise PredictionError(
            f"{key} is beyond {LARGEST:g}.", value=number, fix="mu lies between 0.1 and 3."
        )
    return number
