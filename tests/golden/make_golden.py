"""Make the golden numbers again: what HiggsML 0.1.5 gives on rows of our own generator.

    pip install --no-deps --target REFERENCE HiggsML==0.1.5
    python tests/golden/make_golden.py REFERENCE

0.1.5 is fed float64, and its output is stored as it comes. It is run by an interpreter of its own,
because its package has our name.
"""

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from HiggsML.generation import generate
from HiggsML.schema import FEATURES, PRI_COLUMNS

GOLDEN = Path(__file__).parent / "shifted_by_0_1_5.npz"
TES = JES = (0.97, 1.0, 1.03)
SOFT_MET = (0.0, 2.0)
SEED = 31415
ROWS = 60
"""Of each process."""

RUN_REFERENCE = """
import itertools, sys, warnings
warnings.simplefilter("ignore")
folder, names, settings = sys.argv[1], sys.argv[2].split(","), eval(sys.argv[3])
sys.path.insert(0, sys.argv[4])
import numpy as np, pandas as pd
from HiggsML.systematics import systematics
rows = pd.DataFrame(np.load(f"{folder}/rows.npy"), columns=names[:16])
found = {}
for i, (tes, jes, soft_met) in enumerate(settings):
    shifted = systematics(
        {"data": rows.copy(), "weights": np.arange(len(rows))}, tes=tes, jes=jes, soft_met=soft_met
    )
    found[f"kept_{i}"] = shifted["weights"].to_numpy(int)
    found[f"features_{i}"] = shifted["data"][names].to_numpy(float)
np.savez(f"{folder}/found.npz", **found)
"""


def main(reference: str) -> None:
    """Generate rows, shift them with 0.1.5, store both."""
    counts = dict.fromkeys(("htautau", "ztautau", "ttbar", "diboson"), ROWS)
    rows = generate(counts, seed=1)[list(PRI_COLUMNS)].to_numpy(np.float64).round(3)
    settings = list(itertools.product(TES, JES, SOFT_MET))
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/rows.npy", rows)
        arguments = [folder, ",".join(FEATURES), repr(settings), reference]
        subprocess.run([sys.executable, "-c", RUN_REFERENCE, *arguments], check=True)
        with np.load(f"{folder}/found.npz") as found:
            stored = {name: found[name] for name in found}
    stored = {
        name: values.astype(np.float32 if values.dtype == np.float64 else np.int16)
        for name, values in stored.items()
    }
    np.savez_compressed(GOLDEN, rows=rows, settings=np.array(settings), **stored)


if __name__ == "__main__":
    main(sys.argv[1])
