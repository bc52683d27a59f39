"""Positions of the quantities of a boson's trial: quantity Q of trial i is `scratch[Q + i]`.

To be imported as a module: `from . import boson_layout as at`.
"""

from ..physics.radiation import JET_COLUMNS, MOST_JETS
from ..sampling.batches import LANE

__all__ = ["EMISSION", "FURTHER", "SCRATCH_SIZE"]

(
    # As boson_trials.py draws them.
    MODE,  # the uniform number that chooses the production mode
    NUMBER,  # N of the hardest emission, see physics/radiation.py
    INVERSE_MASS2,  # of the boson, 1/GeV^2
    X1, X2,  # shares of visible energy, of the tau that decays to a lepton and to hadrons
    NOISE1, NOISE2,  # deviations of the energy measurements, see `FinalState`
    FAKING,  # 1 where a jet is to be taken for the tau, see physics/fake_taus.py
    KT, PHI1, COSINE1, SINE1, REPULSION, WAIT, FOLLOWING,  # see `radiation.Hardest`
    NEXT_KT,  # of the emission that follows it, GeV
    SOFT_X, SOFT_Y,  # recoil of emissions too soft for a jet, GeV
    COSINE, COS_PHI, SIN_PHI,  # axis of the first tau, see `squared_pts`
    TILT,  # which beam that axis was drawn about, see `kinematics.tilted`
    PASSED,  # 1 where the trial passed the tests so far, 0 where not
    # As boson_candidates.py draws them.
    SUM_X, SUM_Y,  # momentum of all emissions, GeV
    EMISSIONS,  # their number
    RAPIDITY,  # of the boson
    LEPTON_PT, LEPTON_ETA, LEPTON_X, LEPTON_Y, TAU_PT, TAU_ETA, TAU_X, TAU_Y,  # see `FinalState`
    UNSEEN_X, UNSEEN_Y,
    ACTIVE,  # 1 where there is a further emission
    PHI, COSINE_PHI, SINE_PHI, DISTANCE,  # random numbers of those that emit, as they are listed
    FURTHER,  # emissions after the hardest, one after another, each with the columns of `Jets`
) = range(0, 43 * LANE, LANE)  # fmt: skip

EMISSION = JET_COLUMNS * LANE
"""Distance between two emissions of a trial."""
SCRATCH_SIZE = FURTHER + (MOST_JETS - 1) * EMISSION
