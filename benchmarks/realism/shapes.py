"""Numbers that describe the events of a process: jets, tails, correlations, means.

`numbers_of` computes them in the same way of generated events and of the rows of a full simulation.
Those of the rows are stored (`reference_numbers.json`), so that a comparison needs no rows.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from HiggsML.arrays import Array, Mask, Positions
from HiggsML.definitions.features import cartesian
from HiggsML.schema import FEATURES

from .estimates import Estimate, mean, rank_correlation, rms, share
from .regions import SIGNAL_REGIONS, in_region
from .samples import Sample
from .verdicts import Judged

__all__ = ["Key", "judge_shapes", "numbers_of", "read_reference", "write_reference"]

REFERENCE = Path(__file__).with_name("reference_numbers.json")

TAILS = (
    ("PRI_lep_pt", 80.0),
    ("PRI_had_pt", 80.0),
    ("PRI_met", 100.0),
    ("DER_mass_vis", 120.0),
    ("DER_pt_h", 100.0),
    ("DER_pt_h", 200.0),
    ("DER_mass_transverse_met_lep", 70.0),
    ("DER_mass_jet_jet", 400.0),
    ("DER_mass_jet_jet", 800.0),
    ("DER_deltaeta_jet_jet", 3.5),
)
"""Features, and where their tails begin."""

VBF_TAILS = (
    *(("DER_deltaeta_jet_jet", gap) for gap in (2.0, 3.0, 4.0, 5.0)),
    *(("DER_mass_jet_jet", mass) for mass in (200.0, 400.0, 800.0, 1500.0)),
)
"""Of the events of low transverse mass with two hard jets."""

PAIRS = (
    ("PRI_n_jets", "DER_pt_h"),
    ("DER_mass_vis", "DER_pt_h"),
    ("DER_deltar_had_lep", "DER_pt_h"),
    ("PRI_met", "DER_pt_h"),
    ("PRI_lep_pt", "PRI_had_pt"),
    ("PRI_met", "DER_mass_vis"),
    ("PRI_met", "DER_mass_transverse_met_lep"),
    ("PRI_jet_all_pt", "DER_pt_tot"),
)
"""Features whose rank correlation is compared."""

LEADING = (30.0, 40.0, 50.0, 65.0, 80.0, 100.0, 130.0, 170.0, 230.0, np.inf)
"""Edges of the leading jet's pT, GeV."""
VISIBLE = (0.0, 20.0, 40.0, 60.0, 80.0, 120.0, np.inf)
"""Edges of the pT of lepton and tau together, GeV."""

MOST_ROWS = 100_000
"""Rows that a rank correlation is computed of."""
FEWEST_EVENTS = 200.0
"""Effective number of events that a number needs to be one."""
TOLERANCES = {"jets": 0.015, "tails": 0.0, "correlations": 0.0}
"""Allowed differences; 0: only the errors excuse one."""
RELATIVE_TOLERANCES = {"second jets": 0.05, "visible axis": 0.10}
WIDTHS_ALLOWED = 0.05
"""Differences of means and widths, in widths of the target."""


class Key(NamedTuple):
    """What a number is of."""

    part: str
    region: str
    quantity: str


class _Events(NamedTuple):
    """Columns, weights and groups of some events."""

    columns: Mapping[str, Array]
    weights: Array
    groups: Positions

    def where(self, chosen: Mask | slice) -> "_Events":
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return _Events(columns, self.weights[chosen], self.groups[chosen])

    @property
    def effective(self) -> float:
        """How many events of equal weight have the same relative error."""
        sums = np.bincount(self.groups, self.weights)
        squares = float(np.sum(sums**2))
        return float(self.weights.sum() ** 2) / squares if squares > 0.0 else 0.0

    def share(self, chosen: Mask) -> Estimate:
        return share(chosen, self.weights, self.groups)

    def mean(self, values: Array) -> Estimate:
        return mean(values, self.weights, self.groups)

    def rms(self, values: Array) -> Estimate:
        return rms(values, self.weights, self.groups)


def numbers_of(sample: Sample, parts: tuple[str, ...]) -> dict[Key, Estimate]:
    """The numbers of the events of a process, of these parts of the table."""
    events = _Events(sample.columns, sample.weights, sample.groups)
    regions = {
        name: events.where(in_region(sample.region, name)) for name in ("all", *SIGNAL_REGIONS)
    }
    found: dict[Key, Estimate] = {}
    for part in parts:
        for name, inside in regions.items():
            if inside.effective >= FEWEST_EVENTS:
                found |= {Key(part, name, k): v for k, v in _NUMBERS[part](inside, name)}
    # Where there is no error, there are no events of one of both kinds.
    return {key: number for key, number in found.items() if number.error > 0.0}


Numbers = Iterator[tuple[str, Estimate]]


def _jets(events: _Events, _region: str) -> Numbers:
    """Shares of 0, 1, 2 and 3 or more jets."""
    jets = np.minimum(events.columns["PRI_n_jets"], 3.0)
    for number in range(4):
        yield f"{number}{'+' if number == 3 else ''} jets", events.share(jets == number)


