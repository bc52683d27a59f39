"""Commands that the platform cannot run are found."""

import re
from pathlib import Path

import pytest

from higgsml_kit.checks.program import check_program
from higgsml_kit.checks.starting import check_starts


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
        ("command: python2 run_scoring.py", "no 'python2'"),
        ("command: ./run_scoring.py", "without the right to be executed"),
        ("command: python3 -m scores", "'scores' is not in the folder"),
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
    for command in (
        "python3 /app/program/run_scoring.py",
        "python3 -u -W ignore run_scoring.py",
        "python3 -m run_scoring /app/input/res/metadata",
    ):
        (folder / "metadata.yaml").write_text(f"command: {command}\n")
        assert check_program(folder, "scoring") == []


def test_sources(root: Path) -> None:
    folder = root / "scoring_program"
    (folder / "helper.py").write_text("def f(:\n")
    [problem] = check_program(folder, "scoring")
    assert problem.where == "scoring_program/helper.py, line 1"
    (folder / "helper.py").write_text("")
    (folder / "run_scoring.py").write_text("from higgsml_scoring.page import PAGE\n")
    [problem] = check_program(folder, "scoring")
    assert "imports higgsml_scoring" in problem.what


def test_programs_that_do_not_start(root: Path) -> None:
    folder = root / "scoring_program"
    assert check_starts([folder]) == []
    metadata = folder / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("--prediction", "--predictions"))
    [problem] = check_starts([folder])
    assert "no --predictions" in problem.what
    assert "did you mean '--prediction'" in problem.fix
    (folder / "run_scoring.py").write_text("import no_such_module\n")
    [problem] = check_starts([folder])
    assert "No module named 'no_such_module'" in problem.what
