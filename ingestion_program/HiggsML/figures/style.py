"""The look of all figures of this package.

Colours are those of Okabe and Ito, which are told apart with every kind of colour vision.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "INK",
    "MUTED",
    "PROCESS_COLOURS",
    "PROCESS_NAMES",
    "TWO_COLOURS",
    "axis_label",
    "house_style",
    "new_figure",
    "panels",
    "unit",
]

INK, MUTED, LINE = "#1d2329", "#5c6670", "#c9d0d6"
TWO_COLOURS = ("#0072b2", "#d55e00")
"""Blue for the first of two samples, vermilion for the second."""

COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Colours of what has none of its own."""

PROCESS_COLOURS: Mapping[str, str] = MappingProxyType(
    {"htautau": "#d55e00", "ztautau": "#a6cbe3", "ttbar": "#0072b2", "diboson": "#009e73"}
)
PROCESS_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "htautau": r"H → $\tau\tau$",
        "ztautau": r"Z → $\tau\tau$",
        "ttbar": r"$\mathrm{t\bar{t}}$",
        "diboson": "diboson",
    }
)

_STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "legend.fontsize": 8.5,
    "text.color": INK,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


class _ShownFigure(Figure):
    """A figure that a notebook shows when it is the value of a cell, without pyplot."""

    def __repr__(self) -> str:
        width, height = self.get_size_inches()
        return f"Figure of {len(self.axes)} panels, {width:.1f} x {height:.1f} in"

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


@contextmanager
def house_style() -> Iterator[None]:
    """Within it, matplotlib draws in the house style; after it, as before."""
    with mpl.rc_context(_STYLE):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size, in inches."""
    return _ShownFigure(figsize=(width, height), layout="compressed")


def panels(figure: Figure, count: int, per_row: int) -> list[Axes]:
    """`count` panels in rows."""
    rows = -(-count // per_row)
    grid = figure.add_gridspec(rows, min(count, per_row))
    return [figure.add_subplot(grid[divmod(i, per_row)]) for i in range(count)]


def unit(column: str) -> str:
    """The unit of a feature, "" for a number.

    >>> unit("PRI_met"), unit("PRI_met_phi"), unit("DER_met_phi_centrality")
    ('GeV', 'rad', '')
    """
    if column.endswith(("_pt", "_met")) or column.startswith(("DER_mass", "DER_pt_h", "DER_pt_t")):
        return "GeV"
    return "rad" if column.endswith("_phi") else ""


def axis_label(column: str, change: str = "") -> str:
    """The name of a column, or what is said of it, with its unit in brackets."""
    brackets = f" [{unit(column)}]" if unit(column) else ""
    return (change or column) + brackets
