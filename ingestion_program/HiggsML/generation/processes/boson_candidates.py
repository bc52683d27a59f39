"""Candidates: trials of a boson's decay to two taus that only the measurement can still reject.

In batches, as in trials.py, which begins what is ended here: further emissions, the momenta of the
taus, the boost along the beam.
"""

from ..compiled import inlined
from ..constants.detector import Detector
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, Hypothesis
from ..physics.kinematics import pseudorapidity_of, wrapped
from ..physics.radiation import ANYWHERE, END, ETA, MOST_JETS, NEAR, PHI, PT, Jets, X, Y
from ..physics.tau_pairs import rapidities, taus_along
from ..sampling.batches import (
    LANE,
    LISTED,
    Scratch,
    Words,
    direction_of,
    draw_words,
    exponential_of,
    listed,
    normals_of,
    padded,
    uniform_of,
)
from ..sampling.quantiles import Table, Tables, value_at
from ..sampling.random_numbers import Stream, cosine_and_sine, normal, top_up
from .boson_trials import (
    COS_PHI,
    COSINE,
    COSINE1,
    END_OF_TRIALS,
    FINE,
    FOLLOWING,
    INVERSE_MASS2,
    KT,
    MODE,
    NEXT_KT,
    NOISE1,
    NOISE2,
    PHI1,
    SIN_PHI,
    SINE1,
    SOFT_X,
    SOFT_Y,
    WAIT,
    X1,
    X2,
    draw_trials,
    eases_of,
)

__all__ = [
    "EMISSIONS",
    "RAPIDITY",
    "SCRATCH_SIZE",
    "SUM_X",
    "SUM_Y",
    "draw_candidates",
    "draw_followers",
    "hypothesis",
    "place_emissions",
    "taus_of",
]

# Where a quantity of a trial lies in the scratch, after those of trials.py.
(
    SUM_X, SUM_Y,  # momentum of all emissions, GeV
    EMISSIONS,  # their number
    RAPIDITY,  # of the boson
    LEPTON_PT, LEPTON_ETA, LEPTON_X, LEPTON_Y, TAU_PT, TAU_ETA, TAU_X, TAU_Y,  # see `Hypothesis`
    UNSEEN_X, UNSEEN_Y,
    _ACTIVE,  # 1 where there is a further emission
    _PHI, _COSINE, _SINE, _DISTANCE,  # of those that emit, as listed: random numbers
    _FURTHER,  # emissions after the hardest, one after another, each with the columns of `Jets`
) = range(END_OF_TRIALS, END_OF_TRIALS + 20 * LANE, LANE)  # fmt: skip
_EMISSION = 5 * LANE
SCRATCH_SIZE = _FURTHER + (MOST_JETS - 1) * _EMISSION


@inlined
def draw_candidates(
    stream: Stream,
    t: Tables,
    radiation: Radiation,
    bounded: float,
    right: tuple[float, int],
    transverse: bool,
    rapidity: float,
    detector: Detector,
    cuts: Cuts,
    s: Scratch,
    words: Words,
) -> int:
    """Try BATCH times; the number of candidates, whose places are `words[LISTED:]`.

    Args:
        radiation: of the trials whose mode is below `bounded`; of others, the recoil is left open,
            and they are candidates once their energies are enough.
        right: probability that the first tau has positive helicity, and 1 if the second has then
            the opposite one (helicity in the sense of taus.py).
        transverse: whether the boson is a transverse one, else it has no spin.
        rapidity: standard deviation of the boson's.
    """
    count = draw_trials(stream, t, radiation, bounded, right, transverse, cuts, s, words)
    draw_followers(stream, radiation, t.kt0, bounded, count, s, words)
    draw_words(stream, 1, padded(count), words)
    _test_taus(padded(count), cuts, s)
    _test_rapidity(padded(count), rapidity, transverse, detector, s, words)
    for i in range(padded(count)):
        s[FINE + i] = 1.0 if s[MODE + i] >= bounded else s[FINE + i]
    return listed(count, FINE, s, words)


@inlined
def draw_followers(
    stream: Stream,
    radiation: Radiation,
    kt: Table,
    bounded: float,
    count: int,
    s: Scratch,
    w: Words,
) -> None:
    """Draw the emissions after the hardest, as `radiation.follow`: all second ones, then third."""
    for i in range(padded(count)):
        s[SUM_X + i], s[SUM_Y + i] = s[KT + i] * s[COSINE1 + i], s[KT + i] * s[SINE1 + i]
        s[EMISSIONS + i] = 1.0 if s[KT + i] > 0.0 else 0.0
        there = (s[FOLLOWING + i] < END) & (s[NEXT_KT + i] >= radiation.lowest)
        there &= s[MODE + i] < bounded
        s[_ACTIVE + i] = 1.0 if there else 0.0
    active = listed(count, _ACTIVE, s, w)
    place, last = _FURTHER, _FURTHER + (MOST_JETS - 1) * _EMISSION
    while active > 0 and place < last:
        top_up(stream)
        draw_words(stream, 1, padded(active), w)
        for j in range(padded(active)):
            s[_PHI + j], s[_COSINE + j], s[_SINE + j] = direction_of(w[j])
            s[_DISTANCE + j] = exponential_of(w[LANE + j])
        active = _emit(stream, radiation, kt, active, place, s, w)
        place += _EMISSION


