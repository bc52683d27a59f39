"""Figures of the score sheet: arrays in, `matplotlib.figure.Figure` out."""

from .calibration import bias_figure, coverage_figure, pulls_figure, width_figure
from .comparison import comparison_figure
from .diagnostics import nuisances_figure, post_fit_figure, templates_figure
from .intervals import MOST_INTERVALS, intervals_figure
from .score import penalty_figure, plane_figure
from .style import COLOURS, DARK_COLOURS, figure_to_svg, inline_svg, save_figure

__all__ = [
    "COLOURS",
    "DARK_COLOURS",
    "MOST_INTERVALS",
    "bias_figure",
    "comparison_figure",
    "coverage_figure",
    "figure_to_svg",
    "inline_svg",
    "intervals_figure",
    "nuisances_figure",
    "penalty_figure",
    "plane_figure",
    "post_fit_figure",
    "pulls_figure",
    "save_figure",
    "templates_figure",
    "width_figure",
]
