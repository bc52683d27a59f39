"""Data sets on disk: what the public one looks like, and what readers make of it."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from HiggsML.datasets import Data
from HiggsML.errors import DataError
from HiggsML.generation import generate, tables, write_dataset
from HiggsML.generation.slices import sources_of
from HiggsML.schema import DETAILED_LABELS, EXPECTED_EVENTS, FILE_COLUMNS, PROCESSES

COUNTS = {"htautau": 1500, "ztautau": 2600, "ttbar": 700, "diboson": 203}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data set of several row groups."""
    monkeypatch.setattr(tables, "ROW_GROUP", 1000)
    write_dataset(tmp_path / "data", COUNTS, seed=4)
    return tmp_path / "data"


def test_schema_and_metadata_are_those_of_the_public_file(folder):
    file = pq.ParquetFile(folder / "FAIR_Universe_HiggsML_data.parquet")
    assert tuple(file.schema_arrow.names) == FILE_COLUMNS
    for field in file.schema_arrow:
        assert field.type == (pa.string() if field.name == DETAILED_LABELS else pa.float32())
    assert file.metadata.num_row_groups == 6
    path = folder / "FAIR_Universe_HiggsML_data_metadata.json"
    metadata = json.loads(path.read_text(encoding="utf-8"))
    assert set(metadata) == {
        "author",
        "total_rows",
        "total_columns",
        "columns",
        "detailed_labels",
        "sum_weights",
        "luminosity",
    }
    assert metadata["total_rows"] == sum(COUNTS.values())
    assert metadata["columns"] == list(FILE_COLUMNS)
    assert metadata["sum_weights"] == pytest.approx(sum(EXPECTED_EVENTS.values()))
    assert metadata["luminosity"] == 10.0
    assert sorted(path.name for path in folder.iterdir()) == [
        "FAIR_Universe_HiggsML_data.parquet",
        "FAIR_Universe_HiggsML_data_metadata.json",
    ]


def test_every_row_group_holds_every_process_in_proportion(folder):
    file = pq.ParquetFile(folder / "FAIR_Universe_HiggsML_data.parquet")
    for group in range(file.metadata.num_row_groups):
        labels = file.read_row_group(group).column(DETAILED_LABELS).to_pandas()
        sources = [source.process for source in sources_of(COUNTS, 10.0)]
        for process, count in COUNTS.items():
            assert abs((labels == process).sum() - count / 6) <= sources.count(process)
        # Within a group, processes alternate: as many runs as in a random order, +- 15 %.
        codes = labels.map(PROCESSES.index).to_numpy()
        shares = np.bincount(codes) / len(codes)
        expected = len(codes) * (1.0 - (shares**2).sum())
        assert np.count_nonzero(np.diff(codes)) == pytest.approx(expected, rel=0.15)


def test_file_holds_the_events_of_the_frame(folder):
    read = pd.read_parquet(folder / "FAIR_Universe_HiggsML_data.parquet")
    frame = generate(COUNTS, seed=4).astype({DETAILED_LABELS: read[DETAILED_LABELS].dtype})
    pd.testing.assert_frame_equal(read, frame)


def test_data_reads_it(folder):
    data = Data(folder)
    data.load_train_set()
    train = data.get_train_set()
    assert len(train) == pytest.approx(0.7 * sum(COUNTS.values()), abs=2)
    assert train["weights"].sum() == pytest.approx(sum(EXPECTED_EVENTS.values()), rel=1e-4)


def test_a_folder_with_a_data_set_is_left_alone(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataError, match="holds a parquet file already"):
        write_dataset(folder, COUNTS, seed=5)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_nothing_is_left_of_a_data_set_that_was_not_finished(tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path, COUNTS, seed=4, progress=interrupt)
    assert not list(tmp_path.iterdir())


def test_progress_is_told_row_group_by_row_group(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP", 1000)
    told = []
    write_dataset(tmp_path, COUNTS, seed=4, progress=told.append)
    assert sum(told) == sum(COUNTS.values())
    assert len(told) == 6
