"""Twins: exact copies that take the same steps, part by what is moved, and go back together."""

from __future__ import annotations

import gc
import weakref

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.probes.probe import Looked
from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.timeline.score import Place
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.comparison import Disagreement, comparable, disagreement
from hyperscope.lab.twins.standing import Figures, Luck, Standing, standing
from hyperscope.lab.twins.trained import Trained
from hyperscope.lab.twins.twin import PartedTwins, Twins, begin
from hyperscope.lab.twins.twin_words import differences, in_words, lead
from hyperscope.lab.worker.answer import snapshot
from hyperscope.lab.worker.commands import Look
from lab.sessions import CALM, RUNAWAY, START, bits, moved, with_layers

RATE = "training.learning_rate"
SLOWER = moved((RATE, 0.001))
MIXED = moved(  # all that draws random numbers, and all that remembers
    ("network.layers.0.dropout", 0.3),
    ("network.layers.1.dropout", 0.2),
    ("data.augment_move", 0.1),
)


def line(experiment: Experiment = START, steps: int = 30) -> Timeline:
    """A timeline that has come so far."""
    made = Timeline(Trainer(experiment))
    made.steps(steps)
    return made


def twins(experiment: Experiment = START, steps: int = 30) -> Twins:
    return begin(line(experiment, steps))


def test_a_twin_begins_as_an_exact_copy() -> None:
    pair = twins()
    assert bits(pair.b.trainer) == bits(pair.a.trainer)
    assert (pair.b.place, pair.b.score, pair.b.jumps, pair.b.moves) == (
        pair.a.place,
        pair.a.score,
        pair.a.jumps,
        pair.a.moves,
    )


@pytest.mark.parametrize("experiment", [START, MIXED, moved(("training.optimiser", "rmsprop"), ("seed", 3))])
def test_without_a_difference_twins_are_equal_to_the_last_bit(experiment: Experiment) -> None:
    pair = twins(experiment)
    for count in (1, 70, 129, 200):
        pair.steps(count)
    assert bits(pair.a.trainer) == bits(pair.b.trainer)


def test_a_twin_changes_nothing_of_the_first() -> None:
    alone, pair = line(MIXED), twins(MIXED)
    pair.apply_each(MIXED, msgspec.structs.replace(MIXED, training=Training(learning_rate=0.3)))
    for count in (5, 61, 200):
        pair.steps(count)
        alone.steps(count)
    assert bits(pair.a.trainer) == bits(alone.trainer)


def test_twins_with_a_difference_see_the_same_mini_batches() -> None:
    pair = twins()
    pair.apply_each(START, SLOWER)
    pair.steps(17)
    assert np.array_equal(pair.a.trainer.last_batch, pair.b.trainer.last_batch)
    assert bits(pair.a.trainer)["vectors"] != bits(pair.b.trainer)["vectors"]


def test_restart_takes_both_to_the_same_start() -> None:
    pair = twins()
    pair.apply_each(START, SLOWER)
    pair.steps(20)
    pair.restart()
    assert pair.a.trainer.step == pair.b.trainer.step == 0
    assert bits(pair.a.trainer)["vectors"][0] == bits(pair.b.trainer)["vectors"][0]


def test_both_go_back_to_the_same_tick() -> None:
    pair = twins()
    pair.apply_each(START, SLOWER)
    pair.steps(10)
    there = bits(pair.a.trainer), bits(pair.b.trainer)
    pair.steps(25)
    pair.restore(40)
    assert (bits(pair.a.trainer), bits(pair.b.trainer)) == there


def test_before_the_twin_began_both_are_equal() -> None:
    pair = twins()
    pair.apply_each(START, SLOWER)
    pair.steps(25)
    pair.restore(20)
    assert bits(pair.a.trainer) == bits(pair.b.trainer)
    assert pair.b.trainer.experiment == START


def test_a_twin_of_a_run_that_was_gone_back_in_knows_what_lies_ahead() -> None:
    a = line(steps=60)
    a.restore(20)
    pair = begin(a)
    pair.restore(60)
    assert bits(pair.a.trainer) == bits(pair.b.trainer)
    assert pair.end == 60


