import numpy as np

from HiggsML.experiments.pool.row_format import ABSENT, HALF_TURN, ROW, UNITS, azimuth_table


def test_a_row_is_a_cache_line():
    assert ROW.itemsize == 64


def test_the_table_holds_cosines_and_sines():
    table = azimuth_table()
    phi = (np.arange(ABSENT) - HALF_TURN) / UNITS
    np.testing.assert_allclose(table[:-1], np.stack([np.cos(phi), np.sin(phi)], axis=1), rtol=1e-15)
    assert (table[ABSENT] == 0.0).all()
    assert phi[-1] == 3.142
