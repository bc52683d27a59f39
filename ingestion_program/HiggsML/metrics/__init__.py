"""How well scores tell signal from background, in numbers; every event counts with its weight.

An event passes a cut if its score is at least the cut; events of equal scores pass together. The
factor `luminosity` multiplies all weights: it brings a part of a sample to the yields of the whole,
as a significance needs. Efficiencies, rejections and the log loss are ratios of weights, which no
such factor changes.
"""

from .bootstrap import paired_bootstrap
from .ratios import auc, efficiencies, log_loss, rejection
from .significance import ChosenCut, Scan, ams, ams_scan, best_cut, max_significance
from .tables import weight_table, weighted_confusion

__all__ = [
    "ChosenCut",
    "Scan",
    "ams",
    "ams_scan",
    "auc",
    "best_cut",
    "efficiencies",
    "log_loss",
    "max_significance",
    "paired_bootstrap",
    "rejection",
    "weight_table",
    "weighted_confusion",
]
