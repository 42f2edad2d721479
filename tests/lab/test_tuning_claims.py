"""Scales, grids and luck: what the Tuning lab's smaller views compute, and the claims they show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.tuning.budgets import Valley, counted, duel, grid, loss
from hyperscope.lab.tuning.darts import Board, at_least_one, experiments, thrown
from hyperscope.lab.tuning.luck import seeds_needed, superiority, verdict
from hyperscope.lab.tuning.search import Search
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.trials import Finished, Plan
from lab.tasks import run_here

RATE = Board("training.learning_rate", 1e-4, 1.0, count=400)


def test_e14_a_quarter_of_logarithmic_draws_in_each_decade_and_nine_tenths_of_linear_ones_in_the_last() -> None:
    found = thrown(RATE)
    assert found.decades == 4 and found.fullest == 3
    assert np.abs(found.suited_counts / 400 - 0.25).max() < 0.06
    assert found.share == pytest.approx(0.9, abs=0.04) and found.expected == pytest.approx(0.9, abs=0.001)


def test_the_same_throw_is_read_on_both_scales() -> None:
    found = thrown(RATE)
    assert np.array_equal(np.argsort(found.linear), np.argsort(found.suited))
    assert found.linear_counts.sum() == found.suited_counts.sum() == 400


def test_for_beta_decades_are_those_of_one_minus_beta() -> None:
    found = thrown(Board("training.momentum", 0.9, 0.999, "one-minus-log", 400))
    assert found.edges.tolist() == pytest.approx([0.9, 0.99, 0.999])
    assert found.linear_counts[0] / 400 == pytest.approx(0.91, abs=0.04)
    assert found.suited_counts[0] / 400 == pytest.approx(0.5, abs=0.06)


def test_a_network_is_made_of_each_dart_and_momentum_gets_an_optimiser_that_has_it() -> None:
    found = thrown(Board("training.momentum", 0.9, 0.999, "one-minus-log", 10))
    made = experiments(found, Experiment())
    assert len(made) == 20 and {one.training.optimiser for one in made} == {"momentum"}
    assert [one.training.momentum for one in made[10:]] == found.suited.tolist()


def test_a_board_that_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="low must be less than high"):
        Board("training.learning_rate", 1.0, 1.0)
    with pytest.raises(ValueError, match=r"count is 0; it must be a whole number in \[1, 400\]"):
        Board("training.learning_rate", 1e-4, 1.0, count=0)


def test_e16_of_sixty_draws_one_lies_in_the_best_twentieth_in_95_of_100_cases() -> None:
    assert at_least_one(0.05, 60) == pytest.approx(0.954, abs=0.0005)
    draws = np.random.default_rng(1).random((4000, 60))
    assert (draws.min(1) < 0.05).mean() == pytest.approx(0.954, abs=0.015)


# -- grid or random ---------------------------------------------------------------------------------------------------


def test_b8_random_beats_the_grid_in_most_cases_where_one_of_two_matters() -> None:
    found = counted(Valley(side=5))
    assert 0.75 < found.random < 0.92 and found.random + found.grid + found.ties == pytest.approx(1)


def test_b8_the_grid_wins_where_it_happens_to_hit_the_optimum() -> None:
    on = Valley(side=5, at=0.5)
    found = duel(on)
    assert found.grid_losses.min() == 0 < found.random_losses.min()


def test_a_grid_loses_less_where_both_matter() -> None:
    one, both = counted(Valley(second=0.0)), counted(Valley(second=1.0))
    assert both.random < one.random - 0.1


def test_a_grid_looks_at_few_values_and_random_at_as_many_as_there_are_trials() -> None:
    found = duel(Valley(side=5))
    assert len(np.unique(found.grid[:, 0])) == 5 and len(np.unique(found.random[:, 0])) == 25
    assert np.array_equal(found.grid, grid(5))


def test_a_valley_is_lowest_at_its_optimum() -> None:
    valley = Valley(at=0.3, second=0.5, other=0.7)
    assert loss(valley, np.array([0.3, 0.7])) == 0 < loss(valley, np.array([0.4, 0.7])) < 1


# -- luck -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("test", ["ranks", "permutation"])
def test_labels_that_mean_nothing_are_called_luck_nineteen_times_of_twenty(test: str) -> None:
    random = np.random.default_rng(3)
    told = [verdict(*random.lognormal(size=(2, 10)), test, seed=k).told for k in range(100)]  # type: ignore[arg-type]
    assert sum(told) <= 12


@pytest.mark.parametrize("test", ["ranks", "permutation"])
def test_settings_far_apart_are_told_apart(test: str) -> None:
    found = verdict(np.linspace(1.0, 2.0, 8), np.linspace(0.1, 0.9, 8), test)  # type: ignore[arg-type]
    assert found.told and found.wins == 1 and found.p < 0.001
    assert "B is better" in found.said(("A", "B"))


def test_the_rank_test_is_the_exact_one_where_that_can_be_counted() -> None:
    from hyperscope.lab.sweeps.outcome import luck

    first, second = np.array([0.3, 0.5, 0.9, 1.1, 1.4]), np.array([0.2, 0.4, 0.6, 0.7, 1.0])
    assert verdict(first, second).p == pytest.approx(luck(first, second), abs=0.02)


def test_networks_that_diverged_count_as_the_worst() -> None:
    first = np.array([math.inf] * 6)
    assert superiority(first, np.full(6, 0.5)) == 1 and verdict(first, np.full(6, 0.5), "permutation").told


def test_so_many_seeds_as_are_said_tell_the_difference_in_four_of_five_tries() -> None:
    random = np.random.default_rng(5)
    shift = 0.8
    wins = superiority(random.normal(size=4000), random.normal(size=4000) - shift)
    seeds = seeds_needed(wins)
    told = [verdict(random.normal(size=seeds), random.normal(size=seeds) - shift, seed=k).told for k in range(60)]
    assert 20 < seeds < 40 and 0.62 < np.mean(told) < 0.97


def test_no_number_of_seeds_tells_what_is_no_difference() -> None:
    assert seeds_needed(0.5) == 0
    assert "No difference to be told from luck" in verdict(np.arange(6.0), np.arange(6.0)).said(("A", "B"))


# -- scales, trained --------------------------------------------------------------------------------------------------


def test_b7_a_logarithmic_scale_finds_lower_losses_than_a_linear_one() -> None:
    experiment = Experiment(network=Network(layers=(Layer(32), Layer(32))))
    ends = (("training.learning_rate", 1e-4, 10.0), ("training.l2", 1e-6, 0.1))

    def best(scale: str, seed: int) -> float:
        space = Space(tuple(Range(path, low, high, scale) for path, low, high in ends))
        task = Search(Plan(experiment, space, "random", trials=15, epochs=10, seed=seed), maps=False, every=60.0)
        said = (news.value for news in run_here(task)[0] if isinstance(news, Record))
        return min(one.loss for one in said if isinstance(one, Finished))

    logarithmic, linear = (np.median([best(scale, seed) for seed in range(5)]) for scale in ("log", "linear"))
    assert logarithmic < 0.7 * linear
