"""Make `scoring.json`: a few small results with their scores by HiggsML 0.1.5, not rounded.

pip install --no-deps --target FOLDER HiggsML==0.1.5 mpld3
PYTHONPATH=FOLDER:tests python tests/golden/make_scoring.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from HiggsML.score import Scoring
from toy_results import toy_answers

CASES = {"calibrated": 1.0, "narrow": 0.6, "wide": 2.0}


def main() -> None:
    """Write answers, scores of each set, and of all, for each case."""
    if version("HiggsML") != "0.1.5":
        raise SystemExit("HiggsML 0.1.5 must come first on PYTHONPATH")
    mu = np.array([0.25, 1.5, 2.875])
    cases = {
        name: make_case(mu, seed, stretch) for seed, (name, stretch) in enumerate(CASES.items())
    }
    Path(__file__).with_name("scoring.json").write_text(json.dumps(cases) + "\n")


def make_case(mu: np.ndarray, seed: int, stretch: float) -> dict[str, object]:
    """One small result and its scores: RMSE, MAE, interval, coverage, quantiles score."""
    scoring = Scoring()
    answers = toy_answers(mu, 25, seed=seed, stretch=stretch)
    columns = vars(answers)
    single, of_sets = [], []
    for set_mu, estimates, errors, low, high in zip(mu, *columns.values(), strict=True):
        pairs = [(set_mu, *pair) for pair in zip(estimates, errors, strict=True)]
        single += [(scoring.RMSE_score(*pair), scoring.MAE_score(*pair)) for pair in pairs]
        whole = (set_mu, estimates, errors)
        quantiles = scoring.Quantiles_Score(np.full(len(low), set_mu), low, high)
        of_sets.append([scoring.RMSE_score(*whole), scoring.MAE_score(*whole), *quantiles])
    of_all = scoring.Quantiles_Score(np.repeat(mu, 25), answers.p16.ravel(), answers.p84.ravel())
    return {
        "mu": mu.tolist(),
        **{name: column.tolist() for name, column in columns.items()},
        "of_sets": np.array(of_sets).tolist(),
        "of_all": [*np.mean(single, axis=0).tolist(), *map(float, of_all)],
    }


if __name__ == "__main__":
    main()
