"""Synthetic mini trees: what a detector would find of the partons, written as the release does.

uproot writes lists as arrays with a counter, where the files of the release have vectors of C++;
reading gives the same arrays of both.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from HiggsML.arrays import Array, Mask
from HiggsML.progress import progress_bar

from .decays import Kind, Partons, collisions
from .mini_trees import GEV, LISTS, MODES, TREE, Mode, root_library

__all__ = ["EVENTS", "NEGATIVE", "mini_tree", "write_samples"]

EVENTS = {"ggF": 240_000, "VBF": 60_000, "WH": 30_000, "ZH": 30_000, "ttH": 50_000}
"""Events of each mode that `write_samples` makes by default."""

BASKET = 20_000
"""Events that are written at a time; a reader unpacks whole baskets."""

NEGATIVE = {"ggF": 0.01, "VBF": 0.01, "WH": 0.05, "ZH": 0.05, "ttH": 0.25}
"""Share of events with a negative weight: most where the generator is of next-to-leading order.

Signs do not depend on the event, so that pseudo-data can be drawn of those with positive weight.
"""

GENERATOR_WEIGHT = {"ggF": 28.0, "VBF": 3.9, "WH": 0.8, "ZH": 0.9, "ttH": 0.6}
"""Size of mcWeight: arbitrary, cancels against its sum."""


class Detection(NamedTuple):
    """How particles of a kind are found."""

    kinds: tuple[int, ...]
    resolution: float
    """Relative error of the energy."""
    visible: float
    """Share of the energy that is seen."""
    least_pt: float
    """GeV"""
    reach: float
    """Largest pseudorapidity."""
    efficiency: float


DETECTED = {
    "photon": Detection((Kind.PHOTON, Kind.FAKE), 0.017, 1.0, 25.0, 2.37, 0.93),
    "lep": Detection((Kind.ELECTRON, Kind.MUON), 0.02, 1.0, 7.0, 2.5, 0.85),
    "tau": Detection((Kind.TAU,), 0.12, 0.6, 20.0, 2.5, 0.5),
    "jet": Detection((Kind.LIGHT, Kind.BOTTOM), 0.12, 1.0, 20.0, 2.5, 0.95),
}
"""Thresholds and reach are those of the release."""

LARGE_JET_PT = 250.0  # GeV, from where a jet is a large-R jet too
GAP = (1.37, 1.52)  # pseudorapidity between barrel and end-cap, where photons are not measured
FAKE_RATE = 0.02  # of light jets that look like photons
TRIGGER = {"trigP": 0.95, "trigE": 0.03, "trigM": 0.03}


def mini_tree(mode: Mode, n: int, rng: np.random.Generator) -> dict[str, Any]:
    """All branches of `n` events of a mode but SumWeights: arrays, and records of lists.

    Args:
        mode: production mode.
        n: number of events.
        rng: source of randomness.
    """
    partons = collisions(mode.name, n, rng)
    faked = (partons.kinds == Kind.LIGHT) & (rng.random(partons.kinds.shape) < FAKE_RATE)
    kinds = np.where(faked, Kind.FAKE, partons.kinds)
    found = {name: _found(partons, kinds, name, rng) for name in DETECTED}
    jets = found["jet"]
    found["largeRjet"] = jets._replace(mask=jets.mask & (jets.pt > LARGE_JET_PT))
    return _event_branches(mode, n, _missing(partons, rng), rng) | {
        name: _list(name, particles, rng) for name, particles in found.items()
    }


class _Found(NamedTuple):
    """Particles of one kind, hardest first: (n, K) arrays, of which `mask` are there; GeV."""

    pt: Array
    eta: Array
    phi: Array
    kind: NDArray[np.int8]
    mask: Mask


def _found(
    partons: Partons, kinds: NDArray[np.int8], name: str, rng: np.random.Generator
) -> _Found:
    """The particles that pass thresholds, efficiency and reach."""
    how = DETECTED[name]
    px, py, pz = np.moveaxis(partons.momenta[..., :3], -1, 0)
    pt = np.hypot(px, py)
    eta = np.arcsinh(pz / np.maximum(pt, 1e-9))
    pt = pt * how.visible * rng.normal(1.0, how.resolution, pt.shape)
    mask = np.isin(kinds, how.kinds) & (pt > how.least_pt) & (np.abs(eta) < how.reach)
    mask &= rng.random(pt.shape) < how.efficiency
    if name == "photon":
        mask &= (np.abs(eta) < GAP[0]) | (np.abs(eta) > GAP[1])
    order = np.argsort(np.where(mask, -pt, np.inf), axis=1, kind="stable")
    columns = (pt, eta, np.arctan2(py, px), kinds, mask)
    return _Found(*(np.take_along_axis(values, order, axis=1) for values in columns))


def _missing(partons: Partons, rng: np.random.Generator) -> Array:
    """Missing transverse momentum (n, 2), GeV: that of neutrinos and taus, and noise."""
    share = np.select([partons.kinds == Kind.NEUTRINO, partons.kinds == Kind.TAU], [1.0, 0.4], 0.0)
    true = (partons.momenta[..., :2] * share[..., None]).sum(axis=1)
    missing: Array = true + rng.normal(0.0, 11.0, true.shape)
    return missing


def _event_branches(
    mode: Mode, n: int, missing: Array, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """The branches of one number for each event."""
    sign = np.where(rng.random(n) < NEGATIVE[mode.name], -1.0, 1.0)
    met = np.hypot(*missing.T) / GEV
    floats = {
        "mcWeight": sign * GENERATOR_WEIGHT[mode.name],
        "met_et": met,
        "met_et_syst": met * rng.normal(1.0, 0.05, n),
        "met_phi": np.arctan2(missing[:, 1], missing[:, 0]),
        "ditau_m": np.zeros(n),
        "XSection": np.full(n, mode.cross_section),
        **{f"scaleFactor_{name}": np.ones(n) for name in ("ELE", "MUON", "TAU", "BTAG")},
        "scaleFactor_LepTRIGGER": np.ones(n),
        "scaleFactor_PHOTON": rng.normal(0.99, 0.01, n),
        "scaleFactor_PhotonTRIGGER": rng.normal(1.0, 0.005, n),
        "scaleFactor_PILEUP": rng.gamma(25.0, 0.04, n),
    }
    return {
        "runNumber": np.full(n, 284500, dtype=np.int32),
        "eventNumber": rng.permutation(n).astype(np.int32),
        "channelNumber": np.full(n, mode.channel, dtype=np.int32),
        **{name: values.astype(np.float32) for name, values in floats.items()},
        **{name: rng.random(n) < probability for name, probability in TRIGGER.items()},
    }


_Filler = Callable[[_Found, np.random.Generator], NDArray[Any]]


def _isolation(found: _Found, rng: np.random.Generator) -> Array:
    """Momentum around a particle, MeV: a few percent of its own, much around a jet."""
    share = np.where(found.kind == Kind.FAKE, 0.2, 0.02)
    values: Array = found.pt / GEV * rng.exponential(share)
    return values


def _b_tag(found: _Found, rng: np.random.Generator) -> Array:
    """Score of a b tag: near 1 for b quarks, near -1 for others."""
    high, low = rng.beta(4.0, 0.8, found.pt.shape), rng.beta(0.7, 3.0, found.pt.shape)
    return 2.0 * np.where(found.kind == Kind.BOTTOM, high, low) - 1.0


_FILLED: Mapping[str, _Filler] = {
    "pt": lambda found, _: found.pt / GEV,
    "eta": lambda found, _: found.eta,
    "phi": lambda found, _: found.phi,
    "E": lambda found, _: found.pt / GEV * np.cosh(found.eta),
    "m": lambda found, rng: found.pt / GEV * rng.gamma(4.0, 0.04, found.pt.shape),
    "pt_syst": lambda found, rng: found.pt / GEV * rng.normal(0.0, 0.02, found.pt.shape),
    "ptcone30": _isolation,
    "etcone20": _isolation,
    "z0": lambda found, rng: rng.normal(0.0, 0.1, found.pt.shape),
    "trackd0pvunbiased": lambda found, rng: rng.normal(0.0, 0.01, found.pt.shape),
    "tracksigd0pvunbiased": lambda found, rng: rng.gamma(9.0, 0.001, found.pt.shape),
    "jvt": lambda found, rng: rng.beta(9.0, 0.5, found.pt.shape),
    "MV2c10": _b_tag,
    "BDTid": lambda found, rng: rng.beta(4.0, 1.5, found.pt.shape),
    "D2": lambda found, rng: rng.gamma(4.0, 0.5, found.pt.shape),
    "tau32": lambda found, rng: rng.beta(6.0, 3.0, found.pt.shape),
    "charge": lambda found, rng: rng.choice([-1.0, 1.0], found.pt.shape),
    "type": lambda found, _: np.where(found.kind == Kind.ELECTRON, 11.0, 13.0),
    "convType": lambda found, rng: np.floor(rng.exponential(0.8, found.pt.shape)),
    "nTracks": lambda found, rng: rng.choice([1.0, 3.0], found.pt.shape),
    "trueflav": lambda found, _: np.where(found.kind == Kind.BOTTOM, 5.0, 0.0),
    "isTightID": lambda found, rng: (
        rng.random(found.pt.shape) < np.where(found.kind == Kind.FAKE, 0.1, 0.92)
    ),
    "truthMatched": lambda found, _: found.kind != Kind.FAKE,
    "trigMatched": lambda found, rng: rng.random(found.pt.shape) < 0.98,
}
"""How the fields of particles are filled; units are those of the release."""

_WHOLE = {"charge", "type", "convType", "nTracks", "trueflav"}


def _list(name: str, found: _Found, rng: np.random.Generator) -> Any:
    """The particles of each event, as records with the branches of their kind."""
    import awkward as ak

    fields = {}
    for field in LISTS[name]:
        values = _FILLED[field](found, rng)[found.mask]
        if values.dtype != np.bool_:
            values = values.astype(np.int32 if field in _WHOLE else np.float32)
        fields[field] = values
    return ak.unflatten(ak.zip(fields), found.mask.sum(axis=1))


def write_samples(
    folder: Path, events: Mapping[str, int], seed: int, modes: Sequence[Mode] = MODES
) -> list[Path]:
    """One file for each mode, named as those of the release; what stands there is replaced.

    Args:
        folder: made if it is not there.
        events: number for each mode.
        seed: of the random streams, one for each mode.
        modes: those to write.
    """
    uproot = root_library()
    folder.mkdir(parents=True, exist_ok=True)
    streams = np.random.SeedSequence(seed).spawn(len(modes))
    paths = []
    with progress_bar(total=sum(events[mode.name] for mode in modes), desc="events") as bar:
        for mode, stream in zip(modes, streams, strict=True):
            path = folder / f"mc_{mode.channel}.{mode.sample}.GamGam.root"
            unfinished = path.with_suffix(".unfinished")
            rng = np.random.default_rng(stream)
            with uproot.recreate(unfinished) as file:
                _write(file, mode, events[mode.name], rng, bar)
            unfinished.replace(path)
            paths.append(path)
    return paths


def _write(file: Any, mode: Mode, n: int, rng: np.random.Generator, bar: Any) -> None:
    """The tree of one mode, basket by basket."""
    import awkward as ak

    mean = GENERATOR_WEIGHT[mode.name] * (1.0 - 2.0 * NEGATIVE[mode.name])
    for start in range(0, n, BASKET):
        branches = mini_tree(mode, min(BASKET, n - start), rng)
        # The expected sum: as in the release, files hold no exact sum of what they hold.
        branches["SumWeights"] = np.full(len(branches["mcWeight"]), n * mean, dtype=np.float32)
        if not start:
            types = {name: ak.type(values) for name, values in branches.items()}
            file.mktree(TREE, types, counter_name=lambda name: f"{name}_n")
        file[TREE].extend(branches)
        bar.update(len(branches["mcWeight"]))
