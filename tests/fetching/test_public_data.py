"""Fetching data sets from a web server on this machine that misbehaves on demand."""

import contextlib
import hashlib
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import requests

from HiggsML.datasets import download_dataset
from HiggsML.errors import DownloadError
from HiggsML.fetching import public_data, transfer
from HiggsML.fetching.public_data import DATASETS, fetch_dataset
from HiggsML.fetching.transfer import download
from HiggsML.schema import FILE_COLUMNS, PROCESSES
from higgsml_kit.cli import main

BODY = bytes(np.random.default_rng(0).integers(0, 256, 3_000_000, dtype=np.uint8))


@dataclass
class Server:
    """What the server offers, how it behaves, and what it was asked."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    etag: str | None = '"one"'
    knows_ranges: bool = True
    says_length: bool = True
    break_after: list[int] = field(default_factory=list)
    """Bytes after which the next answers break off."""
    statuses: list[int] = field(default_factory=list)
    """Status codes of the next answers, before it does its work."""
    requests: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """Path, Range and If-Range of each request."""


class Handler(BaseHTTPRequestHandler):
    state: Server

    def log_message(self, *_: object) -> None:
        """Be silent."""

    def do_GET(self) -> None:
        state, path = self.state, self.path.split("?")[0]
        wanted, condition = self.headers.get("Range"), self.headers.get("If-Range")
        state.requests.append((path, wanted, condition))
        body = state.files.get(path)
        if state.statuses or body is None:
            self.send_error(state.statuses.pop(0) if state.statuses else 404)
            return
        start = 0
        if wanted and state.knows_ranges and condition in (None, state.etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        if state.etag:
            self.send_header("ETag", state.etag)
        if state.says_length:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        body = body[start:]
        if state.break_after:
            body = body[: state.break_after.pop(0)]
        with contextlib.suppress(ConnectionError):  # the client may have heard enough
            self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(transfer, "BACK_OFF", 0.0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    state = Server(files={"/data.bin": BODY})
    handler = type("BoundHandler", (Handler,), {"state": state})
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{web.server_port}"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    web.shutdown()
    thread.join()
    web.server_close()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def parquet() -> bytes:
    frame = pd.DataFrame(np.full((20, len(FILE_COLUMNS)), 30.0, np.float32), columns=FILE_COLUMNS)
    frame["detailed_labels"] = [PROCESSES[i % 4] for i in range(20)]
    frame["labels"] = np.array([i % 4 == 0 for i in range(20)], np.float32)
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def refused(*words: str) -> AbstractContextManager[object]:
    everywhere = "".join(f"(?=.*{re.escape(word)})" for word in (*words, "Fix: "))
    return pytest.raises(DownloadError, match=f"(?s)^{everywhere}")


# --- transfer ------------------------------------------------------------------------------------


def test_a_file_arrives_whole_and_leaves_nothing_beside_it(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "new" / "data.bin"
    checksum = "md5:" + hashlib.md5(BODY).hexdigest()
    download(f"{server.url}/data.bin", target, size=len(BODY), checksum=checksum)
    assert target.read_bytes() == BODY
    assert [p.name for p in target.parent.iterdir()] == ["data.bin"]
    assert len(server.requests) == 1


def assert_begins_at(request: tuple[str, str | None, str | None], sent: int) -> None:
    """It asks for what comes after the bytes that were sent, but for a broken chunk or two."""
    start = int((request[1] or "").removeprefix("bytes=").removesuffix("-"))
    assert sent - 2 * transfer.CHUNK < start <= sent


def test_it_goes_on_where_it_broke_off(server: Server, tmp_path: Path) -> None:
    server.break_after = [1_000_000, 500_000]
    download(f"{server.url}/data.bin", tmp_path / "data.bin")
    assert (tmp_path / "data.bin").read_bytes() == BODY
    assert [condition for _, _, condition in server.requests] == [None, '"one"', '"one"']
    assert_begins_at(server.requests[1], 1_000_000)
    assert_begins_at(server.requests[2], 1_500_000)


def test_a_later_run_goes_on_as_well(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/data.bin"
    server.break_after = [1_000_000]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        transfer._Part(tmp_path / "data.bin.part", url, None).fetch()
    server.requests.clear()
    download(url, tmp_path / "data.bin")
    assert (tmp_path / "data.bin").read_bytes() == BODY
    assert len(server.requests) == 1
    assert_begins_at(server.requests[0], 1_000_000)


def test_killed_between_the_last_byte_and_the_rename(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/data.bin"
    transfer._Part(tmp_path / "data.bin.part", url, None).fetch()
    assert not (tmp_path / "data.bin").exists()
    download(url, tmp_path / "data.bin")
    assert (tmp_path / "data.bin").read_bytes() == BODY
    assert server.requests[-1][1] == f"bytes={len(BODY)}-"


@pytest.mark.parametrize("etag", ['"one"', None])
def test_a_server_without_ranges_sends_all_again(
    server: Server, tmp_path: Path, etag: str | None
) -> None:
    server.knows_ranges, server.etag, server.break_after = False, etag, [1_000_000]
    download(f"{server.url}/data.bin", tmp_path / "data.bin")
    assert (tmp_path / "data.bin").read_bytes() == BODY


@pytest.mark.parametrize(("before", "after"), [('"one"', '"two"'), (None, None)])
def test_a_file_that_changed_is_fetched_anew(
    server: Server, tmp_path: Path, before: str | None, after: str | None
) -> None:
    url = f"{server.url}/data.bin"
    server.break_after, server.etag = [1_000_000], before
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        transfer._Part(tmp_path / "data.bin.part", url, None).fetch()
    server.files["/data.bin"], server.etag = BODY[::-1] + b"more", after
    download(url, tmp_path / "data.bin")
    assert (tmp_path / "data.bin").read_bytes() == BODY[::-1] + b"more"


def test_the_part_of_another_address_is_not_used(server: Server, tmp_path: Path) -> None:
    server.files["/other.bin"] = BODY[::-1]
    server.break_after = [1_000_000]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        transfer._Part(tmp_path / "x.part", f"{server.url}/other.bin", None).fetch()
    download(f"{server.url}/data.bin", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == BODY


def test_a_length_that_is_not_told(server: Server, tmp_path: Path) -> None:
    server.says_length = False
    download(f"{server.url}/data.bin", tmp_path / "data.bin", size=len(BODY))
    assert (tmp_path / "data.bin").read_bytes() == BODY


def test_a_busy_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.statuses = [503, 429, 500]
    download(f"{server.url}/data.bin", tmp_path / "data.bin")
    assert len(server.requests) == 4


def test_patience_ends(server: Server, tmp_path: Path) -> None:
    server.statuses = [503] * 99
    with refused("broke off 5 times", "503", "later"):
        download(f"{server.url}/data.bin", tmp_path / "data.bin")
    assert len(server.requests) == 5


def test_patience_ends_without_progress(server: Server, tmp_path: Path) -> None:
    server.knows_ranges, server.break_after = False, [1_000_000] * 99
    with refused("broke off"):
        download(f"{server.url}/data.bin", tmp_path / "data.bin")
    assert len(server.requests) == 6  # one that brought something, five that brought no more


def test_a_refusal_is_told_at_once(server: Server, tmp_path: Path) -> None:
    with refused("refuses", "404", "/missing"):
        download(f"{server.url}/missing", tmp_path / "data.bin")
    assert len(server.requests) == 1
    assert list(tmp_path.iterdir()) == []


def test_no_server(server: Server, tmp_path: Path) -> None:
    with refused("there is no connection to 127.0.0.1"):
        download("http://127.0.0.1:9/data.bin", tmp_path / "data.bin")


def test_wrong_checksum(server: Server, tmp_path: Path) -> None:
    with refused("sha256", "0" * 64):
        download(f"{server.url}/data.bin", tmp_path / "data.bin", checksum="sha256:" + "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_wrong_size(server: Server, tmp_path: Path) -> None:
    with refused("3000000", "2999999"):
        download(f"{server.url}/data.bin", tmp_path / "data.bin", size=2_999_999)
    assert not (tmp_path / "data.bin").exists()


def test_unknown_kind_of_checksum(server: Server, tmp_path: Path) -> None:
    with refused("checksum", "crc:1"):
        download(f"{server.url}/data.bin", tmp_path / "data.bin", checksum="crc:1")


# --- data sets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("top", ["", "input_data/", "a/b/"])
def test_a_data_set_is_fetched_unpacked_and_opened_once(
    server: Server, tmp_path: Path, parquet: bytes, top: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server.files["/sets/mine.zip"] = zipped(
        {f"{top}e.parquet": parquet, "__MACOSX/._e.parquet": b"x", "notes.txt": b"y"}
    )
    for _ in range(2):
        data = download_dataset(f"{server.url}/sets/mine.zip?download=1")
        assert data.total_rows == 20
        assert Path(data.input_dir) == tmp_path / "mine" / top
    assert len(server.requests) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_names_of_data_sets(
    server: Server, tmp_path: Path, parquet: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(DATASETS) == {"neurips2024_data", "blackSwan_data", "sample_data"}
    assert "15131565" in DATASETS["neurips2024_data"]
    server.files["/s/"] = zipped({"e.parquet": parquet})
    monkeypatch.setattr(public_data, "DATASETS", {"sample_data": f"{server.url}/s/"})
    monkeypatch.chdir(tmp_path)
    assert download_dataset("sample_data").input_dir == str(tmp_path / "sample_data")


def test_what_the_repository_publishes_is_checked(
    server: Server, tmp_path: Path, parquet: bytes
) -> None:
    archive = zipped({"e.parquet": parquet})
    server.files["/records/7/files/a%20b.zip"] = archive
    facts = {"key": "a b.zip", "size": len(archive), "checksum": "md5:" + "0" * 32}
    server.files["/api/records/7"] = json.dumps({"files": [{"key": "x"}, facts]}).encode()
    url = f"{server.url}/records/7/files/a%20b.zip"
    with refused("md5", "0" * 32):
        fetch_dataset(url, tmp_path / "set")
    facts["checksum"] = "md5:" + hashlib.md5(archive).hexdigest()
    server.files["/api/records/7"] = json.dumps({"files": [{"key": "x"}, facts]}).encode()
    assert fetch_dataset(url, tmp_path / "set") == tmp_path / "set"


@pytest.mark.parametrize("answer", [None, b"no json", b"[]", b'{"files": 3}'])
def test_without_published_facts_it_goes_on(
    server: Server,
    tmp_path: Path,
    parquet: bytes,
    caplog: pytest.LogCaptureFixture,
    answer: bytes | None,
) -> None:
    server.files["/records/7/files/a.zip"] = zipped({"e.parquet": parquet})
    if answer is not None:
        server.files["/api/records/7"] = answer
    fetch_dataset(f"{server.url}/records/7/files/a.zip", tmp_path / "set")
    assert "no checksum" in caplog.text


def test_an_archive_that_lies_there_is_used_and_kept(
    server: Server, tmp_path: Path, parquet: bytes
) -> None:
    archive = tmp_path / "set.zip"
    archive.write_bytes(zipped({"e.parquet": parquet}))
    fetch_dataset(f"{server.url}/any.zip", tmp_path / "set")
    assert server.requests == []
    assert archive.exists()
    archive.rename(tmp_path / "other.zip")
    with refused("md5"):
        fetch_dataset(f"{server.url}/any.zip", tmp_path / "other", checksum="md5:" + "0" * 32)
    assert not (tmp_path / "other").exists()


def test_a_folder_of_another_data_set(server: Server, tmp_path: Path, parquet: bytes) -> None:
    server.files |= {f"/{name}.zip": zipped({"e.parquet": parquet}) for name in "ab"}
    fetch_dataset(f"{server.url}/a.zip", tmp_path / "set")
    with refused("another data set", "/a.zip", "/b.zip"):
        fetch_dataset(f"{server.url}/b.zip", tmp_path / "set")


def test_a_folder_with_parquet_files_is_taken_as_it_is(tmp_path: Path, parquet: bytes) -> None:
    (tmp_path / "e.parquet").write_bytes(parquet)
    assert download_dataset("sample_data", tmp_path).total_rows == 20


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").touch()
    with refused("no parquet file", "diary.txt"):
        download_dataset("sample_data", tmp_path)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "set").touch()
    with refused("this is a file", "set"):
        download_dataset("sample_data", tmp_path / "set")


@pytest.mark.parametrize(
    "address", ["mine", "ftp://127.0.0.1/a.zip", "file:///etc/passwd", "", "http:", "http://[x"]
)
def test_neither_name_nor_address(address: str) -> None:
    with refused("neither", repr(address), "sample_data"):
        download_dataset(address)


def test_command(
    server: Server, tmp_path: Path, parquet: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files["/a.zip"] = zipped({"e.parquet": parquet})
    assert main(["download", f"{server.url}/a.zip", "--output", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a'}: 20 events\n"
    assert main(["download", "nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err
