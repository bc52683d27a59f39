from functools import cache

import numpy as np
import pandas as pd
import pytest

from HiggsML.metrics import log_loss
from particle_study.answers import answer_table, write_answers
from particle_study.comparison import (
    WAYS,
    Trained,
    confusion,
    constant_losses,
    equal_weights,
    inputs,
    score_table,
    train,
)
from particle_study.event_files import Event
from particle_study.splitting import Particles, joined
from particle_study.synthetic import sample


def particles(counts: list[int], seed: int) -> Particles:
    return joined([Event(*sample(counts, seed))])


TRAINING = [40, 20, 6_000, 1_000, 700]
"""Electrons and muons are less rare than in nature: the sample is small."""


@cache
def trained(way: str) -> Trained:
    return train("logistic regression", way, particles(TRAINING, 1), seed=3)


@cache
def balanced() -> Particles:
    return particles([600] * 5, 2)


def loss(probabilities: np.ndarray) -> float:
    return log_loss(probabilities, balanced().kind)


def test_constant_answers_have_the_losses_of_the_challenge() -> None:
    found = constant_losses()
    assert found["equal shares"] == pytest.approx(1.6094, abs=5e-4)
    assert found["natural shares"] == pytest.approx(3.640, abs=5e-4)


def test_correcting_the_shares_is_better_than_the_answer_one_fifth() -> None:
    x = inputs(balanced())
    raw = loss(trained("as is").raw(x))
    assert raw > 1.9
    assert loss(trained("as is").corrected(x)) < np.log(5.0)
    assert loss(trained("weights").raw(x)) < raw - 0.3  # learns 20 muons by heart, though


@pytest.mark.parametrize("way", WAYS)
def test_each_way_trains_on_shares_of_its_own(way: str) -> None:
    """The correction divides by these; made rows are made in the training only."""
    classifier = trained(way).classifier
    inner = getattr(classifier, "estimators_", [classifier])[0]
    counts = np.array(TRAINING, dtype=float)
    if way in ("SMOTE", "ADASYN"):
        assert inner.training_priors_[0] == pytest.approx(0.01, rel=0.03)
    elif way in ("under-sampling", "weights"):
        np.testing.assert_allclose(inner.training_priors_, 0.2)
    else:
        np.testing.assert_allclose(inner.training_priors_, counts / counts.sum())


def test_adasyn_is_not_smote() -> None:
    """In the challenge's notebook it was, and both made the same rows."""
    x = inputs(balanced())
    assert (trained("ADASYN").raw(x) != trained("SMOTE").raw(x)).any()


def test_scores_and_confusion() -> None:
    training = particles(TRAINING, 1)
    table = score_table([trained("as is"), trained("weights")], training, training, balanced())
    assert table.index.tolist() == [("logistic regression", way) for way in ("as is", "weights")]
    assert (table["train_accuracy"] == table["test_accuracy"]).all()
    assert table["loss"].iloc[0] == pytest.approx(loss(trained("as is").raw(inputs(balanced()))))
    shares = confusion(trained("weights"), balanced())
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert np.diag(shares).mean() == pytest.approx(table["balanced_accuracy"].iloc[1])
    assert equal_weights(training)[training.kind == 1].sum() == pytest.approx(1.0)


def test_answers_are_those_that_the_challenge_wants(tmp_path) -> None:
    write_answers(tmp_path / "answers.csv", ["a", "b"], [[1, 1, 1, 1, 0], [0, 0, 3, 0, 1]])
    table = pd.read_csv(tmp_path / "answers.csv")
    assert table.columns.tolist() == ["image", "11", "13", "211", "321", "2212"]
    assert table["image"].tolist() == ["a", "b"]
    np.testing.assert_allclose(table.drop(columns="image").sum(axis=1), 1.0)
    assert answer_table(["a"], [[0, 0, 3, 0, 1]])[211].tolist() == [0.75]
