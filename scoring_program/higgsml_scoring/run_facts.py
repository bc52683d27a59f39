"""The facts that the ingestion program records about a run (`run.json`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import checks
from .errors import ResultsError

__all__ = ["RunFacts", "parse_run_facts"]


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """How, where and on what a measurement was run.

    Attributes:
        versions: release of each package that took part.
        stages: seconds that each stage of the run took, in the order in which they happened.
        workers: number of processes that measured.
        isolation_level: how well the submission was locked up.
        isolation_missing: what the machine could not provide for that.
        random_seed: seed of the experiments. With it the truth can be computed.
        settings_digest: digest of the ingestion's settings.
        experiments_digest: equal for two runs exactly if they measured the same experiments.
        submission_digest: digest of the submission's files.
    """

    versions: Mapping[str, str]
    stages: Mapping[str, float]
    workers: int
    isolation_level: str
    isolation_missing: tuple[str, ...]
    random_seed: int
    settings_digest: str
    experiments_digest: str
    submission_digest: str


def parse_run_facts(facts: Mapping[str, Any], where: str) -> RunFacts:
    """Check the content of `run.json`.

    Raises:
        ResultsError: where a fact is missing or of the wrong type.
    """

    def fact(key: str) -> Any:
        return checks.member(facts, key, where)

    isolation = _table(fact("isolation"), f"{where}: isolation")
    missing = checks.member(isolation, "missing", f"{where}: isolation")
    if not isinstance(missing, list):
        raise ResultsError("must be a list of texts.", where=f"{where}: isolation.missing")
    return RunFacts(
        versions={
            checks.text(name, where): checks.text(version, f"{where}: versions.{name[:40]}")
            for name, version in _table(fact("versions"), f"{where}: versions").items()
        },
        stages={
            checks.text(name, where): checks.seconds(span, f"{where}: stages.{name[:40]}")
            for name, span in _table(fact("stages"), f"{where}: stages").items()
        },
        workers=checks.count(fact("workers"), f"{where}: workers"),
        isolation_level=checks.text(
            checks.member(isolation, "level", f"{where}: isolation"), f"{where}: isolation.level"
        ),
        isolation_missing=tuple(
            checks.text(part, f"{where}: isolation.missing") for part in missing
        ),
        random_seed=checks.count(
            fact("random_seed"), f"{where}: random_seed", least=0, largest=2**128
        ),
        settings_digest=checks.digest(fact("settings_digest"), f"{where}: settings_digest"),
        experiments_digest=checks.digest(
            fact("experiments_digest"), f"{where}: experiments_digest"
        ),
        submission_digest=checks.digest(fact("submission_digest"), f"{where}: submission_digest"),
    )


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > 100:
        raise ResultsError("must be an object of at most 100 keys.", where=where)
    return value
