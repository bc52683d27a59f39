"""A ranking as text, as a page and as data."""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict

from .ranking import Row

__all__ = ["as_data", "as_page", "as_text"]

_HEAD = ("place", "result", "score", "68 % range", "ahead by", "interval", "coverage", "before")


def _cells(row: Row) -> tuple[str, ...]:
    if row.refused:
        return ("-", row.label, row.refused)
    before = "" if row.before is None else f"{row.before:.4f}, place {row.place_before}"
    if row.place_before not in (0, row.place):
        before += f" ({row.place_before - row.place:+d})"
    return (
        str(row.place),
        row.label,
        f"{row.score:.4f}",
        f"{row.low:.4f} to {row.high:.4f}",
        f"{row.errors_ahead:.1f} errors" if row.errors_ahead else "",
        f"{row.interval:.4f}",
        f"{row.coverage:.4f}",
        before,
    )


def as_text(rows: Sequence[Row]) -> str:
    """The ranking as a table of plain text."""
    table = [_HEAD, *map(_cells, rows)]
    full = [cells for cells in table if len(cells) == len(_HEAD)]
    widths = [max(len(cells[i]) for cells in full) for i in range(len(_HEAD))]
    widths[1] = max(len(cells[1]) for cells in table)
    lines = (zip(cells, widths, strict=False) for cells in table)
    return "\n".join("  ".join(f"{cell:<{n}}" for cell, n in line).rstrip() for line in lines)


def as_page(rows: Sequence[Row]) -> str:
    """The ranking as a self-contained page."""
    body = []
    for cells in map(_cells, rows):
        last = f' colspan="{len(_HEAD) - len(cells) + 1}"' if len(cells) < len(_HEAD) else ""
        texts = [html.escape(cell) for cell in cells]
        inner = "".join(f"<td>{text}</td>" for text in texts[:-1])
        body.append(f"<tr>{inner}<td{last}>{texts[-1]}</td></tr>")
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in _HEAD)
    return _PAGE.format(head=head, body="\n".join(body), count=len(rows))


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Ranking</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; padding: 0.2em 1em 0.2em 0; border-bottom: 1px solid #ccc; }}
td {{ font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>Ranking of {count} results</h1>
<p>By the quantiles score. A range holds 68 % of the values when the pseudo-experiments are drawn
again. <i>Ahead by</i> is the distance to the next result in standard errors, as of results of
independent experiments: below 2, the order may be chance. <i>Before</i> is the score that was saved
with the results, and how many places it has moved since.</p>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
</body>
</html>
"""


def as_data(rows: Sequence[Row]) -> str:
    """The ranking as JSON; what is not known is null."""
    known = [{k: v if v == v else None for k, v in asdict(row).items()} for row in rows]
    return json.dumps(known, indent=2, ensure_ascii=False) + "\n"
