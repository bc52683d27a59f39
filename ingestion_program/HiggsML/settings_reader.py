"""Reads settings from YAML and checks them: every mistake is reported with its line."""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml

from .arguments import whole_number
from .errors import SettingsError, did_you_mean
from .nuisances import NUISANCES
from .schema import PROCESSES
from .settings import DataSettings, Settings
from .streams import Seed

__all__ = ["SETTINGS_FILE", "find_settings", "read_settings"]

SETTINGS_FILE = "settings.yaml"
MAX_BYTES = 100_000
"""A settings file is read by humans; a larger one is a mistake."""


def find_settings(input_dir: Path) -> Settings:
    """The settings of a folder: its `settings.yaml`, or, if it has only a parquet file, defaults.

    Args:
        input_dir: the folder.

    Raises:
        SettingsError: the folder does not exist or holds neither.
    """
    path = input_dir / SETTINGS_FILE
    if path.exists():
        return read_settings(path)
    if any(input_dir.glob("*.parquet")):
        return Settings(data=DataSettings(source="parquet"))
    fix = "give the folder with the input data (--input)."
    if not input_dir.exists():
        raise SettingsError("there is no such folder.", where=input_dir, fix=fix)
    if not input_dir.is_dir():
        fix = f"give the folder that it lies in (--input {input_dir.absolute().parent})."
        if input_dir.suffix == ".zip":
            fix = "unpack it, and give the folder (--input)."
        raise SettingsError("is a file, not a folder.", where=input_dir, fix=fix)
    inner = sorted(path.parent for path in input_dir.glob(f"*/{SETTINGS_FILE}"))
    raise SettingsError(
        f"there is neither {SETTINGS_FILE} nor a parquet file.",
        where=input_dir,
        value=sorted(path.name for path in input_dir.iterdir())[:10],
        fix=f"give the folder inside of it (--input {inner[0]})." if inner else fix,
    )


