import threading

import pytest

from HiggsML.concurrency import available_cores, map_ahead


def test_results_come_in_order():
    release = threading.Event()

    def work(job):
        if job == 0:
            release.wait(5.0)  # the first job is the last to end
        else:
            release.set()
        return job * job

    assert list(map_ahead(work, range(6), threads=3)) == [0, 1, 4, 9, 16, 25]


def test_few_jobs_are_taken_ahead():
    taken = []

    def jobs():
        for number in range(100):
            taken.append(number)
            yield number

    results = map_ahead(abs, jobs(), threads=2)
    assert next(results) == 0
    assert len(taken) <= 3
    results.close()


def test_an_error_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(map_ahead(lambda job: 1 // job, [1, 0, 1], threads=2))


def test_there_is_a_core():
    assert available_cores() >= 1
