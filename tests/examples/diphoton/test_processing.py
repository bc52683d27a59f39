"""Batches and threads change nothing; files that cannot be used are named, and leave nothing."""

import gc
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot

from diphoton_study import processing, synthetic
from diphoton_study.mini_trees import MODES, Events, batches, event_weights
from diphoton_study.processing import NEEDED, Sample, process, read_selected
from HiggsML.errors import DataError, RunError


@pytest.mark.parametrize(("batch", "threads"), [(1_777, 1), (20_000, 2)])
def test_the_result_does_not_depend_on_batches(
    files: list[Path], samples: list[Sample], tmp_path: Path, batch: int, threads: int
) -> None:
    found = process([files[0], files[4]], tmp_path, batch, threads)
    for one, other in zip(found, [samples[0], samples[4]], strict=True):
        assert one.mode == other.mode
        np.testing.assert_array_equal(one.cutflow.events, other.cutflow.events)
        np.testing.assert_allclose(one.cutflow.weights, other.cutflow.weights, rtol=1e-9)
        assert pq.read_table(one.path).equals(pq.read_table(other.path))


def test_batches_hold_all_events_once(files: list[Path]) -> None:
    numbers = [events["eventNumber"] for events in batches(files[0], 6_000)]
    assert [len(some) for some in numbers] == [6_000] * 3 + [3_000]
    with uproot.open(files[0]) as file:
        np.testing.assert_array_equal(
            np.concatenate(numbers), file["mini"]["eventNumber"].array(library="np")
        )


@pytest.mark.usefixtures("samples")  # which loads all libraries
def test_memory_is_flat_in_the_number_of_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peak of what is held is the same for four times the batches."""

    def collected(path: Path, size: int) -> Iterator[Events]:
        """Batches without what earlier ones left to the garbage collector, at times of its own."""
        for events in batches(path, size):
            gc.collect()
            yield events

    monkeypatch.setattr(processing, "batches", collected)
    monkeypatch.setattr(synthetic, "BASKET", 500)
    peaks = []
    for number in (2_000, 8_000):
        folder = tmp_path / str(number)
        paths = synthetic.write_samples(folder, {"ttH": number}, 3, MODES[4:])
        tracemalloc.start()
        process(paths, folder, batch=500)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_weights_are_the_product_of_their_factors(files: list[Path]) -> None:
    opened = batches(files[4])
    events = next(opened)
    found = event_weights(events)
    assert 0.2 < np.mean(found < 0.0) < 0.3
    k = 17
    factors = [events[f"scaleFactor_{n}"][k] for n in ("PHOTON", "PhotonTRIGGER", "PILEUP")]
    wanted = events["mcWeight"][k] * np.prod(factors) * 0.001151 * 10_064.0
    assert found[k] == pytest.approx(wanted / events["SumWeights"][k], rel=1e-5)
    opened.close()


def test_only_the_needed_branches_are_needed(files: list[Path], tmp_path: Path) -> None:
    path = tmp_path / files[1].name
    rewrite(files[1], path, set(NEEDED))
    [sample] = process([path], tmp_path / "selected")
    assert sample.mode == 1


def rewrite(source: Path, target: Path, keep: set[str], **changes: Any) -> None:
    """A file with some of the branches of another one."""
    with uproot.open(source) as file, uproot.recreate(target) as new:
        arrays = file["mini"].arrays(sorted(keep), entry_stop=500, library="ak")
        columns = {name: arrays[name] for name in arrays.fields} | changes
        jagged = {name for name in columns if columns[name].ndim == 2}
        counters = {name.split("_")[0] + "_n" for name in jagged}
        plain = {name: values for name, values in columns.items() if name not in counters}
        types = {name: values.type for name, values in plain.items()}
        new.mktree("mini", types, counter_name=lambda name: name.split("_")[0] + "_n")
        new["mini"].extend(plain)


def written_wrongly(kind: str, source: Path, folder: Path) -> Path:
    path = folder / "wrong.root"
    if kind == "text":
        path.write_text("not a file of ROOT")
    elif kind == "other tree":
        with uproot.recreate(path) as file:
            file.mktree("other", {"x": "f4"})
            file["other"].extend({"x": np.zeros(3, np.float32)})
    elif kind == "empty":
        with uproot.recreate(path) as file:
            file.mktree("mini", {"x": "f4"})
    elif kind == "branches":
        rewrite(source, path, set(NEEDED) - {"photon_isTightID", "jet_MV2c10"})
    elif kind == "channel":
        with uproot.open(source) as file:
            channel = file["mini"]["channelNumber"].array(entry_stop=500) * 0 + 1
        rewrite(source, path, set(NEEDED), channelNumber=channel)
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("absent", r"wrong\.root: this file cannot be read"),
        ("text", r"wrong\.root: this file cannot be read"),
        ("other tree", r"wrong\.root: the file has no such tree.*other"),
        ("empty", r"wrong\.root, mini: the tree has no events"),
        ("branches", r"lacks 2 of the branches.*jet_MV2c10.*photon_isTightID"),
        ("channel", r"channelNumber: this is not one of the samples.*Found: 1\..*343981 \(ggF\)"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    files: list[Path], tmp_path: Path, kind: str, message: str
) -> None:
    wrong = written_wrongly(kind, files[0], tmp_path)
    with pytest.raises(DataError, match=message):
        process([files[1], wrong], tmp_path / "selected", threads=1)
    assert not (tmp_path / "selected").exists()


def test_a_mode_has_one_file(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"two files are of the same mode.*\(VBF\)"):
        process([files[1], files[0], files[1]], tmp_path / "selected")
    assert not (tmp_path / "selected").exists()


def test_nothing_is_left_of_a_file_that_breaks(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(processing, "event_table", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        process(files[:1], tmp_path / "selected")
    assert not any((tmp_path / "selected").iterdir())


def test_a_missing_mode_is_named(samples: list[Sample]) -> None:
    kept = [sample for sample in samples if MODES[sample.mode].name != "ZH"]
    with pytest.raises(DataError, match=r"events of each mode.*\['ZH'\]"):
        read_selected(kept)


def test_a_missing_extra_is_named(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uproot", None)
    with pytest.raises(RunError, match=r"need uproot.*pip install 'HiggsML\[root\]'"):
        process(files, tmp_path)
