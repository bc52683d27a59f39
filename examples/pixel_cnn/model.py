"""Convolutions on images, made into a measurement of mu.

Each of the 27 inputs of an event is a pixel of an image of 6 x 6. Needs PyTorch.
"""

from HiggsML.approaches import PixelCNN
from HiggsML.inference import Measurement


class Model(Measurement):
    """As in `sample_submission/model.py`, but for the classifier."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        network = PixelCNN(size=6, channels=(32, 32), epochs=3, random_state=1)
        super().__init__(network, get_train_set, systematics, mu_range=mu_range)
