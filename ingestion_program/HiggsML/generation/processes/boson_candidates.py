"""Candidates: trials of a boson's decay to two taus that only the measurement can still reject.

In batches, as in boson_trials.py, which begins what is ended here: further emissions, the momenta
of the taus, the boost along the beam.
"""

from ...arrays import Words
from ...numerics.without_arrays import inlined
from ..constants.detector import Detector
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, FinalState, lost_recoil
from ..physics.kinematics import pseudorapidity, tilted
from ..physics.radiation import (
    ANYWHERE,
    END,
    ETA,
    JET_COLUMNS,
    MOST_JETS,
    NEAR,
    PHI,
    PT,
    Jets,
    X,
    Y,
    next_number,
    repelled,
    split_direction,
    write_jet,
)
from ..physics.tau_pairs import (
    broad_rapidity_of,
    is_central,
    normal_rapidity_of,
    rapidity_range,
    taus_along,
)
from ..sampling.batches import (
    LANE,
    LISTED,
    Scratch,
    direction_of,
    draw_words,
    exponential_of,
    listed,
    normals_of,
    padded,
    trial_at,
    uniform_of,
)
from ..sampling.quantiles import Table, value_at
from ..sampling.random_numbers import Stream, normal, top_up
from . import boson_layout as at
from .boson_trials import draw_trials, inverse_thresholds
from .process import Boson, Tables, Workspace

__all__ = ["draw_candidates", "draw_followers", "final_state", "place_emissions", "taus_of"]


@inlined
def draw_candidates(
    stream: Stream,
    t: Tables,
    radiation: Radiation,
    boson: Boson,
    detector: Detector,
    cuts: Cuts,
    space: Workspace,
) -> int:
    """Try BATCH times; list the candidates in `words[LISTED:]`; return their number."""
    s, words = space.scratch, space.words
    count = draw_trials(stream, t, radiation, boson, detector, cuts, s, words)
    draw_followers(stream, radiation, t.kts[0].followers, boson.bounded, count, s, words)
    draw_words(stream, 1, padded(count), words)
    if boson.transverse:
        _tilt_axes(padded(count), s)
    _test_taus(padded(count), cuts, s)
    _draw_rapidity(padded(count), boson, detector, s, words)
    for i in range(padded(count)):
        s[at.PASSED + i] = 1.0 if s[at.MODE + i] >= boson.bounded else s[at.PASSED + i]
    return listed(count, at.PASSED, s, words)


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
    """Draw the emissions after the hardest, as `radiation.recoil`: all second ones, then third."""
    for i in range(padded(count)):
        s[at.SUM_X + i] = s[at.KT + i] * s[at.COSINE1 + i]
        s[at.SUM_Y + i] = s[at.KT + i] * s[at.SINE1 + i]
        s[at.EMISSIONS + i] = 1.0 if s[at.KT + i] > 0.0 else 0.0
        there = (s[at.FOLLOWING + i] < END) & (s[at.NEXT_KT + i] >= radiation.lowest)
        there &= s[at.MODE + i] < bounded
        s[at.ACTIVE + i] = 1.0 if there else 0.0
    active = listed(count, at.ACTIVE, s, w)
    for emission in range(MOST_JETS - 1):
        if active == 0:
            break
        top_up(stream)
        draw_words(stream, 1, padded(active), w)
        for j in range(padded(active)):
            s[at.PHI + j], s[at.COSINE_PHI + j], s[at.SINE_PHI + j] = direction_of(w[j])
            s[at.DISTANCE + j] = exponential_of(w[LANE + j])
        start = at.FURTHER + emission * at.EMISSION
        active = _emit(stream, radiation, kt, active, start, s, w)


@inlined
def _emit(
    stream: Stream, radiation: Radiation, kt: Table, active: int, start: int, s: Scratch, w: Words
) -> int:
    """Give one more emission to the listed trials; list those that go on; return their number."""
    going_on = 0
    for j in range(active):
        i = trial_at(w, j)
        pt, eta, phi = s[at.NEXT_KT + i], ANYWHERE, s[at.PHI + j]
        cosine, sine = s[at.COSINE_PHI + j], s[at.SINE_PHI + j]
        if uniform_of(w[2 * LANE + j]) < radiation.splitting:
            # Seldom, and no vector loop: the normal number comes from the stream.
            phi, cosine, sine = split_direction(radiation, s[at.PHI1 + i], normal(stream))
            eta = NEAR
        else:
            cosine1, sine1, turn = s[at.COSINE1 + i], s[at.SINE1 + i], uniform_of(w[3 * LANE + j])
            towards = phi, cosine, sine
            phi, cosine, sine = repelled(cosine1, sine1, s[at.REPULSION + i], towards, turn)
        x, y = pt * cosine, pt * sine
        s[start + PT * LANE + i], s[start + ETA * LANE + i] = pt, eta
        s[start + PHI * LANE + i] = phi
        s[start + X * LANE + i], s[start + Y * LANE + i] = x, y
        s[at.SUM_X + i] += x
        s[at.SUM_Y + i] += y
        s[at.EMISSIONS + i] += 1.0
        number = next_number(s[at.FOLLOWING + i], s[at.DISTANCE + j], s[at.WAIT + i])
        next_kt = value_at(kt, number)
        s[at.FOLLOWING + i], s[at.NEXT_KT + i] = number, next_kt
        w[LISTED + going_on] = i
        going_on += int((number < END) & (next_kt >= radiation.lowest))
    return going_on


