"""Answers that were made in this process, written as a run of ingestion writes its own.

So `higgsml score` scores measurements of any task. Nothing kept the measurement from the truth:
the facts of the run say that there was no isolation.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...settings import digest_of
from ..contract import check_prediction
from .facts import facts_of_machine
from .output_folder import check_output
from .own_files import written_by_ingestion
from .results import clear_folder, write_results

__all__ = ["write_measured"]


def write_measured(
    output: Path,
    true_mus: Sequence[float],
    answers: Sequence[Sequence[Mapping[str, float]]],
    *,
    name: str,
    seed: int,
    seconds: float,
) -> None:
    """Write `result_<i>.json`, the truth and the completion marker.

    Args:
        output: folder: new, empty or of an earlier run.
        true_mus: the true strength of each set.
        answers: by set and experiment, as `FitResult.answer` gives them; every set has as many.
        name: what was measured, and how.
        seed: source of the experiments.
        seconds: duration of the whole measurement.

    Raises:
        RunError: the folder holds what no earlier run wrote there.
        PredictionError: an answer is none that a model may give.
    """
    sets = [[check_prediction(answer) for answer in some] for some in answers]
    folder = check_output(output, {}, lambda path: written_by_ingestion(path, path / "none"))
    truth = {
        "ground_truth_mus": list(true_mus),
        "num_of_sets": len(sets),
        "num_pseudo_experiments": len(sets[0]),
        "systematics": {},
    }
    run = {
        **facts_of_machine(),
        "stages": {"all": seconds},
        "workers": 1,
        "isolation": {"level": "none", "missing": ["files", "network"]},
        "random_seed": seed,
        "settings_digest": digest_of([name, len(sets), len(sets[0])]),
        "experiments_digest": digest_of([name, seed, truth]),
        "submission_digest": digest_of(name),
        "submission_name": name,
    }
    clear_folder(folder)
    write_results(folder, sets, seconds, truth, run)
