"""Remedies tried, strengths and more examples: which networks they train, and that figures are those of each alone."""

from __future__ import annotations

import csv
import io
from collections import deque

import numpy as np
import pytest
from msgspec.structs import replace

from hyperscope import cli
from hyperscope.engine.features import features
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import softmax
from hyperscope.lab.examples.examples import DEV, TRAIN, load
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.learning_curve import Curve, LearningCurve, drawn, part, sizes
from hyperscope.lab.generalise.remedies import usual
from hyperscope.lab.generalise.strengths import STRENGTHS
from hyperscope.lab.generalise.trials import Trials, Tried, effect, ranked, summary
from hyperscope.lab.jobs.population_task import PopulationTask
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.sweeps.carried_out import carried_out
from hyperscope.lab.sweeps.sweep import Plan, sweeps
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(
    data=Data(source="moons", classes=2, points=60, noise=0.3), network=Network(layers=(Layer(4, "relu"),))
)
NAMES = (
    "More data", "L2", "L1", "Dropout", "Early stopping", "Augmentation", "Smaller network", "Label smoothing",
    "Wider network", "Deeper network", "Longer training", "Batch norm", "Another optimiser",
)  # fmt: skip


def tried(task: Trials) -> dict[str, Tried]:
    return {news.value.name: news.value for news in task.run(deque()) if isinstance(news, Record)}


def row(name: str, *losses: float, refused: str = "") -> Tried:
    dev = np.array(losses)
    return Tried(name, name or "As it is", "bias", SMALL, dev, dev, dev, dev, refused=refused)


def test_every_usual_remedy_is_there_and_suits_or_says_why_not():
    assert tuple(usual) == NAMES
    for experiment in (SMALL, Experiment(network=Network(layers=())), Experiment(data=with_source(Data(), "digits"))):
        for one in usual.values():
            tries = one.tries(experiment)
            assert (tries if isinstance(tries, str) else all(each.experiment is not None for each in tries)) and tries


def test_no_try_is_the_experiment_as_it_is_but_to_train_longer():
    for one in usual.values():
        for each in one.tries(SMALL):
            assert each.experiment != SMALL or each.longer > 1


def test_a_remedy_s_figures_are_those_of_each_seed_trained_alone():
    found = tried(Trials(SMALL, steps=100, seeds=2, only=("L2", "Longer training")))
    for name, steps in (("", 100), ("L2", 100), ("Longer training", 300)):
        for seed in range(2):
            alone = Trainer(replace(found[name].experiment, seed=SMALL.seed + seed))
            alone.steps(steps)
            assert found[name].dev_loss[seed] == pytest.approx(alone.scores().dev.loss, rel=1e-4)
            assert found[name].train_error[seed] == pytest.approx(1 - alone.scores().train.accuracy)
    assert found["L2"].caption == min(found["L2"].searched, key=lambda one: one[1])[0]


def test_with_more_data_a_network_is_judged_on_the_dev_set_of_the_others():
    scaled = replace(SMALL, data=replace(SMALL.data, standardise=True))
    found = tried(Trials(scaled, steps=100, seeds=2, only=("More data",)))
    home, more = load(scaled.data), found["More data"]
    assert more.m_dev == found[""].m_dev == home.y_dev.size
    dev, y = home.raw[:, home.part == DEV], home.y[home.part == DEV]
    for seed in range(2):
        alone = Trainer(replace(more.experiment, seed=scaled.seed + seed))
        alone.steps(100)
        x = (dev - alone.examples.mean[:, None]) / alone.examples.deviation[:, None]
        p = softmax(alone.traces(x)[-1].output)
        assert more.dev_loss[seed] == pytest.approx(-np.log(p[y, np.arange(y.size)]).mean(), rel=1e-4)
        assert more.dev_error[seed] == pytest.approx((p.argmax(axis=0) != y).mean())
        seen = alone.examples.raw[:, alone.examples.part == TRAIN]
        assert seen.shape[1] > 100 and not (seen[:, :, None] == dev[:, None, :]).all(axis=0).any()


def test_the_first_row_is_the_network_as_it_is():
    first = next(news.value for news in Trials(SMALL, 100, 1).run(deque()) if isinstance(news, Record))
    assert first.name == "" and first.experiment == SMALL


