"""Every error that this package raises on purpose, in one tree.

::

    HiggsMLError
    ├── SettingsError          the settings of a run cannot be used
    ├── DataError              events (a file, a frame, a pool) cannot be used
    │   └── DownloadError      a data set could not be fetched
    ├── ApproachError          a classifier or a representation of events cannot be used
    ├── SubmissionError        the participant's model is at fault
    │   └── PredictionError    ... in what `predict` returned
    └── RunError               the run itself could not go on, and the participant is not to blame

A message says what is wrong, where, which value was found and how to mend it.
"""

import difflib
from collections.abc import Iterable

__all__ = [
    "ApproachError",
    "DataError",
    "DownloadError",
    "HiggsMLError",
    "PredictionError",
    "RunError",
    "SettingsError",
    "SubmissionError",
    "did_you_mean",
]

_UNSET = object()


class HiggsMLError(Exception):
    """Base of all errors of this package.

    Args:
        what: a sentence that says what is wrong.
        where: the file, line, column, set or experiment.
        value: what was found there (its `repr` is shown, cut to 200 characters).
        fix: what the reader can do about it.
    """

    def __init__(
        self,
        what: str,
        *,
        where: object | None = None,
        value: object = _UNSET,
        fix: str | None = None,
    ) -> None:
        self.what, self.where, self.fix = what, where, fix
        parts = [what if where is None else f"{where}: {what}"]
        if value is not _UNSET:
            shown = repr(value)
            parts.append(f"Found: {shown if len(shown) <= 200 else shown[:197] + '...'}.")
        if fix is not None:
            parts.append(f"Fix: {fix}")
        super().__init__(" ".join(parts))


class SettingsError(HiggsMLError, ValueError):
    """The settings of a run cannot be used."""


class DataError(HiggsMLError, ValueError):
    """Events (a file, a frame, a pool) cannot be used."""


class DownloadError(DataError, OSError):
    """A data set could not be fetched or unpacked."""


class ApproachError(HiggsMLError, ValueError):
    """A classifier or a representation of events (`HiggsML.approaches`) cannot be used."""


class SubmissionError(HiggsMLError):
    """The participant's model is at fault."""


class PredictionError(SubmissionError):
    """What `predict` returned cannot be used."""


class RunError(HiggsMLError, RuntimeError):
    """The run itself could not go on, and the participant is not to blame."""


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """How to mend a name that is unknown: the one that was probably meant, or all that are known.

    Capitals make no difference.

    Args:
        name: what was written.
        known: what could have been meant.

    >>> did_you_mean("ttbr", ["htautau", "ttbar"])
    "did you mean 'ttbar'?"
    >>> did_you_mean("Htautau", ["htautau", "ztautau"])
    "did you mean 'htautau'?"
    """
    choices = {str(choice).casefold(): str(choice) for choice in known}
    near = difflib.get_close_matches(str(name).casefold(), choices, n=1)
    if near:
        return f"did you mean '{choices[near[0]]}'?"
    return f"known are {', '.join(choices.values())}."
