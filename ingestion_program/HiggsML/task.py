"""A task as data: processes, what scales their rates, and what moves their events.

The expected events of a bin are a sum over the processes p,

    lambda = sum_p rate_p f_p(x),   rate_p = mu^[p = signal] prod_k value_k^A[k, p],

with A[k, p] one where nuisance parameter k scales process p, else zero. The templates f_p are
polynomials in the coordinates x of the parameters that move events,

    f_p(x) = sum_m c_mp prod_i x_i^E[m, i],   x_i = ((value_i - nominal_i) / unit_i) ** power_i.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .arrays import Array
from .errors import SettingsError, did_you_mean
from .nuisances import (
    NUISANCES,
    Nuisance,
    NuisanceValues,
    draw_values,
    nuisance_values,
    rate_factors,
)
from .schema import FEATURES, PRI_COLUMNS, PROCESSES, SIGNAL

__all__ = ["HIGGSML", "Task"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """The measurement of one signal strength mu, among processes and nuisance parameters.

    Attributes:
        processes: names; the order is that of templates.
        signal: the process whose rate is mu times the expected one.
        mu_range: the values that mu can have.
        nuisances: the parameters, in the order in which they are drawn.
        exponents: for each monomial of the templates, one exponent for each parameter that moves
            events; the first monomial is the constant one.
        base_points: values of the nuisance parameters that events are shifted to, to fit the
            templates; the first point is the nominal one.
        columns: features that a shift starts from.
        features: features of shifted events, in the order of their arrays.

    Raises:
        SettingsError: the parts do not fit together.
    """

    processes: tuple[str, ...]
    signal: str
    mu_range: tuple[float, float]
    nuisances: tuple[Nuisance, ...] = ()
    exponents: tuple[tuple[int, ...], ...] = ((),)
    base_points: tuple[Mapping[str, float], ...] = field(default=({},), hash=False)
    columns: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        scaled = {name for row in self.nuisances for name in row.scales}
        if unknown := {self.signal, *scaled}.difference(self.processes):
            raise SettingsError(
                "these are not among the processes of the task.",
                where="Task",
                value=sorted(unknown),
                fix=f"the processes are {', '.join(self.processes)}.",
            )
        n_moving = len(self.moving)
        constant = (0,) * n_moving
        if self.exponents[:1] != (constant,) or {*map(len, self.exponents)} != {n_moving}:
            raise SettingsError(
                "each monomial needs an exponent for each parameter that moves events, and the"
                " first one must be constant.",
                where="Task",
                value=self.exponents,
                fix=f"give {n_moving} exponents, and zeros first.",
            )

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of the likelihood: mu, and the nuisance parameters."""
        return ("mu", *self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the nuisance parameters."""
        return tuple(row.name for row in self.nuisances)

    @property
    def moving(self) -> tuple[Nuisance, ...]:
        """The nuisance parameters that move events."""
        return tuple(row for row in self.nuisances if row.coordinate is not None)

    @property
    def signal_code(self) -> int:
        """Position of the signal among the processes."""
        return self.processes.index(self.signal)

    @property
    def nominal(self) -> dict[str, float]:
        """Nominal value of each nuisance parameter."""
        return {row.name: row.nominal for row in self.nuisances}

    def chosen(self, names: Iterable[str]) -> tuple[Nuisance, ...]:
        """The nuisance parameters of these names, in the order of the names.

        Args:
            names: of the parameters.

        Raises:
            SettingsError: the task has no parameter of this name.
        """
        table = {row.name: row for row in self.nuisances}
        rows = []
        for name in names:
            if name not in table:
                raise SettingsError(
                    "unknown nuisance parameter.", value=name, fix=did_you_mean(name, table)
                )
            rows.append(table[name])
        return tuple(rows)

    def draw(self, enabled: Collection[str], rng: np.random.Generator) -> dict[str, float]:
        """Values of the nuisance parameters: the enabled ones from their priors.

        Args:
            enabled: names of the parameters that vary.
            rng: source of the random numbers.
        """
        return draw_values(self.nuisances, enabled, rng)

    def shift(self, values: Mapping[str, float]) -> dict[str, float]:
        """Values of the parameters that move events; those that are not given are nominal.

        Args:
            values: of parameters, by name.

        >>> HIGGSML.shift({"tes": 1.02, "bkg_scale": 1.001})
        {'tes': 1.02, 'jes': 1.0, 'soft_met': 0.0}
        """
        return {row.name: values.get(row.name, row.nominal) for row in self.moving}

    def rates(self, mu: float, values: Mapping[str, float]) -> Array:
        """The factor on the expected events of each process, (P,); values not given are nominal.

        Args:
            mu: signal strength.
            values: of parameters, by name.
        """
        factors = rate_factors(
            self.processes, self.signal, self.nuisances, mu, self.nominal | dict(values)
        )
        return np.array(list(factors.values()))


_MONOMIALS = (
    *((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)),
    *((2, 0, 0), (0, 2, 0), (0, 0, 2)),
    *((1, 1, 0), (1, 0, 1), (0, 1, 1)),
    *((1, 0, 2), (0, 1, 2)),
)
"""Up to second order in tes, jes and soft_met^2, with the products of two of them."""


def _base_points() -> tuple[NuisanceValues, ...]:
    """Each energy scale alone and both together, at three widths of the soft momentum."""
    scales = [(0, 0), (-2, 0), (2, 0), (0, -2), (0, 2), (-1.5, -1.5), (1.5, 1.5)]
    return tuple(
        replace(nuisance_values({"tes": tes, "jes": jes}), soft_met=soft_met)
        for soft_met in (0.0, 3.0, 5.0)
        for tes, jes in scales
    )


HIGGSML = Task(
    processes=PROCESSES,
    signal=SIGNAL,
    mu_range=(0.1, 3.0),
    nuisances=tuple(NUISANCES.values()),
    exponents=_MONOMIALS,
    base_points=_base_points(),
    columns=PRI_COLUMNS,
    features=FEATURES,
)
"""The challenge: mu of Higgs bosons among three backgrounds, with six nuisance parameters."""
