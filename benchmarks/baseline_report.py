"""The tables and figures of `benchmarks/baseline.py`, from what it stored.

python benchmarks/baseline_report.py [results/baseline]
"""

import json
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import chi2_contingency

from higgsml_scoring.metrics import ONE_SIGMA, covers, free_band, quantiles_score, rmse

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000")


def with_pulls(answers):
    """Adds whether intervals cover, their widths and, of what was fitted, the pulls.

    A pull compares the best mu and its error before they are cut to the range of mu: cut numbers
    are not normally distributed near the ends of the range, whatever the fit does.
    """
    return answers.assign(
        covered=covers(answers.mu, answers.p16, answers.p84),
        width=answers.p84 - answers.p16,
        uncut_width=2.0 * answers.uncut_error,
        pull=(answers.uncut_mu - answers.mu) / answers.uncut_error,
    )


def summary(answers):
    """One row for each model."""
    rows = {}
    for name, found in answers.groupby("model", sort=False):
        n, coverage, width = len(found), found.covered.mean(), found.width.mean()
        rows[name] = {
            "experiments": n,
            "coverage": coverage,
            "coverage_error": np.sqrt(coverage * (1 - coverage) / n),
            "width": width,
            "score": float(quantiles_score(width, coverage, n)),
            "bias": (found.mu_hat - found.mu).mean(),
            "pull_mean": found.pull.mean(),
            "pull_width": found.pull.std(),
            "rmse": rmse(found.mu, found.mu_hat, found.delta_mu_hat).mean(),
            "predict_seconds": found.predict.median(),
            **({"memory_mb": found.memory_mb.max()} if "memory_mb" in found else {}),
        }
    return pd.DataFrame(rows).T


def by_set(answers, name):
    """Coverage, width and pulls of a model in each set, by true mu."""
    table = (
        answers[answers.model == name]
        .groupby("mu")
        .agg(
            experiments=("covered", "size"),
            coverage=("covered", "mean"),
            width=("width", "mean"),
            uncut_width=("uncut_width", "mean"),
            pull_mean=("pull", "mean"),
            pull_width=("pull", "std"),
        )
    )
    error = np.sqrt(table.coverage * (1 - table.coverage) / table.experiments)
    return table.assign(coverage_error=error)


def flatness(table):
    """Chi-squared of one coverage for all sets, and the probability of a larger one."""
    covered = (table.coverage * table.experiments).round()
    if covered.sum() in (0, table.experiments.sum()):  # few experiments: all alike
        return 0.0, len(table) - 1, 1.0
    found = chi2_contingency([covered, table.experiments - covered], correction=False)
    return found.statistic, found.dof, found.pvalue


def markdown(table):
    """A frame as a table in Markdown."""
    lines = ["| " + " | ".join([table.index.name or "", *table.columns]) + " |"]
    lines.append("|" + " --- |" * (len(table.columns) + 1))
    for name, row in table.iterrows():
        label = name if isinstance(name, str) else f"{name:.3f}"
        lines.append("| " + " | ".join([label, *(f"{value:.4g}" for value in row)]) + " |")
    return "\n".join(lines)


def width_and_coverage_figure(table):
    """Width against coverage of each model, on contours of the quantiles score."""
    n = int(table.experiments.iloc[0])
    figure = Figure((7, 5), layout="constrained")
    axes = figure.subplots()
    widths = np.linspace(0.05, max(1.2, 1.1 * table.width.max()), 200)
    coverages = np.linspace(min(0.3, table.coverage.min() - 0.05), 0.95, 300)
    x, y = np.meshgrid(widths, coverages)
    levels = (-10, -5, -2, -1, 0, 0.3, 0.6, 0.9, 1.5)
    contours = axes.contour(x, y, quantiles_score(x, y, n), levels, colors="0.6", linewidths=0.8)
    axes.clabel(contours, fontsize=8)
    axes.axhspan(*free_band(n), color="0.9", label="no penalty")
    for (name, row), colour in zip(table.iterrows(), cycle(COLOURS), strict=False):
        axes.errorbar(
            row.width, row.coverage, row.coverage_error, fmt="o", color=colour, label=name
        )
    axes.set(xlabel="mean width of the interval on mu", ylabel="coverage")
    axes.set_title(f"{n} pseudo-experiments; contours: quantiles score")
    axes.legend(loc="center right")
    return figure


