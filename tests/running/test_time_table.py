"""The table of time and memory at the end of a run."""

from typing import Any

from HiggsML.running.trusted.time_table import time_table

RUN: dict[str, Any] = {
    "stages": {"data": 12.34, "fit": 100.0},
    "limits": {
        "total_seconds": 6900.0,
        "fit_seconds": 3600.0,
        "predict_seconds": 120.0,
        "memory_gib": 8.0,
    },
    "usage": {
        "fit": {
            "seconds": 99.96,
            "memory_bytes": 3 << 29,
            "parts": {"training": 40.0, "templates": 50.5},
        },
        "predict": {
            "calls": 1200,
            "seconds": 480.0,
            "longest_seconds": 7.25,
            "memory_bytes": 1 << 30,
        },
    },
    "kept": ["models", "pools"],
}

TABLE = """\
where the time went        taken    limit
data (kept)               12.3 s
fit (of an earlier run)  100.0 s   3600 s
  training                40.0 s
  templates               50.5 s
memory of fit            1.5 GiB  8.0 GiB
predict, mean of 1,200    0.40 s
predict, longest           7.2 s    120 s
memory of predict        1.0 GiB  8.0 GiB
whole run                  700 s   6900 s"""


def test_everything_against_its_limit() -> None:
    assert "\n".join(time_table(RUN, 700.0)) == TABLE


def test_what_was_not_seen_is_left_out() -> None:
    lines = time_table(RUN | {"usage": {}, "kept": []}, 700.0)
    assert [line.split("  ")[0] for line in lines] == ["where the time went", "data", "whole run"]