@inlined
def taus_of(s: Scratch, i: int, px: float, py: float, cuts: Cuts) -> tuple[bool, FinalState]:
    """The momenta of the taus of trial i, from a boson with this px and py; see `taus_along`."""
    inverses = inverse_thresholds(s, i, cuts)
    axis = s[at.COSINE + i], s[at.COS_PHI + i], s[at.SIN_PHI + i]
    shares = s[at.X1 + i], s[at.X2 + i]
    return taus_along(px, py, 1.0 / s[at.INVERSE_MASS2 + i], axis, shares, inverses)


@inlined
def _tilt_axes(count: int, s: Scratch) -> None:
    """Turn the axes of the taus to the beams as the boson sees them."""
    for i in range(count):
        px, py = s[at.SOFT_X + i] - s[at.SUM_X + i], s[at.SOFT_Y + i] - s[at.SUM_Y + i]
        axis = s[at.COSINE + i], s[at.COS_PHI + i], s[at.SIN_PHI + i]
        axis = tilted(axis, px, py, 1.0 / s[at.INVERSE_MASS2 + i], s[at.TILT + i])
        s[at.COSINE + i], s[at.COS_PHI + i], s[at.SIN_PHI + i] = axis


@inlined
def _test_taus(count: int, cuts: Cuts, s: Scratch) -> None:
    """Compute the momenta of the taus; test whether their pTs can be enough."""
    for i in range(count):
        px, py = s[at.SOFT_X + i] - s[at.SUM_X + i], s[at.SOFT_Y + i] - s[at.SUM_Y + i]
        possible, e = taus_of(s, i, px, py, cuts)
        s[at.PASSED + i] = 1.0 if possible else 0.0
        s[at.LEPTON_PT + i], s[at.LEPTON_ETA + i] = e.lepton_pt, e.lepton_eta
        s[at.LEPTON_X + i], s[at.LEPTON_Y + i] = e.lepton_x, e.lepton_y
        s[at.TAU_PT + i], s[at.TAU_ETA + i] = e.tau_pt, e.tau_eta
        s[at.TAU_X + i], s[at.TAU_Y + i] = e.tau_x, e.tau_y
        s[at.UNSEEN_X + i], s[at.UNSEEN_Y + i] = e.unseen_x, e.unseen_y


@inlined
def _draw_rapidity(count: int, boson: Boson, detector: Detector, s: Scratch, w: Words) -> None:
    """Draw the boson's rapidity; test whether lepton and tau lie in the acceptance."""
    for i in range(count):
        eta1, eta2 = pseudorapidity(s[at.LEPTON_ETA + i]), pseudorapidity(s[at.TAU_ETA + i])
        low, high = rapidity_range(eta1, eta1 if s[at.FAKING + i] > 0.0 else eta2, detector)
        if boson.transverse:  # its rapidity is broad
            y = broad_rapidity_of(low, uniform_of(w[i]), detector)
            inside = (y <= high) & is_central(y, boson.rapidity, exponential_of(w[LANE + i]))
        else:
            number, _ = normals_of(w[i], w[LANE + i])
            inside, y = normal_rapidity_of(low, high, boson.rapidity, number)
        s[at.PASSED + i] = s[at.PASSED + i] if inside else 0.0
        s[at.RAPIDITY + i] = y
        s[at.LEPTON_ETA + i], s[at.TAU_ETA + i] = eta1 + y, eta2 + y


@inlined
def final_state(s: Scratch, i: int, detector: Detector) -> FinalState:
    """The final state of candidate i."""
    lost_x, lost_y = lost_recoil(detector, s[at.SOFT_X + i], s[at.SOFT_Y + i])
    return FinalState(
        s[at.LEPTON_PT + i],
        s[at.LEPTON_ETA + i],
        s[at.LEPTON_X + i],
        s[at.LEPTON_Y + i],
        s[at.TAU_PT + i],
        s[at.TAU_ETA + i],
        s[at.TAU_X + i],
        s[at.TAU_Y + i],
        s[at.NOISE1 + i],
        s[at.NOISE2 + i],
        s[at.UNSEEN_X + i] + lost_x,
        s[at.UNSEEN_Y + i] + lost_y,
    )


@inlined
def place_emissions(s: Scratch, i: int, jets: Jets) -> int:
    """Write the emissions of candidate i as jets, with etas that are yet to be drawn; how many."""
    count = int(s[at.EMISSIONS + i])
    write_jet(jets, 0, s[at.KT + i], ANYWHERE, s[at.PHI1 + i], s[at.COSINE1 + i], s[at.SINE1 + i])
    for k in range(1, count):
        start = at.FURTHER + (k - 1) * at.EMISSION + i
        for column in range(JET_COLUMNS):
            jets[k, column] = s[start + column * LANE]
    return count
