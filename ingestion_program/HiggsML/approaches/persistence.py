"""Fitted approaches on disk, in a file that runs no code when it is read.

The file is a zip archive: `header.json` (format, the approach as a tree of plain values, digests of
the other members, versions of libraries), `arrays.npz` (arrays, without pickle) and boosted trees
in the JSON of XGBoost. A class is named in the tree and looked up in our own table; its state is
data. Estimators of scikit-learn that consist of compiled objects, such as forests, can only be
pickled, and reading a pickle runs whatever code it holds, a header or a digest notwithstanding:
`load_approach` refuses them unless it is told that the file is trusted.
"""

import hashlib
import importlib.metadata
import io
import json
import os
import pickle
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from ..errors import ApproachError
from .encoding import Decoder, Encoder

__all__ = ["load_approach", "save"]

_FORMAT, _VERSION = "HiggsML approach", 1
_HEADER, _ARRAYS = "header.json", "arrays.npz"
_LIBRARIES = ("numpy", "scikit-learn", "xgboost", "torch")
_FIRST = (1980, 1, 1, 0, 0, 0)  # so that the same approach makes the same file


def save(approach: Any, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a fitted approach to a file.

    Args:
        approach: an approach of this package, a classifier of XGBoost or of scikit-learn.
        path: of the file; it appears when it is complete.
        overwrite: whether a file may stand there.

    Returns:
        The path of the file.

    Raises:
        ApproachError: a file stands there, or this is no estimator.
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise ApproachError("the file exists.", where=target, fix="save(..., overwrite=True).")
    if not isinstance(approach, BaseEstimator):
        raise ApproachError("only estimators can be saved.", value=type(approach).__name__)
    encoder = Encoder()
    tree = encoder.encode(approach)
    arrays = io.BytesIO()
    np.savez_compressed(arrays, allow_pickle=False, **encoder.arrays)
    members = {_ARRAYS: arrays.getvalue(), **encoder.members}
    header = {
        "format": _FORMAT,
        "version": _VERSION,
        "approach": tree,
        "sha256": {name: hashlib.sha256(body).hexdigest() for name, body in members.items()},
        "libraries": _versions(),
    }
    members[_HEADER] = json.dumps(header, indent=1).encode()
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, body in sorted(members.items()):
                    archive.writestr(zipfile.ZipInfo(name, _FIRST), body)
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return target


def load_approach(path: str | os.PathLike[str], *, trusted: bool = False) -> Any:
    """Read an approach that `save` wrote.

    Args:
        path: of the file.
        trusted: whether pickles in it may be read, which runs any code that they hold.

    Returns:
        The fitted approach.

    Raises:
        ApproachError: this is no such file, or it is damaged, of another version, of a class that
            is not ours, or holds a pickle and is not trusted.
    """
    source = Path(path)
    try:
        with zipfile.ZipFile(source) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        header = json.loads(members.pop(_HEADER))
        tree, digests = header["approach"], dict(header["sha256"])
        kind, version = header["format"], header["version"]
    except FileNotFoundError as error:
        raise ApproachError("there is no such file.", where=source) from error
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ApproachError(
            "this is no file of an approach, or it is damaged.",
            where=source,
            value=str(error),
            fix="save the approach again.",
        ) from error
    if (kind, version) != (_FORMAT, _VERSION):
        raise ApproachError(
            f"only version {_VERSION} of the format '{_FORMAT}' can be read.",
            where=source,
            value=(kind, version),
            fix="save the approach again with this version.",
        )
    found = {name: hashlib.sha256(body).hexdigest() for name, body in members.items()}
    if found != digests:
        raise ApproachError(
            "the content is not what the header says: the file is damaged.",
            where=source,
            value=sorted(name for name in found | digests if found.get(name) != digests.get(name)),
            fix="save the approach again.",
        )
    return _decoded(source, tree, members, trusted)


def _decoded(source: Path, tree: Any, members: dict[str, bytes], trusted: bool) -> Any:
    try:
        with np.load(io.BytesIO(members.get(_ARRAYS, b"")), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = Decoder(arrays, members, trusted).decode(tree)
        if not isinstance(found, BaseEstimator):
            raise TypeError(f"{type(found).__name__} is no estimator")
        return found
    except ApproachError as error:
        raise ApproachError(error.what, where=source, fix=error.fix) from error
    except (
        *(EOFError, KeyError, TypeError, ValueError, AttributeError, RecursionError, ImportError),
        *(zipfile.BadZipFile, pickle.UnpicklingError, OSError),
    ) as error:
        raise ApproachError(
            "the content makes no approach.",
            where=source,
            value=f"{type(error).__name__}: {error}",
            fix="save the approach again.",
        ) from error


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
