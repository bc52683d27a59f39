"""The kernel against the numpy definitions, on identical events and identical soft momenta."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HiggsML.definitions.features import derive
from HiggsML.definitions.shifts import select, shift
from HiggsML.experiments.drawing import tau_threshold
from HiggsML.experiments.pool.row_format import azimuth_table, primaries_of
from HiggsML.experiments.pool.row_packing import pack_rows
from HiggsML.experiments.shifting import BLOCK, fill_features, fill_soft_momentum
from HiggsML.schema import FEATURES, PRI_COLUMNS

DECIMALS_KEY = np.arange(4, dtype=np.uint64)
KEY = np.array([11, 12, 13, 14], dtype=np.uint64)


def packed(events):
    return pack_rows(events, "test", key=DECIMALS_KEY)


def kernel(events, index, tes, jes, soft_met):
    """The features by the kernel, (28, n)."""
    rows = packed(events)
    rows.setflags(write=False)
    out = np.full(len(FEATURES) * len(index), np.nan, dtype=np.float32)
    fill_features(rows, index, 0, len(index), tes, jes, soft_met, KEY, azimuth_table(), out)
    return out.reshape(len(FEATURES), -1)


def definition(events, index, tes, jes, soft_met):
    """The features by numpy, and which of the events of `index` are kept."""
    columns = primaries_of(packed(events)[index])
    soft = np.zeros((2, len(index)))
    fill_soft_momentum(soft_met, KEY, soft)
    primaries, kept = select(shift(columns, tes, jes, (soft[0], soft[1])))
    return primaries | derive(primaries), kept


def passing(events, tes):
    """The index of the events that pass the cuts, as the draw selects them."""
    rows = packed(events)
    passes = (rows["had_pt"] >= tau_threshold(tes)) & (rows["lep_pt"] >= 20.0)
    return np.flatnonzero(passes).astype(np.uint32)


def compare(events, tes, jes, soft_met):
    index = passing(events, tes)
    found = kernel(events, index, tes, jes, soft_met)
    expected, kept = definition(events, index, tes, jes, soft_met)
    assert kept.all()
    everything, all_kept = definition(events, np.arange(len(events)), tes, jes, 0.0)
    assert len(index) == all_kept.sum() == len(everything["PRI_met"])
    for name, values in zip(FEATURES, found, strict=True):
        step = 1e-9 if name.startswith("PRI") else 1e-5  # far below a rounding step of 1e-3
        np.testing.assert_allclose(
            values, expected[name].astype(np.float32), rtol=3e-7, atol=step, err_msg=name
        )


@settings(deadline=None, max_examples=30)
@given(
    tes=st.floats(0.9, 1.1) | st.just(1.0),
    jes=st.floats(0.9, 1.1) | st.just(1.0),
    soft_met=st.floats(0.0, 5.0) | st.just(0.0),
    seed=st.integers(0, 100),
)
def test_the_kernel_is_the_definition(make_events, tes, jes, soft_met, seed):
    compare(make_events(BLOCK + 100, seed), tes, jes, soft_met)


@pytest.mark.parametrize(("tes", "jes"), [(1.0, 1.0), (1.01, 0.99), (0.95, 1.05), (1.1, 0.9)])
def test_values_at_the_thresholds(make_events, tes, jes):
    """Momenta in steps of 0.001 around each threshold, where a rounding decides."""
    events = make_events(4000, 1)
    around = np.arange(-500, 500) * 0.001
    c = {name: i for i, name in enumerate(PRI_COLUMNS)}
    events[:1000, c["PRI_had_pt"]] = np.round(26.0 / tes + around, 3)
    for jet, first in (("leading", 1000), ("subleading", 2000)):
        pt = events[first : first + 1000, c[f"PRI_jet_{jet}_pt"]]
        pt[:] = np.where(pt > 0.0, np.round(26.0 / jes + around, 3), pt)
    events[3000:, c["PRI_lep_pt"]] = np.round(20.0 + around, 3)
    compare(events, tes, jes, 1.0)


def test_special_directions(make_events):
    """Lepton along the tau, missing momentum along either, none at all, or along -x."""
    events = make_events(400, 2)
    c = {name: i for i, name in enumerate(PRI_COLUMNS)}
    events[:, c["PRI_lep_pt"]] += 10.0
    events[:100, c["PRI_had_phi"]] = events[:100, c["PRI_lep_phi"]]
    events[50:150, c["PRI_met_phi"]] = events[50:150, c["PRI_lep_phi"]]
    events[150:200, c["PRI_met"]] = 0.0
    events[150:200, c["PRI_met_phi"]] = 0.0
    events[200:300, c["PRI_met_phi"]] = 3.142
    events[300:350, c["PRI_met_phi"]] = 3.141
    events[350:, c["PRI_had_phi"]] = events[350:, c["PRI_lep_phi"]] + np.float32(0.001)
    events[350:, c["PRI_had_phi"]] = np.clip(events[350:, c["PRI_had_phi"]], -3.141, 3.141)
    compare(np.round(events, 3), 1.0, 1.0, 0.0)
    compare(np.round(events, 3), 1.02, 0.97, 1.0)


def test_nominal_rows_are_those_of_the_file(make_events):
    """What packing adds beyond three decimals, rounding takes away again."""
    events = make_events(20_000, 4)
    events = events[(events[:, PRI_COLUMNS.index("PRI_met")] > 0.0)]
    met_phi = events[:, PRI_COLUMNS.index("PRI_met_phi")]
    met_phi[:200] = np.resize(np.float32([3.142, -3.142, 3.141, -3.141]), 200)
    index = passing(events, 1.0)
    found = kernel(events, index, 1.0, 1.0, 0.0)[: len(PRI_COLUMNS)].T
    columns = dict(zip(PRI_COLUMNS, events[index].astype(np.float64).T, strict=True))
    expected, kept = select(columns)
    assert kept.all()
    for i, name in enumerate(PRI_COLUMNS):
        np.testing.assert_array_equal(found[:, i], expected[name].astype(np.float32), name)


def test_parts_make_the_whole(make_events):
    """Any cut into whole blocks, and any alignment of the buffer, gives the same bits."""
    events = make_events(5 * BLOCK, 3)
    index = passing(events, 1.0)[: 3 * BLOCK + 77]
    whole = kernel(events, index, 1.03, 0.98, 2.0)
    rows, n = packed(events), len(index)
    rows.setflags(write=False)
    for shift_by in (0, 1, 7):
        out = np.full(len(FEATURES) * n + 16, np.nan, dtype=np.float32)[shift_by:]
        out = out[: len(FEATURES) * n]
        for first, last in ((2 * BLOCK, n), (0, BLOCK), (BLOCK, 2 * BLOCK)):
            fill_features(rows, index, first, last, 1.03, 0.98, 2.0, KEY, azimuth_table(), out)
        np.testing.assert_array_equal(out.reshape(len(FEATURES), n), whole)


def test_soft_momenta_are_independent_of_each_other():
    """Correlations of x, y, neighbours and halves of blocks over 10^5 events: 4 tests at 1e-4."""
    soft = np.zeros((2, 196 * BLOCK))
    fill_soft_momentum(3.0, KEY, soft)
    assert abs(soft.std() / 3.0 - 1.0) < 4.0 / np.sqrt(2.0 * soft.size)
    halves = soft[0].reshape(-1, 2, BLOCK // 2)
    pairs = [
        (soft[0], soft[1]),
        (soft[0, :-1], soft[0, 1:]),
        (halves[:, 0].ravel(), halves[:, 1].ravel()),
        (halves[:-1].ravel(), halves[1:].ravel()),
    ]
    for x, y in pairs:
        assert abs(np.corrcoef(x, y)[0, 1]) < 3.9 / np.sqrt(x.size)
