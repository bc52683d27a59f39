"""The replacements of `pages/baseline.md` run as they stand there."""

import re
from pathlib import Path

import numpy as np
import pytest

from HiggsML.experiments import make_pseudo_experiment
from HiggsML.nuisances import NuisanceValues
from HiggsML.systematics import systematics

PAGE = Path(__file__).parents[2] / "pages/baseline.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_page_has_two() -> None:
    assert len(BLOCKS) == 2


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(BLOCKS[0], marks=pytest.mark.slow, id="selection and bins"),
        pytest.param(BLOCKS[1], id="fit"),
    ],
)
def test_a_replacement_answers(code, events, pool):
    names = {}
    exec(compile(code, str(PAGE), "exec"), names)
    model = names["Model"](lambda: events, systematics)
    model.n_toys = min(model.n_toys, 20)
    model.fit()
    experiment = make_pseudo_experiment(pool, 2.0, NuisanceValues(), np.random.SeedSequence(4))
    answer = model.predict(experiment.test_set())
    assert np.isfinite(list(answer.values())).all()
    assert answer["p16"] < answer["p84"]
