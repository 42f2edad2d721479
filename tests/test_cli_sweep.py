"""`hyperscope sweep`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json

import pytest

from hyperscope import cli
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment

NAME = "batch-norm/before-or-after"


@pytest.fixture
def small(tmp_path):
    """An experiment that trains in no time."""
    file = tmp_path / "small.json"
    file.write_text(Experiment(data=Data(points=60), network=Network(layers=(Layer(3),))).to_json())
    return str(file)


def test_a_sweep_is_written_as_numbers_and_as_a_picture(small, tmp_path, capsys, qapp):
    out = tmp_path / "out"
    words = ["sweep", NAME, small, "--seeds", "1", "--epochs", "5", "--own-layers", "--out", str(out)]
    assert cli.run(words) == 0
    assert sorted(file.suffix for file in out.iterdir()) == [".csv", ".json", ".png"]
    tree = json.loads((out / "batch-norm-before-or-after.json").read_text())
    assert tree["sweep"] == NAME and tree["seeds"] == 1 and tree["epochs"] == 5
    assert len((out / "batch-norm-before-or-after.csv").read_text().splitlines()) == 1 + 3 * 7
    assert (out / "batch-norm-before-or-after.png").read_bytes()[:4] == b"\x89PNG"
    assert tree["rule"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["batch-norm/none"], "batch-norm/learning-rate"),
        ([NAME, "--seeds", "9"], "seeds is 9; it must be a whole number in [1, 5]"),
        ([NAME, "--epochs", "0"], "epochs is 0; it must be a whole number in [1, 200]"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_a_sentence(words, said, tmp_path, capsys):
    assert cli.run(["sweep", *words, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