def _tails(events: _Events, region: str) -> Numbers:
    """Shares above thresholds."""
    if region not in ("all", "lowMT_VBFJet"):
        return
    for feature, threshold in TAILS if region == "all" else VBF_TAILS:
        yield f"{feature} > {threshold:g}", events.share(events.columns[feature] > threshold)


def _correlations(events: _Events, region: str) -> Numbers:
    """Rank correlations of features."""
    if region != "all":
        return
    some = events.where(slice(None, None, -(-len(events.weights) // MOST_ROWS)))
    for first, second in PAIRS:
        values = some.columns[first], some.columns[second]
        yield f"{first} x {second}", rank_correlation(*values, some.weights, some.groups)


def _second_jets(events: _Events, region: str) -> Numbers:
    """What comes with a leading jet."""
    if region != "all":
        return
    leading = events.columns["PRI_jet_leading_pt"]
    for low, high in itertools.pairwise(LEADING):
        here = events.where((leading >= low) & (leading < high))
        second = here.columns["PRI_jet_subleading_pt"]
        if here.effective < FEWEST_EVENTS:
            continue
        when = f"leading jet {low:g}-{high:g}"
        for threshold in (26.0, 30.0, 50.0):
            if low >= threshold:
                yield f"{when}: second > {threshold:g}", here.share(second > threshold)
        yield f"{when}: 3+ jets", here.share(here.columns["PRI_n_jets"] > 2.5)


def _visible_axis(events: _Events, region: str) -> Numbers:
    """Missing momentum along and across what is seen of the two taus, by the pT of that."""
    if region != "all":
        return
    momenta = cartesian(events.columns)
    x, y = (momenta[f"lep_{k}"] + momenta[f"had_{k}"] for k in ("px", "py"))
    visible = np.hypot(x, y)
    safe = np.maximum(visible, 1e-6)
    along = (momenta["met_x"] * x + momenta["met_y"] * y) / safe
    across = (momenta["met_y"] * x - momenta["met_x"] * y) / safe
    for low, high in itertools.pairwise(VISIBLE):
        here = (visible >= low) & (visible < high)
        some = events.where(here)
        if some.effective < FEWEST_EVENTS:
            continue
        when = f"visible pT {low:g}-{high:g}"
        yield f"{when}: mean along", some.mean(along[here])
        yield f"{when}: rms along", some.rms(along[here])
        yield f"{when}: rms across", some.rms(across[here])


def _means(events: _Events, region: str) -> Numbers:
    """Means and widths of the features in the signal regions."""
    if region == "all":
        return
    for feature in FEATURES:
        if not feature.endswith("_phi"):
            yield f"mean of {feature}", events.mean(events.columns[feature])
            yield f"width of {feature}", events.rms(events.columns[feature])


_NUMBERS = {
    "jets": _jets,
    "tails": _tails,
    "correlations": _correlations,
    "second jets": _second_jets,
    "visible axis": _visible_axis,
    "means": _means,
}


def judge_shapes(samples: Mapping[str, Sample], part: str) -> Iterator[Judged]:
    """The numbers of generated events beside the stored ones."""
    for process, targets in read_reference().items():
        if process not in samples:
            continue
        found = numbers_of(samples[process], (part,))
        for key, target in targets.items():
            if key in found:
                allowed = _allowed(key, targets)
                yield Judged(part, process, key.region, key.quantity, target, found[key], allowed)


def _allowed(key: Key, targets: Mapping[Key, Estimate]) -> float:
    if key.part == "means":
        width = key.quantity.replace("mean of", "width of")
        return WIDTHS_ALLOWED * targets[key._replace(quantity=width)].value
    if key.part in RELATIVE_TOLERANCES:
        return RELATIVE_TOLERANCES[key.part] * abs(targets[key].value)
    return TOLERANCES[key.part]


def read_reference() -> dict[str, dict[Key, Estimate]]:
    """The stored numbers by process."""
    stored = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return {
        process: {
            Key(part, region, quantity): Estimate(value, error)
            for part, region, quantity, value, error in rows
        }
        for process, rows in stored["numbers"].items()
    }


def write_reference(samples: Mapping[str, Sample], sources: Mapping[str, str]) -> None:
    """Store the numbers of rows; `sources` says what the rows of each process are."""
    numbers = {}
    for process, sample in samples.items():
        found = numbers_of(sample, tuple(_NUMBERS))
        numbers[process] = [
            [*key, float(f"{value:.5g}"), float(f"{error:.2g}")]
            for key, (value, error) in found.items()
        ]
    lines = ",\n".join(
        f" {json.dumps(process)}: [\n  " + ",\n  ".join(map(json.dumps, rows)) + "\n ]"
        for process, rows in numbers.items()
    )
    text = f'{{"sources": {json.dumps(dict(sources), indent=1)},\n"numbers": {{\n{lines}\n}}}}\n'
    REFERENCE.write_text(text, encoding="utf-8")
