"""Synthetic images: particles that bend in a magnetic field and leave hits in twelve layers.

A track of momentum p (transverse: pT, GeV) is a helix of radius R = pT / (0.3 B) m in a field of B
tesla; it meets the layer of radius r after turning by 2 arcsin(r / 2R), and moves along the field
by the transverse path times sinh(eta). From layer to layer

- hits are counted, Poisson with a mean that falls as beta^(-5/3) (the Bethe formula below minimum
  ionisation) and rises slowly again,
- the energy loss slows heavy particles down,
- electrons radiate (Bethe and Heitler: -ln of what is left is gamma-distributed) and bend inward,
- pions and kaons decay: a muon goes on with a part of the momentum,
- scattering changes the direction by 13.6 MeV / (beta p) sqrt(x / X0).

An image has the distance along the field against the radius, from the first hit on, so that tracks
begin in a corner. Its pixels hold numbers of hits, cut at 8.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .particles import PARTICLES, PIXELS, SHARES

__all__ = ["event_sizes", "images_of", "sample"]

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_FIELD = 2.0  # T
_LAYERS = np.linspace(0.05, 1.05, 12)  # radii, m
_MATERIAL = 0.03  # of a layer, in radiation lengths
_HITS = 1.1  # mean of a fast particle in a layer
_LOSS = 0.0015  # GeV of a fast particle in a layer
_LEAST_PT = 0.15  # GeV: softer ones do not get far
_WIDEST_ETA = 1.2
_STEEPEST = 1.3  # angle to the transverse plane
_PIXEL_R, _PIXEL_Z = 0.105, 0.15  # m
_MOST = 8  # hits of a pixel
_PER_EVENT = (3_000, 3_600)  # particles of an event
_CHUNK = 50_000  # tracks followed at once: bounds the memory

_MASS = np.array([particle.mass for particle in PARTICLES])
_LIFETIME = np.array([particle.lifetime for particle in PARTICLES]).clip(max=1e9)  # stable
_HARDNESS = np.array([particle.hardness for particle in PARTICLES])
_ELECTRON, _MUON, _PION = 0, 1, 2


@dataclass
class _Tracks:
    """The state of particles on their way outwards, each (n,)."""

    kind: Indices
    momentum: Array
    slope: Array
    """sinh(eta): path along the field by transverse path."""
    z: Array = field(init=False)
    going: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.z = np.zeros(len(self.kind))
        self.going = np.ones(len(self.kind), dtype=np.bool_)

    @property
    def beta_gamma(self) -> Array:
        found: Array = self.momentum / _MASS[self.kind]
        return found


def images_of(kind: npt.ArrayLike, rng: np.random.Generator) -> Array:
    """An image of each particle, (n, 10, 10).

    Args:
        kind: (n,) positions in the table of particles.
        rng: makes the tracks.
    """
    kinds = np.asarray(kind, dtype=np.intp)
    images = np.zeros((len(kinds), PIXELS, PIXELS))
    for start in range(0, len(kinds), _CHUNK):
        some = slice(start, start + _CHUNK)
        images[some] = _images(*_hits(_new_tracks(kinds[some], rng), rng))
    return images


def _new_tracks(kind: Indices, rng: np.random.Generator) -> _Tracks:
    pt = _LEAST_PT + rng.gamma(2.0, _HARDNESS[kind] / 2.0)
    slope = np.sinh(rng.uniform(-_WIDEST_ETA, _WIDEST_ETA, len(kind)))
    return _Tracks(kind.copy(), pt * np.hypot(1.0, slope), slope)


def _hits(tracks: _Tracks, rng: np.random.Generator) -> tuple[Array, Array]:
    """Hits in each layer and distances along the field, each (layers, n)."""
    counts, places = [], []
    inner = 0.0
    for radius in _LAYERS:
        _fly(tracks, inner, radius, rng)
        beta_gamma = tracks.beta_gamma
        beta = beta_gamma / np.hypot(1.0, beta_gamma)
        rise = 1.0 + 0.05 * np.log(np.maximum(beta_gamma / 3.5, 1.0)).clip(max=5.0)
        loss = beta ** (-5.0 / 3.0) * rise
        crossed = np.hypot(1.0, tracks.slope)  # a slanted track crosses more of the layer
        counts.append(tracks.going * rng.poisson(_HITS * np.minimum(loss, 20.0)))
        places.append(tracks.z.copy())
        _slow_down(tracks, _LOSS * loss * crossed / beta, rng)
        scattering = 0.0136 * np.sqrt(_MATERIAL * crossed) / (beta * tracks.momentum)
        turned = np.arctan(tracks.slope) + scattering * rng.normal(size=len(beta))
        tracks.slope = np.tan(turned.clip(-_STEEPEST, _STEEPEST))
        inner = radius
    return np.array(counts, dtype=np.float64), np.array(places)


def _fly(tracks: _Tracks, inner: float, outer: float, rng: np.random.Generator) -> None:
    """Go on to the next layer, where the track reaches it; some decay on the way."""
    crossed = np.hypot(1.0, tracks.slope)
    curl = 2.0 * tracks.momentum / crossed / (0.3 * _FIELD)  # 2R: no point is farther out
    tracks.going &= curl > outer
    curl = np.maximum(curl, outer)
    path = curl * (np.arcsin(outer / curl) - np.arcsin(inner / curl))
    tracks.z += path * tracks.slope
    decayed = rng.exponential(_LIFETIME[tracks.kind] * tracks.beta_gamma) < path * crossed
    least = np.where(tracks.kind == _PION, 0.57, 0.05)  # share of the muon's momentum
    tracks.momentum *= np.where(decayed, rng.uniform(least, 1.0), 1.0)
    tracks.kind[decayed] = _MUON


def _slow_down(tracks: _Tracks, loss: Array, rng: np.random.Generator) -> None:
    """Energy loss (as a change of the momentum, GeV), and radiation of electrons."""
    left = tracks.momentum - loss
    light = np.flatnonzero(tracks.kind == _ELECTRON)
    thickness = _MATERIAL * np.hypot(1.0, tracks.slope[light])
    left[light] *= np.exp(-rng.gamma(thickness / np.log(2.0)))
    tracks.going &= left > 0.02  # slower ones stop
    tracks.momentum = np.maximum(left, 0.02)


def _images(counts: Array, places: Array) -> Array:
    """Fill pixels from the first hit on, (n, 10, 10)."""
    n = counts.shape[1]
    first = (counts > 0.0).argmax(axis=0)
    row = ((_LAYERS[:, np.newaxis] - _LAYERS[first]) / _PIXEL_R).astype(np.intp)
    column = (np.abs(places - places[first, np.arange(n)]) / _PIXEL_Z).astype(np.intp)
    inside = (counts > 0.0) & (row < PIXELS) & (column < PIXELS)
    pixel = (np.arange(n) * PIXELS + row) * PIXELS + column
    filled = np.bincount(pixel[inside], counts[inside], n * PIXELS * PIXELS)
    return np.minimum(filled, _MOST).reshape(n, PIXELS, PIXELS)


def sample(counts: npt.ArrayLike, seed: int) -> tuple[Array, Indices]:
    """Images of so many particles of each kind, and their positions in the table."""
    rng = np.random.default_rng(seed)
    kind = np.repeat(np.arange(len(PARTICLES)), np.asarray(counts, dtype=np.intp))
    return images_of(kind, rng), kind


def event_sizes(n_events: int, rng: np.random.Generator) -> Indices:
    """Numbers of each kind in events of the natural shares, (events, kinds)."""
    sizes = rng.integers(*_PER_EVENT, n_events, endpoint=True)
    return rng.multinomial(sizes, SHARES / SHARES.sum())
