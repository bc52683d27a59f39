"""One look for all figures, and the only place where they are saved.

Colours have roles. In a file they are the ones below: blue and vermilion after Okabe and Ito, told
apart with every kind of colour vision, the latter darkened until it can be read as text. In a page
each role is a CSS variable, so that the reader's light or dark theme decides.
"""

import io
import re
from pathlib import Path
from types import MappingProxyType

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..files import write_atomically

__all__ = [
    "COLOURS",
    "DARK_COLOURS",
    "add_axes",
    "figure_to_svg",
    "inline_svg",
    "new_figure",
    "save_figure",
]

COLOURS = MappingProxyType(
    {
        "paper": "#fefefe",
        "ink": "#1d2329",
        "muted": "#5c6670",
        "line": "#c9d0d6",
        "blue": "#0072b2",
        "vermilion": "#c04c00",
        "band": "#d9e8f3",
        "band-outer": "#ecf3f9",
    }
)

DARK_COLOURS = MappingProxyType(
    {
        "paper": "#14181c",
        "ink": "#e8ebee",
        "muted": "#9ca7b1",
        "line": "#3a444d",
        "blue": "#56b4e9",
        "vermilion": "#f0843c",
        "band": "#1f3444",
        "band-outer": "#192732",
    }
)

_FONT_SIZE = 10
_PIXELS_PER_INCH = 160


def new_figure(
    xlabel: str, ylabel: str, *, width: float = 4.6, height: float = 3.2, left: float = 0.62
) -> tuple[Figure, Axes]:
    """An empty figure with one quiet pair of axes; sizes and the left margin in inches."""
    figure = Figure(figsize=(width, height), facecolor=COLOURS["paper"])
    return figure, add_axes(figure, xlabel, ylabel, left=left)


def add_axes(
    figure: Figure, xlabel: str, ylabel: str, *, left: float, bottom: float = 0, top: float = 0
) -> Axes:
    """One quiet pair of axes; room to leave at the sides in inches, beyond that for the labels."""
    width, height = figure.get_size_inches()
    low, high = bottom + 0.52, height - top - 0.12
    axes = figure.add_axes(
        (left / width, low / height, (width - left - 0.2) / width, (high - low) / height),
        facecolor="none",
    )
    axes.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(COLOURS["line"])
    axes.tick_params(color=COLOURS["line"], labelcolor=COLOURS["muted"], labelsize=_FONT_SIZE)
    axes.set_xlabel(xlabel, color=COLOURS["ink"], fontsize=_FONT_SIZE, labelpad=5)
    axes.set_ylabel(ylabel, color=COLOURS["ink"], fontsize=_FONT_SIZE, labelpad=5)
    return axes


def figure_to_svg(figure: Figure) -> str:
    """The figure as SVG, with text as text and the same bytes every time."""
    buffer = io.StringIO()
    with mpl.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "higgsml", "path.simplify": False}
    ):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def save_figure(figure: Figure, folder: Path, name: str) -> str:
    """Write `name`.svg and `name`.png into a folder; returns the SVG."""
    svg = figure_to_svg(figure)
    write_atomically(folder / f"{name}.svg", svg.encode())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_PIXELS_PER_INCH, metadata={"Software": None})
    write_atomically(folder / f"{name}.png", buffer.getvalue())
    return svg


def inline_svg(svg: str, name: str, alt: str) -> str:
    """An SVG of `figure_to_svg`, made fit for a page that holds several of them.

    Colours become the page's variables, the font the page's font, identifiers get the name of the
    figure in front, and the drawing one alternative text. `alt` must be escaped for an attribute.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r"font(-family)?: ([\d.]+px )?'DejaVu Sans'[^;\"]*", _keep_size, svg)
    used = set(re.findall(r'(?:url\(|href=")#([\w-]+)', svg))
    svg = re.sub(r' id="([\w.-]+)"', lambda m: m[0] if m[1] in used else "", svg)
    svg = re.sub(r'(id="|url\(#|href="#)(?=[\w-])', rf"\g<1>{name}-", svg)
    for role, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--{role})")
    view_box = svg[svg.index("viewBox=") :].split('"')[1]
    head = (
        f'<svg viewBox="{view_box}" role="img" aria-label="{alt}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return head + re.sub(r"\s*\n\s*", "\n", svg[svg.index(">") + 1 :]).strip()


def _keep_size(match: re.Match[str]) -> str:
    """The size of a font, without its family."""
    return f"font-size: {match[2].strip()}" if match[2] else ""
