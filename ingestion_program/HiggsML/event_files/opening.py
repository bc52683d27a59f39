"""Opening a parquet file of events: its folder, columns, types and metadata are checked."""

import json
import math
import os
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import DataError, did_you_mean
from ..schema import DER_COLUMNS, DETAILED_LABELS, FILE_COLUMNS, LABELS, WEIGHTS
from .problems import unreadable
from .reading import EventFile

__all__ = ["open_event_file"]


def open_event_file(folder: str | os.PathLike[str]) -> EventFile:
    """Open the parquet file of a folder, and the `*_metadata.json` beside it where there is one.

    Raises:
        DataError: the folder, the file, its columns or their types, or the metadata are missing
            or cannot be used. The values in the rows are checked as they are read.
    """
    folder = Path(folder)
    if folder.is_file():
        raise DataError(
            "this is a file.",
            where="input_dir",
            value=str(folder),
            fix=f"give its folder, {str(folder.parent)!r}.",
        )
    if not folder.is_dir():
        raise DataError(
            "this folder does not exist.",
            where="input_dir",
            value=str(folder),
            fix="give the folder that holds the parquet file.",
        )
    path = _only(folder, ".parquet")
    if path is None:
        raise DataError(
            "no parquet file in this folder.",
            where=folder,
            value=sorted(entry.name for entry in folder.iterdir())[:10],
            fix=_where_else(folder),
        )
    try:
        footer = pq.read_metadata(path)
        schema = footer.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from error
    if footer.num_rows == 0:
        raise DataError("the file holds no events.", where=path, fix="generate or download it.")
    _check_columns(path, schema)
    metadata_path = _only(folder, "_metadata.json")
    metadata = {} if metadata_path is None else _read_metadata(metadata_path, footer.num_rows)
    return EventFile(path, footer, MappingProxyType(metadata))


def _where_else(folder: Path) -> str:
    """How to mend a folder without a parquet file."""
    below = sorted(p.parent for p in folder.glob("*/*.parquet") if not p.name.startswith("."))
    if {p.name for p in folder.iterdir()} >= {"data", "labels", "weights"} or any(
        (folder / side / "labels").is_dir() for side in ("train", "test")
    ):
        return (
            "this is the layout of 2024, with data, labels and weights in files of their own: "
            "join them into one parquet file (see the page 'From HiggsML 0.1.5')."
        )
    if below:
        return f"give {str(below[0])!r}, which holds one."
    return (
        "give the folder that holds the parquet file "
        "(HiggsML.datasets.download_dataset fetches one)."
    )


def _only(folder: Path, suffix: str) -> Path | None:
    """The one file of a folder with this ending (hidden files, which archives bring, aside)."""
    found = [p for p in folder.iterdir() if p.name.endswith(suffix) and not p.name.startswith(".")]
    if len(found) > 1:
        raise DataError(
            f"several files end in {suffix}: which one is meant?",
            where=folder,
            value=sorted(p.name for p in found),
            fix="keep one of them in the folder.",
        )
    return found[0] if found else None


def _check_columns(path: Path, schema: pa.Schema) -> None:
    names = schema.names
    # All derived features may be absent: they are computed. Some of them absent is a mistake.
    derived = DER_COLUMNS if set(names) & set(DER_COLUMNS) else ()
    required = [name for name in FILE_COLUMNS if name not in DER_COLUMNS or name in derived]
    missing = [name for name in required if name not in names]
    if missing:
        strange = [name for name in names if name not in FILE_COLUMNS]
        raise DataError(
            f"{len(missing)} of {len(required)} columns are missing.",
            where=path,
            value=missing,
            fix=_renamings(missing, strange),
        )
    for name in required:
        if names.count(name) > 1:
            raise DataError(f"the column {name} appears twice.", where=path, fix="keep one.")
        _check_type(path, name, schema.field(name).type)


_EARLIER = {
    "PRI_n_jets": "PRI_jet_num",
    "PRI_had_pt": "PRI_tau_pt",
    "PRI_had_eta": "PRI_tau_eta",
    "PRI_had_phi": "PRI_tau_phi",
    "DER_pt_ratio_lep_had": "DER_pt_ratio_lep_tau",
    "DER_deltar_had_lep": "DER_deltar_tau_lep",
    WEIGHTS: "Weight",
    LABELS: "Label",
    DETAILED_LABELS: "detailed_label",
}
"""Names that columns had in earlier data of the challenge."""


def _renamings(missing: list[str], strange: list[str]) -> str:
    """How to mend missing columns, given the columns that nobody knows."""
    earlier = {_EARLIER[name]: name for name in missing if _EARLIER.get(name) in strange}
    if earlier:
        rest = [name for name in missing if name not in earlier.values()]
        more = f" These have no earlier name: {', '.join(rest)}." if rest else ""
        return f"rename the columns of earlier data: frame.rename(columns={earlier}).{more}"
    if strange:
        return " ".join(f"for {name}, {did_you_mean(name, strange)}" for name in missing[:3])
    return f"columns are {', '.join(FILE_COLUMNS)}."


def _check_type(path: Path, name: str, kind: pa.DataType) -> None:
    if name == DETAILED_LABELS:
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        right = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    else:
        right = pa.types.is_floating(kind) or pa.types.is_integer(kind)
    if not right:
        raise DataError(
            "wrong type of a column.",
            where=f"{path}, column {name}",
            value=str(kind),
            fix=f"store it as {'string' if name == DETAILED_LABELS else 'float32'}.",
        )


def _read_metadata(path: Path, n_rows: int) -> dict[str, Any]:
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(
            "the metadata are not valid JSON.",
            where=path,
            value=str(error),
            fix="correct the file, or remove it to go without metadata.",
        ) from error
    if not isinstance(metadata, dict):
        raise DataError(
            "the metadata must be a JSON object.",
            where=path,
            value=metadata,
            fix="correct the file, or remove it to go without metadata.",
        )
    if metadata.get("total_rows", n_rows) != n_rows:
        raise DataError(
            f"the metadata and the parquet file ({n_rows} rows) contradict each other.",
            where=f"{path}, total_rows",
            value=metadata["total_rows"],
            fix="fetch both files of one data set.",
        )
    total = metadata.get("sum_weights", 1.0)
    is_number = isinstance(total, int | float) and not isinstance(total, bool)
    if not (is_number and math.isfinite(total) and total > 0.0):
        raise DataError(
            "the expected number of events must be a positive number.",
            where=f"{path}, sum_weights",
            value=total,
            fix="correct it, or leave it out to use the sum of the weights in the file.",
        )
    return metadata
