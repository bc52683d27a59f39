"""The class `Scoring`: a notebook written for HiggsML 0.1.5 runs."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from higgsml_scoring import Scoring
from higgsml_scoring.errors import ResultsError
from toy_results import toy_files

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "scoring.json").read_text())


@pytest.fixture
def run(tmp_path):
    """A folder as 0.1.5 leaves it: no marker, no facts, the old spelling of the quantiles."""
    files = toy_files(2, 20)
    for name in ("result_0.json", "result_1.json"):
        content = files[name]
        content["p16s"], content["p84s"] = content.pop("p16"), content.pop("p84")
        (tmp_path / name).write_text(json.dumps(content))
    duration = json.dumps(files["ingestion_duration.json"])
    (tmp_path / "ingestion_duration.json").write_text(duration)
    return tmp_path, files["test_settings.json"]


def computed(run):
    folder, test_settings = run
    scoring = Scoring()
    scoring.load_ingestion_duration(folder / "ingestion_duration.json")
    scoring.load_ingestion_results(str(folder), str(folder / "scores"))
    scoring.compute_scores(test_settings)
    return scoring


def test_notebook_from_beginning_to_end(run):
    folder, test_settings = run
    scoring = Scoring()
    scoring.start_timer()
    scoring.load_ingestion_duration(ingestion_duration_file=f"{folder}/ingestion_duration.json")
    scoring.load_ingestion_results(prediction_dir=f"{folder}/", score_dir=f"{folder}/scores")
    test_settings["ground_truth_mus"] = np.array(test_settings["ground_truth_mus"])
    scoring.compute_scores(test_settings)
    scoring.write_scores()
    scoring.stop_timer()
    assert scoring.get_duration() > timedelta(0)
    assert json.loads((folder / "scores" / "scores.json").read_text()) == scoring.scores_dict
    assert scoring.html_file == folder / "scores" / "detailed_results.html"
    assert "Against the true μ" in scoring.html_file.read_text()


@pytest.mark.parametrize("case", GOLDEN)
def test_methods_give_the_numbers_of_higgsml_0_1_5(case):
    golden = GOLDEN[case]
    mu = np.array(golden["mu"])
    mu_hat, delta, p16, p84 = (
        np.array(golden[name]) for name in ("mu_hat", "delta_mu_hat", "p16", "p84")
    )
    scoring = Scoring()
    for row, expected in enumerate(golden["of_sets"]):
        found = [
            scoring.RMSE_score(mu[row], mu_hat[row], delta[row]),
            scoring.MAE_score(mu[row], mu_hat[row], delta[row]),
            *scoring.Quantiles_Score(np.full(25, mu[row]), p16[row], p84[row]),
        ]
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    found = scoring.Quantiles_Score(np.repeat(mu, 25), p16.ravel(), p84.ravel())
    assert found == pytest.approx(golden["of_all"][2:], rel=1e-12, abs=1e-12)


def test_quantiles_score_takes_another_epsilon():
    mu, low = np.ones(100), np.full(100, 0.5)
    low[:32] = 1.1
    _, _, score = Scoring().Quantiles_Score(mu, low, low + 1, eps=0.5)
    assert score == pytest.approx(-np.log(1.5), rel=1e-14)


def test_bootstrapped_scores_draw_sets(run):
    scoring = computed(run)
    scoring.compute_bootstraped_scores(n_bootstraps=50, sample_size=7, random_seed=1)
    drawn = scoring.bootstraped_scores
    assert {len(values) for values in drawn.values()} == {50}
    assert {"quantiles_score", "interval", "coverage"} <= set(drawn)
    low, high = sorted(row.interval.value for row in scoring.report.sets)
    assert all(low - 1e-12 <= value <= high + 1e-12 for value in drawn["interval"])
    assert len({round(value, 9) for value in drawn["interval"]}) <= 8  # 0 to 7 times the first
    first = dict(drawn)
    scoring.compute_bootstraped_scores(n_bootstraps=50, sample_size=7, random_seed=1)
    assert scoring.bootstraped_scores == first


def test_timer_that_did_not_run():
    scoring = Scoring()
    assert scoring.get_duration() is None
    scoring.stop_timer()
    assert scoring.get_duration() is None
    scoring.start_timer()
    assert scoring.get_duration() is None


def test_duration_is_logged(caplog):
    caplog.set_level("INFO")
    scoring = Scoring()
    scoring.start_timer()
    scoring.stop_timer()
    scoring.show_duration()
    assert "duration of scoring: 0:00:00" in caplog.text


def test_figure_of_one_set(run):
    scoring = computed(run)
    low, high = np.array([0.5, 1.0]), np.array([1.5, 1.2])
    scoring.save_figure(1.1, low, high, set=7, true_mu=1.3, result_text="Set 7\nCoverage: 0.5")
    figures = scoring.score_file.parent / "figures"
    assert {path.name for path in figures.iterdir()} == {
        "intervals_set_7.svg",
        "intervals_set_7.png",
    }
    assert "Coverage: 0.5" in (figures / "intervals_set_7.svg").read_text()


def test_steps_in_the_wrong_order_are_refused(run):
    _, test_settings = run
    scoring = Scoring()
    for step in (scoring.write_scores, scoring.compute_bootstraped_scores):
        with pytest.raises(ResultsError, match="compute_scores first"):
            step()
    with pytest.raises(ResultsError, match="load_ingestion_results first"):
        scoring.compute_scores(test_settings)


def test_the_duration_is_optional(run):
    """As in 0.1.5, whose starting kits score without it; the page says so."""
    folder, test_settings = run
    scoring = Scoring()
    assert repr(scoring) == "Scoring: no results, no scores"
    scoring.load_ingestion_results(folder, folder / "scores")
    scoring.compute_scores(test_settings)
    assert scoring.scores_dict == computed(run).scores_dict | {"ingestion_duration": None}
    scoring.write_scores()
    assert json.loads((folder / "scores" / "scores.json").read_text()) == scoring.scores_dict
    assert "not measured" in (folder / "scores" / "detailed_results.html").read_text("utf-8")


def test_a_shown_object_tells(run):
    scoring = computed(run)
    assert repr(scoring).startswith("Scoring: 2 sets, 40 experiments; rmse ")
    score = f"{scoring.scores_dict['quantiles_score']:.4g}"
    assert score in repr(scoring)
    assert f"<th>quantiles_score</th><td>{score}</td>" in scoring._repr_html_()


def test_refuses_another_number_of_true_mu(run):
    scoring = computed(run)
    with pytest.raises(ResultsError, match="must hold 2 numbers, not 1"):
        scoring.compute_scores({"ground_truth_mus": [1.0]})
    with pytest.raises(ResultsError, match="'ground_truth_mus' is missing"):
        scoring.compute_scores({})
