"""A tiny run of both programs: what only shows when a model runs, in seconds."""

import tempfile
from pathlib import Path

from .bundle import read_bundle, read_competition
from .dry_runs import dry_run
from .smaller_input import with_fewer_events

__all__ = ["sample_of", "try_out"]

EVENTS = 20_000
"""Most events of a process that are made for a trial."""
COUNTS = {"num_of_sets": 1, "num_pseudo_experiments": 2}
EFFORT = 0.005
"""The share of its usual work that `fit` is asked for."""


def sample_of(root: Path) -> Path | None:
    """The bundle's own solution of its first task, where it lies in the bundle."""
    solutions = read_competition(root).get("solutions") or []
    paths = [root / str(each["path"]) for each in solutions if each.get("path")]
    return paths[0] if paths else None


def try_out(root: Path, submission: Path) -> float:
    """Run a submission on two experiments made by the bundle's settings from few events; s.

    A bundle that has events of its own is tried on these, all of them.

    Raises:
        HiggsMLError: as for a dry run: a program failed, or a column has no score.
    """
    bundle = read_bundle(root)
    with tempfile.TemporaryDirectory(prefix="higgsml-") as temporary:
        folder = Path(temporary)
        input_data = with_fewer_events(
            bundle.folders["input_data"],
            folder / "input_data",
            lambda events: {name: min(n, EVENTS) for name, n in events.items()},
            ("train_events", "test_events"),
        )
        result = dry_run(
            bundle,
            submission=submission,
            input_data=input_data,
            output=folder / "results",
            overrides=COUNTS,
            refit=True,
            effort=EFFORT,
        )
    return sum(result.seconds.values())
