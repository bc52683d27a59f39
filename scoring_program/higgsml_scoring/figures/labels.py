"""Places for words in a figure, so that they cover neither each other nor what is drawn."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from .style import COLOURS

__all__ = ["Words"]

_SIZE = 8
_ROOM = 2  # pixels around a word
_NEAR = [(-8, 0), (8, 0), (0, 8), (0, -8), (-8, 8), (8, 8), (-8, -8), (8, -8)]
_AROUND = [(reach * x, reach * y) for reach in (1.0, 1.75, 2.75, 4.0) for x, y in _NEAR]
"""Where a name may stand, seen from its point, in points of the font: the best first."""


class Words:
    """Writes words into axes whose limits are set, where nothing stands yet."""

    def __init__(self, axes: Axes) -> None:
        figure = axes.get_figure(root=True)
        assert figure is not None  # noqa: S101  axes of a figure
        self._axes = axes
        self._renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
        self._point = figure.dpi / 72  # pixels
        self._frame = axes.get_window_extent(self._renderer)
        self._taken: list[Bbox] = []

    def keep_free(self, low: tuple[float, float], high: tuple[float, float], room: float) -> None:
        """Let no word cover what is drawn between two points of the data.

        Args:
            low, high: the points (x, y); the same one for a marker.
            room: to leave around them, in points of the font.
        """
        corners = self._axes.transData.transform([low, high])
        self._taken.append(Bbox(corners).padded(room * self._point))

    def name(self, word: str, x: float, y: float) -> None:
        """A word beside a point, with a thin line to it where it stands farther away."""
        boxes = [self._box(word, (x, y), offset) for offset in _AROUND]
        costs = [self._cost(box) for box in boxes]
        best = int(np.argmin(costs))
        line = {"arrowstyle": "-", "color": COLOURS["muted"], "linewidth": 0.6}
        self._write(
            word, (x, y), _AROUND[best], "ink", "paper", line if best >= len(_NEAR) else None
        )
        self._taken.append(boxes[best])

    def value(
        self, word: str, places: Sequence[tuple[float, float]], grounds: Sequence[str]
    ) -> None:
        """A word on the first free one of some points within the axes, if there is one.

        Args:
            word: to write.
            places: points, the best first.
            grounds: role of the colour behind each point.
        """
        for place, ground in zip(places, grounds, strict=True):
            box = self._box(word, place, (0, 0))
            if self._cost(box) == 0:
                self._write(word, place, (0, 0), "muted", ground, None)
                self._taken.append(box)
                return

    def _box(self, word: str, place: tuple[float, float], offset: tuple[float, float]) -> Bbox:
        """The pixels of a word, with some room."""
        text = self._axes.text(0, 0, word, fontsize=_SIZE, parse_math=False)
        size = np.array(text.get_window_extent(self._renderer).size)
        text.remove()
        anchor = self._axes.transData.transform(place) + self._point * np.array(offset)
        low = anchor + size * (np.sign(offset) - 1) / 2
        return Bbox([low, low + size]).padded(_ROOM)

    def _cost(self, box: Bbox) -> float:
        """Pixels that are covered or outside of the axes."""
        inside = _area(Bbox.intersection(box, self._frame))
        covered = sum(_area(Bbox.intersection(box, other)) for other in self._taken)
        return _area(box) - inside + covered

    def _write(
        self,
        word: str,
        place: tuple[float, float],
        offset: tuple[float, float],
        colour: str,
        ground: str,
        line: dict[str, object] | None,
    ) -> None:
        right, up = np.sign(offset)
        self._axes.annotate(
            word,
            place,
            xytext=offset,
            textcoords="offset points",
            horizontalalignment={-1: "right", 0: "center", 1: "left"}[int(right)],
            verticalalignment={-1: "top", 0: "center", 1: "bottom"}[int(up)],
            fontsize=_SIZE,
            color=COLOURS[colour],
            bbox={"facecolor": COLOURS[ground], "edgecolor": "none", "pad": 0.6},
            arrowprops=line,
            parse_math=False,
        )


def _area(box: Bbox | None) -> float:
    return 0.0 if box is None else float(box.width * box.height)
