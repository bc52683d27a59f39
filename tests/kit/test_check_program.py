"""Commands that the platform cannot run are found."""

import re
from pathlib import Path

import pytest

from higgsml_kit.checks.program import check_program


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("", "must hold keys"),
        ("comand: python3 run_scoring.py", "names no command"),
        ("command: [python3, run_scoring.py]", "names no command"),
        ("command: ' '", "names no command"),
        ("command: cd x && python3 run_scoring.py", "'&&' needs a shell"),
        ("command: python3 run_scoring.py $output", r"'\$output' needs a shell"),
        ("command: python3 scoring.py", r"'scoring\.py' is not in the folder"),
        ("command: python3", "'' is not in the folder"),
        ("command: python3 run_scoring.py --output /app/outputs", "did you mean '/app/output'"),
        ("command: python3 run_scoring.py /app/input_data", "in the scoring container"),
    ],
)
def test_mistakes(root: Path, metadata: str, message: str) -> None:
    folder = root / "scoring_program"
    (folder / "metadata.yaml").write_text(metadata)
    found = " ".join(map(str, check_program(folder, "scoring")))
    assert re.search(message, found), found


def test_metadata_is_missing(root: Path) -> None:
    folder = root / "scoring_program"
    (folder / "metadata.yaml").unlink()
    [problem] = check_program(folder, "scoring")
    assert problem.where == "scoring_program/metadata.yaml"
    assert "cannot be read" in problem.what


def test_good_commands(root: Path) -> None:
    folder = root / "scoring_program"
    assert check_program(folder, "scoring") == []
    for command in ("python3 /app/program/run_scoring.py", "./run.sh /app/input/res/metadata"):
        (folder / "metadata.yaml").write_text(f"command: {command}\n")
        assert check_program(folder, "scoring") == []
