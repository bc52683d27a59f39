"""How a model's process is started: a fresh interpreter with an environment of its own."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["PROGRAM", "environment", "interpreter"]

PROGRAM = Path(__file__).parents[3]
"""The folder that `HiggsML` is imported from."""

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def environment(scratch: Path, threads: int) -> dict[str, str]:
    """The environment of a model's process: nothing of ours but what it needs to find libraries."""
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR"), str(scratch))
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        **folders,
        **dict.fromkeys(_THREADS, str(threads)),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",  # so that a model which walks over sets repeats itself
        "PYTHONDONTWRITEBYTECODE": "1",
        # Without semaphores in /dev/shm joblib works with threads; this keeps it from warning.
        "JOBLIB_MULTIPROCESSING": "0",
    }


def interpreter(module: str, arguments: Sequence[str]) -> list[str]:
    """The command for a fresh interpreter that runs `module.main(arguments)` of this package.

    Neither the working folder nor the user's site-packages are on its path, so that a submission
    cannot stand in for a module before the process has closed itself in.
    """
    code = (
        f"import sys; sys.path.insert(0, {str(PROGRAM)!r}); "
        f"from {module} import main; main({list(arguments)!r})"
    )
    return [sys.executable, "-P", "-s", "-u", "-c", code]
