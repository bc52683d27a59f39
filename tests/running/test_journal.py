from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.errors import RunError
from HiggsML.running.trusted.journal import Journal

RECORDS = [{"number": 0.1 + 0.2}, {"numbers": [-1e-300, 2.5]}, {"text": "\n"}]


def written(path: Path, records: list[dict[str, object]] = RECORDS) -> Journal:
    journal = Journal(path)
    for record in records:
        journal.append(record)
    return journal


def test_records_come_back_bit_for_bit(tmp_path: Path) -> None:
    assert written(tmp_path / "journal").records == RECORDS
    assert Journal(tmp_path / "journal").records == RECORDS


@given(st.integers(min_value=1))
def test_a_torn_last_line_is_dropped(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal"
    written(path, RECORDS[:2])
    whole = path.read_bytes()
    written(path, RECORDS[2:])
    last = path.read_bytes()[len(whole) :]
    path.write_bytes(whole + last[: cut % len(last)])
    assert Journal(path).records == RECORDS[:2]
    assert written(path, RECORDS[2:]).records == RECORDS
    assert Journal(path).records == RECORDS


def test_damage_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"2.5", b"2.6")
    path.write_bytes(b"".join(lines))
    with pytest.raises(RunError, match=r"line 2.*damaged"):
        Journal(path)
