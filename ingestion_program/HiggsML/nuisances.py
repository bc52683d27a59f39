"""The six nuisance parameters of the challenge: one table, and values drawn from it.

Source: the competition's own code (the PyPI package 0.1.5 narrows the two energy scales tenfold).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from .errors import SettingsError, did_you_mean
from .schema import PROCESSES, SIGNAL

__all__ = ["NUISANCES", "Nuisance", "NuisanceValues", "draw_nuisances"]


@dataclass(frozen=True)
class Nuisance:
    """A nuisance parameter: its prior, and what it acts on.

    The prior is Normal(nominal, spread), or LogNormal(0, spread) for the soft missing energy, and
    draws beyond `low` and `high` are set to these bounds (so the bounds carry probability).
    """

    name: str
    nominal: float
    prior: Literal["normal", "lognormal"]
    spread: float
    low: float
    high: float
    unit: str
    acts_on: str

    def draw(self, rng: np.random.Generator) -> float:
        """One value from the clipped prior."""
        if self.prior == "normal":
            value = rng.normal(self.nominal, self.spread)
        else:
            value = rng.lognormal(0.0, self.spread)
        return float(min(max(value, self.low), self.high))


_TABLE = (
    Nuisance("tes", 1.0, "normal", 0.01, 0.9, 1.1, "", "tau pT, missing energy"),
    Nuisance("jes", 1.0, "normal", 0.01, 0.9, 1.1, "", "jet pT, missing energy"),
    Nuisance("soft_met", 0.0, "lognormal", 1.0, 0.0, 5.0, "GeV", "missing energy"),
    Nuisance("ttbar_scale", 1.0, "normal", 0.02, 0.8, 1.2, "", "ttbar rate"),
    Nuisance("diboson_scale", 1.0, "normal", 0.25, 0.0, 2.0, "", "diboson rate"),
    Nuisance("bkg_scale", 1.0, "normal", 0.001, 0.99, 1.01, "", "rate of every background"),
)

NUISANCES: Mapping[str, Nuisance] = MappingProxyType({row.name: row for row in _TABLE})
"""The table, by name, in the order in which values are drawn."""


@dataclass(frozen=True, kw_only=True)
class NuisanceValues:
    """One value of each nuisance parameter; the default is the nominal detector."""

    tes: float = 1.0
    jes: float = 1.0
    soft_met: float = 0.0
    ttbar_scale: float = 1.0
    diboson_scale: float = 1.0
    bkg_scale: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not np.isfinite(value) or value < 0.0:
                raise SettingsError(
                    "a nuisance parameter must be finite and not negative.",
                    where=field.name,
                    value=value,
                    fix=f"its nominal value is {NUISANCES[field.name].nominal:g}.",
                )

    def rate_factors(self, mu: float = 1.0) -> dict[str, float]:
        """What multiplies the expected events of each process.

        mu for the signal; bkg_scale for Z; bkg_scale times its own scale for ttbar and diboson.

        >>> NuisanceValues(ttbar_scale=1.1, bkg_scale=2.0).rate_factors(mu=0.5)
        {'htautau': 0.5, 'ztautau': 2.0, 'ttbar': 2.2, 'diboson': 2.0}
        """
        own = {SIGNAL: mu, "ttbar": self.ttbar_scale, "diboson": self.diboson_scale}
        return {
            name: own.get(name, 1.0) * (1.0 if name == SIGNAL else self.bkg_scale)
            for name in PROCESSES
        }


def draw_nuisances(enabled: Collection[str], rng: np.random.Generator) -> NuisanceValues:
    """Draw the enabled nuisance parameters from their priors; the others stay nominal.

    All six are drawn whatever is enabled, so that switching one off leaves the others as they were.

    Raises:
        SettingsError: `enabled` has a name that is not in the table.
    """
    unknown = sorted(set(enabled) - NUISANCES.keys())
    if unknown:
        raise SettingsError(
            "unknown nuisance parameter.", value=unknown, fix=did_you_mean(unknown[0], NUISANCES)
        )
    drawn = {row.name: row.draw(rng) for row in NUISANCES.values()}
    return replace(NuisanceValues(), **{name: drawn[name] for name in drawn if name in enabled})
