"""What a hostile process can ask of the trusted side, and what each question costs it."""

import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from HiggsML.errors import SubmissionError
from HiggsML.event_files import checked_indices
from HiggsML.running.isolation.policy import offered
from HiggsML.running.trusted.conversation import Conversation, Limit, TrainSource
from small_run import SETTINGS, run, write_submission

ROWS = 10_000
EVENTS = pd.DataFrame(np.zeros((ROWS, 10)))
SMALL = 30_000_000
"""Bytes that a question may cost; the rows above take 0.8 million, the largest JSON some 20."""


def give(size: Any, selected: Any) -> pd.DataFrame:
    if selected is not None:
        return EVENTS.iloc[checked_indices(selected, ROWS)]
    return EVENTS if size is None else EVENTS.iloc[: int(size)]


@contextmanager
def hostile(act: Callable[[socket.socket], object]) -> Iterator[Conversation]:
    """A conversation with a thread that does as it likes."""
    ours, theirs = socket.socketpair()

    def work() -> None:
        with theirs, suppress(OSError):
            act(theirs)

    thread = threading.Thread(target=work)
    with ours:
        thread.start()
        yield Conversation(ours, ours.close, lambda: "ended")
    thread.join()


def raw(body: bytes, attached: int = 0) -> Callable[[socket.socket], None]:
    """Sends a message of these bytes, with so many zeros attached."""

    def act(connection: socket.socket) -> None:
        connection.sendall(struct.pack(">QQ", len(body), attached) + body)
        piece = bytes(1 << 20)
        for start in range(0, attached, len(piece)):
            connection.sendall(piece[: attached - start])

    return act


def nested(depth: int, key: str) -> bytes:
    return b'{"ask": "train_set", "%s": ' % key.encode() + b"[" * depth + b"]" * depth + b"}"


SELECT = b'{"ask": "train_set", "selected": true}'
HOSTILE: Mapping[str, Callable[[socket.socket], None]] = {
    "more indices than rows": raw(SELECT, 8 * 8_000_000),
    "one index more than rows": raw(SELECT, 8 * ROWS + 8),
    "indices that nobody announced": raw(b'{"ask": "train_set"}', 1 << 30),
    "indices beside an answer": raw(b"{}", 8 * ROWS + 8),
    "a length beyond all memory": lambda to: to.sendall(struct.pack(">QQ", 2, (1 << 64) - 1)),
    "a huge message": raw(b'{"error": "%s"}' % (b"x" * 2_000_000)),
    "a large error": raw(b'{"error": "%s"}' % (b"x" * 1_000_000)),
    "an error of many small things": raw(b'{"error": [%s1]}' % (b"[]," * 300_000)),
    "an error of deep things": raw(nested(900, "error")),
    "a size of deep things": raw(nested(900, "train_size")),
    "an unknown question of deep things": raw(b'{"ask": ' + b"[" * 900 + b"]" * 900 + b"}"),
    "a number of many digits": raw(b'{"error": %s}' % (b"9" * 1_000_000)),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_message_costs_much(kind: str) -> None:
    """Neither memory nor time, and it ends in an error for the participant."""
    began = time.process_time()
    tracemalloc.start()
    try:
        with hostile(HOSTILE[kind]) as conversation, pytest.raises(SubmissionError) as caught:
            conversation.answer("fit", Limit.of(20.0), train_source=TrainSource(ROWS, give))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < SMALL
    assert time.process_time() - began < 5.0
    assert len(str(caught.value)) < 25_000


# --- the same in a run ---------------------------------------------------------------------------

KNOWS_OURS = """
import fcntl, mmap, os, types
import numpy as np
import HiggsML.running.sandboxed.host as host
import HiggsML.running.sandboxed.train_set as ours

class Model:
    def __init__(self, get_train_set, systematics):
        self.get_train_set = get_train_set
    def fit(self):
        {fit}
    def __getstate__(self):
        {save}
        return {{}}
    def predict(self, test_set):
        return {{"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}}
"""
linux = pytest.mark.skipif(bool(offered().missing), reason="no Landlock or no seccomp here")


def knows_ours(tmp_path: Path, fit: str = "pass", save: str = "pass") -> Path:
    return write_submission(tmp_path / "sub", KNOWS_OURS.format(fit=fit, save=save))


def test_the_trusted_process_does_not_grow(tmp_path: Path) -> None:
    """Eight million indices are refused before they are read, and who sent them is told why."""
    fit = "self.get_train_set(selected_indices=np.zeros(8_000_000, int))"
    submission = knows_ours(tmp_path, fit)
    code = f"""
import resource, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from HiggsML.errors import SubmissionError
from small_run import SUBMISSIONS, run
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
run(Path({str(tmp_path)!r}), SUBMISSIONS / "honest")  # everything is loaded now
before = peak()
try:
    run(Path({str(tmp_path)!r}), Path({str(submission)!r}))
except SubmissionError as error:
    print(peak() - before, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    growth, _, error = done.stdout.partition(" ")
    assert "disturbed the protocol" in error
    assert "selected_indices are at most as many as training events" in error
    assert int(growth) < SMALL


@linux
def test_what_was_given_is_taken_back(tmp_path: Path) -> None:
    """A model that keeps the memory of all answers keeps that of one."""
    fit = """
        load, kept, maps = ours.pickle.load, [], []
        def keep(file):
            kept.append(os.dup(file.fileno()))
            maps.append(mmap.mmap(kept[-1], 0, mmap.MAP_SHARED, mmap.PROT_READ))
            for seal in (1, 2):
                try:
                    fcntl.fcntl(kept[-1], fcntl.F_ADD_SEALS, seal)
                except PermissionError:
                    pass
            return load(file)
        ours.pickle = types.SimpleNamespace(load=keep)
        for _ in range(20):
            self.get_train_set()
        bytes_kept = sum(512 * os.fstat(file).st_blocks for file in kept)
        raise ValueError(f"kept {bytes_kept} of {len(kept) * len(maps[-1])}.")
"""
    data = replace(SETTINGS.data, train_events=dict.fromkeys(SETTINGS.data.train_events, 5000))
    with pytest.raises(SubmissionError, match=r"kept \d+ of \d+") as caught:
        run(tmp_path, knows_ours(tmp_path, fit), replace(SETTINGS, data=data))
    _, kept, _, given = str(caught.value).rstrip(".").rsplit(" ", 3)
    assert int(kept) <= int(given) / 20 + 4096


@linux
@pytest.mark.parametrize("seal", [1, 2])
def test_the_file_of_a_saved_model_is_taken_back(tmp_path: Path, seal: int) -> None:
    """Who seals it, so that its memory would stay, is refused."""
    save = f"""
        for file in map(int, os.listdir("/proc/self/fd")):
            try:
                fcntl.fcntl(file, fcntl.F_ADD_SEALS, {seal})
            except OSError:
                pass
"""
    with pytest.raises(SubmissionError, match="sealed the file that it was given"):
        run(tmp_path, knows_ours(tmp_path, save=save))
