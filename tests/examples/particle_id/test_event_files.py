import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from HiggsML.errors import DataError
from particle_study.event_files import (
    Event,
    read_event,
    read_test_file,
    write_event,
    write_test_file,
)
from particle_study.particles import CODES


def event(n: int = 7, seed: int = 1) -> Event:
    rng = np.random.default_rng(seed)
    return Event(rng.integers(0, 9, (n, 10, 10)).astype(float), rng.integers(0, 5, n))


def content(n: int = 7) -> Any:
    """An event as it lies in a file."""
    one = event(n)
    found = np.empty((2, n), dtype=object)
    found[0] = [*one.images]
    found[1] = [*CODES[one.kind]]
    return found


def written(path: Path, value: Any, protocol: int = 4) -> Path:
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def test_events_come_back(tmp_path: Path) -> None:
    write_event(tmp_path / "event1.pkl", event())
    raw = pickle.loads((tmp_path / "event1.pkl").read_bytes())
    assert raw.shape == (2, 7)
    assert raw.dtype == object
    assert raw[0][0].shape == (10, 10)
    assert raw[1][0].dtype == np.int32
    found = read_event(tmp_path / "event1.pkl")
    np.testing.assert_array_equal(found.images, event().images)
    np.testing.assert_array_equal(found.kind, event().kind)


@pytest.mark.parametrize("protocol", range(3, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_python_3_is_read(tmp_path: Path, protocol: int) -> None:
    found = read_event(written(tmp_path / "event.pkl", content(), protocol))
    np.testing.assert_array_equal(found.kind, event().kind)


def test_two_files_differ(tmp_path: Path) -> None:
    """Each file is read, and not the first one again and again."""
    for number in (1, 2):
        write_event(tmp_path / f"event{number}.pkl", event(seed=number))
    one, other = (read_event(tmp_path / f"event{number}.pkl") for number in (1, 2))
    assert (one.images != other.images).any()


def test_test_images_come_back(tmp_path: Path) -> None:
    write_test_file(tmp_path / "test.pkl", list("abcdefg"), event().images)
    found = read_test_file(tmp_path / "test.pkl")
    assert found.identifiers == list("abcdefg")
    np.testing.assert_array_equal(found.images, event().images)


class Malicious:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.reduced = function, arguments

    def __reduce__(self) -> Any:
        return self.reduced


@pytest.mark.parametrize("reader", [read_event, read_test_file])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_with_code_is_refused_and_not_run(
    tmp_path: Path, reader: Any, protocol: int
) -> None:
    victim = tmp_path / "victim"
    for function, *arguments in (
        (os.mkdir, str(victim)),
        (eval, f"__import__('os').mkdir({str(victim)!r})"),
        (np.savetxt, str(victim), [0]),
        (np.load, str(victim)),
    ):
        path = written(tmp_path / "event.pkl", Malicious(function, *arguments), protocol)
        with pytest.raises(DataError, match=r"event\.pkl: the file is refused.*it asks for"):
            reader(path)
        assert not victim.exists()


def named(module: str, name: str) -> bytes:
    """The opcodes that ask for a name."""
    texts = (b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
    return b"".join(texts) + b"\x93"


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("numpy", "ndarray.__init__"),
        ("numpy", "load"),
        ("numpy._core._methods", "os"),
        ("multiarray", "_reconstruct.__self__"),
        ("builtins", "getattr"),
    ],
)
def test_a_pickle_cannot_reach_through_what_is_allowed(
    tmp_path: Path, module: str, name: str
) -> None:
    (tmp_path / "event.pkl").write_bytes(b"\x80\x04" + named(module, name) + b".")
    with pytest.raises(DataError, match=f"it asks for {module}.{name}"):
        read_event(tmp_path / "event.pkl")


def test_a_pickle_cannot_change_numpy(tmp_path: Path) -> None:
    """It sets the defaults of a function, as the state of an object."""
    before = np._core.numeric._frombuffer.__defaults__
    state = pickle.dumps((None, {"__defaults__": (1,)}), 4)[2:-1]
    for module, name in (("numpy._core.numeric", "_frombuffer"), ("numpy", "ndarray")):
        (tmp_path / "event.pkl").write_bytes(b"\x80\x04" + named(module, name) + state + b"b.")
        with pytest.raises(DataError):
            read_event(tmp_path / "event.pkl")
    assert np._core.numeric._frombuffer.__defaults__ == before != (1,)


@pytest.mark.parametrize("size", [0, 1, 40, 400])
def test_a_damaged_file_is_named(tmp_path: Path, size: int) -> None:
    path = written(tmp_path / "event.pkl", content())
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"event\.pkl: the file is refused"):
        read_event(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.pkl: the file cannot be read"):
        read_event(tmp_path / "none.pkl")


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        (0, 3, np.zeros((10, 9)), r"event\.pkl, row 3: .*10 x 10.*shape \(10, 9\)"),
        (0, 3, [1.0], r"row 3: .*10 x 10.*list of 1"),
        (0, 5, np.full((10, 10), "a"), r"row 5: .*numbers"),
        (0, 5, np.full((10, 10), np.nan), r"row 5: .*finite"),
        (0, 6, np.full((10, 10), -1), r"row 6: .*not negative.*-1"),
        (1, 2, 22, r"row 2: .*no code.*22.*11, 13, 211, 321, 2212"),
        (1, 2, "pion", r"row 2: .*whole number.*str"),
    ],
)
def test_a_wrong_row_is_named(
    tmp_path: Path, row: int, column: int, value: Any, message: str
) -> None:
    wrong = content()
    wrong[row, column] = value
    with pytest.raises(DataError, match=message):
        read_event(written(tmp_path / "event.pkl", wrong))


def test_the_other_format_is_named(tmp_path: Path) -> None:
    write_event(tmp_path / "event.pkl", event())
    write_test_file(tmp_path / "test.pkl", list("abcdefg"), event().images)
    with pytest.raises(DataError, match=r"list of 7.*read_test_file"):
        read_event(tmp_path / "test.pkl")
    with pytest.raises(DataError, match=r"shape \(2, 7\).*read_event"):
        read_test_file(tmp_path / "event.pkl")
    with pytest.raises(DataError, match=r"row 1: .*pair.*shape \(10, 10\)"):
        read_test_file(
            written(tmp_path / "odd.pkl", [("a", np.zeros((10, 10))), np.zeros((10, 10))])
        )
    with pytest.raises(DataError, match=r"two rows.*shape \(3, 4\)"):
        read_event(written(tmp_path / "odd.pkl", np.zeros((3, 4))))
