"""Images of numbers, read back digit by digit."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from HiggsML.approaches.representations import text_image
from HiggsML.approaches.representations.text_images import CHARACTERS, GLYPHS
from HiggsML.errors import DataError

NUMBERS = st.integers(-99_999_999, 99_999_999).map(lambda thousandths: thousandths / 1000.0)


def read(image, d, scale=1):
    """The numbers of an image, as text."""
    rows, width = -(-d // 2), image.shape[1] // 2
    left = min(width // 4, width - 40 * scale)
    texts = []
    for i in range(d):
        top, start = i // 2 * image.shape[0] // rows, i % 2 * width + left
        text = ""
        for place in range(10):
            at = start + 4 * scale * place
            glyph = image[top : top + 5 * scale : scale, at : at + 3 * scale : scale] > 0
            text += CHARACTERS[int((glyph == GLYPHS).all(axis=(1, 2)).argmax())]
        texts.append(text.rstrip())
    return texts


def test_glyphs_are_told_apart():
    assert GLYPHS.shape == (len(CHARACTERS), 5, 3)
    assert len({glyph.tobytes() for glyph in GLYPHS}) == len(CHARACTERS)


@settings(deadline=None, max_examples=100)
@given(st.lists(NUMBERS, min_size=30, max_size=30))
def test_three_decimals_are_read_back(numbers):
    [image] = text_image([numbers])
    assert image.shape == (90, 80)
    assert read(image, 30) == [f"{number:.3f}" for number in numbers]


def test_the_large_image_has_the_same_numbers_in_larger_digits():
    """At a quarter of each half of the width, and equal steps down."""
    numbers = np.random.default_rng(0).normal(0.0, 100.0, (3, 30)).round(3)
    images = text_image(numbers, (224, 224))
    for image, row in zip(images, numbers, strict=True):
        assert read(image, 30, scale=2) == [f"{number:.3f}" for number in row]
    columns = np.flatnonzero(images.any(axis=(0, 1)))
    assert columns.min() == 28
    rows = np.flatnonzero(images.any(axis=(0, 2)))
    np.testing.assert_array_equal(
        np.intersect1d(rows, [int(i * 224 / 15) for i in range(15)]),
        [int(i * 224 / 15) for i in range(15)],
    )


def test_zero_has_no_sign_and_decimals_are_rounded():
    numbers = [-0.0001, 0.0, -0.9996, 9.9996, -999.0, -25.0]
    assert read(text_image([numbers], (18, 80))[0], 6) == [
        *("0.000", "0.000", "-1.000", "10.000", "-999.000", "-25.000"),
    ]


def test_black_and_white_and_nothing_between():
    images = text_image(np.ones((4, 30)))
    assert images.dtype == np.uint8
    assert set(np.unique(images)) == {0, 255}


def test_rows_do_not_know_each_other():
    x = np.random.default_rng(1).normal(0.0, 50.0, (12, 7))
    before = x.copy()
    order = np.random.default_rng(2).permutation(12)
    np.testing.assert_array_equal(text_image(x[order]), text_image(x)[order])
    np.testing.assert_array_equal(x, before)


def test_the_images_are_those_of_before():
    x = (np.arange(300).reshape(10, 30) - 150) * 7.125
    digest = {
        size: hashlib.sha256(text_image(x, size).tobytes()).hexdigest()[:16]
        for size in ((90, 80), (224, 224))
    }
    assert digest == {(90, 80): "e2baac07018b9024", (224, 224): "4580909101585a7b"}


@pytest.mark.parametrize("number", [100_000.0, -99_999.9996, np.nan, np.inf])
def test_numbers_that_are_too_long_are_named(number):
    x = np.zeros((3, 4))
    x[1, 2] = number
    with pytest.raises(DataError, match=r"event 1, feature 2: .*at most 5 digits"):
        text_image(x)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(DataError, match="30 numbers need 90 x 80 pixels"):
        text_image(np.zeros((1, 30)), (89, 80))
