"""Classifiers of events, each a value of one slot: the classifier of a `Measurement`.

An approach is a scikit-learn classifier: `fit(x, y, sample_weight)`, `predict_proba(x)` and
`classes_`. Its classes are codes of processes, that of the signal first. `APPROACHES` has them by
name. Libraries that are extras are imported where an approach is fitted, not here.
"""

from .catalogue import APPROACHES, Entry

__all__ = ["APPROACHES", "Entry"]
