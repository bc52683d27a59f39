"""Broken, risky and unusual bundles and submissions: our answer beside the platform's.

The platform's answers are those of its unpacker, serializers and worker (v1.25).
"""

import copy
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from higgsml_kit.bundle import read_mapping
from higgsml_kit.checks.submission import check_submission
from higgsml_kit.cli import main
from higgsml_kit.commands.check import check_bundle, check_readiness
from higgsml_kit.packing import bundle_files

REFUSES = "refuses the bundle"
IGNORES = "takes it and ignores the key"
MISREADS = "takes it, and means something else by it"
FAILS = "takes it, and every submission fails"
SHOWS = "takes it, and shows what should stay hidden"
TAKES = "takes it, and it works"
TAKES_BUT = "takes it, and it works; we ask for one form"

Content = dict[str, Any]
QUEUE = "0f8fad5b-d9cb-469f-a165-70867728950e"


@dataclass(frozen=True)
class Case:
    """A changed bundle, what the platform does with it, and what we say (nothing: it is fine)."""

    name: str
    change: Callable[[Path], object]
    platform: str
    says: str = ""
    ready: bool = False
    """Whether it is said by the check of readiness only."""


def competition(change: Callable[[Content], object]) -> Callable[[Path], object]:
    def applied(root: Path) -> None:
        path = root / "competition.yaml"
        content = read_mapping(path)
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")

    return applied


def head(**changes: object) -> Callable[[Path], object]:
    return competition(lambda c: c.update(changes))


def phase(**changes: object) -> Callable[[Path], object]:
    return competition(lambda c: c["phases"][0].update(changes))


def task(**changes: object) -> Callable[[Path], object]:
    return competition(lambda c: c["tasks"][0].update(changes))


def board(**changes: object) -> Callable[[Path], object]:
    return competition(lambda c: c["leaderboards"][0].update(changes))


def column(**changes: object) -> Callable[[Path], object]:
    return competition(lambda c: c["leaderboards"][0]["columns"][1].update(changes))


def without(*keys: Any) -> Callable[[Path], object]:
    def removed(content: Content) -> None:
        inner: Any = content
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]

    return competition(removed)


def text(name: str, content: str) -> Callable[[Path], object]:
    def written(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)

    return written


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text((root / name).read_text().replace(old, new))


def removed(name: str) -> Callable[[Path], object]:
    return lambda root: (root / name).unlink()


