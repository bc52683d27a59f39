"""Every refusal of the scoring program, in one tree.

::

    ScoringError
    ├── SettingsError          the organiser's reference settings cannot be used
    ├── ResultsError           a results folder cannot be scored
    │   └── IngestionError     ... because the ingestion program did not finish
    └── ComparisonError        several results cannot be compared with each other

A message says where, what is wrong, which value was found, and how to mend it. It never shows a
number out of the results or the truth: the scoring log is open to participants.
"""

__all__ = ["ComparisonError", "IngestionError", "ResultsError", "ScoringError", "SettingsError"]

_UNSET = object()


class ScoringError(Exception):
    """Base of all errors of this package.

    Args:
        what: a sentence that says what is wrong.
        where: the file, key, set or experiment.
        value: what was found there (its `repr` is shown, cut to 200 characters).
        fix: what the reader can do about it.
    """

    usual_fix: str | None = None
    """What is advised where an error gives no fix of its own."""

    def __init__(
        self,
        what: str,
        *,
        where: object | None = None,
        value: object = _UNSET,
        fix: str | None = None,
    ) -> None:
        self.what, self.where, self.fix = what, where, fix or self.usual_fix
        parts = [what if where is None else f"{where}: {what}"]
        if value is not _UNSET:
            shown = repr(value)
            parts.append(f"Found: {shown if len(shown) <= 200 else shown[:197] + '...'}.")
        if self.fix is not None:
            parts.append(f"Fix: {self.fix}")
        super().__init__(" ".join(parts))


class SettingsError(ScoringError):
    """The organiser's reference settings cannot be used."""


class ResultsError(ScoringError):
    """A results folder cannot be scored."""

    usual_fix = "make the results anew with the ingestion program, and leave them as they are."


class IngestionError(ResultsError):
    """The ingestion program failed, so there is nothing to score."""


class ComparisonError(ScoringError):
    """Several results cannot be compared with each other."""
