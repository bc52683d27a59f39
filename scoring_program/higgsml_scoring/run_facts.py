"""The facts that the ingestion program records about a run (`run.json`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from . import checks
from .diagnostics import Diagnostics, parse_diagnostics
from .errors import ResultsError

__all__ = ["RunFacts", "Usage", "parse_run_facts"]

Checked = TypeVar("Checked")

_UNKNOWN: tuple[bool | None, tuple[str, ...]] = (None, ())


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What `fit` and `predict` took, as seen by the process that asked them.

    A part that this run did not see is None: `fit` of a run that was resumed, `predict` on other
    machines.

    Attributes:
        fit_seconds, fit_bytes: time and largest memory of `fit`.
        fit_parts: seconds of its parts, as far as the model tells.
        predict_calls: calls of `predict` that were timed.
        predict_seconds, predict_longest: time of all calls, and of the longest.
        predict_bytes: largest memory of a process that predicted.
    """

    fit_seconds: float | None
    fit_bytes: int | None
    fit_parts: Mapping[str, float]
    predict_calls: int | None
    predict_seconds: float | None
    predict_longest: float | None
    predict_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """How, where and on what a measurement was run.

    Attributes:
        submission_name: what the submission calls itself, a participant's text; may be empty.
        started: when the run began, UTC (None in runs of before).
        versions: release of each package that took part.
        stages: seconds that each stage of the run took, in the order in which they happened.
        usage: time and memory of the submission (None in runs of before).
        kept: kinds of work that were kept from an earlier run: pools, events, models, answers.
        effort: share of its usual work that `fit` was asked for; below 1 in a trial.
        limits: what it was allowed, by the names of the ingestion's settings; may be empty.
        workers: number of processes that measured.
        isolation_level: how well the submission was locked up.
        isolation_missing: what the machine could not provide for that.
        independent: whether each answer came from a process that saw no other experiment (None in
            runs of before).
        why_not_independent: why that is not so.
        audited, audited_different: experiments that were predicted again, and how many of them got
            another answer.
        fits_told, fits_bad: fits of which the submission told how well they describe their
            experiments, and how many of them it called bad.
        diagnostics: what the submission tells of its own fit, if it tells anything.
        random_seed: seed of the experiments. With it the truth can be computed.
        settings_digest: digest of the ingestion's settings.
        experiments_digest: equal for two runs exactly if they measured the same experiments.
        submission_digest: digest of the submission's files.
    """

    submission_name: str
    started: datetime | None
    versions: Mapping[str, str]
    stages: Mapping[str, float]
    usage: Usage | None
    kept: tuple[str, ...]
    effort: float
    limits: Mapping[str, float]
    workers: int
    isolation_level: str
    isolation_missing: tuple[str, ...]
    independent: bool | None
    why_not_independent: tuple[str, ...]
    audited: int
    audited_different: int
    fits_told: int
    fits_bad: int
    diagnostics: Diagnostics | None
    random_seed: int
    settings_digest: str
    experiments_digest: str
    submission_digest: str


def parse_run_facts(facts: Mapping[str, Any], where: str) -> RunFacts:
    """Check the content of `run.json`.

    Raises:
        ResultsError: where a fact is missing or of the wrong type.
    """

    def fact(key: str, check: Callable[[Any, str], Checked]) -> Checked:
        return check(checks.member(facts, key, where), f"{where}: {key}")

    def later_fact(key: str, check: Callable[[Any, str], Checked], without: Checked) -> Checked:
        """A fact that runs of before do not have."""
        return check(facts[key], f"{where}: {key}") if key in facts else without

    level, missing = fact("isolation", _isolation)
    independent, why_not = later_fact("independence", _independence, _UNKNOWN)
    fits_told, fits_bad = later_fact("fits", _fits, (0, 0))
    audited, different = later_fact("audit", _audit, (0, 0))
    return RunFacts(
        submission_name=later_fact("submission_name", checks.text, ""),
        started=later_fact("started", _date, None),
        versions=fact("versions", _texts),
        stages=fact("stages", _numbers),
        usage=later_fact("usage", _usage, None),
        kept=later_fact("kept", _kept, ()),
        effort=later_fact("effort", checks.seconds, 1.0),
        limits=later_fact("limits", _numbers, {}),
        workers=fact("workers", checks.count),
        isolation_level=level,
        isolation_missing=missing,
        independent=independent,
        why_not_independent=why_not,
        audited=audited,
        audited_different=different,
        fits_told=fits_told,
        fits_bad=fits_bad,
        diagnostics=later_fact("diagnostics", parse_diagnostics, None),
        random_seed=fact("random_seed", _seed),
        settings_digest=fact("settings_digest", checks.digest),
        experiments_digest=fact("experiments_digest", checks.digest),
        submission_digest=fact("submission_digest", checks.digest),
    )


