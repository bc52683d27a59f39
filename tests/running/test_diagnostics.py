"""What a submission tells of itself gets through as numbers under short names, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from HiggsML.errors import SubmissionError
from HiggsML.running.diagnostics import LARGEST, MOST_BINS, MOST_NAMES, check_diagnostics
from HiggsML.running.isolation.policy import offered
from small_run import read_json, run, write_submission

TOLD = {
    "templates": {"htautau": [1, 2.5], "ttbar": [3.0, 0]},
    "nuisances": {"tes": [-0.5, 0.9]},
    "post_fit": {"counted": [4, 2], "expected": [4.5, 2.25]},
    "goodness": {"chi2": 1.25, "p_value": 0.5},
}
EVIL = "<script>alert(1)</script>"
MODEL = """
import numpy as np
class Model:
    def __init__(self, get_train_set, systematics):
        pass
    def fit(self):
        {fit}
    def diagnostics(self):
        {diagnostics}
    def predict(self, test_set):
        return {{'mu_hat': 1, 'delta_mu_hat': 1, 'p16': 0, 'p84': 2}}
"""
TAMPER = "import HiggsML.running.sandboxed.host as host; host.check_diagnostics = lambda told: told"


def test_numbers_under_names_get_through_as_floats() -> None:
    found = check_diagnostics(TOLD)
    assert found == TOLD
    assert all(type(n) is float for row in found["templates"].values() for n in row)
    assert all(type(n) is float for n in found["goodness"].values())
    for name in TOLD:
        assert check_diagnostics({name: TOLD[name]}) == {name: TOLD[name]}


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "told",
    [
        None, [], {}, EVIL, 1, True, {"html": EVIL}, {1: {}}, {"templates": EVIL},
        {"templates": {}}, {"templates": []}, {"templates": {"a": EVIL}},
        {"templates": {"a": [EVIL]}}, {"templates": {"a": []}}, {"templates": {"a": [True]}},
        {"templates": {"a": [None]}}, {"templates": {"a": [-1]}}, {"templates": {"a": [[1]]}},
        {"templates": {"a": [float("nan")]}}, {"templates": {"a": [float("inf")]}},
        {"templates": {"a": [10**400]}}, {"templates": {"a": [2 * LARGEST]}},
        {"templates": {"a": [1.0] * (MOST_BINS + 1)}}, {"templates": {"a": [1], "b": [1, 2]}},
        {"templates": {f"a{i}": [1] for i in range(MOST_NAMES + 1)}},
        {"templates": {EVIL: [1]}}, {"templates": {"": [1]}}, {"templates": {"a\n": [1]}},
        {"templates": {"a" * 31: [1]}}, {"templates": {"\u202ea": [1]}},
        {"templates": {"\N{GREEK SMALL LETTER MU}": [1]}}, {"templates": {"a": nested(500)}},
        {"nuisances": {"tes": [1]}}, {"nuisances": {"tes": [1, 2, 3]}}, {"nuisances": {"tes": 1}},
        {"nuisances": {"tes": [1, -1]}},
        {"post_fit": {"counted": [1]}}, {"post_fit": {"counted": [1], "expected": [1, 2]}},
        {"post_fit": {"counted": [1], "expected": [1], "image": [1]}},
        {"goodness": {"chi2": 1}}, {"goodness": {"chi2": 1, "p_value": 1.5}},
        {"goodness": {"chi2": -1, "p_value": 0.5}}, {"goodness": {"chi2": EVIL, "p_value": 0.5}},
        {**TOLD, "more": {"a": [1]}},
    ],
)  # fmt: skip
def test_anything_else_is_refused(told: Any) -> None:
    with pytest.raises(SubmissionError, match=r"^Model.diagnostics: ") as caught:
        check_diagnostics(told)
    assert "script" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_run_keeps_what_is_told(tmp_path: Path) -> None:
    source = MODEL.format(
        fit="self.rows = np.array([1, 2.5], np.float32)",
        diagnostics="return {'templates': {'htautau': self.rows}}",
    )
    output = run(tmp_path, write_submission(tmp_path / "sub", source))
    assert read_json(output / "run.json")["diagnostics"] == {"templates": {"htautau": [1.0, 2.5]}}


@pytest.mark.parametrize(
    "diagnostics",
    [
        f"return {EVIL!r}", "return {'templates': {'a': [float('nan')]}}", "return 1 / 0",
        "return {'templates': {'a': [0.0] * 10_000_000}}", "return {'a': object()}",
        "a = []; a.append(a); return a",
    ],
)  # fmt: skip
def test_what_is_of_no_use_is_left_out_with_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, diagnostics: str
) -> None:
    source = MODEL.format(fit="pass", diagnostics=diagnostics)
    output = run(tmp_path, write_submission(tmp_path / "sub", source))
    assert "diagnostics" not in read_json(output / "run.json")
    assert "No diagnostics on the score sheet: " in caplog.text


@pytest.mark.skipif(bool(offered().missing), reason="this kernel offers no Landlock or no seccomp")
@pytest.mark.parametrize(
    ("diagnostics", "reason"),
    [
        (f"return {{'templates': {{{EVIL!r}: [1]}}}}", "diagnostics failed: .*names must be of"),
        ("return {'templates': {'a': [10 ** 400]}}", "diagnostics failed: .*all numbers must be"),
        ("return {'templates': {'a': [float('nan')]}}", "diagnostics failed: .*all numbers must"),
        ("return {'templates': {'a': [0.0] * 1_000_000}}", "disturbed the protocol"),
        ("import os; os._exit(3)", "ended its process with exit code 3"),
    ],
)
def test_a_tampered_check_gets_nothing_through(
    tmp_path: Path, diagnostics: str, reason: str
) -> None:
    source = MODEL.format(fit=TAMPER, diagnostics=diagnostics)
    with pytest.raises(SubmissionError, match=reason):
        run(tmp_path, write_submission(tmp_path / "sub", source))
    assert not (tmp_path / "output" / "run.json").exists()
