"""What every strategy must do, whichever it is: asked and told here without training anything."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings

import numpy as np
import optuna
import pytest

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.asking import Asking, quietly, rungs
from hyperscope.lab.tuning.sobol import MOST, sobol
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.strategies import strategies
from hyperscope.lab.tuning.trials import Finished, Plan, State, Trial, best_so_far

EVERY = tuple(strategies)
SPACE = Space(
    (
        Range("training.learning_rate", 1e-4, 1.0, "log"),
        Range("training.momentum", 0.9, 0.999, "one-minus-log"),
        Range("training.batch_size", 8, 128, "powers-of-two"),
        Range("network.initialiser", scale="choices", choices=("he", "xavier")),
    )
)
ALONE = Space(SPACE.knobs[:1])


def plan(strategy: str, space: Space = SPACE, trials: int = 40, seed: int = 1) -> Plan:
    return Plan(Experiment(), space, strategy, trials, epochs=27, seed=seed)


def judged(trial: Trial) -> float:
    """A loss as a network might have it: least at a rate of 0.01, 20 steps of batches of 32."""
    rate, batch = math.log10(float(trial.values["training.learning_rate"])), trial.values.get("training.batch_size", 32)
    return 0.1 + (rate + 2) ** 2 + 0.1 * abs(math.log2(float(batch)) - 5)


def result(trial: Trial, state: State = "done", reports: tuple[tuple[int, float], ...] = ()) -> Finished:
    loss = math.inf if state == "diverged" else judged(trial)
    return Finished(trial.number, trial.values, state, loss, box=trial.box, parent=trial.parent, reports=reports)


def portion(asking: Asking) -> list[Finished]:
    """The next trials, carried out and told; those of whom a strategy wants no more stop where it says so."""
    trials = asking.ask()
    reports: dict[int, list[tuple[int, float]]] = {trial.number: [] for trial in trials}
    going = list(trials)
    for rung in rungs(asking.plan):
        for trial in going:
            reports[trial.number].append((rung, judged(trial)))
        going = [trial for trial in going if not asking.reported(trial.number, rung, judged(trial))]
    ends = [result(trial, "done" if trial in going else "pruned", tuple(reports[trial.number])) for trial in trials]
    for end in ends:
        asking.tell(end)
    return ends


def carried_out(plan: Plan) -> list[Finished]:
    asking, found = Asking(plan), []
    while ends := portion(asking):
        found += ends
    return found


@pytest.mark.parametrize("strategy", EVERY)
def test_a_strategy_stays_in_range_and_within_its_budget(strategy: str) -> None:
    found = carried_out(plan(strategy))
    assert 0 < len(found) <= 40 and [one.number for one in found] == list(range(len(found)))
    for one in found:
        assert 1e-4 <= float(one.values["training.learning_rate"]) <= 1.0
        assert 0.9 <= float(one.values["training.momentum"]) <= 0.999
        assert one.values["training.batch_size"] in (8, 16, 32, 64, 128)
        assert one.values["network.initialiser"] in ("he", "xavier")


@pytest.mark.parametrize("strategy", EVERY)
def test_the_first_draws_of_a_strategy_honour_the_scale(strategy: str) -> None:
    asking = Asking(plan(strategy, ALONE, trials=256 if not strategies[strategy].learns else 10))
    drawn = [trial.values["training.learning_rate"] for trial in asking.ask()]
    at = np.array([ALONE.knobs[0].position(value) for value in drawn])
    assert at.min() < 0.35 and at.max() > 0.65  # over four decades, where a linear scale has nine of ten above 0.75
    if len(at) > 30:
        assert np.abs(np.histogram(at, 4, (0, 1))[0] / len(at) - 0.25).max() < 0.13


@pytest.mark.parametrize("strategy", EVERY)
def test_a_seed_says_what_a_strategy_asks_for(strategy: str) -> None:
    one, same, other = (carried_out(plan(strategy, trials=20, seed=seed)) for seed in (1, 1, 2))
    assert [trial.values for trial in one] == [trial.values for trial in same]
    assert [trial.values for trial in one] != [trial.values for trial in other]


@pytest.mark.parametrize("strategy", EVERY)
def test_a_strategy_that_is_taken_up_again_asks_as_if_it_had_gone_on(strategy: str) -> None:
    whole = plan(strategy, trials=40)
    first = Asking(whole)
    told = [portion(first)]
    if strategies[strategy].learns:
        told.append(portion(first))
    again = Asking(whole, first.boxes)
    for ends in told:
        again.take_up(ends)
    assert [trial.values for trial in again.ask()] == [trial.values for trial in first.ask()]


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("state", ["failed", "diverged"])
def test_a_strategy_is_told_of_what_fails_and_goes_on(strategy: str, state: State) -> None:
    asking = Asking(plan(strategy))
    while trials := asking.ask():
        for trial in trials:
            asking.tell(result(trial, state if trial.number % 2 else "done"))
    assert asking.asked == asking.total == len(asking.told)


@pytest.mark.parametrize("strategy", ["tpe", "cma-es", "zoom"])
def test_what_learns_finds_more_than_chance(strategy: str) -> None:
    wins = 0
    for seed in range(5):
        learned, drawn = (best_so_far(carried_out(plan(name, seed=seed)))[-1] for name in (strategy, "random"))
        wins += learned <= drawn
    assert wins >= 3


def test_a_strategy_that_has_learned_avoids_where_networks_diverged() -> None:
    asking = Asking(plan("tpe", ALONE, trials=80))
    while trials := asking.ask():
        for trial in trials:
            wild = float(trial.values["training.learning_rate"]) > 0.1
            asking.tell(result(trial, "diverged" if wild else "done"))
    late = [float(one.values["training.learning_rate"]) for one in list(asking.told.values())[40:]]
    assert np.mean(np.array(late) > 0.1) < 0.1


@pytest.mark.parametrize("strategy", ["halving", "hyperband"])
def test_a_strategy_that_stops_trials_keeps_the_best_to_the_end(strategy: str) -> None:
    found = carried_out(plan(strategy, trials=60))
    pruned = [one.loss for one in found if one.state == "pruned"]
    assert 10 < len(pruned) < 60
    assert min(one.loss for one in found if one.state == "done") < np.median(pruned)


def test_a_population_s_worst_go_on_from_copies_of_its_best() -> None:
    asking = Asking(plan("evolve", trials=40))
    first = portion(asking)
    worst = sorted(first, key=lambda one: one.rank)[-2:]
    best = sorted(first, key=lambda one: one.rank)[:2]
    second = asking.ask()
    assert [trial.parent for trial in second if trial.number - 8 not in {one.number for one in worst}] == [
        one.number for one in first if one not in worst
    ]
    assert {second[one.number].parent for one in worst} <= {one.number for one in best}
    assert all(second[one.number].values != first[second[one.number].parent].values for one in worst)


def test_a_grid_has_as_many_trials_as_come_out_even() -> None:
    asking = Asking(plan("grid", Space(SPACE.knobs[:2]), trials=27))
    found = carried_out(asking.plan)
    assert asking.total == len(found) == 25
    assert len({one.values["training.learning_rate"] for one in found}) == 5


def test_a_random_search_looks_at_as_many_values_as_it_has_trials() -> None:
    found = carried_out(plan("random", Space(SPACE.knobs[:2]), trials=25))
    assert len({one.values["training.learning_rate"] for one in found}) == 25


def test_sobol_s_points_lie_one_in_each_equal_part() -> None:
    points = sobol(0, 64, MOST, seed=3)
    for d in range(MOST):
        assert sorted((points[:, d] * 64).astype(int).tolist()) == list(range(64))
    squares = {(int(x * 8), int(y * 8)) for x, y in points[:, :2].tolist()}
    assert len(squares) == 64


def test_an_automatic_zoom_goes_into_smaller_and_smaller_boxes() -> None:
    asking = Asking(plan("zoom", Space(SPACE.knobs[:3]), trials=80))
    while portion(asking):
        pass
    widths = [box.of("training.learning_rate") for _, box in asking.boxes]
    sizes = [math.log10(one.high / one.low) for one in widths]
    assert len(sizes) == 4 and sizes == sorted(sizes, reverse=True) and sizes[-1] < 0.5 * sizes[0]


def test_a_box_holds_all_that_is_drawn_from_then_on() -> None:
    asking = Asking(plan("random", SPACE, trials=128))
    portion(asking)
    box = SPACE.boxed({"training.learning_rate": (0.5, 0.6)})
    asking.search_in(box)
    assert all(0.01 * 0.999 <= float(t.values["training.learning_rate"]) <= 0.026 for t in asking.ask())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"trials": 0}, r"trials is 0; it must be a whole number in \[1, 10000\]"),
        ({"epochs": 6000}, "epochs is 6000"),
        ({"seconds": -1.0}, "seconds is -1; it must be 0 or more"),
        ({"steps": -5}, "steps is -5"),
        ({"space": Space((Range("epochs", 5, 40),)), "strategy": "evolve"}, "epochs cannot be searched by evolve"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(change: dict[str, object], said: str) -> None:
    given: dict[str, object] = {"experiment": Experiment(), "space": ALONE, "strategy": "random", **change}
    with pytest.raises(ValueError, match=said):
        Asking(Plan(**given))  # type: ignore[arg-type]


def test_an_unknown_strategy_is_told_which_there_are() -> None:
    with pytest.raises(LookupError, match="strategy is 'guess'; it must be one of grid, random, sobol"):
        plan("guess").checked()


def test_whoever_looks_at_a_space_loads_no_optuna() -> None:
    words = "import sys, hyperscope.lab.tuning.search, hyperscope.lab.tuning.trials; print('optuna' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_optuna_is_quiet_until_the_last_who_wants_it_so_is_done() -> None:
    def warn() -> None:
        warnings.warn("another version may do without this", FutureWarning, stacklevel=2)

    one, other, loud = quietly(), quietly(), optuna.logging.get_verbosity()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    warn()
    assert optuna.logging.get_verbosity() == optuna.logging.ERROR != loud
    other.__exit__(None, None, None)
    assert optuna.logging.get_verbosity() == loud
    with pytest.raises(FutureWarning):
        warn()
