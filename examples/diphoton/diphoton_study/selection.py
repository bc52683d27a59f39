"""Cuts with names, one after another, and how many events pass each.

A cut looks only at the events that passed those before it, so that a branch of a later cut is cut
down before it is worked on; the events that pass all are those in the AND of all masks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from HiggsML.arrays import Array, Mask

from .mini_trees import GEV, Events, event_weights

__all__ = ["SELECTION", "Cut", "Cutflow", "Selection", "hardest_two", "pair_mass"]

LEADING, SUBLEADING = 35.0, 25.0  # GeV, least transverse energies
LEADING_SHARE, SUBLEADING_SHARE = 0.35, 0.25  # of the mass
WINDOW = (105.0, 160.0)  # GeV
MOST_AROUND = 0.065  # momentum and energy in the cones, relative to that of the photon


@dataclass(frozen=True)
class Cut:
    """A cut, and its meaning in words."""

    name: str
    text: str
    passes: Callable[[Events], Mask]
    """One truth value for each event that is left; defined for any event."""


@dataclass(frozen=True)
class Cutflow:
    """How many events pass each cut and all before it.

    Attributes:
        names: "all", then the cuts.
        events: (1 + cuts,) number of simulated events.
        weights: (1 + cuts,) number of expected events.
    """

    names: tuple[str, ...]
    events: Array
    weights: Array

    def __add__(self, other: "Cutflow") -> "Cutflow":
        return Cutflow(self.names, self.events + other.events, self.weights + other.weights)

    def table(self) -> pd.DataFrame:
        """One row for each cut: events, expected events, and the shares of those before and of all.

        A share is not a number where no event was left.
        """
        with np.errstate(invalid="ignore"):
            before = np.r_[1.0, self.events[1:] / self.events[:-1]]
            overall = self.events / self.events[0]
        return pd.DataFrame(
            {
                "events": self.events.astype(np.int64),
                "expected": self.weights,
                "of those before": before,
                "of all": overall,
            },
            index=pd.Index(self.names, name="cut"),
        )


@dataclass(frozen=True)
class Selection:
    """Cuts, in the order in which they are applied."""

    cuts: tuple[Cut, ...]

    def apply(self, events: Events) -> Cutflow:
        """Cut the events of a batch down to those that pass, and count them."""
        counts, sums = [len(events)], [event_weights(events).sum()]
        for cut in self.cuts:
            events.keep(cut.passes(events))
            counts.append(len(events))
            sums.append(event_weights(events).sum())
        names = ("all", *(cut.name for cut in self.cuts))
        return Cutflow(names, np.array(counts, dtype=np.float64), np.array(sums))


def hardest_two(events: Events, name: str, field: str) -> Array:
    """A field of the two particles of most transverse momentum, (n, 2); NaN where there are fewer.

    Args:
        events: those that are left.
        name: kind of the particles, a key of `LISTS`.
        field: branch of the kind, without its name.
    """
    import awkward as ak

    order = ak.argsort(events[f"{name}_pt"], ascending=False)
    padded = ak.pad_none(events[f"{name}_{field}"][order], 2, clip=True)
    values: Array = ak.to_numpy(ak.fill_none(padded, np.nan)).astype(np.float64)
    return values


def pair_mass(events: Events, name: str) -> Array:
    """Mass of the two hardest particles of a kind, without their own masses, GeV.

    m^2 = 2 pT1 pT2 (cosh(eta1 - eta2) - cos(phi1 - phi2)); NaN where there are fewer than two.
    """
    pt, eta, phi = (hardest_two(events, name, field) for field in ("pt", "eta", "phi"))
    angle = np.cosh(eta[:, 0] - eta[:, 1]) - np.cos(phi[:, 0] - phi[:, 1])
    mass: Array = GEV * np.sqrt(2.0 * pt[:, 0] * pt[:, 1] * angle)
    return mass


# Comparisons with NaN are false: events with fewer than two photons pass no cut on photons.


def _triggered(events: Events) -> Mask:
    mask: Mask = events["trigP"]
    return mask


def _two_photons(events: Events) -> Mask:
    mask: Mask = events["photon_n"] == 2
    return mask


def _energetic(events: Events) -> Mask:
    pt = GEV * hardest_two(events, "photon", "pt")
    mask: Mask = (pt[:, 0] > LEADING) & (pt[:, 1] > SUBLEADING)
    return mask


def _balanced(events: Events) -> Mask:
    share = GEV * hardest_two(events, "photon", "pt") / pair_mass(events, "photon")[:, None]
    mask: Mask = (share[:, 0] > LEADING_SHARE) & (share[:, 1] > SUBLEADING_SHARE)
    return mask


def _in_window(events: Events) -> Mask:
    mass = pair_mass(events, "photon")
    return (mass > WINDOW[0]) & (mass < WINDOW[1])


def _identified(events: Events) -> Mask:
    mask: Mask = (hardest_two(events, "photon", "isTightID") == 1.0).all(axis=1)
    return mask


def _isolated(events: Events) -> Mask:
    pt = hardest_two(events, "photon", "pt")
    cones = [
        hardest_two(events, "photon", field) / pt < MOST_AROUND
        for field in ("ptcone30", "etcone20")
    ]
    mask: Mask = np.all(cones, axis=(0, 2))
    return mask


SELECTION = Selection(
    (
        Cut("trigger", "the diphoton trigger fired", _triggered),
        Cut("two photons", "exactly two photons", _two_photons),
        Cut("energies", "transverse energies above 35 and 25 GeV", _energetic),
        Cut("shares", "transverse energies above 0.35 and 0.25 of the mass", _balanced),
        Cut("window", "mass between 105 and 160 GeV", _in_window),
        Cut("identification", "both photons pass the tight identification", _identified),
        Cut("isolation", "little momentum and energy around both photons", _isolated),
    )
)
"""The first five are those of the study; the last two leave genuine photons."""