@pytest.mark.parametrize(("field", "value"), [("steps", 10), ("seeds", 0)])
def test_steps_and_seeds_out_of_range_are_refused_with_the_range(field, value):
    for task in (Trials, Curve):
        with pytest.raises(ValueError, match=rf"{field} is {value}; it must be a whole number in \["):
            task(SMALL, **{field: value})


def test_remedies_are_ranked_by_dev_loss_with_what_was_not_tried_last():
    rows = (row("", 1.0, 1.1), row("L2", 0.5, 0.6), row("L1", refused="no"), row("Dropout", 2.0, 3.0))
    assert [one.name for one in ranked(rows)] == ["L2", "", "Dropout", "L1"]


def test_an_effect_counts_where_all_seeds_lie_on_one_side():
    base = row("", 1.0, 1.1, 1.2)
    assert effect(row("L2", 0.7, 0.8, 0.9), base) == "helps"
    assert effect(row("L2", 0.7, 0.8, 1.05), base) == "luck"
    assert effect(row("L2", 1.3, 1.4, np.inf), base) == "harms"


def test_the_summary_promises_nothing_that_may_be_luck():
    base = row("", 1.0, 1.1, 1.2)
    assert "this one lowers dev loss most: L2, 1.1 → 0.8" in summary(
        (base, row("L2", 0.7, 0.8, 0.9), row("L1", 1.0, 1.1, 2))
    )
    assert "none lowers dev loss by more than luck" in summary((base, row("L2", 0.7, 0.8, 1.15)))


def test_the_summary_says_by_how_much_and_how_sure_that_is():
    said = summary((row("", 0.3, 0.31, 0.32), row("L2", 0.2, 0.21, 0.22)))
    assert (
        "dev error 31\u00a0% → 21\u00a0%. All 3 seeds with it lie below all 3 without, as luck has it once in 20."
        in said
    )
    assert "as good as luck" in summary((row("", 0.3), row("L2", 0.2)))


def test_the_summary_names_what_is_as_good_as_the_best():
    base, best = row("", 0.9, 0.91, 0.92), row("L2", 0.2, 0.21, 0.25)
    worse, level = row("L1", 0.3, 0.31, 0.32), row("Dropout", 0.22, 0.23, 0.24)
    assert "As good" not in summary((base, worse, best))
    assert "As good, as far as that tells: Dropout." in summary((base, level, worse, best))


# -- strengths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sweep", STRENGTHS, ids=lambda one: one.title)
def test_every_strength_is_a_valid_experiment(sweep):
    plan = Plan.of(sweep, SMALL)
    assert len(plan.experiments) == len(sweep.values) * sweep.seeds
    assert len(plan.task().lengths) == (len(plan.experiments) if sweep.name == "generalise/epochs" else 0)


def test_epochs_of_a_sweep_are_those_that_each_trains():
    plan = Plan(sweeps["generalise/epochs"], SMALL, (7, 3), 2, 5)
    outcome = carried_out(plan, side=4)
    assert outcome.standing.epoch.tolist() == [7, 7, 3, 3]


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="it must be epochs from 1 on for each experiment"):
        PopulationTask((SMALL,), epochs=1, lengths=(1, 2))


# -- more examples ----------------------------------------------------------------------------------------------------


def test_sizes_halve_and_double_around_the_training_set():
    assert sizes(40, 320) == (10, 20, 40, 80, 160, 320)
    assert sizes(300, 300) == (37, 75, 150, 300)


def test_a_part_keeps_dev_and_test_and_scales():
    whole, _ = drawn(SMALL)
    some = part(whole, np.array([0, 3, 5]))
    assert some.x_train.shape[1] == 3 and (some.part == 0).sum() == 3
    assert some.x_dev is whole.x_dev and some.mean is whole.mean
    np.testing.assert_array_equal(some.model_units(some.raw[:, some.part == 0]), some.x_train)


def test_a_table_has_no_more_examples_than_its_own():
    iris = Experiment(data=with_source(Data(), "iris"))
    examples, now = drawn(iris)
    assert examples.y_train.size == now


