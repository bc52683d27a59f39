import hashlib
from pathlib import Path

import pytest

from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.results import clear_folder, write_atomically, write_results
from small_run import read_json


def test_files_and_marker(tmp_path: Path) -> None:
    sets = [[Prediction(i + j, 0.5, i, j + 10.0) for j in range(3)] for i in range(2)]
    settings = {"ground_truth_mus": [1.0, 2.0]}
    write_results(tmp_path, sets, 12.5, settings, {"settings_digest": "abc", "workers": 2})
    assert read_json(tmp_path / "result_1.json") == {
        "mu_hats": [1, 2, 3],
        "delta_mu_hats": [0.5, 0.5, 0.5],
        "p16": [1, 1, 1],
        "p84": [10.0, 11.0, 12.0],
    }
    assert read_json(tmp_path / "ingestion_duration.json") == {"ingestion_duration": 12.5}
    marker = read_json(tmp_path / "completed.json")
    assert marker["settings_digest"] == "abc"
    written = {path.name for path in tmp_path.iterdir()} - {"completed.json"}
    assert marker["files"].keys() == written
    for name, digest in marker["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_what_json_cannot_express_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_atomically(tmp_path / "x.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_clear_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    folder = tmp_path / "output"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "state").mkdir()
    (folder / "link").symlink_to(outside)
    clear_folder(folder, keep=["state"])
    assert [path.name for path in folder.iterdir()] == ["state"]
    clear_folder(folder)
    assert list(folder.iterdir()) == []
    assert (outside / "precious").exists()
    clear_folder(tmp_path / "new")
    assert (tmp_path / "new").is_dir()
