"""A run tells a model the range of mu, which is public, and it is measured with that range."""

from dataclasses import replace
from pathlib import Path

from HiggsML.settings import Settings
from small_run import SETTINGS, results, run, write_submission

RANGE = (0.5, 1.25)
SUBMISSION = """
class Model:
    def __init__(self, get_train_set, systematics, mu_range=(0.0, 9.0)):
        self.low, self.high = mu_range
    def fit(self):
        pass
    def predict(self, test_set):
        return {"mu_hat": 1.0, "delta_mu_hat": 1.0, "p16": self.low, "p84": self.high}
"""


def with_range(mu_range: tuple[float, float]) -> Settings:
    return replace(SETTINGS, protocol=replace(SETTINGS.protocol, mu_range=mu_range))


def test_a_model_that_asks_for_the_range_gets_that_of_the_run(tmp_path: Path) -> None:
    submission = write_submission(tmp_path / "submission", SUBMISSION)
    found = results(run(tmp_path, submission, with_range(RANGE)))
    assert all(RANGE[0] <= mu <= RANGE[1] for mu in found["test_settings.json"]["ground_truth_mus"])
    for number in range(2):
        assert set(found[f"result_{number}.json"]["p16"]) == {RANGE[0]}
        assert set(found[f"result_{number}.json"]["p84"]) == {RANGE[1]}
