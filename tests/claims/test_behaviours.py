"""What the practical decisions of deep learning do to whole runs, as lessons show it.

Each test judges the median of five seeds, which draw data, weights and order alike; figures in comments are such
medians unless they say otherwise. Points lie within about ±3 on each axis, or ±1 where `UNIT` scales them: what a
network without batch norm does depends on that. Thresholds are far from the figures, since these are facts about
learning and not about rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np
import pytest

from claims.crowds import SEEDS, Outcome, Runs, hidden, median
from hyperscope.engine.arrays import Array
from hyperscope.engine.learner import Diverged
from hyperscope.engine.settings import WHOLE_SET, Network, Training
from hyperscope.knob import Knob, Scale
from hyperscope.lab.experiment.data import Data

pytestmark = pytest.mark.slow

SPIRAL = Data(source="spiral", points=960)  # 576 to train on: no power of two up to 64 leaves a short last batch
FEW = Data(source="spiral", points=480)  # 288 to train on
NOISY = Data(source="spiral", points=600, noise=0.12, dev_share=0.5, test_share=0.4)  # 60 to train on, 300 dev
UNIT = 1 / 3


def sgd(rate: float, batch_size: int = 32, **more: float) -> Training:
    return Training(optimiser="sgd", learning_rate=rate, batch_size=batch_size, **more)


def deep(activation: str, norm: str, initialiser: str, jolt: float = 0.0) -> Network:
    """2-32-32-32-32-3."""
    layers = hidden(32, 32, 32, 32, activation=activation, norm=norm)
    return Network(layers=layers, initialiser=initialiser, bn_jolt=jolt)


@cache
def outcome(
    data: Data,
    network: Network,
    trainings: tuple[Training, ...],
    epochs: int,
    scale: float = 1.0,
    seeds: tuple[int, ...] = SEEDS,
) -> Outcome:
    runs = Runs(data, network, trainings, seeds, scale)
    runs.epochs(epochs)
    return runs.outcome()


# -- batch norm -------------------------------------------------------------------------------------------------------

SIGMOID_RATES = tuple(sgd(rate) for rate in (0.001, 0.01, 0.1, 1.0))


@pytest.mark.parametrize(("scale", "rates"), [(UNIT, 4), (1.0, 3)])
def test_a_deep_sigmoid_network_learns_next_to_nothing_without_batch_norm(scale: float, rates: int) -> None:
    """B1: the loss stays at ln 3 = 1.099 for rates .001 to 1, or to .1 on points three times as large.

    The claim holds for any rate to 1 on points within ±1. Within ±3 rate 1 does learn, slowly: .571 after 60 epochs.
    """
    # ±1: 1.101 1.098 1.097 1.097; ±3: 1.102 1.097 1.084 (.571)
    found = median(outcome(FEW, deep("sigmoid", "off", "xavier"), SIGMOID_RATES, 60, scale).train_loss)
    assert np.all(np.abs(found[:rates] - math.log(3)) < 0.15)


@pytest.mark.parametrize("scale", [UNIT, 1.0])
def test_a_deep_sigmoid_network_learns_with_batch_norm(scale: float) -> None:
    """B1: the same network with batch norm, at rate 1: loss .08 to .30 and accuracy .94 to .98 were claimed."""
    # ±1: .112 and .951; ±3: .160 and .948. At rate .1 .303 and .476, at .01 .682 and .709: below ln 3 as well
    found = outcome(FEW, deep("sigmoid", "before", "xavier"), SIGMOID_RATES, 60, scale)
    assert median(found.train_loss)[3] < 0.35
    assert median(found.train_accuracy)[3] > 0.85
    assert np.all(median(found.train_loss)[1:] < 0.9)


TANH_RATES = (0.003, 0.01, 0.03, 1.0, 3.0, 10.0)  # around both ends of either range; between them both learn


def rates_that_do(norm: str, scale: float) -> set[float]:
    """The rates at which the dev accuracy reaches .9 within 60 epochs."""
    trainings = tuple(sgd(rate) for rate in TANH_RATES)
    found = median(outcome(SPIRAL, deep("tanh", norm, "xavier"), trainings, 60, scale).dev_accuracy)
    return {rate for rate, accuracy in zip(TANH_RATES, found, strict=True) if accuracy >= 0.9}


@pytest.mark.parametrize("scale", [UNIT, 1.0])
def test_batch_norm_widens_the_range_of_good_learning_rates_to_both_sides(scale: float) -> None:
    """B2: with tanh, lower and higher rates reach an accuracy of .9 with batch norm than without.

    Claimed, of an accuracy of .95, were .1 and .3 without against .01 to 3 with it. Here the range is less narrow
    without, and the gain is half a decade at the upper end and half to a whole one at the lower.
    """
    # without: .03 to 1 (±1) or .01 to 1 (±3); with: .003 to 3, where it is .953 to .979. 10 is too much for both
    without, with_norm = rates_that_do("off", scale), rates_that_do("before", scale)
    assert without < with_norm
    assert min(with_norm) < min(without) and max(with_norm) > max(without)


@cache
def large_start(norm: str, rate: float) -> list[float]:
    """Each seed's dev accuracy of ReLU layers whose weights start as N(0, 1); 0 of a run that diverged."""
    found = []
    for seed in SEEDS:
        try:
            one = outcome(SPIRAL, deep("relu", norm, "normal"), (sgd(rate),), 60, 1.0, (seed,))
            found.append(float(one.dev_accuracy[0, 0]))
        except Diverged:
            found.append(0.0)
    return found


