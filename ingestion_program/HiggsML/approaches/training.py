"""Training of networks: Adam on weighted rows, with a rate that rises once and then falls.

PyTorch is an extra, imported in the functions that need it. Its global state (random numbers,
threads) is as before when a function of `networks` returns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Floats, Positions
from ..errors import ApproachError
from ..progress import progress_bar

__all__ = [
    "BATCH",
    "Rows",
    "alone",
    "arrays_of",
    "load_arrays",
    "one_cycle",
    "require_torch",
    "start_at_shares",
    "train",
]

BATCH = 8_192
"""Rows that are predicted at once: bounds the memory."""
_RISE = 0.3
_LOWEST = 0.04
"""The share of the steps in which the rate rises, and what it begins with, relative to its peak."""


@dataclass(frozen=True)
class Rows:
    """Events to train on, or to validate with.

    Attributes:
        x: (n, ...), what a network sees of them.
        codes: (n,) positions of their classes.
        weights: (n,), their mean is about 1.
    """

    x: NDArray[Any]
    codes: Positions
    weights: Floats

    def __len__(self) -> int:
        return len(self.codes)

    def taken(self, rows: Any) -> "Rows":
        """Some of the rows."""
        return Rows(self.x[rows], self.codes[rows], self.weights[rows])


def require_torch(who: str) -> Any:
    """The module `torch`.

    Args:
        who: needs it.

    Raises:
        ApproachError: it is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise ApproachError(
            f"PyTorch is needed for {who}.", fix="pip install 'HiggsML[torch]', or make torch."
        ) from error
    return torch


@contextmanager
def alone(seed: int | None = None) -> Iterator[None]:
    """One thread, and random numbers of its own: the same bits on every machine of a kind.

    Small networks gain nothing from more threads.

    Args:
        seed: of PyTorch's random numbers; None: they are not needed.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[], enabled=seed is not None):
            if seed is not None:
                torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def one_cycle(done: float) -> float:
    """The rate relative to its peak, when a share `done` of all steps is done.

    It rises in a straight line, then falls to zero as a cosine (Smith, arXiv:1803.09820).

    >>> one_cycle(0.3), one_cycle(1.0)
    (1.0, 0.0)
    """
    if done < _RISE:
        return _LOWEST + (1.0 - _LOWEST) * done / _RISE
    return 0.5 * (1.0 + float(np.cos(np.pi * (done - _RISE) / (1.0 - _RISE))))


def train(
    network: Any,
    logits: Callable[[NDArray[Any]], Any],
    rows: Rows,
    held_out: Rows,
    parts: Sequence[tuple[Any, float]],
    *,
    epochs: int,
    batch_size: int,
    patience: int | None,
    rng: np.random.Generator,
    title: str,
) -> dict[str, Array]:
    """Train parts of a network; the other parts stay as they are, to the bit.

    The loss is the cross entropy, each row times its weight.

    Args:
        network: a torch module.
        logits: gives a tensor (n, K) for some of `x`.
        rows: are trained on.
        held_out: rows of the validation curve; may be none.
        parts: modules, each with the peak of its rate.
        epochs: passes over the rows.
        batch_size: rows of a step.
        patience: epochs without a smaller validation loss after which training ends, and takes the
            parameters of the smallest one; None: it goes through all epochs.
        rng: shuffles the rows.
        title: of the progress bar.

    Returns:
        The validation curve: "loss", "validation_loss" and "validation_error", a number an epoch.

    Raises:
        ApproachError: the loss is not finite.
    """
    import torch

    network.requires_grad_(False)
    network.eval()  # statistics of normalisations stay, where not trained
    groups: list[dict[str, Any]] = []
    for part, peak in parts:
        part.requires_grad_(True)
        groups.append({"params": list(part.parameters()), "peak": peak})
    optimizer = torch.optim.Adam(groups, lr=0.0)
    curve: list[tuple[float, float, float]] = []
    best, best_state = np.inf, arrays_of(network)
    n_batches = max(-(-len(rows) // batch_size), 1)
    with progress_bar(total=epochs * n_batches, desc=title, unit="step") as bar:
        for _ in range(epochs):
            for part, _ in parts:
                part.train()
            total = 0.0
            for batch in np.array_split(rng.permutation(len(rows)), n_batches):
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * one_cycle(bar.n / bar.total)
                total += _step(optimizer, logits, rows.taken(batch)) * len(batch)
                bar.update()
            network.eval()
            curve.append((total / float(rows.weights.sum()), *_quality(logits, held_out)))
            if not np.isfinite(curve[-1][0]):
                raise ApproachError(
                    "training diverged: the loss is not finite.",
                    where=title,
                    fix="give a smaller learning_rate, or inputs of order one.",
                )
            if patience is None:
                continue
            if curve[-1][1] < best:
                best, best_state, waited = curve[-1][1], arrays_of(network), 0
            elif (waited := waited + 1) >= patience:
                break
    if patience is not None:
        load_arrays(network, best_state)
    names = ("loss", "validation_loss", "validation_error")
    columns = np.array(curve, dtype=np.float64).reshape(-1, len(names)).T
    return dict(zip(names, columns, strict=True))


def _step(optimizer: Any, logits: Callable[[NDArray[Any]], Any], batch: Rows) -> float:
    """One step of the optimizer; the mean loss of the batch before it."""
    import torch

    optimizer.zero_grad()
    found, weights = logits(batch.x), torch.from_numpy(batch.weights)
    codes = torch.from_numpy(batch.codes)
    losses = torch.nn.functional.cross_entropy(found, codes, reduction="none")
    loss = (losses * weights).mean()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def _quality(logits: Callable[[NDArray[Any]], Any], rows: Rows) -> tuple[float, float]:
    """Loss and error rate of weighted rows; NaN if there are none."""
    import torch

    if not len(rows):
        return np.nan, np.nan
    loss = error = 0.0
    with torch.inference_mode():
        for start in range(0, len(rows), BATCH):
            some = rows.taken(slice(start, start + BATCH))
            found, weights = logits(some.x), torch.from_numpy(some.weights)
            codes = torch.from_numpy(some.codes)
            losses = torch.nn.functional.cross_entropy(found, codes, reduction="none")
            loss += float((losses * weights).sum())
            error += float(((found.argmax(1) != codes) * weights).sum())
    total = float(rows.weights.sum(dtype=np.float64))
    return loss / total, error / total


def start_at_shares(network: Any, shares: Array) -> None:
    """Start the last layer at the logarithms of the classes' shares, as if nothing were known.

    Args:
        network: its last layer is linear.
        shares: (K,) of the training weights; one of 0 counts as 1e-9.
    """
    import torch

    last = list(network.modules())[-1]
    with torch.no_grad():
        last.bias.copy_(torch.from_numpy(np.log(np.maximum(shares, 1e-9))))


def arrays_of(network: Any) -> dict[str, NDArray[Any]]:
    """Parameters and statistics of a network as arrays of their own."""
    return {name: value.numpy().copy() for name, value in network.state_dict().items()}


def load_arrays(network: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Give a network the parameters and statistics that `arrays_of` gave."""
    import torch

    network.load_state_dict({name: torch.tensor(value) for name, value in arrays.items()})
