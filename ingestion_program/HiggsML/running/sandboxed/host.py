"""The model's process: closes itself in, then holds the `Model` and answers messages.

Everything here runs beside the participant's code, so nothing here is trusted by the other side
(`model_process`), and nothing secret may come here.
"""

import gc
import importlib
import json
import logging
import mmap
import os
import pickle
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from ...errors import HiggsMLError
from ...schema import FEATURES
from ..diagnostics import check_diagnostics
from ..isolation.confinement import confine
from ..isolation.policy import Policy
from ..messages import Closed, receive_with_files, send
from .copying import become_copy, clone
from .train_set import GetTrainSet

__all__ = ["main"]

MAX_TRACEBACK = 8_000
"""Characters of a traceback that are sent."""
_OURS = (str(Path(__file__).parents[2]), "<frozen importlib", "<string>", importlib.__file__)
"""How the file names of our own frames begin, and of those that import a submission."""


def main(arguments: list[str]) -> None:
    """Serve messages on the socket whose descriptor is the first argument, until it is closed."""
    connection = socket.socket(fileno=int(arguments[0]))
    start, _ = receive_with_files(connection)
    confine(Policy(**start))
    _show_progress()
    send(connection, {})
    _serve(_Host(connection))


def _serve(host: "_Host") -> None:
    """Do what the messages ask for, one after another, and answer each."""
    while True:
        try:
            message, files = receive_with_files(host.connection)
        except Closed:
            return
        try:
            answer = getattr(host, f"do_{message.pop('do')}")(*files, **message)
        except BaseException as error:  # SystemExit in a submission is its error too
            answer = _describe(error)
        finally:
            for file in files:
                os.close(file)
        send(host.connection, answer)


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

    def do_build(self, folder: str, mu_range: list[float], effort: float) -> dict[str, Any]:
        """Import the submission and make its model."""
        from ...systematics import systematics
        from .loading import build_model, load_model_class

        model_class = load_model_class(Path(folder))
        get_train_set = GetTrainSet(self.connection, effort)
        self.model = build_model(model_class, get_train_set, systematics, mu_range=tuple(mu_range))
        return {}

    def do_fit(self) -> dict[str, Any]:
        """Fit the model."""
        self.model.fit()
        try:  # the measurement does not depend on it
            return {"seconds": json.loads(json.dumps(getattr(self.model, "fit_seconds", {})))}
        except Exception:
            return {}

    def do_diagnostics(self) -> dict[str, Any]:
        """What the model tells of its fit, if it tells anything."""
        if not callable(getattr(self.model, "diagnostics", None)):
            return {}
        try:
            told = json.loads(json.dumps(self.model.diagnostics(), default=lambda x: x.tolist()))
            return {"diagnostics": check_diagnostics(told)}
        except Exception as error:  # the measurement does not depend on it
            return {"cannot": f"{type(error).__name__}: {error}"[:MAX_TRACEBACK]}

    def do_save(self, file: int) -> dict[str, Any]:
        """Write the fitted model to the file."""
        import cloudpickle

        try:
            with os.fdopen(os.dup(file), "wb") as target:
                cloudpickle.dump(self.model, target)
        except Exception as error:
            return {"cannot": _what_cannot_be_serialised(self.model, error)[:MAX_TRACEBACK]}
        return {}

    def do_load(self, file: int, folder: str) -> dict[str, Any]:
        """Read a fitted model from the file; its class is imported from the submission."""
        from .. import contract  # noqa: F401 - here once, and not in each copy

        _test_set(b"", 0)  # pandas imports some modules when it is used first
        sys.path.insert(0, folder)
        with os.fdopen(os.dup(file), "rb") as source:
            self.model = pickle.load(source)  # noqa: S301  we are in the sandbox
        gc.collect()
        gc.freeze()  # a collection in a copy would write to each object, and so copy its page
        return {}

    def do_copy(self, connection: int, output: int) -> dict[str, Any]:
        """Make a copy of this process, which then serves messages of its own."""
        if clone() == 0:
            try:
                self.connection.detach()  # it is closed with all others
                self.connection = become_copy(connection, output)
                send(self.connection, {"pid": os.getpid()})
                _serve(self)
            finally:
                os._exit(0)
        return {}

    def do_predict(self, file: int, rows: int) -> dict[str, Any]:
        """Measure one pseudo-experiment."""
        # Not before the process is closed in: the threads of numpy would be left out.
        from ..contract import check_prediction

        # Private: what the model writes stays here, and only the pages it writes are copied.
        memory = mmap.mmap(file, max(4 * rows * len(FEATURES), 1), flags=mmap.MAP_PRIVATE)
        answer = self.model.predict(_test_set(memory, rows))
        return {"prediction": list(check_prediction(answer))}


def _test_set(features: bytes | mmap.mmap, rows: int) -> dict[str, Any]:
    """What `predict` gets, of features that stand one column after another."""
    import numpy as np
    import pandas as pd

    columns = np.frombuffer(features, np.float32, rows * len(FEATURES))
    table = columns.reshape(len(FEATURES), rows).T
    data = pd.DataFrame(table, columns=list(FEATURES), copy=False)
    return {"data": data, "weights": np.ones(rows)}


def _what_cannot_be_serialised(model: Any, error: Exception) -> str:
    """The attributes of a model that cannot be serialised, and why."""
    import cloudpickle

    reasons = []
    for name, value in getattr(model, "__dict__", {}).items():
        try:
            cloudpickle.dumps(value)
        except Exception as reason:
            reasons.append(f"self.{name} ({type(reason).__name__}: {reason})")
    return ", ".join(reasons) or f"{type(error).__name__}: {error}"
