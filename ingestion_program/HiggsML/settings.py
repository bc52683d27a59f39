"""The settings of a run, frozen.

The dataclasses below are the schema of `settings.yaml`: a key is a field, its type is the field's
annotation, and a field with a default may be left out. `settings_reader` reads them.
"""

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple

from .nuisances import NUISANCES
from .schema import REFERENCE_LUMINOSITY
from .streams import Seed, drawn
from .task import HIGGSML

__all__ = [
    "DataSettings",
    "LimitSettings",
    "ProtocolSettings",
    "Seeds",
    "Settings",
    "digest_of",
]


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Where the events come from."""

    source: Literal["generator", "parquet"]
    """`generator`: the built-in simulation; `parquet`: the file in the input folder."""
    test_size: float = 0.3
    """parquet: the share of the rows of each process that makes the test pool."""
    seed: Seed = "fresh"
    """Seed of the generated events, or of the split of a parquet file; fresh: drawn when the run
    starts, and recorded at its end."""
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
    mu_range: tuple[float, float] = HIGGSML.mu_range
    """The true mu of each set is uniform in this range."""
    random_seed: Seed = "fresh"
    """Seed of the true mus and of every experiment; fresh: as above."""
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


class Seeds(NamedTuple):
    """The secrets of a run."""

    data: int
    """Seed of the generated events."""
    random: int
    """Seed of the true mus and of every experiment."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a run."""

    data: DataSettings
    protocol: ProtocolSettings = ProtocolSettings()
    limits: LimitSettings = LimitSettings()

    def with_arguments(self, given: Mapping[str, Any]) -> "Settings":
        """These settings with what a command line says of them.

        Args:
            given: by the names of `ProtocolSettings`, `systematics_<nuisance parameter>` and
                `data_seed`; None stands for what was not given, and further names are ignored.
        """
        names = [each.name for each in fields(ProtocolSettings) if each.name != "systematics"]
        values = {name: given[name] for name in names if given.get(name) is not None}
        vary = {name: given.get(f"systematics_{name}") for name in NUISANCES}
        systematics = dict(self.protocol.systematics)
        systematics |= {name: value for name, value in vary.items() if value is not None}
        protocol = replace(self.protocol, **values, systematics=systematics)
        seed = given.get("data_seed")
        data = self.data if seed is None else replace(self.data, seed=seed)
        return replace(self, data=data, protocol=protocol)

    def digest(self) -> str:
        """SHA-256 (hex) of all settings, in a canonical form."""
        return digest_of(self)

    def draw_seeds(self) -> Seeds:
        """The two seeds: as they stand here, or drawn where they shall be fresh."""
        return Seeds(drawn(self.data.seed), drawn(self.protocol.random_seed))

    def with_seeds(self, seeds: Seeds) -> "Settings":
        """These settings with fixed seeds.

        Args:
            seeds: of the data and of the experiments.
        """
        data = replace(self.data, seed=seeds.data)
        return replace(self, data=data, protocol=replace(self.protocol, random_seed=seeds.random))


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of a value made of dataclasses, mappings, sequences, numbers and texts.

    Args:
        value: whatever is made of these; order matters in sequences only.
    """
    text = json.dumps(value, sort_keys=True, allow_nan=False, default=_as_dict)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else vars(value)
