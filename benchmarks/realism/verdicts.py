"""A number of generated events beside its target, and whether it is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .estimates import Estimate

__all__ = ["NO", "RIGHT", "TOLD", "UNCERTAIN", "Judged", "count_verdicts"]

RIGHT = "right"
UNCERTAIN = "within errors"
NO = "WRONG"
TOLD = "told"

SIGNIFICANT = 3.0
"""Standard errors that make a difference one."""


@dataclass(frozen=True)
class Judged:
    """One comparison.

    Attributes:
        part: section of the table.
        process: one of `PROCESSES`, or what the number is of.
        region: one of the regions, or "all".
        quantity: what is compared.
        target: of the public sample or of the full simulation.
        found: of the generated events.
        allowed: largest difference that is right, in the units of the number; infinite for what is
            told and not judged.
    """

    part: str
    process: str
    region: str
    quantity: str
    target: Estimate
    found: Estimate
    allowed: float

    @property
    def difference(self) -> float:
        """Found minus target."""
        return self.found.value - self.target.value

    @property
    def pull(self) -> float:
        """The difference in its standard errors."""
        error = float(np.hypot(self.found.error, self.target.error))
        return (
            self.difference / error if error > 0.0 else float(np.copysign(np.inf, self.difference))
        )

    @property
    def verdict(self) -> str:
        """`RIGHT`, `UNCERTAIN` where only the errors excuse the difference, `NO`, or `TOLD`."""
        if np.isinf(self.allowed):
            return TOLD
        if abs(self.difference) <= self.allowed:
            return RIGHT
        return UNCERTAIN if abs(self.pull) <= SIGNIFICANT else NO


def count_verdicts(rows: Sequence[Judged]) -> dict[str, int]:
    """How many rows got each verdict."""
    verdicts = [row.verdict for row in rows]
    return {name: verdicts.count(name) for name in (RIGHT, UNCERTAIN, NO)}
