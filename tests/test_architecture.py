"""The house keeps its floors: who may import whom, read from the sources."""

import ast
from graphlib import TopologicalSorter

import pytest

from HiggsML.nuisances import NUISANCES
from HiggsML.schema import PROCESSES
from sources import PACKAGES, PROGRAMS, Module, all_modules, imports, modules, parsed

FLOORS = (
    ["errors", "schema", "arrays", "columns", "weights", "streams", "metrics", "cache_folder"],
    ["arguments", "progress", "concurrency", "nuisances", "numerics", "definitions", "fetching"],
    ["task", "figures"],
    ["settings", "settings_reader", "inference", "approaches", "event_files", "visualization"],
    ["experiments", "four_vector", "derived_quantities"],
    ["systematics", "generation"],
    ["datasets"],
    ["running"],
    ["run", "ingestion", "run_competition"],
)
"""The rooms of HiggsML, from the ground up; a room imports from its own floor or from below."""

VOCABULARY = {
    *("schema", "columns", "arrays", "weights", "nuisances", "task"),
    *("errors", "progress", "concurrency", "figures"),
}
"""All that `inference`, which runs inside of submissions, may import of ours."""

LONGEST = 300
"""Lines of a module that gives no reason for more."""


def rooms_used(module: Module) -> set[str]:
    names = [found.module.split(".") for found in imports(module)]
    return {parts[1] for parts in names if parts[0] == "HiggsML" and len(parts) > 1}


def tops(module: Module) -> set[str]:
    return {found.module.split(".")[0] for found in imports(module)}


def test_every_room_has_its_floor() -> None:
    found = {p.stem for p in PACKAGES["HiggsML"].iterdir() if p.suffix == ".py"}
    found |= {p.parent.name for p in PACKAGES["HiggsML"].glob("*/__init__.py")}
    assert found - {"__init__", "__main__", "score"} == {room for floor in FLOORS for room in floor}


def test_rooms_import_from_below() -> None:
    floor_of = {room: i for i, floor in enumerate(FLOORS) for room in floor}
    for module in modules("HiggsML"):
        room = module.room
        for used in rooms_used(module) & floor_of.keys():
            assert used == room or floor_of[used] <= floor_of[room], f"{module.name}: {used}"


def test_rooms_make_no_circle() -> None:
    uses: dict[str, set[str]] = {}
    for module in modules("HiggsML"):
        uses.setdefault(module.room, set()).update(rooms_used(module) - {module.room})
    TopologicalSorter(uses).prepare()  # names a circle


def test_modules_make_no_circle() -> None:
    """Neither at their tops, nor in functions, nor for the sake of types."""
    known = all_modules()
    uses = {
        name: {found.module for found in imports(module)} & known.keys()
        for name, module in known.items()
    }
    TopologicalSorter(uses).prepare()  # names a circle


def test_inference_knows_the_vocabulary_only() -> None:
    for module in modules("HiggsML"):
        if module.room == "inference":
            assert rooms_used(module) <= VOCABULARY | {"inference"}, module.name


def test_approaches_know_the_vocabulary_only() -> None:
    """A classifier is one slot of a measurement; neither knows the other."""
    for module in modules("HiggsML"):
        if module.room == "approaches":
            allowed = VOCABULARY - {"figures"} | {"approaches", "metrics"}
            assert rooms_used(module) <= allowed, module.name


def test_inference_names_no_process_and_no_nuisance_parameter() -> None:
    """A task is data: what is particular to one stands in `task`, for loops over it."""
    particular = {*PROCESSES, *NUISANCES}
    tables = {"PROCESSES", "SIGNAL", "BACKGROUNDS", "NUISANCES", "NuisanceValues"}
    for module in modules("HiggsML"):
        if module.room != "inference":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant):
                assert node.value not in particular, f"{module.path}:{node.lineno}"
            elif isinstance(node, ast.keyword | ast.arg):
                assert node.arg not in particular, f"{module.path}:{node.lineno}"
            elif isinstance(node, ast.alias):
                assert node.name not in tables, f"{module.path}:{node.lineno}"


