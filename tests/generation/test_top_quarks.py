"""Pairs of top quarks by how they are produced."""

from HiggsML.generation.blocks import generate_block
from HiggsML.generation.constants import CONSTANTS


def test_quark_annihilation_radiates_less():
    """Tops from quarks come with fewer jets than those from gluons."""
    means = [
        generate_block(
            "ttbar",
            20_000,
            3,
            0,
            CONSTANTS._replace(top_pair=CONSTANTS.top_pair._replace(quark_annihilation=share)),
        )[:, 12].mean()
        for share in (0.0, 1.0)
    ]
    assert means[1] < means[0] - 0.4
