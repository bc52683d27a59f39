"""What a process is to the loop over its trials: its tunes, what it looks up, where it works."""

from collections.abc import Callable
from typing import NamedTuple

from ...arrays import Words
from ..constants.radiation import Radiation
from ..constants.table import Constants
from ..physics.radiation import Jets, KtTables
from ..sampling.batches import Scratch
from ..sampling.quantiles import Table

__all__ = ["Boson", "Process", "Radiations", "Tables", "Workspace"]

Radiations = tuple[Radiation, Radiation, Radiation]
"""The emissions of the production modes of a process; the same again where there are fewer."""


class Process(NamedTuple):
    """The parts of a process that are not compiled; its module has the compiled ones."""

    radiations: Callable[[Constants], Radiations]
    """Its emissions; slices are cut by those of the first mode."""
    masses: Callable[[Constants], Table]
    """Inverse distribution of the mass of the W, or of m^-2 of the H or Z, by recoil."""


class Tables(NamedTuple):
    """What the kernel of a process looks up."""

    shares: Table
    """Inverse distributions of a tau's visible energy, see `taus.tau_shares`."""
    masses: Table
    """Inverse distribution of `Process.masses`."""
    kts: tuple[KtTables, KtTables, KtTables]
    """What each of the radiations looks up."""
    lowest: float
    """Smallest N of the slice at the hardest emission."""
    span: float
    """Length of the slice in N."""


class Workspace(NamedTuple):
    """Arrays that the kernel of a process works in, made once for all of its events."""

    jets: Jets
    scratch: Scratch
    words: Words


class Boson(NamedTuple):
    """What Z and H differ in until their taus have decayed."""

    bounded: float
    """Trials whose mode (a uniform number) is below recoil as the first radiation says. The recoil
    of others is left open: they are candidates once their energies are enough."""
    right: float
    """Probability that the first tau has positive helicity, in the sense of taus.py."""
    opposite: int
    """1 if the second tau has then negative helicity, 0 if it has the same."""
    transverse: bool
    """Whether the boson is a transverse one, else it has no spin."""
    rapidity: float
    """Standard deviation of its rapidity."""
    faking: float
    """Share of trials in which a jet is to be taken for the tau."""
