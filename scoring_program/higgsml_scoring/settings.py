"""What the organiser asks of a scoring run: `settings.yaml` in the reference data."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from . import checks
from .errors import ResultsError, SettingsError
from .files import read_bytes

__all__ = ["ReferenceSettings", "read_reference_settings"]

_LIMIT = 100_000  # bytes
_CHECKS: dict[str, Callable[[object, str], int | str]] = {
    "num_of_sets": checks.count,
    "num_pseudo_experiments": checks.count,
    "settings_digest": checks.digest,
}


@dataclass(frozen=True, kw_only=True)
class ReferenceSettings:
    """The organiser's settings of the scoring.

    Attributes:
        show_truth: whether the score sheet may show the true mu and what it can be read from.
        num_of_sets: number of sets that results must have (None: any).
        num_pseudo_experiments: experiments per set that results must have (None: any).
        settings_digest: digest of the ingestion's settings that results must carry (None: any).
    """

    show_truth: bool
    num_of_sets: int | None = None
    num_pseudo_experiments: int | None = None
    settings_digest: str | None = None


def read_reference_settings(folder: Path) -> ReferenceSettings:
    """Read `settings.yaml` of the folder of reference data.

    Raises:
        SettingsError: where the file is missing, is not YAML, lacks `show_truth`, has an unknown
            key, or a value of the wrong type.
    """
    path = Path(folder) / "settings.yaml"
    try:
        settings = yaml.safe_load(read_bytes(path, _LIMIT))
    except ResultsError as error:
        raise SettingsError(error.what, where=path, fix="restore reference_data/.") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"the file is not valid YAML: {error}.", where=path) from None
    if not isinstance(settings, dict):
        raise SettingsError("the file must hold keys and values.", where=path)
    known = [field.name for field in fields(ReferenceSettings)]
    for key in settings:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            fix = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}."
            raise SettingsError(f"unknown key {key!r}.", where=path, fix=fix)
    if not isinstance(settings.get("show_truth"), bool):
        raise SettingsError(
            "must be true or false.",
            where=f"{path}: show_truth",
            value=settings.get("show_truth"),
            fix="write 'show_truth: false', or true to show the true mu.",
        )
    checked = {"show_truth": settings["show_truth"]}
    try:
        for key, check in _CHECKS.items():
            if settings.get(key) is not None:
                checked[key] = check(settings[key], key)
    except ResultsError as error:
        raise SettingsError(
            error.what,
            where=f"{path}: {error.where}",
            value=settings[error.where],
            fix=f"correct the value, or leave {error.where} out.",
        ) from None
    return ReferenceSettings(**checked)
