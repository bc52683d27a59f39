"""Input data with fewer generated events, for runs that shall be short."""

from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from HiggsML.settings_reader import SETTINGS_FILE, find_settings

from .bundle import read_mapping

__all__ = ["with_fewer_events"]


def with_fewer_events(
    input_data: Path,
    folder: Path,
    fewer: Callable[[Mapping[str, int]], Mapping[str, int]],
    keys: tuple[str, ...],
) -> Path:
    """A folder whose settings ask the generator for fewer events; that of own events as it is.

    Args:
        input_data: folder with settings.yaml.
        folder: to be made.
        fewer: events of each process, of those that the settings ask for.
        keys: whose events: `train_events`, `test_events`.

    Raises:
        SettingsError: the settings cannot be used.
    """
    if not (input_data / SETTINGS_FILE).is_file():
        return input_data  # what is wrong with it, the run says
    known = find_settings(input_data).data  # refuses what cannot be used
    if known.source != "generator":
        return input_data
    folder.mkdir()
    settings = read_mapping(input_data / SETTINGS_FILE)
    for key in keys:
        settings["data"][key] = dict(fewer(getattr(known, key)))
    (folder / SETTINGS_FILE).write_text(yaml.safe_dump(settings), "utf-8")
    return folder
