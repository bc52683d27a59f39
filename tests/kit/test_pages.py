"""What the pages tell participants is what the programs do."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread

from HiggsML.nuisances import NUISANCES
from HiggsML.schema import EXPECTED_EVENTS, FEATURES
from HiggsML.settings import Settings
from higgsml_kit.bundle import read_competition
from higgsml_kit.checks.parts import settings_of
from higgsml_kit.checks.submission import SIZE_LIMIT
from higgsml_kit.codabench import IMAGE_ENVIRONMENT, MOUNTS, mount_table
from higgsml_kit.logo import draw_logo
from higgsml_scoring.metrics import coverage_sigma, free_band, quantiles_score

REPOSITORY = Path(__file__).parents[2]
PAGES = REPOSITORY / "pages"


def rows(page: str) -> dict[str, list[str]]:
    """The rows of all tables of a page, by their first cell (without back quotes)."""
    text = (PAGES / page).read_text("utf-8")
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0].replace("`", ""): row[1:] for row in cells}


def numbers(cell: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*\.?\d*", cell)]


def test_expected_events() -> None:
    table = rows("overview.md")
    for process, expected in EXPECTED_EVENTS.items():
        [row] = [cells for name, cells in table.items() if name.startswith(process)]
        assert numbers(row[-1]) == [round(expected)]


def test_features() -> None:
    names = [name for name in rows("data.md") if name.startswith(("PRI_", "DER_"))]
    assert tuple(names) == FEATURES


@pytest.mark.parametrize("name", NUISANCES)
def test_nuisance_parameters(name: str) -> None:
    prior, bounds, _ = rows("data.md")[name]
    nuisance = NUISANCES[name]
    centre = nuisance.nominal if nuisance.prior == "normal" else 0.0
    assert prior.lower().startswith(nuisance.prior)
    assert numbers(prior) == [centre, nuisance.spread]
    assert numbers(bounds) == [nuisance.low, nuisance.high]


def phases() -> list[tuple[dict[str, Any], dict[str, Any], Settings]]:
    """Each phase of the competition with its task and the settings of that."""
    competition = read_competition(REPOSITORY)
    tasks = {task["index"]: task for task in competition["tasks"]}
    found = []
    for phase in competition["phases"]:
        [task] = [tasks[index] for index in phase["tasks"]]
        found.append((phase, task, settings_of(REPOSITORY, task)))
    return found


def short_name(phase: dict[str, Any]) -> str:
    return str(phase["name"]).removesuffix(" phase")


def test_the_pages_list_the_phases_of_the_competition() -> None:
    names = {short_name(phase) for phase, _, _ in phases()}
    for page, head in (("overview.md", "phase"), ("evaluation.md", "phase")):
        text = (PAGES / page).read_text("utf-8")
        [block] = re.findall(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
        assert {line.strip("| ").split(" | ")[0] for line in block.splitlines()} == names


@pytest.mark.parametrize(
    ("phase", "task", "settings"),
    phases(),
    ids=lambda v: v.get("name") if isinstance(v, dict) else "",
)
def test_protocol(phase: dict[str, Any], task: dict[str, Any], settings: Settings) -> None:
    protocol = settings.protocol
    counts = [protocol.num_of_sets, protocol.num_pseudo_experiments]
    name = short_name(phase)
    assert [numbers(cell)[0] for cell in rows("overview.md")[name]] == counts
    total, sigma, band = rows("evaluation.md")[name]
    n = math.prod(counts)
    assert numbers(total) == [n]
    assert numbers(sigma) == [round(coverage_sigma(n), 5)]
    assert numbers(band) == [round(float(end), 4) for end in free_band(n)]
    assert f"{n:,} in the {name.lower()} phase" in (PAGES / "evaluation.md").read_text("utf-8")
    said = f"{counts[0]} sets of {counts[1]} pseudo-experiments"
    assert task["description"] == said
    assert phase["description"].startswith(said)
    assert protocol.mu_range == (0.1, 3.0)
    assert "uniform in [0.1, 3]" in (PAGES / "data.md").read_text("utf-8")


def test_time_for_a_prediction() -> None:
    """Of the phase with the most experiments."""
    settings = max((s for _, _, s in phases()), key=lambda s: s.protocol.num_pseudo_experiments)
    n = settings.protocol.num_of_sets * settings.protocol.num_pseudo_experiments
    total = settings.limits.total_seconds
    said = f"{n:,} predictions in {total:.0f} s leave {total / n:.2f} s for each"
    assert said in (PAGES / "submission.md").read_text("utf-8")


DATE = r"\b20\d\d-\d\d-\d\d\b"


def test_no_page_names_a_date_of_its_own() -> None:
    """The platform shows those of competition.yaml."""
    for page in read_competition(REPOSITORY)["pages"]:
        assert not re.search(DATE, (REPOSITORY / page["file"]).read_text("utf-8"))


def test_scores_of_widths() -> None:
    text = (PAGES / "evaluation.md").read_text("utf-8")
    sentence = re.search(r"a mean width of .*\.", text)
    assert sentence is not None
    pairs = re.findall(r"(\d\.\d\d) scores (\d\.\d\d)", sentence.group())
    assert len(pairs) == 4
    for width, expected in pairs:
        score = quantiles_score(float(width), 0.6827, 1000)
        assert abs(float(score) - float(expected)) <= 0.005


def test_limits() -> None:
    [limits] = {settings.limits for _, _, settings in phases()}  # one for all phases
    table = rows("submission.md")
    shown = {
        "everything, fit and all predictions": limits.total_seconds,
        "loading and fit()": limits.fit_seconds,
        "one call of predict()": limits.predict_seconds,
        "memory of each process": limits.memory_gib,
        "files that each process writes": limits.disk_gib,
        "size of the submission, unpacked": SIZE_LIMIT / 1e6,
    }
    assert {name: numbers(table[name][0])[0] for name in shown} == shown


@pytest.mark.parametrize("container", MOUNTS)
def test_mounts(container: str) -> None:
    assert mount_table(container) in (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")


def test_the_image_sets_what_the_dry_run_sets() -> None:
    text = (REPOSITORY / "Dockerfile").read_text("utf-8")
    assert re.findall(r"([A-Z_]+)=/", text) == list(IMAGE_ENVIRONMENT)
    assert not re.search(r"^(ENTRYPOINT|USER)", text, re.MULTILINE)


def test_the_logo_is_what_its_program_draws() -> None:
    canvas = FigureCanvasAgg(draw_logo())
    canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba()) / 255
    stored = imread(PAGES / "logo.png")
    assert drawn.shape == stored.shape
    # Releases of matplotlib differ at the edges of shapes; a transparent pixel has no colour.
    difference = np.abs(drawn - stored).max(axis=2) * (stored[..., 3] > 0)
    assert np.mean(difference) < 0.01
