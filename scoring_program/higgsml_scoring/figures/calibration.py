"""Figures against the true mu: coverage, width, bias, and the distribution of the pulls."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..metrics import FEWEST, ONE_SIGMA, coverage_sigma
from .style import COLOURS, new_figure

__all__ = ["bias_figure", "coverage_figure", "pulls_figure", "width_figure"]

_MU = "true μ"


def coverage_figure(mu: ArrayLike, coverage: ArrayLike, experiments: int) -> Figure:
    """Coverage of each set with the band in which a calibrated method falls.

    Args:
        mu, coverage: of each set, shape (sets,).
        experiments: number of experiments per set; the bands are one and two binomial standard
            deviations for this number, and sets outside the wider one are vermilion, unless their
            experiments are too few for a verdict.
    """
    mu, coverage = np.asarray(mu, dtype=float), np.asarray(coverage, dtype=float)
    figure, axes = new_figure(_MU, "coverage", left=0.7)
    sigma = coverage_sigma(experiments)
    for reach, colour in ((2, "band-outer"), (1, "band")):
        low, high = ONE_SIGMA - reach * sigma, ONE_SIGMA + reach * sigma
        axes.axhspan(low, high, color=COLOURS[colour], linewidth=0, zorder=0)
    axes.axhline(ONE_SIGMA, color=COLOURS["muted"], linewidth=0.8, zorder=1)
    inside = (np.abs(coverage - ONE_SIGMA) <= 2 * sigma) | (experiments < FEWEST)
    for chosen, colour in ((inside, "blue"), (~inside, "vermilion")):
        axes.plot(mu[chosen], coverage[chosen], "o", color=COLOURS[colour], markersize=6)
    span = max(3.2 * sigma, 1.1 * float(np.abs(coverage - ONE_SIGMA).max()))
    axes.set_ylim(max(-0.02, ONE_SIGMA - span), min(1.02, ONE_SIGMA + span))
    return figure


def width_figure(mu: ArrayLike, widths: ArrayLike) -> Figure:
    """Mean width of the intervals of each set, and the range of the central 68 % of them.

    Args:
        mu: true mu of each set, shape (sets,).
        widths: width of each interval, shape (sets, experiments).
    """
    widths = np.asarray(widths, dtype=float)
    figure, axes = new_figure(_MU, "width p84 − p16")
    low, high = np.percentile(widths, [16, 84], axis=1)
    axes.vlines(np.asarray(mu), low, high, color=COLOURS["blue"], linewidth=1.4)
    axes.plot(np.asarray(mu), widths.mean(axis=1), "o", color=COLOURS["blue"], markersize=6)
    axes.set_ylim(0, 1.12 * max(float(high.max()), float(widths.mean(axis=1).max()), 1e-3))
    return figure


def bias_figure(
    mu: ArrayLike, bias: ArrayLike, low: ArrayLike, high: ArrayLike, experiments: int
) -> Figure:
    """Bias of each set with its 68 % range; biases beyond three times the range are vermilion.

    Args:
        mu, bias: of each set, shape (sets,).
        low, high: ends of the range of each bias.
        experiments: number of experiments per set; few are too few for a verdict.
    """
    mu, bias, low, high = (np.asarray(column, dtype=float) for column in (mu, bias, low, high))
    error = np.maximum(np.array([bias - low, high - bias]), 0)  # few values can lie on one side
    figure, axes = new_figure(_MU, "bias, mean of μ̂ − μ", left=0.92)
    axes.axhline(0, color=COLOURS["muted"], linewidth=0.8)
    near = (np.abs(bias) <= 3 * error[np.where(bias > 0, 0, 1), np.arange(len(bias))]) | (
        experiments < FEWEST
    )
    for chosen, colour in ((near, "blue"), (~near, "vermilion")):
        axes.errorbar(
            mu[chosen], bias[chosen], error[:, chosen], fmt="o", color=COLOURS[colour], markersize=6
        )
    reach = 1.15 * max(float((np.abs(bias) + error).max()), 1e-3)
    axes.set_ylim(-reach, reach)
    return figure


def pulls_figure(pulls: ArrayLike) -> Figure:
    """Histogram of the pulls over the standard normal distribution that they should follow.

    Args:
        pulls: (mu_hat - mu) / delta_mu_hat of each experiment, finite, any shape. Those beyond
            -4 and 4 are counted in the outermost bins.
    """
    values = np.clip(np.ravel(pulls), -4, 4)
    edges = np.linspace(-4, 4, 33)
    counts, _ = np.histogram(values, edges)
    figure, axes = new_figure("pull, (μ̂ − μ) / Δμ̂", "pseudo-experiments", left=0.78)
    axes.stairs(counts, edges, fill=True, color=COLOURS["band"], linewidth=0)
    axes.stairs(counts, edges, color=COLOURS["blue"], linewidth=1.2)
    x = np.linspace(-4, 4, 161)
    normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * (edges[1] - edges[0]) * values.size
    axes.plot(x, normal, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 2)))
    axes.set_xlim(-4, 4)
    axes.set_ylim(0, 1.12 * max(1.0, float(counts.max(initial=0)), float(normal.max())))
    return figure
