"""Tables of constants as records: nested as they are, with the same numbers."""

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.numerics.records import as_record


def test_a_record_holds_the_numbers_of_its_table() -> None:
    record = as_record(CONSTANTS)
    assert record.dtype.names == CONSTANTS._fields
    for name, table in CONSTANTS._asdict().items():
        assert record[name].tolist() == tuple(table)
