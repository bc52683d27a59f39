"""What classifiers look at: events as vectors, sets and images; functions of arrays."""

from .event_objects import OBJECT_FEATURES, event_objects, is_present
from .pixel_images import pixel_image

__all__ = ["OBJECT_FEATURES", "event_objects", "is_present", "pixel_image"]
