"""Networks in the sandbox, where fresh copies of a process with PyTorch answer."""

from pathlib import Path

import pytest

from small_run import read_json, run, write_submission

pytest.importorskip("torch", reason="PyTorch is not installed: make torch")

SUBMISSION = """
import sys
import torch
from torch import nn
from HiggsML.approaches import PixelCNN

FEATURES = [f"DER_{name}" for name in ("mass_vis", "pt_h", "sum_pt", "pt_tot")]

class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.normal = nn.Conv2d(1, 8, 2), nn.BatchNorm2d(8)
        self.behind = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(8, 2))

    def forward(self, x):
        return self.behind(torch.relu(self.normal(self.before(x.reshape(-1, 1, 2, 2) / 100.0))))

class Model:
    def __init__(self, get_train_set, systematics):
        self.get_train_set = get_train_set

    def fit(self):
        events = self.get_train_set(train_size=600)
        x, y = events[FEATURES].to_numpy("float32"), events["labels"].to_numpy().astype(int)
        self.ours = PixelCNN(2, channels=(4,), epochs=1, batch_size=64, random_state=1).fit(x, y)
        self.plain = Plain()
        optimizer = torch.optim.Adam(self.plain.parameters())
        for _ in range(5):
            optimizer.zero_grad()
            nn.functional.cross_entropy(self.plain(torch.tensor(x)), torch.tensor(y)).backward()
            optimizer.step()

    def predict(self, test_set):
        x = test_set["data"][FEATURES].to_numpy("float32")
        with torch.inference_mode():
            plain = float(self.plain.eval()(torch.tensor(x)).softmax(1)[:, 1].mean())
        ours = float(self.ours.predict_proba(x)[:, 1].mean())
        return {"mu_hat": ours, "delta_mu_hat": plain, "p16": 0.0, "p84": 1.0}
"""


def test_a_module_of_torch_and_a_network_of_ours_answer_alike_everywhere(tmp_path: Path) -> None:
    """The process that makes copies, and the fresh one of the audit, give the same bits."""
    output = run(tmp_path, write_submission(tmp_path / "s", SUBMISSION), audit=6)
    assert read_json(output / "run.json")["audit"] == {"checked": 6, "different": []}
    for name in ("result_0.json", "result_1.json"):
        found = read_json(output / name)
        for key in ("mu_hats", "delta_mu_hats"):
            assert all(0.0 < value < 1.0 for value in found[key])
            assert len(set(found[key])) == 3
