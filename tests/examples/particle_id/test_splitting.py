from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from HiggsML.errors import DataError
from particle_study.event_files import Event, write_event
from particle_study.splitting import common_images, read_particles, split
from particle_study.synthetic import images_of


def files(folder: Path, seeds: list[int], n: int = 60) -> list[Path]:
    """An event for each seed: equal seeds make copies."""
    paths = []
    for number, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        kind = np.repeat([0, 1, 2, 3, 4], [n // 10, n // 10, n // 2, n // 5, n // 10])
        paths.append(folder / f"event{number}.pkl")
        write_event(paths[-1], Event(images_of(kind, rng), kind))
    return paths


def test_copies_of_files_leak_into_a_plain_split_and_not_into_ours(tmp_path: Path) -> None:
    """The challenge's notebook read one file 350 times, and split the rows."""
    particles = read_particles(files(tmp_path, [1, 1, 1, 2, 3, 3, 4, 5, 6]))
    rows = np.arange(len(particles.kind))
    plain = train_test_split(rows, test_size=0.2, random_state=1, stratify=particles.kind)
    assert common_images(*map(particles.part, plain)).mean() > 0.1
    training, test = split(particles, seed=1)
    assert not common_images(training, test).any()
    assert not np.intersect1d(training.event, test.event).size
    assert np.unique(particles.event).size == 6


def test_a_split_loses_only_images_that_are_on_both_sides(tmp_path: Path) -> None:
    particles = read_particles(files(tmp_path, list(range(10)), 200))
    training, test = split(particles, seed=2)
    assert len(np.unique(test.event)) == 2
    whole = particles.part(np.isin(particles.event, training.event))
    lost = common_images(whole, test)
    assert len(training.kind) == len(whole.kind) - lost.sum()
    assert len(training.kind) + len(test.kind) + lost.sum() == len(particles.kind)
    assert set(test.kind) == {0, 1, 2, 3, 4}


def test_too_few_events_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"too few different events.*Found: 2"):
        split(read_particles(files(tmp_path, [1, 1, 1, 1, 2])), seed=1)
    with pytest.raises(DataError, match="no file"):
        read_particles([])