def test_the_copies_keep_their_checkpoints_apart() -> None:
    pair = twins(steps=600)
    pair.apply_each(START, SLOWER)
    pair.steps(600)
    before = bits(pair.a.trainer), bits(pair.b.trainer)
    pair.restore(700)
    pair.restore(1200)
    assert (bits(pair.a.trainer), bits(pair.b.trainer)) == before


def test_one_that_diverges_stands_while_the_other_goes_on() -> None:
    pair = twins(CALM)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    news = pair.news()
    assert pair.a.trainer.step == 330
    assert news.alarm and not news.halted
    assert news.said.startswith("B: Training stopped") and news.said.endswith("A goes on.")


def test_what_stopped_is_said_once() -> None:
    pair = twins(CALM)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    pair.news()
    pair.steps(10)
    assert not pair.news().said


def test_when_both_have_diverged_training_halts() -> None:
    pair = twins(CALM)
    pair.apply_each(RUNAWAY, RUNAWAY)
    pair.steps(300)
    assert pair.news().halted


def test_one_that_stopped_goes_on_when_its_control_is_moved() -> None:
    pair = twins(CALM)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    stood = pair.b.trainer.step
    pair.go_on()
    pair.steps(5)
    assert pair.b.trainer.step == stood
    pair.apply_each(CALM, CALM)
    pair.steps(5)
    assert pair.b.trainer.step == stood + 5


def test_going_on_when_both_stopped_tries_both_again() -> None:
    pair = twins(CALM)
    pair.apply_each(RUNAWAY, RUNAWAY)
    pair.steps(300)
    pair.go_on()
    assert pair.steps(5) > 0


def test_one_that_ended_earlier_stays_at_its_end_when_gone_ahead() -> None:
    pair = twins(CALM)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    pair.news()
    end = pair.b.end
    pair.restore(10)
    pair.restore(330)
    assert pair.a.place.tick == 330
    assert pair.b.place.tick == end < 330


def test_data_that_cannot_be_had_is_refused_for_that_twin_alone() -> None:
    pair = twins()
    nowhere = msgspec.structs.replace(START, data=Data(source="file", file="nowhere.csv"))
    _, refused = pair.apply_each(SLOWER, nowhere)
    assert refused.startswith("B: ") and "nowhere.csv" in refused
    assert pair.a.trainer.experiment == SLOWER
    assert pair.b.trainer.experiment == START


def test_moves_say_whose_they_were() -> None:
    pair = twins()
    pair.apply_each(moved(("training.l2", 0.01)), SLOWER)
    pair.steps(4)
    pair.restart()
    assert pair.moves == ((30, "A: λ 0.01"), (30, "B: α 0.001"), (34, "restart"))


def test_what_was_kept_is_said_with_the_letter() -> None:
    pair = twins()
    said, _ = pair.apply_each(START, SLOWER)
    assert said.startswith("B: α 0.01 → 0.001 at epoch 8: weights and Adam's memory kept.")
    said, _ = pair.apply_each(moved(("training.l2", 0.01)), moved(("training.l2", 0.01), (RATE, 0.001)))
    assert said.startswith("Both: λ")


def test_an_ended_pair_comes_back_while_the_one_that_stayed_stands() -> None:
    pair = twins()
    parted = PartedTwins(pair, pair.b)
    assert parted.again(pair.b, (START, START)) is pair
    pair.b.steps(1)
    assert parted.again(pair.b, (START, START)) is None


def test_the_one_that_went_is_let_go_once_the_other_has_moved() -> None:
    trained = Trained(twins().a)
    pair, _ = trained.start_twin(START, START, None)
    gone = weakref.ref(pair.b)
    trained.end_twin(pair, "A")
    assert pair.b in trained.within_reach()
    del pair
    trained.timeline.steps(1)
    assert trained.within_reach() == trained.lines
    gc.collect()
    assert gone() is None


# -- comparing ----------------------------------------------------------------------------------------------------


def compared(a: Trainer, b: Trainer) -> Disagreement | None:
    return disagreement((Looked(a), Looked(b)), InPlane())


