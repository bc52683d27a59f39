"""What a submission must look like, found out without running a line of it."""

import ast
import stat
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import yaml

from ..codabench import is_junk
from .imports import check_imports, is_in_image
from .problems import Problem

__all__ = ["MODEL_FILE", "SIZE_LIMIT", "check_submission"]

MODEL_FILE = "model.py"

_LARGEST_POINTER = 1024
"""Bytes that a file of Git LFS has which only says where the file is."""

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
        sizes = {name: files[name].stat().st_size for name in names}
        links = [
            Problem(each.relative_to(path).as_posix(), "arrives as an empty folder.", _NO_LINK)
            for each in sorted(path.rglob("*"))
            if each.is_symlink() and not each.is_file() and not is_junk(each.relative_to(path))
        ]
        return links + _check_files(sizes, lambda name: files[name].read_bytes(), there)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            entries = [e for e in entries if not is_junk(PurePosixPath(e.filename))]
            sizes = {entry.filename: entry.file_size for entry in entries}
            if any(entry.flag_bits & 1 for entry in entries):
                fix = "zip it without a password."
                return [Problem(str(path), "is encrypted: nobody can unpack it there.", fix)]
            problems = list(_check_entries(entries))
            return problems + _check_files(sizes, archive.read, there)
    except FileNotFoundError:
        return [Problem(str(path), "there is no such folder or file.", "check the path.")]
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        fix = "make it with: higgsml pack --submission FOLDER"
        if path.suffix == ".ipynb":
            fix = (
                f"make a folder with a {MODEL_FILE} of it:"
                f" jupyter nbconvert --to script --output model {path.name}"
            )
        elif path.suffix == ".py":
            fix = f"give the folder that it lies in (--submission {path.absolute().parent})."
        return [Problem(str(path), f"is not a zip file that can be read: {error}.", fix)]


_NO_LINK = "put the files themselves there, not a link to them."


def _check_entries(entries: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    """What only a zip file can have."""
    names = [entry.filename for entry in entries]
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts:
            yield Problem(entry.filename, "leads out of the folder.", "zip the files themselves.")
        if "\\" in entry.filename:
            fix = "make it with: higgsml pack --submission FOLDER"
            what = "has a backslash in its name, which is no folder where it is unpacked."
            yield Problem(entry.filename, what, fix)
        if stat.S_ISLNK(entry.external_attr >> 16):
            yield Problem(entry.filename, "is a link, and arrives as a text.", _NO_LINK)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(name, "is in the zip file twice.", "make the zip file anew.")


def _check_files(
    names: Mapping[str, int], read: Callable[[str], bytes], there: Callable[[str], bool]
) -> list[Problem]:
    """Everything wrong with the files of the given names and sizes (bytes)."""
    problems = []
    size = sum(names.values())
    if size > SIZE_LIMIT:
        what = f"holds {size / 1e6:,.0f} MB, the limit is {SIZE_LIMIT / 1e6:,.0f} MB."
        problems.append(Problem("submission", what, "leave out what predict does not need."))
    for name in ("metadata.yaml", "metadata"):
        if name in names and _names_command(read(name)):
            what = "names a command, which would run beside the ingestion program."
            problems.append(Problem(name, what, "remove it: the ingestion program runs model.py."))
    problems += [
        Problem(name, "is a pointer of Git LFS, not the file itself.", "fetch it: git lfs pull")
        for name, length in names.items()
        if length < _LARGEST_POINTER and read(name).startswith(b"version https://git-lfs")
    ]
    if MODEL_FILE in names:
        sources = {name: read(name) for name in names if name.endswith(".py")}
        return problems + _check_model(sources, there)
    nested = sorted(name for name in names if PurePosixPath(name).name == MODEL_FILE)
    if nested:
        fix = f"zip the content of '{PurePosixPath(nested[0]).parent}', not the folder."
        problems.append(Problem(nested[0], f"{MODEL_FILE} must stand at the root.", fix))
    else:
        fix = "add it, with a class Model."
        others = sorted(name for name in names if name.lower() == MODEL_FILE)
        archives = sorted(name for name in names if name.endswith((".zip", ".tar.gz")))
        if notebooks := sorted(name for name in names if name.endswith(".ipynb")):
            fix = f"convert it: jupyter nbconvert --to script --output model {notebooks[0]}"
        elif others:
            fix = f"rename {others[0]}: small letters count."
        elif archives:
            fix = f"a zip file in a zip file is not unpacked: upload {archives[0]} itself."
        problems.append(Problem("submission", f"has no {MODEL_FILE} at its root.", fix))
    return problems


def _names_command(text: bytes) -> bool:
    """Whether the platform would find a command there; what is no YAML names none."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and bool(content.get("command"))


def _check_model(sources: dict[str, bytes], there: Callable[[str], bool]) -> list[Problem]:
    parsed = {name: _parse(name, source) for name, source in sources.items()}
    module = parsed[MODEL_FILE]
    if isinstance(module, Problem):
        return [module]
    # A name can be bound in many ways (an import, an assignment, below an if): any of them will do.
    classes = [n for n in ast.walk(module) if isinstance(n, ast.ClassDef) and n.name == "Model"]
    if not classes and not _binds_model(module):
        fix = "write: class Model, with __init__, fit and predict."
        return [Problem(MODEL_FILE, "has no Model.", fix)]
    problems = [problem for node in classes for problem in _check_class(node)]
    return problems + check_imports(MODEL_FILE, parsed, there)


def _parse(name: str, source: bytes) -> ast.Module | Problem:
    """A module, or why it is none; that is a problem only if it is imported."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in source:
        return Problem(name, "is not UTF-8 text (but UTF-16, or no text).", "save it as UTF-8.")
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except SyntaxError as error:
        where = f"{name}, line {error.lineno}" if error.lineno else name
        return Problem(where, f"is not valid Python: {error.msg}.", "mend the line.")
    except (ValueError, RecursionError, MemoryError) as error:
        return Problem(name, f"is not Python source: {error}.", "save it as UTF-8 text.")


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
