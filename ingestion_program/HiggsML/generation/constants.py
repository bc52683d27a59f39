"""The constants of the generator, one table."""

from typing import NamedTuple

from .bosons import Higgs, ZBoson
from .detector import Detector
from .dibosons import Diboson
from .radiation import Radiation
from .taus import TauDecays
from .top_quarks import TopPair, WDecays

__all__ = ["CONSTANTS", "DEFAULT_COUNTS", "Constants"]

_QUARKS = Radiation(
    mean_number=0.55,
    power=1.45,
    cutoff=220.0,
    sharpness=1.4,
    lowest=9.0,
    cascade=0.8,
    spread=2.0,
    narrowing=0.35,
    pull=0.3,
    splitting=0.15,
    soft=5.0,
)
_GLUONS = Radiation(
    mean_number=1.3,
    power=1.1,
    cutoff=250.0,
    sharpness=1.3,
    lowest=9.0,
    cascade=0.4,
    spread=2.1,
    narrowing=0.35,
    pull=0.3,
    splitting=0.12,
    soft=8.0,
)


class Constants(NamedTuple):
    """Everything that the kernels read."""

    taus: TauDecays = TauDecays()
    w: WDecays = WDecays()
    z: ZBoson = ZBoson()
    higgs: Higgs = Higgs()
    top_pair: TopPair = TopPair()
    diboson: Diboson = Diboson()
    detector: Detector = Detector()
    z_radiation: Radiation = _QUARKS
    gluon_fusion_radiation: Radiation = _GLUONS
    vector_fusion_radiation: Radiation = _QUARKS._replace(mean_number=0.3)
    associated_radiation: Radiation = _QUARKS
    top_radiation: Radiation = _GLUONS._replace(mean_number=1.2)
    diboson_radiation: Radiation = _QUARKS._replace(mean_number=0.8)


CONSTANTS = Constants()

DEFAULT_COUNTS = {"htautau": 200_000, "ztautau": 600_000, "ttbar": 120_000, "diboson": 80_000}
"""A default mix of a million events: signal and rare processes over-sampled."""
