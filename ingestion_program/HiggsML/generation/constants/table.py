"""The constants of the generator: one table, with sources.

Where a comment names no source, the value was tuned: fitted to histograms of one and two features
of a full simulation (Pythia 8 and an emulation of the organisers' detector) and, for top pairs, of
public rows as well. Energies are in GeV.
"""

from typing import NamedTuple

from .detector import DIBOSON_DETECTOR, TOP_DETECTOR, Detector
from .particles import Diboson, Higgs, SingleTop, TauDecays, TopPair, TopQuark, WDecays, ZBoson
from .radiation import (
    ASSOCIATED,
    DIBOSONS,
    DRELL_YAN,
    GLUON_FUSION,
    TOPS_OF_GLUONS,
    TOPS_OF_QUARKS,
    VECTOR_FUSION,
    Radiation,
    SecondCollision,
)

__all__ = ["CONSTANTS", "Constants"]


class Constants(NamedTuple):
    """Everything that the kernels read."""

    taus: TauDecays = TauDecays()
    w: WDecays = WDecays()
    z: ZBoson = ZBoson()
    higgs: Higgs = Higgs()
    top: TopQuark = TopQuark()
    top_pair: TopPair = TopPair()
    single_top: SingleTop = SingleTop()
    diboson: Diboson = Diboson()
    detector: Detector = Detector()
    top_detector: Detector = TOP_DETECTOR
    diboson_detector: Detector = DIBOSON_DETECTOR
    second_collision: SecondCollision = SecondCollision()
    z_radiation: Radiation = DRELL_YAN
    gluon_fusion_radiation: Radiation = GLUON_FUSION
    vector_fusion_radiation: Radiation = VECTOR_FUSION
    associated_radiation: Radiation = ASSOCIATED
    top_radiation: Radiation = TOPS_OF_GLUONS
    top_quark_radiation: Radiation = TOPS_OF_QUARKS
    diboson_radiation: Radiation = DIBOSONS


CONSTANTS = Constants()