def test_programs_keep_apart() -> None:
    """Ingestion and scoring talk through files; only the facade HiggsML.score knows scoring."""
    for module in modules("HiggsML"):
        assert "higgsml_kit" not in tops(module), module.name
        assert "higgsml_scoring" not in tops(module) or module.room == "score", module.name
    for module in modules("higgsml_scoring"):
        assert not tops(module) & {"HiggsML", "higgsml_kit"}, module.name


# --- the two sides of a run ----------------------------------------------------------------------

INNER_SIDE = tuple(
    f"HiggsML.running.{part}"
    for part in ("sandboxed", "isolation", "contract", "diagnostics", "messages")
)
"""What is there beside a participant's code."""

INNER_VOCABULARY = {"errors", "schema", "arrays", "columns", "nuisances", "task", "definitions"}
"""The rooms that the inner side may import: none that holds results, truth or data."""


def is_inner(name: str) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in INNER_SIDE)


def test_running_has_two_sides_and_nothing_between() -> None:
    names = {module.name for module in modules("HiggsML") if module.room == "running"}
    between = {name for name in names if not is_inner(name)}
    assert set(INNER_SIDE) <= names
    trusted = "HiggsML.running.trusted"
    assert {name for name in between if not name.startswith(trusted)} == {"HiggsML.running"}


def test_the_inner_side_knows_no_results_no_truth_and_no_data() -> None:
    """`systematics`, which the model is given, is imported in a function: after `confine`."""
    for module in modules("HiggsML"):
        if not is_inner(module.name):
            continue
        for found in imports(module):
            package, _, rest = found.module.partition(".")
            room = rest.partition(".")[0]
            assert (
                package not in PACKAGES
                or is_inner(found.module)
                or room in INNER_VOCABULARY
                or (room == "systematics" and found.in_function)
            ), f"{module.name}:{found.line} imports {found.module}"


# --- names and sizes -----------------------------------------------------------------------------


def test_what_others_import_is_public() -> None:
    """A name that another module uses stands in `__all__` of the module that it comes from."""
    known = all_modules()
    programs = [parsed(path, path.stem) for path in PROGRAMS]
    hidden: dict[str, list[str]] = {}
    for module in [*known.values(), *programs]:
        for found in imports(module):
            if found.module not in known:
                continue
            if not found.name and known[found.module].room == module.room:
                continue  # a table of names for its own room
            public = known[found.module].public or []
            for name in [found.name] if found.name else attributes(module, found.known_as):
                if name not in public and f"{found.module}.{name}" not in known:
                    hidden.setdefault(found.module, []).append(f"{name}, used by {module.name}")
    assert not hidden


def attributes(module: Module, name: str) -> list[str]:
    """The attributes of a name that a module uses."""
    return [
        node.attr
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == name
    ]


def test_a_long_module_says_why() -> None:
    """More lines than `LONGEST` take a sentence with "long because" in the docstring."""
    lengths = {
        name: len(module.path.read_text(encoding="utf-8").splitlines())
        for name, module in all_modules().items()
        if "long because" not in module.docstring
    }
    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST}
    assert not too_long


# --- what libraries do not do --------------------------------------------------------------------


@pytest.mark.parametrize("package", ["HiggsML", "higgsml_scoring"])
def test_only_entry_points_speak(package: str) -> None:
    """No print and no configuration of logging in a library."""
    for module in modules(package):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in ("print", "logging.basicConfig"), f"{module.path}:{node.lineno}"


def test_import_paths_are_edited_where_submissions_are_loaded_only() -> None:
    allowed = {"loading.py", "host.py", "launch.py"}
    for module in all_modules().values():
        if "sys.path.insert" in module.path.read_text(encoding="utf-8"):
            assert module.path.name in allowed, module.path
