"""What approaches see of events, in tests."""

from typing import Any

import numpy as np

from HiggsML.approaches import Entry
from HiggsML.inference.inputs import classifier_inputs

__all__ = ["inputs_of"]


def inputs_of(entry: Entry, features: Any) -> Any:
    """What an approach sees of all events."""
    rows = np.arange(len(features))
    return (classifier_inputs if entry.inputs is None else entry.inputs)(features, rows)
