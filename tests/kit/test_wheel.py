"""One wheel is all that a participant installs: `higgsml` works in an empty folder."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MODEL = """
class Model:
    def __init__(self, get_train_set, systematics):
        self.get = get_train_set
    def fit(self):
        self.rows = len(self.get())
    def predict(self, test_set):
        mu = len(test_set["data"]) / 1e6
        return {"mu_hat": mu, "delta_mu_hat": 0.1, "p16": mu - 0.1, "p84": mu + 0.1}
"""


def test_the_wheel_has_the_bundle_that_is_run() -> None:
    """Every file is one of the repository, and each part of the tasks is among them."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert all(target == f"higgsml_kit/packaged/{source}" for source, target in included.items())
    assert all((REPOSITORY / source).exists() for source in included)
    competition = (REPOSITORY / "competition.yaml").read_text("utf-8")
    parts = re.findall(r"^ +(?:\w+_program|\w+_data|path): (\S+)$", competition, re.MULTILINE)
    assert len(set(parts)) >= 6
    assert set(parts) == {source.split("/")[0] for source in included} - {"competition.yaml"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a fresh environment with the wheel, and nothing of ours else.

    What the wheel depends on is looked up in the environment of the tests, whose own link to the
    repository is not followed from there.
    """
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = ["wheel", "--no-deps", "--wheel-dir", str(folder), str(REPOSITORY)]
    subprocess.run([*pip, *build], check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    into = ["--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*pip, *into], check=True)
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


@pytest.mark.slow
def test_the_walk_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """On the real settings, with a model that fits in no time."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}

    def higgsml(*words: str) -> str:
        found = subprocess.run(
            [installed / "higgsml", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    where = "import HiggsML, higgsml_scoring, higgsml_kit; print(HiggsML.__file__)"
    python = [installed / "python", "-c", where]
    told = subprocess.run(python, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert str(installed.parent).encode() in told.stdout

    higgsml("new", "mine")
    assert "no problem found" in higgsml("check", "mine", "--static")
    (tmp_path / "mine" / "model.py").write_text(MODEL)
    assert "It runs" in higgsml("check", "--submission", "mine")
    assert "quantiles_score" in higgsml("dry-run", "--submission", "mine", "--trial")
    assert (tmp_path / "results" / "detailed_results.html").is_file()
    higgsml("pack", "--submission", "mine")
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "results", "dist"}
