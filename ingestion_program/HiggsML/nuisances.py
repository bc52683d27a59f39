"""The six nuisance parameters of the challenge: one table, and values drawn from it.

Source: the competition's own code (the PyPI package 0.1.5 narrows the two energy scales tenfold).
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from .errors import SettingsError, did_you_mean
from .schema import BACKGROUNDS, PROCESSES, SIGNAL

__all__ = [
    "NUISANCES",
    "Coordinate",
    "Nuisance",
    "NuisanceValues",
    "draw_nuisances",
    "draw_values",
    "free_yield",
    "nuisance_values",
    "rate_factors",
]

_Z_REACH = 5.0  # prior widths; no draw in a million lies beyond


class Coordinate(NamedTuple):
    """The variable of templates that a parameter moves: ((value - nominal) / unit) ** power."""

    power: int
    unit: float


@dataclass(frozen=True)
class Nuisance:
    """A nuisance parameter: its prior, the rates it scales and the events it moves.

    The prior is Normal(nominal, spread) or LogNormal(0, spread), and draws beyond `low` and `high`
    are set to these bounds (so the bounds carry probability). In units of the prior, z, it is
    standard normal: a value is nominal + spread z, or exp(spread z). A parameter without a prior
    is known by the counted events alone: it takes any value between the bounds, draws are nominal,
    and `spread` is no more than the unit of z.

    Attributes:
        name: word that stands for it everywhere.
        nominal: value of the nominal detector.
        prior: family of the distribution; None for a parameter that is free.
        spread: width of the normal distribution of the value, or of its logarithm.
        low: lower bound.
        high: upper bound.
        unit: "GeV", or "" for a number.
        scales: processes whose rate is multiplied by the value.
        coordinate: how templates depend on the value; None where no event moves.
        starts: values of z at which fits begin, one for each minimum that a fit may have.
    """

    name: str
    nominal: float
    prior: Literal["normal", "lognormal"] | None
    spread: float
    low: float
    high: float
    unit: str = ""
    scales: tuple[str, ...] = ()
    coordinate: Coordinate | None = None
    starts: tuple[float, ...] = (0.0,)

    def draw(self, rng: np.random.Generator) -> float:
        """One value from the clipped prior; the nominal one without a prior.

        Args:
            rng: source of the random numbers.
        """
        if self.prior is None:
            return self.nominal
        if self.prior == "normal":
            value = rng.normal(self.nominal, self.spread)
        else:
            value = rng.lognormal(0.0, self.spread)
        return float(min(max(value, self.low), self.high))

    def value_at(self, z: float) -> float:
        """The value at z prior widths from the centre of the prior.

        Args:
            z: number of prior widths.

        >>> NUISANCES["tes"].value_at(2.0), NUISANCES["soft_met"].value_at(0.0)
        (1.02, 1.0)
        """
        if self.prior == "lognormal":
            return math.exp(self.spread * z)
        return self.nominal + self.spread * z

    def z_of(self, value: float) -> float:
        """The inverse of `value_at`; minus infinity is no soft momentum.

        Args:
            value: of the parameter, in its unit.

        >>> NUISANCES["soft_met"].z_of(0.0)
        -inf
        """
        if self.prior == "lognormal":
            return math.log(value) / self.spread if value > 0.0 else -math.inf
        return (value - self.nominal) / self.spread

    @property
    def z_limits(self) -> tuple[float, float]:
        """The range of z in a fit: up to the bounds, or five widths of the prior if it has one."""
        reach = math.inf if self.prior is None else _Z_REACH
        return max(-reach, self.z_of(self.low)), min(reach, self.z_of(self.high))


def free_yield(process: str) -> Nuisance:
    """The factor on the expected events of a process that nothing but the counts constrains.

    Args:
        process: its name.

    >>> free_yield("ttbar").name, free_yield("ttbar").z_limits
    ('ttbar_yield', (-1.0, inf))
    """
    return Nuisance(f"{process}_yield", 1.0, None, 1.0, 0.0, math.inf, scales=(process,))


_TABLE = (
    Nuisance("tes", 1.0, "normal", 0.01, 0.9, 1.1, coordinate=Coordinate(1, 0.01)),
    Nuisance("jes", 1.0, "normal", 0.01, 0.9, 1.1, coordinate=Coordinate(1, 0.01)),
    # Noise of width s in each component convolves the missing momentum with a normal distribution
    # of variance s^2, and every expectation is analytic in that variance: hence the square, in
    # units of 10 GeV^2. Little and much of it may have a minimum each: fits begin at 1 and 4 GeV.
    Nuisance(
        "soft_met", 0.0, "lognormal", 1.0, 0.0, 5.0, "GeV",
        coordinate=Coordinate(2, 10.0**0.5), starts=(0.0, 1.4),
    ),
    Nuisance("ttbar_scale", 1.0, "normal", 0.02, 0.8, 1.2, scales=("ttbar",)),
    Nuisance("diboson_scale", 1.0, "normal", 0.25, 0.0, 2.0, scales=("diboson",)),
    Nuisance("bkg_scale", 1.0, "normal", 0.001, 0.99, 1.01, scales=BACKGROUNDS),
)  # fmt: skip

NUISANCES: Mapping[str, Nuisance] = MappingProxyType({row.name: row for row in _TABLE})
"""The table, by name, in the order in which values are drawn."""


@dataclass(frozen=True, kw_only=True)
class NuisanceValues(Mapping[str, float]):
    """One value of each nuisance parameter, by name; the default is the nominal detector."""

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

    def __getitem__(self, name: str) -> float:
        if name not in NUISANCES:
            raise KeyError(name)
        return float(getattr(self, name))

    def __iter__(self) -> Iterator[str]:
        return iter(NUISANCES)

    def __len__(self) -> int:
        return len(NUISANCES)

    def rate_factors(self, mu: float = 1.0) -> dict[str, float]:
        """The factor on the expected events of each process: mu for the signal, and `scales`.

        Args:
            mu: signal strength.

        >>> NuisanceValues(ttbar_scale=1.1, bkg_scale=2.0).rate_factors(mu=0.5)
        {'htautau': 0.5, 'ztautau': 2.0, 'ttbar': 2.2, 'diboson': 2.0}
        """
        return rate_factors(PROCESSES, SIGNAL, _TABLE, mu, self)


def rate_factors(
    processes: Iterable[str],
    signal: str,
    nuisances: Collection[Nuisance],
    mu: float,
    values: Mapping[str, float],
) -> dict[str, float]:
    """The factor on the expected events of each process, mu^[p = signal] prod_k value_k^A[k, p].

    A[k, p] is one where parameter k scales process p, else zero.

    Args:
        processes: their names.
        signal: the one that mu scales.
        nuisances: the parameters, and which processes each scales (A[k, p] is 1 there, else 0).
        mu: signal strength.
        values: of the parameters, by name.
    """
    return {
        process: math.prod(
            (values[row.name] for row in nuisances if process in row.scales),
            start=mu if process == signal else 1.0,
        )
        for process in processes
    }


def nuisance_values(z: Mapping[str, float]) -> NuisanceValues:
    """Values from fitted ones, which are in units of the priors; others stay nominal.

    Args:
        z: prior widths from the centre of the prior, by name.

    >>> nuisance_values({"soft_met": 0.0}).soft_met
    1.0
    """
    return NuisanceValues(**{name: NUISANCES[name].value_at(at) for name, at in z.items()})


def draw_nuisances(enabled: Collection[str], rng: np.random.Generator) -> NuisanceValues:
    """Draw the enabled nuisance parameters from their priors; the others stay nominal.

    Args:
        enabled: names of the parameters that vary.
        rng: source of the random numbers.

    Returns:
        The values, within the bounds.

    Raises:
        SettingsError: `enabled` has a name that is not in the table.
    """
    return NuisanceValues(**draw_values(_TABLE, enabled, rng))


def draw_values(
    nuisances: Iterable[Nuisance], enabled: Collection[str], rng: np.random.Generator
) -> dict[str, float]:
    """One value of each parameter: the enabled ones from their priors, the others nominal.

    All are drawn whatever is enabled, so that switching one off leaves the others as they were.

    Args:
        nuisances: the parameters.
        enabled: names of the parameters that vary.
        rng: source of the random numbers.

    Raises:
        SettingsError: `enabled` has a name that is not among the parameters.
    """
    table = {row.name: row for row in nuisances}
    unknown = sorted(set(enabled) - table.keys())
    if unknown:
        raise SettingsError(
            "unknown nuisance parameter.", value=unknown, fix=did_you_mean(unknown[0], table)
        )
    drawn = {name: row.draw(rng) for name, row in table.items()}
    return {name: drawn[name] if name in enabled else row.nominal for name, row in table.items()}
