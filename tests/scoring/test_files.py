"""Untrusted files are limited and parsed strictly; files are written whole or not at all."""

import json
import os

import pytest

from higgsml_scoring import files
from higgsml_scoring.errors import ResultsError


def test_reads_a_file_up_to_the_limit(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b"12345")
    assert files.read_bytes(path, 5) == b"12345"
    with pytest.raises(ResultsError, match=r"file\.json: .*larger than 4 bytes"):
        files.read_bytes(path, 4)


@pytest.mark.parametrize("kind", ["missing", "folder", "link", "pipe"])
def test_refuses_what_is_no_regular_file(tmp_path, kind):
    path = tmp_path / "file.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        (tmp_path / "other").write_bytes(b"{}")
        path.symlink_to(tmp_path / "other")
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(ResultsError, match="missing"):
        files.read_bytes(path, 5)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Expecting value"),
        (b'{"a": 1', "line 1, column 8"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b'{"a": 1, "a": 2}', "duplicate key"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"[1]", "one JSON object"),
        (b"1", "one JSON object"),
    ],
)
def test_refuses_what_is_no_strict_json(content, reason):
    with pytest.raises(ResultsError, match=reason):
        files.parse_json(content, "file.json")


def test_writes_the_content_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "scores.json"
    path.write_bytes(b"old")
    files.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "scores.json"
    path.write_bytes(b"old")

    def full(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        files.write_atomically(path, json.dumps({"a": 1}).encode())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