def read_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Args:
        path: of the file, YAML.

    Returns:
        The settings; what the file does not say has its default.

    Raises:
        SettingsError: with the file and the line: not readable, not YAML, an unknown key, a wrong
            type, a value out of its range, a key that is missing.
    """
    try:
        text = path.read_bytes()[: MAX_BYTES + 1]
        if len(text) > MAX_BYTES:
            raise SettingsError(f"the file is larger than {MAX_BYTES} bytes.", where=path.name)
        root = yaml.compose(text.decode(), Loader=yaml.SafeLoader)
    except OSError as error:
        fix = "give a folder with a readable file of this name (--input)."
        raise SettingsError(f"cannot be read: {error.strerror}.", where=path, fix=fix) from error
    except UnicodeDecodeError as error:
        fix = "save it as UTF-8."
        raise SettingsError("is not UTF-8 text.", where=path.name, fix=fix) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = path.name if mark is None else f"{path.name}, line {mark.line + 1}"
        problem = getattr(error, "problem", None) or "cannot be parsed"
        line = "" if mark is None else text.decode().splitlines()[mark.line : mark.line + 1]
        fix = "indent with blanks, not with tabs." if "\\t" in problem else "mend the line."
        raise SettingsError(
            f"is not valid YAML: {problem}.", where=where, value="".join(line), fix=fix
        ) from error
    if root is None:
        raise SettingsError("is empty.", where=path.name, fix="start with the section 'data:'.")
    settings: Settings = _Reader(path.name).value(root, Settings, "")
    return settings


class _Reader:
    """Builds dataclasses out of YAML nodes, which know their lines."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.scalars = yaml.SafeLoader("")

    def fail(
        self, node: yaml.Node, key: str, what: str, fix: str, value: object
    ) -> typing.NoReturn:
        where = f"{self.file_name}, line {node.start_mark.line + 1}" + (f", {key}" if key else "")
        raise SettingsError(what, where=where, value=value, fix=fix)

    def value(self, node: yaml.Node, kind: Any, key: str) -> Any:
        """The value of a node, checked to be of the annotated kind."""
        if dataclasses.is_dataclass(kind):
            return self.section(node, kind, key)
        if typing.get_origin(kind) is Mapping:
            return self.mapping(node, typing.get_args(kind)[1], key)
        found = self.scalars.construct_object(node, deep=True)
        if typing.get_origin(kind) is tuple:
            return self.pair(node, found, key)
        expected, accepts = _SCALARS[kind]
        found = _number_meant(node, kind, found)
        if not accepts(found):
            self.fail(node, key, f"must be {expected}.", _EXAMPLES[kind], found)
        in_range, fix = _RANGES.get(key, (lambda _: True, ""))
        if not in_range(found):
            self.fail(node, key, "is out of range.", fix, found)
        return float(found) if kind is float else found

    def pairs(self, node: yaml.Node, key: str) -> list[tuple[str, yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            found = self.scalars.construct_object(node, deep=True)
            self.fail(node, key, "must be a section with keys.", "indent its keys below it.", found)
        items = [(str(name.value), name, child) for name, child in node.value]
        for position, (name, name_node, _) in enumerate(items):
            if name in [earlier for earlier, _, _ in items[:position]]:
                self.fail(name_node, key, "a key is given twice.", "remove one of the two.", name)
        return items

    def section(self, node: yaml.Node, kind: Any, key: str) -> Any:
        fields = {f.name: f for f in dataclasses.fields(kind)}
        kinds = typing.get_type_hints(kind)
        values = {}
        for name, name_node, child in self.pairs(node, key):
            self.known(name_node, name, fields, key)
            values[name] = self.value(child, kinds[name], f"{key}.{name}" if key else name)
        if kind is DataSettings:
            self.of_this_source(node, values.get("source"))
        if kind is DataSettings and values.get("source") == "generator":
            for name in ("train_events", "test_events"):
                if not any(values.get(name, {}).values()):
                    self.fail(node, key, f"the generator needs {name}.", "add it.", sorted(values))
        for name, f in fields.items():
            if name not in values and f.default is f.default_factory is dataclasses.MISSING:
                self.fail(node, key, f"the key '{name}' is missing.", "add it.", sorted(values))
        return kind(**values)

    def of_this_source(self, node: yaml.Node, source: str | None) -> None:
        """Refuse a key that the source of the events ignores."""
        for name, name_node, _ in self.pairs(node, "data"):
            if source is not None and _SOURCE_OF.get(name, source) != source:
                what = f"the source '{source}' ignores this key."
                fix = f"remove it, or set source: {_SOURCE_OF[name]}."
                self.fail(name_node, "data", what, fix, name)

    def mapping(self, node: yaml.Node, kind: Any, key: str) -> Mapping[str, Any]:
        names = NUISANCES if key == "protocol.systematics" else PROCESSES
        values = {}
        for name, name_node, child in self.pairs(node, key):
            self.known(name_node, name, names, key)
            values[name] = self.value(child, kind, f"{key}.*")
        return types.MappingProxyType(values)

    def pair(self, node: yaml.Node, found: Any, key: str) -> tuple[float, float]:
        numbers = isinstance(found, list) and len(found) == 2 and all(map(_is_number, found))
        if not numbers or not 0.0 <= found[0] <= found[1]:
            self.fail(
                node, key, "must be [low, high], 0 <= low <= high.", "for example [0.1, 3].", found
            )
        return float(found[0]), float(found[1])

    def known(self, node: yaml.Node, name: str, names: typing.Iterable[str], key: str) -> None:
        if name not in names:
            self.fail(node, key, "unknown key.", did_you_mean(name, names), name)


def _number_meant(node: yaml.Node, kind: Any, found: Any) -> Any:
    """A number for what YAML takes for a text, as 1e6, or for 1.0e+6 where a count is meant."""
    if node.style is not None or not isinstance(found, str | float):
        return found
    if kind in (int, int | None):
        number = whole_number(found)
        return found if number is None else number
    try:
        return float(found) if kind is float else found
    except ValueError:
        return found


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)


_SCALARS: Mapping[Any, tuple[str, Callable[[Any], bool]]] = {
    int: ("a whole number", _is_int),
    float: ("a finite number", _is_number),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    Seed: ("fresh, or a whole number", lambda value: value == "fresh" or _is_int(value)),
    Literal["generator", "parquet"]: (
        "generator or parquet",
        lambda value: value in ("generator", "parquet"),
    ),
}

_EXAMPLES: Mapping[Any, str] = {
    int: "for example 1000 or 1e3.",
    float: "for example 10 or 0.5.",
    bool: "write true or false, without quotes.",
    Seed: "for example fresh, 1000 or 1e3.",
    Literal["generator", "parquet"]: "write source: generator, or source: parquet.",
}

_SOURCE_OF = {
    "test_size": "parquet",
    "luminosity": "generator",
    "train_events": "generator",
    "test_events": "generator",
}
"""Keys of the section `data` that one source of events reads."""

_POSITIVE = (lambda value: value > 0, "give a number above 0.")
_NOT_NEGATIVE = (lambda value: value == "fresh" or value >= 0, "give 0 or more.")
_RANGES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "data.test_size": (lambda value: 0 < value < 1, "give a share between 0 and 1."),
    "data.seed": _NOT_NEGATIVE,
    "data.luminosity": _POSITIVE,
    "data.train_events.*": _NOT_NEGATIVE,
    "data.test_events.*": _NOT_NEGATIVE,
    "protocol.num_of_sets": _POSITIVE,
    "protocol.num_pseudo_experiments": _POSITIVE,
    "protocol.random_seed": _NOT_NEGATIVE,
    "limits.total_seconds": _POSITIVE,
    "limits.fit_seconds": _POSITIVE,
    "limits.predict_seconds": _POSITIVE,
    "limits.memory_gib": _POSITIVE,
    "limits.disk_gib": _POSITIVE,
}
