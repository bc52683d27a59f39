"""A selection is the AND of its masks, whatever was read before; cuts are where they should be."""

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from diphoton_study.mini_trees import SCALE_FACTORS, Events
from diphoton_study.processing import Sample
from diphoton_study.selection import SELECTION, hardest_two, pair_mass

CUTS = {cut.name: cut for cut in SELECTION.cuts}


def whole(path: Path) -> Events:
    """All events of a file as one batch, none cut."""
    tree = uproot.open(path)["mini"]
    return Events(tree, 0, tree.num_entries)


@pytest.mark.parametrize("number", range(5))
def test_the_selection_is_the_and_of_all_masks(files: list[Path], number: int) -> None:
    """Each mask is taken of all events; those that pass and the numbers after each cut agree."""
    masks = [cut.passes(whole(files[number])) for cut in SELECTION.cuts]
    assert all(0 < mask.sum() < len(mask) for mask in masks)
    events = whole(files[number])
    flow = SELECTION.apply(events)
    np.testing.assert_array_equal(events.passed, np.all(masks, axis=0))
    left = [np.all(masks[:k], axis=0).sum() for k in range(1, len(masks) + 1)]
    np.testing.assert_array_equal(flow.events, [len(events.passed), *left])


def test_the_cutflow_falls_monotonically(samples: list[Sample]) -> None:
    """Numbers of events do; expected ones may rise where events of negative weight are cut."""
    for sample in samples:
        flow = sample.cutflow
        assert flow.names == ("all", *CUTS)
        assert (np.diff(flow.events) < 0).all()
        table = flow.table()
        assert table["of all"].iloc[-1] == pytest.approx(table["of those before"].prod())
        assert 0.3 < table["of all"].iloc[-1] < 0.42


def test_early_columns_are_cut_back_to_the_survivors(files: list[Path]) -> None:
    """A branch that was read before some cuts equals one that is read after all of them."""
    early, late, names = whole(files[0]), whole(files[0]), ("photon_pt", "met_et", "jet_pt")
    for cut, name in zip(SELECTION.cuts, (*names, *names, "jet_n"), strict=True):
        assert len(early[name]) == len(early)
        early.keep(cut.passes(early))
        late.keep(cut.passes(late))
    for name in names:
        assert ak.all(early[name] == whole(files[0])[name][early.passed])
        assert ak.all(early[name] == late[name])


class Tree(dict[str, Any]):
    """Hand-made branches."""

    def __getitem__(self, name: str) -> Any:
        class Branch:
            @staticmethod
            def array(**_: Any) -> Any:
                return ak.Array(self.get(name))

        return Branch


def one_event(**changes: Any) -> Events:
    """An event that passes everything: two photons back to back of 60 GeV, or as given."""
    photons = {
        "pt": [60e3, 65e3], "eta": [0.0, 0.0], "phi": [0.0, np.pi],
        "isTightID": [True, True], "ptcone30": [0.0, 0.0], "etcone20": [0.0, 0.0],
    }  # fmt: skip
    branches = {f"photon_{name}": [values] for name, values in photons.items()}
    branches |= {"trigP": [True], "mcWeight": [1.0], "XSection": [1.0], "SumWeights": [1.0]}
    branches |= {name: [1.0] for name in SCALE_FACTORS}
    branches |= {name: [value] for name, value in changes.items()}
    branches["photon_n"] = [len(branches["photon_pt"][0])]
    return Events(Tree(branches), 0, 1)


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({}, set()),
        ({"trigP": False}, {"trigger"}),
        ({"photon_pt": [60e3, 65e3, 1e3]}, {"two photons"}),
        ({"photon_pt": [60e3]}, set(CUTS) - {"trigger"}),
        ({"photon_pt": []}, set(CUTS) - {"trigger"}),
        ({"photon_pt": [24.9e3, 130e3]}, {"energies", "shares"}),
        ({"photon_pt": [25.1e3, 130e3]}, {"shares"}),
        ({"photon_pt": [29e3, 110e3]}, set()),
        ({"photon_pt": [52e3, 52e3]}, {"window"}),
        ({"photon_pt": [81e3, 81e3]}, {"window"}),
        ({"photon_isTightID": [True, False]}, {"identification"}),
        ({"photon_ptcone30": [0.0, 4.3e3]}, {"isolation"}),
        ({"photon_etcone20": [3.8e3, 4.2e3]}, set()),
    ],
)
def test_each_cut_cuts_what_it_says(changes: dict[str, Any], failed: set[str]) -> None:
    number = len(changes.get("photon_pt", [0, 0]))
    if number != 2:
        for name in ("eta", "phi", "isTightID", "ptcone30", "etcone20"):
            changes = {f"photon_{name}": [0.0, np.pi, 1.0][:number]} | changes
        changes |= {"photon_isTightID": [True] * number}
        for name in ("eta", "ptcone30", "etcone20"):
            changes |= {f"photon_{name}": [0.0] * number}
    found = {name for name, cut in CUTS.items() if not cut.passes(one_event(**changes)).all()}
    assert found == failed


def test_the_hardest_come_first() -> None:
    event = one_event()
    assert hardest_two(event, "photon", "pt").tolist() == [[65e3, 60e3]]
    assert hardest_two(event, "photon", "phi")[0] == pytest.approx([np.pi, 0.0])
    assert pair_mass(event, "photon") == pytest.approx(2.0 * np.sqrt(60.0 * 65.0))


def test_no_event_left_is_no_error() -> None:
    flow = SELECTION.apply(one_event(trigP=False))
    assert flow.events.tolist() == [1.0, *[0.0] * len(CUTS)]
    assert np.isnan(flow.table()["of those before"].iloc[-1])
