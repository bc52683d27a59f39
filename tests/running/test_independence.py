"""No answer depends on another experiment: what a model remembers, it remembers alone."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from HiggsML.errors import SubmissionError
from HiggsML.running.isolation.policy import offered
from HiggsML.running.trusted.launch import PROGRAM
from small_run import read_json, results, run, write_submission

pytestmark = pytest.mark.skipif(
    bool(offered().missing), reason="this kernel offers no Landlock or no seccomp"
)

DAY = 86_400 * 10**9
"""Nanoseconds."""
MODEL = """
import ctypes, fcntl, mmap, os, random, signal, sys, threading, time
from pathlib import Path
import numpy as np

{before}

class Model:
    def __init__(self, get_train_set, systematics):
        self.mean = float(get_train_set(train_size=100)["PRI_had_pt"].mean())

    def fit(self):
        pass

    def __setstate__(self, state):
        self.__dict__ = state
        {loaded}

    def predict(self, test_set):
        x = test_set["data"]["PRI_had_pt"].to_numpy(np.float64)
        mu = float(x.mean() / self.mean)
        notes = []
        try:
            {recall}
        except OSError:
            pass
        try:
            {note}
        except OSError:
            pass
        mu += sum(notes)
        return {{"mu_hat": mu, "delta_mu_hat": 0.5, "p16": mu - 0.5, "p84": mu + 0.5}}
"""
EMPTY = {"before": "", "loaded": "pass", "recall": "pass", "note": "pass"}

FOLDERS = """
HOME = Path(os.environ["HOME"])
FOLDERS = [HOME, HOME.parent, Path.cwd(), *map(Path, ("/tmp", "/dev/shm", "/var/tmp", "/run"))]
"""

REMEMBERS: Mapping[str, Mapping[str, str]] = {
    "in memory": {
        "before": "SEEN = []",
        "recall": "notes += SEEN + getattr(np, 'seen', []) + getattr(self, 'seen', [])",
        "note": "SEEN.append(1); np.seen = self.seen = SEEN; os.environ['SEEN'] = '1'",
    },
    "in files": {
        "before": FOLDERS,
        "recall": "[notes.append(len(f.read_text())) for d in FOLDERS for f in Path(d).glob('n*')]",
        "note": "[Path(d, f'n{mu}').write_text('1') for d in FOLDERS if os.access(d, os.W_OK)]",
    },
    "in the names of links": {
        "before": FOLDERS,
        "recall": "[notes.append(float(os.readlink(f'{d}/n'))) for d in FOLDERS]",
        "note": "[os.symlink('1', f'{d}/n') for d in FOLDERS]",
    },
    "in a locked file": {
        "before": "FILE = open(__file__)",
        "recall": "notes += [1]; fcntl.flock(FILE, fcntl.LOCK_EX | fcntl.LOCK_NB); notes += [2]",
        "note": "fcntl.lockf(open(__file__), fcntl.LOCK_SH | fcntl.LOCK_NB)",
    },
    "in a pipe": {
        "loaded": "self.__dict__['pipe'] = os.pipe(); os.set_blocking(self.pipe[0], False)",
        "recall": "notes += [1.0] * (os.read(self.pipe[0], 100) == b'1')",
        "note": "os.write(self.pipe[1], b'1')",
    },
    "in the flags of its output": {
        "recall": "notes.append(fcntl.fcntl(1, fcntl.F_GETFL) & os.O_APPEND)",
        "note": "fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_APPEND)",
    },
    "in the random state": {
        "loaded": "random.seed(0); np.random.seed(0)",
        "recall": "notes.append(random.random() + np.random.rand())",
        "note": "random.seed(mu); np.random.seed(int(1000 * mu))",
    },
    "in the times at which files were read": {
        "before": "import HiggsML\nLOADED = time.time()\n"
        "OWN = [Path(file).parent for file in (__file__, HiggsML.__file__)]\n"
        "FILES = [file for own in OWN for file in own.rglob('*.py')]",
        "recall": "notes.append(sum(file.stat().st_atime > LOADED for file in FILES))",
        "note": "[file.read_bytes() for file in FILES]",
    },
    "in the memory of the process it is a copy of": {
        "before": "CELL = np.zeros(1)\nFIRST = os.getpid()",
        "recall": "notes.append(CELL[0])",
        "note": "os.pwrite(os.open(f'/proc/{FIRST}/mem', os.O_RDWR), b'1', CELL.ctypes.data)",
    },
}
"""How a model may try to remember, each without success."""

FORBIDDEN: Mapping[str, tuple[Mapping[str, str], str]] = {
    "memory shared between copies": (
        {
            "loaded": "self.__dict__['shared'] = mmap.mmap(-1, 4096)",
            "recall": "notes.append(self.shared[0])",
            "note": "self.shared[0] = 1",
        },
        "keeps memory that its copies would share",
    ),
    "files that stay open": (
        {"before": "os.closerange = lambda *_: None\nKEPT = os.pipe()"},
        "kept files open",
    ),
    "a process beside the copies": (
        {
            "before": """
def clone():
    from HiggsML.running.sandboxed.copying import clone
    if clone() == 0:
        time.sleep(1000)
""",
            "loaded": "clone()",
        },
        "started processes of its own",
    ),
    "a process that a copy leaves behind": (
        {
            "before": """
