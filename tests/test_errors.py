"""What errors say, and how they guess what was meant."""

import pytest

from HiggsML import errors
from HiggsML.errors import DataError, DownloadError, HiggsMLError, SettingsError, did_you_mean

NAMES = ("htautau", "ztautau", "ttbar", "diboson")


@pytest.mark.parametrize(
    ("meant", "known"), [("ttbr", "ttbar"), ("ztautu", "ztautau"), ("dibosons", "diboson")]
)
def test_a_misspelt_name_finds_the_one_that_was_meant(meant: str, known: str) -> None:
    assert did_you_mean(meant, NAMES) == f"did you mean '{known}'?"


def test_the_nearest_name_is_offered() -> None:
    assert did_you_mean("htautaus", ["ztautau", "htautau"]) == "did you mean 'htautau'?"


@pytest.mark.parametrize("name", ["qqqq", "", 3, None, ("ttbar", 1)])
def test_a_name_like_none_lists_all(name: object) -> None:
    assert did_you_mean(name, NAMES) == "known are htautau, ztautau, ttbar, diboson."


def test_names_need_not_be_texts_and_may_come_once() -> None:
    assert did_you_mean(12, (number for number in (7, 123))) == "did you mean '123'?"
    assert did_you_mean("x", iter([1, 2])) == "known are 1, 2."


def test_a_message_says_what_where_which_value_and_how_to_mend_it() -> None:
    error = SettingsError("must be positive.", where="settings.yaml:3", value=-1, fix="take 1.")
    assert str(error) == "settings.yaml:3: must be positive. Found: -1. Fix: take 1."
    assert (error.what, error.where, error.fix) == (
        "must be positive.",
        "settings.yaml:3",
        "take 1.",
    )


def test_a_message_leaves_out_what_is_not_known() -> None:
    assert str(HiggsMLError("there is no file.")) == "there is no file."
    assert str(HiggsMLError("wrong.", value=None)) == "wrong. Found: None."  # None was found


@pytest.mark.parametrize(("length", "shown"), [(198, 200), (199, 200), (5_000, 200)])
def test_a_long_value_is_cut(length: int, shown: int) -> None:
    """`repr` of a text has two quotes more than the text."""
    found = str(HiggsMLError("wrong.", value="x" * length)).removeprefix("wrong. Found: ")
    assert len(found) == shown + 1  # and a full stop
    assert found.endswith("....") == (length > 198)


def test_the_tree_is_the_one_of_the_docstring() -> None:
    assert issubclass(DownloadError, DataError)
    for name in errors.__all__:
        found = getattr(errors, name)
        if isinstance(found, type):
            assert issubclass(found, HiggsMLError)
            assert name in (errors.__doc__ or "")
