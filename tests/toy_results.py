"""Results folders of a toy measurement, as the ingestion program writes them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from higgsml_scoring.answers import Answers

Files = dict[str, Any]
"""Content of files by name: JSON objects, or bytes as they are."""


def toy_answers(
    mu: np.ndarray,
    experiments: int,
    *,
    seed: int = 1,
    sigma: float = 0.275,
    stretch: float = 1.0,
    bias: float = 0.0,
) -> Answers:
    """Answers with Gaussian errors that grow with mu and differ between experiments.

    `sigma` is their size at mu = 1; `stretch` 1 is calibrated, below 1 under-covers.
    """
    rng = np.random.default_rng(seed)
    size = (len(mu), experiments)
    errors = sigma * (0.8 + 0.2 * mu[:, np.newaxis]) * rng.uniform(0.8, 1.2, size)
    mu_hat = mu[:, np.newaxis] + bias + errors * rng.normal(size=size)
    claimed = stretch * errors
    return Answers(mu_hat, claimed, mu_hat - claimed, mu_hat + claimed)


def toy_files(sets: int = 10, experiments: int = 100, *, seed: int = 1, **options: float) -> Files:
    """Content of every file of a finished run, without the marker."""
    mu = np.random.default_rng(seed + 1000).uniform(0.1, 3, sets)
    answers = toy_answers(mu, experiments, seed=seed, **options)
    files: Files = {
        f"result_{i}.json": {
            "mu_hats": answers.mu_hat[i].tolist(),
            "delta_mu_hats": answers.delta_mu_hat[i].tolist(),
            "p16": answers.p16[i].tolist(),
            "p84": answers.p84[i].tolist(),
        }
        for i in range(sets)
    }
    files["ingestion_duration.json"] = {"ingestion_duration": 1234.5}
    files["test_settings.json"] = {
        "ground_truth_mus": mu.tolist(),
        "num_of_sets": sets,
        "num_pseudo_experiments": experiments,
        "systematics": {
            "tes": True,
            "jes": True,
            "soft_met": True,
            "ttbar_scale": True,
            "diboson_scale": True,
            "bkg_scale": False,
        },
    }
    files["run.json"] = {
        "versions": {"HiggsML": "1.0.0", "python": "3.11.7", "numpy": "2.4.6"},
        "stages": {"data": 12.5, "fit": 100.25, "predict": 1121.75},
        "workers": 2,
        "isolation": {"level": "files, network", "missing": ["signals"]},
        "random_seed": 31415926,
        "settings_digest": "ab" * 32,
        "experiments_digest": hashlib.sha256(repr((seed, sets, experiments)).encode()).hexdigest(),
        "submission_digest": "ef" * 32,
    }
    return files


def add_facts_of_the_submission(files: Files) -> Files:
    """The files with what newer runs record: name, date, limits, time, memory and audit."""
    files["run.json"] |= {
        "submission_name": "Boosted trees & a fit",
        "started": "2027-01-31T13:05:00+01:00",
        "limits": {
            "total_seconds": 6900.0, "fit_seconds": 3600.0, "predict_seconds": 120.0,
            "memory_gib": 8.0, "disk_gib": 4.0,
        },
        "usage": {
            "fit": {"seconds": 99.5, "memory_bytes": 3 * 2**30},
            "predict": {
                "calls": 40, "seconds": 100.0, "longest_seconds": 7.25, "memory_bytes": 2**29,
            },
        },
        "independence": {"by_construction": False, "why_not": ["the model uses a device"]},
        "audit": {"checked": 20, "different": [[0, 7]]},
        "fits": {"told": 40, "bad": 2},
        "diagnostics": {
            "templates": {"htautau": [1.5, 4.0, 30.0], "ztautau": [9e5, 2e4, 0.0]},
            "nuisances": {"tes": [-0.4, 0.3], "jes": [0.2, 0.9], "soft_met": [1.3, 1.0]},
            "post_fit": {"counted": [9e5, 20100, 31], "expected": [9.005e5, 20024.0, 30.0]},
        },
    }  # fmt: skip
    return files


def encode(content: Any) -> bytes:
    """A file's content as bytes: JSON, unless it is bytes already."""
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def write_files(folder: Path, files: Files) -> Path:
    """Write the files and a completion marker that fits them."""
    folder.mkdir(parents=True, exist_ok=True)
    digests = {}
    for name, content in files.items():
        (folder / name).write_bytes(encode(content))
        digests[name] = hashlib.sha256(encode(content)).hexdigest()
    marker = {"format": 1, "settings_digest": "ab" * 32, "files": digests}
    (folder / "completed.json").write_text(json.dumps(marker))
    return folder


def write_toy(
    folder: Path, sets: int = 10, experiments: int = 100, *, seed: int = 1, **options: float
) -> Path:
    """Write a finished toy run; arguments as for `toy_files`."""
    return write_files(folder, toy_files(sets, experiments, seed=seed, **options))