def test_errors_by_number_of_examples_are_those_of_each_trained_alone():
    curve = [news.value for news in Curve(SMALL, 100, 1).run(deque()) if isinstance(news, Record)][-1]
    examples, now = drawn(SMALL)
    assert now in curve.examples and np.isfinite(curve.dev).all() and curve.sentence()
    order = np.random.default_rng([SMALL.data.seed, 7]).permutation(examples.y_train.size)
    at = curve.examples.index(now)
    alone = Trainer(SMALL, part(examples, np.sort(order[:now])))
    alone.steps(100)
    assert curve.dev_error[at, 0] == pytest.approx(1 - alone.scores().dev.accuracy)


@pytest.mark.parametrize(
    ("train", "dev", "said"),
    [
        ((0.0, 0.02), (0.4, 0.2), "still falls"),
        ((0.09, 0.1), (0.115, 0.11), "have met"),
        ((0.0, 0.0), (0.21, 0.2), "a gap is left"),
    ],
)
def test_what_more_examples_would_do_is_said(train, dev, said):
    curve = LearningCurve((100, 200), np.array(train)[:, None], np.array(dev)[:, None], 100, 600)
    assert said in curve.sentence()


# -- claims, by what the lab itself trains ----------------------------------------------------------------------------

NOISY = Experiment(
    data=Data(source="spiral", points=100, noise=0.2),
    network=Network(layers=(Layer(64, "relu"),) * 2),
    training=Training(learning_rate=0.01),
)


def test_l2_dropout_and_stopping_early_lower_the_dev_loss_in_all_of_five_seeds():
    """B10 and B13: 60 training points, some 300 epochs and more, in which the dev loss rises again."""
    found = tried(Trials(NOISY, 700, 5, ("L2", "Dropout", "Early stopping")))
    for name in ("L2", "Dropout", "Early stopping"):
        assert effect(found[name], found[""]) == "helps", name


def test_three_relus_enclose_a_circle_and_two_do_not():
    """B11."""
    circle = Experiment(
        data=Data(source="circles", classes=2),
        network=Network(layers=(Layer(3, "relu"),)),
        training=Training(learning_rate=0.03),
    )
    outcome = carried_out(Plan(sweeps["generalise/units"], circle, (2, 3), 5, 60), side=4)
    assert outcome.dev_accuracy[0, 0].max() < 0.9 < outcome.accuracy[0, 1]


def test_strong_l2_with_a_large_rate_diverges_in_all_of_five_seeds():
    """B12: |1 − α λ| = 2."""
    fast = Experiment(
        data=Data(points=100),
        network=Network(layers=(Layer(8, "tanh"),)),
        training=Training(optimiser="sgd", learning_rate=3.0),
    )
    outcome = carried_out(Plan(sweeps["generalise/l2"], fast, (0.1, 1.0), 5, 120), side=4)
    assert outcome.failed[0, 1].all() and not outcome.failed[0, 0].any()


@pytest.mark.parametrize(
    ("output", "rate", "strength", "weights", "least"),
    [("hierarchical", 0.5, 0.02, 38, 30), ("softmax", 0.1, 0.05, 40, 32)],
    ids=["one output", "two outputs"],
)
def test_an_l1_strength_leaves_few_weights_and_all_of_the_accuracy_in_all_of_five_seeds(
    output, rate, strength, weights, least
):
    """A tree of two classes has one question, and so one output; softmax has two, and two weights more."""
    circle = Experiment(
        data=Data(source="circles", classes=2, points=300, features=tuple(features)),
        network=Network(layers=(Layer(4, "tanh"), Layer(2, "tanh")), initialiser="xavier", output=output),
        training=Training(optimiser="sgd", learning_rate=rate),
    )
    outcome = carried_out(Plan(sweeps["generalise/l1"], circle, (strength,), 5, 150), side=4)
    assert [count for _, count in outcome.standing.zeros] == [weights] * 5
    assert min(zeros for zeros, _ in outcome.standing.zeros) >= least and outcome.dev_accuracy.min() >= 0.95


# -- the command line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [("generalise/remedies", 14), ("generalise/examples", 5)])
def test_what_was_tried_is_written_from_the_command_line(tmp_path, capsys, name, count):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    assert cli.run(["sweep", name, str(file), "--steps", "100", "--seeds", "1", "--out", str(tmp_path)]) == 0
    text = (tmp_path / f"{name.replace('/', '-')}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == count
    assert "Written to" in capsys.readouterr().out
