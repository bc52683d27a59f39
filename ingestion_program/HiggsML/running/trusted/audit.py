"""Does an answer depend on what the model saw before? Some experiments are predicted again."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...experiments.protocol import Experiment
from ..contract import Prediction
from .worker import Worker

__all__ = ["audit_answers"]

log = logging.getLogger(__name__)


def audit_answers(
    worker: Worker, answers: Mapping[Experiment, Prediction], number: int
) -> dict[str, Any]:
    """Predict some experiments again, in another order, and compare.

    The terms of the challenge want each answer to depend on its own test set alone, so the second
    answer must be the first, bit for bit.

    Args:
        worker: has a model that has seen no experiment.
        answers: those of the run.
        number: how many experiments are predicted again.

    Returns:
        For the results: how many were `checked`, and the experiments whose answers are `different`.
    """
    everything = sorted(answers)
    rng = np.random.default_rng(np.random.SeedSequence().entropy)
    chosen = rng.choice(len(everything), min(number, len(everything)), replace=False)
    different = []
    for experiment, prediction in worker.run(everything[i] for i in chosen):
        if prediction != answers[experiment]:
            different.append(list(experiment))
            log.warning(
                "AUDIT: %s: the second answer differs: %s, first %s",
                experiment,
                prediction,
                answers[experiment],
            )
    log.info("Audit: %d of %d answers differ.", len(different), len(chosen))
    return {"checked": len(chosen), "different": sorted(different)}
