"""Grafting: what a network learned survives a change of its structure."""

from __future__ import annotations

import numpy as np
import pytest

from engine.networks import NORMS, covering, examples, layout, stirred, stirred_running
from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.grafting import can_graft, grafted
from hyperscope.engine.parameters import Layout

FLOAT = np.dtype(np.float64)
X, _ = examples(50)
OFF_ON = [False, True]


def trained(structure: Layout) -> tuple[Array, Array]:
    return stirred(structure, structure.initial(np.random.default_rng(5), FLOAT)), stirred_running(structure)


def logits(structure: Layout, parameters: Array, running: Array, x: Array = X) -> Array:
    return textbook.forward(structure, parameters, running, x, training=False)[-1].output


def graft(old: Layout, new: Layout) -> tuple[Array, Array, Array, Array]:
    """Parameters and running statistics before and after."""
    parameters, running = trained(old)
    fresh = new.initial(np.random.default_rng(6), FLOAT)
    return parameters, running, *grafted(old, new, parameters, running, X, fresh)


@pytest.mark.parametrize(
    ("first", "second", "then_output", "now_first", "now_second", "now_output"),
    covering(first=NORMS, second=NORMS, output=OFF_ON, now_first=NORMS, now_second=NORMS, now_output=OFF_ON),
)
def test_moving_batch_norm_keeps_the_logits(
    first: str, second: str, then_output: bool, now_first: str, now_second: str, now_output: bool
) -> None:
    old = layout((6, 5), "tanh", (first, second), bn_output=then_output)
    new = layout((6, 5), "tanh", (now_first, now_second), bn_output=now_output)
    parameters, running, new_parameters, new_running = graft(old, new)
    apart = logits(old, parameters, running) - logits(new, new_parameters, new_running)
    assert np.abs(apart).max() < 1e-10


@pytest.mark.parametrize(("then", "now", "activation"), covering(then=NORMS, now=NORMS, activation=activations))
def test_moving_batch_norm_keeps_the_logits_with_every_activation(then: str, now: str, activation: str) -> None:
    old, new = layout((6, 5, 4), activation, then), layout((6, 5, 4), activation, now)
    parameters, running, new_parameters, new_running = graft(old, new)
    apart = logits(old, parameters, running) - logits(new, new_parameters, new_running)
    assert np.abs(apart).max() < 1e-10


@pytest.mark.parametrize("norm", ["before", "after"])
def test_batch_norm_switched_on_starts_as_what_training_sees(norm: str) -> None:
    """The batch's own statistics over the training set are the running ones, so training mode agrees as well."""
    old, new = layout((6, 5), norm="off"), layout((6, 5), norm=norm)
    parameters, running, new_parameters, new_running = graft(old, new)
    training = textbook.forward(new, new_parameters, new_running, X, training=True)[-1].output
    assert np.abs(training - logits(old, parameters, running)).max() < 1e-10


@pytest.mark.parametrize("norm", NORMS)
def test_grown_layers_keep_the_old_units_weights(norm: str) -> None:
    old, new = layout((4, 3), norm=norm), layout((7, 6), norm=norm)
    parameters, _, new_parameters, _ = graft(old, new)
    for name, n_in in (("layer1", 2), ("layer2", 4), ("output", 3)):
        before = old.parameters[f"{name}.weights"].of(parameters)[:, :n_in]
        after = new.parameters[f"{name}.weights"].of(new_parameters)[: len(before), :n_in]
        assert np.array_equal(before, after)


def test_grown_layers_keep_the_old_units_batch_norm() -> None:
    old, new = layout((4, 3)), layout((7, 6))
    parameters, running, new_parameters, new_running = graft(old, new)
    for name, count in (("layer1", 4), ("layer2", 3)):
        for part, blocks, flat, new_blocks, new_flat in (
            ("gamma", old.parameters, parameters, new.parameters, new_parameters),
            ("mean", old.running, running, new.running, new_running),
        ):
            before, after = blocks[f"{name}.{part}"].of(flat), new_blocks[f"{name}.{part}"].of(new_flat)
            assert np.array_equal(after[:count], before)


def test_new_units_start_as_fresh_ones() -> None:
    old, new = layout((4, 3), norm="off"), layout((7, 3), norm="off")
    fresh = new.initial(np.random.default_rng(6), FLOAT)
    _, _, after, _ = graft(old, new)
    block = new.parameters["layer1.weights"]
    assert np.array_equal(block.of(after)[4:], block.of(fresh)[4:])


def test_shrunk_layers_keep_their_first_units() -> None:
    old, new = layout((7, 6), norm="off"), layout((4, 3), norm="off")
    parameters, _, new_parameters, _ = graft(old, new)
    before = old.parameters["layer2.weights"].of(parameters)
    assert np.array_equal(new.parameters["layer2.weights"].of(new_parameters)[:, :4], before[:3, :4])


@pytest.mark.parametrize("units", [(6,), (6, 5, 4), ()])
@pytest.mark.parametrize("norm", NORMS)
def test_layers_can_be_added_and_taken_away(norm: str, units: tuple[int, ...]) -> None:
    *_, parameters, running = graft(layout((6, 5), norm=norm), layout(units, norm=norm))
    assert np.isfinite(parameters).all()
    assert np.isfinite(running).all()


@pytest.mark.parametrize(("was", "now"), [("off", "after"), ("after", "off"), ("before", "after")])
def test_what_would_not_be_finite_starts_afresh(was: str, now: str) -> None:
    old, new = layout(norm=was, activation="relu"), layout(norm=now, activation="relu")
    parameters, running = trained(old)
    old.parameters["layer1.weights"].of(parameters)[2] = 1e200
    fresh = new.initial(np.random.default_rng(6), FLOAT)
    for values in grafted(old, new, parameters * 1e100, running, X, fresh):
        assert np.isfinite(values).all()


@pytest.mark.parametrize("bn_output", OFF_ON)
def test_grafting_onto_the_same_structure_changes_nothing(bn_output: bool) -> None:
    same = layout(bn_output=bn_output)
    parameters, running, new_parameters, new_running = graft(same, same)
    assert np.array_equal(parameters, new_parameters)
    assert np.array_equal(running, new_running)


def test_grafting_leaves_what_it_was_given_alone() -> None:
    old, new = layout((6, 5), norm="after"), layout((6, 5), norm="off")
    parameters, running = trained(old)
    fresh = new.initial(np.random.default_rng(6), FLOAT)
    before = [values.copy() for values in (parameters, running, fresh)]
    grafted(old, new, parameters, running, X, fresh)
    assert all(np.array_equal(a, b) for a, b in zip(before, (parameters, running, fresh), strict=True))


@pytest.mark.parametrize(
    "other",
    [
        layout(inputs=5),
        layout(classes=4),
        layout(initialiser="xavier"),
        layout(initialiser="normal", initial_scale=0.1),
    ],
    ids=["inputs", "classes", "initialiser", "scale"],
)
def test_a_network_of_other_ends_or_another_start_is_not_grafted(other: Layout) -> None:
    assert not can_graft(layout(), other)


def test_a_network_of_other_layers_is_grafted() -> None:
    assert can_graft(layout((6, 5), "tanh", "off"), layout((8,), "relu", "after"))
