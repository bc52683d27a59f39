"""Imports that fail where a submission runs are found in its sources."""

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from higgsml_kit.checks.imports import check_imports, is_in_image
from higgsml_kit.codabench import IMAGE_MODULES

REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"


def found(**sources: str) -> list[str]:
    files = {f"{name.replace('__', '/')}.py": ast.parse(text) for name, text in sources.items()}
    return [str(problem) for problem in check_imports("model.py", files, is_in_image)]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy, os, HiggsML.systematics\nfrom sklearn.ensemble import *",
        "try:\n    import torch\nexcept ImportError:\n    torch = None",
        "try:\n    import torch\nexcept (OSError, ModuleNotFoundError):\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch",
        "if __name__ == '__main__':\n    import torch",
        "import helper",
    ],
)
def test_fine(source: str) -> None:
    assert found(model=source, helper="x = 1", train="import torch") == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import torch", 1),
        ("import numpy\nfrom torch.nn import Module", 2),
        ("def fit():\n    import torch", 2),
        ("try:\n    import torch\nexcept KeyError:\n    pass", 2),
        ("try:\n    import numpy\nexcept ImportError:\n    pass\nelse:\n    import torch", 6),
    ],
)
def test_missing(source: str, line: int) -> None:
    [problem] = found(model=source)
    assert problem.startswith(f"model.py, line {line}: 'torch' is not in the image")


def test_in_modules_of_its_own() -> None:
    [problem] = found(
        model="from package import part", package__part="from . import other",
        package__other="import torch", package____init__="", unused="import torch",
    )  # fmt: skip
    assert problem.startswith("package/other.py, line 1")
    [problem] = found(model="from .helper import f", helper="f = 1")
    assert "Fix: write: from helper import f" in problem


def test_the_image_has_what_requirements_list() -> None:
    """Every module of a pinned package that is installed here is known, and no other one."""
    pinned = {line.split("==")[0].lower() for line in REQUIREMENTS.read_text().splitlines()}
    modules = {
        module
        for module, names in packages_distributions().items()
        if pinned & {name.lower() for name in names}
        and module.isidentifier()
        and not module.startswith("_")
    }
    assert modules <= IMAGE_MODULES
