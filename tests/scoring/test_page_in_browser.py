"""The score sheet in a headless Chromium: on a phone, on a desk, on paper, light and dark."""

import base64
import re

import pytest

from chromium import browser, find_browser
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import ReferenceSettings
from toy_results import add_facts_of_the_submission, toy_files, write_files

EXECUTABLE = find_browser()

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="there is no Chromium on this machine")

SMALL, PHONE, DESK, PAPER = 320, 375, 1280, 680  # CSS pixels; A4 between its margins is 680 wide
VIEWS = [
    pytest.param({"width": width, "scheme": scheme, "media": media}, id=f"{width}-{scheme}-{media}")
    for width, scheme, media in (
        (SMALL, "light", "screen"),
        (PHONE, "light", "screen"),
        (PHONE, "dark", "screen"),
        (DESK, "light", "screen"),
        (DESK, "dark", "screen"),
        (PAPER, "light", "print"),
        (PAPER, "dark", "print"),
    )
]

OVERFLOWING = """
(() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => element.closest('.scroll') && getComputedStyle(
    element.closest('.scroll')).overflowX === 'auto';
  return [...document.body.querySelectorAll('*')]
    .filter((element) => !element.closest('svg') || element.tagName === 'svg')
    .filter((element) => !scrolls(element) || element.matches('.scroll'))
    .filter((element) => element.getBoundingClientRect().right > width + 0.5
                      || element.getBoundingClientRect().left < -0.5)
    .map((element) => element.tagName + '.' + element.className);
})()
"""

TEXT_OUTSIDE_ITS_FIGURE = """
[...document.querySelectorAll('figure svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')]
    .filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1
          || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    })
    .map((text) => svg.getAttribute('aria-label').slice(0, 20) + ': ' + text.textContent);
})
"""

CONTRASTS = """
(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const paper = luminance(getComputedStyle(document.documentElement).backgroundColor);
  const contrast = (colour) => {
    const [high, low] = [luminance(colour), paper].sort((one, other) => other - one);
    return (high + 0.05) / (low + 0.05);
  };
  return [...document.querySelectorAll('h1, h2, h3, p, th, td, dt, dd, a, small, .error, .off')]
    .map((element) => contrast(getComputedStyle(element).color));
})()
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Score sheets of a toy run, with the truth and without."""
    folder = tmp_path_factory.mktemp("pages")
    files = add_facts_of_the_submission(toy_files(4, 60, stretch=0.8))
    write_files(folder / "res", files)
    for name, show_truth in (("shown", True), ("hidden", False)):
        reference = ReferenceSettings(show_truth=show_truth)
        score_folder(folder / "res", reference, folder / name)
    return {name: folder / name / "detailed_results.html" for name in ("shown", "hidden")}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(EXECUTABLE, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["shown", "hidden"])
def test_page_is_quiet_and_fits(chromium, pages, name, view):
    chromium.open(pages[name], **view)
    methods = [event.get("method") for event in chromium.events]
    for noise in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
        assert noise not in methods
    requests = [
        event["params"]["request"]["url"]
        for event in chromium.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert requests == [pages[name].as_uri()]
    assert chromium.evaluate("document.documentElement.scrollWidth") <= view["width"]
    assert chromium.evaluate(OVERFLOWING) == []
    assert chromium.evaluate(TEXT_OUTSIDE_ITS_FIGURE) == []
    assert min(chromium.evaluate(CONTRASTS)) >= 4.5  # WCAG 2.2, level AA


@pytest.mark.parametrize("width", [SMALL, PHONE, 390])
@pytest.mark.parametrize("name", ["shown", "hidden"])
def test_tables_and_captions_fit_a_phone(chromium, pages, name, width):
    chromium.open(pages[name], width=width)
    wide = """
    [...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth)
      .map((box) => box.getAttribute('aria-label'))
    """
    assert chromium.evaluate(wide) == []
    captions = """
    [...document.querySelectorAll('caption')].map((caption) => {
      const words = document.createRange();
      words.selectNodeContents(caption);
      return [words.getBoundingClientRect().left, words.getBoundingClientRect().right];
    })
    """
    for left, right in chromium.evaluate(captions):
        assert 0 <= left < right <= width


@pytest.mark.parametrize("width", [SMALL, 700, DESK])
def test_the_keyboard_reaches_whatever_scrolls(chromium, pages, width):
    chromium.open(pages["shown"], width=width)
    out_of_reach = """
    [...document.querySelectorAll('*')]
      .filter((box) => ['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
      .filter((box) => box.tabIndex < 0 || !box.getAttribute('aria-label')).length
    """
    assert chromium.evaluate("document.querySelectorAll('.scroll').length") == 5
    assert chromium.evaluate(out_of_reach) == 0


def test_sets_on_a_phone_are_still_a_table_for_screen_readers(chromium, pages):
    chromium.open(pages["shown"], width=SMALL)
    roles = [
        node.get("role", {}).get("value")
        for node in chromium.call("Accessibility.getFullAXTree")["nodes"]
    ]
    assert roles.count("table") == 5
    assert roles.count("columnheader") == 9 + 3 + 2 + 4 + 3
    assert roles.count("rowheader") == 4 + 5 + 3 + 3 + 7


def test_dark_theme_is_dark_and_print_is_not(chromium, pages):
    background = "getComputedStyle(document.documentElement).backgroundColor"
    chromium.open(pages["shown"], width=DESK, scheme="dark")
    assert max(map(int, re.findall(r"\d+", chromium.evaluate(background)))) < 50
    chromium.open(pages["shown"], width=PAPER, scheme="dark", media="print")
    assert min(map(int, re.findall(r"\d+", chromium.evaluate(background)))) > 250


def test_every_figure_and_region_has_a_name_for_screen_readers(chromium, pages):
    chromium.open(pages["shown"], width=DESK)
    nodes = chromium.call("Accessibility.getFullAXTree")["nodes"]
    named = {}
    for node in nodes:
        role = node.get("role", {}).get("value")
        named.setdefault(role, []).append(node.get("name", {}).get("value", ""))
    assert len(named["image"]) == chromium.evaluate("document.querySelectorAll('figure').length")
    assert len(named["image"]) == 2 + 4 + 4 + 3
    assert all(len(name) > 40 for name in named["image"])
    assert all(named["region"])
    assert all(named["heading"])


def test_keyboard_reaches_contents_and_tables(chromium, pages):
    chromium.open(pages["shown"], width=PHONE)
    reached = []
    for _ in range(14):
        for kind in ("keyDown", "keyUp"):
            chromium.call("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)
        reached.append(
            chromium.evaluate(
                "document.activeElement.getAttribute('href')"
                " || document.activeElement.getAttribute('aria-label')"
            )
        )
    links = ["#scores", "#limits", "#mu", "#sets", "#submission", "#run", "#method"]
    assert reached[:7] == links
    assert "Table of scores" in reached
    assert "Table of sets" in reached
    assert all(chromium.evaluate(f"document.querySelector('{link}') !== null") for link in links)


def test_prints_to_a_few_pages(chromium, pages):
    chromium.open(pages["shown"], width=PAPER, media="print")
    pdf = base64.b64decode(chromium.call("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4
