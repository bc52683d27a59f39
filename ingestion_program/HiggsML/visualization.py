"""Figures of events, of systematic shifts, of classifiers and of results.

Every function takes data and returns a `matplotlib.figure.Figure`; a notebook shows it when it is
the last value of a cell, and `figure.savefig(path)` writes it. Nothing is drawn with pyplot, and
nothing is random but samples of events, which are seeded. Undefined features (-25) are left out.
"""

from .figures.classes import class_counts, class_histograms, confusion_matrix, image_gallery
from .figures.classifiers import (
    feature_importances,
    interval_widths,
    learning_curves,
    roc_curves,
    train_test_scores,
)
from .figures.cuts import cut_distributions
from .figures.data_set import Dataset_visualise
from .figures.events import correlation_plots, pair_plots, stacked_histogram
from .figures.results import visualize_coverage, visualize_scatter
from .figures.shifts import event_vise_syst, histogram_syst, pair_plots_syst

__all__ = [
    "Dataset_visualise",
    "class_counts",
    "class_histograms",
    "confusion_matrix",
    "correlation_plots",
    "cut_distributions",
    "event_vise_syst",
    "feature_importances",
    "histogram_syst",
    "image_gallery",
    "interval_widths",
    "learning_curves",
    "pair_plots",
    "pair_plots_syst",
    "roc_curves",
    "stacked_histogram",
    "train_test_scores",
    "visualize_coverage",
    "visualize_scatter",
]
