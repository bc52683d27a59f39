"""Same seed, same events: bit for bit those that earlier versions generated."""

import json

from golden.make_generated import GOLDEN, digests


def test_events_are_those_of_earlier_versions():
    assert digests() == json.loads(GOLDEN.read_text(encoding="utf-8"))
