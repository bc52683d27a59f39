import io
import logging
import sys
import time

import pytest

from HiggsML import progress


def test_a_line_now_and_then_in_a_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOG_PERIOD", 0.0)
    with caplog.at_level(logging.INFO), progress.progress_bar(total=4, desc="steps") as bar:
        for _ in range(4):
            bar.update()
    assert any("steps: 50 %, 00:00 left" in line for line in caplog.messages)


def test_quick_work_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert list(progress.progress_bar(iterable=range(3))) == [0, 1, 2]
    assert caplog.messages == []


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.progress_bar(total=2, desc="steps", mininterval=0.0) as bar:
        bar.update(2)
    assert "100%" in terminal.getvalue()


def test_a_heartbeat_of_what_cannot_say_how_far_it_is(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOG_PERIOD", 0.01)
    with caplog.at_level(logging.INFO), progress.heartbeat("fit", 3600.0):
        while not caplog.messages:
            time.sleep(0.01)
    assert caplog.messages[0] == "[fit] 0 s of at most 3600 s"


def test_one_line_in_a_period(caplog: pytest.LogCaptureFixture) -> None:
    bar = progress.progress_bar(total=4, desc="steps")
    bar.mininterval = bar.delay = 0.0  # as if every update came late
    with caplog.at_level(logging.INFO), bar:
        for _ in range(4):
            time.sleep(0.001)
            bar.update()
    assert len(caplog.messages) == 1
