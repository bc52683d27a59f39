"""The model's process: closes itself in, then holds the `Model` and answers messages.

Everything here runs beside the participant's code, so nothing here is trusted by the other side
(`model_process`), and nothing secret may come here.
"""

import importlib
import logging
import mmap
import os
import pickle
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import HiggsMLError, SubmissionError
from ...schema import FEATURES
from ..isolation.confinement import confine
from ..isolation.policy import Policy
from ..messages import Closed, receive_with_file, send

__all__ = ["main"]

MAX_TRACEBACK = 8_000
"""Characters of a traceback that are sent."""
_OURS = (str(Path(__file__).parents[2]), "<frozen importlib", "<string>", importlib.__file__)
"""How the file names of our own frames begin, and of those that import a submission."""


def main(arguments: list[str]) -> None:
    """Serve messages on the socket whose descriptor is the first argument, until it is closed."""
    connection = socket.socket(fileno=int(arguments[0]))
    start, _ = receive_with_file(connection)
    confine(Policy(**start))
    _show_progress()
    host = _Host(connection)
    send(connection, {})
    while True:
        try:
            message, file = receive_with_file(connection)
        except Closed:
            return
        try:
            answer = getattr(host, f"do_{message.pop('do')}")(file, **message)
        except BaseException as error:  # SystemExit in a submission is its error too
            answer = _describe(error)
        finally:
            if file is not None:
                os.close(file)
        send(connection, answer)


def _describe(error: BaseException) -> dict[str, Any]:
    """What the other side is told of an exception."""
    if isinstance(error, HiggsMLError):
        return {"error": str(error)[:MAX_TRACEBACK], "traceback": ""}
    trace = traceback.TracebackException.from_exception(error)
    _leave_out_ours(trace)
    text = "".join(trace.format())
    what = f"{type(error).__name__}: {error}"[:MAX_TRACEBACK]
    return {"error": what, "traceback": text[-MAX_TRACEBACK:]}


def _leave_out_ours(trace: traceback.TracebackException | None) -> None:
    """Leave our own frames out of a traceback, unless it has no others."""
    if trace is None:
        return
    theirs = [frame for frame in trace.stack if not frame.filename.startswith(_OURS)]
    if theirs:
        trace.stack = traceback.StackSummary.from_list(theirs)
    for other in (trace.__cause__, trace.__context__, *(trace.exceptions or ())):
        _leave_out_ours(other)


def _show_progress() -> None:
    """Have the progress of our toolkit appear in the output, whatever the submission logs."""
    ours = logging.getLogger("HiggsML")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False  # else twice, if the submission sets logging up


class _Host:
    """The model and what can be done with it; a method for each message."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.model: Any = None

    def do_build(self, _: int | None, folder: str) -> dict[str, Any]:
        """Import the submission and make its model."""
        from ...systematics import systematics
        from .loading import build_model, load_model_class

        model_class = load_model_class(Path(folder))
        self.model = build_model(model_class, self.train_set_getter(), systematics)
        return {}

    def train_set_getter(self) -> Callable[..., Any]:
        """The `get_train_set` that the model is given: it asks the other side."""
        connection = self.connection

        def get_train_set(train_size: Any = None, selected_indices: Any = None) -> Any:
            """Training events: all, or a number or share of them, or chosen ones."""
            question = {
                "ask": "train_set",
                "train_size": _plain(train_size),
                "selected": selected_indices is not None,
            }
            send(connection, question, attached=_pack(selected_indices))
            answer, file = receive_with_file(connection)
            if file is None:
                raise ValueError(answer["error"])
            with os.fdopen(file, "rb") as body:
                return pickle.load(body)  # noqa: S301  comes from the trusted side

        return get_train_set

    def do_fit(self, _: int | None) -> dict[str, Any]:
        """Fit the model."""
        self.model.fit()
        return {}

    def do_save(self, file: int) -> dict[str, Any]:
        """Write the fitted model to the file."""
        import cloudpickle

        try:
            with os.fdopen(os.dup(file), "wb") as target:
                cloudpickle.dump(self.model, target)
        except Exception as error:
            return {"cannot": f"{type(error).__name__}: {error}"[:MAX_TRACEBACK]}
        return {}

    def do_load(self, file: int, folder: str) -> dict[str, Any]:
        """Read a fitted model from the file; its class is imported from the submission."""
        sys.path.insert(0, folder)
        with os.fdopen(os.dup(file), "rb") as source:
            self.model = pickle.load(source)  # noqa: S301  we are in the sandbox
        return {}

    def do_predict(self, file: int, rows: int) -> dict[str, Any]:
        """Measure one pseudo-experiment."""
        import numpy as np
        import pandas as pd

        from ..contract import check_prediction

        # Private: what the model writes stays here, and only the pages it writes are copied.
        memory = mmap.mmap(file, max(4 * rows * len(FEATURES), 1), flags=mmap.MAP_PRIVATE)
        features = np.frombuffer(memory, np.float32, rows * len(FEATURES))
        data = pd.DataFrame(
            features.reshape(len(FEATURES), rows).T, columns=list(FEATURES), copy=False
        )
        answer = self.model.predict({"data": data, "weights": np.ones(rows)})
        return {"prediction": list(check_prediction(answer))}


def _plain(size: Any) -> Any:
    """A number as JSON knows it (numpy scalars too)."""
    return size.item() if hasattr(size, "item") else size


def _pack(indices: Any) -> bytes:
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
