"""Approaches in files: read back as they were, and nothing of a file is run."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from HiggsML.approaches import (
    APPROACHES,
    Balanced,
    CutAndCount,
    PriorCorrected,
    boosted_trees,
    load_approach,
    logistic_regression,
    save,
    single_tree,
    two_layer_network,
)
from HiggsML.errors import ApproachError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

PICKLED = (
    *("single_tree", "ada_boost", "ridge", "linear_svc", "random_forest", "extra_trees"),
    "histogram_boosting",
)
"""Approaches whose files hold a pickle."""


@pytest.mark.parametrize("name", APPROACHES)
def test_an_approach_is_read_back_as_it_was(name, fitted, tmp_path):
    if name not in fitted:
        pytest.skip(f"{name} needs HiggsML[{APPROACHES[name].extra}]")
    estimator, x = fitted[name]
    path = save(estimator, tmp_path / "file")
    if name in PICKLED:
        with pytest.raises(ApproachError, match=r"holds a pickle.*trusted=True"):
            load_approach(path)
    found = load_approach(path, trusted=name in PICKLED)
    assert type(found) is type(estimator)
    assert repr(found) == repr(estimator)
    np.testing.assert_array_equal(found.predict_proba(x), estimator.predict_proba(x))
    np.testing.assert_array_equal(found.predict(x), estimator.predict(x))


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(StandardScaler(), logistic_regression()),
        PriorCorrected(boosted_trees(n_estimators=3), {0: 0.3, 1: 0.7}),
        Balanced(CutAndCount("sequential"), targets={0: 0.2}),
        two_layer_network(max_iter=1),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_what_is_made_of_others_is_read_back_too(estimator, tmp_path):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 300)
    x = pd.DataFrame(rng.normal(size=(300, 2)) + y[:, None], columns=["PRI_met", "DER_pt_h"])
    found = load_approach(save(estimator.fit(x, y), tmp_path / "file"))
    np.testing.assert_array_equal(found.predict_proba(x), estimator.predict_proba(x))
    assert found.fit(x, y).classes_.tolist() == [0, 1]  # and can be fitted anew


@pytest.fixture
def cuts(tmp_path):
    """The file of a small approach."""
    x = np.arange(40.0)[:, None]
    return save(CutAndCount().fit(x, x[:, 0] > 20), tmp_path / "cuts")


def rewritten(path, change, members=None):
    """The file with a changed header, whose digests are right, and further members."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()} | (members or {})
    header = json.loads(content.pop("header.json"))
    import hashlib

    header["sha256"] = {k: hashlib.sha256(v).hexdigest() for k, v in content.items()}
    change(header)
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in (content | {"header.json": json.dumps(header).encode()}).items():
            archive.writestr(name, body)
    return path


class Malicious:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_malicious_pickle_is_not_executed(cuts, tmp_path):
    proof = tmp_path / "executed"
    body = pickle.dumps(Malicious(proof))
    pickle.loads(body)
    assert proof.exists()  # it would
    proof.unlink()
    path = rewritten(
        cuts, lambda header: header.update(approach={"pickle": "m0.pickle"}), {"m0.pickle": body}
    )
    with pytest.raises(ApproachError, match="reading one runs whatever code it holds"):
        load_approach(path)
    assert not proof.exists()


def test_a_pickle_among_the_arrays_is_not_executed(cuts, tmp_path):
    proof = tmp_path / "executed"
    arrays = io.BytesIO()
    np.savez(arrays, a0=np.array([Malicious(proof)], dtype=object))
    path = rewritten(cuts, lambda header: None, {"arrays.npz": arrays.getvalue()})
    for trusted in (False, True):
        with pytest.raises(ApproachError, match="makes no approach"):
            load_approach(path, trusted=trusted)
    assert not proof.exists()


@pytest.mark.parametrize("name", ["os.system", "Popen", "subprocess", "__import__"])
def test_a_class_that_is_not_ours_is_refused(cuts, name):
    path = rewritten(
        cuts, lambda header: header["approach"].update({"class": name, "state": {"dict": []}})
    )
    with pytest.raises(ApproachError, match=f"class '{name}' is none that"):
        load_approach(path)


def test_another_version_is_refused(cuts):
    path = rewritten(cuts, lambda header: header.update(version=2))
    with pytest.raises(ApproachError, match="only version 1"):
        load_approach(path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_a_truncated_file_is_refused(cuts, share):
    body = cuts.read_bytes()
    cuts.write_bytes(body[: int(share * len(body))])
    with pytest.raises(ApproachError, match=r"no file of an approach, or it is damaged"):
        load_approach(cuts)


def test_a_changed_member_is_refused(cuts):
    with zipfile.ZipFile(cuts) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(cuts, "w") as archive:
        for name, body in content.items():
            archive.writestr(name, body + b" " if name == "arrays.npz" else body)
    with pytest.raises(ApproachError, match=r"not what the header says.*arrays.npz"):
        load_approach(cuts)


@pytest.mark.parametrize(
    "tree",
    [None, 3, [], {}, {"class": "CutAndCount"}, {"class": "Cut", "state": 1}, {"array": "a9"},
     {"boosted trees": "m0.json", "parameters": {"dict": []}}, {"dict": [[[], 1]]}],
)  # fmt: skip
def test_a_tree_of_something_else_is_refused_or_is_no_approach(cuts, tree):
    path = rewritten(cuts, lambda header: header.update(approach=tree))
    with pytest.raises(ApproachError):
        load_approach(path)


def test_a_file_is_not_written_over_unasked(cuts):
    before = cuts.read_bytes()
    approach = load_approach(cuts)
    with pytest.raises(ApproachError, match="the file exists"):
        save(approach, cuts)
    assert cuts.read_bytes() == before
    assert save(approach, cuts, overwrite=True).read_bytes() == before  # the same file again


def test_what_cannot_be_saved_leaves_no_file(tmp_path):
    with pytest.raises(ApproachError, match="only estimators"):
        save({"not": "an estimator"}, tmp_path / "file")
    with pytest.raises(ApproachError, match="cannot be saved"):
        save(CutAndCount(signal=object()), tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ApproachError, match="there is no such file"):
        load_approach(tmp_path / "nothing")


def test_a_pickle_of_ones_own_is_read_when_trusted(tmp_path):
    x = np.arange(40.0)[:, None]
    path = save(single_tree(min_samples_leaf=1).fit(x, x[:, 0] > 20), tmp_path / "file")
    assert load_approach(path, trusted=True).predict(x).sum() == 19