def test_equal_twins_disagree_nowhere() -> None:
    pair = twins()
    found = compared(pair.a.trainer, pair.b.trainer)
    assert found.plane == 0 and not found.strength.any()
    assert found.examples is not None and not found.examples.any()


def test_disagreement_is_half_the_summed_difference_of_probabilities() -> None:
    pair = twins()
    pair.apply_each(START, moved((RATE, 0.1)))
    pair.steps(100)
    a, b = pair.a.trainer, pair.b.trainer
    found = compared(a, b)
    p, q = decision_map(a, InPlane()).p, decision_map(b, InPlane()).p
    assert np.array_equal(found.strength, 0.5 * np.abs(p - q).sum(axis=0))
    assert found.strength.max() <= 1 + 1e-6
    assert found.plane == pytest.approx((p.argmax(0) != q.argmax(0)).mean())


def test_twins_with_other_noise_are_compared_on_the_plane_of_a() -> None:
    a, b = Trainer(START), Trainer(moved(("data.noise", 0.3)))
    found = compared(a, b)
    assert found.extent == a.examples.plane.extent
    assert found.examples is None


def test_twins_of_which_one_standardises_its_inputs_are_compared_on_the_same_examples() -> None:
    a, b = Trainer(START), Trainer(moved(("data.standardise", True)))
    assert compared(a, b).examples is not None


def test_twins_on_other_tables_have_no_plane_in_common() -> None:
    a, b = Trainer(START), Trainer(msgspec.structs.replace(START, data=with_source(START.data, "iris")))
    assert not comparable(a, b)
    assert compared(a, b) is None


def standing_at(
    *losses: float,
    luck: float = 0.0,
    epochs: tuple[float, float] = (140, 140),
    accuracies: tuple[float, float] = (0.9, 0.9),
) -> Standing:
    """Twins with these dev losses and accuracies, and what luck could make of either."""
    a, b = (Figures(*of, accuracy, accuracy) for *of, accuracy in zip(epochs, losses, losses, accuracies, strict=True))
    return Standing(2240, a, b, Luck(luck, luck))


def test_the_lower_dev_loss_leads_by_so_many_per_cent_with_this_seed() -> None:
    found = lead(standing_at(0.034, 0.021), START, SLOWER)
    assert found.who == "B"
    assert found.sentence == "B leads with seed 7 after 140 epochs: dev loss 0.021 against 0.034 (−38\u00a0%)."


def test_losses_within_one_per_cent_are_level() -> None:
    found = lead(standing_at(0.0340, 0.0338), START, SLOWER)
    assert found.who == "" and found.sentence.startswith("A and B are level after 140 epochs: dev loss 0.034 and 0.034")


def test_a_difference_that_luck_could_make_is_called_so() -> None:
    found = lead(standing_at(0.034, 0.021, luck=0.02), START, SLOWER)
    said = "One seed decides nothing after 140 epochs: dev loss 0.034 and 0.021, which luck could make."
    assert (found.who, found.sentence) == ("", said)


def test_equal_twins_are_said_to_be_equal() -> None:
    assert lead(standing_at(0.034, 0.034), START, START).sentence.startswith("A and B are equal after 140 epochs.")


def test_a_difference_that_made_none_is_no_lead() -> None:
    assert lead(standing_at(0.034, 0.034), START, SLOWER).sentence.endswith("What differs has made no difference yet.")


@pytest.mark.parametrize("output", ["one-vs-all", "squared error", "hinge", "Weston-Watkins", "Crammer-Singer"])
def test_losses_of_two_kinds_are_not_compared(output: str) -> None:
    other = moved(("network.output", output))
    found = lead(standing_at(0.034, 0.6, accuracies=(0.9, 0.95)), START, other)
    assert found.who == "B" and "dev accuracy 95.0\u00a0% against 90.0\u00a0%" in found.sentence


def test_softmax_and_its_tree_have_losses_of_one_kind() -> None:
    found = lead(standing_at(0.2, 0.4), START, moved(("network.output", "hierarchical")))
    assert "dev loss 0.200 against 0.400" in found.sentence


