"""Figures of events, of systematic shifts and of results.

Every function takes data and returns a `matplotlib.figure.Figure`; a notebook shows it when it is
the last value of a cell, and `figure.savefig(path)` writes it. Nothing is drawn with pyplot, and
nothing is random but samples of events, which are seeded. Undefined features (-25) are left out.
"""

from .figures.data_set import Dataset_visualise
from .figures.events import correlation_plots, pair_plots, stacked_histogram
from .figures.results import visualize_coverage, visualize_scatter
from .figures.shifts import event_vise_syst, histogram_syst, pair_plots_syst

__all__ = [
    "Dataset_visualise",
    "correlation_plots",
    "event_vise_syst",
    "histogram_syst",
    "pair_plots",
    "pair_plots_syst",
    "stacked_histogram",
    "visualize_coverage",
    "visualize_scatter",
]
