"""What all networks share: scikit-learn's interface around PyTorch.

PyTorch is an extra, imported where a network is fitted, loaded or asked. What is fitted are arrays,
so that a fitted network can be pickled, and saved without a pickle.
"""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from ..arrays import Array, Floats, Mask
from ..errors import ApproachError
from .training import (
    BATCH,
    Rows,
    alone,
    arrays_of,
    load_arrays,
    require_torch,
    start_at_shares,
    train,
)

__all__ = ["Network"]


class Network(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Training, and prediction in batches, with one thread.

    Args:
        epochs: passes over the training rows.
        batch_size: rows of a step.
        learning_rate: peak of the rate.
        validation: share of the training rows that the validation curve is made of; they train
            nothing.
        patience: epochs without a smaller validation loss after which training ends, with the
            parameters of the smallest one; None: all epochs.
        random_state: seed of the parameters and of the order of rows; None: another one each time.

    Attributes:
        classes_: labels, sorted.
        shape_: shape of one event.
        parameters_: arrays of the network by name.
        history_: curves over the epochs: "loss", "validation_loss", "validation_error".
        empty_: (K,) probabilities of an event in which there is nothing, such as an image of zeros:
            the classes' shares of the training weights of such events, of all where there are none.
    """

    def __init__(
        self,
        *,
        epochs: int = 8,
        batch_size: int = 1_024,
        learning_rate: float = 4e-3,
        validation: float = 0.05,
        patience: int | None = None,
        random_state: int | None = None,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation = validation
        self.patience = patience
        self.random_state = random_state

    def fit(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        *,
        start: "Network | None" = None,
        head_epochs: int = 4,
    ) -> Self:
        """Train the network, or refine another one in two stages.

        The first stage trains the head, which are the two last dense layers, the second one
        everything, with rates that fall tenfold from block to block, counted from the head.

        Args:
            x: (n, ...), events as the network sees them.
            y: (n,) labels.
            sample_weight: (n,), not negative; None: 1.
            start: a fitted network, whose blocks are the start of the two stages; None: all layers
                start at random and are trained at once.
            head_epochs: passes of the first stage.

        Raises:
            ApproachError: PyTorch is missing, or rows, labels, weights or `start` cannot be used.
        """
        require_torch(type(self).__name__)
        rng = np.random.default_rng(self.random_state)
        seed = int(rng.integers(2**62))  # first, so that it depends on no number of rows
        rows = self._rows(x, y, sample_weight)
        shares = self._learn_shares(rows)
        rows, held_out = self._split(rows.taken(~self._is_empty(rows.x)), rng)
        self._learn_scale(rows)
        with alone(seed):
            network = self._layers()
            start_at_shares(network, shares)
            stages = [(self.epochs, [(network, self.learning_rate)])]
            if start is not None:
                _take_over_blocks(network, start)
                parts = [
                    (block, self.learning_rate / 10.0**place)
                    for place, block in enumerate(reversed(network))
                ]
                stages = [(head_epochs, parts[:1]), (self.epochs, parts)]
            curves = [
                train(
                    network,
                    lambda some: self._logits(network, some),
                    rows,
                    held_out,
                    parts,
                    epochs=epochs,
                    batch_size=self.batch_size,
                    patience=self.patience,
                    rng=rng,
                    title=type(self).__name__,
                )
                for epochs, parts in stages
            ]
        self.history_ = {name: np.concatenate([c[name] for c in curves]) for name in curves[0]}
        self.parameters_ = arrays_of(network)
        return self

    def predict_proba(self, x: npt.ArrayLike) -> Floats:
        """Probabilities of the classes, (n, K).

        Raises:
            ApproachError: PyTorch is missing, or events have another shape than in `fit`.
        """
        check_is_fitted(self, "parameters_")
        torch = require_torch(type(self).__name__)
        events = self._events(x)
        found = np.empty((len(events), len(self.classes_)), dtype=np.float32)
        with alone(), torch.inference_mode():
            network = self._layers()
            load_arrays(network, self.parameters_)
            network.eval()
            for first in range(0, len(events), BATCH):
                some = slice(first, first + BATCH)
                found[some] = torch.softmax(self._logits(network, events[some]), dim=1).numpy()
        found[self._is_empty(events)] = self.empty_
        return found

    def predict(self, x: npt.ArrayLike) -> NDArray[Any]:
        """The most probable class of each event, (n,)."""
        found: NDArray[Any] = self.classes_[self.predict_proba(x).argmax(axis=1)]
        return found

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take on a pickled state.

        PyTorch comes with it, so that copies of this process find it there.
        """
        super().__setstate__(state)
        if hasattr(self, "parameters_"):
            require_torch(type(self).__name__)

    # --- what networks differ in -----------------------------------------------------------------

    _dimensions: int
    """Axes of an array of events."""

    def _layers(self) -> Any:
        """The network of PyTorch, not trained: blocks one after another, the last one the head."""
        raise NotImplementedError

    def _inputs(self, x: NDArray[Any]) -> Floats:
        """What goes into it of some events."""
        return x.astype(np.float32)

    def _logits(self, network: Any, x: NDArray[Any]) -> Any:
        """What comes out of it for some events, a tensor (n, K)."""
        import torch

        return network(torch.from_numpy(self._inputs(x))[:, None])

    def _is_empty(self, x: NDArray[Any]) -> Mask:
        """Whether there is nothing in an event."""
        return np.asarray(~x.any(axis=tuple(range(1, x.ndim))))

    def _learn_scale(self, rows: Rows) -> None:
        """Learn what `_inputs` needs."""

    # --- reading ---------------------------------------------------------------------------------

    def _events(self, x: npt.ArrayLike, *, first: bool = False) -> NDArray[Any]:
        """Events as an array.

        Args:
            x: (n, ...).
            first: whether they are those that say which shape events have.
        """
        events = np.asarray(x)
        if first and events.ndim == self._dimensions:
            self.shape_ = events.shape[1:]
        if events.dtype.kind not in "buif" or not self._fits(events.shape):
            raise ApproachError(
                f"{type(self).__name__} takes numbers of another shape.",
                where="x",
                value=f"{events.dtype} {events.shape}",
                fix=f"give an array of {self._dimensions} axes, events first"
                + (f", then {self.shape_}." if hasattr(self, "shape_") else "."),
            )
        return events

    def _fits(self, shape: tuple[int, ...]) -> bool:
        return len(shape) == self._dimensions and shape[1:] == self.shape_

    def _rows(
        self, x: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None
    ) -> Rows:
        """Training rows, checked; learns the shape of events and the classes."""
        events, labels = self._events(x, first=True), np.asarray(y)
        ones = np.ones(len(events)) if sample_weight is None else sample_weight
        weights = np.asarray(ones, dtype=np.float64)
        if not labels.shape == weights.shape == events.shape[:1]:
            raise ApproachError(
                "there must be one label and one weight for each event.",
                where="y, sample_weight",
                value=(labels.shape, weights.shape),
                fix=f"give {len(events)} of each.",
            )
        if not (np.isfinite(weights).all() and (weights >= 0.0).all() and weights.any()):
            raise ApproachError(
                "networks are trained with weights of at least 0, and one above.",
                where="sample_weight",
                value=weights.min(initial=np.inf),
                fix="leave rows of negative weight out, or take its size.",
            )
        self.classes_, codes = np.unique(labels, return_inverse=True)
        return Rows(events, codes.astype(np.intp), (weights / weights.mean()).astype(np.float32))

    def _learn_shares(self, rows: Rows) -> Array:
        """Shares of the classes; those of empty events are kept."""
        empty = self._is_empty(rows.x)
        if empty.all():
            raise ApproachError(
                "there is nothing in any training event.", where="x", fix="give some that are not."
            )
        of_all = np.bincount(rows.codes, rows.weights, len(self.classes_))
        of_empty = np.bincount(rows.codes[empty], rows.weights[empty], len(of_all))
        chosen = of_empty if of_empty.any() else of_all
        self.empty_ = chosen / chosen.sum()
        shares: Array = of_all / of_all.sum()
        return shares

    def _split(self, rows: Rows, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Rows that train, and rows of the validation curve."""
        order = rng.permutation(len(rows))
        n = round(self.validation * len(rows))
        if not 0 <= n < len(rows) or (self.patience is not None and n == 0):
            raise ApproachError(
                "no rows are left to train, or to end the training by.",
                where="validation",
                value=self.validation,
                fix="give a share above 0 and below 1.",
            )
        return rows.taken(np.sort(order[n:])), rows.taken(np.sort(order[:n]))


def _take_over_blocks(network: Any, start: Network) -> None:
    """Give a network the blocks, but not the head, of one that is fitted."""
    check_is_fitted(start, "parameters_")
    head = f"{len(network) - 1}."
    arrays = arrays_of(network)
    for name, value in arrays.items():
        if name.startswith(head):
            continue
        known = start.parameters_.get(name)
        if known is None or known.shape != value.shape:
            raise ApproachError(
                "the network to start from has other layers.",
                where="start",
                value=type(start).__name__,
                fix="give one of the same class and arguments.",
            )
        arrays[name] = known
    load_arrays(network, arrays)