def test_twins_with_other_batches_are_compared_after_as_many_steps() -> None:
    assert "after 2240 steps" in lead(standing_at(0.2, 0.4, epochs=(140, 50)), START, SLOWER).sentence


# -- at the same step ---------------------------------------------------------------------------------------------


def status_of(pair: Twins, playing: bool = True) -> tuple[Status, Status]:
    """What the window is shown of both."""
    trained = Trained(pair.a)
    trained.twins, trained.timeline = pair, pair
    asked = snapshot(trained, Look(()), playing=playing, speed=0.0, said="", alarm=False, halted=False, rested=False)
    return asked.sides[0].status, asked.sides[1].status


def test_untouched_twins_show_the_same_figures_whatever_was_looked_at_before() -> None:
    pair = twins(CALM)
    pair.steps(7)
    pair.a.trainer.scores()  # as the library's recorder and others do, of A alone
    pair.steps(20)
    pair.b.trainer.scores()
    pair.steps(1)
    a, b = status_of(pair)
    assert (a.train_loss, a.dev_loss) == (b.train_loss, b.dev_loss)
    assert a.dev_loss == pair.a.trainer.scores().dev.loss


def test_a_twin_that_stands_is_compared_after_a_step_that_both_have_taken() -> None:
    pair = twins(CALM)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    a, b = status_of(pair, playing=False)
    assert a.step > b.step
    assert (a.scored or a.step) == (b.scored or b.step) <= b.step
    found = stands(pair)
    assert found.apart and found.step == (a.scored or a.step)
    assert (found.a.dev_loss, found.b.dev_loss) == (a.dev_loss, b.dev_loss)


def test_twins_at_different_steps_are_not_said_to_disagree() -> None:
    pair = twins(CALM)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    assert compared(pair.a.trainer, pair.b.trainer) is None


def test_a_small_difference_of_few_examples_is_within_luck() -> None:
    pair = twins(START)
    pair.apply_each(START, moved((RATE, START.training.learning_rate * 1.05)))
    pair.steps(200)
    found = stands(pair)
    assert 0 < abs(found.a.dev_loss - found.b.dev_loss) < found.luck.loss
    assert lead(found, START, SLOWER).who == ""


def test_twins_with_the_same_points_and_other_shares_of_them_for_dev_are_compared() -> None:
    pair = twins(START)
    pair.apply_each(START, moved(("data.dev_share", 0.41)))
    pair.steps(20)
    assert 0 < stands(pair).luck.loss < np.inf


def test_a_rate_a_thousand_times_too_small_is_not_luck() -> None:
    pair = twins(START)
    pair.apply_each(START, moved((RATE, 1e-5)))
    pair.steps(200)
    assert lead(stands(pair), START, moved((RATE, 1e-5))).who == "A"


def stands(pair: Twins) -> Standing:
    found = standing((Looked(pair.a.trainer), Looked(pair.b.trainer)), None)
    assert found is not None
    return found


def test_what_differs_is_named_in_short() -> None:
    assert in_words(START, SLOWER) == ("α 0.01", "α 0.001")
    assert in_words(START, moved(("training.optimiser", "momentum"))) == ("Adam", "Momentum")
    assert in_words(START, moved((RATE, 0.1), ("training.l2", 0.1))) == ("α 0.01 + 1", "α 0.1 + 1")
    assert in_words(START, START) == ("", "")
    assert in_words(START, with_layers(START, Layer())) == ("3 hidden layers", "1 hidden layer")


def test_a_difference_alike_in_all_layers_counts_once() -> None:
    ours = Experiment(network=Network(layers=(Layer(8, "tanh"),) * 2))
    theirs = Experiment(network=Network(layers=(Layer(8, "relu"),) * 2))
    (found,) = differences(ours, theirs)
    assert found.path == "network.layers.*.activation"
    assert (found.a, found.b) == ("tanh", "ReLU")


def test_the_place_of_a_pair_is_that_of_the_one_further_on() -> None:
    pair = twins(CALM)
    pair.apply_each(RUNAWAY, CALM)
    pair.steps(300)
    assert pair.place == Place(330, pair.b.place.events)
    assert pair.trainer is pair.a.trainer
