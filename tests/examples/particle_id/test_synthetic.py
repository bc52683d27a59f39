import numpy as np
import pytest

from particle_study.particles import CODES, NAMES, SHARES, index_of
from particle_study.synthetic import event_sizes, images_of, sample


def test_codes_have_places() -> None:
    assert index_of([2212, 11, 22, -5, 9999]).tolist() == [4, 0, -1, -1, -1]
    assert CODES[NAMES.index("kaon")] == 321
    np.testing.assert_allclose(100.0 * SHARES, [0.25, 0.06, 77.9, 12.7, 9.1], atol=0.05)
    assert SHARES.sum() == pytest.approx(1.0)


def test_images_are_like_those_of_the_challenge() -> None:
    """Numbers of hits from 0 to 8; 7.4 of 100 pixels were filled there, of pions mostly."""
    images, kind = sample([400] * 5, seed=1)
    assert images.shape == (2_000, 10, 10)
    assert np.isin(images, np.arange(9)).all()
    filled = (images > 0.0).sum(axis=(1, 2))
    assert 6.5 < filled[kind == NAMES.index("pion")].mean() < 8.0
    assert (filled > 0).mean() > 0.99
    assert images[filled > 0, 0, 0].min() >= 1.0  # tracks begin in a corner


def test_images_are_a_function_of_the_seed() -> None:
    np.testing.assert_array_equal(sample([9] * 5, 3)[0], sample([9] * 5, 3)[0])
    assert (sample([9] * 5, 3)[0] != sample([9] * 5, 4)[0]).any()


def test_slow_particles_leave_more_hits() -> None:
    images, kind = sample([1_000] * 5, seed=2)
    hits = np.bincount(kind, images.sum(axis=(1, 2))) / 1_000
    assert hits[NAMES.index("proton")] > 1.3 * hits[NAMES.index("kaon")]
    assert hits[NAMES.index("kaon")] > 1.1 * hits[NAMES.index("pion")]
    assert hits[NAMES.index("electron")] > hits[NAMES.index("muon")]


def test_events_have_the_natural_shares() -> None:
    """Pions within five standard errors."""
    sizes = event_sizes(50, np.random.default_rng(3))
    totals = sizes.sum(axis=1)
    assert ((totals >= 3_000) & (totals <= 3_600)).all()
    share = sizes[:, 2].sum() / totals.sum()
    assert abs(share - SHARES[2]) < 5.0 * np.sqrt(0.22 * 0.78 / totals.sum())


def test_no_particles_make_no_images() -> None:
    assert images_of([], np.random.default_rng(1)).shape == (0, 10, 10)
