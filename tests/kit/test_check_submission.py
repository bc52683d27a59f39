"""Submissions that would fail on the platform are found without running them."""

import zipfile
from pathlib import Path

import pytest

from higgsml_kit.archives import unpack
from higgsml_kit.checks import submission as module
from higgsml_kit.checks.submission import check_submission
from higgsml_kit.cli import main

REPOSITORY = Path(__file__).parents[2]
GOOD = "class Model:\n    def fit(self): ...\n    def predict(self, test_set): ...\n"


def folder_with(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def zip_with(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


CASES = [
    ({"other.py": "", "readme": ""}, "has no model.py at its root"),
    ({"mine/model.py": GOOD}, "zip the content of 'mine'"),
    ({"model.py": "def f(:\n"}, "model.py, line 1: is not valid Python"),
    ({"model.py": "x = 1\n"}, "has no Model"),
    ({"model.py": "class Model:\n    def fit(self): ...\n"}, "Model has no predict"),
    ({"model.py": GOOD, "metadata.yaml": "command: python3 x.py\n"}, "names a command"),
    ({"model.py": GOOD, "metadata": "command: python3 x.py\n"}, "names a command"),
]


@pytest.mark.parametrize(("files", "message"), CASES)
def test_mistakes(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for path in (folder_with(tmp_path / "mine", files), zip_with(tmp_path / "mine.zip", files)):
        [problem] = check_submission(path)
        assert message in str(problem)


@pytest.mark.parametrize(
    "source",
    [
        GOOD,
        "from elsewhere import Model\n",
        "from elsewhere import Measurement as Model\n",
        "Model = object\n",
        "def Model(get_train_set, systematics): ...\n",
        "from elsewhere import Base\nclass Model(Base):\n    pass\n",
        "def fit(self): ...\nclass Model:\n    fit = fit\n    def predict(self, t): ...\n",
        "raise RuntimeError('never run by a check')\n" + GOOD,
    ],
)
def test_ways_to_write_a_model(tmp_path: Path, source: str) -> None:
    files = {"model.py": source, "elsewhere.py": "Model = Measurement = Base = object\n"}
    assert check_submission(folder_with(tmp_path, files)) == []


def test_source_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_bytes(b"class Model:\0")
    [problem] = check_submission(tmp_path)
    assert problem.where.startswith("model.py")


def test_leftovers_of_a_machine_are_left_out(tmp_path: Path) -> None:
    """What a Mac puts into zips; the platform takes it."""
    files = {
        "model.py": GOOD,
        "__MACOSX/._model.py": "",
        ".DS_Store": "",
        "a/__pycache__/b.pyc": "",
    }
    assert check_submission(folder_with(tmp_path / "mine", files)) == []
    path = zip_with(tmp_path / "mine.zip", files)
    assert check_submission(path) == []
    unpack(path, tmp_path / "there")
    assert [p.name for p in (tmp_path / "there").rglob("*")] == ["model.py"]


def test_names_that_lead_out_of_the_zip(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "mine.zip", {"model.py": GOOD, "../x": "", "/y": ""})
    assert [problem.where for problem in check_submission(path)] == ["../x", "/y"]


def test_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIZE_LIMIT", 1000)
    files = {"model.py": GOOD, "weights.json": "1" * 1001}
    for path in (folder_with(tmp_path / "mine", files), zip_with(tmp_path / "mine.zip", files)):
        [problem] = check_submission(path)
        assert "the limit is" in problem.what


def test_files_that_are_no_submission(tmp_path: Path) -> None:
    [problem] = check_submission(tmp_path / "nowhere")
    assert "no such folder" in problem.what
    (tmp_path / "text.zip").write_text("not a zip")
    [problem] = check_submission(tmp_path / "text.zip")
    assert "not a zip file" in problem.what


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--static", str(REPOSITORY / "sample_submission")]) == 0
    assert main(["check", "--submission", str(tmp_path)]) == 1
    assert "has no model.py" in capsys.readouterr().err
