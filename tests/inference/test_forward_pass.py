"""A network's probabilities in blocks are those of scikit-learn."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from HiggsML.inference import forward_pass
from HiggsML.inference.forward_pass import probabilities


def events(n: int, kind: type = np.float32) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 7)).astype(kind)
    return x, (x[:, 0] > 0).astype(int) + 2 * (x[:, 1] * x[:, 2] > 0)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("layers", [(), (5,), (64, 64), (9, 3, 8)])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_equal_to_scikit_learn(layers: tuple[int, ...], kind: type) -> None:
    x, y = events(500, kind)
    network = MLPClassifier(layers, max_iter=5, random_state=1).fit(x, y)
    for n in (0, 1, 2_048, 5_000):
        some = np.asfortranarray(events(n, kind)[0])
        found = probabilities(network, some)
        assert found.shape == (n, 4)
        assert found.dtype == kind
        if n:
            tolerance = 1e-6 if kind == np.float32 else 1e-13
            np.testing.assert_allclose(found, network.predict_proba(some), atol=tolerance)


class Wary(MLPClassifier):
    """A network with a `predict_proba` of its own."""

    def predict_proba(self, x: NDArray[Any]) -> NDArray[Any]:
        return np.full((len(x), len(self.classes_)), 1.0 / len(self.classes_))


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize(
    "classifier",
    [
        MLPClassifier((4,), activation="tanh", max_iter=2),
        Wary((4,), max_iter=2),
        LogisticRegression(),
        make_pipeline(FunctionTransformer(), MLPClassifier((4,), max_iter=2)),
    ],
)
def test_others_answer_themselves(classifier: Any) -> None:
    x, y = events(200)
    classifier.fit(x, y)
    assert np.array_equal(probabilities(classifier, x), classifier.predict_proba(x))


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_two_classes(kind: type) -> None:
    """Their network has one output and no softmax."""
    x, y = events(5_000, kind)
    network = MLPClassifier((4,), max_iter=2, random_state=1).fit(x, y > 1)
    assert forward_pass._is_plain_network(network)
    tolerance = 1e-6 if kind == np.float32 else 1e-13
    np.testing.assert_allclose(probabilities(network, x), network.predict_proba(x), atol=tolerance)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_several_labels_at_once_are_left_to_scikit_learn() -> None:
    x, y = events(200)
    network = MLPClassifier((4,), max_iter=2).fit(x, np.stack([y > 1, y > 2], axis=1))
    assert np.array_equal(probabilities(network, x), network.predict_proba(x))
