"""Make the golden numbers of the likelihood again: `python tests/golden/make_likelihood.py`.

They were made by the likelihood of mu and six nuisance parameters that was written out by hand, so
that the general one can be compared with it. Templates, counts and parameters are random, and are
stored beside what was found with them. Rates, shifts and simulation errors are all at work.
"""

from pathlib import Path
from typing import Any

import numpy as np

from HiggsML.inference.likelihood import BinnedLikelihood, expected_width
from HiggsML.inference.templates import Templates

GOLDEN = Path(__file__).parent / "likelihood.npz"
MODELS, POINTS, BINS = 4, 50, 5


def main() -> None:
    """Draw templates and points, evaluate, store."""
    rng = np.random.default_rng(20)
    nominal = rng.uniform(10.0, 1000.0, (MODELS, 1, 4, BINS))
    effects = rng.normal(0.0, 0.01, (MODELS, 12, 4, BINS))
    effects[:, 0] = 1.0
    coefficients = nominal * effects
    variances = (rng.uniform(0.0, 0.1, (MODELS, 4, BINS)) * nominal[:, 0]) ** 2
    counts = rng.poisson(nominal.sum(axis=(1, 2))).astype(float)
    counts[0, 0] = 0.0
    thetas = np.concatenate(
        [
            rng.uniform(0.1, 3.0, (MODELS, POINTS, 1)),
            rng.uniform(-2.0, 1.6, (MODELS, POINTS, 6)),
        ],
        axis=2,
    )
    found: dict[str, list[np.ndarray]] = {
        name: [] for name in ("value", "gradient", "expected", "information")
    }
    widths = []
    for model in range(MODELS):
        templates = Templates(coefficients[model], variances[model])
        likelihood = BinnedLikelihood(templates, counts[model])
        for theta in thetas[model]:
            value, gradient = likelihood.value_and_gradient(theta)
            found["value"].append(np.array(value))
            found["gradient"].append(gradient)
            found["expected"].append(likelihood.expected_and_slopes(theta)[0])
            found["information"].append(likelihood.information(theta))
        widths.append([expected_width(templates, profiled=p) for p in (True, False)])
    arrays: dict[str, Any] = {
        "coefficients": coefficients,
        "variances": variances,
        "counts": counts,
        "thetas": thetas,
        "width": widths,
    }
    for name, rows in found.items():
        arrays[name] = np.reshape(rows, (MODELS, POINTS, *rows[0].shape))
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
