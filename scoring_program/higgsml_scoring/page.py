"""The score sheet: one self-contained page, its figures as files, and `scores.json`."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from . import figures, metrics
from .answers import Answers
from .drawings import (
    AGAINST_MU,
    DIAGNOSTICS,
    INTERVALS,
    OVERALL,
    Drawing,
    draw_against_mu,
    draw_diagnostics,
    draw_intervals,
    draw_overall,
)
from .files import write_atomically
from .published import PUBLISHED
from .report import BOOTSTRAPS, FEWEST_FOR_RANGE, ScoreReport
from .run_facts import RunFacts
from .verdict import judge, judge_sets

__all__ = ["FIGURES", "PAGE", "SCORES", "clear_outputs", "write_report"]

ISOLATION = {
    "full": "the kernel kept the submission away from all files but its own, from the network, and "
    "from other processes",
    "partial": "the kernel enforced only a part of what keeps a submission away from files, the "
    "network and other processes",
    "process": "a process of its own, and nothing more: it could read what the run can read",
}
"""What the levels of isolation mean."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

SCORES = "scores.json"
PAGE = "detailed_results.html"
FIGURES = "figures"


def clear_outputs(folder: Path) -> None:
    """Remove the files of an earlier scoring, so that a refusal leaves none behind."""
    for name in (SCORES, PAGE):
        (folder / name).unlink(missing_ok=True)
    for name in (*OVERALL, *AGAINST_MU, *DIAGNOSTICS, INTERVALS.format("*")):
        for path in (folder / FIGURES).glob(f"{name}.[sp][vn]g"):
            path.unlink()


def write_report(
    folder: Path,
    report: ScoreReport,
    answers: Answers,
    *,
    show_truth: bool,
    systematics: Mapping[str, bool] | None = None,
    run: RunFacts | None = None,
) -> None:
    """Write figures, page and, last, `scores.json` into an existing folder.

    Args:
        folder: where to write.
        report: the scores.
        answers: what they were computed from.
        show_truth: whether the true mu, and anything they could be read from, may be shown.
        systematics: which nuisance parameters were varied.
        run: facts of the run.
    """
    (folder / FIGURES).mkdir(exist_ok=True)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            verdict=judge(report),
            by_mu_sentences=judge_sets(report),
            overall=_save(folder, draw_overall(report)),
            by_mu=_save(folder, draw_against_mu(report, answers)) if show_truth else [],
            by_set=_save(folder, draw_intervals(report, answers)) if show_truth else [],
            told=_save(folder, draw_diagnostics(run.diagnostics))
            if run and run.diagnostics
            else [],
            show_truth=show_truth,
            systematics=systematics,
            run=run,
            published=[
                (row, metrics.quantiles_score(row.interval, row.coverage, report.experiments))
                for row in PUBLISHED
            ],
            bootstraps=BOOTSTRAPS,
            one_sigma=metrics.ONE_SIGMA,
            sigma=metrics.coverage_sigma(report.experiments),
            set_band=metrics.free_band(report.sets[0].experiments),
            fewest=metrics.FEWEST,
            fewest_for_range=FEWEST_FOR_RANGE,
            isolation=ISOLATION,
            colours=figures.COLOURS,
            dark_colours=figures.DARK_COLOURS,
        )
    )
    write_atomically(folder / PAGE, page.encode())
    scores = json.dumps(report.scores(), indent=2, allow_nan=False)
    write_atomically(folder / SCORES, scores.encode() + b"\n")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number, duration=_duration, varied=_varied, date=_date, memory=_memory
    )
    return environment


def _save(folder: Path, drawings: Iterable[Drawing]) -> list[dict[str, str]]:
    """Save each figure before the next is drawn, and hand its SVG on to the page."""
    saved = []
    for drawing in drawings:
        svg = figures.save_figure(drawing.figure, folder / FIGURES, drawing.name)
        inline = figures.inline_svg(svg, drawing.name, str(escape(drawing.alt)))
        saved.append(
            {
                "title": drawing.title,
                "caption": drawing.caption,
                # Every text in it is ours, and the alternative text is escaped.
                "svg": Markup(inline),  # noqa: S704
            }
        )
    return saved


def _number(value: float, digits: int) -> str:
    """A number with a true minus sign, and no minus in front of zero."""
    shown = f"{value:.{digits}f}"
    return shown.replace("-", "−") if float(shown) else f"{0:.{digits}f}"


def _duration(seconds: float | None) -> str:
    """A time span with the two units that matter.

    >>> _duration(1234.5), _duration(7325.0), _duration(3.14159)
    ('20 min 34 s', '2 h 2 min', '3.1 s')
    """
    if seconds is None:
        return "not measured"
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours:
        return f"{hours:,} h {minutes % 60} min"
    return f"{minutes} min {int(seconds % 60)} s" if minutes else f"{seconds:.1f} s"


def _varied(systematics: Mapping[str, bool]) -> str:
    return ", ".join(name for name, varied in systematics.items() if varied) or "none"


def _date(date: datetime) -> str:
    """A date and time in words that no reader takes for another day.

    >>> from datetime import UTC
    >>> _date(datetime(2027, 1, 31, 14, 5, tzinfo=UTC))
    '31 January 2027, 14:05 UTC'
    """
    return f"{date.day} {_MONTHS[date.month - 1]} {date:%Y, %H:%M} UTC"


def _memory(number: float) -> str:
    """Bytes in units that people compare with their machine.

    >>> _memory(1197510656), _memory(8 * 2**30)
    ('1.1 GiB', '8.0 GiB')
    """
    return f"{number / 2**30:.1f} GiB"
