"""The rate of training, and what is said where PyTorch is missing."""

import sys

import numpy as np
import pytest

from HiggsML.approaches.networks import DeepSets
from HiggsML.approaches.training import one_cycle
from HiggsML.errors import ApproachError


def test_the_rate_rises_once_and_falls_to_nothing():
    rates = np.array([one_cycle(done) for done in np.linspace(0.0, 1.0, 101)])
    assert rates[0] == pytest.approx(0.04)
    assert (np.diff(rates[:31]) > 0.0).all()
    assert rates[30] == pytest.approx(1.0)
    assert (np.diff(rates[30:]) < 0.0).all()
    assert rates[-1] == pytest.approx(0.0)


def test_a_network_says_that_pytorch_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ApproachError, match=r"PyTorch is needed for DeepSets.*HiggsML\[torch\]"):
        DeepSets().fit(np.ones((4, 2, 3)), [0, 1, 0, 1])