@pytest.mark.parametrize("rate", [0.1, 0.3, 1.0])
def test_large_initial_weights_diverge_without_batch_norm(rate: float) -> None:
    """B3: ReLU from N(0, 1) fails for rates from .1 on."""
    # all five seeds diverge within 5 steps at each rate; at .01 and .001, however, they reach .995 and .990
    assert np.median(large_start("off", rate)) == 0


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 1.0])
def test_batch_norm_forgives_large_initial_weights(rate: float) -> None:
    """B3: with batch norm the accuracy from N(0, 1) is 1.00 for rates .01 to 1."""
    assert np.median(large_start("before", rate)) >= 0.98  # 1.000 at each


HE_RATES = (sgd(0.01), sgd(0.03), sgd(0.1))


def test_where_initialisation_and_rate_are_good_batch_norm_is_worse() -> None:
    """B4: ReLU from He at rate .1 has the lower loss without: .01 against .02 were claimed."""
    # train .002 against .010, dev .005 against .009
    without = outcome(SPIRAL, deep("relu", "off", "he"), HE_RATES, 60)
    with_norm = outcome(SPIRAL, deep("relu", "before", "he"), HE_RATES, 60)
    assert median(without.train_loss)[2] < 0.7 * median(with_norm.train_loss)[2]


def test_where_the_rate_is_too_low_batch_norm_is_better() -> None:
    """B4's limit: a tenth of that rate turns it around."""
    # train .128 against .034, dev .159 against .034
    without = outcome(SPIRAL, deep("relu", "off", "he"), HE_RATES, 60)
    with_norm = outcome(SPIRAL, deep("relu", "before", "he"), HE_RATES, 60)
    assert median(with_norm.train_loss)[0] < 0.7 * median(without.train_loss)[0]


@pytest.mark.parametrize(
    ("batch_size", "least", "most"), [(2, 0.3, 0.75), (4, 0.7, 0.96), (8, 0.93, 1), (16, 0.97, 1), (64, 0.97, 1)]
)
def test_tiny_batches_hurt_batch_norm(batch_size: int, least: float, most: float) -> None:
    """B5: ReLU from He at rate .1 after 40 epochs; .50 to .64, .79 to .91, .97 and ≥ .98 dev accuracy were claimed."""
    # .516 (.411 to .703 over the seeds), .885 (.844 to .953), .979, .995, and 1.000 at 64
    found = outcome(SPIRAL, deep("relu", "before", "he"), (sgd(0.1, batch_size),), 40)
    assert least <= median(found.dev_accuracy)[0] <= most


