"""What is shown of a model: its first and last lines, its own frames, the toolkit's progress."""

import logging
from pathlib import Path

import pytest

from HiggsML.errors import SubmissionError
from small_run import run, write_submission

TALKATIVE = """\
class Model:
    def __init__(self, get_train_set, systematics): ...
    def fit(self):
        for i in range(20_000):
            print(f"line {i} of many words that nobody reads")
        print()
        self.train()
    def train(self):
        raise ValueError("the last word")
    def predict(self, test_set): ...
"""

LOGGING = """\
import logging
class Model:
    def __init__(self, get_train_set, systematics): ...
    def fit(self):
        logging.basicConfig(level=logging.INFO)
        logging.getLogger("HiggsML.progress").info("templates: 50 %, 00:20 left")
        raise ValueError
    def predict(self, test_set): ...
"""


def test_the_last_lines_and_the_own_frames(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    submission = write_submission(tmp_path / "sub", TALKATIVE)
    with caplog.at_level(logging.INFO), pytest.raises(SubmissionError, match="the last word"):
        run(tmp_path, submission)
    shown = caplog.messages
    assert "| line 0 of many words that nobody reads" in shown
    assert "| line 19999 of many words that nobody reads" in shown
    assert len(shown) < 10_000
    [left_out] = [line for line in shown if "lines are left out here" in line]
    number = int(left_out.split("(")[1].split()[0])
    lines = [line for line in shown if "of many words" in line]
    assert number + len(lines) == 20_000
    assert "| " not in shown  # an empty line is no news
    [trace] = [line for line in shown if "Traceback" in line]
    assert "in fit" in trace
    assert "in train" in trace
    assert "host.py" not in trace


def test_progress_of_the_toolkit_is_shown_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    submission = write_submission(tmp_path / "sub", LOGGING)
    with caplog.at_level(logging.INFO), pytest.raises(SubmissionError):
        run(tmp_path, submission)
    assert [line for line in caplog.messages if "templates" in line] == [
        "| templates: 50 %, 00:20 left"
    ]
