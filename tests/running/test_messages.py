import contextlib
import os
import socket
import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.running.messages import Closed, MessageError, receive, receive_with_files, send
from HiggsML.running.trusted.buffers import Buffer

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    a, b = socket.socketpair()
    with a, b:
        yield a, b


def soon() -> float:
    return time.monotonic() + 5.0


def test_round_trip(pair: Pair) -> None:
    send(pair[0], {"a": [1, 2.5, "ü"]})
    send(pair[0], {}, attached=b"raw")
    assert receive(pair[1], soon()) == ({"a": [1, 2.5, "ü"]}, b"")
    assert receive(pair[1], soon(), 1000) == ({}, b"raw")


def test_a_file_goes_with_a_message(pair: Pair) -> None:
    buffer = Buffer()
    send(pair[0], {"n": 1}, [buffer.fill(lambda file: file.write(b"the content"))])
    message, files = receive_with_files(pair[1])
    assert message == {"n": 1}
    with os.fdopen(*files, "rb") as body:
        assert body.read() == b"the content"
    buffer.close()


def test_files_from_the_other_side_are_dropped(pair: Pair) -> None:
    buffer = Buffer()
    send(pair[0], {"n": 1}, [buffer.fill(lambda file: file.write(b"x"))])
    next_before = os.dup(0)
    assert receive(pair[1], soon()) == ({"n": 1}, b"")
    next_after = os.dup(0)
    assert next_after == next_before + 1  # no descriptor was opened in between
    for file in (next_before, next_after):
        os.close(file)
    buffer.close()


def test_limits(pair: Pair) -> None:
    send(pair[0], {}, attached=b"x" * 100)
    with pytest.raises(MessageError, match="100 bytes, 50 are allowed"):
        receive(pair[1], soon(), 50)


def test_json_is_small(pair: Pair) -> None:
    pair[0].sendall(struct.pack(">QQ", 1 << 30, 0))
    with pytest.raises(MessageError, match="1048576 are allowed"):
        receive(pair[1], soon(), 1 << 40)


def test_deadline(pair: Pair) -> None:
    pair[0].sendall(struct.pack(">QQ", 10, 0) + b"half")
    with pytest.raises(TimeoutError):
        receive(pair[1], time.monotonic() + 0.05)


def test_closed(pair: Pair) -> None:
    pair[0].close()
    with pytest.raises(Closed):
        receive(pair[1], soon())
    with pytest.raises(Closed):
        send(pair[1], {"a": "x" * 10_000_000})


@given(st.binary(max_size=200))
def test_rubbish_is_no_message(body: bytes) -> None:
    a, b = socket.socketpair()
    with a, b:
        a.sendall(struct.pack(">QQ", len(body), 0) + body)
        with contextlib.suppress(MessageError):
            assert isinstance(receive(b, soon())[0], dict)


def test_deep_nesting_is_no_message(pair: Pair) -> None:
    body = b"[" * 100_000
    pair[0].sendall(struct.pack(">QQ", len(body), 0) + body)
    with pytest.raises(MessageError):
        receive(pair[1], soon())
