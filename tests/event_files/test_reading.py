"""Reading in batches: all rows in order, and memory that does not grow with the file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from HiggsML.event_files import open_event_file, reading
from HiggsML.schema import DETAILED_LABELS, FILE_COLUMNS, LABELS, PRI_COLUMNS, WEIGHTS


def write(folder: Path, rows: int, row_group_size: int, **options: object) -> None:
    rng = np.random.default_rng(1)
    columns: dict[str, object] = {name: rng.random(rows, np.float32) for name in FILE_COLUMNS}
    columns[WEIGHTS] = np.arange(rows, dtype=np.float64)
    columns[LABELS] = np.zeros(rows, np.float32)
    columns[DETAILED_LABELS] = pd.Categorical(["ztautau"]).repeat(rows)
    table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
    pq.write_table(table, folder / "e.parquet", row_group_size=row_group_size, **options)


@pytest.mark.parametrize("batch_rows", [1, 10, 64])
@pytest.mark.parametrize("row_group_size", [1, 7, 100])
def test_all_rows_in_order(tmp_path: Path, row_group_size: int, batch_rows: int) -> None:
    write(tmp_path, 50, row_group_size)
    batches = list(open_event_file(tmp_path).batches(PRI_COLUMNS, batch_rows))
    weights = [weight for batch in batches for weight in batch.weights]
    assert weights == list(range(50))  # a row's weight is its number
    assert all(batch.first_row == batch.weights[0] for batch in batches)
    assert all(batch.features.shape == (16, len(batch.codes)) for batch in batches)
    assert max(len(batch.codes) for batch in batches) <= batch_rows


def test_memory_stays_far_below_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row group of 10 MB is read with less than 3 MB in the hands of pyarrow."""
    monkeypatch.setattr(reading, "STREAM_BUFFER", 1 << 14)
    write(tmp_path, 150_000, 150_000, data_page_size=1 << 14, use_dictionary=False)
    before, most = pa.total_allocated_bytes(), 0
    for _ in open_event_file(tmp_path).batches(PRI_COLUMNS, 1_000):
        most = max(most, pa.total_allocated_bytes() - before)
    assert 150_000 * 4 * len(PRI_COLUMNS) > 9_000_000
    assert 0 < most < 3_000_000
