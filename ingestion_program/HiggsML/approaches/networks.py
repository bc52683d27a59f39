"""Networks that classify images, or sets of objects."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Floats, Mask
from ..errors import ApproachError
from .layers import image_layers, jet_layers, set_layers
from .representations import pixel_image, text_image
from .representations.normalisation import normalise
from .torch_network import Network
from .training import Rows

__all__ = ["DeepSets", "HitCNN", "JetCNN", "PixelCNN"]

_SMALLEST_JET = 8  # pixels


class HitCNN(Network):
    """Convolutions on images of hits, (n, height, width), counts of 0 to about 8.

    Arguments and attributes are those of `Network`.
    """

    _dimensions = 3

    def _layers(self) -> Any:
        return image_layers(self.shape_, (16, 32), 64, len(self.classes_))

    def _inputs(self, x: NDArray[Any]) -> Floats:
        scaled: Floats = x.astype(np.float32) / np.float32(8.0)
        return scaled


class JetCNN(Network):
    """The network of HML for images of jets, (n, height, width), 5,960 parameters for two classes.

    Args:
        normalise: "max": each image relative to its brightest pixel. "log": ln(1 + pixel).
        arguments: those of `Network`.
    """

    _dimensions = 3

    def __init__(
        self,
        normalise: Literal["max", "log"] = "max",
        *,
        epochs: int = 100,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        validation: float = 0.05,
        patience: int | None = None,
        random_state: int | None = None,
    ) -> None:
        super().__init__(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            validation=validation,
            patience=patience,
            random_state=random_state,
        )
        self.normalise = normalise

    def _layers(self) -> Any:
        if min(self.shape_) < _SMALLEST_JET:
            raise ApproachError(
                f"images of at least {_SMALLEST_JET} x {_SMALLEST_JET} pixels are needed.",
                where="x",
                value=self.shape_,
                fix="give larger images, or take HitCNN.",
            )
        return jet_layers(len(self.classes_))

    def _inputs(self, x: NDArray[Any]) -> Floats:
        return normalise(x, self.normalise)


class PixelCNN(Network):
    """Convolutions on images that are drawn of the features of an event, (n, d).

    Blocks of pixels show features that are standardised with the mean and spread of the training
    rows; NaN, what an event does not have, is black. Text shows the features as they are.

    Args:
        size: height and width of an image; 6 gives each of up to 36 features a pixel, 90
            has room for the text of 30.
        style: "squares" or "bars" of pixels, see `pixel_image`; or "text", see `text_image`.
        channels: of the 3 x 3 convolutions.
        arguments: those of `Network`.

    Attributes:
        mean_: (d,).
        scale_: (d,).
    """

    _dimensions = 2
    mean_: Array
    scale_: Array

    def __init__(
        self,
        size: int = 6,
        style: Literal["squares", "bars", "text"] = "squares",
        *,
        channels: tuple[int, ...] = (32, 32),
        epochs: int = 3,
        batch_size: int = 1_024,
        learning_rate: float = 6e-3,
        validation: float = 0.05,
        patience: int | None = None,
        random_state: int | None = None,
    ) -> None:
        super().__init__(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            validation=validation,
            patience=patience,
            random_state=random_state,
        )
        self.size = size
        self.style = style
        self.channels = channels

    def _layers(self) -> Any:
        return image_layers((self.size, self.size), self.channels, 64, len(self.classes_))

    def _inputs(self, x: NDArray[Any]) -> Floats:
        if self.style == "text":
            images: Any = text_image(x, (self.size, self.size))
        else:
            images = pixel_image((x - self.mean_) / self.scale_, self.size, self.style)
        return np.asarray(images / np.float32(255.0), dtype=np.float32)

    def _is_empty(self, x: NDArray[Any]) -> Mask:
        empty: Mask = np.isnan(x).all(axis=1)
        return empty

    def _learn_scale(self, rows: Rows) -> None:
        known = ~np.isnan(rows.x)
        values, weights = np.where(known, rows.x, 0.0), rows.weights[:, None] * known
        total = np.maximum(weights.sum(axis=0, dtype=np.float64), 1e-30)
        self.mean_ = (values * weights).sum(axis=0) / total
        spread = np.sqrt(((values - self.mean_) ** 2 * weights).sum(axis=0) / total)
        self.scale_ = np.where(spread > 0.0, spread, 1.0)


class DeepSets(Network):
    """Classifies sets of objects, (n, objects, features): rho(sum over objects of phi(object)).

    A row of zeros is no object, so that sets of different sizes are filled up with such rows. Order
    and filling make no difference (Zaheer et al., arXiv:1703.06114).

    Args:
        width: of each of the four hidden layers, two before the sum and one behind it.
        arguments: those of `Network`.
    """

    _dimensions = 3

    def __init__(
        self,
        width: int = 64,
        *,
        epochs: int = 12,
        batch_size: int = 256,
        learning_rate: float = 4e-3,
        validation: float = 0.05,
        patience: int | None = None,
        random_state: int | None = None,
    ) -> None:
        super().__init__(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            validation=validation,
            patience=patience,
            random_state=random_state,
        )
        self.width = width

    def _layers(self) -> Any:
        return set_layers(self.shape_[-1], self.width, len(self.classes_))

    def _logits(self, network: Any, x: NDArray[Any]) -> Any:
        import torch

        each, head = network
        objects = torch.from_numpy(self._inputs(x))
        present = objects.ne(0.0).any(dim=-1, keepdim=True)
        return head((each(objects) * present).sum(dim=1))

    def _fits(self, shape: tuple[int, ...]) -> bool:
        return len(shape) == self._dimensions and shape[-1] == self.shape_[-1]
