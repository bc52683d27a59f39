import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.systematics import V4


def made(pt: float, eta: float, phi: float, m: float = 0.0) -> V4:
    v = V4()
    v.setPtEtaPhiM(pt, eta, phi, m)
    return v


def test_coordinates_come_back() -> None:
    v = made(40.0, 1.5, -2.0, 91.2)
    assert (v.pt(), v.eta(), v.phi(), v.m()) == pytest.approx((40.0, 1.5, -2.0, 91.2))
    assert v.p() == pytest.approx(40.0 * np.cosh(1.5))
    assert v.pt2() == pytest.approx(1600.0)


def test_two_back_to_back_make_a_mass() -> None:
    both = made(50.0, 0.0, 0.0) + made(50.0, 0.0, np.pi)
    assert both.m() == pytest.approx(100.0)
    assert both.pt() == pytest.approx(0.0, abs=1e-12)
    first = made(50.0, 0.0, 0.0)
    first += made(50.0, 0.0, np.pi)
    assert first.m() == pytest.approx(100.0)


def test_distances() -> None:
    a, b = made(10.0, 1.0, 3.0), made(10.0, -1.0, -3.0)
    assert a.deltaEta(b) == pytest.approx(2.0)
    assert a.deltaPhi(b) == pytest.approx(6.0 - 2 * np.pi)
    assert a.deltaR(b) == pytest.approx(np.hypot(2.0, 6.0 - 2 * np.pi))


def test_scaling() -> None:
    v, fixed = made(40.0, 1.0, 0.5, 10.0), made(40.0, 1.0, 0.5, 10.0)
    v.scale(2.0)
    fixed.scaleFixedM(2.0)
    assert (v.pt(), v.m()) == pytest.approx((80.0, 20.0))
    assert (fixed.pt(), fixed.m()) == pytest.approx((80.0, 10.0))


def test_arrays_and_copies() -> None:
    v = made(np.array([10.0, 20.0]), np.zeros(2), np.zeros(2))  # type: ignore[arg-type]  # arrays are fine
    other = v.copy()
    other.px[0] = 99.0
    np.testing.assert_allclose(v.px, [10.0, 20.0])
    assert "px=" in repr(v)


def test_impossible_energy() -> None:
    with pytest.raises(DataError, match="smaller than its momentum"):
        V4(10.0, 0.0, 0.0, 5.0)
