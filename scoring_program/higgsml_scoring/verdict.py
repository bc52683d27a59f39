"""What limits a score, in plain sentences."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from .metrics import EPSILON, FEWEST, ONE_SIGMA, coverage_penalty, coverage_sigma, free_band
from .report import ScoreReport, SetScore

__all__ = ["Verdict", "judge", "judge_sets"]

Kind = Literal["too few to tell", "calibrated", "under-covering", "over-covering"]


@dataclass(frozen=True)
class Verdict:
    """What limits a score.

    Attributes:
        kind: whether the coverage lies in the free band, below it, or above it, or whether there
            are too few experiments to tell.
        headline: one sentence.
        sentences: the reasons, and what could be gained.
        width_term: -ln(mean width + 0.001), the score with perfect coverage.
        penalty: points lost to the coverage, ln f, not negative.
    """

    kind: Kind
    headline: str
    sentences: tuple[str, ...]
    width_term: float
    penalty: float


def judge(report: ScoreReport) -> Verdict:
    """Say whether a measurement is calibrated, and what its score would gain from what.

    It looks at nothing but the width, the coverage and the number of experiments, so that it can
    be shown where the truth is not.
    """
    n = report.experiments
    width, coverage = report.interval.value, report.coverage.value
    kind = _kind(n, coverage)
    penalty = math.log(float(coverage_penalty(coverage, n)))
    if kind == "too few to tell":
        sentences = _too_few(n, coverage)
    elif kind == "calibrated":
        sentences = _calibrated(n, width, coverage)
    else:
        sentences = _miscalibrated(n, width, coverage, penalty)
    width_term = -math.log(width + EPSILON)
    return Verdict(kind, _headline(kind, n, penalty), sentences, width_term, penalty)


def judge_sets(report: ScoreReport) -> tuple[str, ...]:
    """Say where coverage and bias are worst. The sentences name true mu."""
    sets = report.sets
    each = sets[0].experiments
    if each < FEWEST:
        return (
            f"{each:,} pseudo-experiments in each set are too few to tell sets from one another: "
            f"a verdict on a set needs about {FEWEST}.",
        )
    low, high = free_band(each)
    lowest, highest = min(sets, key=_coverage), max(sets, key=_coverage)
    outside = sum(not low <= row.coverage.value <= high for row in sets)
    expected = 2 * NormalDist().cdf(-2) * len(sets)
    biased = max(sets, key=lambda row: abs(row.bias.value))
    return (
        f"Coverage is lowest at μ = {lowest.mu:.2f} ({_percent(lowest.coverage.value, 1)}) and "
        f"highest at μ = {highest.mu:.2f} ({_percent(highest.coverage.value, 1)}). Sets outside "
        f"two binomial standard deviations: {outside} of {len(sets)}; chance alone puts "
        f"{expected:.1f} there.",
        f"The largest bias is {_signed(biased.bias.value)} (68 % range {_signed(biased.bias.low)} "
        f"to {_signed(biased.bias.high)}), at μ = {biased.mu:.2f}. A bias of a tenth of the width, "
        f"here {report.interval.value / 10:.3f}, lowers the coverage by about one percentage "
        "point.",
    )


def _kind(n: int, coverage: float) -> Kind:
    low, high = free_band(n)
    if n < FEWEST:
        return "too few to tell"
    if coverage < low:
        return "under-covering"
    return "over-covering" if coverage > high else "calibrated"


def _coverage(row: SetScore) -> float:
    return row.coverage.value


def _percent(fraction: float, digits: int = 2) -> str:
    return f"{100 * fraction:.{digits}f}\N{NO-BREAK SPACE}%"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _experiments(n: int) -> str:
    return f"{n:,} pseudo-experiment{'' if n == 1 else 's'}"


def _headline(kind: Kind, n: int, penalty: float) -> str:
    if kind == "too few to tell":
        return f"Too few to tell: {_experiments(n)} cannot show whether the intervals are right."
    if kind == "calibrated":
        so_far = "" if n >= 1000 else f", as far as {n} pseudo-experiments can tell"
        return f"Calibrated{so_far}: the score is limited by the width of the intervals alone."
    fault = "miss the true μ too often" if kind == "under-covering" else "are too wide"
    cost = f"{penalty:.2f} points" if penalty >= 0.005 else "less than 0.01 points"
    return f"{kind.capitalize()}: the intervals {fault}, which costs {cost}."


def _too_few(n: int, coverage: float) -> tuple[str, ...]:
    sigma = coverage_sigma(n)
    return (
        f"The intervals hold the true μ in {round(coverage * n):,} of {_experiments(n)}. Chance "
        f"alone moves the coverage of a calibrated method by {100 * sigma:.0f} percentage points "
        f"(one binomial standard deviation), and the score with it.",
        f"A verdict on the coverage needs about {FEWEST} pseudo-experiments; with 1,000, as in the "
        f"feedback phase, they are {100 * coverage_sigma(1000):.1f} percentage points.",
    )


def _calibrated(n: int, width: float, coverage: float) -> tuple[str, ...]:
    low, high = free_band(n)
    return (
        f"The intervals hold the true μ in {_percent(coverage)} of {n:,} pseudo-experiments. "
        f"Between {_percent(low)} and {_percent(high)} no penalty is paid.",
        f"Intervals that are 10\N{NO-BREAK SPACE}% narrower at the same coverage would gain "
        f"{-math.log((0.9 * width + EPSILON) / (width + EPSILON)):.2f} points.",
    )


def _miscalibrated(n: int, width: float, coverage: float, penalty: float) -> tuple[str, ...]:
    low, high = free_band(n)
    below = coverage < low
    distance = abs(coverage - ONE_SIGMA) / coverage_sigma(n)
    facts = (
        f"The intervals hold the true μ in {_percent(coverage)} of {n:,} pseudo-experiments "
        f"instead of {_percent(ONE_SIGMA)}: {distance:.1f} binomial standard deviations too "
        f"{'few' if below else 'many'}. Two are free (from {_percent(low)} to {_percent(high)})."
    )
    if not 0.01 < coverage < 0.99:
        return (facts, "The coverage is too far off to tell the right width from it.")
    stretch = _half_width(ONE_SIGMA) / _half_width(coverage)
    score = -math.log(stretch * width + EPSILON)
    gain = score - (-math.log(width + EPSILON) - penalty)
    change = f"{'wider' if below else 'narrower'} by {_percent(abs(stretch - 1), 1)}"
    return (
        facts,
        f"With Gaussian errors and no bias, intervals {change} would have the right coverage: "
        f"the score would be {score:.2f}, a gain of {gain:.2f} points.",
    )


def _half_width(probability: float) -> float:
    """Half-width of the central interval of a normal distribution, in standard deviations."""
    return NormalDist().inv_cdf((1 + probability) / 2)
