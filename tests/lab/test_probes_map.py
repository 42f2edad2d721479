"""What the map's other faces show is what the network does with the very inputs they name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import softmax
from hyperscope.lab.examples.examples import load
from hyperscope.lab.examples.pictures import picture_shape
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.answers import Answers
from hyperscope.lab.probes.passing import Followed, Passing, passing
from hyperscope.lab.probes.plane import plane
from hyperscope.lab.probes.warp import SHEET, LayerInPlane, Warp, warp
from hyperscope.lab.training.trainer import Trainer
from probed import probed

SEED = 3
NORMED = Network(layers=(Layer(8, "tanh", "before"), Layer(6, "relu", "after"), Layer(5, "sigmoid")))
NARROW = Network(layers=(Layer(8, "tanh"), Layer(2, "tanh", "after")))
SPIRAL = Data(points=120, classes=4)
IRIS = Data(source="iris", standardise=True)


def trained(network: Network = NORMED, data: Data = SPIRAL, steps: int = 60) -> Trainer:
    trainer = Trainer(
        Experiment(data=data, network=network, training=Training(precision="float64"), seed=SEED),
    )
    trainer.steps(steps)
    return trainer


def traces(trainer: Trainer, x: Any) -> list[Any]:
    state = trainer.learner.state
    found = textbook.forward(trainer.layout, state.parameters, state.running, x, training=False)
    return [trace.output for trace in found]


def followed(trainer: Trainer, question: Followed) -> Passing:
    return passing(trainer, question)


@pytest.mark.parametrize("data", [SPIRAL, IRIS], ids=["spiral", "iris"])
def test_an_example_s_activations_are_the_textbook_s(data: Data) -> None:
    trainer = trained(data=data)
    seen = followed(trainer, Followed(example=17))
    x = trainer.examples.model_units(trainer.examples.raw[:, [17]])
    *hidden, logits = traces(trainer, x)
    for values, expected in zip(seen.values, [x, *hidden, softmax(logits)], strict=True):
        assert values == pytest.approx(expected[:, 0], abs=1e-5)
    assert (seen.true, seen.part) == (trainer.examples.y[17], trainer.examples.part[17])


def test_a_place_s_probabilities_are_those_of_the_map_there() -> None:
    trainer = trained(data=IRIS)
    seen_map = probed(trainer, "map")
    left, right, bottom, top = seen_map.extent
    side = seen_map.p.shape[1]
    place = (left + (30 + 0.5) / side * (right - left), bottom + (70 + 0.5) / side * (top - bottom))
    seen = followed(trainer, Followed(point=place))
    assert seen.values[-1] == pytest.approx(seen_map.p[:, 70, 30], abs=1e-5)
    assert seen.point == pytest.approx(place)


def test_nothing_passes_when_nothing_is_looked_at() -> None:
    assert followed(trained(steps=0), Followed()).values == ()


def test_an_example_that_the_data_do_not_have_is_not_followed() -> None:
    assert followed(trained(steps=0), Followed(example=100_000)).values == ()


def test_the_picture_of_a_digit_comes_with_it() -> None:
    trainer = trained(data=Data(source="digits", standardise=True), steps=0)
    picture = followed(trainer, Followed(example=4)).picture
    assert picture is not None and picture.shape == (8, 8)
    assert np.corrcoef(picture.ravel(), trainer.examples.raw[:, 4])[0, 1] > 0.999


def test_columns_named_by_row_and_column_are_pictures() -> None:
    data = load(Data(source="digits"))
    named = tuple(f"pixel_{k // 8}_{k % 8}" for k in range(64))
    assert picture_shape(replace(data, image_shape=None, raw_names=named)) == (8, 8)
    assert picture_shape(replace(data, image_shape=None, raw_names=("a", *named[1:]))) is None
    assert picture_shape(load(Data(source="iris"))) is None


# -- the plane as a layer sees it ---------------------------------------------------------------------------------


def warped(trainer: Trainer, layer: int = -1) -> Warp:
    return warp(trainer, LayerInPlane(layer=layer))


def test_a_layer_that_changes_nothing_shows_the_plane_itself() -> None:
    trainer = trained(Network(layers=(Layer(2, "linear"),)), steps=0)
    trainer.set_weights({**trainer.weights(), "layer1.weights": np.eye(2), "layer1.bias": np.zeros(2)})
    seen, examples = warped(trainer), probed(trainer, "examples")
    left, right, bottom, top = examples.extent
    across, up = np.meshgrid(np.linspace(left, right, SHEET), np.linspace(bottom, top, SHEET))
    assert seen.sheet == pytest.approx(np.stack([across, up]), abs=1e-5)
    assert seen.x == pytest.approx(examples.x[:, seen.at], abs=1e-5)


def test_the_sheet_is_coloured_by_what_is_predicted_there() -> None:
    trainer = trained()
    left, right, bottom, top = plane(trainer).extent
    across, up = np.meshgrid(np.linspace(left, right, SHEET), np.linspace(bottom, top, SHEET))
    x = trainer.examples.model_units(np.stack([across.ravel(), up.ravel()]))
    expected = traces(trainer, x)[-1].argmax(axis=0).reshape(SHEET, SHEET)
    assert np.array_equal(warped(trainer).said, expected)


def test_the_last_layer_s_regions_are_the_network_s_own() -> None:
    trainer = trained(NARROW, steps=400)
    seen = warped(trainer)
    assert seen.p is not None and seen.units == 2
    left, right, bottom, top = seen.extent
    side = seen.p.shape[1]
    column = ((seen.x[0] - left) / (right - left) * side).astype(int)
    row = ((seen.x[1] - bottom) / (top - bottom) * side).astype(int)
    sure = seen.p.max(axis=0)[row, column] > 0.6  # away from borders, which run through cells
    assert sure.sum() > 40
    assert np.array_equal(seen.p.argmax(axis=0)[row, column][sure], seen.predicted[sure])


def test_the_softmax_parts_the_last_layer_by_straight_lines() -> None:
    p = warped(trained(NARROW)).p
    assert p is not None
    score = np.log(p[0].astype(float)) - np.log(p[1].astype(float))
    assert np.abs(np.diff(score, 2, axis=0)).max() < 1e-2
    assert np.abs(np.diff(score, 2, axis=1)).max() < 1e-2


def test_a_layer_is_chosen_by_number() -> None:
    trainer = trained()
    assert [(warped(trainer, n).layer, warped(trainer, n).units) for n in (0, 1, 2, -1, 9)] == [
        (0, 8),
        (1, 6),
        (2, 5),
        (2, 5),
        (2, 5),
    ]


def test_two_chosen_units_are_the_axes_as_they_are() -> None:
    trainer = trained()
    seen = warp(trainer, LayerInPlane(layer=0, units=(4, 1)))
    x = trainer.examples.model_units(trainer.examples.raw)[:, seen.at]
    a = trainer.predictor.activations(trainer.folded(), np.ascontiguousarray(x))[0]
    assert (seen.chosen, seen.axes) == ((4, 1), ("unit 5", "unit 2"))
    assert seen.x == pytest.approx(a[[4, 1]], abs=1e-5)
    assert seen.share == pytest.approx(a[[4, 1]].var(axis=1).sum() / a.var(axis=1).sum())


@pytest.mark.parametrize("units", [(0, 8), (3, 3), (-1, 2)], ids=str)
def test_units_that_a_layer_has_not_leave_it_its_usual_axes(units: tuple[int, int]) -> None:
    seen = warp(trained(), LayerInPlane(layer=0, units=units))
    assert (seen.chosen, seen.axes) == (None, ("component 1", "component 2"))


def test_looking_at_units_and_back_shows_the_same_components() -> None:
    trainer = trained()
    before = warped(trainer, 0)
    warp(trainer, LayerInPlane(layer=0, units=(0, 1)))
    assert np.array_equal(warped(trainer, 0).x, before.x)


def test_only_two_units_of_the_last_layer_have_regions() -> None:
    assert warped(trained(NARROW), 0).p is None
    assert warped(trained(), 2).p is None


def test_without_hidden_layers_nothing_is_warped() -> None:
    assert warped(trained(Network(layers=()))).layer == -1


def test_training_on_moves_the_warped_plane_smoothly() -> None:
    trainer = trained(steps=100)
    last = warped(trainer)
    for _ in range(20):
        trainer.steps(1)
        seen = warped(trainer)
        span = seen.extent[1] - seen.extent[0]
        assert np.abs(seen.x - last.x).max() < 0.25 * span
        last = seen


# -- answers ------------------------------------------------------------------------------------------------------


def test_answers_agree_with_the_map_s_predictions() -> None:
    trainer = trained(data=IRIS)
    seen: Answers = probed(trainer, "answers")
    assert np.array_equal(seen.p.argmax(axis=0), probed(trainer, "map").predicted)


def test_mistakes_are_counted_by_part_and_pair() -> None:
    trainer = trained(data=IRIS, steps=3)
    seen: Answers = probed(trainer, "answers")
    data, said = trainer.examples, seen.p.argmax(axis=0)
    for part in range(3):
        for true in range(3):
            for taken in range(3):
                count = ((data.part == part) & (data.y == true) & (said == taken)).sum()
                assert seen.counts[part, true, taken] == count
    worst = seen.pairs[0][0]
    off = seen.counts[0] - np.diag(seen.counts[0].diagonal())
    assert worst.count == off.max() == off[worst.true, worst.predicted]


def test_pictures_come_with_digits_alone() -> None:
    digits = probed(trained(data=Data(source="digits"), steps=0), "examples")
    assert digits.pictures.shape == (len(digits.y), 8, 8)
    assert probed(trained(steps=0), "examples").pictures is None
