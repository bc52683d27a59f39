"""The `get_train_set` that a model is given: it asks the trusted process."""

import os
import pickle
import socket
from typing import Any

from ...errors import SubmissionError
from ..messages import receive_with_files, send

__all__ = ["GetTrainSet"]


class GetTrainSet:
    """Training events on request; once the fitted model was serialised, a word that this is over.

    Args:
        connection: to the trusted process; None after serialisation.
        effort: 1, or in a trial the share of its usual work that `fit` shall do: a hint, which a
            model can follow as it likes (fewer rows to train on, fewer passes, fewer toys).
    """

    def __init__(self, connection: socket.socket | None = None, effort: float = 1.0) -> None:
        self._connection = connection
        self.effort = effort

    def __call__(self, train_size: Any = None, selected_indices: Any = None) -> Any:
        """Training events: all, or a number or share of them, or chosen ones.

        Raises:
            SubmissionError: the model is fitted already.
        """
        if self._connection is None:
            raise SubmissionError(
                "get_train_set can be called in __init__ and fit only.",
                fix="keep what predict needs as attributes of the model.",
            )
        question = {
            "ask": "train_set",
            "train_size": train_size.item() if hasattr(train_size, "item") else train_size,
            "selected": selected_indices is not None,
        }
        send(self._connection, question, attached=_packed(selected_indices))
        answer, files = receive_with_files(self._connection)
        if not files:
            raise ValueError(answer["error"])
        with os.fdopen(files[0], "rb") as body:
            return pickle.load(body)  # noqa: S301  comes from the trusted side

    def __reduce__(self) -> tuple[Any, ...]:
        return GetTrainSet, (None, self.effort)


def _packed(indices: Any) -> bytes:
    """Indices as bytes: little-endian int64."""
    import numpy as np

    if indices is None:
        return b""
    array = np.asarray(indices)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise SubmissionError(
            "selected_indices must be a list of whole numbers.",
            where="get_train_set",
            value=f"{array.dtype} array of shape {array.shape}",
        )
    return array.astype("<i8").tobytes()
