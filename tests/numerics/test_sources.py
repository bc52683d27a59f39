"""Kept machine code is never stale: it goes with everything that it is made of."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import HiggsML
import HiggsML.experiments.shifting  # sources are those of imported modules
from HiggsML.numerics.sources import digest_of_closure, imported_names, sources_of

PACKAGE = Path(HiggsML.__file__).parent

# Counts what the compiler does while a function of a copy of the package runs.
COUNTING = """
import json, sys
sys.path.insert(0, sys.argv[1])
from numba.core import event
with event.install_recorder("numba:compile") as recorder:
    {code}
compiled = [e for _, e in recorder.buffer if e.is_start]
print(json.dumps([result, len(compiled)]))
"""

KERNEL = '''
"""A kernel of a constant, an inlined function, an instruction and a factory's closure."""
from .columns import AT
from .made import made
from .numerics.compiled import compiled
from .numerics.elementary import rounded
from .numerics.instructions import bits_of, number_of
from .schema import JET_PT_MIN

@compiled
def kernel(x: float) -> float:
    bits = bits_of(x)
    return rounded(number_of(bits)) + JET_PT_MIN + AT.MET + x
'''

MADE = '''
"""A factory of kernels, which knows nothing of what it is given."""
from .numerics.compiled import compiled

def made(inner):
    @compiled
    def outer(x):
        return inner(x) + 1.0
    return outer
'''

PARTS = '''
"""What is given to the factory: two functions and a number that it is to keep apart."""
from .made import made
from .numerics.compiled import inlined

@inlined
def twice(x):
    return 2.0 * x

def times(factor):
    @inlined
    def scaled(x):
        return factor * x
    return scaled

