"""Sweeps: which networks they train, how they are summed up, and what is written of them."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.population_task import Standing
from hyperscope.lab.sweeps import batch_norm  # declares its sweeps
from hyperscope.lab.sweeps.carried_out import carried_out
from hyperscope.lab.sweeps.outcome import Outcome, luck, values_between
from hyperscope.lab.sweeps.sweep import DEEP, Plan, deepened, sweeps
from hyperscope.lab.sweeps.written import as_csv, as_json

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4, "tanh"), Layer(4, "tanh"))), seed=7)
each_sweep = pytest.mark.parametrize("name", [sweep.name for sweep in (*batch_norm.WHY, *batch_norm.HURTS)])


def standing(plan: Plan, accuracy: object, loss: object = 0.5, stopped: tuple[str, ...] = ()) -> Standing:
    """How networks stand, made by hand: `accuracy` and `loss` (V, S, K)."""
    count = len(plan.experiments)
    accuracy = np.broadcast_to(np.array(accuracy, float), plan.shape).ravel()
    loss = np.broadcast_to(np.array(loss, float), plan.shape).ravel()
    same = np.full(count, 40.0)
    return Standing(same, same, loss, accuracy, loss, accuracy, stopped or ("",) * count)


def run(plan: Plan) -> Outcome:
    """The sweep, carried out here."""
    return carried_out(plan, side=4)


@each_sweep
def test_every_network_of_a_sweep_is_a_valid_experiment(name):
    plan = Plan.of(sweeps[name], SMALL)
    assert len(plan.experiments) == math.prod(plan.shape)
    assert plan.experiments[plan.number(1, 1, 2)] == plan.network(1, 1, 2)


@each_sweep
def test_variants_differ_in_batch_norm_and_in_nothing_else(name):
    plan = Plan.of(sweeps[name], SMALL)
    first, last = (batch_norm.network(plan.network(v, 0, 0), bn_output=False) for v in (0, plan.shape[0] - 1))
    assert batch_norm.layers(first, batch_norm="off") == batch_norm.layers(last, batch_norm="off")


def test_seeds_have_weights_of_their_own_and_the_same_points():
    plan = Plan.of(sweeps["batch-norm/learning-rate"], SMALL)
    first, second = plan.network(0, 0, 0), plan.network(0, 0, 1)
    assert (first.seed, second.seed) == (7, 8) and first.data == second.data


def test_a_deep_sweep_has_four_layers_of_32():
    assert tuple(layer.units for layer in deepened(SMALL).network.layers) == DEEP
    plan = Plan(sweeps["batch-norm/learning-rate"], SMALL, (0.1,), 1, 5, deep=True)
    assert len(plan.network(0, 0, 0).network.layers) == 4
    assert len(deepened(Experiment(network=Network(layers=()))).network.layers) == 4


@pytest.mark.parametrize(("field", "value"), [("seeds", 0), ("seeds", 6), ("epochs", 0), ("epochs", 999)])
def test_seeds_and_epochs_out_of_range_are_refused_with_the_range(field, value):
    given = {"seeds": 1, "epochs": 5, field: value}
    with pytest.raises(ValueError, match=rf"{field} is {value}; it must be a whole number in \[1, "):
        Plan(sweeps["batch-norm/depth"], SMALL, (1, 2), **given)


# -- summing up -------------------------------------------------------------------------------------------------------


def rates(accuracy: list[list[float]]) -> Outcome:
    plan = Plan(sweeps["batch-norm/learning-rate"], SMALL, (0.01, 0.1, 1.0, 10.0), 1, 5)
    return Outcome(plan, standing(plan, np.array(accuracy)[..., None]))


def test_decades_are_counted_from_the_first_to_the_last_neighbour_that_learns():
    found = rates([[0.5, 0.95, 0.92, 0.4], [0.95, 0.91, 0.99, 0.93]])
    assert [one.said for one in found.figures()] == ["1 decade", "3 decades"]
    assert found.rule == "Counted where the median dev accuracy is at least 90 %."


def test_a_gap_ends_a_range():
    assert rates([[0.95, 0.5, 0.95, 0.95], [0.95, 0.5, 0.5, 0.5]]).figures()[0].count == pytest.approx(1)
    assert rates([[0.95, 0.5, 0.95, 0.95], [0.95, 0.5, 0.5, 0.5]]).figures()[1].said == "one value"


def test_where_nothing_comes_to_90_per_cent_it_is_counted_close_to_the_best():
    found = rates([[0.5, 0.6, 0.6, 0.5], [0.7, 0.8, 0.78, 0.6]])
    assert found.threshold == pytest.approx(0.75)
    assert found.rule == "Counted where the median dev accuracy is at least 75 %, 5 points below the best."


def test_the_median_is_over_seeds_and_what_diverged_did_not_learn():
    plan = Plan(sweeps["batch-norm/learning-rate"], SMALL, (0.1,), 3, 5)
    accuracy = [[[0.9, 0.99, 0.95]], [[0.99, 0.99, 0.2]]]
    stopped = ("", "", "", "", "Training diverged at step 3.", "")
    found = Outcome(plan, standing(plan, accuracy, stopped=stopped))
    assert found.accuracy.ravel().tolist() == [0.95, 0.2]
    assert np.isinf(found.dev_loss[1, 0, 1])
    assert found.middle(0, 0) == 2


def test_ranks_as_far_apart_as_three_and_three_can_be_are_a_tenth_likely_by_luck():
    assert luck(np.array([1.0, 2, 3]), np.array([4.0, 5, 6])) == pytest.approx(0.1)
    assert luck(np.array([1.0, 2, 3, 4, 5]), np.array([6.0, 7, 8, 9, 10])) == pytest.approx(2 / 252)
    assert luck(np.array([1.0, 4, 5]), np.array([2.0, 3, 6])) == 1


def test_what_may_be_luck_is_said_to_be():
    plan = Plan(sweeps["batch-norm/learning-rate"], SMALL, (0.1,), 3, 5)
    found = Outcome(plan, standing(plan, 0.95, [[[0.1, 0.4, 0.5]], [[0.2, 0.3, 0.6]]]))
    assert found.best().endswith("No difference to be told from luck (p = 1).")


def test_values_lie_evenly_on_the_scale():
    assert values_between(0.01, 10, 4, "log") == (0.01, 0.1, 1.0, 10.0)
    assert values_between(0, 0.9, 4, "linear") == (0.0, 0.3, 0.6, 0.9)
    assert values_between(2, 32, 3, "powers") == (2, 8, 32)
    assert values_between(1, 3, 12, "linear", whole=True) == (1, 2, 3)


# -- written ----------------------------------------------------------------------------------------------------------


def test_a_sweep_is_written_with_a_row_for_each_network():
    plan = Plan(sweeps["batch-norm/batch-size"], SMALL, (8, 16), 2, 5)
    found = run(plan)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == 8 and {row["seed"] for row in rows} == {"7", "8"}
    assert float(rows[3]["dev_accuracy"]) == pytest.approx(found.dev_accuracy.ravel()[3])
    tree = json.loads(as_json(found))
    assert tree["values"] == [8, 16] and tree["figures"][0]["variant"] == "without"
    assert all(row == row for row in tree["median_dev_loss"])


def test_gradients_by_layer_come_where_they_are_wanted():
    plan = Plan(sweeps["batch-norm/depth"], SMALL, (1, 3), 1, 5)
    gradients = run(plan).standing.gradients
    assert [len(of) for of in gradients] == [2, 4, 2, 4]
    assert all(np.isfinite(of).all() for of in gradients)


# -- claims, each with five seeds -------------------------------------------------------------------------------------

UNIT_SPIRAL = Data(source="spiral", points=480)
SIGMOID = Experiment(
    data=UNIT_SPIRAL,
    network=Network(layers=(Layer(32, "sigmoid"),) * 4, initialiser="xavier"),
    training=Training(optimiser="sgd", learning_rate=1.0),
)


def claim(name: str, experiment: Experiment, values: tuple[float, ...], epochs: int = 60) -> Outcome:
    return run(Plan(sweeps[name], experiment, values, 5, epochs))


@pytest.mark.slow
def test_batch_norm_lets_a_deep_sigmoid_network_learn():
    """B1, by the lab's own sweep."""
    found = claim("batch-norm/learning-rate", SIGMOID, (0.1, 1.0))
    without, with_it = np.median(found.train_loss, axis=2)
    assert without[0] > 0.9 and with_it[1] < 0.4


