"""Where the time and the memory of a run went, against the limits: a table for its log."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["time_table"]

GIB = 1 << 30
EARLIER = " (of an earlier run)"


def time_table(run: Mapping[str, Any], duration: float) -> list[str]:
    """The lines of the table.

    Args:
        run: the facts of a run, as in `run.json`.
        duration: of the whole run, s.
    """
    rows = [("where the time went", "taken", "limit"), *_rows(run, duration)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{what:<{widths[0]}}  {taken:>{widths[1]}}  {limit:>{widths[2]}}".rstrip()
        for what, taken, limit in rows
    ]


def _rows(run: Mapping[str, Any], duration: float) -> Iterator[tuple[str, str, str]]:
    usage, limits, kept = run["usage"], run["limits"], run["kept"]
    memory = f"{limits['memory_gib']:.1f} GiB"
    yield f"data{' (kept)' if 'pools' in kept else ''}", _seconds(run["stages"]["data"]), ""
    if "fit" in usage:
        fit = usage["fit"]
        name = f"fit{EARLIER if 'models' in kept else ''}"
        yield name, _seconds(fit["seconds"]), _seconds(limits["fit_seconds"])
        for part, seconds in fit["parts"].items():
            yield f"  {part}", _seconds(seconds), ""
        yield "memory of fit", f"{fit['memory_bytes'] / GIB:.1f} GiB", memory
    if usage.get("predict", {}).get("calls"):
        predict = usage["predict"]
        mean = predict["seconds"] / predict["calls"]
        earlier = EARLIER if "answers" in kept else ""
        yield f"predict, mean of {predict['calls']:,}{earlier}", _seconds(mean), ""
        longest = _seconds(predict["longest_seconds"])
        yield "predict, longest", longest, _seconds(limits["predict_seconds"])
        yield "memory of predict", f"{predict['memory_bytes'] / GIB:.1f} GiB", memory
    yield "whole run", _seconds(duration), _seconds(limits["total_seconds"])


def _seconds(seconds: float) -> str:
    return (
        f"{seconds:.2f} s"
        if seconds < 1
        else f"{seconds:.1f} s"
        if seconds < 100
        else f"{seconds:.0f} s"
    )
