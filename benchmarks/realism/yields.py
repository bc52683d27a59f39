"""Yields in the regions, their responses to the energy scales, and means and widths there."""

from collections.abc import Iterator, Mapping

import numpy as np

from HiggsML.arrays import Array
from HiggsML.nuisances import NUISANCES
from HiggsML.schema import PROCESSES

from .estimates import Estimate, mean, total
from .public_numbers import FEATURES_OF_REGION, INCLUSIVE, RESPONSES, ROWS, YIELDS
from .regions import COARSE_REGIONS, REGIONS, SIGNAL_REGIONS, in_region, region_of
from .samples import Sample, after_cuts
from .verdicts import Judged

__all__ = ["judge_features", "judge_responses", "judge_yields", "mixture", "responses"]

INCLUSIVE_ALLOWED = 0.005
SIGNAL_REGIONS_ALLOWED = 0.03  # for H and Z
OTHERS_ALLOWED = 0.10
RESPONSE_ALLOWED = 0.20
RESPONSES_ALLOWED = {
    ("ztautau", "lowMT_VBFJet", "jes"): 0.3,
    ("ztautau", "lowMT_noVBFJet_ptH100", "jes"): 0.2,
}
"""Percent per prior width, where it is not `RESPONSE_ALLOWED` of the target."""
LEAST_RESPONSE = 0.1
"""Percent per prior width that no response needs to be better than."""
MEAN_ALLOWED = 0.05  # public standard deviations
WIDTH_ALLOWED = 0.05


def judge_yields(samples: Mapping[str, Sample]) -> Iterator[Judged]:
    """Ratios to the public yields, inclusive and by region."""
    for process, sample in samples.items():
        found = total(sample.weights, sample.groups)
        public = Estimate(INCLUSIVE[process], 0.0)
        yield _ratio("yields", process, "all", found, public, INCLUSIVE_ALLOWED)
    for region in REGIONS:
        for process, sample in samples.items():
            here = in_region(sample.region, region)
            found = total(sample.weights[here], sample.groups[here])
            value = YIELDS[region][process]
            public = Estimate(value, value / np.sqrt(ROWS[region][process]))
            strict = region in SIGNAL_REGIONS and process in PROCESSES[:2]
            allowed = SIGNAL_REGIONS_ALLOWED if strict else OTHERS_ALLOWED
            yield _ratio("yields", process, region, found, public, allowed)


def _ratio(
    part: str, process: str, region: str, found: Estimate, public: Estimate, allowed: float
) -> Judged:
    scaled = Estimate(found.value / public.value, found.error / public.value)
    target = Estimate(1.0, public.error / public.value)
    return Judged(part, process, region, "yield / public yield", target, scaled, allowed)


def judge_responses(samples: Mapping[str, Sample]) -> Iterator[Judged]:
    """Responses of the yields to the energy scales, against the public ones."""
    for process, sample in samples.items():
        for scale in ("tes", "jes"):
            found = responses(sample, scale)
            for region, public in RESPONSES.items():
                if process not in public:
                    continue
                value = public[process][scale]
                allowed = max(abs(value) * RESPONSE_ALLOWED, LEAST_RESPONSE)
                allowed = RESPONSES_ALLOWED.get((process, region, scale), allowed)
                target = Estimate(value, 0.005)  # as rounded
                what = f"{scale}, percent per sigma"
                yield Judged("responses", process, region, what, target, found[region], allowed)


def responses(sample: Sample, scale: str) -> dict[str, Estimate]:
    """Change of the yield of each coarse region for one prior width of a scale, percent.

    Half the difference of the yields one width up and down; events that stay where they are cancel.
    """
    spread = NUISANCES[scale].spread
    up, down = (_regions_under(sample, {scale: 1.0 + sign * spread}) for sign in (1, -1))
    found = {}
    for region in COARSE_REGIONS:
        moved = in_region(up, region).astype(np.float64) - in_region(down, region)
        change = total(sample.weights_before * moved, sample.groups_before)
        whole = sample.weights[in_region(sample.region, region)].sum()
        found[region] = Estimate(50.0 * change.value / whole, 50.0 * change.error / whole)
    return found


def _regions_under(sample: Sample, scales: Mapping[str, float]) -> Array:
    """The region of each event before the cuts after a shift; -1 where it is dropped."""
    columns, kept = after_cuts(sample.primaries, **scales)
    region = np.full(len(sample.weights_before), -1)
    region[kept] = region_of(columns)
    return region


def mixture(samples: Mapping[str, Sample], region: str, feature: str) -> tuple[Estimate, float]:
    """Mean, with its error, and width of a feature over the processes mixed as public rows are."""
    rows = {
        process: sum(ROWS[one][process] for one in COARSE_REGIONS[region]) for process in samples
    }
    first, second, variance = 0.0, 0.0, 0.0
    for process, sample in samples.items():
        here = in_region(sample.region, region)
        values = sample.columns[feature][here]
        found = mean(values, sample.weights[here], sample.groups[here])
        part = rows[process] / sum(rows.values())
        first += part * found.value
        second += part * float(np.average(values**2, weights=sample.weights[here]))
        variance += (part * found.error) ** 2
    return Estimate(first, float(np.sqrt(variance))), float(np.sqrt(second - first**2))


def judge_features(samples: Mapping[str, Sample]) -> Iterator[Judged]:
    """Means, in public widths, and widths of the features, against the public ones."""
    for region, features in FEATURES_OF_REGION.items():
        for feature, (public_mean, public_width) in features.items():
            found, width = mixture(samples, region, feature)
            shift = Estimate((found.value - public_mean) / public_width, found.error / public_width)
            what = f"shift of the mean of {feature}, in widths"
            yield Judged(
                "features", "mixture", region, what, Estimate(0.0, 0.0), shift, MEAN_ALLOWED
            )
            relative = Estimate(width / public_width, found.error / public_width)
            what = f"width of {feature} / public width"
            yield Judged(
                "features", "mixture", region, what, Estimate(1.0, 0.0), relative, WIDTH_ALLOWED
            )