@inlined
def _emit(
    stream: Stream, radiation: Radiation, kt: Table, active: int, place: int, s: Scratch, w: Words
) -> int:
    """Give one more emission to those that are listed; list those that go on, their number."""
    going_on = 0
    for j in range(active):
        i = w[LISTED + j]
        pt, eta, phi = s[NEXT_KT + i], ANYWHERE, s[_PHI + j]
        cosine, sine = s[_COSINE + j], s[_SINE + j]
        if uniform_of(w[2 * LANE + j]) < radiation.splitting:
            phi = wrapped(s[PHI1 + i] + wrapped(radiation.opening * normal(stream)))
            cosine, sine = cosine_and_sine(phi)
            eta = NEAR
        x, y = pt * cosine, pt * sine
        s[place + PT * LANE + i], s[place + ETA * LANE + i] = pt, eta
        s[place + PHI * LANE + i] = phi
        s[place + X * LANE + i], s[place + Y * LANE + i] = x, y
        s[SUM_X + i] += x
        s[SUM_Y + i] += y
        s[EMISSIONS + i] += 1.0
        number = min(s[FOLLOWING + i] + s[_DISTANCE + j] * s[WAIT + i], END)
        next_kt = value_at(kt, number)
        s[FOLLOWING + i], s[NEXT_KT + i] = number, next_kt
        w[LISTED + going_on] = i
        going_on += int((number < END) & (next_kt >= radiation.lowest))
    return going_on


@inlined
def taus_of(s: Scratch, i: int, px: float, py: float, cuts: Cuts) -> tuple[bool, Hypothesis]:
    """The momenta of the taus of trial i, of a boson with this px and py; see `taus_along`."""
    eases = eases_of(s[X1 + i], s[X2 + i], s[NOISE1 + i], s[NOISE2 + i], cuts)
    direction = s[COSINE + i], s[COS_PHI + i], s[SIN_PHI + i]
    shares = s[X1 + i], s[X2 + i]
    return taus_along(px, py, 1.0 / s[INVERSE_MASS2 + i], direction, shares, eases)


@inlined
def _test_taus(count: int, cuts: Cuts, s: Scratch) -> None:
    """The momenta of the taus, and whether their pTs can be enough."""
    for i in range(count):
        px, py = s[SOFT_X + i] - s[SUM_X + i], s[SOFT_Y + i] - s[SUM_Y + i]
        possible, e = taus_of(s, i, px, py, cuts)
        s[FINE + i] = 1.0 if possible else 0.0
        s[LEPTON_PT + i], s[LEPTON_ETA + i] = e.lepton_pt, e.lepton_eta
        s[LEPTON_X + i], s[LEPTON_Y + i] = e.lepton_x, e.lepton_y
        s[TAU_PT + i], s[TAU_ETA + i] = e.tau_pt, e.tau_eta
        s[TAU_X + i], s[TAU_Y + i] = e.tau_x, e.tau_y
        s[UNSEEN_X + i], s[UNSEEN_Y + i] = e.unseen_x, e.unseen_y


@inlined
def _test_rapidity(
    count: int, spread: float, transverse: bool, detector: Detector, s: Scratch, w: Words
) -> None:
    """Draw the boson's rapidity; whether lepton and tau lie in the acceptance."""
    for i in range(count):
        eta1, eta2 = pseudorapidity_of(s[LEPTON_ETA + i]), pseudorapidity_of(s[TAU_ETA + i])
        low, high = rapidities(eta1, eta2, detector)
        if transverse:  # broad: see `tau_pairs.rapidity_between`
            y = low + uniform_of(w[i]) * (detector.lepton_eta + detector.tau_eta)
            t = y / spread
            inside = (y <= high) & (0.5 * t * t < exponential_of(w[LANE + i]))
        else:
            y, _ = normals_of(w[i], w[LANE + i])
            y *= spread
            inside = (low < y) & (y < high)
        s[FINE + i] = s[FINE + i] if inside else 0.0
        s[RAPIDITY + i], s[LEPTON_ETA + i], s[TAU_ETA + i] = y, eta1 + y, eta2 + y


@inlined
def hypothesis(s: Scratch, i: int, detector: Detector) -> Hypothesis:
    """Candidate i for the measurement."""
    lost = detector.soft_scale - 1.0  # of the recoil -soft
    return Hypothesis(
        s[LEPTON_PT + i],
        s[LEPTON_ETA + i],
        s[LEPTON_X + i],
        s[LEPTON_Y + i],
        s[TAU_PT + i],
        s[TAU_ETA + i],
        s[TAU_X + i],
        s[TAU_Y + i],
        s[NOISE1 + i],
        s[NOISE2 + i],
        s[UNSEEN_X + i] + lost * s[SOFT_X + i],
        s[UNSEEN_Y + i] + lost * s[SOFT_Y + i],
    )


@inlined
def place_emissions(s: Scratch, i: int, jets: Jets) -> int:
    """Write the emissions of candidate i as jets, with etas that are yet to be drawn; how many."""
    count = int(s[EMISSIONS + i])
    jets[0, PT], jets[0, ETA], jets[0, PHI] = s[KT + i], ANYWHERE, s[PHI1 + i]
    jets[0, X], jets[0, Y] = s[KT + i] * s[COSINE1 + i], s[KT + i] * s[SINE1 + i]
    for k in range(1, count):
        place = _FURTHER + (k - 1) * _EMISSION + i
        for column in range(5):
            jets[k, column] = s[place + column * LANE]
    return count