def test_batches_of_two_do_not_hurt_without_batch_norm() -> None:
    """B5's other half: it is batch norm that they hurt."""
    # 1.000, though one seed of five falls to .609
    assert median(outcome(SPIRAL, deep("relu", "off", "he"), (sgd(0.1, 2),), 40).dev_accuracy)[0] >= 0.97


def jolted(size: float) -> float:
    """The training loss of the deep sigmoid network with batch norm at rate 1, jolted in each step."""
    network = deep("sigmoid", "before", "xavier", jolt=size)
    return float(median(outcome(SPIRAL, network, (sgd(1.0),), 60, UNIT).train_loss)[0])


def test_batch_norm_helps_although_random_jolts_follow_it() -> None:
    """B6: a random shift and scale of size .5 after each batch norm, and it still learns; .09 to .32 were claimed."""
    # .083 with jolts of .5, .103 with none, .650 without batch norm
    without = median(outcome(SPIRAL, deep("sigmoid", "off", "xavier"), (sgd(1.0),), 60, UNIT).train_loss)[0]
    assert jolted(0.5) < 0.32
    assert jolted(0.5) < 0.6 * without


def test_larger_jolts_do_hurt() -> None:
    """B6: from .7 on it starts to hurt."""
    # .245 at .7, .846 at 1
    assert jolted(0.5) < jolted(0.7) < jolted(1.0)
    assert 3 * jolted(0.5) < jolted(1.0)


# -- searching --------------------------------------------------------------------------------------------------------


def best_of(seed: int, scale: Scale) -> float:
    """The lowest dev loss of 25 random trials of 30 epochs, with rate and λ drawn along sliders of this scale."""
    rate = Knob("number", "Learning rate", "", live=True, low=1e-4, high=10.0, scale=scale)
    l2 = Knob("number", "L2", "", live=True, low=1e-6, high=0.1, scale=scale)
    places = np.random.default_rng(seed).random((25, 2)).tolist()
    trainings = tuple(sgd(rate.at(u), l2=l2.at(v)) for u, v in places)
    network = Network(layers=hidden(32, 32, activation="tanh"), initialiser="xavier")
    return float(np.nanmin(outcome(FEW, network, trainings, 30, 1.0, (seed,)).dev_loss))


def test_searching_on_a_log_scale_ticks_searching_on_a_linear_scale() -> None:
    """B7: rate from 1e-4 to 10 and λ from 1e-6 to .1, 25 trials, 8 repeats: .108 against .616 were claimed.

    With tanh, since a single ReLU trial at a rate near 10 overflows.
    """
    # means .011 against .988, medians .013 against .539; log is better in each of the 8 repeats
    log, linear = ([best_of(seed, scale) for seed in range(8)] for scale in ("log", "linear"))
    assert np.mean(log) < 0.3 * np.mean(linear)
    assert np.median(log) < 0.3 * np.median(linear)


def test_random_search_ticks_a_grid_on_average_where_one_setting_of_two_matters() -> None:
    """B8, on a pure function: 25 trials come closer to the best place x than the five columns of a 5 × 5 grid do.

    With x anywhere in [0, 1], P = 1 − ∫ (1 − 2d)²⁵ dd / .125 over the grid's distances d to .125 = .846, without the
    edges of the range, which cost random search a little.
    """
    # .845
    rng = np.random.default_rng(4)
    best = rng.random((20_000, 1))
    to_grid = np.abs(np.linspace(0, 1, 5) - best).min(axis=1)
    to_random = np.abs(rng.random((20_000, 25)) - best).min(axis=1)
    assert (to_random < to_grid).mean() == pytest.approx(0.846, abs=0.02)


