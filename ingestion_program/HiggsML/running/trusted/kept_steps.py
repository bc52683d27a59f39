"""The steps of a run whose work is kept for later ones, each under a digest of what made it.

A digest covers the sources of this package that had a part, the packages that are installed, and
the values that went in. Data are believed, so only trusted processes make them. A fitted model is a
participant's: its bytes are never looked at here, and it is loaded in the sandbox alone.
"""

import importlib.metadata
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...datasets import EventSource
from ...event_files import process_names
from ...experiments import EventPool
from ...experiments.protocol import Experiment
from ...generation import generate
from ...numerics.sources import digest_of_package, digest_of_sources
from ...schema import DETAILED_LABELS, FILE_COLUMNS, PROCESSES
from ...settings import digest_of
from ..contract import Prediction, check_prediction
from ..diagnostics import check_diagnostics
from .kept_work import KeptWork
from .results import remove_folder
from .submission import Submission, pack_folder, unpack_folder

__all__ = ["Answered", "KeptAnswers", "KeptModel", "kept_generator", "kept_pool"]

_NUMBERS = [name for name in FILE_COLUMNS if name != DETAILED_LABELS]


@cache
def _installed() -> list[str]:
    """Python and all packages with their versions: any may have had a part."""
    found = (f"{each.name} {each.version}" for each in importlib.metadata.distributions())
    return sorted({platform.python_version(), *found})


def kept_pool(kept: KeptWork, data: EventSource, instead: Path) -> EventPool:
    """The pool of a data source, packed where it is not kept.

    Args:
        kept: what is kept.
        data: the events.
        instead: where the pool goes if it cannot be kept.
    """
    key = digest_of([_installed(), digest_of_sources(type(data).test_blocks), data.digest])

    def make(folder: Path) -> None:
        EventPool.from_blocks(data.test_blocks(), folder / "pool", data.digest)

    return EventPool.open(kept.obtain("pools", key, make, instead) / "pool")


def kept_generator(kept: KeptWork, instead: Path) -> Callable[..., pd.DataFrame]:
    """`generation.generate`, of which the events are kept.

    Args:
        kept: what is kept.
        instead: where the events go if they cannot be kept.
    """

    def generated(counts: Mapping[str, int], seed: int, *, luminosity: float) -> pd.DataFrame:
        made_of = [dict(counts), seed, luminosity, list(FILE_COLUMNS)]
        key = digest_of([_installed(), digest_of_sources(generate), made_of])

        def make(folder: Path) -> None:
            events = generate(counts, seed, luminosity=luminosity)
            codes = pd.Categorical(events[DETAILED_LABELS], PROCESSES).codes
            np.save(folder / "processes.npy", codes)
            np.save(folder / "numbers.npy", events[_NUMBERS].to_numpy().T)

        folder = kept.obtain("events", key, make, instead)
        numbers = np.load(folder / "numbers.npy", mmap_mode="r")
        frame = pd.DataFrame(numbers.T, columns=_NUMBERS, copy=False)
        names = process_names(np.load(folder / "processes.npy"))
        frame.insert(FILE_COLUMNS.index(DETAILED_LABELS), DETAILED_LABELS, names)
        return frame

    return generated


class KeptModel:
    """The fitted model of a run, with the files of its folder.

    Args:
        kept: what is kept.
        made_of: digests and values that `fit` depends on.
        anew: fit again, and replace what is kept.
    """

    def __init__(self, kept: KeptWork, made_of: Sequence[object], *, anew: bool = False) -> None:
        self._kept, self._anew = kept, anew
        self.key = digest_of([_installed(), digest_of_package(), list(made_of)])

    def restore(self, model: Submission, staged: Path) -> bytes | None:
        """Take the kept model in place of fitting; its bytes, if there is one."""
        folder = None if self._anew else self._kept.find("models", self.key)
        if folder is None:
            return None
        facts = _read_json(folder / "facts.json")
        remove_folder(staged)
        with (folder / "files.tar").open("rb") as file:
            unpack_folder(file, staged)
        body = (folder / "model").read_bytes()
        model.restore(body)
        model.note({"fit": facts["fit"]})
        if facts["diagnostics"] is not None:
            model.diagnostics = check_diagnostics(facts["diagnostics"])
        return body

    def keep(self, model: Submission, body: bytes, staged: Path) -> None:
        """Keep a model that was just fitted."""

        def make(folder: Path) -> None:
            (folder / "model").write_bytes(body)
            with (folder / "files.tar").open("wb") as file:
                pack_folder(staged, file)
            facts = {"fit": model.usage()["fit"], "diagnostics": model.diagnostics}
            (folder / "facts.json").write_text(json.dumps(facts), "utf-8")

        self._kept.put("models", self.key, make, anew=self._anew)


class Answered(NamedTuple):
    """What an earlier run measured."""

    answers: dict[Experiment, Prediction]
    usage: dict[str, Any]
    """Of `predict`, as in `Submission.usage`."""
    audit: dict[str, Any]
    """What predicting some of them again has shown."""


class KeptAnswers:
    """The answers of a kept model to the experiments of a run.

    Args:
        kept: what is kept.
        model: the model.
        made_of: what decides the experiments, and how answers are audited.
        anew: measure again, and replace what is kept.
    """

    def __init__(
        self, kept: KeptWork, model: KeptModel, made_of: Sequence[object], *, anew: bool = False
    ) -> None:
        self._kept, self._anew = kept, anew
        self._key = digest_of([model.key, list(made_of)])

    def find(self) -> Answered | None:
        """What an earlier run measured, if it is kept."""
        folder = None if self._anew else self._kept.find("answers", self._key)
        if folder is None:
            return None
        content = _read_json(folder / "answers.json")
        answers = {
            Experiment(i, j): check_prediction(dict(zip(Prediction._fields, each, strict=True)))
            for i, row in enumerate(content["answers"])
            for j, each in enumerate(row)
        }
        return Answered(answers, content["usage"], content["audit"])

    def keep(
        self,
        sets: Sequence[Sequence[Prediction]],
        usage: Mapping[str, Any],
        audit: Mapping[str, Any],
    ) -> None:
        """Keep the answers of a run, by set and experiment, and facts of them (`Answered`)."""
        content = {"answers": sets, "usage": usage, "audit": audit}

        def make(folder: Path) -> None:
            (folder / "answers.json").write_text(json.dumps(content), "utf-8")

        self._kept.put("answers", self._key, make, anew=self._anew)


def _read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content
