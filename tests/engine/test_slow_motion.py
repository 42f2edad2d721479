"""Slow motion: the same step to the last bit, told operation by operation, with a sentence for every call there is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.networks import NORMS, batches, chosen, layout, learner
from hyperscope.engine.activations import activations
from hyperscope.engine.layers import FEW, NARROW
from hyperscope.engine.learner import Learner
from hyperscope.engine.narration import ON_THE_WAY, narration
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.slow_motion import CORNER, PHASES, Numbers, Operation, SlowStep
from hyperscope.engine.softmax import SAFE_LOGIT

VARIETY: dict[str, list[dict[str, Any]]] = {
    "more": [{}, {"dropout": 0.5}, {"bn_jolt": 0.5}, {"bn_output": True, "temperature": 2.0}, {"bn_learned": False}],
    "training": [{}, {"class_weights": "balanced", "clip_norm": 0.1}, {"l1": 0.1, "l2": 0.1}],
}


def made(given: dict[str, Any]) -> Learner:
    """A learner after two steps, so that moments and running averages are not what they started as."""
    n = given.get("units", 4)
    structure = layout(
        (n, n), given.get("activation", "tanh"), given["norm"], output=given["output"], **given.get("more", {})
    )
    found = learner(structure, optimiser=given["optimiser"], precision="float32", **given.get("training", {}))
    found.steps(batches(2, size=12))
    return found


def shown(operations: tuple[Operation, ...], place: str, symbol: str) -> Numbers:
    """What an operation wrote."""
    return next(one for one in operations if (one.place, one.symbol) == (place, symbol)).numbers[0]


@chosen(activation=activations, norm=NORMS, optimiser=optimisers, output=outputs, units=[4, NARROW + 1], **VARIETY)
def test_its_last_operation_leaves_what_a_step_at_speed_does(chosen: dict[str, Any]) -> None:
    slow_from = made(chosen)
    batch = batches(3, size=12)[2]
    slow = SlowStep(slow_from, batch, 0.5)
    loss = slow_from.steps([batch], np.array([0.5]))
    assert [vector.tobytes() for vector in slow.state.vectors] == [v.tobytes() for v in slow_from.state.vectors]
    assert {name: one.tobytes() for name, one in slow.state.products.items()} == {
        name: one.tobytes() for name, one in slow_from.state.products.items()
    }
    assert slow.loss == loss[0]


def test_large_logits_are_told_by_the_safe_program() -> None:
    found = learner(layout((4,), "linear", "off"), precision="float32")
    found.state.parameters[...] *= 300
    batch = batches(1)[0]
    slow = SlowStep(found, batch)
    found.steps([batch])
    assert abs(shown(slow.operations, "Output", "Z^{[2]}").summary.greatest) > SAFE_LOGIT
    assert [vector.tobytes() for vector in slow.state.vectors] == [v.tobytes() for v in found.state.vectors]
    assert "The largest was subtracted" in next(one for one in slow.operations if one.symbol == "t").sentence


def test_the_learner_stays_as_it_is() -> None:
    found = made({"norm": "before", "output": "softmax", "optimiser": "adam"})
    before = found.moment()
    SlowStep(found, batches(3)[2])
    after = found.moment()
    assert [v.tobytes() for v in after.vectors] == [v.tobytes() for v in before.vectors]
    assert {name: v.tobytes() for name, v in after.products.items()} == {
        name: v.tobytes() for name, v in before.products.items()
    }
    assert after.taken == before.taken


@chosen(
    activation=activations,
    norm=NORMS,
    optimiser=optimisers,
    output=outputs,
    units=[4, NARROW + 1, 70],
    m=[12, FEW + 1],
    **VARIETY,
)
def test_every_call_has_words_or_leads_to_one_that_has(chosen: dict[str, Any]) -> None:
    n, m = chosen["units"], chosen["m"]
    structure = layout((n, n), chosen["activation"], chosen["norm"], output=chosen["output"], **chosen["more"])
    program = learner(structure, optimiser=chosen["optimiser"], **chosen["training"]).program(m)
    open_in = ""
    for plan in (program.plan, program._planned(safe=False)):
        for call in plan.calls:
            place, _, what = call.label.partition(": ")
            assert (what in narration) != (what in ON_THE_WAY), call.label
            assert open_in in ("", place), f"{call.label} leads to nothing"
            open_in = place if what in ON_THE_WAY else ""
        assert not open_in


@chosen(activation=activations, norm=NORMS, optimiser=optimisers, output=outputs, **VARIETY)
def test_every_operation_is_told_without_gaps(chosen: dict[str, Any]) -> None:
    slow = SlowStep(made(chosen), batches(3, size=12)[2])
    for one in slow.operations:
        assert one.sentence.endswith(".")
        for text in (one.sentence, one.formula, one.symbol, *(each.symbol for each in one.numbers)):
            assert text
            assert "@" not in text
            assert "[l" not in text
        assert one.numbers
    phases = [PHASES.index(one.phase) for one in slow.operations]
    assert phases == sorted(phases)
    assert set(phases) == {0, 1, 2, 3}


def test_no_words_are_left_over() -> None:
    seen = set()
    for activation in activations:
        for norm in NORMS:
            for units in (4, NARROW + 1):
                for m in (12, FEW + 1):
                    more: dict[str, Any] = {"dropout": 0.5, "bn_jolt": 0.5, "temperature": 2.0}
                    structure = layout((units, units), activation, norm, **more)
                    seen |= {call.label for call in learner(structure, m=70).program(m).plan.calls}
    for output in outputs:
        for optimiser in optimisers:
            training: dict[str, Any] = {"class_weights": "balanced", "clip_norm": 1.0, "l1": 0.1, "l2": 0.1}
            found = learner(layout((70,), "relu", output=output), optimiser=optimiser, **training)
            seen |= {call.label for call in found.program(FEW + 1).plan.calls}
    said = {label.partition(": ")[2] for label in seen}
    told_instead = {"α m / (√v + ε)"}  # of Adam's last but one, without bias correction
    assert set(narration) - {"a = z"} - told_instead <= said
    assert said >= ON_THE_WAY


def test_the_numbers_of_batch_norm_are_normalised() -> None:
    found = made({"norm": "before", "output": "softmax", "optimiser": "adam"})
    normalised = shown(SlowStep(found, batches(3)[2]).operations, "Layer 1", "\\hat{Z}^{[1]}")
    assert normalised.summary.mean == pytest.approx(0, abs=1e-6)
    assert normalised.summary.deviation == pytest.approx(1, abs=1e-3)


def test_the_first_moment_shown_is_the_mean_of_gradients() -> None:
    found = learner(layout((4,)), optimiser="adam", beta1=0.9)
    operations = SlowStep(found, batches(1)[0]).operations
    gradient = shown(operations, "Layer 1", "dW^{[1]}").now
    np.testing.assert_allclose(shown(operations, "Adam", "m").now, 0.1 * gradient, rtol=1e-12)


def test_probabilities_are_shown_as_such() -> None:
    found = made({"norm": "off", "output": "softmax", "optimiser": "sgd"})
    np.testing.assert_allclose(
        shown(SlowStep(found, batches(3)[2]).operations, "Softmax", "\\hat{Y}").now.sum(axis=0), 1, rtol=1e-6
    )


def test_an_activation_is_shown_with_what_it_was_made_from() -> None:
    operations = SlowStep(made({"norm": "before", "output": "softmax", "optimiser": "sgd"}), batches(3)[2]).operations
    given, activated = shown(operations, "Layer 1", "\\tilde{Z}^{[1]}"), shown(operations, "Layer 1", "A^{[1]}")
    assert activated.was is not None
    assert activated.was_symbol == "\\tilde{Z}^{[1]}"
    np.testing.assert_array_equal(activated.was, given.now)
    np.testing.assert_allclose(activated.now, np.tanh(given.now), rtol=1e-6)


def test_an_update_shows_each_layer_s_weights_before_and_after() -> None:
    found = made({"norm": "off", "output": "softmax", "optimiser": "sgd"})
    last = SlowStep(found, batches(3)[2]).operations[-1]
    before = found.layout.parameters["layer1.weights"].of(found.state.parameters)[:, :2]
    weights = last.numbers[0]
    assert weights.symbol == "W^{[1]}"
    assert weights.was is not None
    np.testing.assert_array_equal(weights.was, before)
    assert not np.array_equal(weights.now, before)
    assert [one.symbol for one in last.numbers[:3]] == ["W^{[1]}", "W^{[2]}", "W^{[3]}"]


def test_of_a_large_array_a_corner_is_kept() -> None:
    found = learner(layout((40, 30)))
    numbers = shown(SlowStep(found, batches(1)[0]).operations, "Layer 1", "Z^{[1]}")
    assert numbers.shape == (40, 16)
    assert numbers.now.shape == (CORNER, CORNER)


def test_a_first_layer_without_a_bias_is_told_without_one() -> None:
    first = SlowStep(learner(layout((4,), norm="before")), batches(1)[0]).operations[0]
    assert first.formula == "Z^{[1]} = W^{[1]} X"


@chosen(norm=["before", "after"], output=outputs, units=[4, NARROW + 1])
def test_a_jolt_is_shown_with_what_it_was_made_from(chosen: dict[str, Any]) -> None:
    more = {"bn_jolt": 0.5, "bn_output": True}
    operations = SlowStep(made({**chosen, "optimiser": "sgd", "more": more}), batches(3)[2]).operations
    jolts = [number for number, one in enumerate(operations) if one.calls[-1].endswith(": y jolted")]
    assert len(jolts) == 3
    for number in jolts:
        normed, jolted = operations[number - 1].numbers[0], operations[number].numbers[0]
        assert jolted.was is not None
        np.testing.assert_array_equal(jolted.was, normed.now)
        assert not np.array_equal(jolted.now, normed.now)


def test_adam_without_bias_correction_is_told_without_it() -> None:
    found = learner(layout((4,)), optimiser="adam", bias_correction=False)
    operations = SlowStep(found, batches(1)[0]).operations
    moved = operations[-2]
    first, second = (shown(operations, "Adam", moment).now for moment in "mv")
    alpha, epsilon = found.trainings[0].learning_rate, found.trainings[0].epsilon
    assert moved.formula == "u = α \\frac{m}{\\sqrt{v} + ε}"
    np.testing.assert_allclose(moved.numbers[0].now, alpha * first / (np.sqrt(second) + epsilon), rtol=1e-9)


def test_only_adagrad_is_said_to_slow_down_for_good() -> None:
    said = {}
    for optimiser in ("adagrad", "rmsprop"):
        operations = SlowStep(learner(layout((4,)), optimiser=optimiser), batches(1)[0]).operations
        said[optimiser] = " ".join(one.sentence for one in operations if one.phase == "update")
    assert "rates only fall" in said["adagrad"]
    assert "only" not in said["rmsprop"]


@pytest.mark.parametrize(("learned", "said"), [(True, "learned like weights"), (False, "not learned here")])
def test_whether_gamma_and_beta_are_learned_is_said(learned: bool, said: str) -> None:
    found = learner(layout((4,), bn_learned=learned))
    sentence = next(one.sentence for one in SlowStep(found, batches(1)[0]).operations if "γ^{[1]} \\hat" in one.formula)
    assert said in sentence
