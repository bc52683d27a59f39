"""How the trusted process and the model's process talk: small JSON messages, big shared memory.

What comes from the model's process is hostile until shown otherwise: it is JSON of limited size and
never unpickled, with raw bytes attached where the trusted side expects some. Big things travel the
other way as files without a name (`trusted.buffers`), handed over as descriptors.

A message is two lengths (8 bytes each), the JSON, and what is attached.
"""

import json
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

__all__ = ["AttachmentError", "Closed", "MessageError", "receive", "receive_with_files", "send"]

MAX_JSON = 1 << 20
"""Bytes; parsed JSON takes many times as much."""
MOST_LEVELS = 8
"""Lists and objects in one another; a message of ours has four at most."""
MOST_FILES = 2
"""Descriptors that go with one message at most."""
_LENGTHS = struct.Struct(">QQ")


class Closed(EOFError):
    """The other side is gone."""


class MessageError(ValueError):
    """The other side sent what is no message."""


class AttachmentError(MessageError):
    """The other side attached more bytes than were expected."""


def send(
    connection: socket.socket,
    message: dict[str, Any],
    files: Sequence[int] = (),
    attached: bytes = b"",
) -> None:
    """Send a message, the descriptors of files that go with it, and attached bytes.

    Raises:
        Closed: the other side is gone.
    """
    body = json.dumps(message).encode()
    lengths = _LENGTHS.pack(len(body), len(attached))
    try:
        # The descriptors ride on the lengths; sendmsg may send less than it is given.
        if files:
            socket.send_fds(connection, [lengths], list(files))
        else:
            connection.sendall(lengths)
        # At once: who has the whole message may end before nothing more could be sent.
        connection.sendall(body + attached)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(
    connection: socket.socket, deadline: float, max_attached: int = 0
) -> tuple[dict[str, Any], bytearray]:
    """Receive a message, and what is attached to it, from a side that is not trusted.

    Args:
        connection: a stream socket; descriptors that come with the message are dropped.
        deadline: when to give up, on the clock of `time.monotonic`.
        max_attached: how many attached bytes are read.

    Raises:
        Closed: the other side is gone.
        TimeoutError: nothing whole arrived before the deadline.
        MessageError: too large, or not a JSON object.
        AttachmentError: more is attached than allowed.
    """
    lengths = _LENGTHS.unpack(_read(connection, _LENGTHS.size, deadline))
    limits = ((MAX_JSON, MessageError), (max_attached, AttachmentError))
    for length, (allowed, error) in zip(lengths, limits, strict=True):
        if length > allowed:
            raise error(f"a message of {length} bytes, {allowed} are allowed")
    body, attached = (_read(connection, length, deadline) for length in lengths)
    return _parse(body), attached


def receive_with_files(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Receive a message, and the descriptors that go with it, from the trusted side."""
    try:
        head, files, _, _ = socket.recv_fds(connection, _LENGTHS.size, MOST_FILES)
    except ConnectionResetError as error:
        raise Closed from error
    head += _read(connection, _LENGTHS.size - len(head), float("inf"))
    length, _ = _LENGTHS.unpack(head)
    message = _parse(_read(connection, length, float("inf")))
    return message, files


def _read(connection: socket.socket, length: int, deadline: float) -> bytearray:
    body = bytearray()
    while len(body) < length:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(None if left == float("inf") else left)
        try:
            piece = connection.recv(min(length - len(body), 1 << 20))
        except ConnectionResetError as error:
            raise Closed from error
        if not piece:
            raise Closed
        body += piece
    return body


def _parse(body: bytearray) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError("not JSON") from error
    if not isinstance(message, dict):
        raise MessageError("not a JSON object")
    if _is_deeper(message, MOST_LEVELS):
        raise MessageError(f"lists are nested more than {MOST_LEVELS} deep")
    return message


def _is_deeper(value: object, levels: int) -> bool:
    """Whether a value has lists or objects in more levels; whoever prints it would fail."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (levels == 0 or any(_is_deeper(each, levels - 1) for each in inner))
