"""A submission in a run: fitted once in one process, then opened in one for each worker."""

import io
import logging
import math
import os
import secrets
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from ...errors import SubmissionError
from ...settings import LimitSettings
from ...task import HIGGSML
from ..isolation.policy import Policy, offered
from .conversation import TrainSource
from .facts import digest_of_folder
from .launch import PROGRAM
from .model_process import ModelProcess
from .results import remove_folder

__all__ = ["Packed", "Submission", "TimeLeft", "pack_folder", "unpack_folder"]

log = logging.getLogger(__name__)

GIB = 1 << 30
TRANSFER_SECONDS = 300.0
"""Writing or reading a fitted model."""
DIAGNOSTICS_SECONDS = 300.0
_NO_PREDICT = {"calls": 0, "seconds": 0.0, "longest_seconds": 0.0, "memory_bytes": 0}


class TimeLeft:
    """The run's own deadline, before the platform's, which leaves no message."""

    def __init__(self, total_seconds: float) -> None:
        self._total, self._ends = total_seconds, time.monotonic() + total_seconds

    def at_most(self, seconds: float) -> float:
        """How long the next step may take, if it is given `seconds`.

        Raises:
            SubmissionError: no time is left.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise SubmissionError(
                f"the run took longer than its limit of {self._total:.0f} s.",
                fix="make fit or predict faster (the limit is limits.total_seconds).",
            )
        return min(seconds, left)


class Submission:
    """A submission, staged in a folder of the run; a context manager.

    While it is fitted it may write files beside its `model.py`; afterwards these can only be read,
    so that no experiment can leave anything to another one.

    Args:
        staged: the run's copy of the submission.
        folder: where its processes get a scratch folder each.
        limits: limits of time and room, from the settings.
        time_left: time that the run has left.
        devices: device files that it may use.
    """

    def __init__(
        self,
        staged: Path,
        folder: Path,
        limits: LimitSettings,
        time_left: TimeLeft,
        devices: Sequence[str] = (),
    ) -> None:
        self._staged, self._folder, self._limits = staged, folder, limits
        self._time_left, self._devices = time_left, devices
        self._body: bytes | None = None
        self._fitting: ModelProcess | None = None
        self.diagnostics: dict[str, Any] | None = None
        """What the model told of its fit; None where it told nothing, or was fitted before."""
        # Times of last access move once a day at most: now, and not when a copy reads a file (those
        # of the submission moved when its digest was taken).
        digest_of_folder(PROGRAM / "HiggsML")
        self._usage: dict[str, dict[str, Any]] = {}
        self._noting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._fitting is not None:
            self._fitting.close()

    @property
    def single(self) -> bool:
        """Whether the model cannot be serialised: it lives on in the process that fitted it."""
        return self._body is None

    @property
    def why_not_independent(self) -> list[str]:
        """Why answers may depend on other experiments; nothing if each has a copy of its own."""
        reasons = []
        if self._body is None:
            reasons.append("the model cannot be serialised: one process measures all experiments")
        if self._devices:
            reasons.append("the model uses a device, whose state no copy of a process can have")
        return reasons + [f"this kernel cannot keep copies apart: {w}" for w in offered().missing]

    def restore(self, body: bytes) -> None:
        """Take a fitted model of an earlier run in place of fitting."""
        self._body = body

    def note(self, usage: Mapping[str, dict[str, Any]]) -> None:
        """Take what parts of an earlier run took."""
        self._usage |= usage

    def fit(
        self,
        train_source: TrainSource,
        mu_range: tuple[float, float] = HIGGSML.mu_range,
        effort: float = 1.0,
    ) -> bytes | None:
        """Make the model and fit it.

        Args:
            train_source: gives the training events that the model asks for.
            mu_range: range of mu of the run, for a model whose constructor takes it.
            effort: share of its work that `fit` shall do, a hint (`get_train_set.effort`).

        Returns:
            The fitted model as opaque bytes, if it can be serialised.
        """
        process = self._start(self._new_folder(), [self._staged], os.cpu_count() or 1)
        self._fitting = process
        began = time.monotonic()
        limit = self._time_left.at_most(self._limits.fit_seconds)
        parts = process.build_and_fit(train_source, limit, mu_range, effort)
        seconds, used = time.monotonic() - began, process.processor_seconds
        self.diagnostics = process.diagnostics(self._time_left.at_most(DIAGNOSTICS_SECONDS))
        saved = process.save(self._time_left.at_most(TRANSFER_SECONDS))
        if isinstance(saved, bytes):
            self._body, self._fitting = saved, None
            process.close()
        else:
            log.warning(
                "The fitted model cannot be serialised: %s. One process measures all experiments,"
                " and its answers are not independent by construction. Make it anew in predict, or"
                " leave it out with __getstate__.",
                saved,
            )
        self._usage["fit"] = {
            "seconds": seconds,
            "processor_seconds": used,
            "memory_bytes": process.most_memory,
            "parts": parts,
        }
        return self._body

    def pack(self) -> "Packed":
        """All that another machine needs to open the fitted model."""
        assert self._body is not None  # noqa: S101 - asked only where it is not `single`
        seconds = self._time_left.at_most(math.inf)
        files = io.BytesIO()
        pack_folder(self._staged, files)
        return Packed(self._body, files.getvalue(), self._limits, seconds, self._devices)

    @contextmanager
    def open(self) -> Iterator[ModelProcess]:
        """The fitted model in a process of its own.

        Libraries get one thread in it: there are as many processes as cores, and sums over threads
        would make answers depend on their number.
        """
        if self._body is None:
            assert self._fitting is not None  # noqa: S101 - it is fitted, and was not serialised
            yield self._fitting
            self._note_predict(self._fitting)
            return
        scratch = self._new_folder()
        with self._start(scratch, [], threads=1, copies=not self.why_not_independent) as process:
            process.load(self._body, self._time_left.at_most(TRANSFER_SECONDS))
            if not self.why_not_independent:
                remove_folder(scratch)  # and with it the last right to write anything
            yield process
        self._note_predict(process)

    def usage(self) -> dict[str, dict[str, Any]]:
        """Time and memory that this machine saw `fit` and `predict` take, for the results.

        What was fitted or predicted before a run was resumed, or on another machine, is not in it.
        """
        return {name: dict(values) for name, values in self._usage.items()}

    def _note_predict(self, process: ModelProcess) -> None:
        """Add what a process took; processes end in threads of their own."""
        spans = process.predict_seconds
        with self._noting:
            known = self._usage.setdefault("predict", {**_NO_PREDICT})
            known["calls"] += len(spans)
            known["seconds"] += sum(spans)
            known["longest_seconds"] = max([known["longest_seconds"], *spans])
            known["memory_bytes"] = max(known["memory_bytes"], process.most_memory)

    def predict_seconds(self) -> float:
        """How long the next call of `predict` may take."""
        return self._time_left.at_most(self._limits.predict_seconds)

    def _new_folder(self) -> Path:
        """A scratch folder whose name no other process can guess."""
        folder = self._folder / secrets.token_hex(16)
        folder.mkdir()
        return folder

    def _start(
        self, scratch: Path, writable: list[Path], threads: int, *, copies: bool = False
    ) -> ModelProcess:
        policy = Policy(
            readable=[str(self._staged)],
            writable=[str(scratch), *map(str, writable)],
            memory_bytes=int(self._limits.memory_gib * GIB),
            disk_bytes=int(self._limits.disk_gib * GIB),
            devices=self._devices,
            copies=copies,
        )
        return ModelProcess(self._staged, scratch, policy, threads)


class Packed(NamedTuple):
    """A fitted submission on its way to another machine."""

    body: bytes
    """The fitted model."""
    files: bytes
    """The regular files of its folder, as a tar archive."""
    limits: LimitSettings
    seconds: float
    """How long the run may still take."""
    devices: Sequence[str]

    def unpack(self, folder: Path) -> Submission:
        """The submission in a folder of this machine."""
        staged = folder / "submission"
        unpack_folder(io.BytesIO(self.files), staged)
        submission = Submission(staged, folder, self.limits, TimeLeft(self.seconds), self.devices)
        submission.restore(self.body)
        return submission


def pack_folder(folder: Path, target: BinaryIO) -> None:
    """Write a folder as a tar archive; links and special files, which `fit` may make, stay out."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        return entry if entry.isreg() or entry.isdir() else None

    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.add(folder, ".", filter=plain)


def unpack_folder(source: BinaryIO, folder: Path) -> None:
    """Make a folder of what `pack_folder` wrote."""
    with tarfile.open(fileobj=source) as archive:
        archive.extractall(folder, filter="data")
    digest_of_folder(folder)  # for the times of last access, see `Submission`