def test_a_grid_that_happens_to_hit_the_best_place_is_not_beaten() -> None:
    """B8's limit: with the best place on the grid no random draw is nearer."""
    draws = np.random.default_rng(4).random((1_000, 25))
    assert (np.abs(draws - 0.25).min(axis=1) > np.abs(np.linspace(0, 1, 5) - 0.25).min()).all()


@cache
def grid_and_random() -> Array:
    """The best dev loss (20, 2) of 25 trials on a grid and of 25 random ones, in 20 repeats.

    λ matters and Adam's ε does not. λ's range of 4 decades starts somewhere from 1e-5 to 1e-4, so that its best value,
    around .006, lies now on the grid and now between.
    """
    network = Network(layers=hidden(32, activation="tanh"), initialiser="xavier")
    adam = Training(optimiser="adam", learning_rate=0.03, batch_size=WHOLE_SET)
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5)), axis=-1).reshape(25, 2)
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        start = rng.uniform(-5, -4)
        trainings = tuple(
            msgspec.structs.replace(adam, l2=float(10 ** (start + 4 * u)), epsilon=float(10 ** (2 * v - 10)))
            for u, v in np.concatenate([grid, rng.random((25, 2))])
        )
        losses = outcome(NOISY, network, trainings, 200, 1.0, (seed,)).dev_loss
        found.append([losses[:25].min(), losses[25:].min()])
    return np.array(found)


def test_random_search_for_a_networks_l2_ticks_a_grid_on_average() -> None:
    """B8, on a network: random search finds the lower dev loss in most repeats; about 85 % was claimed.

    That holds only where the best value lies inside the range. Of learning rates in ranges of 4 decades that may end
    below the best one the grid won 28 to 70 % of repeats, since its last column stands at the end.
    """
    # 85 % of 20 repeats; mean dev loss .340 against .353
    grid, random = grid_and_random().T
    assert (random < grid).mean() >= 0.6
    assert random.mean() < grid.mean()


def test_random_search_for_a_networks_l2_does_not_always_tick_a_grid() -> None:
    """B8: a grid that happens to hit the optimum ties."""
    # in 4 of 20 repeats the two are within 1 %; in 3 the grid is better, once by 13 %
    grid, random = grid_and_random().T
    assert (random > 0.99 * grid).any()


# -- steps, regularisation, capacity ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("batch_size", "share"), [(WHOLE_SET, 0.0), (32, 0.5), (1, 0.5)])
def test_the_loss_rises_in_half_of_mini_batch_steps_and_in_no_full_batch_step(batch_size: int, share: float) -> None:
    """B9: 2-32-32-3 at rate .05 for 30 epochs; 0 % of full-batch steps, about half of steps at 32 and 1."""
    # 0, .490 and .494; no seed is off by more than .03
    runs = Runs(FEW, Network(layers=hidden(32, 32, activation="relu")), [sgd(0.05, batch_size)])
    losses = runs.epochs(30)[:, 0]
    assert np.median((np.diff(losses, axis=0) > 0).mean(axis=0)) == pytest.approx(share, abs=0.08 if share else 0)


def overfitted(l2: float = 0.0, dropout: float = 0.0) -> Outcome:
    """2-100-100-3 after 600 epochs on the 60 points of NOISY."""
    network = Network(layers=hidden(100, 100, activation="relu", dropout=dropout))
    return outcome(NOISY, network, (Training(optimiser="adam", learning_rate=0.003, l2=l2),), 600)


@pytest.mark.parametrize(("l2", "dropout"), [(0.003, 0.0), (0.0, 0.3)])
def test_l2_and_dropout_lower_the_dev_loss(l2: float, dropout: float) -> None:
    """B10: .606 to .462 with L2 and to .492 with dropout were claimed."""
    # .951 falls to .403 with λ = .003, to .715 with dropout .3
    assert median(overfitted(l2, dropout).dev_loss)[0] < 0.9 * median(overfitted().dev_loss)[0]


