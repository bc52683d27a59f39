"""The contract of a submission: a folder with `model.py` that defines a class `Model`.

::

    class Model:
        def __init__(self, get_train_set, systematics): ...
        def fit(self): ...
        def predict(self, test_set): ...  # {"mu_hat", "delta_mu_hat", "p16", "p84"}

A model whose fit can tell that it describes an experiment badly may add `"bad_fit": True` or False:
a run counts them.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..errors import PredictionError, did_you_mean
from ..task import HIGGSML

__all__ = ["MODEL_FILE", "Prediction", "check_prediction"]

MODEL_FILE = "model.py"
LARGEST = 1e4
"""An estimate beyond could make a score that the platform cannot store; scoring refuses it too."""


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
    bad_fit: bool | None = None
    """Whether the model's own fit describes the experiment badly; None where it does not tell."""

    @classmethod
    def numbers(cls) -> tuple[str, ...]:
        """Names of the four numbers."""
        return cls._fields[:4]


def check_prediction(answer: object) -> Prediction:
    """Check what `predict` returned: four finite numbers, p16 <= p84.

    numpy scalars, and anything else that is a real number, are fine. `bad_fit`, if it is there, is
    True, False or None; further keys are ignored.

    Raises:
        PredictionError: naming the key, the value and the rule.

    >>> check_prediction({"mu_hat": 1, "delta_mu_hat": 0.5, "p16": 0.5, "p84": 1.5})
    Prediction(mu_hat=1.0, delta_mu_hat=0.5, p16=0.5, p84=1.5, bad_fit=None)
    """
    if not isinstance(answer, Mapping):
        raise PredictionError(
            "predict must return a dict.",
            value=answer,
            fix=f"with the keys {', '.join(Prediction.numbers())}.",
        )
    missing = [key for key in Prediction.numbers() if key not in answer]
    if missing:
        raise PredictionError(
            f"the prediction misses {', '.join(missing)}.",
            value=sorted(map(str, answer)),
            fix=_meant(missing, answer),
        )
    bad_fit = answer.get("bad_fit")
    if not (bad_fit is None or isinstance(bad_fit, bool | np.bool_)):
        raise PredictionError("bad_fit must be True or False.", value=bad_fit)
    numbers = {key: _number(key, answer[key]) for key in Prediction.numbers()}
    prediction = Prediction(**numbers, bad_fit=None if bad_fit is None else bool(bad_fit))
    if prediction.p16 > prediction.p84:
        raise PredictionError(
            "p16 is above p84.",
            value={"p16": prediction.p16, "p84": prediction.p84},
            fix="p16 is the lower end of the interval, p84 the upper.",
        )
    return prediction


def _meant(missing: list[str], answer: Mapping[Any, object]) -> str:
    """What the other keys were probably meant to be."""
    further = [str(key) for key in answer if key not in Prediction._fields]
    guesses = [(key, did_you_mean(key, missing)) for key in further]
    typos = [f"'{key}': {guess}" for key, guess in guesses if guess.startswith("did")]
    return " ".join(typos) or f"add the key{'s' * (len(missing) > 1)}, with numbers."


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
            f"{key} is beyond {LARGEST:g}.",
            value=number,
            fix="mu lies between {:g} and {:g}.".format(*HIGGSML.mu_range),
        )
    return number
