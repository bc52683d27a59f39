"""The site of the documentation: it builds without a word of warning, and what it says is there."""

import ast
import doctest
import importlib
import inspect
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from sources import ROOT

API = sorted((ROOT / "docs" / "api").glob("*.md"))
MODULES = sorted(
    name
    for page in API
    for name in re.findall(r"^::: (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    if name.rpartition(".")[2][0].islower() and len({*name.split(".")[-2:]}) == 2
)
"""The modules of the reference; further lines name classes, and functions that are called as their
modules are."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    found = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stderr == ""
    return folder


class Page(HTMLParser):
    """What a page links to, what it fetches, and the places in it that links can name."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        elif tag == "link" and given.get("rel") in ("stylesheet", "icon", "preconnect"):
            self.fetched.add(given["href"])
        elif "src" in given:
            self.fetched.add(given["src"])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def test_no_link_is_dead(pages: dict[Path, Page]) -> None:
    """None that leads to a place of the site, that is: others are not asked for."""
    dead = []
    count = 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            count += 1
            if target.suffix == ".html" and target in pages:
                if parts.fragment and unquote(parts.fragment) not in pages[target].places:
                    dead.append(f"{path.name}: {link}")
            elif not target.is_file():
                dead.append(f"{path.name}: {link}")
    assert not dead
    assert count > 1000


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for name in page.fetched:
            assert not urlsplit(name).netloc, f"{path.name}: {name}"
            assert (path.parent / urlsplit(name).path).is_file(), f"{path.name}: {name}"


def test_every_document_is_a_page(pages: dict[Path, Page], site: Path) -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("pages/*.md"), *ROOT.glob("examples/*/README.md")]
    shown = {str(path.relative_to(site)) for path in pages}
    for path in documents:
        name = str(path.relative_to(ROOT)).replace("README.md", "index.html")
        assert name.replace(".md", ".html") in shown


def test_the_gallery_shows_every_figure_of_the_pages() -> None:
    text = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\]\(pages/([\w.]+\.(?:png|svg))\)", text))
    figures = {path.name for kind in ("png", "svg") for path in ROOT.glob(f"pages/*.{kind}")}
    assert shown == figures - {"logo.png"}


# --- the reference -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", API, ids=lambda path: path.stem)
def test_examples_of_the_reference_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^```pycon\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == (0 if page.stem == "index" else 1)
    for block in blocks:
        test = doctest.DocTestParser().get_doctest(block, {}, page.stem, str(page), 0)
        assert doctest.DocTestRunner().run(test).failed == 0


def test_the_first_page_of_the_reference_lists_the_others() -> None:
    text = (ROOT / "docs" / "api" / "index.md").read_text("utf-8")
    assert set(re.findall(r"\((\w+\.md)\)", text)) == {page.name for page in API} - {"index.md"}
    assert sorted(re.findall(r"`(HiggsML[\w.]*)`", text)) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_in_the_reference(name: str, pages: dict[Path, Page]) -> None:
    places = set().union(*(page.places for page in pages.values()))
    for public in importlib.import_module(name).__all__:
        found = getattr(importlib.import_module(name), public)
        defined = f"{getattr(found, '__module__', name)}.{public}"
        assert {f"{name}.{public}", defined} & places, public


VERBS = {
    *("Balance", "Check", "Choose", "Convert", "Count", "Draw", "Fetch", "Find", "Fit", "Give"),
    *("Load", "Log", "Make", "Measure", "Put", "Read", "Render", "Run", "Save", "Say", "Set"),
    *("Shift", "Start", "Stop", "Take", "Tell", "Train", "Write"),
}
"""With one of these a docstring says what is done, not what is returned."""
ARRAYS = re.compile(r"\b(ArrayLike|Array|Floats|Mask|Positions|NDArray|ndarray)\b")
UNITS = {"soft_met": "GeV", "pt": "GeV", "m": "GeV", "phi": "rad"}
"""Units of arguments that have these names."""
SHAPE = re.compile(r"\((?:[a-zA-Z]\w*|\d+|\*\w+)(?:, ?(?:\w+|\*\w+|\d+ \w+))*,?\)")


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions of a module, and the public methods of its classes."""
    for name in module.__all__:
        found = getattr(module, name)
        if inspect.isfunction(found):
            yield name, found
        elif inspect.isclass(found):
            for key, value in vars(found).items():
                if not key.startswith("_") and inspect.isfunction(value):
                    yield f"{name}.{key}", value


def sections(text: str) -> dict[str, str]:
    """The sections of a docstring by title; the first one, up to a title, has none."""
    parts = re.split(r"^(Args|Attributes|Returns|Yields|Raises|Example):{1,2}\n", text, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def raised(function: Callable[..., Any]) -> set[str]:
    """The errors that a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return {
        ast.unparse(node.exc.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    }


def gaps(function: Callable[..., Any]) -> Iterator[str]:
    """What the docstring of a function does not say and has to."""
    text = inspect.getdoc(function) or ""
    if not text:
        yield "has no docstring"
        return
    said = sections(text)
    signature = inspect.signature(function)
    arguments = [name for name in signature.parameters if name not in ("self", "cls")]
    for name in arguments:
        found = re.search(
            rf"^ +\**{name}\b[^:\n]*:((?:.|\n +)*)", said.get("Args", ""), re.MULTILINE
        )
        if found is None:
            yield f"does not say what {name} is"
        elif UNITS.get(name, "") not in found.group(1):
            yield f"does not say in which unit {name} is"
    returned = signature.return_annotation not in (None, "None", signature.empty)
    does = text.split(maxsplit=1)[0].strip(",.") in VERBS
    if returned and does and not {"Returns", "Yields"} & said.keys():
        yield "does not say what it returns"
    for error in raised(function):
        if error not in said.get("Raises", ""):
            yield f"does not say when it raises {error}"
    annotations = [str(p.annotation) for p in signature.parameters.values()]
    if any(map(ARRAYS.search, map(str, annotations))) and not SHAPE.search(text):
        yield "does not say what shapes its arrays have"


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_say_what_a_reader_needs(name: str) -> None:
    """Each argument and its unit, what is returned, the errors, and the shapes of arrays."""
    module = importlib.import_module(name)
    assert module.__doc__
    found = [f"{public} {gap}" for public, f in functions(module) for gap in gaps(f)]
    assert not found


@pytest.mark.parametrize("name", MODULES)
def test_classes_say_what_they_are_made_of(name: str) -> None:
    """Each argument of a constructor, each attribute of a record; properties as well."""
    module = importlib.import_module(name)
    classes = [getattr(module, public) for public in module.__all__]
    for found in filter(inspect.isclass, classes):
        text = inspect.getdoc(found) or ""
        assert text, found
        for key, value in vars(found).items():
            if isinstance(value, property) and not key.startswith("_"):
                assert value.__doc__, f"{found.__name__}.{key}"
