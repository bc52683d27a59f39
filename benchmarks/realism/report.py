"""The table of all comparisons, as Markdown, JSON and a summary for the terminal."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .verdicts import NO, RIGHT, UNCERTAIN, Judged, count_verdicts

__all__ = ["summary", "table", "write"]

HEAD = (
    "| process | region | quantity | target | generated | difference | pull | allowed | verdict |",
    "|---|---|---|---|---|---|---|---|---|",
)


def table(rows: Sequence[Judged]) -> str:
    """Rows of one part as a table in Markdown."""
    lines = [
        f"| {row.process} | {row.region} | {row.quantity} "
        f"| {row.target.value:.4g} ± {row.target.error:.2g} "
        f"| {row.found.value:.4g} ± {row.found.error:.2g} "
        f"| {row.difference:+.3g} | {row.pull:+.1f} | {row.allowed:.2g} | {row.verdict} |"
        for row in rows
    ]
    return "\n".join([*HEAD, *lines])


def summary(judged: Mapping[str, Sequence[Judged]]) -> str:
    """How many numbers of each part are right."""
    lines = [f"| part | {RIGHT} | {UNCERTAIN} | {NO} |", "|---|---|---|---|"]
    for part, rows in judged.items():
        counts = count_verdicts(rows)
        lines.append(f"| {part} | {counts[RIGHT]} | {counts[UNCERTAIN]} | {counts[NO]} |")
    return "\n".join(lines)


def write(folder: Path, judged: Mapping[str, Sequence[Judged]], facts: Mapping[str, Any]) -> None:
    """Write `realism.md` and `realism.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"## {part}\n\n{table(rows)}" for part, rows in judged.items()]
    text = "\n\n".join(["# How real generated events are", summary(judged), *parts])
    (folder / "realism.md").write_text(text + "\n", encoding="utf-8")
    records = [
        {
            "part": part,
            "process": row.process,
            "region": row.region,
            "quantity": row.quantity,
            "target": row.target,
            "generated": row.found,
            "allowed": row.allowed if np.isfinite(row.allowed) else None,
            "pull": row.pull if np.isfinite(row.pull) else None,
            "verdict": row.verdict,
        }
        for part, rows in judged.items()
        for row in rows
    ]
    content = {"facts": dict(facts), "comparisons": records}
    (folder / "realism.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
