import hashlib
import logging
import os
import subprocess
import sys

import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.experiments import compile_kernels, make_pseudo_experiment
from HiggsML.nuisances import NuisanceValues
from HiggsML.schema import FEATURES

SHIFTED = NuisanceValues(
    tes=1.02, jes=0.97, soft_met=2.0, ttbar_scale=1.1, diboson_scale=0.5, bkg_scale=1.005
)
SEED = np.random.SeedSequence(5, spawn_key=(1, 2))


def test_a_test_set_is_what_predict_wants(pool):
    experiment = make_pseudo_experiment(pool, 1.5, SHIFTED, SEED)
    test_set = experiment.test_set()
    data, weights = test_set["data"], test_set["weights"]
    assert tuple(data.columns) == FEATURES
    assert set(map(str, data.dtypes)) == {"float32"}
    assert np.isfinite(data.to_numpy()).all()
    assert (weights == 1.0).all()
    assert len(weights) == len(data) > 300
    assert (data["PRI_had_pt"] >= 26.0).all()
    assert (experiment.mu, experiment.nuisances) == (1.5, SHIFTED)


def test_the_frame_is_no_copy(pool):
    experiment = make_pseudo_experiment(pool, 1.0, SHIFTED, SEED)
    assert np.shares_memory(experiment.test_set()["data"]["PRI_met"], experiment.features)
    assert experiment.features.T.flags.c_contiguous


@pytest.mark.parametrize("which", ["pool", "uneven_pool"])
def test_threads_do_not_change_the_result(request, which):
    pool = request.getfixturevalue(which)
    one = make_pseudo_experiment(pool, 10.0, SHIFTED, SEED).features
    for threads in (2, 3, 20):
        other = make_pseudo_experiment(pool, 10.0, SHIFTED, SEED, threads=threads).features
        np.testing.assert_array_equal(one, other)


def test_the_seed_decides_and_stays_as_it_is(pool):
    one, again = (make_pseudo_experiment(pool, 1.0, SHIFTED, SEED).features for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert SEED.n_children_spawned == 0
    other = make_pseudo_experiment(pool, 1.0, SHIFTED, np.random.SeedSequence(6)).features
    assert one.shape != other.shape or (one != other).any()


def test_soft_momenta_are_fresh_in_every_experiment(pool):
    """The same events come with other missing momenta under another seed."""
    met, lep = FEATURES.index("PRI_met"), FEATURES.index("PRI_lep_pt")
    seen = [
        {
            (float(row[lep]), float(row[met]))
            for row in make_pseudo_experiment(
                pool, 1.0, SHIFTED, np.random.SeedSequence(i)
            ).features
        }
        for i in range(2)
    ]
    assert len({lep for lep, _ in seen[0]} & {lep for lep, _ in seen[1]}) > 50
    assert len(seen[0] & seen[1]) == 0


def test_yields_follow_mu_and_the_rates(pool):
    """Mean of 200 counts without a cut on the tau (huge tes), within 4 sigma."""
    nuisances = NuisanceValues(tes=2.0, ttbar_scale=1.1, diboson_scale=0.5, bkg_scale=0.9)
    counts = [
        len(make_pseudo_experiment(pool, 3.0, nuisances, np.random.SeedSequence(i)).features)
        for i in range(200)
    ]
    factors = nuisances.rate_factors(3.0)
    passes = pool.had_pt > 0.0
    process = pool.process_of(np.arange(pool.n_rows))
    expected = sum(
        pool.sum_weights[name] * factors[name] * passes[process == code].mean()
        for code, name in enumerate(pool.sum_weights)
    )
    assert abs(np.mean(counts) - expected) < 4.0 * np.sqrt(expected / 200)


def test_the_caller_may_give_the_buffer(pool):
    given = []

    def allocate(n):
        given.append(np.empty(n + 3, dtype=np.float32)[3:])  # at no cache line's beginning
        return given[0]

    features = make_pseudo_experiment(pool, 1.0, SHIFTED, SEED, allocate=allocate).features
    assert np.shares_memory(features, given[0])
    expected = make_pseudo_experiment(pool, 1.0, SHIFTED, SEED).features
    np.testing.assert_array_equal(features, expected)


@pytest.mark.parametrize(
    "allocate",
    [
        lambda n: np.empty(n + 1, np.float32),
        lambda n: np.empty(n, np.float64),
        lambda n: np.empty(2 * n, np.float32)[::2],
    ],
)
def test_a_buffer_that_does_not_fit_is_refused(pool, allocate):
    with pytest.raises(DataError, match=r"allocate.*float32"):
        make_pseudo_experiment(pool, 1.0, SHIFTED, SEED, allocate=allocate)


@pytest.mark.parametrize("mu", [-0.1, np.nan, np.inf])
def test_impossible_mu_is_refused(pool, mu):
    with pytest.raises(DataError, match="mu"):
        make_pseudo_experiment(pool, mu, SHIFTED, SEED)


def test_an_experiment_may_be_empty(pool):
    nothing = NuisanceValues(bkg_scale=0.0)
    experiment = make_pseudo_experiment(pool, 0.0, nothing, SEED, threads=2)
    assert experiment.features.shape == (0, 28)
    assert len(experiment.test_set()["data"]) == 0


def test_nothing_is_compiled_after_compile_kernels(pool, uneven_pool, caplog):
    compile_kernels()
    caplog.set_level(logging.INFO)
    make_pseudo_experiment(pool, 1.0, NuisanceValues(), SEED)
    make_pseudo_experiment(uneven_pool, 1.0, SHIFTED, SEED, threads=2)
    assert caplog.messages == []


SCRIPT = """
import hashlib, logging, sys
import numpy as np
from HiggsML.experiments import EventPool, make_pseudo_experiment
from HiggsML.nuisances import NuisanceValues

logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
nuisances = NuisanceValues(tes=1.02, jes=0.97, soft_met=2.0, ttbar_scale=1.1, diboson_scale=0.5,
                           bkg_scale=1.005)
seed = np.random.SeedSequence(5, spawn_key=(1, 2))
features = make_pseudo_experiment(EventPool.open(sys.argv[1]), 1.0, nuisances, seed).features
print(hashlib.sha256(features.tobytes()).hexdigest())
"""


def run_with_cache(pool, folder, first=""):
    """The digest of an experiment in a new process, and what the process logged."""
    command = [sys.executable, "-c", first + SCRIPT, str(pool.path)]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip(), done.stderr


@pytest.mark.slow
def test_compilation_is_announced_once_and_kept(pool, tmp_path):
    """Fresh and kept machine code give the same bits, in this process and in others."""
    features = make_pseudo_experiment(pool, 1.0, SHIFTED, SEED).features
    digest = hashlib.sha256(features.tobytes()).hexdigest()
    fresh, said = run_with_cache(pool, tmp_path)
    assert said.startswith("Compiling the kernels of pseudo-experiments")
    assert said.count("\n") == 1
    kept, said = run_with_cache(pool, tmp_path)
    assert said == ""
    assert fresh == kept == digest


@pytest.mark.slow
def test_a_cache_that_was_filled_in_advance_may_be_read_only(pool, tmp_path):
    """Its content is used and left alone (root may write everywhere: here it is told otherwise)."""
    run_with_cache(pool, tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*")}
    assert before
    _, said = run_with_cache(pool, tmp_path, "import os; os.access = lambda *_: False")
    assert said == ""
    assert {file: file.read_bytes() for file in tmp_path.rglob("*")} == before
