"""Metrics and calibration: each formula against cases small enough to be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hyperscope.engine import calibration, metrics
from hyperscope.engine.softmax import softmax

# four answers to three classes; the true ones are 0, 1, 2, 1, so the third and the fourth are wrong
P = np.array([[0.8, 0.1, 0.5, 0.4], [0.1, 0.6, 0.2, 0.2], [0.1, 0.3, 0.3, 0.4 - 1e-12]])
Y = np.array([0, 1, 2, 1])


def sure(confidences: list[float], right: list[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Two-class probabilities (2, m) that answer class 0 with these confidences, and classes (m,)."""
    p = np.array(confidences)
    return np.stack([p, 1 - p]), np.where(right, 0, 1)


# -- one answer ---------------------------------------------------------------------------------------------------


def test_confidence_is_the_greatest_probability() -> None:
    assert metrics.confidence(P).tolist() == [0.8, 0.6, 0.5, 0.4]


def test_margin_is_the_greatest_less_the_second_probability() -> None:
    assert np.allclose(metrics.margin(P), [0.7, 0.3, 0.2, 0.0])


@pytest.mark.parametrize(
    ("p", "nats"),
    [([1, 0, 0], 0), ([1 / 3] * 3, math.log(3)), ([0.5, 0.5, 0], math.log(2)), ([0.5, 0.25, 0.25], 1.5 * math.log(2))],
)
def test_entropy_is_in_nats(p: list[float], nats: float) -> None:
    assert metrics.entropy(np.array(p)[:, None])[0] == pytest.approx(nats, abs=1e-15)


# -- all answers --------------------------------------------------------------------------------------------------


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert metrics.accuracy(P, Y) == 0.5


def test_accuracy_of_no_examples_is_not_a_number() -> None:
    assert math.isnan(metrics.accuracy(np.zeros((3, 0)), np.zeros(0, np.int64)))


def test_rows_of_the_confusion_matrix_are_true_classes() -> None:
    assert metrics.confusion(P, Y).tolist() == [[1, 0, 0], [1, 1, 0], [1, 0, 0]]


def test_precision_and_recall_are_shares_of_columns_and_rows() -> None:
    counts = metrics.confusion(P, Y)
    assert metrics.recall(counts).tolist() == [1, 0.5, 0]
    assert metrics.precision(counts)[:2].tolist() == [1 / 3, 1]


def test_a_class_never_predicted_has_no_precision() -> None:
    assert math.isnan(metrics.precision(metrics.confusion(P, Y))[2])


def test_a_class_without_examples_has_no_recall() -> None:
    assert math.isnan(metrics.recall(metrics.confusion(P[:, :1], Y[:1]))[1])


def test_the_most_confused_pairs_come_most_frequent_first() -> None:
    counts = np.array([[5, 0, 1], [3, 6, 1], [0, 0, 9]])
    assert metrics.most_confused(counts, 2) == (metrics.Confused(1, 0, 3, 0.3), metrics.Confused(0, 2, 1, 1 / 6))


def test_no_mistakes_give_no_confused_pairs() -> None:
    assert metrics.most_confused(np.diag([4, 5])) == ()


# -- several models -----------------------------------------------------------------------------------------------


def test_the_arithmetic_mean_of_models_is_the_mean_of_their_probabilities() -> None:
    p = np.array([[[0.9], [0.1]], [[0.3], [0.7]]])
    assert np.allclose(metrics.arithmetic_mean(p)[:, 0], [0.6, 0.4])


def test_the_geometric_mean_of_models_is_the_softmax_of_their_mean_logits() -> None:
    logits = np.random.default_rng(5).normal(0, 2, (3, 4, 6))
    assert np.allclose(metrics.geometric_mean(softmax(logits)), softmax(logits.mean(axis=0)), atol=1e-14)


def test_the_geometric_mean_of_models_that_exclude_each_other_still_sums_to_1() -> None:
    p = np.array([[[1.0], [0.0]], [[0.0], [1.0]]])
    assert np.allclose(metrics.geometric_mean(p), 0.5)


# -- bias and variance --------------------------------------------------------------------------------------------


def test_gaps_are_train_less_best_and_dev_less_train_error() -> None:
    found = metrics.gaps(0.15, 400, 0.30, 100, best_error=0.05)
    assert (found.bias, found.variance) == (pytest.approx(0.10), pytest.approx(0.15))


