"""From a submission's folder to its model. This runs the participant's code."""

import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import SubmissionError
from ..contract import MODEL_FILE

__all__ = ["MODEL_TYPE", "build_model", "load_model_class"]

MODEL_TYPE = "sample_model"
"""What HiggsML 0.1.5 gave as `model_type` unless told otherwise."""


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

    HiggsML 0.1.5 gave a third argument, `model_type`, to every model, so that some require it.

    Raises:
        SubmissionError: the constructor cannot be called as the contract says.
    """
    arguments = {"get_train_set": get_train_set, "systematics": systematics}
    accepted = inspect.signature(model_class).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in accepted.values())
    further = {"model_type": MODEL_TYPE} | further
    arguments |= {name: value for name, value in further.items() if takes_any or name in accepted}
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
