"""What a submission imports, read from its sources: modules that will be missing where it runs."""

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from HiggsML.errors import did_you_mean

from ..codabench import IMAGE_MODULES
from .problems import Problem

__all__ = ["check_imports", "is_in_image", "is_installed", "is_there"]

_EXTRAS = {"torch": "torch", "imblearn": "imbalance", "awkward": "root", "uproot": "root"}
"""What brings a module that HiggsML can do without: extras of pyproject.toml."""


def is_in_image(module: str) -> bool:
    """Whether a top-level module is in Python or in the competition's image."""
    return module in sys.stdlib_module_names or module in IMAGE_MODULES


def is_there(module: str) -> bool:
    """... or else on this machine, where a dry run happens."""
    return is_in_image(module) or is_installed(module)


def is_installed(module: str) -> bool:
    """Whether a top-level module can be imported on this machine."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def check_imports(
    main: str, files: Mapping[str, ast.Module | Problem], there: Callable[[str], bool]
) -> list[Problem]:
    """Imports that fail, in a module of the submission and in those of its own that it imports.

    Imports that a `try` guards, that only type checkers see, or that run as a script only, are
    left out.

    Args:
        main: name of the module's file.
        files: all modules of the submission by the names of their files, parsed, or why they
            cannot be.
        there: tells whether a top-level module can be imported.
    """
    own = {PurePosixPath(name).parts[0].removesuffix(".py") for name in files}
    problems: list[Problem] = []
    waiting, seen = [main], {main}
    while waiting:
        name = waiting.pop()
        depth = len(PurePosixPath(name).parts) - 1
        source = files[name]
        if isinstance(source, Problem):
            problems.append(source)
            continue
        for node in _imports(source):
            where = f"{name}, line {node.lineno}"
            if isinstance(node, ast.ImportFrom) and node.level > depth:
                problems.append(_relative(where, node))
                continue
            for module in _modules(name, node):
                top = module.split(".")[0]
                if top in own:
                    found = [f for f in _files_of(module, files) if f not in seen]
                    waiting += found
                    seen.update(found)
                elif not there(top):
                    problems.append(_missing(where, top, own))
    return list(dict.fromkeys(problems))


def _relative(where: str, node: ast.ImportFrom) -> Problem:
    dots, module = "." * node.level, node.module or ""
    names = ", ".join(alias.name for alias in node.names)
    what = (
        f"the relative import 'from {dots}{module} import {names}' fails: model.py is no package."
    )
    fix = f"write: from {module} import {names}" if module else f"write: import {names}"
    return Problem(where, what, fix)


def _missing(where: str, module: str, own: set[str]) -> Problem:
    if module in IMAGE_MODULES:
        fix = f"install it: pip install {module} (the image has it)."
        return Problem(where, f"'{module}' is not installed on this machine.", fix)
    what = f"'{module}' is not in the image, and not in the submission."
    near = did_you_mean(module, [*own, *IMAGE_MODULES])
    fix = "the page Submission lists what there is; put sources of your own beside model.py."
    if module in _EXTRAS:
        brings = f"at home it comes with: pip install 'HiggsML[{_EXTRAS[module]}]'."
        fix = f"ask the organisers whether their image has it; {brings}"
    elif near.startswith("did"):
        fix = near
    return Problem(where, what, fix)


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements that must succeed."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.Try) and _catches_import_errors(node):
            for part in (*node.orelse, *node.finalbody):
                yield from _imports(ast.Module([part], []))
        elif isinstance(node, ast.If) and _is_left_out(node.test):
            yield from _imports(ast.Module(node.orelse, []))
        else:
            yield from _imports(node)


def _catches_import_errors(node: ast.Try) -> bool:
    caught = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return any(
        handler.type is None
        or caught & {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
        for handler in node.handlers
    )


def _is_left_out(test: ast.expr) -> bool:
    names = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
    names |= {n.attr for n in ast.walk(test) if isinstance(n, ast.Attribute)}
    return bool(names & {"TYPE_CHECKING", "__name__"})


def _modules(name: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    parents = PurePosixPath(name).parts[:-1]
    base = [*parents[: len(parents) - node.level + 1]] if node.level else []
    module = ".".join([*base, *([node.module] if node.module else [])])
    yield module
    yield from (f"{module}.{alias.name}" for alias in node.names)


def _files_of(module: str, files: Iterable[str]) -> list[str]:
    """The files that importing a module of the submission runs."""
    parts = module.split(".")
    paths = ["/".join(parts[:i]) for i in range(1, len(parts) + 1)]
    names = [name for path in paths for name in (f"{path}.py", f"{path}/__init__.py")]
    return [name for name in names if name in files]
