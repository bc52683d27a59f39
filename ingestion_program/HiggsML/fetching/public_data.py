"""Fetching a data set: streamed, resumed where it broke off, checked, unpacked safely."""

import contextlib
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import requests

from ..errors import DownloadError
from .archives import extract_zip
from .transfer import TIMEOUT, download, no_connection, offline, reason, require_checksum

__all__ = ["DATASETS", "fetch_dataset"]

logger = logging.getLogger(__name__)

DATASETS: Mapping[str, str] = MappingProxyType(
    {
        "neurips2024_data": "https://zenodo.org/records/15131565/files/"
        "FAIR_Universe_HiggsML_data.zip?download=1",
        "blackSwan_data": "https://www.codabench.org/datasets/download/"
        "56bf8a3e-45b7-4912-8586-366c18c82586/",
        "sample_data": "https://www.codabench.org/datasets/download/"
        "77341e17-f23a-47d9-87eb-ebceee452a14/",
    }
)
"""The public data sets, by the names of HiggsML 0.1.5."""


def fetch_dataset(
    name_or_url: str,
    directory: str | os.PathLike[str] | None = None,
    *,
    checksum: str | None = None,
) -> Path:
    """Download and unpack a data set, unless it is there; returns the folder with its parquet file.

    Arguments and errors: `HiggsML.datasets.download_dataset`.
    """
    url = _address(name_or_url)
    name = name_or_url if name_or_url in DATASETS else _name_in(url)
    folder = (Path.cwd() / name if directory is None else Path(directory)).absolute()
    if folder.is_file():
        raise DownloadError(
            "this is a file.", where="directory", value=str(folder), fix="name a folder."
        )
    source = folder / ".source"  # tells which data set the folder holds
    if source.is_file() and source.read_text(encoding="utf-8") != url:
        raise DownloadError(
            f"this folder holds another data set than {url}.",
            where=folder,
            value=source.read_text(encoding="utf-8"),
            fix="give another directory.",
        )
    if not (folder.is_dir() and any(folder.iterdir())):
        _fill(folder, url, checksum)
        source.write_text(url, encoding="utf-8")
    return _folder_with_events(folder)


def _fill(folder: Path, url: str, checksum: str | None) -> None:
    archive = folder.with_name(folder.name + ".zip")
    size, published = _published(url)
    checksum = checksum or published
    put_there = archive.exists()  # by hand, or by 0.1.5: it is used, and kept
    if not put_there:
        download(url, archive, size=size, checksum=checksum)
    elif checksum is not None:
        require_checksum(archive, checksum)
    extract_zip(archive, folder)
    if not put_there:
        archive.unlink()


def _published(url: str) -> tuple[int | None, str | None]:
    """Size and checksum that the repository of a record (Zenodo and its kin) publishes of a file.

    Source: the REST interface of InvenioRDM, `/api/records/<number>`, as Zenodo serves it.
    """
    record = re.match(r"(https?://[^/]+)/records/(\d+)/files/([^?#]+)", url)
    if record is None:
        return None, None
    host, number, name = record.groups()
    try:
        answer = requests.get(f"{host}/api/records/{number}", timeout=TIMEOUT)
        answer.raise_for_status()
        for file in answer.json()["files"]:
            if file["key"] == unquote(name):
                return int(file["size"]), str(file["checksum"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        if no_connection(error):
            raise offline(url, error) from error
        logger.warning("%s: no checksum to compare with (%s)", url, reason(error))
    return None, None


def _address(name_or_url: str) -> str:
    if name_or_url in DATASETS:
        return DATASETS[name_or_url]
    with contextlib.suppress(ValueError):  # what cannot be an address
        parts = urlsplit(name_or_url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return name_or_url
    raise DownloadError(
        "neither the name of a data set nor an http(s) address.",
        value=name_or_url,
        fix=f"names are {', '.join(DATASETS)}.",
    )


def _name_in(url: str) -> str:
    """The last word of the path of an address, without its ending: a name for the folder."""
    words = [unquote(word) for word in urlsplit(url).path.split("/") if word]
    name = re.sub(r"[^\w.-]", "_", words[-1].removesuffix(".zip")) if words else ""
    return name.lstrip(".") or "data"


def _folder_with_events(folder: Path) -> Path:
    """The folder, in or under this one, that holds the parquet file."""
    folders = sorted({p.parent for p in folder.rglob("*.parquet") if not p.name.startswith(".")})
    if len(folders) != 1:
        raise DownloadError(
            "no parquet file." if not folders else "several folders hold parquet files.",
            where=folder,
            value=[str(p.relative_to(folder)) for p in folders or sorted(folder.iterdir())[:10]],
            fix="give a directory that is new or empty."
            if not folders
            else "open one of them with HiggsML.datasets.Data.",
        )
    return folders[0]
