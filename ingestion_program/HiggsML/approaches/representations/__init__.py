"""What classifiers look at: events as vectors, sets and images.

Functions of arrays, which change none of their arguments. Tables have named columns, those of this
challenge (`schema.FEATURES`) or those of the challenge of 2014.
"""

from .aggregation import AGGREGATES, aggregate
from .cartesian import cartesian, cartesian_columns, from_cartesian, oriented_cartesian
from .eta_phi_images import eta_phi_image
from .event_objects import OBJECT_FEATURES, event_objects, is_present
from .normalisation import absent_as_nan, normalise
from .orientation import orient
from .pixel_images import pixel_image
from .text_images import text_image
from .vectors import event_momenta

__all__ = [
    "AGGREGATES",
    "OBJECT_FEATURES",
    "absent_as_nan",
    "aggregate",
    "cartesian",
    "cartesian_columns",
    "eta_phi_image",
    "event_momenta",
    "event_objects",
    "from_cartesian",
    "is_present",
    "normalise",
    "orient",
    "oriented_cartesian",
    "pixel_image",
    "text_image",
]
