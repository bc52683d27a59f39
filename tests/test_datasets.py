"""Data: what is read, what is drawn, what is rescaled, and what is refused."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from HiggsML.datasets import Data
from HiggsML.derived_quantities import DER_data
from HiggsML.errors import DataError
from HiggsML.schema import (
    DER_COLUMNS,
    DETAILED_LABELS,
    FEATURES,
    FILE_COLUMNS,
    LABELS,
    PRI_COLUMNS,
    PROCESSES,
    SIGNAL,
    UNDEFINED,
    WEIGHTS,
)

N_ROWS = 1000
SUM_WEIGHTS = 5000.0


def make_events(n: int = N_ROWS, seed: int = 1) -> pd.DataFrame:
    """Rows like those of the public file, with 0 to 3 jets and weights that tell the process."""
    rng = np.random.default_rng(seed)
    jets = rng.integers(0, 4, n)
    columns = {}
    for name in PRI_COLUMNS:
        if name.endswith("_phi"):
            values = rng.uniform(-np.pi, np.pi, n)
        elif name.endswith("_eta"):
            values = rng.normal(0.0, 1.2, n)
        else:
            values = 26.0 + rng.exponential(30.0, n)
        for jet, needed in (("jet_leading", 1), ("jet_subleading", 2)):
            if jet in name:
                values = np.where(jets >= needed, values, UNDEFINED)
        columns[name] = values.round(3)
    columns["PRI_n_jets"] = jets
    columns["PRI_jet_all_pt"] = np.where(jets > 0, 80.0 * jets, 0.0)
    frame = pd.DataFrame(columns).astype(np.float32)
    code = rng.integers(0, len(PROCESSES), n)
    frame[WEIGHTS] = (0.5 + code).astype(np.float32)
    frame[DETAILED_LABELS] = np.array(PROCESSES, dtype=object)[code]
    frame[LABELS] = (code == PROCESSES.index(SIGNAL)).astype(np.float32)
    return DER_data(frame)[list(FILE_COLUMNS)]


def write(
    folder: Path,
    events: pd.DataFrame,
    metadata: object = None,
    row_group_size: int = 300,
) -> Path:
    folder.mkdir(exist_ok=True)
    events.to_parquet(folder / "events.parquet", index=False, row_group_size=row_group_size)
    if metadata is not None:
        (folder / "events_metadata.json").write_text(json.dumps(metadata))
    return folder


@pytest.fixture
def events() -> pd.DataFrame:
    return make_events()


@pytest.fixture
def folder(tmp_path: Path, events: pd.DataFrame) -> Path:
    return write(
        tmp_path / "data", events, {"total_rows": N_ROWS, "sum_weights": SUM_WEIGHTS, "author": "x"}
    )


# --- what is read --------------------------------------------------------------------------------


def rows_of(frame: pd.DataFrame) -> list[tuple[float, ...]]:
    """The features of a frame as a list, to compare and count."""
    return list(map(tuple, frame[list(FEATURES)].to_numpy().tolist()))


def test_both_sides_together_are_the_file(folder: Path, events: pd.DataFrame) -> None:
    data = Data(folder, test_size=0.3)
    train_set, test_set = data.get_train_set(), data.get_test_set()
    assert (data.total_rows, data.test_size, len(train_set)) == (N_ROWS, 300, 700)
    assert list(train_set.columns) == list(FILE_COLUMNS)
    assert list(test_set) == list(PROCESSES)
    for process, frame in test_set.items():
        assert list(frame.columns) == [*PRI_COLUMNS, WEIGHTS, *DER_COLUMNS]
        trained = train_set[train_set[DETAILED_LABELS] == process]
        assert (trained[LABELS] == (process == SIGNAL)).all()
        in_file = rows_of(events[events[DETAILED_LABELS] == process])
        assert sorted(rows_of(trained) + rows_of(frame)) == sorted(in_file)
        # In the order of the file: positions in it ascend.
        for part in (trained, frame):
            assert (np.diff([in_file.index(row) for row in rows_of(part)]) > 0).all()


def test_types_of_the_training_set(folder: Path) -> None:
    train_set = Data(folder).get_train_set()
    assert all(train_set[name].dtype == np.float32 for name in (*FEATURES, LABELS))
    assert train_set[WEIGHTS].dtype == np.float64
    assert isinstance(train_set[DETAILED_LABELS].iloc[0], str)


def test_detailed_labels_are_used_as_strings_are(folder: Path) -> None:
    """What notebooks do with the column; with a categorical one the groups hold an empty one."""
    train_set = Data(folder).get_train_set()
    labels = train_set[DETAILED_LABELS]
    kept = train_set[labels != "diboson"]
    assert {name for name, _ in kept.groupby(DETAILED_LABELS)} == {*PROCESSES} - {"diboson"}
    assert all(len(part.sample(3)) == 3 for _, part in kept.groupby(DETAILED_LABELS))
    assert (labels + "_x").str.endswith("_x").all()
    assert set(np.unique(labels)) == set(labels.unique()) == set(PROCESSES)
    assert labels.map({name: name.upper() for name in PROCESSES}).eq(labels.str.upper()).all()
    train_set.loc[0, DETAILED_LABELS] = "data"
    assert train_set[DETAILED_LABELS].value_counts()["data"] == 1
    counts = kept[DETAILED_LABELS].value_counts()
    assert "diboson" not in counts.index


def test_weights_sum_to_the_expected_events_of_each_process(
    folder: Path, events: pd.DataFrame
) -> None:
    """Whatever is loaded: all together W, the processes in the proportions of the file."""
    in_file = events.groupby(DETAILED_LABELS)[WEIGHTS].sum()
    expected = (in_file * (SUM_WEIGHTS / in_file.sum())).to_dict()
    data = Data(folder)
    test_set = data.get_test_set()
    assert {p: f[WEIGHTS].sum() for p, f in test_set.items()} == pytest.approx(expected, rel=1e-6)
    for train_size in (50, None):
        data.load_train_set(train_size=train_size, seed=4)
        train_set = data.get_train_set()
        found = train_set.groupby(DETAILED_LABELS)[WEIGHTS].sum().to_dict()
        assert found == pytest.approx(expected, rel=1e-6)
        assert train_set[WEIGHTS].sum() == pytest.approx(SUM_WEIGHTS, rel=1e-12)


def test_chosen_rows_of_one_process_sum_to_all_expected_events(folder: Path) -> None:
    data = Data(folder)
    is_signal = (data.get_train_set()[LABELS] == 1).to_numpy()
    data.load_train_set(selected_indices=np.flatnonzero(is_signal))
    train_set = data.get_train_set()
    assert set(train_set[DETAILED_LABELS]) == {SIGNAL}
    assert train_set[WEIGHTS].sum() == pytest.approx(SUM_WEIGHTS, rel=1e-12)


def test_without_metadata_weights_sum_to_those_of_the_file(
    tmp_path: Path, events: pd.DataFrame
) -> None:
    data = Data(write(tmp_path / "data", events))
    assert dict(data.metadata) == {}
    total = events[WEIGHTS].astype(np.float64).sum()
    assert data.get_train_set()[WEIGHTS].sum() == pytest.approx(total, rel=1e-12)


def test_derived_features_are_computed_where_the_file_has_none(
    tmp_path: Path, events: pd.DataFrame
) -> None:
    bare = write(tmp_path / "bare", events.drop(columns=list(DER_COLUMNS)))
    train_set = Data(bare).get_train_set()
    assert list(train_set.columns) == list(FILE_COLUMNS)
    whole = Data(write(tmp_path / "whole", events)).get_train_set()
    pd.testing.assert_frame_equal(train_set, whole)


@pytest.mark.parametrize("batch_rows", [7, 64, 100_000])
def test_blocks_are_the_test_set_whatever_their_size(folder: Path, batch_rows: int) -> None:
    data = Data(folder)
    blocks = list(data.test_blocks(batch_rows))
    assert max(len(block.weights) for block in blocks) <= batch_rows
    for process, frame in data.get_test_set().items():
        of_process = [block for block in blocks if block.process == process]
        primaries = np.concatenate([block.primaries for block in of_process])
        assert primaries.dtype == np.float32
        np.testing.assert_array_equal(primaries, frame[list(PRI_COLUMNS)])
        weights = np.concatenate([block.weights for block in of_process])
        np.testing.assert_allclose(weights, frame[WEIGHTS], rtol=1e-14)


@pytest.mark.parametrize("row_group_size", [1, 99, N_ROWS])
def test_row_groups_do_not_matter(
    tmp_path: Path, events: pd.DataFrame, folder: Path, row_group_size: int
) -> None:
    other = write(tmp_path / "other", events, {"sum_weights": SUM_WEIGHTS}, row_group_size)
    expected, found = Data(folder), Data(other)
    for data in (expected, found):
        data.load_train_set(train_size=0.5, seed=2)
    pd.testing.assert_frame_equal(found.get_train_set(), expected.get_train_set())
    for process, frame in found.get_test_set().items():
        pd.testing.assert_frame_equal(frame, expected.get_test_set()[process])


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=["large", "dictionary"]
)
def test_other_types_of_strings_and_numbers(
    tmp_path: Path, events: pd.DataFrame, folder: Path, kind: pa.DataType
) -> None:
    wide = events.astype(dict.fromkeys((*FEATURES, WEIGHTS), np.float64))
    table = pa.Table.from_pandas(wide.astype({LABELS: np.int64}), preserve_index=False)
    place = table.schema.get_field_index(DETAILED_LABELS)
    words = pa.array(events[DETAILED_LABELS].tolist())
    column = words.dictionary_encode() if pa.types.is_dictionary(kind) else words.cast(kind)
    (tmp_path / "other").mkdir()
    pq.write_table(
        table.set_column(place, DETAILED_LABELS, column), tmp_path / "other" / "events.parquet"
    )
    (tmp_path / "other" / "m_metadata.json").write_text(json.dumps({"sum_weights": SUM_WEIGHTS}))
    pd.testing.assert_frame_equal(
        Data(tmp_path / "other").get_train_set(), Data(folder).get_train_set()
    )


def test_columns_beyond_the_schema_and_hidden_files_are_ignored(
    tmp_path: Path, events: pd.DataFrame
) -> None:
    other = write(tmp_path / "data", events.assign(event_id=np.arange(N_ROWS)))
    (other / "._events.parquet").write_bytes(b"what archives of some systems bring")
    assert list(Data(other).get_train_set().columns) == list(FILE_COLUMNS)


# --- what is drawn -------------------------------------------------------------------------------


def test_a_draw_is_seeded_and_without_replacement(folder: Path, events: pd.DataFrame) -> None:
    data = Data(folder)

    def rows(**arguments: object) -> set[float]:
        data.load_train_set(**arguments)  # type: ignore[arg-type] - parametrised
        return set(data.get_train_set()["PRI_had_pt"].to_numpy().view(np.int32).tolist())

    first = rows(train_size=200, seed=1)
    assert first == rows(train_size=200, seed=1)
    assert first != rows(train_size=200, seed=2)
    assert rows(train_size=200) == rows(train_size=200, seed=0)
    data.load_train_set(train_size=700)
    everything = data.get_train_set()
    data.load_train_set()
    pd.testing.assert_frame_equal(everything, data.get_train_set())


def test_shares_and_numbers(folder: Path) -> None:
    data = Data(folder, test_size=400)
    assert data.test_size == 400
    data.load_train_set(train_size=0.25)
    assert len(data.get_train_set()) == 150
    data.load_train_set(train_size=np.int64(3))
    assert len(data.get_train_set()) == 3
    assert Data(folder, test_size=1.0).test_size == N_ROWS


def test_selected_indices_count_from_the_first_training_row(folder: Path) -> None:
    data = Data(folder)
    everything = data.get_train_set()
    for selected in ([699, 5, 0, 5], np.array([699, 5, 0, 5])):
        data.load_train_set(selected_indices=selected)
        expected = everything.iloc[[0, 5, 5, 699]].reset_index(drop=True)
        pd.testing.assert_frame_equal(data.get_train_set()[list(FEATURES)], expected[[*FEATURES]])


def test_sets_are_loaded_on_demand_and_can_be_deleted(folder: Path) -> None:
    data = Data(folder)
    data.load_train_set(train_size=10)
    data.delete_train_set()
    assert len(data.get_train_set()) == 700
    assert sum(len(frame) for frame in data.get_test_set().values()) == 300


def test_what_a_caller_does_to_a_frame_stays_with_him(folder: Path) -> None:
    data = Data(folder)
    train_set, test_set = data.get_train_set(), data.get_test_set()
    train_set.pop(WEIGHTS)
    test_set[SIGNAL].pop(WEIGHTS)
    test_set.clear()
    assert WEIGHTS in data.get_train_set().columns
    assert WEIGHTS in data.get_test_set()[SIGNAL].columns


def test_systematic_training_set(folder: Path) -> None:
    data = Data(folder)
    nominal, shifted = data.get_train_set(), data.get_syst_train_set(tes=1.1, ttbar_scale=2.0)
    np.testing.assert_allclose(shifted["PRI_had_pt"], 1.1 * nominal["PRI_had_pt"], atol=6e-4)
    is_ttbar = nominal[DETAILED_LABELS] == "ttbar"
    ratio = (shifted[WEIGHTS] / nominal[WEIGHTS]).to_numpy()
    np.testing.assert_allclose(ratio, np.where(is_ttbar, 2.0, 1.0))
    with pytest.raises(TypeError, match="positional"):
        data.get_syst_train_set(1.1)  # type: ignore[misc] - the point


def test_digest_tells_files_and_splits_apart(
    tmp_path: Path, events: pd.DataFrame, folder: Path
) -> None:
    first = Data(folder).digest
    assert Data(folder).digest == first
    assert len(first) == 64
    assert Data(folder, test_size=0.31).digest != first
    assert Data(folder, seed=1).digest != first
    events.loc[17, WEIGHTS] = 3.25
    metadata = json.loads((folder / "events_metadata.json").read_text())
    assert Data(write(tmp_path / "weight", events, metadata)).digest != first
    (folder / "events_metadata.json").write_text(json.dumps({**metadata, "sum_weights": 1.0}))
    assert Data(folder).digest != first


# --- what is refused -----------------------------------------------------------------------------


def refused(*words: str) -> AbstractContextManager[object]:
    """The error names all of these, and how to mend it."""
    everywhere = "".join(f"(?=.*{re.escape(word)})" for word in (*words, "Fix: "))
    return pytest.raises(DataError, match=f"(?s)^{everywhere}")


def test_missing_folder(tmp_path: Path) -> None:
    with refused("does not exist", "nowhere"):
        Data(tmp_path / "nowhere")


def test_no_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "events.csv").touch()
    with refused("no parquet file", "events.csv"):
        Data(tmp_path)


def test_several_parquet_files(folder: Path) -> None:
    (folder / "more.parquet").touch()
    with refused("events.parquet", "more.parquet"):
        Data(folder)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet" * 99], ids=["empty", "4", "text"])
def test_not_a_parquet_file(folder: Path, content: bytes) -> None:
    (folder / "events.parquet").write_bytes(content)
    with refused("events.parquet", "cannot be read as parquet"):
        Data(folder)


def test_truncated_file(folder: Path) -> None:
    path = folder / "events.parquet"
    path.write_bytes(path.read_bytes()[:-1000])
    with refused("events.parquet", "truncated"):
        Data(folder)


def test_damaged_rows(folder: Path) -> None:
    path = folder / "events.parquet"
    content = bytearray(path.read_bytes())
    content[4:20_000] = bytes(19_996)
    path.write_bytes(content)
    data = Data(folder)
    with refused("events.parquet", "damaged"):
        data.load_test_set()


def test_no_rows(tmp_path: Path, events: pd.DataFrame) -> None:
    with refused("no events"):
        Data(write(tmp_path / "data", events.iloc[:0]))


Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop(columns="PRI_met"), ("1 of 31 columns are missing", "'PRI_met'")),
        (
            lambda f: f.rename(columns={"PRI_had_pt": "PRI_had_pT"}),
            ("for PRI_had_pt, did you mean 'PRI_had_pT'?",),
        ),
        (lambda f: f.drop(columns=LABELS), ("'labels'",)),
        (lambda f: f.drop(columns="DER_pt_h"), ("'DER_pt_h'",)),
        (lambda f: f.astype({"PRI_met": str}), ("wrong type", "PRI_met", "float32")),
        (lambda f: f.assign(weights=True), ("wrong type", WEIGHTS, "bool")),
        (lambda f: f.assign(detailed_labels=1.0), ("wrong type", DETAILED_LABELS, "string")),
    ],
)
def test_columns(tmp_path: Path, events: pd.DataFrame, change: Change, words: list[str]) -> None:
    with refused("events.parquet", *words):
        Data(write(tmp_path / "data", change(events)))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (DETAILED_LABELS, "htauta", ("unknown process", "'htauta'", "did you mean 'htautau'?")),
        (DETAILED_LABELS, None, ("unknown process", "None")),
        (WEIGHTS, np.nan, ("nan", "finite")),
        (WEIGHTS, np.inf, ("inf", "finite")),
        (WEIGHTS, -0.25, ("-0.25", "not negative")),
        ("PRI_met", np.nan, ("nan", "finite")),
        ("DER_mass_vis", -np.inf, ("-inf", "finite")),
        ("PRI_had_pt", 1e39, ("inf", "finite")),
        (LABELS, np.nan, ("nan", "1 for htautau")),
        (LABELS, 0.5, ("0.5", "1 for htautau")),
    ],
)
@pytest.mark.parametrize("row", [123, 654])
def test_rows(
    tmp_path: Path, events: pd.DataFrame, row: int, column: str, value: object, words: list[str]
) -> None:
    if value == 1e39:  # more than float32 holds
        events[column] = events[column].astype(np.float64)
    events.loc[row, column] = value
    data = Data(write(tmp_path / "data", events, {"sum_weights": 1.0}))
    load = data.load_test_set if row < data.test_size else data.load_train_set
    with refused("events.parquet", f"column {column}, row {row} ", *words):
        load()


def test_labels_that_contradict_the_process(tmp_path: Path, events: pd.DataFrame) -> None:
    events.loc[40, LABELS] = 1.0 - events.loc[40, LABELS]
    with refused(f"column {LABELS}, row 40 "):
        Data(write(tmp_path / "data", events)).get_test_set()


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"total_rows": 999}, ("999", "1000 rows", "total_rows")),
        ({"sum_weights": "many"}, ("'many'", "sum_weights")),
        ({"sum_weights": 0.0}, ("0.0", "sum_weights")),
        ({"sum_weights": float("nan")}, ("nan", "sum_weights")),
        ({"sum_weights": True}, ("True", "sum_weights")),
        ([1, 2], ("object",)),
    ],
)
def test_metadata(tmp_path: Path, events: pd.DataFrame, metadata: object, words: list[str]) -> None:
    with refused("events_metadata.json", *words):
        Data(write(tmp_path / "data", events, metadata))


@pytest.mark.parametrize("content", [b"{total_rows: 3", b"\xff\xfe\x00"])
def test_metadata_that_are_not_json(folder: Path, content: bytes) -> None:
    (folder / "events_metadata.json").write_bytes(content)
    with refused("events_metadata.json", "not valid JSON"):
        Data(folder)


@pytest.mark.parametrize("size", [-1, N_ROWS + 1, -0.1, 1.1, float("nan"), "0.3", None, True])
def test_test_size(folder: Path, size: object) -> None:
    with refused("test_size", repr(size)):
        Data(folder, test_size=size)  # type: ignore[arg-type] - the point


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"train_size": 1.5}, ("train_size", "1.5")),
        ({"train_size": 10**30}, ("train_size", "700")),
        ({"train_size": 0}, ("sum to zero",)),
        ({"selected_indices": []}, ("selected_indices", "no row")),
        ({"selected_indices": [0, 700]}, ("selected_indices[1]", "700")),
        ({"selected_indices": [-1]}, ("selected_indices[0]", "-1")),
        ({"selected_indices": [0.5]}, ("selected_indices", "whole numbers")),
        ({"selected_indices": [True, False]}, ("selected_indices", "flatnonzero")),
        ({"selected_indices": [[0, 1]]}, ("selected_indices", "one-dimensional")),
        ({"selected_indices": [0], "train_size": 1}, ("train_size", "selected_indices")),
    ],
)
def test_arguments_of_a_draw(folder: Path, arguments: dict[str, object], words: list[str]) -> None:
    data = Data(folder)
    with refused(*words):
        data.load_train_set(**arguments)  # type: ignore[arg-type] - the point


@pytest.mark.parametrize("test_size", [0, 1.0])
def test_an_empty_side_of_the_split(folder: Path, test_size: float) -> None:
    data = Data(folder, test_size)
    with refused("sum to zero" if test_size else "test pool", "test_size"):
        data.get_train_set() if test_size else data.get_test_set()


# --- files of one's own --------------------------------------------------------------------------


@pytest.mark.parametrize("column", [DETAILED_LABELS, "PRI_had_pt", LABELS])
def test_sorted_files_give_the_same_pool(
    tmp_path: Path, folder: Path, events: pd.DataFrame, column: str
) -> None:
    """A file sorted by process used to give a test pool without Z and top quarks."""
    in_order = events.sort_values(column, kind="stable", ignore_index=True)
    other = write(tmp_path / "sorted", in_order, {"sum_weights": SUM_WEIGHTS})
    expected, found = Data(folder).get_test_set(), Data(other).get_test_set()
    for process in PROCESSES:
        assert len(found[process]) > 50
        pd.testing.assert_frame_equal(
            found[process].sort_values([*PRI_COLUMNS], ignore_index=True),
            expected[process].sort_values([*PRI_COLUMNS], ignore_index=True),
        )


def test_describe_says_what_a_row_stands_for(folder: Path, events: pd.DataFrame) -> None:
    data = Data(folder)
    table = data.describe()
    assert list(table.index) == list(PROCESSES)
    test_set, train_set = data.get_test_set(), data.get_train_set()
    for process, row in table.iterrows():
        trained = train_set[train_set[DETAILED_LABELS] == process]
        assert row["test_rows"] == len(test_set[str(process)])
        assert row["training_rows"] == len(trained)
        assert row["events_per_test_row"] == pytest.approx(test_set[str(process)][WEIGHTS].mean())
        assert row["events_per_training_row"] == pytest.approx(trained[WEIGHTS].mean())
    assert table["expected_events"].sum() == pytest.approx(SUM_WEIGHTS)


@pytest.mark.parametrize("missing", PROCESSES)
def test_a_pool_that_lacks_a_process_is_refused(
    tmp_path: Path, events: pd.DataFrame, missing: str
) -> None:
    kept = events[events[DETAILED_LABELS] != missing]
    data = Data(write(tmp_path / "data", kept))
    for load in (data.load_test_set, lambda: next(iter(data.test_blocks()))):
        with refused("test pool", missing, "0 of the file's 0 rows", "all four"):
            load()


def test_one_process_alone_can_be_looked_at_with_a_warning(
    tmp_path: Path, events: pd.DataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    data = Data(write(tmp_path / "data", events[events[LABELS] == 1]))
    assert set(data.get_train_set()[DETAILED_LABELS]) == {SIGNAL}
    assert "no ztautau, ttbar, diboson events" in caplog.text
    with refused("ztautau, ttbar, diboson"):
        data.get_test_set()


def test_few_rows_keep_the_yields(tmp_path: Path, events: pd.DataFrame) -> None:
    """Five rows of a process: two are in the pool, and stand for all of its events."""
    few = pd.concat([part.head(5) for _, part in events.groupby(DETAILED_LABELS)])
    data = Data(write(tmp_path / "data", few, {"sum_weights": SUM_WEIGHTS}))
    in_file = few.groupby(DETAILED_LABELS)[WEIGHTS].sum()
    for process, frame in data.get_test_set().items():
        assert 1 <= len(frame) <= 2
        expected = in_file[process] / in_file.sum() * SUM_WEIGHTS
        assert frame[WEIGHTS].sum() == pytest.approx(expected, rel=1e-6)


def test_a_single_row_of_a_process_is_too_few(tmp_path: Path, events: pd.DataFrame) -> None:
    one = events[events[DETAILED_LABELS] == "ttbar"].head(1)
    others = events[events[DETAILED_LABELS] != "ttbar"]
    data = Data(write(tmp_path / "data", pd.concat([one, others])))
    with refused("ttbar", "0 of the file's 1 rows", "test_size"):
        data.get_test_set()


def test_columns_of_earlier_data_are_named(tmp_path: Path, events: pd.DataFrame) -> None:
    earlier = {"PRI_n_jets": "PRI_jet_num", "DER_pt_ratio_lep_had": "DER_pt_ratio_lep_tau"}
    with refused("2 of 31 columns", "'PRI_jet_num': 'PRI_n_jets'", "rename(columns="):
        Data(write(tmp_path / "data", events.rename(columns=earlier)))


@pytest.mark.parametrize("side", ["", "train"])
def test_the_layout_of_2024_is_named(tmp_path: Path, events: pd.DataFrame, side: str) -> None:
    for part in ("data", "labels", "weights", "detailed_labels"):
        (tmp_path / "old" / side / part).mkdir(parents=True)
    events[[*PRI_COLUMNS]].to_parquet(tmp_path / "old" / side / "data" / "data.parquet")
    with refused("no parquet file", "layout of 2024", "one parquet file"):
        Data(tmp_path / "old")


def test_a_file_or_a_folder_above_is_told_where_to_look(tmp_path: Path, folder: Path) -> None:
    with refused("this is a file", "events.parquet", repr(str(folder))):
        Data(folder / "events.parquet")
    with refused("no parquet file", repr(str(folder))):
        Data(tmp_path)


def test_more_training_rows_than_there_are(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = Data(folder)
    data.load_train_set(train_size=50_000)
    everything = data.get_train_set()
    assert "train_size=50000: there are 700 training events" in caplog.text
    data.load_train_set()
    pd.testing.assert_frame_equal(everything, data.get_train_set())


def test_a_shown_object_tells(folder: Path) -> None:
    data = Data(folder)
    assert repr(data).endswith("1,000 events; test pool 300, training set 700 (not loaded)")
    assert "<table" not in data._repr_html_()  # no pass over the file to show an object
    data.load_train_set(train_size=7)
    assert "(7 loaded)" in repr(data)
    assert all(word in data._repr_html_() for word in ("<table", "ztautau", "events_per_test_row"))