kernels = [made(twice), made(times(3.0)), made(times(4.0))]
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the numerics of this package, three small modules, and a warm cache."""
    folder = tmp_path_factory.mktemp("copy")
    package = folder / "HiggsML"
    (package / "numerics").mkdir(parents=True)
    names = ["__init__.py", "cache_folder.py", "schema.py", "columns.py"]
    names += [f"numerics/{path.name}" for path in (PACKAGE / "numerics").glob("*.py")]
    for name in names:
        shutil.copyfile(PACKAGE / name, package / name)
    for name, source in (("kernel", KERNEL), ("made", MADE), ("parts", PARTS)):
        (package / f"{name}.py").write_text(source)
    assert run_kernel(folder) == (KERNEL_VALUE, True)
    assert run_parts(folder) == (PARTS_VALUE, True)
    return folder


KERNEL_VALUE = 1.5 + 26.0 + 14.0 + 1.5
PARTS_VALUE = [3.0, 4.0, 5.0]


def run(folder: Path, code: str) -> tuple[object, bool]:
    """The result of the code, with the package in the folder, and whether it compiled anything."""
    program = COUNTING.format(code=code)
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(folder / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    result, compiled = json.loads(done.stdout)
    return result, compiled > 0


def run_kernel(folder: Path) -> tuple[object, bool]:
    return run(folder, "from HiggsML.kernel import kernel; result = kernel(1.5)")


def run_parts(folder: Path) -> tuple[object, bool]:
    return run(folder, "from HiggsML.parts import kernels; result = [k(1.0) for k in kernels]")


def test_an_unchanged_copy_compiles_nothing(copy: Path) -> None:
    assert run_kernel(copy) == (KERNEL_VALUE, False)
    assert run_parts(copy) == (PARTS_VALUE, False)


def test_a_copy_elsewhere_compiles_nothing(copy: Path, tmp_path: Path) -> None:
    """A dry run starts the programs of a bundle in a folder that is new each time."""
    shutil.copytree(copy, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "elsewhere" / "cache")
    (tmp_path / "elsewhere" / "cache").symlink_to(copy / "cache")
    assert run_kernel(tmp_path / "elsewhere") == (KERNEL_VALUE, False)
    assert run_parts(tmp_path / "elsewhere") == (PARTS_VALUE, False)


def test_a_cache_that_cannot_be_written_is_read(copy: Path, tmp_path: Path) -> None:
    """As in an image. Root may write anywhere, but not below a file."""
    folder = tmp_path / "copy"
    shutil.copytree(copy, folder)
    for path in (folder / "cache").iterdir():
        path.chmod(0o400)
    (folder / "cache").chmod(0o500)
    assert run_kernel(folder) == (KERNEL_VALUE, False)
    (folder / "cache").chmod(0o700)
    shutil.rmtree(folder / "cache")
    (folder / "cache").touch()
    assert run_kernel(folder) == (KERNEL_VALUE, True)


def of_a_class_that_is_gone(content: bytes) -> bytes:
    """As if a class had been where no module is any more."""
    assert b"numba.core." in content
    return content.replace(b"numba.core.", b"numba.gone.")


@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[:-20], of_a_class_that_is_gone]
)
def test_what_cannot_be_read_is_compiled_again(
    copy: Path, tmp_path: Path, kind: str, damage: Callable[[bytes], bytes]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy, folder)
    files = list((folder / "cache").rglob(kind))
    assert files
    for file in files:
        file.write_bytes(damage(file.read_bytes()))
    assert run_kernel(folder) == (KERNEL_VALUE, True)
    assert run_kernel(folder) == (KERNEL_VALUE, False)


@pytest.mark.parametrize(
    ("file", "old", "new", "value"),
    [
        ("schema.py", "JET_PT_MIN = 26.0", "JET_PT_MIN = 40.0", KERNEL_VALUE + 14.0),
        (
            "numerics/elementary.py",
            "return float(np.rint(x * _PRECISION) * _STEP)",
            "return 2.0 * float(np.rint(x * _PRECISION) * _STEP)",
            KERNEL_VALUE + 1.5,
        ),
        (
            "numerics/instructions.py",
            "return builder.bitcast(arguments[0], ir.DoubleType())",
            "return ir.Constant(ir.DoubleType(), 0.0)",
            KERNEL_VALUE - 1.5,
        ),
    ],
)
def test_an_edit_far_away_gives_new_numbers(
    copy: Path, file: str, old: str, new: str, value: float
) -> None:
    """A constant, an inlined function, an instruction."""
    with edited(copy / "HiggsML" / file, old, new):
        assert run_kernel(copy) == (value, True)
    assert run_kernel(copy)[0] == KERNEL_VALUE  # and back again


def test_an_edit_of_what_a_factory_was_given_gives_new_numbers(copy: Path) -> None:
    with edited(copy / "HiggsML" / "parts.py", "2.0 * x", "5.0 * x"):
        assert run_parts(copy) == ([6.0, 4.0, 5.0], True)
    assert run_parts(copy)[0] == PARTS_VALUE


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    """A file with a text replaced, for the time of a block."""
    source = path.read_text()
    assert source.count(old) == 1
    path.write_text(source.replace(old, new))
    try:
        yield
    finally:
        path.write_text(source)


# --- how sources are found -----------------------------------------------------------------------


def parsed_names(source: str, module: str, is_package: bool) -> Iterator[str]:
    """As `imported_names`, from the parsed source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")
            up = node.level - is_package
            above = above[: len(above) - up] if node.level else []
            base = ".".join([*above, *(node.module.split(".") if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_imports_are_found_as_a_parser_would() -> None:
    for path in PACKAGE.rglob("*.py"):
        parts = ["HiggsML", *path.relative_to(PACKAGE).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        source = path.read_text()
        found = set(imported_names(source, module, is_package))
        assert set(parsed_names(source, module, is_package)) <= found, path


def test_sources_reach_through_other_modules() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix() for path in sources_of("HiggsML.experiments.shifting")
    }
    expected = {"schema.py", "columns.py", "numerics/philox.py", "numerics/instructions.py"}
    assert expected | {"experiments/shifting.py", "experiments/pool/row_format.py"} <= found
    assert not any(name.startswith(("running/", "datasets")) for name in found)


def test_closures_are_told_apart() -> None:
    def factory(value: object) -> Callable[[], object]:
        return lambda: value

    def plain() -> None: ...

    digests = [digest_of_closure(factory(value)) for value in (1, 2, plain, factory(1))]
    assert len(set(digests)) == 4
    assert digest_of_closure(factory(1)) == digests[0]
    assert digest_of_closure(plain) is None


# --- the real kernels ----------------------------------------------------------------------------

EXPERIMENT = """
import numpy as np
from HiggsML.experiments import EventBlock, EventPool, make_pseudo_experiment
from HiggsML.nuisances import NuisanceValues
from HiggsML.schema import PRI_COLUMNS, PROCESSES
event = dict.fromkeys(PRI_COLUMNS, 0.5) | dict(PRI_lep_pt=30.0, PRI_had_pt=30.0, PRI_n_jets=2.0,
    PRI_jet_leading_pt=50.0, PRI_jet_subleading_pt=35.0, PRI_jet_all_pt=85.0, PRI_met=20.0)
rows = np.array([[event[name] for name in PRI_COLUMNS]], np.float32)
pool = EventPool.from_blocks([EventBlock(PROCESSES[0], rows, np.array([50.0]))])
seed = np.random.SeedSequence(1)
made = make_pseudo_experiment(pool, 1.0, NuisanceValues(soft_met=1.0), seed)
result = [float(made.features[0, PRI_COLUMNS.index(n)]) for n in ("PRI_n_jets", "PRI_met")]
"""


@pytest.mark.slow
def test_pseudo_experiments_follow_an_edit_anywhere(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "HiggsML")
    code = f"scope = {{}}; exec({EXPERIMENT!r}, scope); result = scope['result']"
    before, compiled = run(tmp_path, code)
    assert compiled
    assert run(tmp_path, code) == (before, False)
    assert isinstance(before, list)
    with edited(tmp_path / "HiggsML/schema.py", "JET_PT_MIN = 26.0", "JET_PT_MIN = 40.0"):
        assert run(tmp_path, code) == ([1.0, before[1]], True)
    elementary = tmp_path / "HiggsML/numerics/elementary.py"
    with edited(elementary, "return radius * x, radius * y", "return 0.0, 0.0"):
        assert run(tmp_path, code) == ([2.0, 20.0], True)
    instructions = tmp_path / "HiggsML/numerics/instructions.py"
    zero = "return ir.Constant(ir.DoubleType(), 1.0)"
    with edited(instructions, "return builder.bitcast(arguments[0], ir.DoubleType())", zero):
        found, compiled = run(tmp_path, code)
        assert compiled
        assert found != before
