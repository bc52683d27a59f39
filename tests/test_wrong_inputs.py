"""Every wrong input: no traceback, an exit code that is not 0, and a line with value and fix."""

import logging
import os
import runpy
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from higgsml_kit.cli import COMMANDS
from higgsml_kit.cli import main as kit
from toy_results import write_toy

REPOSITORY = Path(__file__).parents[1]
PROGRAM = REPOSITORY / "ingestion_program" / "run_ingestion.py"
ingestion = runpy.run_path(str(PROGRAM))["main"]

MODEL = """\
class Model:
    def __init__(self, get_train_set, systematics): ...
    def fit(self): ...
    def predict(self, test_set): ...
"""
SETTINGS = """\
data:
  source: generator
  train_events: {htautau: 1e3}
  test_events: {htautau: 1000}
protocol: {num_of_sets: 1, num_pseudo_experiments: 2}
"""
BAD_SETTINGS = {
    "capitals": SETTINGS.replace("htautau", "Htautau"),
    "fraction": SETTINGS.replace("1e3", "1.5e0"),
    "negative": SETTINGS.replace("1e3", "-1e3"),
    "huge": SETTINGS.replace("1e3", "1e15"),
    "tab": SETTINGS.replace("  source", "\tsource"),
    "quoted": SETTINGS.replace("num_of_sets: 1", "num_of_sets: 'ten'"),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a submission, events, a finished run, and things that are none of these."""
    files = {
        "mine/model.py": MODEL,
        "events/settings.yaml": SETTINGS,
        "nested/events/settings.yaml": SETTINGS,
        "nested/mine/model.py": MODEL,
        "notebook/model.ipynb": "{}",
        "model.ipynb": "{}",
        "thesis/thesis.tex": "years of work",
        "README.md": "read me",
        "imports/model.py": "import torch, numpi\n" + MODEL,
        "relative/model.py": "from .helpers import f\n" + MODEL,
        "relative/helpers.py": "f = 1\n",
        "broken/model.py": "class Model\n",
        "signature/model.py": MODEL.replace("systematics)", "systematics, more)"),
        "blind/model.py": MODEL.replace(", test_set", ""),
        **{f"{name}/settings.yaml": text for name, text in BAD_SETTINGS.items()},
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        archive.write(tmp_path / "mine" / "model.py", "model.py")
    write_toy(tmp_path / "run" / "predictions", 2, 20)
    monkeypatch.chdir(tmp_path)
    return tmp_path


RUN = "--input events --submission mine --output out"

OF_INGESTION = [
    # (arguments, what the message holds)
    (f"{RUN} --num-of-sets ten", ["'ten'", "Fix:"]),
    (f"{RUN} --num-of-sets 0", ["'0'", "Fix: give 1 or more"]),
    (f"{RUN} --num-of-sets 2.5", ["'2.5'", "Fix:"]),
    (f"{RUN} --num-pseudo-experiments -1e6", ["'-1e6'", "Fix: give 1 or more"]),
    (f"{RUN} --random-seed -5", ["'-5'", "Fix: give 0 or more"]),
    (f"{RUN} --workers nan", ["'nan'", "Fix:"]),
    (f"{RUN} --audit -1", ["'-1'", "Fix:"]),
    (f"{RUN} --num-of-sets", ["--num-of-sets", "Fix:"]),
    (f"{RUN} --resumee", ["'--resumee'", "did you mean '--resume'"]),
    (f"{RUN} --num-of-sets 1e8 --num-pseudo-experiments 1e5",
     ["10,000,000,000,000", "years", "of disk", "Fix: lower"]),
    (f"{RUN} --num-of-sets 1e5 --workers 100000", ["100,000 workers", "memory", "Fix:"]),
    (f"{RUN} --device /dev/nvidia999", ["/dev/nvidia999", "Fix:"]),
    ("--input nope --submission mine --output out", ["nope", "no such folder", "Fix:"]),
    ("--input README.md --submission mine --output out", ["README.md", "is a file", "Fix:"]),
    ("--input mine.zip --submission mine --output out", ["mine.zip", "Fix: unpack"]),
    ("--input thesis --submission mine --output out", ["thesis.tex", "Fix:"]),
    ("--input nested --submission mine --output out", ["Fix: give", "nested/events"]),
    ("--input events --submission nope --output out", ["nope", "does not exist", "Fix:"]),
    ("--input events --submission mine.zip --output out", ["mine.zip", "zip file", "Fix: unpack"]),
    ("--input events --submission model.ipynb --output out", ["notebook", "nbconvert"]),
    ("--input events --submission notebook --output out", ["model.ipynb", "nbconvert"]),
    ("--input events --submission mine/model.py --output out", ["model.py", "Fix: give the fol"]),
    ("--input events --submission nested --output out", ["mine/model.py", "Fix:"]),
    ("--input events --submission thesis --output out", ["thesis.tex", "Fix:"]),
    ("--input events --submission broken --output out", ["line 1", "class Model", "Fix:"]),
    ("--input events --submission mine --output README.md", ["README.md", "a file", "Fix:"]),
    ("--input events --submission mine --output thesis", ["thesis.tex", "Fix:"]),
    ("--input events --submission mine --output .", ["'events'", "Fix:"]),
    ("--input events --submission mine --output mine", ["is the submission", "Fix:"]),
    ("--input capitals --submission mine --output out", ["'Htautau'", "mean 'htautau'", "line 3"]),
    ("--input fraction --submission mine --output out", ["'1.5e0'", "Fix:", "line 3"]),
    ("--input negative --submission mine --output out", ["-1000", "Fix:", "line 3"]),
    ("--input huge --submission mine --output out", ["1,000,000,000,000,000", "memory", "Fix:"]),
    ("--input tab --submission mine --output out", ["line 2", "source", "Fix: indent with blanks"]),
    ("--input quoted --submission mine --output out", ["'ten'", "Fix:", "line 5"]),
]  # fmt: skip

OF_THE_KIT = [
    ("dryrun", ["'dryrun'", "did you mean 'dry-run'"]),
    ("--versoin", ["--versoin", "Fix:"]),
    ("dry-run --submission nope", ["nope", "no such folder or file", "Fix:"]),
    ("dry-run --submission model.ipynb", ["model.ipynb", "nbconvert"]),
    ("dry-run --submission notebook", ["model.ipynb", "nbconvert"]),
    ("dry-run --submission mine/model.py", ["model.py", "Fix: give the folder"]),
    ("dry-run --submission relative", ["from .helpers import f", "Fix: write: from helpers"]),
    ("dry-run --submission signature", ["systematics, more", "Fix: write: def __init__"]),
    ("dry-run --submission mine --num-of-sets -1", ["'-1'", "Fix: give 1 or more"]),
    ("dry-run --submission mine --random-seed -1", ["'-1'", "Fix: give 0 or more"]),
    ("dry-run --submission mine --num-of-sets 1e9 --num-pseudo-experiments 1e6",
     ["1,000,000,000,000,000", "years", "of disk", "Fix: lower"]),
    ("dry-run --submission mine --input nope", ["nope", "no such folder", "Fix:"]),
    ("dry-run --submission mine --input mine.zip", ["mine.zip", "Fix: unpack"]),
    ("dry-run --submission mine --input huge", ["1,000,000,000,000,000", "memory", "Fix:"]),
    ("dry-run --submission mine --output README.md", ["README.md", "a file", "Fix:"]),
    ("dry-run --submission mine --output /proc/xx", ["/proc/xx", "cannot be made", "Fix:"]),
    ("dry-run --submission mine --output thesis", ["thesis.tex", "Fix:"]),
    ("dry-run --submission mine --bundle thesis", ["thesis", "competition.yaml", "Fix:"]),
    ("dry-run --resumee", ["'--resumee'", "did you mean '--resume'"]),
    ("check", ["competition.yaml", "Fix:"]),
    ("check --submission nope", ["nope", "Fix:"]),
    ("check --submission imports", ["'torch'", "'numpi'", "did you mean 'numpy'", "line 1"]),
    ("check --submission relative", ["from .helpers import f", "Fix: write: from helpers"]),
    ("check --submission blind", ["predict(self)", "Fix: write: def predict(self, test_set)"]),
    ("check --submission broken", ["line 1", "Fix:"]),
    ("pack --submission mine.zip", ["mine.zip", "packed already", "Fix:"]),
    ("pack --submission nope", ["nope", "Fix:"]),
    ("pack --submission mine --output thesis", ["thesis.tex", "Fix:"]),
    ("pack --submission mine --output mine/dist", ["lies in the submission", "Fix:"]),
    ("generate", ["--output", "Fix:"]),
    ("generate --output out --events 0", ["'0'", "Fix: give 1 or more"]),
    ("generate --output out --events -5", ["'-5'", "Fix: give 1 or more"]),
    ("generate --output out --events ten", ["'ten'", "Fix:"]),
    ("generate --output out --events 1e14", ["100,000,000,000,000", "PB of disk", "Fix: lower"]),
    ("generate --output out --events 100000000000000", ["of disk", "days", "Fix: lower"]),
    ("generate --output out --seed -1", ["'-1'", "Fix: give 0 or more"]),
    ("generate --output out --luminosity -10", ["'-10'", "Fix:"]),
    ("generate --output README.md", ["README.md", "a file", "Fix:"]),
    ("generate --output thesis", ["thesis.tex", "Fix:"]),
    ("download nope_data", ["nope_data", "Fix:"]),
    ("download http://127.0.0.1:9/x.zip", ["127.0.0.1", "Found: 'Connection refused'", "Fix:"]),
    ("download sample_data --output thesis", ["thesis.tex", "Fix:"]),
    ("score nope", ["nope", "Fix:"]),
    ("score README.md", ["README.md", "Fix:"]),
    ("score thesis", ["thesis.tex", "Fix:"]),
    ("score run --output thesis", ["thesis.tex", "Fix:"]),
    ("score run --output run/predictions", ["is the results", "Fix:"]),
    ("compare run run", ["/run'", "named twice", "Fix:"]),
    ("compare run run/predictions", ["run/predictions", "named twice", "Fix:"]),
    ("compare run thesis", ["thesis.tex", "Fix:"]),
    ("compare run", ["nothing to compare", "Fix:"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "held"), OF_INGESTION)
def test_of_the_ingestion_program(
    place: Path,
    words: str,
    held: list[str],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = sorted(place.rglob("*"))
    with caplog.at_level(logging.INFO):
        code = exit_code(ingestion, words)
    shown = "".join(capsys.readouterr()) + caplog.text
    assert code != 0
    assert "Traceback" not in shown
    assert [text for text in held if text not in shown] == [], shown
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize(("words", "held"), OF_THE_KIT)
def test_of_the_kit(
    place: Path, words: str, held: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(place.rglob("*"))
    code = exit_code(kit, words)
    shown = "".join(capsys.readouterr())
    assert code != 0
    assert "Traceback" not in shown
    assert [text for text in held if text not in shown] == [], shown
    assert len(shown.splitlines()) <= 3, shown
    assert sorted(place.rglob("*")) == before


def exit_code(main: object, words: str) -> int:
    try:
        return main(words.split())  # type: ignore[operator]
    except SystemExit as error:
        return int(error.code or 0)


HEAVY = ("numba", "sklearn", "xgboost", "pandas", "pyarrow", "matplotlib", "requests")

LIGHT = """\
import runpy, sys
sys.path.insert(0, {folder!r})
try:
    code = runpy.run_path({program!r})["main"]({words!r})
except SystemExit as error:
    code = error.code
print(code, [name for name in {heavy!r} if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("program", "words", "code"),
    [
        (PROGRAM, ["--help"], 0),
        (PROGRAM, ["--num-of-sets", "ten"], 2),
        (PROGRAM, ["--input", "events", "--submission", "nope", "--output", "out"], 1),
        (PROGRAM, ["--input", "events", "--submission", "mine", "--output", "thesis"], 1),
        (REPOSITORY / "tools/higgsml_kit/cli.py", ["--help"], 0),
        (REPOSITORY / "tools/higgsml_kit/cli.py", ["dry-run", "--help"], 0),
        (REPOSITORY / "tools/higgsml_kit/cli.py", ["dry-run", "--submission", "nope"], 1),
        (REPOSITORY / "tools/higgsml_kit/cli.py", ["generate", "--output", "thesis"], 1),
        (REPOSITORY / "tools/higgsml_kit/cli.py", ["check", "--submission", "imports"], 1),
    ],
)
def test_no_mistake_waits_for_imports(
    place: Path, program: Path, words: list[str], code: int
) -> None:
    """What takes seconds to import is not, before the arguments are found to be good."""
    text = LIGHT.format(folder=str(PROGRAM.parent), program=str(program), words=words, heavy=HEAVY)
    if program.name == "cli.py":
        module = 'runpy.run_module("higgsml_kit.cli")'
        text = text.replace(f"runpy.run_path({str(program)!r})", module)
    found = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, timeout=60
    )
    assert found.stdout.splitlines()[-1] == f"{code} []", found.stdout + found.stderr


def test_numbers_as_people_write_them(place: Path) -> None:
    """1e3 means a thousand: in settings (see SETTINGS) and on the command line."""
    assert exit_code(kit, "generate --output out --events 1e2 --seed 1e1 --luminosity 1e1") == 0
    assert (place / "out" / "FAIR_Universe_HiggsML_data.parquet").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(kit, f"{command} --help") == 0
    shown = capsys.readouterr().out
    assert f"examples:\n  higgsml {command}" in shown or f"  higgsml {command}" in shown
    assert "None" not in shown


@pytest.mark.parametrize("module", ["HiggsML", "higgsml_kit"])
def test_packages_can_be_run(module: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert "higgsml dry-run --submission my_submission" in found.stdout


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
@pytest.mark.parametrize("stage", ["data", "fit"])
def test_an_interrupt_is_one_line(place: Path, number: int, code: int, stage: str) -> None:
    slow = MODEL.replace("def fit(self): ...", "def fit(self): __import__('time').sleep(600)")
    (place / "mine" / "model.py").write_text(slow)
    with subprocess.Popen(
        [sys.executable, "-u", PROGRAM, *RUN.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ},
    ) as process:
        assert process.stdout is not None
        while f"[{stage}] ..." not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        rest = process.stdout.read().splitlines()
    assert process.returncode == code
    assert "Interrupted. The same command with --resume goes on" in rest[-1]
    assert not any("Traceback" in line for line in rest)
    assert (place / "out" / "state" / "journal").exists()
