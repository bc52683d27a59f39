"""Images of momenta: each is in its pixel, and all of them are in the sum."""

import numpy as np

from any_events import COLUMNS_2014, any_events, any_events_of_2014
from HiggsML.approaches.representations import eta_phi_image, event_momenta
from HiggsML.schema import FEATURES


def test_every_momentum_of_an_event_is_in_its_image():
    for x, columns in ((any_events(), FEATURES), (any_events_of_2014(), COLUMNS_2014)):
        momenta = event_momenta(x, columns)
        images = eta_phi_image(*momenta)
        assert images.shape == (300, 33, 33)
        assert images.dtype == np.float32
        np.testing.assert_allclose(
            images.sum(axis=(1, 2)), np.nansum(momenta[0], axis=1), rtol=1e-5
        )


def test_pixels_are_those_of_a_histogram():
    pt, eta, phi = event_momenta(any_events(), FEATURES)
    images = eta_phi_image(pt, eta, phi, size=10)
    for i in (0, 1, 2):
        there = np.isfinite(pt[i])
        expected, *_ = np.histogram2d(
            eta[i, there],
            phi[i, there],
            bins=(np.linspace(-5, 5, 11), np.linspace(-np.pi, np.pi, 11)),
            weights=pt[i, there],
        )
        np.testing.assert_allclose(images[i], expected, rtol=1e-6)


def test_the_azimuth_has_no_ends():
    turns = np.array([[0.3], [0.3 + 2.0 * np.pi], [0.3 - 2.0 * np.pi]])
    images = eta_phi_image(np.ones((3, 1)), np.zeros((3, 1)), turns)
    np.testing.assert_array_equal(images[1:], images[[0, 0]])
    # a window about the axis of a jet at phi = pi
    window = eta_phi_image(
        np.ones((1, 2)),
        np.zeros((1, 2)),
        np.array([[3.1, -3.1]]),
        size=8,
        phi_range=(np.pi - 0.8, np.pi + 0.8),
    )
    assert window.sum() == 2.0
    assert np.flatnonzero(window.sum(axis=(0, 1))).tolist() == [3, 4]


def test_what_is_out_of_range_or_absent_is_left_out():
    pt = np.array([[5.0, 5.0, np.nan], [5.0, np.nan, np.nan]])
    eta = np.array([[0.0, 9.0, 0.0], [-5.1, 0.0, 0.0]])
    images = eta_phi_image(pt, eta, np.zeros((2, 3)))
    np.testing.assert_array_equal(images.sum(axis=(1, 2)), [5.0, 0.0])


def test_objects_in_one_pixel_add_up():
    images = eta_phi_image(np.array([[1.0, 2.0]]), np.zeros((1, 2)), np.zeros((1, 2)), size=3)
    assert images[0, 1, 1] == 3.0