def coverage_figure(table):
    """Coverage against true mu, with binomial errors."""
    figure = Figure((7, 4), layout="constrained")
    axes = figure.subplots()
    axes.errorbar(table.index, table.coverage, table.coverage_error, fmt="o", color=COLOURS[0])
    axes.axhline(ONE_SIGMA, color="0.4", linewidth=1)
    axes.set(xlabel="true mu", ylabel="coverage", ylim=(0.4, 1.0))
    return figure


def write_report(folder):
    """Write tables and figures; returns the text of the tables."""
    answers = with_pulls(pd.read_csv(folder / "answers.csv"))
    facts = json.loads((folder / "facts.json").read_text())
    table = summary(answers)
    fits = pd.DataFrame(facts["models"]).T[["fit_seconds", "fit_cpu_seconds", "fit_memory_mb"]]
    parts = [markdown(table), markdown(fits.astype(float))]
    width_and_coverage_figure(table).savefig(folder / "width_and_coverage.png", dpi=150)
    if "sample_submission" in table.index:
        sets = by_set(answers, "sample_submission")
        parts.append(markdown(sets))
        coverage_figure(sets).savefig(folder / "coverage_by_mu.png", dpi=150)
        own = facts["models"]["sample_submission"]
        measured = answers[answers.model == "sample_submission"]
        moved = {k: (mu - own["mu_by_shift"]["nominal"]) for k, mu in own["mu_by_shift"].items()}
        shifts = pd.DataFrame({"mu moves by": moved})
        shifts["of the width"] = shifts["mu moves by"] / own["asimov_width"]
        parts.append(markdown(shifts))
        statistic, dof, probability = flatness(sets)
        parts.append(
            f"One coverage for all sets: chi-squared {statistic:.1f} of {dof}, probability "
            f"{probability:.2f}."
        )
        width, uncut = table.width["sample_submission"], sets.uncut_width.mean()
        statistics_only = np.mean(list(own["statistics_only"].values()))
        parts.append(
            f"Mean width {width:.4f}; Asimov width of statistics alone, averaged over the same "
            f"true mu, {statistics_only:.4f}: {width / statistics_only:.3f} times. The latter is "
            f"not cut to the range of mu; two errors of mu before the cut are {uncut:.4f} on "
            f"average: {uncut / statistics_only:.3f} times."
        )
        share = np.sqrt((own["asimov_width"] / own["asimov_width_exact_simulation"]) ** 2 - 1.0)
        parts.append(
            "The finite simulation of the templates moves mu, in all experiments alike, by "
            f"{share:.2f} of the statistical error."
        )
        parts.append(
            f"Calibration: level {own['level']:.4f} +- {own['level_error']:.4f}. Of {own['toys']} "
            f"toys, {own['invalid_toys']} fits did not converge; of the experiments' "
            f"{(~measured.valid.astype(bool)).sum()}."
        )
    run = facts["run"]
    own_times = answers[answers.model == answers.model.iloc[0]]
    parts.append(
        f"Wall time of the experiments {run['wall_seconds']:.0f} s with {run['workers']} workers; "
        f"generation {own_times.generation.median():.3f} s CPU an experiment (median). "
        f"Training events {run['train']}, pool {run['pool']}."
    )
    text = "\n\n".join(parts) + "\n"
    (folder / "table.md").write_text(text)
    return text


if __name__ == "__main__":
    print(write_report(Path(sys.argv[1] if len(sys.argv) > 1 else "results/baseline")))
