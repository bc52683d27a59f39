"""The settings of a run: frozen, read from YAML, every mistake reported with its line.

The dataclasses below are the schema of `settings.yaml`: a key is a field, its type is the field's
annotation, and a field with a default may be left out.
"""

import dataclasses
import difflib
import hashlib
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from .errors import SettingsError
from .nuisances import NUISANCES
from .schema import PROCESSES, REFERENCE_LUMINOSITY

__all__ = [
    "DataSettings",
    "LimitSettings",
    "ProtocolSettings",
    "Settings",
    "find_settings",
    "read_settings",
]

SETTINGS_FILE = "settings.yaml"
MAX_BYTES = 100_000
"""A settings file is read by humans; a larger one is a mistake."""


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Where the events come from."""

    source: Literal["generator", "parquet"]
    """`generator`: the built-in simulation; `parquet`: the file in the input folder."""
    test_size: float = 0.3
    """parquet: the share of its rows, from the first on, that makes the test pool."""
    seed: int = 0
    """generator: seed of the events."""
    luminosity: float = REFERENCE_LUMINOSITY
    """generator: 1/fb; the expected events of every process are proportional to it."""
    train_events: Mapping[str, int] = field(default_factory=dict)
    """generator: how many events of each process the participant can train on."""
    test_events: Mapping[str, int] = field(default_factory=dict)
    """generator: how many events of each process pseudo-experiments are drawn from."""


@dataclass(frozen=True, kw_only=True)
class ProtocolSettings:
    """Which pseudo-experiments are made."""

    num_of_sets: int = 10
    """Sets; all experiments of a set share one true mu."""
    num_pseudo_experiments: int = 100
    """Experiments in each set."""
    mu_range: tuple[float, float] = (0.1, 3.0)
    """The true mu of each set is uniform in this range."""
    random_seed: int | None = None
    """Of the true mus and of every experiment; null draws one, and the run records it."""
    systematics: Mapping[str, bool] = field(
        default_factory=lambda: types.MappingProxyType(dict.fromkeys(NUISANCES, True))
    )
    """Which nuisance parameters vary (those left out do not)."""

    @property
    def enabled(self) -> tuple[str, ...]:
        """The names of the nuisance parameters that vary, in the order of the table."""
        return tuple(name for name in NUISANCES if self.systematics.get(name, False))


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """How much time and room a submission may take."""

    total_seconds: float = 7200.0
    """The whole run."""
    fit_seconds: float = 3600.0
    """Loading the submission and `fit`."""
    predict_seconds: float = 120.0
    """One call of `predict`."""
    memory_gib: float = 8.0
    """Memory of each of the model's processes."""
    disk_gib: float = 4.0
    """Files that each of the model's processes writes."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a run."""

    data: DataSettings
    protocol: ProtocolSettings = ProtocolSettings()
    limits: LimitSettings = LimitSettings()

    def digest(self) -> str:
        """SHA-256 (hex) of all settings, in a canonical form."""
        return digest_of(self)


def find_settings(input_dir: Path) -> Settings:
    """The settings of a folder: its `settings.yaml`, or, if it has only a parquet file, defaults.

    Raises:
        SettingsError: the folder does not exist or holds neither.
    """
    path = input_dir / SETTINGS_FILE
    if path.exists():
        return read_settings(path)
    if any(input_dir.glob("*.parquet")):
        return Settings(data=DataSettings(source="parquet"))
    raise SettingsError(
        f"there is neither {SETTINGS_FILE} nor a parquet file.",
        where=input_dir,
        fix="give the folder with the input data (--input).",
    )


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of a value made of dataclasses, mappings, sequences, numbers and texts."""
    text = json.dumps(value, sort_keys=True, allow_nan=False, default=_as_dict)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else vars(value)


def read_settings(path: Path) -> Settings:
    """Read and check a settings file.

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
        raise SettingsError(f"cannot be read: {error.strerror}.", where=path) from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not UTF-8 text.", where=path.name) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = path.name if mark is None else f"{path.name}, line {mark.line + 1}"
        problem = getattr(error, "problem", None) or "cannot be parsed"
        raise SettingsError(f"is not valid YAML: {problem}.", where=where) from error
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
        if not accepts(found):
            self.fail(node, key, f"must be {expected}.", "change the value.", found)
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
                self.fail(name_node, key, "a key stands twice.", "remove one of the two.", name)
        return items

    def section(self, node: yaml.Node, kind: Any, key: str) -> Any:
        fields = {f.name: f for f in dataclasses.fields(kind)}
        kinds = typing.get_type_hints(kind)
        values = {}
        for name, name_node, child in self.pairs(node, key):
            self.known(name_node, name, fields, key)
            values[name] = self.value(child, kinds[name], f"{key}.{name}" if key else name)
        if kind is DataSettings and values.get("source") == "generator":
            for name in ("train_events", "test_events"):
                if not any(values.get(name, {}).values()):
                    self.fail(node, key, f"the generator needs {name}.", "add it.", sorted(values))
        for name, f in fields.items():
            if name not in values and f.default is f.default_factory is dataclasses.MISSING:
                self.fail(node, key, f"the key '{name}' is missing.", "add it.", sorted(values))
        return kind(**values)

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
            near = difflib.get_close_matches(name, list(names), n=1)
            fix = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(names)}."
            self.fail(node, key, "unknown key.", fix, name)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)


_SCALARS: Mapping[Any, tuple[str, Callable[[Any], bool]]] = {
    int: ("a whole number", _is_int),
    float: ("a finite number", _is_number),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int | None: ("a whole number or null", lambda value: value is None or _is_int(value)),
    Literal["generator", "parquet"]: (
        "generator or parquet",
        lambda value: value in ("generator", "parquet"),
    ),
}

_POSITIVE = (lambda value: value > 0, "give a number above 0.")
_NOT_NEGATIVE = (lambda value: value is None or value >= 0, "give 0 or more.")
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
