"""Parquet files of events: opened with every check, read in batches, rows chosen."""

from .frames import events_frame, process_names
from .opening import open_event_file
from .reading import BATCH_ROWS, EventBatch, EventFile
from .selection import Indices, Seed, checked_indices, chosen_rows, draw_rows, number_of_rows
from .splitting import MARK_COLUMNS, Split, split_events

__all__ = [
    "BATCH_ROWS",
    "MARK_COLUMNS",
    "EventBatch",
    "EventFile",
    "Indices",
    "Seed",
    "Split",
    "checked_indices",
    "chosen_rows",
    "draw_rows",
    "events_frame",
    "number_of_rows",
    "open_event_file",
    "process_names",
    "split_events",
]
