"""What a submission must look like, found out without running a line of it."""

import ast
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ..codabench import is_junk
from .imports import check_imports, is_in_image
from .problems import Problem

__all__ = ["MODEL_FILE", "SIZE_LIMIT", "check_submission"]

MODEL_FILE = "model.py"

SIZE_LIMIT = 500_000_000
"""Bytes, unpacked. The limit of this competition, far above what a model needs."""


def check_submission(path: Path, there: Callable[[str], bool] = is_in_image) -> list[Problem]:
    """Everything wrong with a submission: a folder, or a zip file made of one.

    Args:
        path: path of the folder or file.
        there: tells whether a top-level module can be imported where the submission runs.
    """
    if path.is_dir():
        files = {f.relative_to(path).as_posix(): f for f in path.rglob("*") if f.is_file()}
        # Systems put caches and the like into folders and zips. They do no harm: `higgsml pack`
        # and the dry run leave them out, and the platform runs model.py beside them.
        names = [name for name in files if not is_junk(PurePosixPath(name))]
        size = sum(files[name].stat().st_size for name in names)
        return _check_files(names, size, lambda name: files[name].read_bytes(), there)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            entries = [e for e in entries if not is_junk(PurePosixPath(e.filename))]
            names = [entry.filename for entry in entries]
            size = sum(entry.file_size for entry in entries)
            return _check_names(names) + _check_files(names, size, archive.read, there)
    except FileNotFoundError:
        return [Problem(str(path), "there is no such folder or file.", "check the path.")]
    except (OSError, zipfile.BadZipFile) as error:
        fix = "make it with: higgsml pack --submission FOLDER"
        if path.suffix == ".ipynb":
            fix = (
                f"make a folder with a {MODEL_FILE} of it:"
                f" jupyter nbconvert --to script --output model {path.name}"
            )
        elif path.suffix == ".py":
            fix = f"give the folder that it lies in (--submission {path.absolute().parent})."
        return [Problem(str(path), f"is not a zip file that can be read: {error}.", fix)]


def _check_names(names: list[str]) -> list[Problem]:
    """Names that only a zip file can have."""
    return [
        Problem(name, "leads out of the folder.", "zip the files themselves.")
        for name in names
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts
    ]


def _check_files(
    names: list[str], size: int, read: Callable[[str], bytes], there: Callable[[str], bool]
) -> list[Problem]:
    problems = []
    if size > SIZE_LIMIT:
        what = f"holds {size / 1e6:,.0f} MB, the limit is {SIZE_LIMIT / 1e6:,.0f} MB."
        problems.append(Problem("submission", what, "leave out what predict does not need."))
    for name in ("metadata.yaml", "metadata"):
        if name in names and b"command" in read(name):
            what = "names a command, which would run beside the ingestion program."
            problems.append(Problem(name, what, "remove it: the ingestion program runs model.py."))
    if MODEL_FILE in names:
        sources = {name: read(name) for name in names if name.endswith(".py")}
        return problems + _check_model(sources, there)
    nested = sorted(name for name in names if PurePosixPath(name).name == MODEL_FILE)
    if nested:
        fix = f"zip the content of '{PurePosixPath(nested[0]).parent}', not the folder."
        problems.append(Problem(nested[0], f"{MODEL_FILE} must stand at the root.", fix))
    else:
        fix = "add it, with a class Model."
        if notebooks := sorted(name for name in names if name.endswith(".ipynb")):
            fix = f"convert it: jupyter nbconvert --to script --output model {notebooks[0]}"
        problems.append(Problem("submission", f"has no {MODEL_FILE} at its root.", fix))
    return problems


def _check_model(sources: dict[str, bytes], there: Callable[[str], bool]) -> list[Problem]:
    try:
        module = ast.parse(sources[MODEL_FILE])
    except SyntaxError as error:
        where = f"{MODEL_FILE}, line {error.lineno}"
        return [Problem(where, f"is not valid Python: {error.msg}.", "mend the line.")]
    except ValueError as error:
        return [Problem(MODEL_FILE, f"is not Python source: {error}.", "save it as UTF-8 text.")]
    # A name can be bound in many ways (an import, an assignment, below an if): any of them will do.
    classes = [n for n in ast.walk(module) if isinstance(n, ast.ClassDef) and n.name == "Model"]
    if not classes and not _binds_model(module):
        fix = "write: class Model, with __init__, fit and predict."
        return [Problem(MODEL_FILE, "has no Model.", fix)]
    problems = [problem for node in classes for problem in _check_class(node)]
    return problems + check_imports(MODEL_FILE, _parsed(sources), there)


def _parsed(sources: dict[str, bytes]) -> dict[str, ast.Module]:
    """The modules that can be parsed; others fail if they are imported, which is not known."""
    modules = {}
    for name, source in sources.items():
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            modules[name] = ast.parse(source)
    return modules


def _binds_model(module: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == "Model" and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.alias) and (node.asname or node.name) in ("Model", "*"))
        or (isinstance(node, ast.FunctionDef) and node.name == "Model")
        for node in ast.walk(module)
    )


def _check_class(node: ast.ClassDef) -> list[Problem]:
    if node.bases or node.decorator_list:  # what they add is not known without running them
        return []
    functions = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    methods = set(functions)
    assigned = {n.id for each in node.body for n in ast.walk(each) if isinstance(n, ast.Name)}
    return [
        Problem(f"{MODEL_FILE}, line {node.lineno}", f"Model has no {name}.", f"add '{name}'.")
        for name in ("fit", "predict")
        if name not in methods | assigned
    ] + [
        problem
        for name, taken in _CONTRACT.items()
        if name in functions
        for problem in _check_call(functions[name], taken)
    ]


_CONTRACT = {
    "__init__": ("get_train_set", "systematics", "model_type"),
    "fit": (),
    "predict": ("test_set",),
}
"""The arguments that the methods are given, after self."""


def _check_call(node: ast.FunctionDef, given: tuple[str, ...]) -> list[Problem]:
    """Whether a method can be called as the contract says."""
    if node.decorator_list:
        return []
    arguments = [*node.args.posonlyargs, *node.args.args][1:]
    required = [each.arg for each in arguments[: len(arguments) - len(node.args.defaults)]]
    pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    required += [each.arg for each, default in pairs if default is None]
    names = [each.arg for each in (*arguments, *node.args.kwonlyargs)]
    by_name = node.name == "__init__"
    if by_name:
        further = [name for name in required if name not in given]
        missing = [name for name in given[:2] if name not in names]
        fine = not further and (not missing or node.args.kwarg is not None)
    else:
        further = required[len(given) :]
        fine = not further and (len(arguments) >= len(given) or node.args.vararg is not None)
    if fine:
        return []
    shown = ", ".join(["self", *names])
    contract = ", ".join(["self", *given[:2]])
    where = f"{MODEL_FILE}, line {node.lineno}"
    what = f"Model.{node.name}({shown}) cannot be called as the contract says."
    return [Problem(where, what, f"write: def {node.name}({contract})")]
