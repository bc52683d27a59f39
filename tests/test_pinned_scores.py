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
        quantiles_score=-0.059035, interval=1.05981, coverage=0.5, rmse=2.43986, mae=2.16166
    ),
    "examples/balanced_bagging": Scores(
        quantiles_score=-0.641252, interval=1.89786, coverage=0.625, rmse=2.33687, mae=2.07515
    ),
    "examples/boosted_trees": Scores(
        quantiles_score=-0.380424, interval=1.4619, coverage=0.375, rmse=2.90171, mae=2.57443
    ),
    "examples/counting": Scores(
        quantiles_score=-1.97152, interval=7.18055, coverage=0.375, rmse=26.6025, mae=7.43514
    ),
    "examples/cut_and_count": Scores(
        quantiles_score=-0.769051, interval=2.15672, coverage=0.625, rmse=2.98181, mae=2.3593
    ),
    "examples/deepsets": Scores(
        quantiles_score=-0.219836, interval=1.24487, coverage=0.375, rmse=3.12299, mae=2.59913
    ),
    "examples/fixed_nuisances": Scores(
        quantiles_score=-0.891765, interval=0.515359, coverage=0.125, rmse=3.2213, mae=2.85767
    ),
    "examples/one_systematic": Scores(
        quantiles_score=-2.20879, interval=1.92622, coverage=0.125, rmse=14.6176, mae=5.92244
    ),
    "examples/pixel_cnn": Scores(
        quantiles_score=-0.478732, interval=1.61303, coverage=0.625, rmse=2.19272, mae=1.93623
    ),
    "examples/pyramid_match": Scores(
        quantiles_score=-0.574144, interval=1.77461, coverage=0.5, rmse=2.91157, mae=2.39979
    ),
    "examples/random_forest": Scores(
        quantiles_score=-0.711462, interval=2.03597, coverage=0.75, rmse=2.2228, mae=1.80349
    ),
    "examples/small_network": Scores(
        quantiles_score=-0.404231, interval=1.49715, coverage=0.625, rmse=1.87205, mae=1.65314
    ),
    "examples/stat_only": Scores(
        quantiles_score=-3.60868, interval=1.65295, coverage=0, rmse=26.8055, mae=8.80456
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
