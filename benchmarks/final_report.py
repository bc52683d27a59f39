"""The tables of `benchmarks/final.py`."""

import json

import numpy as np
import pandas as pd
from baseline_report import by_set, coverage_figure, flatness, markdown, summary, with_pulls
from scipy.stats import norm

from HiggsML.inference.likelihood import BinnedLikelihood, covariance
from higgsml_scoring.metrics import free_band


def simulation_errors(model, train, pool):
    """Errors of mu by finite templates and by a finite pool, over that of statistics, at mu = 1.

    Both are those of sums of weights in the bins, as the fit weighs them; the pool's are the
    templates' times the ratio of their events, by process.
    """
    templates = model.templates
    likelihood = BinnedLikelihood(templates, templates.coefficients[0].sum(axis=0))
    nominal = likelihood.start()
    weight = likelihood.response(nominal)[0] ** 2
    expected, _ = likelihood.expected_and_slopes(nominal)
    trained = np.minimum(np.array(train) // 2, model.training_rows)
    ratio = (np.array(train) - trained) / np.array(pool)
    by_process = templates.variances @ weight
    statistics = weight @ expected
    return {
        "templates": float(np.sqrt(by_process.sum() / statistics)),
        "pool": float(np.sqrt((by_process * ratio).sum() / statistics)),
        "statistics": float(np.sqrt(statistics)),
        "mu": float(np.sqrt(covariance(likelihood.information(nominal))[0, 0])),
    }


def coverage_with_bias(bias):
    """Coverage of the 68.27 % interval of an estimate that is off by so many of its errors."""
    return float(norm.cdf(1.0 - bias) - norm.cdf(-1.0 - bias))


def write_report(folder, answers, model, stages, options):
    """Write tables and a figure; returns the text of the tables."""
    found = with_pulls(answers.assign(model=options.model))
    row = summary(found).iloc[0]
    sets = by_set(found, options.model)
    coverage_figure(sets).savefig(folder / "coverage_by_mu.png", dpi=150)
    n = len(found)
    band = free_band(n)
    statistic, dof, probability = flatness(sets)
    errors = simulation_errors(model, options.train, options.pool)
    pool_bias = errors["pool"] * errors["statistics"] / errors["mu"]
    facts = {
        "experiments": n,
        "coverage": row.coverage,
        "coverage_error": row.coverage_error,
        "band": band,
        "width": row.width,
        "quantiles_score": row.score,
        "pull_mean": row.pull_mean,
        "pull_width": row.pull_width,
        "flatness": [statistic, dof, probability],
        "simulation_errors": errors,
        "bad_fits": int(found.bad_fit.sum()),
        "excluded_nothing": int((~found.excludes).sum()),
        "invalid": int((~found.valid).sum()),
        "stages": stages,
        "cpu_seconds": {"generation": found.generation.mean(), "predict": found.predict.mean()},
    }
    (folder / "facts.json").write_text(json.dumps(facts, indent=2, default=float))
    calibration = model.calibration
    lines = [
        f"{n} experiments in {len(sets)} sets, each with a pool of {sum(options.pool):,} events; "
        f"{sum(options.train):,} training events.",
        f"Coverage {row.coverage:.4f} ± {row.coverage_error:.4f}; no penalty from {band[0]:.4f} to "
        f"{band[1]:.4f}. Mean width {row.width:.4f}, quantiles score {row.score:+.3f}.",
        f"Pulls before the cut to the range: mean {row.pull_mean:+.3f} ± "
        f"{row.pull_width / np.sqrt(n):.3f}, width {row.pull_width:.3f} ± "
        f"{row.pull_width / np.sqrt(2 * n):.3f}.",
        f"One coverage for all sets: chi-squared {statistic:.1f} of {dof}, probability "
        f"{probability:.3f}.",
        f"Bad fits {facts['bad_fits']} (by chance {n / 1000:.0f}), whole ranges "
        f"{facts['excluded_nothing']}, invalid {facts['invalid']}. Level "
        f"{calibration.level:.4f} ± {calibration.level_error:.4f}.",
        "Errors of mu that experiments have in common, over that of statistics: templates "
        f"{errors['templates']:.3f} (in the interval, the same in all sets), pool "
        f"{errors['pool']:.3f} (in no interval, another in each set). With the latter an interval "
        f"that covers 0.6827 is expected to cover {coverage_with_bias(pool_bias):.4f}, and the "
        f"pulls of {len(sets)} sets to have a mean within "
        f"{np.hypot(errors['templates'], errors['pool'] / np.sqrt(len(sets))):.3f} of zero.",
        markdown(sets),
        markdown(pd.DataFrame({"minutes": {k: v / 60 for k, v in stages.items()}})),
        f"CPU time of an experiment: to draw {found.generation.mean():.3f} s, to measure "
        f"{found.predict.mean():.3f} s.",
    ]
    text = "\n\n".join(lines) + "\n"
    (folder / "report.md").write_text(text, "utf-8")
    return text
