"""Synthetic files have the branches of the release, and each mode what it is known by."""

from pathlib import Path

import numpy as np
import pytest
import uproot

from diphoton_study.decays import M_H, Kind, collisions
from diphoton_study.mini_trees import EVENT_BRANCHES, LISTS, LUMINOSITY, MODES
from diphoton_study.processing import Sample, SelectedEvents
from diphoton_study.synthetic import NEGATIVE, write_samples


def mass(momenta: np.ndarray) -> np.ndarray:
    return np.sqrt(momenta[..., 3] ** 2 - (momenta[..., :3] ** 2).sum(axis=-1))


@pytest.mark.parametrize("mode", [mode.name for mode in MODES])
def test_momentum_and_masses_are_kept(mode: str) -> None:
    momenta, kinds = collisions(mode, 500, np.random.default_rng(1))
    assert (kinds[:, :2] == Kind.PHOTON).all()
    np.testing.assert_allclose(mass(momenta[:, :2].sum(axis=1)), M_H, rtol=1e-6)
    there = momenta * (kinds > Kind.NONE)[..., np.newaxis]
    np.testing.assert_allclose(there[..., :2].sum(axis=1), 0.0, atol=1e-6)


def test_bosons_and_top_quarks_have_their_masses() -> None:
    rng = np.random.default_rng(2)
    for mode, boson in (("WH", 80.4), ("ZH", 91.2)):
        momenta = collisions(mode, 500, rng).momenta
        np.testing.assert_allclose(mass(momenta[:, 2:4].sum(axis=1)), boson, rtol=1e-6)
    momenta, kinds = collisions("ttH", 500, rng)
    assert (kinds[:, [2, 5]] == Kind.BOTTOM).all()
    for first in (2, 5):
        np.testing.assert_allclose(mass(momenta[:, first : first + 3].sum(axis=1)), 172.5)


def test_files_have_the_branches_of_the_release(files: list[Path]) -> None:
    """Counters are `photon_n`, and no others beside them."""
    lists = {f"{name}_{field}" for name, fields in LISTS.items() for field in ("n", *fields)}
    assert {path.name.split(".")[0] for path in files} == {f"mc_{m.channel}" for m in MODES}
    for path in files:
        with uproot.open(path) as file:
            tree = file["mini"]
            assert set(tree.keys()) == {*EVENT_BRANCHES, *lists}
            counts = tree["photon_n"].array(library="np")
            lengths = [len(one) for one in tree["photon_pt"].array(library="np")]
            np.testing.assert_array_equal(counts, lengths)


def test_the_same_seed_makes_the_same_events(tmp_path: Path) -> None:
    events = dict.fromkeys((mode.name for mode in MODES), 100)
    found = []
    for number, seed in enumerate((5, 5, 6)):
        for path in write_samples(tmp_path / str(number), events, seed, MODES[3:]):
            with uproot.open(path) as file:
                found.append(file["mini"].arrays().tolist())
    assert found[:2] == found[2:4]
    assert all(one != other for one, other in zip(found[:2], found[4:], strict=True))


def test_weights_sum_to_the_cross_sections(samples: list[Sample]) -> None:
    """Within four standard errors of signs and scale factors, whose mean is .99."""
    for sample in samples:
        mode = MODES[sample.mode]
        events, expected = sample.cutflow.events[0], sample.cutflow.weights[0]
        error = 1.05 / np.sqrt(events) / (1.0 - 2.0 * NEGATIVE[mode.name])
        assert abs(expected / (LUMINOSITY * mode.cross_section) - 0.99) < 4.0 * error


def test_each_mode_shows_what_it_is_known_by(selected: SelectedEvents) -> None:
    names = ["delta_eta_jj", "lep_n", "met", "jet_MV2c10_max", "jet_n"]
    means = [
        np.average(selected.columns(names)[selected.mode == k], axis=0) for k in range(len(MODES))
    ]
    gap, leptons, met, tag, jets = np.array(means).T
    assert gap.argmax() == 1
    assert leptons[:2].max() < 0.01 < leptons[2:].min()
    assert met.argmax() == tag.argmax() == jets.argmax() == 4
    expected = np.bincount(selected.mode, selected.weights)
    share = expected / [LUMINOSITY * mode.cross_section for mode in MODES]
    assert ((share > 0.3) & (share < 0.42)).all()
