"""The score sheet as a file: valid, self-contained, accessible, small; words escaped."""

import dataclasses
import itertools
import re
from xml.etree import ElementTree as ET

import html5lib
import numpy as np
import pytest

from higgsml_scoring import figures
from higgsml_scoring.metrics import quantiles_score
from higgsml_scoring.page import clear_outputs, write_report
from higgsml_scoring.published import PUBLISHED
from higgsml_scoring.report import score
from higgsml_scoring.results import read_results
from higgsml_scoring.settings import ReferenceSettings
from toy_results import add_facts_of_the_submission, toy_files, write_files, write_toy

XHTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"


def write_page(folder, results, *, show_truth=True, facts=True):
    folder.mkdir(exist_ok=True)
    report = score(results.mu, results.answers, results.ingestion_duration, bootstraps=20)
    known = {"systematics": results.systematics, "run": results.run} if facts else {}
    write_report(folder, report, results.answers, show_truth=show_truth, **known)
    return (folder / "detailed_results.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    files = add_facts_of_the_submission(toy_files(3, 50))
    folder = write_files(tmp_path_factory.mktemp("res"), files)
    return read_results(folder, ReferenceSettings(show_truth=True))


@pytest.fixture(scope="module")
def folder(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    write_page(folder, results)
    return folder


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "detailed_results.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(page):
    return html5lib.HTMLParser(strict=True).parse(page)


def test_is_valid_html(page):
    parser = html5lib.HTMLParser()
    parser.parse(page)
    assert parser.errors == []
    assert page.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("options", [{"show_truth": False}, {"facts": False}])
def test_page_without_truth_or_facts_is_valid_html(results, tmp_path, options):
    html5lib.HTMLParser(strict=True).parse(write_page(tmp_path, results, **options))


def test_identifiers_are_unique_and_references_lead_somewhere(tree):
    identifiers = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    referred = set()
    for element in tree.iter():
        for name, value in element.attrib.items():
            referred.update(re.findall(r"url\(#([^)]+)\)", value))
            if name.endswith("href"):
                assert value.startswith("#")
                referred.add(value[1:])
            if name in ("aria-labelledby", "for"):
                referred.add(value)
    assert referred
    assert referred <= set(identifiers)


def test_asks_for_nothing_from_elsewhere(page):
    without_names = page.replace("http://www.w3.org/2000/svg", "").replace(
        "http://www.w3.org/1999/xlink", ""
    )
    assert "http" not in without_names.replace("http-equiv", "")
    assert not re.search(r"<(script|link|img|iframe|object|embed|base|form)\b|@import", page)
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_headings_descend_one_level_at_a_time(tree):
    levels = [
        int(element.tag[-1])
        for element in tree.iter()
        if re.fullmatch(re.escape(XHTML) + r"h\d", str(element.tag))
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_language_title_and_view_are_given(tree):
    assert tree.get("lang") == "en"
    assert tree.find(f"{XHTML}head/{XHTML}title").text.startswith("Score sheet: quantiles score ")
    names = {meta.get("name") for meta in tree.iter(f"{XHTML}meta")}
    assert {"viewport", "color-scheme"} <= names


def test_figures_have_a_title_a_caption_and_an_alternative_text(tree):
    drawn = list(tree.iter(f"{XHTML}figure"))
    assert len(drawn) == 2 + 4 + 3 + 3
    for figure in drawn:
        assert figure.find(f"{XHTML}figcaption/{XHTML}h3").text
        assert figure.find(f"{XHTML}p").text
        svg = figure.find(f"{SVG}svg")
        assert svg.get("role") == "img"
        assert len(svg.get("aria-label")) > 40
    texts = [svg.get("aria-label") for svg in tree.iter(f"{SVG}svg") if svg.get("role") == "img"]
    assert len(set(texts)) == len(texts)
    assert all(
        svg.get("aria-hidden") == "true"
        for svg in tree.iter(f"{SVG}svg")
        if svg.get("role") is None
    )


def test_tables_have_captions_and_scopes(tree):
    tables = list(tree.iter(f"{XHTML}table"))
    assert len(tables) == 5
    for table in tables:
        assert table.find(f"{XHTML}caption") is not None
        scopes = {cell.get("scope") for cell in table.iter(f"{XHTML}th")}
        assert scopes == {"col", "row"}


def test_shows_what_a_reader_looks_for(page, results):
    for wanted in (
        "Quantiles score", "0.6827 is asked for", "RMSE", "MAE", "HEPHY", "IBRAHIME", "HZUME",
        "Boosted trees &amp; a fit", "31 January 2027, 12:05 UTC", "Memory of fit", "3.0 GiB",
        "predict, longest call", "7.2 s", "2 min 0 s", "predict, mean of 40 calls", "2.5 s",
        "20 predicted a second time", "1 got another answer", "a run in which one fails",
        "20 min 34 s", "of which predict", "18 min 41 s", "files, network", "missing: signals",
        "numpy 2.4.6", "tes, jes, soft_met, ttbar_scale, diboson_scale", "31415926",
    ):  # fmt: skip
        assert wanted in page
    assert all(f"μ = {mu:.3f}" in page for mu in results.mu)


def test_published_results_are_scored_as_this_one(page, results):
    """The table agrees with the lines of the plane: all scores are those of 150 experiments."""
    assert "in 150 pseudo-experiments, so that they agree" in page
    for team, coverage, interval in PUBLISHED:
        score = float(quantiles_score(interval, coverage, 150))
        row = page[page.index(f'<th scope="row">{team}</th>') :].split("</tr>")[0]
        assert f"<td>{score:.3f}</td>" in row
    assert not re.search("−0.582|−0.576|−2.165", page)  # of the final: other rules


def test_a_number_has_one_error(tree, results):
    """A range of 68 %, the same wherever it stands, and no second error beside it."""
    report = score(results.mu, results.answers, results.ingestion_duration, bootstraps=20)
    words = " ".join(" ".join(tree.itertext()).split())
    spans = re.findall(r"(−?[\d.]+) to (−?[\d.]+)", words)
    given = report.quantiles_score
    for digits in (3, 4):
        low, high = (f"{end:.{digits}f}".replace("-", "−") for end in (given.low, given.high))
        assert (low, high) in spans
    assert "±" not in words
    assert "Error" not in words


def test_sets_have_errors(tree, results):
    report = score(results.mu, results.answers, results.ingestion_duration, bootstraps=20)
    (table,) = (t for t in tree.iter(f"{XHTML}table") if t.get("class") == "cards")
    rows = list(table.iter(f"{XHTML}tr"))[1:]
    for element, row in zip(rows, report.sets, strict=True):
        cells = {c.get("data-label"): " ".join(c.itertext()) for c in element.iter(f"{XHTML}td")}
        for label in ("Bias", "Interval", "Coverage", "Quantiles score", "RMSE", "MAE"):
            found = getattr(row, label.lower().replace(" ", "_"))
            for number in (found.value, found.low, found.high):
                assert f"{number:.3f}".replace("-", "−") in cells[label]


def test_shows_what_the_submission_tells_of_itself(page, folder):
    section = page[page.index('<h2 id="submission">') :].split("</section>")[0]
    assert section.count("<figure>") == 3
    assert "nobody has checked them" in section
    for word in ("ztautau", "soft_met", "Beyond three standard deviations: 0."):
        assert word in section


def test_a_submission_that_tells_nothing_has_no_section(tmp_path):
    folder = write_toy(tmp_path / "res", 2, 20)
    page = write_page(tmp_path, read_results(folder, ReferenceSettings(show_truth=True)))
    assert 'id="submission"' not in page
    assert 'href="#submission"' not in page


@pytest.mark.parametrize(
    "told",
    [
        {"templates": {"a": [0, 0]}},
        {"templates": {f"a{i}" + "b" * 27: [i, 1e9, 1e-300] for i in range(20)}},
        {"nuisances": {f"a{i}" + "b" * 27: [1e9, 1e9] for i in range(20)}},
        {"nuisances": {"a": [0, 0]}},
        {"post_fit": {"counted": [0] * 500, "expected": [0] * 500}},
        {"post_fit": {"counted": [1e9], "expected": [1e-300]}},
    ],
)
def test_whatever_numbers_are_told_make_a_page(tmp_path, told):
    files = add_facts_of_the_submission(toy_files(1, 10))
    files["run.json"]["diagnostics"] = told
    folder = write_files(tmp_path / "res", files)
    results = read_results(folder, ReferenceSettings(show_truth=False))
    page = write_page(tmp_path, results, show_truth=False)
    html5lib.HTMLParser(strict=True).parse(page)
    assert page.count("<figure>") == 2 + 1


def test_the_fit_s_goodness_is_told(tmp_path):
    files = add_facts_of_the_submission(toy_files(1, 10))
    files["run.json"]["diagnostics"] = {
        "post_fit": {"counted": [4], "expected": [5.0]},
        "goodness": {"chi2": 0.25, "p_value": 0.62},
    }
    folder = write_files(tmp_path / "res", files)
    page = write_page(tmp_path, read_results(folder, ReferenceSettings(show_truth=False)))
    assert "Chi-squared is 0.2; a larger one has probability 0.62." in page


@pytest.mark.parametrize(("experiments", "known"), [(9, False), (10, True)])
def test_few_experiments_have_no_range(tmp_path, experiments, known):
    folder = write_toy(tmp_path / "res", 1, experiments)
    page = write_page(tmp_path, read_results(folder, ReferenceSettings(show_truth=True)))
    assert ("range unknown" not in page) == known
    assert ("<td>unknown</td>" not in page) == known
    assert "Too few to tell" in page


def test_isolation_is_explained(results, tmp_path):
    run = dataclasses.replace(results.run, isolation_level="full", isolation_missing=())
    page = write_page(tmp_path, dataclasses.replace(results, run=run))
    assert "full: the kernel kept the submission away from all files but its own" in page


def test_words_from_files_are_escaped(results, tmp_path):
    evil = "<script>alert('x')</script>&\"'"
    run = dataclasses.replace(
        results.run,
        versions={evil: evil},
        stages={evil: 1.0},
        isolation_level=evil,
        isolation_missing=(evil,),
        submission_name=evil,
    )
    spoiled = dataclasses.replace(results, run=run, systematics={evil: True})
    page = write_page(tmp_path, spoiled)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 7
    html5lib.HTMLParser(strict=True).parse(page)


def test_figures_stand_beside_the_page_as_svg_and_png(folder):
    names = {path.stem for path in (folder / "figures").iterdir()}
    assert names == {
        "penalty", "plane", "coverage", "width", "bias", "pulls",
        "intervals_set_0", "intervals_set_1", "intervals_set_2",
        "submission_templates", "submission_nuisances", "submission_post_fit",
    }  # fmt: skip
    for name in names:
        root = ET.parse(folder / "figures" / f"{name}.svg").getroot()
        assert root.tag == f"{SVG}svg"
        assert (folder / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_of_many_sets_some_are_drawn_and_all_are_listed(tmp_path):
    folder = write_toy(tmp_path / "res", 45, 5)
    page = write_page(tmp_path, read_results(folder, ReferenceSettings(show_truth=True)))
    drawn = {path.stem for path in (tmp_path / "figures").glob("intervals_set_*.svg")}
    assert len(drawn) == 20
    assert {"intervals_set_0", "intervals_set_44"} <= drawn
    assert "20 of 45 sets are drawn." in page
    assert all(f'<span class="set">Set </span>{number}</th>' in page for number in range(45))


def test_same_results_same_bytes(results, tmp_path):
    assert write_page(tmp_path / "a", results) == write_page(tmp_path / "b", results)
    for path in (tmp_path / "a" / "figures").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "figures" / path.name).read_bytes()


def test_ten_sets_of_a_thousand_stay_below_3_mb(tmp_path):
    folder = write_toy(tmp_path / "res", 10, 1000)
    page = write_page(tmp_path, read_results(folder, ReferenceSettings(show_truth=True)))
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize("case", ["no width", "never covers", "always covers", "no errors stated"])
def test_extreme_results_still_make_a_page(results, tmp_path, case):
    answers = results.answers
    true = np.broadcast_to(results.mu[:, np.newaxis], answers.mu_hat.shape)
    spoiled = {
        "no width": {"p16": true, "p84": true, "mu_hat": true},
        "never covers": {"p16": true + 1, "p84": true + 2},
        "always covers": {"p16": true - 100, "p84": true + 100},
        "no errors stated": {"delta_mu_hat": np.zeros_like(true)},
    }[case]
    changed = dataclasses.replace(results, answers=dataclasses.replace(answers, **spoiled))
    html5lib.HTMLParser(strict=True).parse(write_page(tmp_path, changed))


def test_clearing_keeps_files_of_others(tmp_path):
    for name in ("scores.json", "detailed_results.html", "figures/bias.svg", "figures/bias.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    for name in ("notes.txt", "figures/mine.svg", "figures/bias.pdf"):
        (tmp_path / name).write_text("kept")
    clear_outputs(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"notes.txt", "figures/mine.svg", "figures/bias.pdf"}


def test_themes_give_a_colour_to_every_role():
    assert set(figures.DARK_COLOURS) == set(figures.COLOURS)
    assert len(set(figures.COLOURS.values())) == len(figures.COLOURS)
