import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.inference import samples
from HiggsML.inference.samples import concatenated, samples_of, split_events, under_shift
from HiggsML.nuisances import NuisanceValues as Shift
from HiggsML.schema import DETAILED_LABELS, FEATURES, PROCESSES, WEIGHTS
from HiggsML.systematics import systematics


def _events(left):
    return left.features, left.weights


def total(sample):
    return sample.frame()[WEIGHTS].to_numpy(dtype=float).sum()


def test_the_parts_share_no_event_and_the_second_stands_for_all(events):
    parts = split_events(events, 1_500, np.random.default_rng(1))
    for process, training, for_templates in zip(PROCESSES, *parts, strict=True):
        own = np.flatnonzero(events[DETAILED_LABELS] == process)
        assert len(training.rows) == min(1_500, len(own) // 2)
        both = np.concatenate([training.rows, for_templates.rows])
        np.testing.assert_array_equal(np.sort(both), own)
        expected = events[WEIGHTS].to_numpy(float)[own].sum()
        assert total(for_templates) == pytest.approx(expected, rel=1e-5)


def test_a_part_stands_for_all(events):
    for sample in samples_of(events):
        part = sample.part(1_500)
        assert 750 < len(part.rows) <= 1_500
        assert set(part.rows) < set(sample.rows)
        assert total(part) == pytest.approx(total(sample), rel=0.1)
        np.testing.assert_array_equal(sample.part(10**6).rows, sample.rows)


def test_few_events_serve_both(events, caplog):
    few = events.groupby(DETAILED_LABELS, observed=True).head(50)
    training, for_templates = split_events(few, 1_500, np.random.default_rng(1))
    for one, other in zip(training, for_templates, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
    assert "Only 50 diboson events" in caplog.text


def test_a_missing_process_is_named(events):
    with pytest.raises(DataError, match="diboson: too few training events"):
        split_events(events[events[DETAILED_LABELS] != "diboson"], 1_500, np.random.default_rng(1))


def test_columns_are_not_copied(events):
    for sample in samples_of(events):
        for name, values in sample.columns.items():
            assert np.shares_memory(values, events[name].to_numpy()), name


def test_pieces_are_the_whole(events, monkeypatch):
    """Pieces of any size give the events that `systematics` gives at once (without noise)."""
    monkeypatch.setattr(samples, "_CHUNK", 1_234)
    shift = Shift(tes=0.98, jes=1.02)
    pieces = under_shift(samples_of(events), shift, systematics, 3, _events)
    features, weights, codes = concatenated(pieces)
    for code, process in enumerate(PROCESSES):
        own = systematics(events[events[DETAILED_LABELS] == process], tes=0.98, jes=1.02)
        np.testing.assert_array_equal(features[codes == code], samples.feature_matrix(own))
        np.testing.assert_array_equal(weights[codes == code], own[WEIGHTS])


def test_places_tell_which_events_are_left(events, monkeypatch):
    monkeypatch.setattr(samples, "_CHUNK", 1_234)
    eta = list(FEATURES).index("PRI_lep_eta")
    own = samples_of(events)
    places = [np.empty(0, dtype=int)] * len(own)
    for code, left in under_shift(own, Shift(tes=0.95), systematics, 3, lambda left: left):
        expected = own[code].columns["PRI_lep_eta"][own[code].rows[left.places]]
        np.testing.assert_array_equal(left.features[:, eta], expected)
        places[code] = np.append(places[code], left.places)
    for sample, found in zip(own, places, strict=True):
        assert 0 < len(found) < len(sample.rows)
        assert np.all(np.diff(found) > 0)


def test_systematics_that_drop_the_columns_they_do_not_know_are_told(events):
    def own(frame, **shift):
        return frame.drop(columns=frame.columns[-1])

    with pytest.raises(DataError, match="drop columns"):
        list(under_shift(samples_of(events), Shift(), own, 3, _events))


def test_all_shifts_have_the_same_noise(events):
    """A shift of the scales by nothing changes nothing, although there is noise."""
    own = samples_of(events)[:1]
    found = [
        concatenated(under_shift(own, Shift(soft_met=3.0), systematics, 3, _events))[0]
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*found)
