"""What can be searched: ranges on their scales, as a value and as a file, and what is refused, in words."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.engine.settings import Network
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.space import Range, Space, from_json, read, usual, usual_range

RATE = Range("training.learning_rate", 1e-4, 1.0, "log")
BETA = Range("training.momentum", 0.9, 0.999, "one-minus-log")
BATCH = Range("training.batch_size", 8, 128, "powers-of-two")
UNITS = Range("network.layers.*.units", 4, 32, "linear")
START = Range("network.initialiser", scale="choices", choices=("he", "xavier", "normal"))
LENGTH = Range("epochs", 5, 40, "log")
EVERY = (RATE, BETA, BATCH, UNITS, START, LENGTH)
EVENLY = (np.arange(1000) + 0.5) / 1000


@given(st.sampled_from(EVERY), st.floats(0, 1))
def test_a_value_lies_where_it_was_drawn(one: Range, position: float) -> None:
    value = one.value(position)
    again = one.position(value)
    near = 0.5 / len(one.steps) + 1e-9 if one.steps else 1 / one.counted if one.counted else 1e-6
    assert abs(again - position) <= max(near, 0.08 if one is LENGTH else 0)
    assert one.value(again) == pytest.approx(value) if not isinstance(value, str) else one.value(again) == value


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.knob)
def test_many_values_lie_where_each_of_them_does(one: Range) -> None:
    values = [one.value(at) for at in np.random.default_rng(0).random(50).tolist()]
    assert one.positions(values) == pytest.approx([one.position(value) for value in values], rel=1e-12, abs=1e-12)


def test_a_logarithmic_rate_is_drawn_as_often_in_each_decade() -> None:
    decades = np.floor(np.log10([float(RATE.value(at)) for at in EVENLY]))
    assert {int(d): int((decades == d).sum()) for d in (-4, -3, -2, -1)} == {-4: 250, -3: 250, -2: 250, -1: 250}


def test_a_linear_rate_is_drawn_from_the_last_decade_in_nine_of_ten() -> None:
    linear = Range("training.learning_rate", 1e-4, 1.0)
    assert np.mean([float(linear.value(at)) > 0.1 for at in EVENLY]) == pytest.approx(0.9, abs=0.01)


def test_one_minus_a_power_of_ten_is_drawn_evenly_in_its_exponent() -> None:
    averages = np.array([1 / (1 - float(BETA.value(at))) for at in EVENLY])  # over so many gradients: 10 to 1000
    assert np.mean(averages < 100) == pytest.approx(0.5, abs=0.01)


def test_powers_of_two_choices_and_whole_numbers_are_drawn_as_often_as_each_other() -> None:
    for one in (BATCH, START, UNITS):
        drawn = [one.value(at) for at in EVENLY]
        counts = [drawn.count(value) for value in dict.fromkeys(drawn)]
        assert len(counts) == one.counted and max(counts) - min(counts) <= 1


def test_a_grid_s_values_go_from_end_to_end() -> None:
    assert [round(math.log10(float(v)), 6) for v in RATE.levels(5)] == [-4, -3, -2, -1, 0]
    assert BATCH.levels(3) == (8, 32, 128) and START.levels(9) == START.choices


def test_a_space_comes_back_from_its_file(tmp_path: Path) -> None:
    space = Space(EVERY)
    (tmp_path / "space.json").write_text(space.to_json(), encoding="utf-8")
    assert read(tmp_path / "space.json") == space


def test_a_space_makes_experiments(tmp_path: Path) -> None:
    made = Space(EVERY).made(Experiment(), Space(EVERY).drawn((0.5, 0.5, 0.9, 0.5, 0.9, 0.5)))
    assert made.training.learning_rate == pytest.approx(0.01) and made.training.batch_size == 128
    assert {layer.units for layer in made.network.layers} == {18} and made.network.initialiser == "normal"


def test_a_network_without_hidden_layers_is_searched_without_units() -> None:
    assert UNITS.knob not in {one.knob for one in usual(Experiment(network=Network(layers=()))).knobs}


@pytest.mark.parametrize("path", [one.knob for one in EVERY] + ["training.l2", "training.optimiser", "data.noise"])
def test_what_is_offered_for_a_knob_can_be_searched(path: str) -> None:
    Space((usual_range(path),)).checked(Experiment())


def test_a_box_holds_what_lies_between() -> None:
    box = Space((RATE, BATCH)).boxed({RATE.knob: (0.5, 0.75), BATCH.knob: (0.2, 0.59)})
    assert (box.of(RATE.knob).low, box.of(RATE.knob).high) == (pytest.approx(0.01), pytest.approx(0.1))
    assert box.of(BATCH.knob).steps == (16, 32)


REFUSED = [
    ((), "the search space is empty; name at least one knob, such as training.learning_rate"),
    ((Range("training.rate", 1, 2),), "'training.rate' names no setting"),
    ((Range("training.learning_rate", 0.0, 1.0, "log"),), r"low is 0; it must lie in \[1e-06, 10\]"),
    ((Range("training.l2", 0.0, 1.0, "log"),), "low is 0; on a logarithmic scale it must be above 0"),
    ((Range("training.learning_rate", 1.0, 0.1, "log"),), "low is 1 and high 0.1; low must be less than high"),
    ((Range("training.learning_rate", 0.1, 99.0),), r"high is 99; it must lie in \[1e-06, 10\]"),
    ((Range("training.learning_rate", 0.1, 1.0, "cubic"),), "scale is 'cubic'; it must be one of linear"),
    ((Range("training.learning_rate", 0.1, 2.0, "one-minus-log"),), r"on the scale 1 − 10\^r it must lie in"),
    ((Range("training.batch_size", 33, 63, "powers-of-two"),), "at least two powers of two must lie there"),
    ((Range("training.optimiser", 0, 1),), 'its scale must be "choices"'),
    ((Range("training.optimiser", scale="choices", choices=("adam",)),), "it must be two or more"),
    ((Range("training.optimiser", scale="choices", choices=("adam", "eve")),), "optimiser is 'eve'"),
    ((Range("data.file", scale="choices", choices=("a", "b")),), "text, which has no range"),
    ((RATE, RATE), "training.learning_rate is in the search space twice"),
    ((Range("network.layers.7.units", 4, 32),), "there are layers 0 to 2"),
]  # fmt: skip


@pytest.mark.parametrize(("knobs", "said"), REFUSED)
def test_what_cannot_be_searched_is_refused_in_words(knobs: tuple[Range, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Space(knobs).checked(Experiment())


def test_an_empty_box_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="the box is empty: it holds no value of learning rate"):
        Space((RATE,)).boxed({RATE.knob: (1.2, 1.4)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "this is not a search space"),
        ("[1]", 'it must be a JSON object with a list "knobs"'),
        ('{"knobs": [], "version": 9}', "version is 9; this Hyperscope reads version 1"),
        (json.dumps({"knobs": [{"knob": "epochs", "lowest": 1}]}), "unknown field lowest"),
        (json.dumps({"knobs": [{"knob": "epochs", "low": "one"}]}), "knobs"),
    ],
)
def test_a_file_that_is_no_space_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_json(text)