@pytest.mark.parametrize(("l2", "dropout"), [(0.003, 0.0), (0.0, 0.3)])
def test_l2_and_dropout_barely_move_the_dev_accuracy(l2: float, dropout: float) -> None:
    """B10: what they help first is the loss. Dropout of .5 lowers it too, but costs accuracy: .648 and .787."""
    # .850 plain, .863 with L2, .850 with dropout .3
    change = median(overfitted(l2, dropout).dev_accuracy)[0] - median(overfitted().dev_accuracy)[0]
    assert abs(change) < 0.06


def enclosing(units: int) -> Array:
    """Each seed's accuracy in training on two rings, with so many ReLUs."""
    network = Network(layers=hidden(units, activation="relu"))
    rings = Data(source="circles", classes=2)
    return outcome(rings, network, (Training(optimiser="adam", learning_rate=0.03),), 100).train_accuracy[0]


def test_two_relus_cannot_enclose_a_circle() -> None:
    """B11: their region is open to one side. Accuracies of .64 to .86 were claimed.

    Here they are .90 to .92, since the gap between our rings lets a narrow opening do; of 20 seeds none passed .923.
    """
    assert enclosing(2).max() < 0.95  # .903 to .920


def test_three_relus_can_enclose_a_circle() -> None:
    """B11: a triangle does, from most starts; accuracies from .988 on were claimed."""
    assert np.median(enclosing(3)) >= 0.988  # 1.000 from four seeds, .917 from the fifth


def epochs_until_divergence(rate: float, seeds: Sequence[int] = SEEDS) -> list[float]:
    """For each seed, after how many epochs training with λ = 1 broke; 150 if it did not, with no number broken."""
    found = []
    for seed in seeds:
        runs = Runs(NOISY, Network(layers=hidden(100, 100, activation="tanh")), [sgd(rate, l2=1.0)], (seed,))
        try:
            runs.epochs(150)
            found.append(150.0)
        except Diverged as stop:
            found.append(stop.done / 2)  # 60 points are two mini-batches
        assert np.isfinite(runs.learner.state.parameters).all()
    return found


def test_strong_l2_with_a_large_rate_diverges() -> None:
    """B12: λ = 1 and α = 3 double all weights with each step, |1 − α λ| = 2; non-finite near epoch 70 was claimed.

    float32 ends at 2¹²⁸, after some 120 steps: how many epochs that is depends on the steps in one, here 2.
    """
    assert 50 < np.median(epochs_until_divergence(3.0)) < 80  # epoch 59 with every seed


def test_the_same_l2_with_a_smaller_rate_does_not_diverge() -> None:
    """B12's limit: α λ = 1 < 2, and the weights only shrink."""
    assert min(epochs_until_divergence(1.0)) == 150


def dev_losses_over_time() -> Array:
    """The unregularised network's dev loss (120, S) after every 5 of 600 epochs."""
    network = Network(layers=hidden(100, 100, activation="relu"))
    runs = Runs(NOISY, network, [Training(optimiser="adam", learning_rate=0.003)])
    found = []
    for _ in range(120):
        runs.epochs(5)
        found.append(runs.outcome().dev_loss[0])
    return np.array(found)


def test_stopping_early_would_have_kept_a_lower_dev_loss() -> None:
    """B13: the dev loss is lowest long before epoch 600; claimed were epochs 95 to 280, and up to 45 % higher by 600.

    Here two seeds of five are at their lowest within the first 15 epochs, and the median is higher by more.
    """
    # lowest at epoch 130 (180, 130, 15, 170 and 5), 63 % higher by 600 (35, 82, 27, 63 and 249 %)
    losses = dev_losses_over_time()
    assert 20 < 5 * (np.median(losses.argmin(axis=0)) + 1) < 400
    assert np.median(losses[-1] / losses.min(axis=0)) > 1.1