def both(*changes: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda root: [change(root) for change in changes]


def logo(kind: str, name: str) -> Callable[[Path], object]:
    def saved(root: Path) -> None:
        Image.new("RGB", (30, 30), "navy").save(root / name, kind)

    return both(saved, head(image=name))


def cut_off(root: Path) -> None:
    path = root / "logo.png"
    path.write_bytes(path.read_bytes()[:-30])


def kit(root: Path) -> None:
    text("kit/README.md", "Start here.\n")(root)
    phase(starting_kit="kit")(root)


QUESTION = {
    "key": "method",
    "type": "text",
    "title": "Method",
    "selection": "",
    "is_required": False,
    "is_on_leaderboard": True,
}
COMMAND = "scoring_program/metadata.yaml"
PARQUET = text("input_data/settings.yaml", "data: {source: parquet}\n")
REFERENCE = "reference_data/settings.yaml"

BUNDLES = [
    # values that the platform's serializers refuse
    Case("queue", head(queue="my-gpu-queue"), REFUSES, "queue must be a UUID"),
    Case("e-mail", head(contact_email="me at home"), REFUSES, "contact_email must be an e-mail"),
    Case("flag", head(registration_auto_approve="maybe"), REFUSES, "must be true or false"),
    Case("limit", phase(max_submissions=-1), REFUSES, "max_submissions must be a whole number"),
    Case("per day", phase(max_submissions_per_day="many"), REFUSES, "must be a whole number"),
    Case("seconds", phase(execution_time_limit="2 h"), REFUSES, "execution_time_limit must be"),
    Case("type", head(competition_type="challenge"), REFUSES, "'challenge' is not one"),
    Case("long title", head(title="x" * 257), REFUSES, "longer than 256"),
    Case("title", head(title=["a"]), REFUSES, "title must be a text"),
    Case("long image", head(docker_image=f"a/{'b' * 130}:1"), REFUSES, "longer than 128"),
    Case("phase's name", phase(name="x" * 257), REFUSES, "name is longer"),
    Case("page's title", competition(lambda c: c["pages"][0].update(title="x" * 256)), REFUSES,
         "longer than 255"),
    Case("precision", column(precision="three"), REFUSES, "precision must be a whole number"),
    Case("computation", column(computation="mean", computation_indexes=[0]), REFUSES,
         "computation 'mean' is not one"),
    Case("sorting", column(sorting="ascending"), REFUSES, "'ascending' is not one"),
    Case("rule", board(submission_rule="Force Best"), REFUSES, "did you mean 'Force_Best'"),
    Case("long key", board(key="k" * 40), REFUSES, "longer than 36"),
    Case("fact sheet", head(fact_sheet={"method": {"key": "method"}}), REFUSES, "lacks a key"),
    Case("question's key", head(fact_sheet={"other": QUESTION}), REFUSES, "names another key"),
    Case("question's type", head(fact_sheet={"method": {**QUESTION, "type": "number"}}), REFUSES,
         "type of the question"),
    Case("no solution", head(solutions=[{"index": 0, "tasks": [0], "path": "sample"}]), REFUSES,
         "no 'sample' in the bundle"),
    Case("no kit", phase(starting_kit="kit.zip"), REFUSES, "no 'kit.zip' in the bundle"),
    Case("path out of the bundle", phase(starting_kit="../.."), SHOWS, "not a path in the bundle"),
    Case("cut-off logo", cut_off, REFUSES, "damaged image"),
    Case("SVG logo", both(text("logo.svg", "<svg/>"), head(image="logo.svg")), REFUSES,
         "not a PNG, JPEG, GIF or WebP"),
    # what is missing, or of the wrong form
    Case("version", head(version=2.0), REFUSES, "version must be 2"),
    Case("no logo", head(image="nowhere.png"), REFUSES, "there is no such image"),
    Case("no terms", head(terms="nowhere.md"), REFUSES, r"nowhere\.md: there is no such page"),
    Case("terms missing", without("terms"), REFUSES, "'terms' is missing"),
    Case("empty page", text("overview.md", ""), REFUSES, "is empty"),
    Case("pages", head(pages={"title": "a", "file": "b"}), REFUSES, "'pages' must be a list"),
    Case("phase is a text", head(phases=["First"]), REFUSES, r"phases\[0\]: must hold keys"),
    Case("no scoring", without("tasks", 0, "scoring_program"), REFUSES, "is missing"),
    Case("no folder", task(input_data="inputs"), REFUSES, "'inputs' is not a folder"),
    Case("no task 3", phase(tasks=[3]), REFUSES, "there is no task 3"),
    Case("tasks of a phase", phase(tasks=0), REFUSES, "is missing or empty|must be a list"),
    Case("no start", without("phases", 0, "start"), REFUSES, "'start' is missing"),
    Case("no end", without("phases", 0, "end"), REFUSES, "only the last phase"),
    Case("overlap", phase(end="2027-02-02 12:00:00"), REFUSES, "just when"),
    Case("migration", phase(auto_migrate_to_this_phase=True), REFUSES, "first phase"),
    Case("no columns", board(columns=[]), REFUSES, "'columns' is missing or empty"),
    Case("column twice", column(key="quantiles_score", sorting="desc"), REFUSES, "there twice"),
    Case("same index", column(index=0), REFUSES, "whole number of its own"),
    # what it ignores or misreads
    Case("typo", head(dockerimage="a:1"), IGNORES, "did you mean 'docker_image'"),
    Case("limit by another name", phase(max_submissions_per_person=3), IGNORES,
         "did you mean 'max_submissions'"),
    Case("unquoted date", replaced("competition.yaml", "'2027-01-01 12:00:00'",
                                   "2027-01-01 12:00:00"), MISREADS, "cut to midnight"),
    Case("zone", phase(start="2027-01-01T12:00:00+02:00"), MISREADS, "not a quoted date"),
    Case("day first", phase(start="3-4-2027"), MISREADS, "not a quoted date"),
    Case("end before start", phase(end="2026-01-01 12:00:00"), MISREADS, "ends before it starts"),
    Case("no time", phase(execution_time_limit=0), MISREADS, "counts as 600 s"),
    Case("columns of a computation", column(computation="avg", computation_indexes="0,1"),
         MISREADS, "as a list"),
    Case("computed from nothing", column(computation="avg", computation_indexes=[7]), MISREADS,
         "name columns that are not there"),
    Case("primary column", board(primary_index=9), MISREADS, "primary_index is no column"),
    Case("worst first", column(sorting="desc"), MISREADS, "write: sorting: asc"),
    Case("no such score", column(key="intervall"), MISREADS, "did you mean 'interval'"),
    # parts that do not fit together
    Case("no reference", both(removed(REFERENCE), text("reference_data/README.md", "x")), FAILS,
         "reference_data/settings.yaml"),
    Case("empty reference", text(REFERENCE, ""), FAILS, "must hold keys"),
    Case("truth is no flag", text(REFERENCE, "show_truth: no-thanks\n"), FAILS, "true or false"),
    Case("other sets", text(REFERENCE, "show_truth: false\nnum_of_sets: 3\n"), FAILS,
         "num_of_sets is 3, but the settings of the task make 10"),
    Case("other experiments", text(REFERENCE, "show_truth: false\nnum_pseudo_experiments: 7\n"),
         FAILS, "is 7, but the settings of the task make 100"),
    Case("other digest", text(REFERENCE, f"show_truth: false\nsettings_digest: {'a' * 64}\n"),
         FAILS, "that of other settings"),
    Case("no reference data", without("tasks", 0, "reference_data"), FAILS,
         "task 0 has no reference_data"),
    Case("no input data", without("tasks", 0, "input_data"), FAILS, "task 0 has no input_data"),
    Case("no parquet", PARQUET, FAILS, "no parquet file"),
    Case("pointer", both(PARQUET, text("input_data/a.parquet",
                                       "version https://git-lfs.github.com/spec/v1\n")), FAILS,
         "pointer of Git LFS"),
    Case("no parquet inside", both(PARQUET, text("input_data/a.parquet", "PAR1")), FAILS,
         "input_data"),
    Case("settings", text("input_data/settings.yaml", "data: {sauce: generator}\n"), FAILS,
         "unknown key"),
    Case("syntax", text("ingestion_program/helper.py", "def f(:\n"), FAILS, "not valid Python"),
    Case("syntax of the program", text("scoring_program/run_scoring.py", "import\n"), FAILS,
         "not valid Python"),
    Case("import", text("scoring_program/run_scoring.py", "import nothing_here\n"), FAILS,
         "No module named 'nothing_here'"),
    Case("package left behind", text("scoring_program/run_scoring.py", "import HiggsML\n"), FAILS,
         "imports HiggsML, which is not in the folder"),
    Case("flag of the program", replaced(COMMAND, "--prediction", "--predicted"), FAILS,
         "did you mean '--prediction'"),
    Case("python2", replaced(COMMAND, "python3", "python2"), FAILS, "no 'python2'"),
    Case("shell", replaced(COMMAND, "python3", "cd x && python3"), FAILS, "needs a shell"),
    Case("not executable", text(COMMAND, "command: ./run_scoring.py\n"), FAILS, "right to be"),
    Case("no metadata", removed(COMMAND), FAILS, "cannot be read"),
    Case("no command", text(COMMAND, "comand: python3 run_scoring.py\n"), FAILS, "no command"),
    Case("mount", replaced(COMMAND, "/app/output", "/app/outputs"), FAILS, "nothing is mounted"),
    Case("image's name", head(docker_image="Some Body/image:1"), FAILS, "cannot be the name"),
    Case("image in capitals", head(docker_image="Somebody/Image:1"), FAILS, "cannot be the name"),
    Case("limits", phase(execution_time_limit=7200), FAILS, "leaves no 60 s"),
    # what it shows
    Case("fixed seed", replaced("input_data/settings.yaml", "source:", "seed: 5, source:"), SHOWS,
         "data.seed is fixed"),
    Case("events", head(make_input_data_available=True), SHOWS, "publishes the input data"),
    Case("predictions", phase(hide_prediction_output=False), SHOWS, "with them the true mu"),
    Case("reference at work", task(ingestion_only_during_scoring=True), SHOWS, "reference data"),
    Case("truth", text(REFERENCE, "show_truth: true\n"), SHOWS, "show the true mu", ready=True),
    Case("secret", both(kit, text("kit/.env", "TOKEN=1\n")), SHOWS, "like a secret", ready=True),
    Case("run", both(kit, text("kit/run.json", "{}")), SHOWS, "a run wrote it", ready=True),
    Case("hidden events in the kit", both(kit, text("input_data/e.parquet", "x" * 50),
                                          text("kit/events.parquet", "x" * 50)), SHOWS,
         "publishes the hidden events", ready=True),
    # what an organiser has not chosen
    Case("placeholder", head(docker_image="docker.io/your-organisation/higgsml:1.0.0"), FAILS,
         "is a placeholder", ready=True),
    Case("default queue", without("queue"), FAILS, "default queue ends a program after 600 s",
         ready=True),
    Case("too many experiments", replaced("input_data/settings.yaml", "data:",
                                          "protocol: {num_pseudo_experiments: 10000}\ndata:"),
         FAILS, "the sample submission takes about 17500 s", ready=True),
    Case("over", both(phase(start="2020-01-01 12:00:00", end="2020-02-01 12:00:00")), TAKES_BUT,
         "is over since 2020", ready=True),
    Case("no address", without("contact_email"), TAKES_BUT, "contact_email is missing",
         ready=True),
    Case("nothing to start from", without("phases", 0, "starting_kit"), TAKES_BUT,
         "no starting kit", ready=True),
    Case("example", replaced("competition.yaml", "image: somebody",
                             "image:  # choose: yours.\n  somebody"), TAKES_BUT,
         "is an example. Fix: yours", ready=True),
    # what works, and where we ask for more
    Case("no tag", head(docker_image="somebody/image"), TAKES_BUT, "fixed tag"),
    Case("latest", head(docker_image="host:5000/image:latest"), TAKES_BUT, "fixed tag"),
    Case("number in quotes", phase(max_submissions="100"), TAKES_BUT, "without quotes"),
    Case("same phase twice", competition(lambda c: c["phases"][1].update(index=0)), TAKES_BUT,
         "whole number of its own"),
    # what works
    Case("as it is", lambda root: None, TAKES),
    Case("python3 -u", replaced(COMMAND, "python3", "python3 -u"), TAKES),
    Case("python3 -m", replaced(COMMAND, "run_scoring.py", "-m run_scoring"), TAKES),
    Case("path of the program", replaced(COMMAND, "run_", "/app/program/run_"), TAKES),
    Case("WebP logo", logo("WEBP", "logo.webp"), TAKES),
    Case("JPEG logo", logo("JPEG", "logo.jpg"), TAKES),
    Case("digest", head(docker_image=f"ghcr.io/a/b@sha256:{'0' * 64}"), TAKES),
    Case("registry", head(docker_image="localhost:5000/a/b:1.0"), TAKES),
    Case("no limit", phase(max_submissions=0), TAKES),
    Case("negative precision", column(precision=-1), TAKES),
    Case("yes", head(registration_auto_approve="yes"), TAKES),
    Case("empty key", head(reward=None), TAKES),
    Case("fact sheet with a question", head(fact_sheet={"method": QUESTION}), TAKES),
    Case("phases in another order", competition(lambda c: c["phases"].reverse()), TAKES),
    Case("open end", competition(lambda c: c["phases"][1].update(end=None)), TAKES),
    Case("solution", head(solutions=[{"index": 0, "tasks": [0], "path": "sample_submission",
                                      "name": "Sample"}]), TAKES),
    Case("kit of the platform", phase(starting_kit=QUEUE), TAKES),
    Case("short of the default queue", both(
        without("queue"),
        replaced("input_data/settings.yaml", "data:", "limits: {total_seconds: 540, "
                 "fit_seconds: 500}\ndata:"),
    ), TAKES),
]  # fmt: skip


@pytest.fixture
def ready(root: Path) -> Path:
    """A bundle with nothing left to choose."""
    kit(root)
    competition(lambda c: c["phases"][1].update(starting_kit="kit"))(root)
    head(queue=QUEUE, contact_email="us@example.org")(root)
    return root


@pytest.mark.parametrize("case", BUNDLES, ids=lambda case: case.name)
def test_bundles(ready: Path, case: Case) -> None:
    case.change(ready)
    invalid = check_bundle(ready)
    said = invalid if invalid or not case.ready else check_readiness(ready)
    if case.says:
        assert bool(invalid) is not case.ready, invalid
        assert re.search(case.says, " ".join(map(str, said))), said
    else:
        assert (invalid, check_readiness(ready)) == ([], [])


ODD: tuple[object, ...] = (None, [], {"a": 1}, [[1]], "x", -1, True, "..", "\0")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values in a tree of mappings and lists, the root's excepted."""
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key in keys:
        yield from places(value[key], (*path, key))


def test_odd_values_never_stop_the_check(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any value of competition.yaml made into another kind of thing: told, or taken."""
    monkeypatch.setattr("higgsml_kit.checks.starting.check_starts", lambda folders: [])
    head(
        solutions=[{"index": 0, "tasks": [0], "path": "sample_submission"}],
        fact_sheet={"method": QUESTION},
    )(ready)
    column(computation="avg", computation_indexes=[0])(ready)
    good = read_mapping(ready / "competition.yaml")
    for place in places(good):
        for odd in ODD:
            content = copy.deepcopy(good)
            inner: Any = content
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = odd
            (ready / "competition.yaml").write_text(json.dumps(content), "utf-8")
            if not check_bundle(ready):
                check_readiness(ready)
                bundle_files(ready)


def test_the_table_says_what_the_platform_does() -> None:
    """Whatever it does not simply take is told; whatever it takes passes, or we say why not."""
    assert len(BUNDLES) >= 60
    assert len({case.name for case in BUNDLES}) == len(BUNDLES)
    for case in BUNDLES:
        assert bool(case.says) == (case.platform != TAKES), case.name


MODEL = """\
class Model:
    def __init__(self, get_train_set, systematics): ...
    def fit(self): ...
    def predict(self, test_set): ...
"""
Files = dict[str, str | bytes]

RUNS = "runs and scores it"
ENDS = "the ingestion program ends with the error"
OTHER = "runs its command beside ours, and scoring refuses the results"
UNPACKS = "unpacks something else than was meant"

SUBMISSIONS: list[tuple[str, Files, str, str]] = [
    # name, files, what happens there, what we say
    ("nothing", {"readme.txt": ""}, ENDS, "has no model.py"),
    ("folder", {"mine/model.py": MODEL}, ENDS, "zip the content of 'mine'"),
    ("capital", {"Model.py": MODEL}, ENDS, r"rename Model\.py"),
    ("notebook", {"model.ipynb": "{}"}, ENDS, "nbconvert"),
    ("zip in a zip", {"mine.zip": "PK"}, ENDS, "a zip file in a zip file"),
    ("syntax", {"model.py": "def f(:\n"}, ENDS, "line 1: is not valid Python"),
    ("syntax of a helper", {"model.py": f"import helper\n{MODEL}", "helper.py": "1 +\n"}, ENDS,
     r"helper\.py, line 1: is not valid Python"),
    ("UTF-16", {"model.py": MODEL.encode("utf-16")}, ENDS, r"model\.py: is not UTF-8"),
    ("zeros", {"model.py": b"class Model:\0"}, ENDS, "is not UTF-8"),
    ("no Model", {"model.py": "x = 1\n"}, ENDS, "has no Model"),
    ("no predict", {"model.py": "class Model:\n    def fit(self): ...\n"}, ENDS, "no predict"),
    ("no fit", {"model.py": "class Model:\n    def predict(self, t): ...\n"}, ENDS, "no fit"),
    ("blind", {"model.py": MODEL.replace("self, test_set", "self")}, ENDS, "cannot be called"),
    ("greedy", {"model.py": MODEL.replace("systematics)", "systematics, more)")}, ENDS,
     "cannot be called"),
    ("torch", {"model.py": f"import torch_of_tomorrow\n{MODEL}"}, ENDS, "not in the image"),
    ("typo", {"model.py": f"import numpi\n{MODEL}"}, ENDS, "did you mean 'numpy'"),
    ("relative", {"model.py": f"from .helper import f\n{MODEL}", "helper.py": ""}, ENDS,
     "write: from helper import f"),
    ("command", {"model.py": MODEL, "metadata.yaml": "command: cat /app/input_data/x\n"}, OTHER,
     "names a command"),
    ("command by its old name", {"model.py": MODEL, "metadata": "command: ls\n"}, OTHER,
     "names a command"),
    ("pointer", {"model.py": MODEL, "weights.bin": "version https://git-lfs.github.com/spec/v1"},
     UNPACKS, "pointer of Git LFS"),
    ("good", {"model.py": MODEL}, RUNS, ""),
    ("description", {"model.py": MODEL, "metadata.yaml": "description: my command\n"}, RUNS, ""),
    ("no YAML", {"model.py": MODEL, "metadata.yaml": "command: [\n"}, RUNS, ""),
    ("leftovers", {"model.py": MODEL, "__MACOSX/._model.py": "", ".DS_Store": ""}, RUNS, ""),
    ("helper", {"model.py": f"import helper\n{MODEL}", "helper.py": ""}, RUNS, ""),
    ("old notes", {"model.py": MODEL, "notes.py": "print 'python 2'\n"}, RUNS, ""),
    ("byte order mark", {"model.py": b"\xef\xbb\xbf" + MODEL.encode()}, RUNS, ""),
    ("guarded", {"model.py": f"try:\n    import torch\nexcept ImportError: ...\n{MODEL}"}, RUNS,
     ""),
    ("imported", {"model.py": "from helper import Model\n", "helper.py": MODEL}, RUNS, ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files", "there", "says"), SUBMISSIONS, ids=lambda v: str(v)[:20])
def test_submissions(tmp_path: Path, name: str, files: Files, there: str, says: str) -> None:
    """As a folder and as a zip file; told is what does not run there."""
    archive = tmp_path / "mine.zip"
    with zipfile.ZipFile(archive, "w") as content:
        for inner, source in files.items():
            content.writestr(inner, source)
            path = tmp_path / "mine" / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source.encode() if isinstance(source, str) else source)
    assert bool(says) == (there != RUNS), name
    for subject in (archive, tmp_path / "mine"):
        found = " ".join(map(str, check_submission(subject)))
        assert re.search(says, found) if says else found == "", found


def entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        (entry("../x"), "leads out"),
        (entry("/etc/x"), "leads out"),
        (entry("lib\\helper.py"), "backslash"),
        (entry("weights.npz", 0o120777), "is a link"),
        (entry("model.py"), "twice"),
    ],
    ids=lambda value: getattr(value, "filename", value),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_of_zip_files(tmp_path: Path, inner: zipfile.ZipInfo, says: str) -> None:
    """The platform unpacks them as something else than was meant."""
    archive = tmp_path / "mine.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("model.py", MODEL)
        content.writestr(inner, MODEL)
    assert re.search(says, " ".join(map(str, check_submission(archive))))


def test_an_encrypted_zip_file(tmp_path: Path) -> None:
    archive = tmp_path / "mine.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("model.py", MODEL)
    data = bytearray(archive.read_bytes())
    data[6] |= 1  # of the file, and below of the table of contents
    data[data.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(data)
    [problem] = check_submission(archive)
    assert "is encrypted" in problem.what


def test_packed_bundles(
    ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The zip file that is uploaded is checked like the folder that it was made of."""
    monkeypatch.chdir(ready)
    assert main(["pack"]) == 0
    archive = ready / "dist" / "bundle.zip"
    assert main(["check", "--ready", str(archive)]) == 0
    removed("terms.md")(ready)
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as content:
        for path in (p for p in ready.rglob("*") if p.is_file() and "dist" not in p.parts):
            content.write(path, path.relative_to(ready))
    assert main(["check", str(tmp_path / "broken.zip")]) == 1
    assert "terms.md: there is no such page" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as content:
        content.write(ready / "competition.yaml", "bundle/competition.yaml")
    assert main(["check", str(tmp_path / "deep.zip")]) == 1
    assert "must stand at the root" in capsys.readouterr().err
    assert json.loads((ready / "scoring_program" / "scores.json").read_text())  # untouched


def test_a_trial(
    ready: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --run both programs are run: the bundle's sample, or the submission that is named."""
    monkeypatch.chdir(ready)
    assert main(["check", "--run"]) == 1
    assert "has no solution that could be run" in capsys.readouterr().err
    head(solutions=[{"index": 0, "tasks": [0], "path": "sample_submission"}])(ready)
    assert main(["check", "--run"]) == 0
    assert "It runs, and is scored" in capsys.readouterr().out
    assert main(["check", "sample_submission", "--run"]) == 0
    text("sample_submission/fails", "")(ready)
    assert main(["check", "sample_submission", "--static"]) == 0
    assert main(["check", "sample_submission", "--run"]) == 1
    assert "the ingestion program failed" in capsys.readouterr().err