def _seed(value: object, where: str) -> int:
    return checks.count(value, where, least=0, largest=2**128)


def _amount(value: object, where: str) -> int:
    """A number of calls, experiments or bytes."""
    return checks.count(value, where, least=0, largest=2**50)


def _date(value: object, where: str) -> datetime | None:
    wrong = ResultsError("must be a date as 2027-01-31T12:00:00+00:00.", where=where)
    try:
        date = datetime.fromisoformat(checks.text(value, where))
        if date.tzinfo is None:
            raise wrong
        return date.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None


def _isolation(value: object, where: str) -> tuple[str, tuple[str, ...]]:
    table = _table(value, where)
    level = checks.text(checks.member(table, "level", where), f"{where}.level")
    return level, _list_of_texts(table, "missing", where)


def _independence(value: object, where: str) -> tuple[bool | None, tuple[str, ...]]:
    table = _table(value, where)
    independent = checks.member(table, "by_construction", where)
    if not isinstance(independent, bool):
        raise ResultsError("must be true or false.", where=f"{where}.by_construction")
    return independent, _list_of_texts(table, "why_not", where)


def _kept(value: object, where: str) -> tuple[str, ...]:
    return _list_of_texts({"kept": value}, "kept", where)


def _list_of_texts(table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    texts = checks.member(table, key, where)
    if not isinstance(texts, list) or len(texts) > 100:
        raise ResultsError("must be a list of at most 100 texts.", where=f"{where}.{key}")
    return tuple(checks.text(text, f"{where}.{key}") for text in texts)


def _audit(value: object, where: str) -> tuple[int, int]:
    """How many experiments were predicted again, and how many differ: never which ones."""
    table = _table(value, where)
    checked = _amount(checks.member(table, "checked", where), f"{where}.checked")
    different = checks.member(table, "different", where)
    if not isinstance(different, list) or len(different) > checked:
        raise ResultsError(
            "must be a list of at most as many experiments as were checked.",
            where=f"{where}.different",
        )
    return checked, len(different)


def _fits(value: object, where: str) -> tuple[int, int]:
    """How many fits were told of, and how many are bad."""
    table = _table(value, where)
    told = _amount(checks.member(table, "told", where), f"{where}.told")
    bad = _amount(checks.member(table, "bad", where), f"{where}.bad")
    if bad > told:
        raise ResultsError("more fits are bad than there are.", where=where)
    return told, bad


def _usage(value: object, where: str) -> Usage:
    table = _table(value, where)

    def of(stage: str, key: str, check: Callable[[Any, str], Checked]) -> Checked | None:
        if stage not in table:
            return None
        part = _table(table[stage], f"{where}.{stage}")
        return check(checks.member(part, key, f"{where}.{stage}"), f"{where}.{stage}.{key}")

    parts = _table(table.get("fit", {}), f"{where}.fit").get("parts", {})  # not in runs of before
    return Usage(
        fit_seconds=of("fit", "seconds", checks.seconds),
        fit_bytes=of("fit", "memory_bytes", _amount),
        fit_parts=_numbers(parts, f"{where}.fit.parts"),
        predict_calls=of("predict", "calls", checks.count),
        predict_seconds=of("predict", "seconds", checks.seconds),
        predict_longest=of("predict", "longest_seconds", checks.seconds),
        predict_bytes=of("predict", "memory_bytes", _amount),
    )


def _texts(value: object, where: str) -> dict[str, str]:
    return {
        checks.text(name, where): checks.text(text, f"{where}.{name[:40]}")
        for name, text in _table(value, where).items()
    }


def _numbers(value: object, where: str) -> dict[str, float]:
    """Numbers by name, none of them negative."""
    return {
        checks.text(name, where): checks.seconds(number, f"{where}.{name[:40]}")
        for name, number in _table(value, where).items()
    }


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > 100:
        raise ResultsError("must be an object of at most 100 keys.", where=where)
    return value
