"""From a classifier to a measurement of mu: regions, templates, likelihood, interval.

>>> from HiggsML.inference import Measurement
"""

from .measurement import Measurement
from .regions import JetRegion, Regions

__all__ = ["JetRegion", "Measurement", "Regions"]
