"""A live run made again: with its own seed to the last digit, with others the same changes at the same steps."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import PAINTED, Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.experiment.painted import NO_POINTS
from hyperscope.lab.jobs.seeds import LEAST, Seeds, TenSeeds
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.timeline.replays import Replay, epochs_of, reseeded, since_it_began
from hyperscope.lab.timeline.score import Score, from_json, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.trained import Trained
from hyperscope.lab.twins.twin import begin
from hyperscope.lab.worker.answer import snapshot
from hyperscope.lab.worker.commands import Look
from lab.sessions import CALM, RUNAWAY, START, Doing, bits, moved, with_layers
from lab.strategies import runnable
from lab.tasks import result_of
from probed import ASKS, asks, views

RATE = "training.learning_rate"  # an epoch of START has 4 steps


def live(experiment: Experiment = START) -> Timeline:
    return Timeline(Trainer(experiment))


def dev_loss(line: Timeline) -> float:
    return line.trainer.scores().dev.loss


def replayed(line: Timeline) -> Replay:
    """The run once more, to where the live one stands."""
    score = since_it_began(line)
    assert score is not None
    made = Replay(score)
    made.to(line.trainer.position.epoch, whole=True)
    return made


def same(line: Timeline) -> bool:
    return replayed(line).trainer.scores().dev.loss == dev_loss(line)


def change(line: Timeline, path: str, value: float | str) -> None:
    line.apply(changed(line.trainer.experiment, path, value))


# -- with its own seed --------------------------------------------------------------------------------------------


def test_a_control_moved_on_the_way_is_moved_at_its_step() -> None:
    line = live()
    line.steps(10)
    change(line, RATE, 0.1)
    line.steps(14)
    change(line, "training.optimiser", "momentum")
    line.steps(16)
    assert same(line)
    assert Trainer(line.trainer.experiment).scores().dev.loss != dev_loss(line)


def test_a_layer_added_on_the_way_is_added_at_its_step() -> None:
    line = live()
    line.steps(12)
    line.apply(with_layers(START, *START.network.layers, Layer(4, "tanh")))
    line.steps(12)
    assert same(line)


def test_a_weight_set_by_hand_is_set_at_its_step() -> None:
    line = live()
    line.steps(7)
    line.edit(Edit("layer1.weights", (0, 1), 2.0))
    line.steps(13)
    assert same(line)


def test_points_painted_on_the_way_are_painted_at_their_step() -> None:
    draw = np.random.default_rng(1)
    points = NO_POINTS
    for c in range(2):
        points = points.added(draw.normal(2 * c - 1, 0.8, (2, 30)), c)
    painted = msgspec.structs.replace(START, data=Data(source=PAINTED, painted=points.written(), classes=2))
    line = live(painted)
    line.steps(9)
    more = points.added(draw.normal(0, 1, (2, 12)), 0)
    line.apply(changed(painted, "data.painted", more.written()))
    line.steps(11)
    line.finish_epoch()
    assert same(line)


def test_what_came_before_a_restart_is_left_out() -> None:
    line = live()
    line.steps(20)
    change(line, RATE, 0.1)
    line.restart()
    line.steps(8)
    score = since_it_began(line)
    assert score == Score(moved((RATE, 0.1)), (), 8)
    assert same(line)


def test_a_new_start_begins_anew() -> None:
    line = live()
    line.steps(20)
    change(line, "seed", 12)
    line.steps(8)
    assert since_it_began(line) == Score(moved(("seed", 12)), (), 8)


def test_a_run_gone_back_on_counts_only_to_where_it_stands() -> None:
    line = live()
    line.steps(8)
    change(line, RATE, 0.1)
    line.steps(20)
    line.restart()
    line.steps(4)
    line.restore(16)
    assert same(line)


def test_a_divergence_on_the_way_is_gone_through() -> None:
    line = live(RUNAWAY)
    line.steps(40)
    assert line.trainer.alarm
    line.apply(CALM)
    line.steps(40)
    assert same(line) and not replayed(line).diverged


def test_changes_of_the_training_before_the_first_step_count_as_the_start() -> None:
    line = live()
    change(line, RATE, 0.1)
    line.steps(8)
    assert since_it_began(line) == Score(moved((RATE, 0.1)), (), 8)


def test_what_began_with_trained_weights_cannot_be_replayed() -> None:
    trainer = Trainer(START)
    trainer.steps(8)
    line = Timeline(trainer)
    line.steps(8)
    assert since_it_began(line) is None
    line.restart()
    line.steps(4)
    assert same(line)


def test_of_several_starts_it_is_the_last_before_where_it_stands() -> None:
    trainer = Trainer(START)
    trainer.steps(8)
    line = Timeline(trainer)
    line.steps(4)
    for seed in (12, 13):
        change(line, "seed", seed)
        line.steps(6)
    line.restore(8)
    assert since_it_began(line) == Score(moved(("seed", 12)), (), 4)


def test_what_begins_in_the_midst_of_a_drag_is_read_again() -> None:
    line = live()
    line.steps(10)
    for noise in (0.12, 0.15, 0.2):
        line.apply(moved(("data.noise", noise)), gesture=3)
    line.steps(8)
    score = since_it_began(line)
    assert from_json(score.to_json()) == score
    assert same(line)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_session_that_did_not_stop_itself_is_replayed_to_the_last_digit(data: st.DataObject) -> None:
    doing = Doing(Timeline(Trainer(data.draw(runnable()))))
    line = doing.timeline
    for _ in range(data.draw(st.integers(0, 8))):
        doing.do(data.draw)
        assume(not line.trainer.alarm)
    line.finish_epoch()
    assume(not line.trainer.alarm)
    assert np.array_equal(replayed(line).trainer.scores().dev.loss, dev_loss(line), equal_nan=True)


# -- with others --------------------------------------------------------------------------------------------------


def test_other_seeds_have_the_same_changes_at_the_same_steps() -> None:
    line = live()
    line.steps(10)
    change(line, RATE, 0.1)
    line.steps(10)
    score = since_it_began(line)
    other = reseeded(score, 3)
    assert [event.tick for event in other.events] == [10]
    assert (other.start, other.experiment) == (moved(("seed", 10)), moved((RATE, 0.1), ("seed", 10)))


def outcome(a: Timeline, b: Timeline, epochs: int = 0, count: int = 2) -> Seeds:
    return result_of(TenSeeds(since_it_began(a), since_it_began(b), epochs, count))


def test_the_first_of_the_seeds_is_the_live_run_to_the_last_digit() -> None:
    pair = begin(live())
    pair.steps(40)  # epoch 10
    pair.apply_each(START, moved((RATE, 0.1)))
    pair.steps(80)  # epoch 30
    found = outcome(pair.a, pair.b)
    assert found.epoch[-1] == 30 and found.b.loss[0, -1] == dev_loss(pair.b)
    before, alike = found.epoch <= 10, {"rtol": 1e-4}  # A's are stacked, so they are rounded otherwise
    assert found.moved and np.allclose(found.a.loss[:, before], found.b.loss[:, before], **alike)


def test_after_the_last_change_there_is_time_to_see_it() -> None:
    line = live()
    line.steps(40)
    change(line, RATE, 0.1)
    found = outcome(live(), line)
    assert found.epoch[-1] == 10 + LEAST


def test_epochs_are_counted_in_batches_as_large_as_they_were() -> None:
    line = live()
    line.steps(8)  # 2 epochs
    change(line, "training.batch_size", 1024)
    line.steps(3)
    assert epochs_of(since_it_began(line)) == (5, 2)


def test_a_seed_that_diverges_goes_on_with_the_change_that_ended_it() -> None:
    line = live(RUNAWAY)
    line.steps(40)
    line.apply(CALM)
    line.steps(40)
    found = outcome(live(CALM), line)
    assert np.isfinite(found.b.loss[:, -1]).all()


def test_a_run_that_stopped_early_stands_until_the_next_change() -> None:
    line = live(moved(("training.patience", 2)))
    line.steps(400)
    assert line.trainer.stopped_early
    change(line, RATE, 0.001)
    line.steps(12)
    assert same(line)


# -- what the window is told --------------------------------------------------------------------------------------


def told(trained: Trained, *wanted: str) -> Snapshot:
    look = Look((), asks(*wanted))
    return snapshot(trained, look, playing=False, speed=0.0, said="", alarm=False, halted=False, rested="")


def test_a_worker_gives_the_scores_of_both_twins() -> None:
    line = live()
    line.steps(8)
    trained = Trained(line)
    pair, _ = trained.start_twin(START, START, None)
    pair.apply_each(START, moved((RATE, 0.1)))
    a, b = told(trained, "twin scores").told[ASKS["twin scores"]]
    assert (a.events, [event.tick for event in b.events]) == ((), [8])


def test_where_there_are_no_twins_it_gives_none() -> None:
    assert told(Trained(live()), "twin scores").told[ASKS["twin scores"]] == ()


def test_a_session_is_told_with_where_it_stands() -> None:
    line = live()
    line.steps(8)
    change(line, RATE, 0.1)
    line.steps(4)
    line.restore(8, before=True)
    found = told(Trained(line), "score").told[ASKS["score"]]
    assert (found.score, found.here, found.whole) == (line.score, (8, 0), True)
    assert found.experiment == START


@pytest.mark.parametrize("again", ["restart", "another seed"])
def test_a_session_that_began_elsewhere_is_whole_once_training_began_anew(again: str) -> None:
    trainer = Trainer(START)
    trainer.steps(8)
    line = Timeline(trainer)
    line.steps(4)
    assert not told(Trained(line), "score").told[ASKS["score"]].whole
    if again == "restart":
        line.restart()
    else:
        change(line, "seed", 12)
    change(line, RATE, 0.1)
    line.steps(6)
    found = told(Trained(line), "score").told[ASKS["score"]]
    assert found.whole and bits(replay(found.score)) == bits(line.trainer)
    line.restore(2)
    assert not told(Trained(line), "score").told[ASKS["score"]].whole


def test_what_is_wanted_for_an_export_is_there_of_both_twins() -> None:
    trained = Trained(live())
    trained.start_twin(START, START, None)
    seen = told(trained, "score", "distributions")
    assert [views(side).keys() for side in seen.wanted] == [{"distributions"}, {"distributions"}]
