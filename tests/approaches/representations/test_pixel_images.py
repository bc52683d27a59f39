"""Images of blocks: the brightness is read back, the layout is that of the features."""

import numpy as np
import pytest

from HiggsML.approaches.representations import pixel_image
from HiggsML.errors import DataError


def values(n=20, d=30, seed=0):
    return np.random.default_rng(seed).normal(0.0, 2.0, (n, d)).astype(np.float32)


def test_one_pixel_for_each_feature():
    x = values()
    before = x.copy()
    images = pixel_image(x)
    assert images.shape == (20, 6, 6)
    assert images.dtype == np.float32
    np.testing.assert_allclose(
        images.reshape(20, 36)[:, :30], 255.0 / (1.0 + np.exp(-x.astype(float))), rtol=1e-5
    )
    np.testing.assert_array_equal(images.reshape(20, 36)[:, 30:], 0.0)
    np.testing.assert_array_equal(x, before)


def test_squares_in_56_pixels_are_those_of_6_pixels():
    """Nine by nine pixels a block, in the middle: the same information."""
    x = values()
    large, small = pixel_image(x, 56), pixel_image(x, 6)
    inner = large[:, 1:55, 1:55].reshape(20, 6, 9, 6, 9)
    np.testing.assert_array_equal(inner, np.broadcast_to(small[:, :, None, :, None], inner.shape))
    assert large.sum() == pytest.approx(81.0 * small.sum(), rel=1e-5)


def test_bars_are_as_high_as_the_image():
    x = values(d=32)
    images = pixel_image(x, 224, style="bars")
    bars = images.reshape(20, 224, 32, 7)
    np.testing.assert_array_equal(bars, np.broadcast_to(bars[:, :1, :, :1], bars.shape))
    np.testing.assert_array_equal(bars[:, 0, :, 0], pixel_image(x).reshape(20, 36)[:, :32])


def test_what_is_absent_is_black_and_what_is_small_is_not():
    x = np.array([[np.nan, -3.0, 0.0, 3.0, np.inf, -np.inf]])
    found = pixel_image(x, 3).reshape(9)
    np.testing.assert_allclose(found, [0.0, 12.093, 127.5, 242.907, 255.0, 0.0, 0, 0, 0], atol=1e-3)


def test_rows_do_not_know_each_other():
    x = values()
    order = np.random.default_rng(1).permutation(20)
    np.testing.assert_array_equal(pixel_image(x[order], 56), pixel_image(x, 56)[order])


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(DataError, match="30 features need 6 pixels in a row"):
        pixel_image(values(), 5)
    with pytest.raises(DataError, match="30 features need 30 pixels in a row"):
        pixel_image(values(), 29, style="bars")
    with pytest.raises(DataError, match="unknown style"):
        pixel_image(values(), 6, style="circles")