def clone():
    from HiggsML.running.sandboxed.copying import clone
    if clone() == 0:
        time.sleep(1000)
""",
            "note": "clone()",
        },
        # whichever comes first: the look after the answer, or that at the next copy
        r"(predict|the model's process) started (a process|processes) of its own",
    ),
    "no copy at all": (
        {
            "before": """
import HiggsML.running.sandboxed.host as host
host.clone = lambda: 0
""",
        },
        "(closed its connection|ended its process|started processes of its own)",
    ),
}
"""What no model may do, and what its author is told."""


def model(parts: Mapping[str, str]) -> str:
    return MODEL.format(**EMPTY | dict(parts))


@pytest.fixture(autouse=True)
def _read_long_ago() -> None:
    """Have the kernel note when our own files are read next, as if they were fresh."""
    for file in PROGRAM.rglob("*.py"):
        found = file.stat()
        os.utime(file, ns=(found.st_atime_ns - 2 * DAY, found.st_mtime_ns))


@pytest.mark.parametrize("way", REMEMBERS)
def test_nothing_is_remembered(tmp_path: Path, way: str) -> None:
    """The same answers as those of a model that notes nothing, on one worker and on two."""
    parts = dict(REMEMBERS[way])
    twin = write_submission(tmp_path / "twin", model(parts | {"note": "pass"}))
    expected = results(run(tmp_path, twin))
    submission = write_submission(tmp_path / "sub", model(parts))
    output = run(tmp_path, submission, workers=2)
    assert results(output) == expected
    told = read_json(output / "run.json")["independence"]
    assert told == {"by_construction": True, "why_not": []}


def all_ways() -> dict[str, str]:
    """A model that remembers in each of these ways at once."""
    ways = list(REMEMBERS.values())

    def each(name: str) -> str:
        codes = [way[name] for way in ways if name in way]
        return f"""for code in {codes!r}:
                try:
                    exec(code, {{**globals(), **locals()}})
                except OSError:
                    pass"""

    before = dict.fromkeys(way["before"] for way in ways if "before" in way)
    return {
        "before": "\n".join(before),
        "loaded": "; ".join(way["loaded"] for way in ways if "loaded" in way),
        "recall": each("recall"),
        "note": each("note"),
    }


slow = pytest.mark.slow


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 2, "audit": 3},
        pytest.param({"workers": 1}, marks=slow),
        pytest.param({"workers": 4, "audit": 6}, marks=slow),
        pytest.param({"workers": 2, "dask": "local"}, marks=slow),
    ],
    ids=str,
)
def test_the_amnesiac_twin(tmp_path: Path, options: dict[str, Any]) -> None:
    """Who remembers everything in every way answers as who remembers nothing, bit for bit."""
    if "dask" in options:
        pytest.importorskip("distributed")
    twin = write_submission(tmp_path / "twin", model(all_ways() | {"note": "pass"}))
    expected = results(run(tmp_path, twin))
    output = run(tmp_path, write_submission(tmp_path / "sub", model(all_ways())), **options)
    assert results(output) == expected
    facts = read_json(output / "run.json")
    assert facts["independence"] == {"by_construction": True, "why_not": []}
    assert facts["audit"]["different"] == []


def test_the_twins_are_not_alike(tmp_path: Path) -> None:
    """Two predictions in one process: who can remember answers differently the second time."""
    source = model(all_ways()).replace("FOLDERS = [HOME,", "FOLDERS = [HOME] or [")
    (tmp_path / "model.py").write_text(source)
    code = """
import pandas as pd
from model import Model
events = pd.DataFrame({"PRI_had_pt": [30.0, 40.0]})
mine = Model(lambda train_size: events, None)
mine.__setstate__(vars(mine))
print(*(mine.predict({"data": events})["mu_hat"] for _ in range(2)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, second = done.stdout.split()
    assert first != second


@pytest.mark.parametrize("what", FORBIDDEN)
def test_copies_share_nothing(tmp_path: Path, what: str) -> None:
    parts, message = FORBIDDEN[what]
    submission = write_submission(tmp_path / "sub", model(parts))
    with pytest.raises(SubmissionError, match=message):
        run(tmp_path, submission)


def test_libraries_find_their_own_process(tmp_path: Path) -> None:
    """A copy may look at what is loaded into it, as threadpoolctl does, and at no other process."""
    parts = {
        "before": "from threadpoolctl import threadpool_info",
        "note": """
            assert threadpool_info()
            assert "numpy" in Path("/proc/self/maps").read_text()
            assert os.getpid() != int(open("/proc/self/stat").read().split()[0])
            try:
                open(f"/proc/{os.getppid()}/stat")
            except PermissionError:
                pass
            else:
                raise ValueError("another process can be looked at")
""",
    }
    run(tmp_path, write_submission(tmp_path / "sub", model(parts)))


def test_a_copy_imports_nothing_anew(tmp_path: Path) -> None:
    """What the original has imported is not paid for again in each experiment."""
    parts = {
        "before": "HERE = set(sys.modules)",
        "loaded": "HERE.update(sys.modules)",
        "note": """
            if new := set(sys.modules) - HERE:
                raise ValueError(sorted(new))
""",
    }
    run(tmp_path, write_submission(tmp_path / "sub", model(parts)))
