"""The table of selected events: jets are in it, and nothing depends on order or rotation."""

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from diphoton_study.event_table import COLUMNS, INPUTS, INPUTS_WITHOUT_JETS, MASS, event_table
from diphoton_study.mini_trees import LISTS, Events
from diphoton_study.processing import SelectedEvents
from diphoton_study.selection import SELECTION


def selected_events(path: Path) -> Events:
    tree = uproot.open(path)["mini"]
    events = Events(tree, 0, tree.num_entries)
    SELECTION.apply(events)
    return events


class Changed:
    """Events whose branches are changed as they are read."""

    def __init__(self, events: Events, change: Any) -> None:
        self.events, self.change = events, change

    def __len__(self) -> int:
        return len(self.events)

    def __getitem__(self, name: str) -> Any:
        return self.change(name, self.events[name])


def test_a_table_has_jets_and_no_mass_among_its_inputs(selected: SelectedEvents) -> None:
    jets = set(INPUTS) - set(INPUTS_WITHOUT_JETS)
    assert all("jet" in name.lower() or name in ("m_jj", "delta_eta_jj") for name in jets)
    assert {"jet_n", "jet_pt_max", "jet_MV2c10_max", "m_jj"} <= jets
    assert not any("jet" in name.lower() for name in INPUTS_WITHOUT_JETS)
    assert set(COLUMNS) - set(INPUTS) == {MASS}
    assert np.isfinite(selected.x).all()
    assert (selected.columns(["photon_n"]) == 2.0).all()


def test_aggregates_are_those_of_the_lists(files: list[Path]) -> None:
    """Against a loop over the events of one file."""
    events = selected_events(files[4])
    table = dict(zip(COLUMNS, event_table(events).T, strict=True))
    for event, pts in enumerate(events["jet_pt"][:200].tolist()):
        wanted = np.array(pts or [0.0]) / 1e3
        found = [table[f"jet_pt_{how}"][event] for how in ("min", "max", "mean", "sum", "std")]
        values = [wanted.min(), wanted.max(), wanted.mean(), wanted.sum(), wanted.std()]
        np.testing.assert_allclose(found, values, rtol=1e-5, atol=1e-3)
        assert table["jet_n"][event] == len(pts)


def test_an_empty_list_gives_zeros(selected: SelectedEvents) -> None:
    for name in LISTS:
        columns = [c for c in COLUMNS if c.startswith(f"{name}_")]
        rows = selected.columns(columns)
        assert not rows[selected.columns([f"{name}_n"])[:, 0] == 0.0].any()
    few = selected.columns(["jet_n"])[:, 0] < 2
    assert few.any()
    assert not selected.columns(["m_jj", "delta_eta_jj"])[few].any()


def test_the_order_of_a_list_does_not_matter(files: list[Path]) -> None:
    def reverse(name: str, values: Any) -> Any:
        return values[:, ::-1] if isinstance(values, ak.Array) else values

    events = selected_events(files[4])
    turned = event_table(Changed(events, reverse))  # type: ignore[arg-type]
    np.testing.assert_allclose(turned, event_table(events), rtol=1e-5, atol=1e-4)


def test_no_event_is_another_one_turned(files: list[Path]) -> None:
    """Sums and means of angles near pi jump by a turn: least and greatest angles are compared."""

    def turn(name: str, values: Any) -> Any:
        return values + 0.7 if name.endswith("_phi") else values

    events = selected_events(files[4])
    kept = [k for k, name in enumerate(COLUMNS) if "phi" not in name]
    found, wanted = event_table(Changed(events, turn)), event_table(events)  # type: ignore[arg-type]
    np.testing.assert_allclose(found[:, kept], wanted[:, kept], rtol=1e-4, atol=1e-3)
    met = COLUMNS.index("met_phi")
    jump = np.abs(found[:, met] - wanted[:, met])
    assert (np.minimum(jump, 2.0 * np.pi - jump) < 1e-5).all()