def test_an_error_rate_has_the_standard_error_of_a_count() -> None:
    found = metrics.gaps(0.5, 100, 0.2, 100)
    assert found.bias_noise == pytest.approx(0.05)
    assert found.variance_noise == pytest.approx(math.sqrt(0.05**2 + 0.04**2))


# -- calibration --------------------------------------------------------------------------------------------------


def test_reliability_gives_means_and_counts_of_each_bin() -> None:
    curve = calibration.reliability(*sure([0.55, 0.65, 0.9, 1.0], [True, False, True, True]), bins=5)
    assert curve.count.tolist() == [0, 0, 1, 1, 2]
    assert np.allclose(curve.confidence[2:], [0.55, 0.65, 0.95])
    assert curve.accuracy[2:].tolist() == [1, 0, 1]


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    assert calibration.reliability(*sure([0.75], [True]), bins=4).count.tolist() == [0, 0, 1, 0]


def test_an_empty_bin_has_no_means() -> None:
    curve = calibration.reliability(*sure([0.9], [True]), bins=2)
    assert math.isnan(curve.accuracy[0]) and math.isnan(curve.confidence[0])


def test_the_calibration_error_weighs_each_bins_gap_by_its_share() -> None:
    """Three answers with 0.9, two right: |2/3 − 0.9| · 3/4; one with 0.6, wrong: 0.6 · 1/4."""
    curve = calibration.reliability(*sure([0.9, 0.9, 0.9, 0.6], [True, True, False, False]), bins=10)
    assert calibration.expected_calibration_error(curve) == pytest.approx(0.9 * 3 / 4 - 1 / 2 + 0.6 / 4)


def test_sure_and_always_right_has_no_calibration_error() -> None:
    curve = calibration.reliability(*sure([1.0] * 5, [True] * 5))
    assert calibration.expected_calibration_error(curve) == 0


def test_the_calibration_error_of_no_examples_is_not_a_number() -> None:
    curve = calibration.reliability(np.zeros((3, 0)), np.zeros(0, np.int64))
    assert math.isnan(calibration.expected_calibration_error(curve))


@pytest.mark.parametrize("m", [100, 1000])
def test_chance_explains_the_calibration_error_of_a_calibrated_model(m: int) -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(40):
        confidences = rng.uniform(0.5, 1, m)
        p, y = sure(confidences.tolist(), (rng.random(m) < confidences).tolist())
        found.append(calibration.expected_calibration_error(calibration.reliability(p, y)))
    assert calibration.chance_calibration_error(p) == pytest.approx(np.mean(found), rel=0.1)


# -- passing the unsure on ----------------------------------------------------------------------------------------


def test_keeping_the_surest_answers_keeps_the_right_ones() -> None:
    curve = calibration.accuracy_by_coverage(*sure([0.6, 0.9, 0.8, 0.7], [False, True, True, False]))
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert np.allclose(curve.accuracy, [1, 1, 2 / 3, 1 / 2])
    assert curve.confidence.tolist() == [0.9, 0.8, 0.7, 0.6]


@pytest.mark.parametrize("right", [[True, False], [False, True]])
def test_equally_sure_answers_count_alike_in_whatever_order(right: list[bool]) -> None:
    curve = calibration.accuracy_by_coverage(*sure([0.8, 0.8], right))
    assert curve.accuracy.tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("coverage", "accuracy"), [(0.2, 1), (0.25, 1), (0.51, 2 / 3), (1, 0.5)])
def test_accuracy_at_a_coverage_rounds_up_to_whole_answers(coverage: float, accuracy: float) -> None:
    answers = sure([0.6, 0.9, 0.8, 0.7], [False, True, True, False])
    assert calibration.accuracy_at_coverage(*answers, coverage) == pytest.approx(accuracy)


def test_all_answers_kept_have_the_plain_accuracy() -> None:
    rng = np.random.default_rng(2)
    p, y = softmax(rng.normal(0, 2, (4, 50))), rng.integers(0, 4, 50)
    assert calibration.accuracy_at_coverage(p, y, 1) == pytest.approx(metrics.accuracy(p, y))


@pytest.mark.parametrize("coverage", [0, -0.1, 1.1])
def test_a_coverage_outside_its_range_is_refused(coverage: float) -> None:
    with pytest.raises(ValueError, match=r"it must lie in \(0, 1\]"):
        calibration.accuracy_at_coverage(P, Y, coverage)
