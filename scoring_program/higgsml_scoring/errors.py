"""Every refusal of the scoring program, in one tree.

::

    ScoringError
    ├── SettingsError          the organiser's reference settings cannot be used
    ├── ResultsError           a results folder cannot be scored
    │   └── IngestionError     ... because the ingestion program did not finish
    └── ComparisonError        several results cannot be compared with each other

A message says what is wrong, where, and how to mend it. It never shows a number out of the results
or the truth: the scoring log is open to participants.
"""

__all__ = ["ComparisonError", "IngestionError", "ResultsError", "ScoringError", "SettingsError"]


class ScoringError(Exception):
    """Base of all errors of this package.

    Args:
        what: a sentence that says what is wrong.
        where: the file, key, set or experiment.
        fix: what the reader can do about it.
    """

    def __init__(self, what: str, *, where: object | None = None, fix: str | None = None) -> None:
        self.what, self.where, self.fix = what, where, fix
        message = what if where is None else f"{where}: {what}"
        super().__init__(message if fix is None else f"{message} Fix: {fix}")


class SettingsError(ScoringError):
    """The organiser's reference settings cannot be used."""


class ResultsError(ScoringError):
    """A results folder cannot be scored."""


class IngestionError(ResultsError):
    """The ingestion program failed, so there is nothing to score."""


class ComparisonError(ScoringError):
    """Several results cannot be compared with each other."""
