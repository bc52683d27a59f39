"""The house keeps its floors: who may import whom, read from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "HiggsML": ROOT / "ingestion_program" / "HiggsML",
    "higgsml_scoring": ROOT / "scoring_program" / "higgsml_scoring",
    "higgsml_kit": ROOT / "tools" / "higgsml_kit",
}

FLOORS = (
    ("errors", "schema", "arrays", "columns", "streams", "progress", "concurrency", "arguments"),
    ("nuisances", "numerics", "definitions", "figures", "fetching"),
    ("settings", "settings_reader", "inference", "event_files", "visualization"),
    ("experiments", "four_vector", "derived_quantities"),
    ("systematics", "generation"),
    ("datasets",),
    ("running",),
    ("run", "ingestion"),
)
"""The rooms of HiggsML, from the ground up; a room imports from its own floor or from below."""

VOCABULARY = {"schema", "nuisances", "errors", "progress", "concurrency", "figures"}
"""All that `inference`, which runs inside of submissions, may import of ours."""


def modules(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGES[package].rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(package: str, path: Path, tree: ast.Module) -> Iterator[str]:
    """The full names of the modules that a module imports, at its top or in its functions."""
    here = [package, *path.relative_to(PACKAGES[package]).with_suffix("").parts]
    if here[-1] == "__init__":
        here.pop()
        here.append("")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: -node.level] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def rooms_used(path: Path, tree: ast.Module) -> set[str]:
    names = [n.split(".") for n in imported("HiggsML", path, tree)]
    return {parts[1] for parts in names if parts[0] == "HiggsML" and len(parts) > 1}


def test_every_room_has_its_floor() -> None:
    found = {p.stem for p in PACKAGES["HiggsML"].iterdir() if p.suffix == ".py"}
    found |= {p.parent.name for p in PACKAGES["HiggsML"].glob("*/__init__.py")}
    assert found - {"__init__", "__main__", "score"} == {room for floor in FLOORS for room in floor}


def test_rooms_import_from_below() -> None:
    floor_of = {room: i for i, floor in enumerate(FLOORS) for room in floor}
    for path, tree in modules("HiggsML"):
        room = path.relative_to(PACKAGES["HiggsML"]).parts[0].removesuffix(".py")
        for used in rooms_used(path, tree) & floor_of.keys():
            assert used == room or floor_of[used] <= floor_of[room], f"{path}: imports {used}"


def test_rooms_make_no_circle() -> None:
    uses: dict[str, set[str]] = {}
    rooms = {room for floor in FLOORS for room in floor}
    for path, tree in modules("HiggsML"):
        room = path.relative_to(PACKAGES["HiggsML"]).parts[0].removesuffix(".py")
        uses.setdefault(room, set()).update((rooms_used(path, tree) & rooms) - {room})
    while uses:
        free = {room for room, used in uses.items() if not used & uses.keys()}
        assert free, f"a circle among {sorted(uses)}"
        for room in free:
            del uses[room]


def test_inference_knows_the_vocabulary_only() -> None:
    for path, tree in modules("HiggsML"):
        if "inference" in path.parts:
            assert rooms_used(path, tree) <= VOCABULARY | {"inference"}, path


def test_programs_keep_apart() -> None:
    """Ingestion and scoring talk through files; only the facade HiggsML.score knows scoring."""
    for path, tree in modules("HiggsML"):
        tops = {name.split(".")[0] for name in imported("HiggsML", path, tree)}
        assert "higgsml_kit" not in tops, path
        assert "higgsml_scoring" not in tops or path.name == "score.py", path
    for path, tree in modules("higgsml_scoring"):
        tops = {name.split(".")[0] for name in imported("higgsml_scoring", path, tree)}
        assert not tops & {"HiggsML", "higgsml_kit"}, path


@pytest.mark.parametrize("package", ["HiggsML", "higgsml_scoring"])
def test_only_entry_points_speak(package: str) -> None:
    """No print and no configuration of logging in a library."""
    for path, tree in modules(package):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in ("print", "logging.basicConfig"), f"{path}:{node.lineno}"


def test_import_paths_are_edited_where_submissions_are_loaded_only() -> None:
    allowed = {"loading.py", "host.py", "launch.py"}
    for package in PACKAGES:
        for path, _ in modules(package):
            if "sys.path.insert" in path.read_text(encoding="utf-8"):
                assert path.name in allowed, path
