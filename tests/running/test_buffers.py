"""Memory that is handed over: used again, and out of reach of who looks at it."""

import os

import numpy as np
import pytest

from HiggsML.running.trusted.buffers import Buffer


def test_grows_and_is_reused() -> None:
    buffer = Buffer()
    first = buffer.floats(1000)
    file = buffer.file
    first[:] = 1.0
    assert len(buffer.floats(900)) == 900
    assert buffer.file == file
    grown = buffer.floats(1_000_000)
    grown[-1] = 5.0
    assert grown.dtype == np.float32
    del first, grown
    buffer.close()
    assert buffer.file is None


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no memory files here")
def test_the_other_side_cannot_change_it() -> None:
    buffer = Buffer()
    values = buffer.floats(1000)
    values[:] = 3.0
    assert buffer.file is not None
    for attack in (
        lambda fd: os.ftruncate(fd, 0),
        lambda fd: os.pwrite(fd, b"x", 0),
    ):
        with pytest.raises(PermissionError):
            attack(buffer.file)
    assert np.all(values == 3.0)
    del values
    buffer.close()
