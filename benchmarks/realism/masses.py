"""The collinear mass of boosted H and Z, against the full simulation."""

from collections.abc import Iterator, Mapping

from HiggsML.arrays import Array, Mask

from .estimates import Estimate, quantiles, share
from .regions import collinear
from .samples import Sample
from .simulation_numbers import COLLINEAR, CollinearMass
from .verdicts import Judged

__all__ = ["THRESHOLDS", "judge_masses"]

THRESHOLDS = {"htautau": 110.0, "ztautau": 100.0}  # GeV
SHARE_ALLOWED = 0.02
POINTS_ALLOWED = 2.0  # GeV
POINTS = (0.16, 0.50, 0.84)


def judge_masses(samples: Mapping[str, Sample]) -> Iterator[Judged]:
    """Shares and points of the collinear mass of events with a jet, by DER_pt_h."""
    for process, targets in COLLINEAR.items():
        sample = samples[process]
        mass, physical = collinear(sample.columns)
        pt, jets = sample.columns["DER_pt_h"], sample.columns["PRI_n_jets"] > 0.5
        for (low, high), target in targets.items():
            here = jets & (pt >= low) & (pt < high)
            yield from _judge(
                process, sample, here, mass, physical, f"pt_h {low:g}-{high:g}", target
            )


def _judge(
    process: str,
    sample: Sample,
    here: Mask,
    mass: Array,
    physical: Mask,
    when: str,
    target: CollinearMass,
) -> Iterator[Judged]:
    high = mass > THRESHOLDS[process]
    above = f"above {THRESHOLDS[process]:g} GeV"
    inner = here & physical

    def of(chosen: Mask, among: Mask) -> Estimate:
        return share(chosen[among], sample.weights[among], sample.groups[among])

    def judged(what: str, number: tuple[float, float], found: Estimate, allowed: float) -> Judged:
        aim = Estimate(*number)
        return Judged("masses", process, "1+ jets", f"{when}: {what}", aim, found, allowed)

    yield judged(f"share {above}", target.share, of(high, here), SHARE_ALLOWED)
    yield judged("physical share", target.physical, of(physical, here), SHARE_ALLOWED)
    found = of(high, inner)
    yield judged(f"share {above} of the physical", target.share_of_physical, found, SHARE_ALLOWED)
    points = quantiles(mass[inner], sample.weights[inner], sample.groups[inner], POINTS)
    for at, number, point in zip(POINTS, target.points, points, strict=True):
        yield judged(f"{100 * at:g} % point, GeV", number, point, POINTS_ALLOWED)
