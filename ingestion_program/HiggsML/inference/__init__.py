"""From a classifier to a measurement: selection, templates, likelihood, interval.

>>> from HiggsML.inference import Measurement, Mixture
"""

from .annealing import AnnealedNetwork
from .counting import CountingGrid
from .measurement import Measurement
from .mixture import Mixture, MixtureResult
from .physics_inputs import physics_inputs
from .selection import JetRegion, MassCuts, Scout

__all__ = [
    "AnnealedNetwork",
    "CountingGrid",
    "JetRegion",
    "MassCuts",
    "Measurement",
    "Mixture",
    "MixtureResult",
    "Scout",
    "physics_inputs",
]
