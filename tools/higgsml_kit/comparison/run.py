"""A comparison from its events to its files."""

from collections.abc import Callable
from pathlib import Path

from HiggsML.approaches import Entry
from HiggsML.progress import progress_bar

from .challenge_2014 import compare_2014, read_2014
from .events import generated_events
from .measuring import Plan, measure
from .report import figures, markdown, markdown_2014, rows_of, save_figures, write_numbers
from .scores import score, train

__all__ = ["on_2014_rows", "on_generated_events"]

Write = Callable[[Path], list[str]]
"""Writes into a folder, and returns the names of the files."""


def on_generated_events(
    entries: dict[str, Entry], n: int, seed: int, with_measurements: bool
) -> tuple[str, Write]:
    """Compare on generated events.

    Args:
        entries: approaches by name.
        n: events before the cuts.
        seed: of the events.
        with_measurements: whether pseudo-experiments are measured.

    Returns:
        The table, and what writes it with all numbers and figures.
    """
    training, test = generated_events(n, seed)
    trained, scored, scores = {}, {}, {}
    with progress_bar(total=len(entries), desc="approaches") as bar:
        for name, entry in entries.items():
            bar.set_postfix_str(name)
            trained[name] = train(entry, training)
            scored[name], scores[name] = score(entry, trained[name], training, test)
            bar.update()
    plan = Plan(n, seed)
    fast = {name: entry for name, entry in entries.items() if entry.submission}
    measured = measure(fast, plan) if with_measurements else {}
    table = markdown(scored, measured)
    facts = {
        "events": {"generated": n, "training": len(training.weights), "test": len(test.weights)},
        "seed": seed,
        "luminosity of an experiment, 1/fb": plan.luminosity,
        "approaches": rows_of(scored, measured),
    }

    def write(folder: Path) -> list[str]:
        drawn = figures(scored, scores, trained, test)
        return write_numbers(folder, "table", table, facts) + save_figures(folder, drawn)

    return table, write


def on_2014_rows(entries: dict[str, Entry], folder: Path, seed: int) -> tuple[str, Write]:
    """Compare on rows of the challenge of 2014; as `on_generated_events`."""
    rows = read_2014(folder)
    scored, left_out = compare_2014(entries, rows, seed)
    table = markdown_2014(scored)
    if left_out:
        table += f"\nNot for these rows: {', '.join(left_out)}.\n"
    facts = {"rows": len(rows.weights), "seed": seed, "approaches": rows_of(scored, {})}
    return table, lambda output: write_numbers(output, "table_2014", table, facts)
