"""The sources of the three packages, parsed: which module takes which name from which other."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "HiggsML": ROOT / "ingestion_program" / "HiggsML",
    "higgsml_scoring": ROOT / "scoring_program" / "higgsml_scoring",
    "higgsml_kit": ROOT / "tools" / "higgsml_kit",
}
PROGRAMS = (
    ROOT / "ingestion_program" / "run_ingestion.py",
    ROOT / "scoring_program" / "run_scoring.py",
)


@dataclass(frozen=True, eq=False)
class Module:
    """A module and its syntax tree."""

    name: str
    """Full name: `HiggsML.running.contract`; that of a folder for its `__init__.py`."""
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The second part of the name, empty for the package's own `__init__.py`."""
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def docstring(self) -> str:
        """The docstring, empty if there is none."""
        return ast.get_docstring(self.tree) or ""

    @property
    def public(self) -> list[str] | None:
        """The content of `__all__`; None if the module has none."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return list(ast.literal_eval(node.value))
        return None


class Import(NamedTuple):
    """One name that a module imports."""

    module: str
    """Full name of the module that is imported, or from which the name is taken."""
    name: str | None
    """The name that is taken from it; None where the module itself is imported."""
    known_as: str
    """What the importing module calls it."""
    in_function: bool
    line: int


@cache
def modules(package: str) -> tuple[Module, ...]:
    """All modules of a package, by path."""
    folder = PACKAGES[package]
    found = []
    for path in sorted(folder.rglob("*.py")):
        parts = [package, *path.relative_to(folder).with_suffix("").parts]
        found.append(parsed(path, ".".join(parts).removesuffix(".__init__")))
    return tuple(found)


def parsed(path: Path, name: str) -> Module:
    """The module in a file."""
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))


@cache
def all_modules() -> dict[str, Module]:
    """The modules of the three packages, by name."""
    return {module.name: module for package in PACKAGES for module in modules(package)}


def imports(module: Module) -> Iterator[Import]:
    """What a module imports, in its functions too; `from x import module` is resolved."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    inner = {
        node
        for function in ast.walk(module.tree)
        if isinstance(function, functions)
        for node in ast.walk(function)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known_as = alias.asname or alias.name
                yield Import(alias.name, None, known_as, node in inner, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = _source(module, node)
            for alias in node.names:
                known_as, full = alias.asname or alias.name, f"{base}.{alias.name}"
                source, name = (full, None) if full in all_modules() else (base, alias.name)
                yield Import(source, name, known_as, node in inner, node.lineno)


def _source(module: Module, node: ast.ImportFrom) -> str:
    """The full name of what stands behind `from`."""
    parts = module.name.split(".")
    if module.path.name == "__init__.py":
        parts.append("")  # one dot means the folder itself
    base = parts[: -node.level] if node.level else []
    return ".".join([*base, *([node.module] if node.module else [])])
