"""The trainer: the same numbers every time, changes that keep what they say, and a way back from divergence."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Value
from hyperscope.lab.examples.examples import suggested
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob, knob_at
from hyperscope.lab.training.in_training import ROWS, SOUND
from hyperscope.lab.training.trainer import Trainer
from hyperscope.resources import asset
from lab.strategies import runnable

SMALL = Data(points=90)  # 54 training examples: an epoch of 32 + 22
NORMED = Network(layers=(Layer(8, "tanh", "before"), Layer(6, "relu", "after"), Layer(5, "sigmoid")))
START = Experiment(data=SMALL, network=NORMED, training=Training(batch_size=16), seed=7)
RUNAWAY = Experiment(
    data=SMALL,
    network=Network(layers=(Layer(8, "linear"),) * 3),
    training=Training(optimiser="sgd", learning_rate=10.0),
)
each_optimiser = pytest.mark.parametrize("optimiser", optimisers)
bounded = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a failure would train hundreds more
)


def moved(*changes: tuple[str, Value], start: Experiment = START) -> Experiment:
    for path, value in changes:
        start = changed(start, path, value)
    return start


def with_layers(*layers: Layer, start: Experiment = START) -> Experiment:
    return msgspec.structs.replace(start, network=msgspec.structs.replace(start.network, layers=layers))


def bits(trainer: Trainer) -> dict[str, Any]:
    """All that a run is made of, to the last bit."""
    kept = trainer.checkpoint()
    return {
        "experiment": kept.experiment,
        "place": (kept.step, kept.position),
        "vectors": [vector.tobytes() for vector in kept.moment.vectors],
        "products": {name: value.tobytes() for name, value in kept.moment.products.items()},
        "history": {name: np.asarray(value).tobytes() for name, value in kept.history.items()},
        "marks": kept.marks,
    }


def run(experiment: Experiment, steps: int) -> Trainer:
    trainer = Trainer(experiment)
    trainer.steps(steps)
    return trainer


def weights_and_memory(trainer: Trainer) -> list[bytes]:
    return [vector.tobytes() for vector in trainer.learner.state.vectors]


# -- the same numbers ---------------------------------------------------------------------------------------------


@each_optimiser
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_same_experiment_twice_is_the_same_to_the_last_bit(optimiser: str, precision: str) -> None:
    experiment = moved(("training.optimiser", optimiser), ("training.precision", precision))
    assert bits(run(experiment, 130)) == bits(run(experiment, 130))


def test_how_steps_are_asked_for_does_not_show() -> None:
    one, other = Trainer(START), Trainer(START)
    one.steps(150)
    for count in (1, 2, 3, 5, 8, 13, 21, 34, 55, 8):
        other.steps(count)
    assert bits(one) == bits(other)


def test_the_losses_of_the_steps_asked_for_are_the_same() -> None:
    one, other = run(START, 40), run(START, 40)
    assert one.batch_losses.tobytes() == other.batch_losses.tobytes()
    assert one.batch_losses.shape == (40,)


def test_another_seed_is_another_run() -> None:
    one, other = run(START, 20), run(moved(("seed", 8)), 20)
    assert one.scores().train.loss != other.scores().train.loss


def test_restart_repeats_exactly() -> None:
    trainer = run(START, 130)
    first = bits(trainer)
    trainer.restart()
    trainer.steps(130)
    assert bits(trainer) == first


def test_restart_after_live_changes_is_the_changed_experiment_from_its_start() -> None:
    trainer = run(START, 33)
    trainer.apply(moved(("training.learning_rate", 0.1), ("training.batch_size", 8)))
    trainer.steps(20)
    trainer.restart()
    trainer.steps(60)
    assert bits(trainer) == bits(run(trainer.experiment, 60))


def test_looking_at_scores_does_not_change_the_run() -> None:
    one, other = Trainer(START), Trainer(START)
    for _ in range(30):
        one.steps(1)
        one.scores()
    other.steps(30)
    assert bits(one) == bits(other)


# -- checkpoints --------------------------------------------------------------------------------------------------

CHANGES: dict[str, list[tuple[str, Value]]] = {
    "nothing": [],
    "a live change": [("training.learning_rate", 0.05), ("network.bn_momentum", 0.99)],
    "a change of Adam's memory": [("training.beta1", 0.5), ("training.beta2", 0.9)],
    "another optimiser": [("training.optimiser", "momentum")],
    "another batch size": [("training.batch_size", 5)],
    "batch norm switched off": [("network.layers.0.batch_norm", "off")],
    "a wider layer": [("network.layers.1.units", 9)],
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("steps", [0, 4, 37], ids=["at the start", "at an epoch's end", "inside an epoch"])
def test_what_follows_a_checkpoint_is_repeated_to_the_last_bit(changes: list[tuple[str, Value]], steps: int) -> None:
    trainer = run(START, steps)
    trainer.apply(moved(*changes))
    trainer.steps(3)
    kept = pickle.dumps(trainer.checkpoint())
    trainer.steps(50)
    first = bits(trainer)
    trainer.restore(pickle.loads(kept))
    trainer.steps(50)
    assert bits(trainer) == first


def test_another_trainer_goes_on_from_a_checkpoint() -> None:
    trainer = run(START, 37)
    other = Trainer(Experiment(data=Data(source="iris")))
    other.restore(trainer.checkpoint())
    trainer.steps(50)
    other.steps(50)
    assert bits(other) == bits(trainer)


def test_a_restored_run_stands_where_the_checkpoint_was_taken() -> None:
    trainer = run(START, 37)
    before, kept = bits(trainer), trainer.checkpoint()
    trainer.apply(moved(("data.noise", 0.3)))
    trainer.steps(10)
    trainer.restore(kept)
    assert bits(trainer) == before


def test_training_on_does_not_write_into_a_checkpoint() -> None:
    trainer = run(START, 20)
    kept = trainer.checkpoint()
    before = pickle.dumps(kept.moment.vectors)
    trainer.steps(20)
    assert pickle.dumps(kept.moment.vectors) == before


def test_a_restored_run_that_diverges_falls_back_to_where_the_first_did() -> None:
    trainer = run(moved(("training.learning_rate", 0.01), start=RUNAWAY), 33)
    assert trainer.scores().train.loss < SOUND * math.log(3)
    trainer.apply(RUNAWAY)
    kept = trainer.checkpoint()
    trainer.steps(200)
    first = (trainer.alarm, trainer.step)
    trainer.restore(kept)
    trainer.steps(200)
    assert (trainer.alarm, trainer.step) == first


# -- any experiment -----------------------------------------------------------------------------------------------


@bounded
@given(runnable())
def test_any_experiment_trains_or_stops_with_an_explained_alarm(experiment: Experiment) -> None:
    trainer = Trainer(experiment)
    done = trainer.steps(50)
    assert done == 50 or trainer.stopped_early or "is no longer finite, because" in trainer.alarm
    assert all(np.isfinite(vector).all() for vector in trainer.learner.state.vectors)


@bounded
@given(runnable(), st.lists(runnable(), min_size=1, max_size=3))
def test_any_change_is_taken_on_with_a_sentence(first: Experiment, others: list[Experiment]) -> None:
    trainer = Trainer(first)
    trainer.steps(5)
    for experiment in others:
        # the same data, so that there is something to carry over
        experiment = msgspec.structs.replace(experiment, data=first.data, seed=first.seed)
        before = trainer.experiment
        said = trainer.apply(experiment)
        assert trainer.experiment == experiment
        assert bool(said) or experiment == before
        trainer.steps(5)
    assert all(np.isfinite(vector).all() for vector in trainer.learner.state.vectors)


MOVABLE = [path for path, knob, _ in every_knob(START) if knob.kind != "text" and not path.startswith("data.")]


@pytest.mark.parametrize("path", MOVABLE)
def test_every_knob_can_be_moved_in_training_and_back(path: str) -> None:
    knob = knob_at(path)
    values: Iterable[Value] = {"choice": tuple(knob.choices), "switch": (True, False)}.get(knob.kind, ())
    for value in values or (knob.at(0.2), knob.at(0.5)):
        trainer = run(START, 5)
        experiment = moved((path, value))
        trainer.apply(experiment)
        trainer.steps(3)
        trainer.apply(START)
        trainer.steps(3)
        assert trainer.experiment == START


# -- live changes -------------------------------------------------------------------------------------------------

LIVE: list[tuple[str, Value]] = [
    ("training.learning_rate", 0.3),
    ("training.batch_size", 7),
    ("training.batch_size", 65536),
    ("training.momentum", 0.5),
    ("training.epsilon", 1e-4),
    ("network.bn_epsilon", 0.01),
    ("network.bn_momentum", 0.6),
]


@pytest.mark.parametrize(("path", "value"), LIVE)
@each_optimiser
def test_a_live_knob_keeps_weights_and_moments(path: str, value: Value, optimiser: str) -> None:
    start = moved(("training.optimiser", optimiser))
    trainer = run(start, 25)
    before = weights_and_memory(trainer)
    trainer.apply(moved((path, value), start=start))
    assert weights_and_memory(trainer) == before


@pytest.mark.parametrize(("path", "value"), [("training.beta1", 0.5), ("training.beta2", 0.9)])
def test_another_decay_keeps_what_adam_s_moments_mean(path: str, value: float) -> None:
    trainer = run(START, 25)

    def averages() -> list[Any]:
        training = trainer.experiment.training
        betas = (training.beta1, training.beta2)
        # the learner keeps m / (1 − β₁) and v / (1 − β₂)
        return [m * (1 - beta) for m, beta in zip(trainer.learner.state.moments, betas, strict=True)]

    before = averages()
    trainer.apply(moved((path, value)))
    for mean, kept in zip(averages(), before, strict=True):
        assert mean == pytest.approx(kept, rel=1e-5)


def test_a_live_knob_acts_on_the_next_step() -> None:
    still, moving = run(START, 25), run(START, 25)
    moving.apply(moved(("training.learning_rate", 1e-6)))
    before = moving.learner.state.parameters.copy()
    still.steps(1)
    moving.steps(1)
    assert np.abs(moving.learner.state.parameters - before).max() < 1e-5
    assert np.abs(still.learner.state.parameters - before).max() > 1e-4


def test_a_live_knob_leaves_the_place_in_the_epoch() -> None:
    trainer = run(START, 26)
    before = trainer.position
    trainer.apply(moved(("training.batch_size", 5)))
    assert trainer.position == before


def test_every_example_is_used_once_in_an_epoch_whose_batch_size_changed() -> None:
    trainer = run(START, 2)
    used = list(trainer.order.batches(16, trainer.position, 0)[0])
    used += trainer.order.batches(16, type(trainer.position)(0, 0), 2)[0]
    trainer.apply(moved(("training.batch_size", 5)))
    while trainer.position.epoch == 0:
        trainer.steps(1)
        used.append(trainer.last_batch)
    assert sorted(np.concatenate(used).tolist()) == list(range(trainer.training_examples))


def test_a_new_epsilon_shows_in_the_scores_at_once() -> None:
    trainer = run(START, 25)
    before = trainer.scores().train.loss
    trainer.apply(moved(("network.bn_epsilon", 0.1)))
    assert trainer.scores().train.loss != before


def test_another_optimiser_keeps_the_weights_and_starts_with_no_memory() -> None:
    trainer = run(START, 25)
    before = trainer.learner.state.parameters.tobytes()
    trainer.apply(moved(("training.optimiser", "momentum")))
    assert trainer.learner.state.parameters.tobytes() == before
    assert [bool(moment.any()) for moment in trainer.learner.state.moments] == [False]


def test_a_change_leaves_a_mark_on_the_curves() -> None:
    trainer = run(START, 25)
    trainer.apply(moved(("training.learning_rate", 0.3)))
    assert trainer.marks == ((25, trainer.epoch, "α 0.3"),)


def test_a_change_before_the_first_step_leaves_no_mark() -> None:
    trainer = Trainer(START)
    trainer.apply(moved(("training.learning_rate", 0.3)))
    assert trainer.marks == ()


# -- structural changes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("norm", ["off", "before", "after"])
def test_batch_norm_switched_in_training_does_not_move_the_loss(layer: int, norm: str, precision: str) -> None:
    start = moved(("training.precision", precision))
    trainer = run(start, 60)
    before = trainer.scores().train
    trainer.apply(moved((f"network.layers.{layer}.batch_norm", norm), start=start))
    after = trainer.scores().train
    assert after.loss == pytest.approx(before.loss, rel=1e-4 if precision == "float32" else 1e-10)
    assert np.array_equal(after.predicted, before.predicted)


def test_training_goes_on_smoothly_after_batch_norm_is_switched_on() -> None:
    trainer = run(moved(("network.layers.0.batch_norm", "off"), ("network.layers.1.batch_norm", "off")), 300)
    before = trainer.scores().train.loss
    trainer.apply(START)
    trainer.steps(20)
    assert trainer.scores().train.loss < 1.5 * before


@pytest.mark.parametrize("units", [3, 8, 20])
def test_units_that_stay_keep_their_weights(units: int) -> None:
    start = with_layers(Layer(8), Layer(8))
    trainer = run(start, 25)
    before = trainer.weights()
    trainer.apply(with_layers(Layer(units), Layer(8), start=start))
    after = trainer.weights()
    both = min(8, units)
    assert np.array_equal(after["layer1.weights"][:both], before["layer1.weights"][:both])
    assert np.array_equal(after["layer1.bias"][:both], before["layer1.bias"][:both])
    assert np.array_equal(after["layer2.weights"][:, :both], before["layer2.weights"][:, :both])


def test_new_units_start_with_their_own_weights() -> None:
    start = with_layers(Layer(8), Layer(8))
    trainer = run(start, 25)
    trainer.apply(with_layers(Layer(20), Layer(8), start=start))
    assert trainer.weights()["layer1.weights"][8:].std() > 0.1


def test_a_new_layer_keeps_those_before_it() -> None:
    start = with_layers(Layer(8), Layer(8))
    trainer = run(start, 25)
    before = trainer.weights()
    trainer.apply(with_layers(Layer(8), Layer(8), Layer(8), start=start))
    after = trainer.weights()
    for name in ("layer1.weights", "layer2.weights"):
        assert np.array_equal(after[name], before[name])


def test_a_structural_change_that_keeps_weights_keeps_the_step() -> None:
    trainer = run(START, 25)
    trainer.apply(moved(("network.layers.0.units", 9)))
    assert trainer.step == 25


def test_new_data_start_at_step_0() -> None:
    trainer = run(START, 25)
    trainer.apply(moved(("data.seed", 2)))
    assert (trainer.step, len(trainer.history)) == (0, 0)


@pytest.mark.parametrize(
    ("path", "value", "rebuilt"),
    [
        ("training.learning_rate", 0.1, False),
        ("network.bn_epsilon", 0.1, False),
        ("network.layers.0.units", 9, True),
        ("network.layers.0.batch_norm", "off", True),
        ("data.noise", 0.3, True),
        ("seed", 8, True),
    ],
)
def test_the_structure_number_goes_up_when_something_was_rebuilt(path: str, value: Value, rebuilt: bool) -> None:
    trainer = run(START, 5)
    before = trainer.structure
    trainer.apply(moved((path, value)))
    assert (trainer.structure > before) == rebuilt


def test_a_file_that_is_not_there_changes_nothing() -> None:
    trainer = run(START, 25)
    before = bits(trainer)
    with pytest.raises(ValueError, match=r"nowhere\.csv"):
        trainer.apply(msgspec.structs.replace(START, data=Data(source="file", file="nowhere.csv")))
    assert bits(trainer) == before


def test_a_refused_change_leaves_the_alarm() -> None:
    trainer = run(RUNAWAY, 100)
    alarm = trainer.alarm
    with pytest.raises(ValueError, match=r"nowhere\.csv"):
        trainer.apply(msgspec.structs.replace(RUNAWAY, data=Data(source="file", file="nowhere.csv")))
    assert trainer.alarm == alarm != ""


# -- divergence ---------------------------------------------------------------------------------------------------


def diverged(good_steps: int = 100) -> Trainer:
    """A run that went well for some steps, then got a rate with which it cannot."""
    trainer = run(moved(("training.learning_rate", 0.01), start=RUNAWAY), good_steps)
    trainer.apply(RUNAWAY)
    trainer.steps(200)
    assert trainer.alarm
    return trainer


def test_divergence_stops_before_all_steps_are_done() -> None:
    assert Trainer(RUNAWAY).steps(1000) < 1000


def test_the_alarm_names_layer_quantity_and_cause() -> None:
    said = run(RUNAWAY, 1000).alarm
    assert said.startswith("Training stopped at step ")
    assert "z = W a + b is no longer finite" in said
    assert any(layer in said for layer in ("layer 1: ", "layer 2: ", "layer 3: ", "output: "))
    assert "with α 10 each step overshoots" in said


def test_after_divergence_everything_is_finite() -> None:
    assert all(np.isfinite(vector).all() for vector in diverged().learner.state.vectors)


def test_after_divergence_the_loss_is_sound() -> None:
    assert diverged().scores().train.loss <= SOUND * math.log(3)


def test_after_divergence_the_alarm_says_where_training_stands() -> None:
    trainer = diverged()
    assert f"Back at step {trainer.step}, the last with a sound loss" in trainer.alarm


def test_a_run_that_was_never_sound_goes_back_to_the_start_and_says_so() -> None:
    trainer = run(msgspec.structs.replace(RUNAWAY, data=Data(source="wine")), 100)
    assert trainer.step == 0
    assert "Back at the start; lower α" in trainer.alarm


def test_after_divergence_the_history_ends_where_training_stands() -> None:
    trainer = diverged()
    assert trainer.history.curves().step[-1] <= trainer.step


@pytest.mark.parametrize("burst", [1, 3, 50])
def test_what_was_seen_last_before_a_divergence_does_not_depend_on_how_steps_were_asked_for(burst: int) -> None:
    # slow enough to diverge that several steps lie between the last moment that was sound and the end
    slow = moved(("training.batch_size", 2), ("training.learning_rate", 0.5), start=RUNAWAY)
    once, often = (run(moved(("training.learning_rate", 0.01), start=slow), 130) for _ in range(2))
    for trainer, count in ((once, 400), (often, burst)):
        trainer.apply(slow)
        while not trainer.alarm:
            trainer.steps(count)
    assert often.last_batch.tolist() == once.last_batch.tolist()


@pytest.mark.parametrize("drop_last", [False, True])
def test_after_a_divergence_what_was_seen_last_is_what_the_step_before_saw(drop_last: bool) -> None:
    start = moved(("training.drop_last", drop_last), ("training.learning_rate", 0.01), start=RUNAWAY)
    trainer = run(start, 100)
    trainer.apply(moved(("training.learning_rate", 10.0), start=start))
    trainer.steps(200)
    assert trainer.alarm
    assert trainer.last_batch.tolist() == run(start, trainer.step).last_batch.tolist()


def test_after_divergence_no_mark_lies_ahead() -> None:
    trainer = run(moved(("training.learning_rate", 0.01), start=RUNAWAY), 9)
    trainer.apply(moved(("training.learning_rate", 1.0), start=RUNAWAY))
    trainer.steps(2)
    trainer.apply(RUNAWAY)
    trainer.steps(100)
    assert trainer.alarm
    assert all(step <= trainer.step for step, _, _ in trainer.marks)


def test_no_step_is_taken_until_something_is_done_about_the_alarm() -> None:
    trainer = diverged()
    before = bits(trainer)
    assert trainer.steps(10) == 0
    assert bits(trainer) == before


def test_training_goes_on_with_a_lower_rate() -> None:
    trainer = diverged()
    trainer.apply(moved(("training.learning_rate", 0.01), start=RUNAWAY))
    assert trainer.steps(200) == 200
    assert (trainer.alarm, trainer.scores().train.accuracy > 0.3) == ("", True)


def test_after_divergence_the_scores_are_those_of_the_network() -> None:
    # slow enough to diverge that one unsound row of the history comes before the end
    slow = moved(("training.batch_size", 2), ("training.learning_rate", 0.5), start=RUNAWAY)
    calm = moved(("training.learning_rate", 0.01), start=slow)
    trainer = run(calm, 130)
    trainer.apply(slow)
    trainer.steps(400)
    assert trainer.alarm
    trainer.apply(calm)
    trainer.steps(132 - trainer.step)
    found = trainer.scores().train.loss
    trainer.set_weights(trainer.weights())  # forgets the scores worked out
    assert found == trainer.scores().train.loss


def test_after_divergence_the_rule_in_force_is_the_one_shown() -> None:
    adam = moved(("training.optimiser", "adam"), ("training.learning_rate", 0.01), start=RUNAWAY)
    trainer = run(adam, 100)
    trainer.apply(RUNAWAY)
    trainer.steps(200)
    assert trainer.alarm
    assert trainer.learner.optimiser is optimisers[trainer.experiment.training.optimiser]


def test_after_divergence_adam_s_memory_means_what_it_did() -> None:
    def start(rate: float, beta: float) -> Experiment:
        adam = Training(optimiser="adam", learning_rate=rate, beta1=beta)
        return msgspec.structs.replace(START, training=adam)

    trainer = run(start(0.01, 0.9), 100)
    before = trainer.learner.state.moments[0] * (1 - 0.9)
    trainer.apply(start(0.01, 0.0))
    # weights at the edge of what is finite stand for a step that overshot
    trainer.learner.state.parameters[...] = np.finfo(np.float32).max
    trainer.steps(3)
    assert trainer.alarm
    now = trainer.learner.state.moments[0] * (1 - 0.0)
    assert np.abs(now).max() < 10 * np.abs(before).max()


# -- weights ------------------------------------------------------------------------------------------------------


def test_weights_put_back_are_the_same_network() -> None:
    trainer, other = run(START, 25), Trainer(START)
    other.set_weights(trainer.weights())
    assert other.learner.state.parameters.tobytes() == trainer.learner.state.parameters.tobytes()
    assert other.scores().train.loss == trainer.scores().train.loss


def test_weights_have_the_shapes_of_the_network() -> None:
    shapes = {name: array.shape for name, array in Trainer(START).weights().items()}
    assert shapes == {
        "layer1.weights": (8, 2),
        "layer1.gamma": (8,),
        "layer1.beta": (8,),
        "layer1.running_mean": (8,),
        "layer1.running_variance": (8,),
        "layer2.weights": (6, 8),
        "layer2.bias": (6,),
        "layer2.gamma": (6,),
        "layer2.beta": (6,),
        "layer2.running_mean": (6,),
        "layer2.running_variance": (6,),
        "layer3.weights": (5, 6),
        "layer3.bias": (5,),
        "output.weights": (3, 5),
        "output.bias": (3,),
    }


def test_writing_to_the_weights_given_out_does_not_reach_the_network() -> None:
    trainer = Trainer(START)
    before = bits(trainer)
    for array in trainer.weights().values():
        array[...] = 9
    assert bits(trainer) == before


def test_running_statistics_may_be_left_out() -> None:
    trainer, other = run(START, 25), Trainer(START)
    other.set_weights({name: array for name, array in trainer.weights().items() if "running" not in name})
    assert other.learner.state.parameters.tobytes() == trainer.learner.state.parameters.tobytes()


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("output.bias", None, "'output.bias' is missing; this network has layer1.weights"),
        ("layer9.weights", np.zeros(3), "'layer9.weights' is no array of this network; it has layer1.weights"),
        ("output.weights", np.zeros((5, 3)), r"'output.weights' has shape \(5, 3\); it must be \(3, 5\)"),
        ("output.bias", np.array([1, np.nan, 2]), "'output.bias' holds values that are not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused_and_change_nothing(name: str, array: Any, said: str) -> None:
    trainer = Trainer(START)
    given = {**run(START, 9).weights(), name: array}
    if array is None:
        del given[name]
    before = bits(trainer)
    with pytest.raises(ValueError, match=said):
        trainer.set_weights(given)
    assert bits(trainer) == before


# -- the record ---------------------------------------------------------------------------------------------------


def test_the_first_row_is_the_untrained_network() -> None:
    trainer = Trainer(START)
    loss = trainer.scores().train.loss
    trainer.steps(10)
    assert trainer.history.curves().train_loss[0] == loss


def test_the_history_stays_bounded() -> None:
    trainer = run(Experiment(data=Data(points=20), network=Network(layers=())), 3 * ROWS)
    assert ROWS / 2 <= len(trainer.history) <= ROWS


def test_finishing_an_epoch_ends_at_its_last_example() -> None:
    trainer = run(START, 2)
    assert trainer.finish_epoch() == 2
    assert (trainer.position.epoch, trainer.position.used) == (1, 0)


def test_a_batch_size_above_the_training_set_means_all_of_it() -> None:
    trainer = Trainer(moved(("training.batch_size", 65536)))
    assert (trainer.batch_size, trainer.batches_per_epoch) == (trainer.training_examples, 1)


# -- it learns ----------------------------------------------------------------------------------------------------


def after_epochs(experiment: Experiment, epochs: int) -> Trainer:
    trainer = Trainer(experiment)
    while trainer.position.epoch < epochs:
        trainer.finish_epoch()
    return trainer


def test_the_starting_experiment_learns_its_spiral() -> None:
    assert after_epochs(Experiment(), 150).scores().dev.accuracy >= 0.9


def test_an_iris_file_dropped_on_the_window_is_learned() -> None:
    trainer = Trainer(Experiment(data=suggested(asset("datasets/iris.csv"))))
    reached = 0.0
    while trainer.position.epoch < 100:  # some 0.2 s of training
        trainer.finish_epoch()
        reached = max(reached, trainer.scores().dev.accuracy)
    assert reached >= 0.95


@pytest.mark.parametrize("rate", [0.001, 0.003])
@pytest.mark.parametrize("standardise", [False, True])
def test_digits_are_read(rate: float, standardise: bool) -> None:
    data = Data(source="digits", standardise=standardise)
    network = Network(layers=(Layer(128, "relu", "before"),) * 2)
    trainer = after_epochs(Experiment(data=data, network=network, training=Training(learning_rate=rate)), 10)
    assert trainer.scores().test.accuracy >= 0.95
