"""`HiggsML.score` is the scoring program's class, or says why it is not there."""

import builtins
import importlib
import sys

import pytest

import higgsml_scoring


def test_is_the_class_of_the_scoring_program():
    from HiggsML.score import Scoring

    assert Scoring is higgsml_scoring.Scoring


def test_says_what_is_missing_where_the_scoring_program_is_not_installed(monkeypatch):
    monkeypatch.delitem(sys.modules, "HiggsML.score", raising=False)
    monkeypatch.setitem(sys.modules, "higgsml_scoring", None)
    with pytest.raises(ImportError, match=r"needs the scoring program.*pip install -e"):
        importlib.import_module("HiggsML.score")


def test_a_fault_inside_the_scoring_program_keeps_its_own_message(monkeypatch):
    monkeypatch.delitem(sys.modules, "HiggsML.score", raising=False)
    kept = builtins.__import__

    def broken(name, *rest):
        if name == "higgsml_scoring":
            raise ModuleNotFoundError("No module named 'jinja2'", name="jinja2")
        return kept(name, *rest)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(ModuleNotFoundError, match="jinja2"):
        importlib.import_module("HiggsML.score")
