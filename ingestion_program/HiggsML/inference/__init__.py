"""From a classifier to a measurement: regions, templates, likelihood, interval.

>>> from HiggsML.inference import Measurement, Mixture
"""

from .measurement import Measurement
from .mixture import Mixture, MixtureResult
from .regions import JetRegion, Regions

__all__ = ["JetRegion", "Measurement", "Mixture", "MixtureResult", "Regions"]