@pytest.mark.slow
def test_batch_norm_widens_the_range_of_learning_rates():
    """B2, by the lab's own sweep."""
    tanh = batch_norm.layers(SIGMOID, activation="tanh")
    tanh = batch_norm.training(tanh, learning_rate=0.1)
    found = claim("batch-norm/learning-rate", tanh, (0.01, 0.1, 1.0, 3.0))
    without, with_it = (one.count for one in found.figures())
    assert with_it > without


@pytest.mark.slow
def test_batch_norm_forgives_initial_weights():
    """B3, by the lab's own sweep."""
    relu = batch_norm.training(batch_norm.layers(SIGMOID, activation="relu"), learning_rate=0.3)
    found = claim("batch-norm/initial-weights", relu, (1.0,))
    assert found.accuracy[0, 0] < 0.5 and found.accuracy[1, 0] >= 0.95


@pytest.mark.slow
def test_with_he_weights_and_a_good_rate_batch_norm_is_no_better():
    """B4, by the lab's own sweep."""
    more = batch_norm.replace(SIGMOID, data=Data(source="spiral", points=960))
    found = claim("batch-norm/relu-he", more, (0.1,))
    without, with_it = np.median(found.train_loss[:, 0], axis=1)
    assert without < 0.7 * with_it


@pytest.mark.slow
def test_tiny_batches_hurt_batch_norm_alone():
    """B5, by the lab's own sweep."""
    found = claim("batch-norm/tiny-batches", SIGMOID, (2, 16), 40)
    assert found.accuracy[1, 0] < 0.85 <= 0.95 <= found.accuracy[1, 1]
    assert found.accuracy[0, 0] > found.accuracy[1, 0]
