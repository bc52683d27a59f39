"""What participants need comes out of the packed bundle alone."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from HiggsML.errors import SettingsError
from higgsml_kit.archives import unpack, write_zip
from higgsml_kit.bundle import read_mapping
from higgsml_kit.checks.choices import expected_seconds
from higgsml_kit.checks.parts import settings_of
from higgsml_kit.cli import _parser as parser
from higgsml_kit.packing import bundle_files, bundle_parts

REPOSITORY = Path(__file__).parents[2]
SOURCES = ("tools", "ingestion_program", "scoring_program")


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starting kit as a participant gets it, alone in a folder."""
    folder = tmp_path_factory.mktemp("participant")
    write_zip(bundle_files(REPOSITORY), folder / "bundle.zip")
    unpack(folder / "bundle.zip", folder / "platform")
    (folder / "bundle.zip").unlink()
    (folder / "platform" / "starting_kit").rename(folder / "kit")
    return folder / "kit"


def higgsml(kit: Path, *words: str) -> str:
    """The command as the kit's own sources are: none of the repository's is found."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(kit / name) for name in SOURCES),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    found = subprocess.run(
        [sys.executable, "-m", "higgsml_kit", *words],
        cwd=kit,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_what_installation_needs_is_there(kit: Path) -> None:
    project = tomllib.loads((kit / "pyproject.toml").read_text("utf-8"))
    assert (kit / project["project"]["readme"]).is_file()
    assert all((kit / name).is_file() for name in project["project"]["license-files"])
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (kit / package / "__init__.py").is_file()
    assert (kit / "requirements.txt").is_file()


def test_every_named_page_and_folder_is_there(kit: Path) -> None:
    competition = read_mapping(kit / "competition.yaml")
    for name in [page["file"] for page in competition["pages"]] + [competition["terms"]]:
        assert (kit / name).is_file()
    for task in competition["tasks"]:
        assert (kit / task["input_data"] / "settings.yaml").is_file()


def test_check_and_pack(kit: Path) -> None:
    assert "no problem found" in higgsml(kit, "check", "sample_submission", "--static")
    higgsml(kit, "pack", "--submission", "sample_submission")
    with zipfile.ZipFile(kit / "dist" / "sample_submission.zip") as archive:
        assert archive.namelist() == ["model.py"]


@pytest.mark.slow
def test_dry_run(kit: Path, tmp_path: Path) -> None:
    """With few events; the counting example, which fits in no time."""
    settings = read_mapping(kit / "input_data" / "settings.yaml")
    for key in ("train_events", "test_events"):
        settings["data"][key] = dict.fromkeys(settings["data"][key], 20_000)
    (tmp_path / "settings.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    counts = ("--num-of-sets", "1", "--num-pseudo-experiments", "2")
    shown = higgsml(
        kit, "dry-run", "--submission", "examples/counting", "--input", str(tmp_path), *counts
    )
    assert "quantiles_score" in shown
    assert (kit / "results" / "detailed_results.html").is_file()


@pytest.mark.parametrize(
    "document", ["starting_kit/README.md", "pages/submission.md", "pages/organising.md"]
)
def test_commands_in_documents_are_commands(document: str) -> None:
    """Each is parsed by the command line itself; flags that it does not know end this test."""
    text = (REPOSITORY / document).read_text("utf-8").replace("\\\n", " ")
    lines = re.findall(r"^ +\.venv/bin/higgsml (.*)$", text, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        words = shlex.split(re.sub(r"\$[A-Z_]+", "1", line), comments=True)
        assert parser("higgsml", words[0]).parse_args(words).command == words[0]


def test_the_organising_page_names_the_parts() -> None:
    text = (REPOSITORY / "pages" / "organising.md").read_text("utf-8")
    [sentence] = re.findall(r"The parts are (.*?)\.", text)
    folders = {p.name for p in bundle_parts(REPOSITORY) if (REPOSITORY / p.name).is_dir()}
    assert set(re.findall(r"`(\w+)`", sentence)) == folders


def test_no_events_of_the_organiser_go_into_the_kit(root: Path) -> None:
    folder = root / "kit"
    folder.mkdir()
    (folder / "README.md").write_text("Start here.\n")
    (folder / "contents.txt").write_text("# a comment\nsample_submission\ninput_data\nterms.md\n")
    (root / "input_data" / "hidden.parquet").write_bytes(b"rows")
    path = root / "competition.yaml"
    content = read_mapping(path)
    content["phases"][0]["starting_kit"] = "kit"
    path.write_text(yaml.safe_dump(content), "utf-8")
    [part] = [part for part in bundle_parts(root) if part.kind == "starting_kit"]
    assert sorted(part.files) == [
        "README.md",
        "input_data/settings.yaml",
        "sample_submission/model.py",
        "terms.md",
    ]
    (folder / "contents.txt").write_text("nowhere\n")
    with pytest.raises(SettingsError, match=r"no such file or folder.*nowhere"):
        bundle_parts(root)


def test_the_organising_page_says_how_long_the_phases_take() -> None:
    text = (REPOSITORY / "pages" / "organising.md").read_text("utf-8")
    found = re.search(r"about (\d+) s in the feedback phase and (\d+) s in the final one", text)
    assert found is not None
    tasks = read_mapping(REPOSITORY / "competition.yaml")["tasks"]
    needed = [expected_seconds(settings_of(REPOSITORY, task)) for task in tasks]
    assert [int(number) for number in found.groups()] == pytest.approx(needed, abs=5)
