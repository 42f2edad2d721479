"""Every registered output: its targets, its loss and slope, its probabilities, and the calls planned for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.networks import batches, central_differences, covering, examples, layout, learner
from hyperscope.engine import trees
from hyperscope.engine.activations import sigmoid
from hyperscope.engine.arrays import Array
from hyperscope.engine.datasets import generators
from hyperscope.engine.learner import Learner
from hyperscope.engine.outputs import class_weights, outputs
from hyperscope.engine.plan import Plan, Slot
from hyperscope.engine.settings import Training
from hyperscope.engine.softmax import SAFE_LOGIT

every_output = pytest.mark.parametrize("name", outputs)
M = 7


def task(name: str, classes: int = 4, smoothing: float = 0.1, size: float = 2.0) -> tuple[Array, Array, Array]:
    """Logits (U, M), smoothed targets and mask for M examples."""
    codes, masks = outputs[name].codes(classes, "")
    y = np.arange(M) % classes
    z = np.random.default_rng(3).normal(0, size, (outputs[name].units(classes), M))
    targets = (1 - smoothing) * codes[y].T + smoothing * masks[y].T / classes
    return z, targets, np.ascontiguousarray(masks[y].T)


@every_output
def test_there_is_a_row_of_targets_for_every_class_and_a_column_for_every_unit(name: str) -> None:
    for classes in (2, 3, 6):
        codes, masks = outputs[name].codes(classes, "")
        assert codes.shape == masks.shape == (classes, outputs[name].units(classes))


@every_output
def test_no_two_classes_have_the_same_targets(name: str) -> None:
    codes, masks = outputs[name].codes(5, "")
    assert len({(*code, *mask) for code, mask in zip(codes.tolist(), masks.tolist(), strict=True)}) == 5


@every_output
def test_probabilities_are_positive_and_sum_to_1(name: str) -> None:
    z, *_ = task(name)
    p = outputs[name].probabilities(z, "")
    assert p.shape == (4, M)
    assert (p > 0).all()
    assert np.allclose(p.sum(axis=0), 1, atol=1e-14)


@pytest.mark.parametrize("size", [-1000.0, -20.0, 20.0, 1000.0])
@every_output
def test_probabilities_sum_to_1_however_large_the_logits_are(name: str, size: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        p = outputs[name].probabilities(np.full((outputs[name].units(4), 1), size, np.float32), "")
    assert p.sum() == pytest.approx(1, abs=1e-6)


@every_output
def test_probabilities_of_a_crowd_are_those_of_each_alone(name: str) -> None:
    z = np.random.default_rng(1).normal(size=(3, outputs[name].units(4), M))
    together = outputs[name].probabilities(z, "")
    assert np.allclose(together, [outputs[name].probabilities(one, "") for one in z], atol=1e-15)


@every_output
def test_a_logit_that_rises_towards_its_target_lowers_the_loss(name: str) -> None:
    z, t, mask = task(name, smoothing=0.0)
    assert (outputs[name].losses(z + 0.1 * (2 * t - 1) * mask, t, mask) < outputs[name].losses(z, t, mask)).all()


@every_output
def test_the_slope_is_that_of_the_loss(name: str) -> None:
    z, t, mask = task(name)
    slope = central_differences(lambda moved: float(outputs[name].losses(moved, t, mask).sum()), z)
    assert np.allclose(outputs[name].slope(z, t, mask), slope, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "dtype", "safe", "members"),
    covering(name=outputs, dtype=[np.float32, np.float64], safe=[False, True], members=[1, 3]),
)
def test_the_planned_slope_is_the_formulas(name: str, dtype: type, safe: bool, members: int) -> None:
    z, t, mask = (np.tile(values, members) for values in task(name, size=8.0))
    plan = Plan((), np.dtype(dtype))
    d = plan.buffer(*z.shape)
    outputs[name].plan(plan, Slot("z"), Slot("y"), Slot("mask"), d, M, safe)
    given = [values.astype(dtype) for values in (z, t / M, mask)]
    plan.compiled(["z", "y", "mask"])(*given)
    assert np.allclose(d, outputs[name].slope(z, t, mask) / M, atol=64 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", [name for name, entry in outputs.items() if not entry.bounded])
def test_an_unbounded_output_takes_logits_of_any_size_in_its_only_program(name: str) -> None:
    z, t, mask = task(name, smoothing=0.0, size=50 * SAFE_LOGIT)
    plan = Plan((), np.dtype(np.float32))
    d = plan.buffer(*z.shape)
    outputs[name].plan(plan, Slot("z"), Slot("y"), Slot("mask"), d, M, False)
    with np.errstate(all="raise", under="ignore"):
        plan.compiled(["z", "y", "mask"])(*(values.astype(np.float32) for values in (z, t / M, mask)))
    assert np.allclose(d, outputs[name].slope(z, t, mask) / M, atol=1e-7)


@pytest.mark.parametrize("name", ["softmax", "hierarchical"])
def test_the_loss_is_minus_the_log_of_the_true_classs_probability(name: str) -> None:
    z, t, mask = task(name, smoothing=0.0)
    p = outputs[name].probabilities(z, "")[np.arange(M) % 4, np.arange(M)]
    assert np.allclose(outputs[name].losses(z, t, mask), -np.log(p), rtol=1e-12)


@every_output
def test_every_output_learns(name: str) -> None:
    x, y = generators["blobs"].draw(60, 3, 0.02, np.random.default_rng(1))
    of = Learner(layout((6, 5), output=name), Training(learning_rate=0.02), 3, x, y)
    losses = of.steps(batches(200, 60))
    assert losses[-10:].mean() < 0.2 * losses[0]


# -- two classes ------------------------------------------------------------------------------------------------------


def test_a_tree_over_two_classes_is_logistic_regression() -> None:
    """E6: P(first) = σ(1.3) = .785835, as softmax([1.7, .4]) says."""
    p = outputs["hierarchical"].probabilities(np.array([[1.3]]), "")
    assert p[:, 0] == pytest.approx(outputs["softmax"].probabilities(np.array([[1.7], [0.4]]), "")[:, 0], abs=1e-15)
    assert round(float(p[0, 0]), 6) == 0.785835


def test_training_a_tree_over_two_classes_is_logistic_regression() -> None:
    """E6: w moves by −α x (σ(w x) − t), where the left class answers yes."""
    structure = layout((), classes=2, output="hierarchical")
    of = learner(structure, optimiser="sgd", learning_rate=0.1)
    x, y = examples(40, 2, 2)
    rows, w = np.concatenate([x, np.ones((1, 40))]), of.state.parameters.copy()
    of.steps([np.arange(40)] * 30)
    for _ in range(30):
        w = w - 0.1 * rows @ (sigmoid(w @ rows) - (y == 0)) / 40
    assert np.allclose(of.state.parameters, w, atol=1e-12)


# -- trees ------------------------------------------------------------------------------------------------------------


def test_the_probability_of_a_class_is_the_product_along_its_way() -> None:
    """((0 1) (2 3)): the root asks first, then its left, then its right; σ is the chance of going left."""
    z = np.array([[0.3], [-1.2], [2.0]])
    root, left, right = (float(sigmoid(value)) for value in z[:, 0])
    by_hand = [root * left, root * (1 - left), (1 - root) * right, (1 - root) * (1 - right)]
    assert outputs["hierarchical"].probabilities(z, "((0 1) (2 3))")[:, 0] == pytest.approx(by_hand, abs=1e-15)


def test_a_lopsided_tree_asks_a_class_near_its_root_one_question_only() -> None:
    z = np.array([[0.3], [-1.2]])
    first, second = (float(sigmoid(value)) for value in z[:, 0])
    by_hand = [(1 - first) * (1 - second), first, (1 - first) * second]
    assert outputs["hierarchical"].probabilities(z, "(1 (2 0))")[:, 0] == pytest.approx(by_hand, abs=1e-15)


def test_a_question_that_is_not_asked_gets_no_gradient() -> None:
    """Of ((0 1) (2 3)), class 0 asks the root and its left."""
    codes, masks = outputs["hierarchical"].codes(4, "((0 1) (2 3))")
    d = outputs["hierarchical"].slope(np.array([[0.3], [-1.2], [2.0]]), codes[:1].T, masks[:1].T)
    assert (d != 0)[:, 0].tolist() == [True, True, False]


@pytest.mark.parametrize("classes", [1, 2, 3, 5, 8])
def test_the_balanced_tree_asks_hardly_more_than_the_logarithm(classes: int) -> None:
    _, asked = trees.questions(trees.balanced(classes))
    assert asked.sum(axis=1).max(initial=0) == np.ceil(np.log2(classes))


@pytest.mark.parametrize("text", ["((0 1) 2)", "((0,1),2)", "  ( (0   1)2 )"])
def test_a_tree_may_be_written_with_spaces_or_commas(text: str) -> None:
    assert trees.parsed(text, 3) == ((0, 1), 2)


def test_an_empty_tree_is_the_balanced_one() -> None:
    assert trees.parsed("  ", 4) == ((0, 1), (2, 3))


@pytest.mark.parametrize(
    "text",
    [
        "(0 1",
        "(0 1))",
        "(0 1 2)",
        "((0 1))",
        "()",
        "((0 1) 1)",
        "((0 1) 3)",
        "((0 1) 2) 3",
        "(0 1)",
        "cat",
        "((0 1) two)",
        "((0 1) -2)",
        "((0 1) 2.0)",
        "((0 1) ²)",
        "(" * 5000,
        "9" * 5000,
    ],
    ids=lambda text: text[:12],
)
def test_a_wrong_tree_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^tree is .*; (it must|every bracket must|write it as)"):
        trees.parsed(text, 3)


def test_a_wrong_tree_is_refused_when_a_network_is_to_be_trained() -> None:
    with pytest.raises(ValueError, match="tree is"):
        learner(layout(output="hierarchical", tree="((0 1) 5)"))


# -- label smoothing, class weights, temperature ----------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.1, 0.5])
def test_label_smoothing_trains_towards_shares(smoothing: float) -> None:
    """1 − s + s/C for the true class and s/C for the others (Szegedy et al. 2016, section 7)."""
    of = learner(layout(()), optimiser="sgd", label_smoothing=smoothing)
    of.state.parameters[:] = 0
    x, y = examples()
    of.steps([np.arange(40)])
    target = (1 - smoothing) * np.eye(3)[:, y] + smoothing / 3
    expected = (1 / 3 - target) @ np.concatenate([x, np.ones((1, 40))]).T / 40
    assert np.allclose(of.layout.parameters["output.weights"].of(of.state.gradient), expected, atol=1e-14)


def test_the_loss_with_label_smoothing_cannot_fall_below_the_entropy_of_its_targets() -> None:
    of = learner(layout((8, 8), norm="off"), label_smoothing=0.3, learning_rate=0.02)
    of.steps(batches(600))
    shares = np.array([0.8, 0.1, 0.1])
    assert -(shares * np.log(shares)).sum() < of.steps([np.arange(40)])[0] < 0.8


def test_label_smoothing_turned_on_midway_acts_from_the_next_step() -> None:
    told, turned = (learner(layout(), label_smoothing=smoothing) for smoothing in (0.2, 0.0))
    turned.change(told.trainings[0])
    assert told.steps(batches(5)).tobytes() == turned.steps(batches(5)).tobytes()


def test_balanced_weights_give_every_class_the_same_say() -> None:
    y = np.array([0] * 6 + [1] * 3 + [2])
    weights = class_weights(y, 3, "balanced")
    assert np.allclose(weights * np.bincount(y), 10 / 3)


def test_a_class_that_does_not_occur_has_no_weight() -> None:
    assert class_weights(np.array([0, 0, 2]), 4, "balanced").tolist() == [0.375, 0, 0.75, 0]


def uneven(**training: Any) -> Learner:
    """A learner on 30 examples of the first class, 6 of the second and 4 of the third."""
    x, _ = examples()
    y = np.repeat([0, 1, 2], [30, 6, 4])
    return Learner(layout((), norm="off"), Training(precision="float64", optimiser="sgd", **training), 3, x, y)


def test_with_balanced_weights_the_loss_is_the_mean_over_classes_of_their_mean_loss() -> None:
    plain, balanced = uneven(), uneven(class_weights="balanced")
    parts = [uneven().steps([np.arange(*ends)])[0] for ends in ((0, 30), (30, 36), (36, 40))]
    assert balanced.steps([np.arange(40)])[0] == pytest.approx(np.mean(parts), abs=1e-12)
    assert plain.steps([np.arange(40)])[0] != pytest.approx(np.mean(parts), abs=1e-3)


def test_weights_by_hand_are_each_class_s_own_and_1_for_the_rest() -> None:
    y = np.array([0, 1, 2])
    assert class_weights(y, 3, "by hand", (2.0, 0.5)).tolist() == [2, 0.5, 1]
    assert class_weights(y, 2, "by hand", (2.0, 0.5, 7.0)).tolist() == [2, 0.5]


def test_weights_by_hand_that_are_all_alike_change_nothing() -> None:
    plain, even = uneven(), uneven(class_weights="by hand", weights_by_class=(3.0, 3.0, 3.0))
    for of in (plain, even):
        of.steps([np.arange(40)] * 5)
    assert np.allclose(plain.state.parameters, even.state.parameters, atol=1e-12)


def test_a_weight_moved_midway_acts_from_the_next_step_and_keeps_the_moments() -> None:
    told, turned = (learner(layout(), class_weights="by hand", weights_by_class=w) for w in ((4.0,), ()))
    turned.change(told.trainings[0])
    assert told.steps(batches(5)).tobytes() == turned.steps(batches(5)).tobytes()


def test_on_even_classes_balanced_weights_change_nothing() -> None:
    plain, balanced = (learner(layout(), 39, class_weights=kind) for kind in ("equal", "balanced"))
    for of in (plain, balanced):
        of.steps([np.arange(39)] * 5)
    assert np.allclose(plain.state.parameters, balanced.state.parameters, atol=1e-12)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(0.5, [0.9796, 0.0024, 0.0000, 0.0179]), (2.0, [0.6095, 0.1360, 0.0303, 0.2242]), (0.05, [1, 0, 0, 0])],
)
def test_a_networks_temperature_sharpens_and_flattens_its_answers(temperature: float, expected: list[float]) -> None:
    """E3: softmax([5, 2, −1, 3] / T)."""
    p = layout(classes=4, temperature=temperature).probabilities(np.array([[5.0], [2], [-1], [3]]))
    assert [round(float(value), 4) for value in p[:, 0]] == expected


@every_output
def test_training_at_a_temperature_is_training_on_divided_logits(name: str) -> None:
    """Without hidden layers: weights T times as large at temperature T compute the same, and learn T² as fast."""
    one, hot = (
        learner(layout((), output=name, temperature=t), optimiser="sgd", learning_rate=0.1 * t**2) for t in (1, 4)
    )
    hot.state.parameters[:] = 4 * one.state.parameters
    for of in (one, hot):
        of.steps(batches(20))
    assert np.allclose(hot.state.parameters, 4 * one.state.parameters, rtol=1e-9, atol=1e-11)


# -- hinge losses -----------------------------------------------------------------------------------------------------

SCORES = np.array([[1.0], [0.5], [-2.0]])  # of three classes; the first is true
FIRST = np.array([[1.0], [0.0], [0.0]])


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("hinge", 1.5),  # (1 − 1) + (1 + 0.5) + 0
        ("Weston-Watkins", 0.5),  # (0.5 − 1 + 1) + 0
        ("Crammer-Singer", 0.5),
    ],
)
def test_hinge_losses_of_one_example_are_those_worked_by_hand(name: str, loss: float) -> None:
    assert outputs[name].losses(SCORES, FIRST, np.ones((3, 1)))[0] == pytest.approx(loss)


def test_of_several_rivals_crammer_and_singer_count_the_worst_and_weston_and_watkins_all() -> None:
    z = np.array([[0.0], [0.5], [0.25]])
    both = [outputs[name].losses(z, FIRST, np.ones((3, 1)))[0] for name in ("Crammer-Singer", "Weston-Watkins")]
    assert both == pytest.approx([1.5, 1.5 + 1.25])


@pytest.mark.parametrize("name", ["hinge", "Weston-Watkins", "Crammer-Singer"])
def test_who_keeps_the_margin_has_no_loss_and_no_gradient(name: str) -> None:
    z = np.array([[3.0], [-1.5], [-2.0]])
    assert outputs[name].losses(z, FIRST, np.ones((3, 1)))[0] == 0
    assert not outputs[name].slope(z, FIRST, np.ones((3, 1))).any()
