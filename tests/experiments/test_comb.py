"""Rounding does not give the energy scales away: no scan of digits finds tes or jes."""

import numpy as np
import pytest

from comb_scan import STEP, best, log_ratio_z
from HiggsML.definitions.shifts import select, shift
from HiggsML.experiments import EventBlock, EventPool, make_pseudo_experiment
from HiggsML.generation import GeneratedData
from HiggsML.nuisances import NUISANCES, NuisanceValues, draw_nuisances
from HiggsML.schema import FEATURES, PRI_COLUMNS
from HiggsML.settings import Seeds
from HiggsML.settings_reader import read_settings

COLUMNS = {
    "tes": ("PRI_had_pt",),
    "jes": ("PRI_jet_leading_pt", "PRI_jet_subleading_pt", "PRI_jet_all_pt"),
}
SIGNIFICANT = 8.0
"""The three columns of jets correlate, which makes the z of jes wider by 1.3. A false alarm in
twenty scans of 30,000 scales has then a chance of 30,000 x 20 x P(normal > 8 / 1.3) = 2e-4."""


def scan(columns, name, values):
    """z of a scan around the truth (all within 0.03 of it), the scales, z at the truth."""
    truth = getattr(values, name)
    scales = truth + STEP * np.arange(-15_000, 15_001)
    z = log_ratio_z([columns[column] for column in COLUMNS[name]], scales)
    return z, scales, z[15_000]


def on_a_lattice(events, values):
    """What comes out where numbers of three decimals are shifted and rounded again."""
    columns = dict(zip(PRI_COLUMNS, events.astype(np.float64).T, strict=True))
    return select(shift(columns, values.tes, values.jes))[0]


def experiment(pool, values, seed):
    features = make_pseudo_experiment(pool, 1.0, values, np.random.SeedSequence(seed)).features
    return dict(zip(FEATURES, features.T, strict=True))


@pytest.fixture(scope="module")
def events(make_events):
    return make_events(400_000, 12)


@pytest.mark.parametrize(("tes", "jes"), [(1.0132, 0.9911), (0.9871, 1.0117)])
@pytest.mark.parametrize("name", COLUMNS)
def test_no_scale_stands_out(events, name, tes, jes):
    """Some 80,000 events; the scan finds the scale to 1e-5 where rows have three decimals."""
    values = NuisanceValues(tes=tes, jes=jes, soft_met=1.0)
    z, scales, at_truth = scan(on_a_lattice(events[:100_000], values), name, values)
    highest, where = best(z, scales)
    assert highest > 10.0
    assert abs(where - getattr(values, name)) < 1e-5

    weights = np.full(len(events), 0.25)
    pool = EventPool.from_blocks([EventBlock("ztautau", events, weights)])
    z, scales, at_truth = scan(experiment(pool, values, 3), name, values)
    assert best(z, scales)[0] < SIGNIFICANT
    assert abs(at_truth) < 5.0


@pytest.mark.slow
def test_no_scale_stands_out_at_full_size(request):
    """Twenty experiments as large as those of the competition; prints what it finds (-s)."""
    settings = read_settings(request.config.rootpath / "input_data" / "settings.yaml")
    data = GeneratedData(settings.with_seeds(Seeds(1, 1)).data)
    pool = EventPool.from_blocks(data.test_blocks(), source_digest=data.digest)
    plain = np.concatenate(
        [b.primaries for b, _ in zip(data.test_blocks(), range(10), strict=False)]
    )
    rng = np.random.default_rng(1)
    found = {name: [] for name in COLUMNS}
    for number in range(20):
        values = draw_nuisances(tuple(NUISANCES), rng)
        columns = experiment(pool, values, number)
        before = on_a_lattice(plain[: len(columns["PRI_met"])], values)
        for name in COLUMNS:
            z, scales, at_truth = scan(columns, name, values)
            z_before, _, truth_before = scan(before, name, values)
            found[name].append((best(z, scales)[0], at_truth))
            print(
                f"{number:2} {name} {getattr(values, name):.6f}: z at the truth {at_truth:5.2f},"
                f" highest elsewhere {best(z, scales)[0]:5.2f}; on a lattice {truth_before:6.1f}"
                f" and {np.delete(z_before, np.arange(14_900, 15_101)).max():5.1f}"
            )
    for name, pairs in found.items():
        highest, at_truth = np.array(pairs).T
        assert highest.max() < SIGNIFICANT, name
        assert abs(at_truth.mean()) < 4.0 * 1.3 / np.sqrt(20), name  # columns of jets correlate
