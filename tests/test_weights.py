import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.weights import scale_to_whole


def test_a_part_stands_for_the_whole() -> None:
    weights = np.array([0.5, 1.0, -0.25, 2.0])
    part = weights[:3]
    scaled = part * scale_to_whole(weights.sum(), part.sum())
    assert scaled.sum() == pytest.approx(weights.sum())


@pytest.mark.parametrize("part", [0.0, -1.0, float("nan")])
def test_nothing_stands_for_no_whole(part: float) -> None:
    with pytest.raises(DataError, match=r"training set: .*more than zero"):
        scale_to_whole(3.0, part, where="training set")
