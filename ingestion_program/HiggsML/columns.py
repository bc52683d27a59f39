"""The position of each feature in an array of features; compiled functions take them as constants.

The order is that of `schema.FEATURES`. Primary features come first, so that their positions hold in
arrays of primary features too.
"""

from collections import namedtuple
from collections.abc import Mapping
from types import MappingProxyType

from .schema import FEATURES

__all__ = ["AT", "POSITION", "Columns"]

POSITION: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(FEATURES)})
"""Position of a feature by its name in `FEATURES`."""

Columns = namedtuple(
    "Columns",
    "LEP_PT LEP_ETA LEP_PHI HAD_PT HAD_ETA HAD_PHI "
    "JET1_PT JET1_ETA JET1_PHI JET2_PT JET2_ETA JET2_PHI N_JETS ALL_PT MET MET_PHI "
    "MASS_TRANSVERSE MASS_VIS PT_H DELTAETA_JJ MASS_JJ PRODETA_JJ DELTAR PT_TOT SUM_PT "
    "PT_RATIO MET_CENTRALITY ETA_CENTRALITY",
)
"""One number for each feature, under short names, in the order of `FEATURES`."""

AT = Columns(*range(len(FEATURES)))
"""Position of each feature in an array: `features[:, AT.MET]`."""
