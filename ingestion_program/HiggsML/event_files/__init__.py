"""Parquet files of events: opened with every check, read in batches, rows chosen."""

from .frames import events_frame
from .opening import open_event_file
from .reading import BATCH_ROWS, EventBatch, EventFile
from .selection import checked_indices, draw_rows, number_of_rows

__all__ = [
    "BATCH_ROWS",
    "EventBatch",
    "EventFile",
    "checked_indices",
    "draw_rows",
    "events_frame",
    "number_of_rows",
    "open_event_file",
]
