import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.errors import PredictionError, SubmissionError
from HiggsML.running.contract import check_prediction
from HiggsML.running.sandboxed.loading import build_model
from HiggsML.running.trusted.staging import stage_submission

GOOD = {"mu_hat": 1.0, "delta_mu_hat": 0.5, "p16": 0.5, "p84": 1.5}
finite = st.floats(-1e4, 1e4)


class TestCheckPrediction:
    @given(finite, finite, finite, finite)
    def test_finite_numbers_pass_unchanged(self, a: float, b: float, c: float, d: float) -> None:
        low, high = sorted((c, d))
        answer = {"mu_hat": a, "delta_mu_hat": b, "p16": low, "p84": high}
        assert check_prediction(answer) == (a, b, low, high, None)

    @pytest.mark.parametrize("kind", [int, float, np.float32, np.float64, np.int64, np.int8])
    def test_numpy_scalars_are_fine(self, kind: type) -> None:
        found = check_prediction({key: kind(2) for key in GOOD} | {"note": "ignored"})
        assert found == (2.0, 2.0, 2.0, 2.0, None)
        assert all(type(number) is float for number in found[:4])

    @pytest.mark.parametrize("told", [True, np.True_, False, None])
    def test_a_model_may_tell_that_its_fit_is_bad(self, told: bool | None) -> None:
        bad_fit = check_prediction(GOOD | {"bad_fit": told}).bad_fit
        assert bad_fit is (None if told is None else bool(told))

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"mu_hat": math.nan}, "mu_hat must be finite. Found: nan"),
            ({"p84": math.inf}, "p84 must be finite. Found: inf"),
            ({"delta_mu_hat": np.float32("-inf")}, "delta_mu_hat must be finite"),
            ({"mu_hat": 10**400}, "mu_hat must be finite. Found: inf"),
            ({"p84": 1.1e4}, "p84 is beyond 10000"),
            ({"p16": "0.5"}, "p16 must be a number. Found: '0.5'"),
            ({"p16": None}, "p16 must be a number. Found: None"),
            ({"p16": True}, "p16 must be a number. Found: True"),
            ({"p16": np.array([0.5])}, "p16 must be a number"),
            ({"p16": [0.5]}, "p16 must be a number"),
            ({"p16": 0.5j}, "p16 must be a number"),
            ({"p16": Fraction(1, 2)}, "p16 must be a number"),
            ({"p16": 2.0}, "p16 is above p84"),
            ({"bad_fit": 0.3}, "bad_fit must be True or False. Found: 0.3"),
        ],
    )
    def test_mistakes_are_named(self, changed: dict[str, object], message: str) -> None:
        with pytest.raises(PredictionError, match=message):
            check_prediction(GOOD | changed)

    def test_missing_keys_and_other_types(self) -> None:
        with pytest.raises(PredictionError, match="misses p16, p84"):
            check_prediction({"mu_hat": 1, "delta_mu_hat": 1})
        with pytest.raises(PredictionError, match=r"must return a dict\. Found: None"):
            check_prediction(None)


class TestStaging:
    def test_copies_files_but_no_links(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        (source / "__pycache__").mkdir(parents=True)
        (source / "__pycache__" / "model.pyc").touch()
        (source / "model.py").write_text("class Model: ...")
        (source / "weights").mkdir()
        (source / "weights" / "w.json").write_text("{}")
        (source / "secret").symlink_to("/etc/passwd")
        (source / "folder").symlink_to("/etc")
        stage_submission(source, tmp_path / "target")
        found = {str(p.relative_to(tmp_path / "target")) for p in (tmp_path / "target").rglob("*")}
        assert found == {"model.py", "weights", "weights/w.json"}

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"notes.txt": ""}, "no model.py"),
            ({"inner/model.py": "class Model: ..."}, r"no model.py.*inner/model.py.*at the root"),
            ({"model.py": "class Model:\n  def f(:\n"}, r"model.py, line 2: does not parse"),
            ({"model.py": "\0"}, "does not parse"),
            ({"model.py": "a" + ".b" * 100_000}, "does not parse"),
            ({"model.py": "#" * 1_000_001}, "larger than 1000000 bytes"),
        ],
    )
    def test_mistakes_are_named(self, tmp_path: Path, files: dict[str, str], message: str) -> None:
        for name, text in files.items():
            path = tmp_path / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with pytest.raises(SubmissionError, match=message):
            stage_submission(tmp_path / "source", tmp_path / "target")

    def test_missing_folder(self, tmp_path: Path) -> None:
        with pytest.raises(SubmissionError, match="does not exist"):
            stage_submission(tmp_path / "none", tmp_path / "target")

    @pytest.mark.parametrize(
        "source",
        [
            "from other import Model",
            "from other import M as Model",
            "Model = type('Model', (), {})",
        ],
    )
    def test_model_may_come_from_elsewhere(self, tmp_path: Path, source: str) -> None:
        (tmp_path / "source").mkdir()
        (tmp_path / "source" / "model.py").write_text(source)
        stage_submission(tmp_path / "source", tmp_path / "target")


class TestBuildModel:
    def test_further_arguments_only_where_they_are_taken(self) -> None:
        class Plain:
            def __init__(self, get_train_set, systematics):
                self.got = get_train_set, systematics

        class Typed(Plain):
            def __init__(self, get_train_set, systematics, model_type):
                super().__init__(get_train_set, systematics)
                self.model_type = model_type

        assert build_model(Plain, len, max, model_type="BDT").got == (len, max)
        assert build_model(Typed, len, max, model_type="BDT").model_type == "BDT"

    def test_a_wrong_signature_is_named(self) -> None:
        class Model:
            def __init__(self, data):
                pass

        with pytest.raises(SubmissionError, match=r"Model\(data\).*Model\(get_train_set, syst"):
            build_model(Model, len, max)
