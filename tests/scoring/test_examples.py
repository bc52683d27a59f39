"""The examples in the docstrings run."""

import doctest
import importlib
import pkgutil

import pytest

import higgsml_scoring

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(higgsml_scoring.__path__, "higgsml_scoring.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true_and_public_names_exist(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
    assert module.__all__ == sorted(module.__all__, key=lambda word: (not word.isupper(), word))
    assert all(hasattr(module, public) for public in module.__all__)


def test_there_are_examples():
    attempted = [doctest.testmod(importlib.import_module(name)).attempted for name in MODULES]
    assert sum(attempted) >= 5
