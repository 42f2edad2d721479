"""What another program is told of a run's random numbers is what the run draws; what it is not told is said."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from hyperscope.cli import run
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.trainer import Trainer

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("step", [0, 1, 70, 200])
def test_the_masks_of_dropout_are_drawn_as_the_readme_says(step: int) -> None:
    found = re.search(r"```python\n(def mask.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    told: dict[str, object] = {"np": np}
    exec(found[1], told)
    layers = (Layer(8, dropout=0.2), Layer(6), Layer(5, dropout=0.5))
    trainer = Trainer(Experiment(network=Network(layers=layers), seed=7))
    trainer.steps(step + 1)
    for number, mask in trainer.dropout_masks(len(trainer.last_batch)).items():
        layer = layers[number]
        drawn = told["mask"](7, number, layer.units, len(trainer.last_batch), step, layer.dropout)  # type: ignore[operator]
        np.testing.assert_allclose(mask, drawn, rtol=1e-6)


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        (Experiment(), ""),
        (Experiment(network=Network(layers=(Layer(dropout=0.5),))), ""),
        (Experiment(data=Data(augment_jitter=0.1)), "augmentation changes the examples in each epoch"),
        (Experiment(network=Network(layers=(Layer(batch_norm="before"),), bn_jolt=0.5)), "jolt is drawn in each step"),
    ],
    ids=["plain", "dropout", "augmentation", "jolt"],
)
def test_a_run_says_what_its_files_alone_do_not_repeat(tmp_path, capsys, experiment, said) -> None:
    (tmp_path / "one.json").write_text(experiment.to_json(), encoding="utf-8")
    run(["run", str(tmp_path / "one.json"), "--epochs", "1", "--out", str(tmp_path / "out")])
    printed = capsys.readouterr().err
    assert said in printed and ("do not repeat" in printed) == bool(said)
