"""What the Dockerfile builds, without docker: its steps are carried out below a folder.

What is not tested here is the base image, its Python, and the walls of a container; continuous
integration runs the packed bundle in the image itself.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from higgsml_kit.archives import unpack, write_zip
from higgsml_kit.bundle import read_mapping
from higgsml_kit.codabench import PROCESSOR
from higgsml_kit.packing import bundle_files
from sources import ROOT

ABSOLUTE = re.compile(r"(?<![\w.:/])/(tmp|var|app)/")


def steps() -> Iterator[tuple[str, str]]:
    """Instructions of the Dockerfile: the word, and what stands behind it on all of its lines."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "")
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        yield word, rest


def build(root: Path, path: str, given: dict[str, str] | None = None) -> dict[str, str]:
    """Carry out the steps below a folder, which stands for /; returns the environment."""
    environment = {"PATH": path, "HOME": str(root), "LANG": "C.UTF-8", "PYTHONNOUSERSITE": "1"}
    arguments, folder = {}, root

    def below(text: str) -> str:
        return ABSOLUTE.sub(rf"{root}/\1/", text)

    for word, rest in steps():
        if word == "ARG":
            name, _, default = rest.partition("=")
            arguments[name] = (given or {}).get(name, default)
        elif word == "ENV":
            environment |= dict(part.split("=", 1) for part in shlex.split(below(rest)))
        elif word == "WORKDIR":
            folder = Path(below(f"{rest}/"))
            folder.mkdir(parents=True)
        elif word == "COPY":
            source, target = rest.split()
            copy, to = ROOT / source, folder / below(target)
            to.parent.mkdir(parents=True, exist_ok=True)
            if copy.is_dir():
                shutil.copytree(copy, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(copy, to)
        elif word == "RUN":
            subprocess.run(
                ["/bin/sh", "-ec", below(rest)], cwd=folder, env=environment | arguments, check=True
            )
        else:
            assert word in ("FROM", "CMD")
    return environment


def run_packed_bundle(folder: Path, python: str, environment: dict[str, str]) -> str:
    """A dry run of the packed bundle on few events, as in a container; returns its log."""
    write_zip(bundle_files(ROOT), folder / "bundle.zip")
    bundle = folder / "bundle"
    unpack(folder / "bundle.zip", bundle)
    settings = read_mapping(bundle / "input_data" / "settings.yaml")
    for key in ("train_events", "test_events"):
        settings["data"][key] = dict.fromkeys(settings["data"][key], 5_000)
    (folder / "events").mkdir()
    (folder / "events" / "settings.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    programs = ("ingestion_program", "scoring_program")
    paths = [*(bundle / name for name in programs), ROOT / "tools"]
    words = ["dry-run", "--bundle", bundle, "--input", folder / "events", "--num-of-sets", "1"]
    words += ["--num-pseudo-experiments", "2", "--output", folder / "results"]
    words += ["--submission", ROOT / "examples" / "counting"]
    found = subprocess.run(
        [python, "-m", "higgsml_kit", *map(str, words)],
        env=environment | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "quantiles_score" in found.stdout
    return found.stdout


def kept(environment: dict[str, str]) -> dict[str, float]:
    """The files of machine code, and when they were written."""
    folder = Path(environment["NUMBA_CACHE_DIR"])
    return {p.name: p.stat().st_mtime for p in folder.rglob("*.nbc")}


def check_nothing_is_compiled(folder: Path, python: str, environment: dict[str, str]) -> None:
    before = kept(environment)
    assert len(before) >= 5
    assert "Compiling" not in run_packed_bundle(folder, python, environment)
    assert kept(environment) == before


def test_arguments_choose_the_variant() -> None:
    """Small without them; the version of PyTorch is the one that tests use."""
    given = [rest for word, rest in steps() if word == "ARG"]
    assert given == ["DEVICE=cpu", "TORCH_VERSION=", "TORCH_INDEX="]
    [version] = re.findall(r"TORCH_VERSION:-([\d.]+)", (ROOT / "Dockerfile").read_text("utf-8"))
    assert f"TORCH_VERSION ?= {version}\n" in (ROOT / "Makefile").read_text("utf-8")


def test_kernels_are_for_processors_of_all_workers() -> None:
    """Not for the one of the machine that builds, under whose name no other would find them."""
    text = " ".join(rest for word, rest in steps() if word == "ENV")
    assert {name: f"{name}=" in text for name in PROCESSOR} == dict.fromkeys(PROCESSOR, True)
    assert "NUMBA_CPU_NAME=x86-64-v3" in text


@pytest.mark.slow
def test_a_run_finds_the_kernels_of_the_image(tmp_path: Path) -> None:
    """With the packages that are installed here: `pip` does nothing, the other steps all."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pip").symlink_to("/bin/true")
    path = os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), os.defpath])
    environment = build(tmp_path / "image", path)
    check_nothing_is_compiled(tmp_path, sys.executable, environment)


MOST_MEGABYTES = 1100
"""Of all that the steps install; the base image comes on top."""


@pytest.mark.slow
def test_the_image_is_small_and_complete(tmp_path: Path) -> None:
    """All steps in a new environment: packages are fetched."""
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    path = os.pathsep.join([str(programs), os.defpath])
    environment = build(tmp_path / "image", path)
    files = [p for p in (tmp_path / "venv" / "lib").rglob("*") if p.is_file()]
    megabytes = sum(p.lstat().st_size for p in files) / 1e6
    print(f"{megabytes:.0f} MB")
    assert megabytes < MOST_MEGABYTES
    assert not [p for p in files if "nccl" in p.name]
    check_nothing_is_compiled(tmp_path, str(programs / "python3"), environment)
