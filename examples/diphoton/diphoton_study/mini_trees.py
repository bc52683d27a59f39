"""The mini trees of ATLAS Open Data at 13 TeV: modes, branches, weights, and files read in batches.

A file is a tree `mini` with one entry for each event: numbers of the event (`met_et`), and lists of
its photons, leptons, taus, jets and large-R jets, each with a counter (`photon_n`, `photon_pt`).
Momenta and energies are in MeV.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from HiggsML.arrays import Array, Mask
from HiggsML.errors import DataError, RunError

__all__ = [
    "BATCH",
    "EVENT_BRANCHES",
    "GEV",
    "LISTS",
    "LUMINOSITY",
    "MODES",
    "SCALE_FACTORS",
    "TREE",
    "Events",
    "Mode",
    "batches",
    "check_file",
    "event_weights",
    "root_library",
]

TREE = "mini"
GEV = 1e-3
"""Of one MeV, the unit of the trees."""
BATCH = 100_000
"""Events that are read at a time: about 200 MB if all branches are."""
LUMINOSITY = 10_064.0
"""Of the data of the release, 1/pb."""


@dataclass(frozen=True)
class Mode:
    """A production mode, and the sample that simulates it.

    Attributes:
        name: mode, as the measurement calls it.
        channel: number of the data set, the branch `channelNumber`.
        sample: part of the names of the release's files.
        cross_section: of production and decay to two photons, pb. The first two are those of the
            release; the others are cross sections at 13 TeV and m_H = 125 GeV (LHC Higgs Cross
            Section Working Group, arXiv:1610.07922) times a branching ratio of 0.00227.
        theory_error: relative error of the cross section, from the same source, rounded.
        label: mathematical name, for figures.
    """

    name: str
    channel: int
    sample: str
    cross_section: float
    theory_error: float
    label: str


MODES = (
    Mode("ggF", 343981, "ggH125_gamgam", 0.102, 0.065, "ggF"),
    Mode("VBF", 345041, "VBFH125_gamgam", 0.008518764, 0.022, "VBF"),
    Mode("WH", 345318, "WpH125J_Wincl_gamgam", 0.001907, 0.02, r"$W^+H$"),
    Mode("ZH", 345319, "ZH125J_Zincl_gamgam", 0.002007, 0.04, "ZH"),
    Mode("ttH", 341081, "ttH125_gamgam", 0.001151, 0.10, r"$t\bar{t}H$"),
)

SCALE_FACTORS = ("scaleFactor_PHOTON", "scaleFactor_PhotonTRIGGER", "scaleFactor_PILEUP")
"""Corrections of the simulation that concern events with two photons."""

EVENT_BRANCHES = (
    *("runNumber", "eventNumber", "channelNumber", "mcWeight"),
    *("scaleFactor_PILEUP", "scaleFactor_ELE", "scaleFactor_MUON", "scaleFactor_PHOTON"),
    *("scaleFactor_TAU", "scaleFactor_BTAG", "scaleFactor_LepTRIGGER"),
    *("scaleFactor_PhotonTRIGGER", "trigE", "trigM", "trigP"),
    *("met_et", "met_et_syst", "met_phi", "ditau_m", "XSection", "SumWeights"),
)
"""Branches of one number for each event."""

_MOMENTUM = ("pt", "eta", "phi", "E", "pt_syst")
_MATCHED = ("truthMatched", "trigMatched", "isTightID")
_CONES = ("ptcone30", "etcone20")
_TRACK = ("z0", "charge", "type", "trackd0pvunbiased", "tracksigd0pvunbiased")

LISTS: Mapping[str, tuple[str, ...]] = {
    "photon": (*_MOMENTUM, *_MATCHED, *_CONES, "convType"),
    "lep": (*_MOMENTUM, *_MATCHED, *_CONES, *_TRACK),
    "tau": (*_MOMENTUM, *_MATCHED, "nTracks", "BDTid", "charge"),
    "jet": (*_MOMENTUM, "jvt", "trueflav", "truthMatched", "MV2c10"),
    "largeRjet": (*_MOMENTUM, "m", "truthMatched", "D2", "tau32"),
}
"""For each kind of particle, its branches: `photon_pt`, counted by `photon_n`."""


def root_library() -> Any:
    """The library that reads and writes files of ROOT.

    Raises:
        RunError: it is not installed.
    """
    try:
        import uproot
    except ImportError:
        raise RunError(
            "files of ROOT need uproot and awkward.", fix="pip install 'HiggsML[root]'"
        ) from None
    return uproot


class Events:
    """The events of a batch that passed all cuts so far; a branch is read when it is asked for.

    A branch that was read when mask_k of the batch had passed is cut back to the events that pass
    now by keep = (mask_k & mask_now)[mask_k].

    Args:
        tree: open tree with the branches.
        start: first event of the batch.
        stop: first event after the batch.
    """

    def __init__(self, tree: Any, start: int, stop: int) -> None:
        self._tree, self._start, self._stop = tree, start, stop
        self._read: dict[str, tuple[Any, Mask]] = {}
        self.passed: Mask = np.ones(stop - start, dtype=bool)
        """Of all events of the batch."""

    def __len__(self) -> int:
        return int(self.passed.sum())

    def __getitem__(self, branch: str) -> Any:
        """Values of a branch for the events that passed: an array of numpy, or of lists."""
        if branch in self._read:
            values, then = self._read[branch]
            if self.passed is then:
                return values
            values = values[self.passed[then]]
        else:
            values = self._tree[branch].array(
                entry_start=self._start, entry_stop=self._stop, array_cache=None
            )
            values = (values.to_numpy() if values.ndim == 1 else values)[self.passed]
        self._read[branch] = values, self.passed
        return values

    def keep(self, chosen: Mask) -> None:
        """Cut the events that passed so far, (len,), down to the chosen ones."""
        passed = self.passed.copy()
        passed[passed] = chosen
        self.passed = passed


def batches(path: Path, size: int = BATCH) -> Iterator[Events]:
    """The events of a file, `size` of them at a time, so that memory is flat in their number.

    Raises:
        DataError: the file cannot be read, has no tree `mini`, or its tree has no events.
        RunError: uproot is not installed.
    """
    with _opened(path) as tree:
        for start in range(0, tree.num_entries, size):
            yield Events(tree, start, min(start + size, tree.num_entries))


def check_file(path: Path, branches: Collection[str]) -> tuple[int, int]:
    """The number of events in a file that has all branches, and the position of its mode.

    Raises:
        DataError: the file cannot be read, has no tree `mini`, its tree has no events or lacks a
            branch, or no mode has its `channelNumber`.
        RunError: uproot is not installed.
    """
    with _opened(path) as tree:
        missing = sorted(set(branches).difference(tree.keys()))
        if missing:
            raise DataError(
                f"the tree lacks {len(missing)} of the branches.",
                where=f"{path}, {TREE}",
                value=missing,
                fix="give a file of the collection GamGam, or one that `measure_modes.py` made.",
            )
        channel = int(tree["channelNumber"].array(entry_stop=1)[0])
        return int(tree.num_entries), _mode_of(channel, path)


def _mode_of(channel: int, where: object) -> int:
    """The position in `MODES` of the sample with this number.

    Raises:
        DataError: no mode has the number.
    """
    for position, mode in enumerate(MODES):
        if mode.channel == channel:
            return position
    raise DataError(
        "this is not one of the samples.",
        where=f"{where}, channelNumber",
        value=channel,
        fix=f"known are {', '.join(f'{mode.channel} ({mode.name})' for mode in MODES)}.",
    )


def _opened(path: Path) -> Any:
    uproot = root_library()
    fix = f"give a file of ROOT with a tree {TREE!r}, as of the release."
    try:
        # A cache would keep what was read of the batches before.
        file = uproot.open(path, object_cache=None, array_cache=None)
    except (OSError, ValueError, EOFError) as problem:
        raise DataError(
            "this file cannot be read.", where=path, value=str(problem), fix=fix
        ) from None
    if TREE not in file:
        raise DataError("the file has no such tree.", where=path, value=file.keys(), fix=fix)
    tree = file[TREE]
    if not tree.num_entries:
        raise DataError("the tree has no events.", where=f"{path}, {TREE}", fix=fix)
    return tree


def event_weights(events: Events) -> Array:
    """Expected number of events that each simulated one stands for, (n,); it can be negative.

    weight = mcWeight x scale factors x cross section x luminosity / sum of mcWeight of the sample.
    """
    weights: Array = events["mcWeight"].astype(np.float64)
    for name in SCALE_FACTORS:
        weights *= events[name]
    cross_section = events["XSection"].astype(np.float64)
    weights *= LUMINOSITY * cross_section / events["SumWeights"]
    return weights
