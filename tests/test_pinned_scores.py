"""The sample submission and each example score what is written here, in a small run of the whole.

The runs are too small to tell a good submission from a bad one; they hold the programs: events,
experiments, the shipped models, the fit and the scores. To print the table anew, after a change
that is meant to move scores:

    python tests/test_pinned_scores.py
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from HiggsML.settings import DataSettings, LimitSettings, ProtocolSettings, Settings
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import ReferenceSettings
from small_run import run

ROOT = Path(__file__).parents[1]
SHIPPED = [
    "sample_submission",
    *(
        f"examples/{path.name}"
        for path in sorted((ROOT / "examples").iterdir())
        if (path / "model.py").exists()
    ),
]

SETTINGS = Settings(
    data=DataSettings(
        source="generator",
        seed=4,
        luminosity=1.0,
        train_events={"htautau": 8_000, "ztautau": 150_000, "ttbar": 10_000, "diboson": 4_000},
        test_events={"htautau": 8_000, "ztautau": 150_000, "ttbar": 15_000, "diboson": 4_000},
    ),
    protocol=ProtocolSettings(num_of_sets=2, num_pseudo_experiments=4, random_seed=10),
    limits=LimitSettings(
        total_seconds=600.0, fit_seconds=600.0, predict_seconds=60.0, memory_gib=4.0, disk_gib=0.25
    ),
)


class Scores(NamedTuple):
    """What `scores.json` holds, but for the duration."""

    quantiles_score: float
    interval: float
    coverage: float
    rmse: float
    mae: float


TABLE = {
    "sample_submission": Scores(
        quantiles_score=-0.628422, interval=1.87365, coverage=0.875, rmse=1.23407, mae=1.26024
    ),
    "examples/balanced_bagging": Scores(
        quantiles_score=-0.716923, interval=2.04712, coverage=0.75, rmse=1.87048, mae=1.70392
    ),
    "examples/boosted_trees": Scores(
        quantiles_score=-0.662909, interval=1.93943, coverage=0.875, rmse=1.31965, mae=1.35734
    ),
    "examples/counting": Scores(
        quantiles_score=-2.03614, interval=6.61992, coverage=0.25, rmse=52.0797, mae=10.4419
    ),
    "examples/cut_and_count": Scores(
        quantiles_score=-0.943614, interval=2.56825, coverage=1, rmse=1.78068, mae=1.49059
    ),
    "examples/deepsets": Scores(
        quantiles_score=-0.443529, interval=1.5572, coverage=0.625, rmse=1.98237, mae=1.80542
    ),
    "examples/fixed_nuisances": Scores(
        quantiles_score=-0.135298, interval=0.988452, coverage=0.25, rmse=2.73785, mae=2.42686
    ),
    "examples/one_systematic": Scores(
        quantiles_score=-0.695105, interval=2.00292, coverage=0.375, rmse=7.96869, mae=3.97137
    ),
    "examples/pixel_cnn": Scores(
        quantiles_score=-0.526245, interval=1.69156, coverage=0.625, rmse=2.58351, mae=2.23974
    ),
    "examples/pyramid_match": Scores(
        quantiles_score=-0.423424, interval=1.52618, coverage=0.625, rmse=1.73423, mae=1.64826
    ),
    "examples/random_forest": Scores(
        quantiles_score=-0.515238, interval=1.67304, coverage=0.75, rmse=1.26184, mae=1.26346
    ),
    "examples/small_network": Scores(
        quantiles_score=-0.451726, interval=1.57002, coverage=0.75, rmse=1.34619, mae=1.29538
    ),
    "examples/stat_only": Scores(
        quantiles_score=-1.98558, interval=1.54067, coverage=0.125, rmse=27.505, mae=8.73052
    ),
}

OF_TORCH = ("examples/deepsets", "examples/pixel_cnn")
SLOW = (
    "examples/balanced_bagging",
    "examples/boosted_trees",
    "examples/fixed_nuisances",
    "examples/pyramid_match",
    "examples/random_forest",
    "examples/small_network",
    *OF_TORCH,
)
"""Twenty seconds each; what they are made of is tested elsewhere."""
NETWORKS = (
    *("sample_submission", "examples/fixed_nuisances", "examples/small_network"),
    "examples/pyramid_match",
    *OF_TORCH,
)

EFFORT = 0.04
"""A thousand toys instead of five thousand."""
EXPERIMENTS = SETTINGS.protocol.num_of_sets * SETTINGS.protocol.num_pseudo_experiments


def tolerance(folder: str) -> float:
    """How far a score may be from the table, relative to it.

    Machines add in different orders and with other last bits. Trees, histograms and fits make less
    than 1e-5 of that, so that a changed event or cut shows. Training by gradient descent makes
    another classifier of it, with bins of its own: with three sets of processor instructions the
    scores of networks were up to 10 % apart. A wider change has a cause in the programs.
    """
    return 0.15 if folder in NETWORKS else 5e-4


def scores_of(folder: str, tmp_path: Path) -> Scores:
    """Run ingestion and scoring on a shipped submission."""
    output = run(tmp_path, ROOT / folder, SETTINGS, effort=EFFORT)
    report = score_folder(output, ReferenceSettings(show_truth=True), tmp_path / "scores")
    scores = report.scores()
    return Scores(*(scores[name] for name in Scores._fields))


def test_every_shipped_submission_has_a_pinned_score() -> None:
    assert list(TABLE) == SHIPPED


@pytest.mark.parametrize(
    "folder",
    [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in TABLE],
)
def test_a_shipped_submission_keeps_its_score(folder: str, tmp_path: Path) -> None:
    if folder in OF_TORCH:
        pytest.importorskip("torch", reason="PyTorch is not installed: make torch")
    pinned, found, allowed = TABLE[folder], scores_of(folder, tmp_path), tolerance(folder)
    for name in ("interval", "rmse", "mae"):
        assert getattr(found, name) == pytest.approx(getattr(pinned, name), rel=allowed), name
    # One interval of a network may end on the other side of a true mu.
    differ = abs(found.coverage - pinned.coverage) * EXPERIMENTS
    assert differ <= (1 if folder in NETWORKS else 0)
    if differ == 0:  # the score is a logarithm of the width, and steep in the coverage
        assert found.quantiles_score == pytest.approx(pinned.quantiles_score, abs=allowed)


if __name__ == "__main__":
    for name in SHIPPED:
        with tempfile.TemporaryDirectory() as temporary:
            values = scores_of(name, Path(temporary))._asdict()
        print(f'    "{name}": Scores({", ".join(f"{k}={v:.6g}" for k, v in values.items())}),')
