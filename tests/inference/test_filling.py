"""Templates out of all events at once equal those out of parts that are shifted one by one."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from HiggsML.inference import filling
from HiggsML.inference.samples import samples_of, under_shift
from HiggsML.inference.templates import fit_templates
from HiggsML.schema import FEATURES
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML

N_BINS = 3
N_PARTS = 4


def without_noise(frame, *, tes, jes, soft_met, seed):
    return systematics(frame, tes, jes, 0.0, seed)


def bin_of(features):
    return np.digitize(features[:, list(FEATURES).index("PRI_had_pt")], [35.0, 50.0])


def test_a_part_is_every_fourth_event_of_four_parts(events, monkeypatch):
    monkeypatch.setattr(filling, "N_PARTS", N_PARTS)
    samples = samples_of(events)
    shift = partial(under_shift, systematics=without_noise)
    bins = SimpleNamespace(task=HIGGSML, n_bins=N_BINS, bin_of=bin_of)
    found = filling.filled_templates(samples, samples, bins, shift, [], seed=3)

    def histograms(some, values):
        total = np.zeros((2, len(samples), N_BINS))
        for code, left in shift(some, values, seed=3, use=lambda left: left):
            where = bin_of(left.features)
            total[:, code] += [np.bincount(where, left.weights**k, N_BINS) for k in (1, 2)]
        return total

    def of_parts(values):
        parts = ([one.some(k, N_PARTS) for one in samples] for k in range(N_PARTS))
        return np.array([histograms(part, values)[0] for part in parts])

    expected = fit_templates(tuple(histograms(samples, {})), of_parts)
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.variances, expected.variances, rtol=1e-9)
    np.testing.assert_allclose(found.deviations, expected.deviations, rtol=1e-6, atol=1e-9)
