"""The maps of the house in README and CONTRIBUTING show the house that stands."""

import re
from collections.abc import Iterator

import pytest

from sources import PACKAGES, ROOT

HOUSE = PACKAGES["HiggsML"]
MADE_LATER = {"dist/", "dist/bundle.zip", "results/", "results/baseline/", "results/realism/"}
"""What commands make in the repository's folder."""


def tables(document: str) -> Iterator[list[list[str]]]:
    """The cells of each table of a document, with its head, without the line below it."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [re.split(r"\s*\|\s*", line.strip("| ")) for line in block.splitlines()]
        yield [row for row in rows if set(row[0]) != {"-"}]


def table(document: str, head: str) -> list[list[str]]:
    """The rows of the one table whose first column has this head."""
    [rows] = [rows for rows in tables(document) if rows[0][0] == head]
    return rows[1:]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_map_shows_every_room_once_and_nothing_else() -> None:
    """A folder has a slash behind its name; `tests/test_architecture.py` gives each its floor."""
    shown = [name for row in table("README.md", "room") for name in quoted(row[0])]
    files = {path.stem for path in HOUSE.glob("*.py")} - {"__init__", "__main__"}
    folders = {f"{path.parent.name}/" for path in HOUSE.glob("*/__init__.py")}
    assert sorted(shown) == sorted(files | folders)


def test_the_map_shows_the_folders_inside_of_rooms() -> None:
    for room, text in table("README.md", "room"):
        inside = {
            f"{path.parent.name}/"
            for name in quoted(room)
            for path in (HOUSE / name).glob("*/__init__.py")
        }
        assert {name for name in quoted(text) if name.endswith("/")} == inside, room


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_packages_stand_where_the_documents_say(document: str) -> None:
    shown = [quoted(row[1]) for row in table(document, "it runs ...")]
    assert shown == [[str(path.relative_to(ROOT))] for path in PACKAGES.values()]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_named_paths_and_links_lead_somewhere(document: str) -> None:
    """A back-quoted word is a path if it has a slash or the suffix of a file."""
    text = (ROOT / document).read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("| `"))
    paths = {
        word
        for word in re.findall(r"`([^`\s]+)`", text)
        if not word.startswith("/") and re.search(r"/|\.(md|py|toml|txt|yaml)$", word)
    }
    links = set(re.findall(r"\]\((?!https?:)([^)#]+)", text))
    assert len(paths | links) >= 5
    below = {"model.py"}  # of any submission
    for path in sorted((paths | links) - MADE_LATER - below):
        assert any(ROOT.glob(path.rstrip("/"))), path
