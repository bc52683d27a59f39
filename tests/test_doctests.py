"""The examples in the docstrings of the three packages run, warnings being errors."""

import doctest
import importlib

import pytest

from sources import all_modules

PROMPT = ">>>"
WITH_EXAMPLES = sorted(
    name
    for name, module in all_modules().items()
    if PROMPT in module.path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_are_true(name: str) -> None:
    """All of them: a prompt outside of a docstring would never run."""
    prompts = all_modules()[name].path.read_text(encoding="utf-8").count(PROMPT)
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted == prompts


def test_each_package_has_examples() -> None:
    assert {name.split(".")[0] for name in WITH_EXAMPLES} == {
        "HiggsML",
        "higgsml_scoring",
        "higgsml_kit",
    }
