"""The timeline: any tick is reached again to the last bit, in bounded memory, and training goes on from there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import Event, Score, branch, from_json, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.in_training import ROWS
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, RUNAWAY, START, Doing, bits, future, moved, sessions, with_layers

bounded = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FASTER = moved(("training.learning_rate", 0.03))
TINY = Experiment(data=Data(points=20), network=Network(layers=()))


def trained(steps: int, start: Experiment = START, burst: int = 10, **limits: int) -> Timeline:
    """A session of some steps in bursts."""
    timeline = Timeline(Trainer(start), **limits)
    while timeline.place.tick < steps:
        timeline.steps(min(burst, steps - timeline.place.tick))
    return timeline


def diverged() -> Timeline:
    """A session that went well for 100 steps, then got a rate with which it could not."""
    timeline = trained(100, CALM)
    timeline.apply(RUNAWAY)
    timeline.steps(200)
    assert timeline.trainer.alarm
    return timeline


# -- going back ---------------------------------------------------------------------------------------------------


@bounded
@given(sessions(), st.data())
def test_any_moment_of_any_session_is_reached_again_to_the_last_bit(doing: Doing, data: st.DataObject) -> None:
    timeline = doing.timeline
    # what happened while paused lies at one tick: the last of it is what `restore` goes to
    last = {place.tick: seen for place, seen in doing.seen.items()}
    for tick in data.draw(st.lists(st.sampled_from(list(last)), max_size=4)):
        timeline.restore(tick)
        assert bits(timeline.trainer) == last[tick]


@bounded
@given(sessions(), st.data())
def test_what_is_done_after_going_back_is_recorded(doing: Doing, data: st.DataObject) -> None:
    timeline = doing.timeline
    tick = data.draw(st.integers(0, timeline.score.end))
    timeline.restore(tick, before=data.draw(st.booleans()))
    for _ in range(2):
        doing.do(data.draw)
    again = replay(timeline.score)
    there = timeline.place
    timeline.restore(timeline.score.end)
    assert bits(timeline.trainer) == bits(again)
    assert timeline.place >= there
    assert future(timeline.trainer) == future(again)


@pytest.mark.parametrize("tick", [0, 1, 99, 100, 101, 160, 199, 200])
def test_a_tick_between_checkpoints_is_the_run_as_it_was(tick: int) -> None:
    timeline = trained(200, most=4)
    timeline.restore(tick)
    alone = Trainer(START)
    if tick:
        alone.steps(tick)
    assert bits(timeline.trainer) == bits(alone)


def test_the_record_from_before_it_was_thinned_comes_back() -> None:
    timeline = trained(2 * ROWS, TINY, burst=200)
    alone = Trainer(TINY)
    alone.steps(ROWS - 3)
    assert timeline.trainer.history.stride > alone.history.stride
    timeline.restore(ROWS - 3)
    assert bits(timeline.trainer) == bits(alone)


def test_going_back_forgets_nothing() -> None:
    timeline = trained(100)
    timeline.apply(FASTER)
    timeline.steps(10)
    score, end = timeline.score, bits(timeline.trainer)
    timeline.restore(40)
    timeline.restore(110)
    assert (timeline.score, bits(timeline.trainer)) == (score, end)


def test_a_change_s_tick_is_reached_after_it() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.steps(10)
    timeline.restore(40)
    assert timeline.trainer.experiment == FASTER


def test_a_change_s_tick_is_reached_before_it() -> None:
    timeline = trained(40)
    then = bits(timeline.trainer)
    timeline.apply(with_layers(START, Layer(3)))
    timeline.steps(10)
    timeline.restore(40, before=True)
    assert bits(timeline.trainer) == then


def test_the_tick_before_a_restart_is_reached() -> None:
    timeline = trained(40)
    then = bits(timeline.trainer)
    timeline.restart()
    timeline.steps(10)
    timeline.restore(40, before=True)
    assert bits(timeline.trainer) == then


def test_after_going_back_a_divergence_falls_back_to_the_same_moment() -> None:
    timeline = diverged()
    after = bits(timeline.trainer)
    timeline.restore(timeline.place.tick - 2)
    assert timeline.trainer.alarm == ""
    timeline.steps(2)
    assert bits(timeline.trainer) == after


def test_data_that_are_gone_leave_the_trainer_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    rows = [f"{n % 7},{n % 5},{'ab'[n % 2]}" for n in range(40)]
    file.write_text("\n".join(["width,height,kind", *rows]), encoding="utf-8")
    timeline = Timeline(Trainer(Experiment(data=Data(source="file", file=str(file)))))
    timeline.steps(9)
    timeline.apply(START)
    timeline.steps(9)
    then = bits(timeline.trainer)
    file.unlink()
    with pytest.raises(ValueError, match=r"table\.csv"):
        timeline.restore(5)
    assert (timeline.place.tick, bits(timeline.trainer)) == (18, then)


@pytest.mark.parametrize("tick", [-1, 41])
def test_a_tick_that_never_was_is_refused(tick: int) -> None:
    with pytest.raises(ValueError, match=f"tick is {tick}; this session has 0 to 40"):
        trained(40).restore(tick)


# -- going on from there ------------------------------------------------------------------------------------------


def test_training_on_after_going_back_forgets_what_lay_ahead() -> None:
    timeline = trained(60)
    timeline.apply(FASTER)
    timeline.steps(10)
    timeline.restore(30)
    timeline.steps(5)
    assert timeline.score == Score(START, (), 35)


def test_a_change_after_going_back_forgets_what_lay_ahead() -> None:
    timeline = trained(60)
    timeline.restore(30)
    timeline.apply(FASTER)
    assert timeline.score == Score(START, (Event(30, FASTER),), 30)


def test_a_decision_can_be_taken_otherwise() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.steps(10)
    timeline.restore(40, before=True)
    timeline.apply(moved(("training.learning_rate", 0.001)))
    assert [event.experiment.training.learning_rate for event in timeline.score.events] == [0.001]


def test_a_branch_is_the_run_with_the_other_decision() -> None:
    timeline = trained(60, most=5)
    timeline.restore(30)
    timeline.apply(FASTER)
    timeline.steps(50)
    alone = Trainer(START)
    alone.steps(30)
    alone.apply(FASTER)
    alone.steps(50)
    assert bits(timeline.trainer) == bits(alone)


def test_no_checkpoint_of_a_branch_given_up_is_gone_back_to() -> None:
    timeline = trained(60)
    timeline.restore(30)
    timeline.apply(FASTER)
    timeline.steps(50)
    timeline.restore(55)
    assert bits(timeline.trainer) == bits(replay(Score(START, (Event(30, FASTER),), 80), 55))


def test_a_session_goes_on_from_its_score() -> None:
    lost = trained(60)
    lost.apply(FASTER)
    lost.steps(5)
    trainer = Trainer(START)
    trainer.restore(lost.trainer.checkpoint())
    timeline = Timeline(trainer, lost.score, lost.jumps)
    timeline.steps(20)
    lost.steps(20)
    timeline.restore(62)
    lost.restore(62)
    assert (timeline.score, bits(timeline.trainer)) == (lost.score, bits(lost.trainer))


def test_what_comes_before_a_session_went_on_is_reached_by_playing_from_the_start() -> None:
    lost = trained(60)
    trainer = Trainer(START)
    trainer.restore(lost.trainer.checkpoint())
    timeline = Timeline(trainer, lost.score, lost.jumps)
    timeline.restore(20)
    assert bits(timeline.trainer) == bits(replay(branch(lost.score, 20)))


def test_a_session_from_a_trainer_under_way_goes_back_to_where_it_began() -> None:
    alone = Trainer(START)
    alone.steps(25)
    then = bits(alone)
    timeline = Timeline(alone, limit=0)
    timeline.steps(30)
    timeline.restore(0)
    assert (timeline.trainer.step, bits(timeline.trainer)) == (25, then)


@pytest.mark.parametrize(("change", "same"), [(FASTER, True), (with_layers(START, Layer(3)), False)])
def test_only_another_network_is_laid_out_anew_after_going_back(change: Experiment, same: bool) -> None:
    timeline = trained(40)
    timeline.apply(change)
    timeline.steps(10)
    structure = timeline.trainer.structure
    timeline.restore(20)
    assert (timeline.trainer.structure == structure) == same


# -- recording ----------------------------------------------------------------------------------------------------


def test_steps_through_the_timeline_are_steps_of_the_trainer() -> None:
    timeline, alone = Timeline(Trainer(START)), Trainer(START)
    assert timeline.steps(1100) == alone.steps(1100) == 1100
    assert bits(timeline.trainer) == bits(alone)
    assert timeline.trainer.batch_losses.tobytes() == alone.batch_losses.tobytes()


def test_an_epoch_through_the_timeline_ends_at_its_last_example() -> None:
    timeline = trained(2)
    assert timeline.finish_epoch() == 2
    assert (timeline.trainer.position.epoch, timeline.trainer.position.used) == (1, 0)


def test_no_step_is_recorded_until_something_is_done_about_the_alarm() -> None:
    timeline = diverged()
    score = timeline.score
    assert (timeline.steps(10), timeline.score) == (0, score)


def test_steps_taken_before_a_divergence_are_counted() -> None:
    timeline = trained(100, CALM)
    alone = Trainer(CALM)
    alone.steps(100)
    timeline.apply(RUNAWAY)
    alone.apply(RUNAWAY)
    assert timeline.steps(200) == alone.steps(200)


def test_moves_have_captions_and_ticks() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.steps(10)
    timeline.restart()
    assert timeline.moves == ((40, "α 0.03"), (50, "restart"))


def test_moves_that_are_forgotten_are_listed_no_more() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.steps(10)
    timeline.restore(30)
    assert timeline.moves == ((40, "α 0.03"),)
    timeline.steps(1)
    assert timeline.moves == ()


def test_a_session_that_goes_on_lists_its_moves() -> None:
    lost = trained(20)
    lost.apply(FASTER)
    trainer = Trainer(START)
    trainer.restore(lost.trainer.checkpoint())
    assert Timeline(trainer, lost.score, lost.jumps).moves == lost.moves


def test_of_a_thousand_moves_some_dozen_are_listed() -> None:
    timeline = Timeline(Trainer(TINY))
    for n in range(1000):
        timeline.steps(1)
        timeline.apply(msgspec.structs.replace(TINY, seed=n + 5))
    assert 32 <= len(timeline.moves) <= 129
    assert timeline.moves[-1] == (1000, "Seed 1004")


# -- steps and ticks ----------------------------------------------------------------------------------------------


def test_steps_and_ticks_are_the_same_in_a_straight_run() -> None:
    timeline = trained(60)
    assert [timeline.tick_of(step) for step in (0, 30, 60, 61)] == [0, 30, 60, None]
    assert [timeline.step_at(tick) for tick in (0, 30, 60)] == [0, 30, 60]


def test_a_step_means_its_last_tick() -> None:
    timeline = trained(60)
    timeline.restart()
    timeline.steps(20)
    assert [timeline.tick_of(step) for step in (0, 20, 21, 59)] == [60, 80, 21, 59]


def test_every_tick_of_a_divergence_has_its_step() -> None:
    timeline = diverged()
    end, back = timeline.place.tick, timeline.trainer.step
    assert [timeline.step_at(tick) for tick in (end - 1, end)] == [end - 1, back]
    for tick in (end - 1, end):
        timeline.restore(tick)
        assert timeline.trainer.step == timeline.step_at(tick)


def test_steps_before_a_divergence_that_were_undone_are_still_reached() -> None:
    timeline = diverged()
    undone = timeline.trainer.step + 1
    tick = timeline.tick_of(undone)
    assert tick is not None
    timeline.restore(tick)
    assert timeline.trainer.step == undone


def test_steps_and_ticks_are_right_after_a_restart_was_taken_back() -> None:
    timeline = trained(60)
    timeline.restart()
    timeline.restore(60, before=True)
    timeline.steps(5)
    assert timeline.jumps == ((0, 0),)


def test_steps_and_ticks_are_right_after_going_back_beyond_what_is_known() -> None:
    lost = trained(60)
    trainer = Trainer(START)
    trainer.restore(lost.trainer.checkpoint())
    timeline = Timeline(trainer, lost.score)
    assert timeline.tick_of(20) is None
    timeline.restore(20)
    timeline.steps(5)
    assert (timeline.tick_of(25), timeline.step_at(20)) == (25, 20)


# -- memory -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 7, 50])
def test_there_are_never_more_checkpoints_than_allowed(most: int) -> None:
    timeline = Timeline(Trainer(TINY), most=most)
    for _ in range(150):
        timeline.steps(3)
        assert len(timeline.checkpoints) <= most


@pytest.mark.parametrize("limit", [0, 10_000, 100_000])
def test_checkpoints_never_take_more_than_allowed(limit: int) -> None:
    timeline = Timeline(Trainer(START), limit=limit)
    for _ in range(80):
        timeline.steps(3)
        assert timeline.size <= limit


def test_the_bytes_held_are_counted_as_checkpoints_come_and_go() -> None:
    timeline = trained(600, most=40)
    timeline.apply(with_layers(START, Layer(3)))
    timeline.steps(50)
    timeline.restore(300)
    timeline.apply(FASTER)
    for _ in range(30):
        timeline.steps(7)
        assert timeline.store.held == timeline.size


def test_a_session_without_room_for_a_checkpoint_still_goes_back() -> None:
    timeline = trained(60, limit=0)
    timeline.restore(30)
    assert (timeline.checkpoints, bits(timeline.trainer)) == ((), bits(replay(Score(START, (), 30))))


def test_checkpoints_lie_evenly() -> None:
    timeline = trained(4000, TINY, burst=7, most=50)
    ticks = [place.tick for place in timeline.checkpoints]
    assert 25 <= len(ticks) <= 50
    assert np.diff([*ticks, 4000]).max() <= 2 * timeline.spacing + 7
    assert timeline.spacing <= 2 * 4000 / 50


def test_many_moves_while_paused_get_checkpoints_of_their_own() -> None:
    timeline = trained(40, most=20)
    for n in range(200):
        timeline.apply(moved(("training.learning_rate", 0.001 + n / 1e4)))
    events = [place.events for place in timeline.checkpoints]
    assert max(np.diff([*events, 200])) <= 40


def test_checkpoints_share_the_record() -> None:
    one, all_of_them = trained(900, TINY, most=1), trained(900, TINY, most=100)
    record = sum(array.nbytes for array in all_of_them.trainer.checkpoint().history.values())
    assert all_of_them.size - one.size < len(all_of_them.checkpoints) * record / 4


def test_a_change_of_the_timeline_s_limits_does_not_show_in_the_numbers() -> None:
    assert bits(trained(150, most=2).trainer) == bits(trained(150, burst=13).trainer)


def test_other_data_on_the_way_are_gone_back_over() -> None:
    timeline = trained(30)
    then = bits(timeline.trainer)
    timeline.apply(msgspec.structs.replace(START, data=Data(source="iris", standardise=True)))
    timeline.steps(30)
    timeline.restore(30, before=True)
    assert bits(timeline.trainer) == then


def test_a_session_played_back_knows_to_the_tick_where_steps_began_anew() -> None:
    lived = Timeline(Trainer(CALM))
    lived.steps(201)
    lived.restart()
    lived.steps(77)
    lived.apply(RUNAWAY)
    lived.steps(60)
    lived.apply(CALM)
    lived.go_on()
    lived.steps(9)
    lived.restart()
    lived.steps(3)
    assert performed(lived.score).jumps == lived.jumps


@pytest.mark.parametrize("tick", [30, 31])
def test_what_is_known_of_a_tick_stays_when_it_is_gone_back_to(tick: int) -> None:
    lived = Timeline(Trainer(START), most=1)
    lived.steps(30)
    lived.restart()
    lived.steps(30)
    jumps = lived.jumps
    lived.restore(tick, before=True)
    assert lived.jumps == jumps


# -- a drag is one mark ---------------------------------------------------------------------------------------------


def dragged(timeline: Timeline, *rates: float, gesture: int) -> None:
    """Moves the learning rate through these, some steps apart, as a drag does while training goes on."""
    for rate in rates:
        timeline.apply(changed(timeline.trainer.experiment, "training.learning_rate", rate), gesture)
        timeline.steps(300)


def test_a_drag_is_one_mark_from_its_first_value_to_its_last():
    timeline = Timeline(Trainer(Experiment()))
    timeline.steps(100)
    dragged(timeline, 0.02, 0.05, 0.08, gesture=1)
    assert timeline.moves == ((700, "α 0.01 → 0.08"),)
    assert [said for _, _, said in timeline.trainer.marks] == ["α 0.01 → 0.08"]


def test_a_drag_is_one_mark_in_a_session_that_is_reopened_too():
    timeline = Timeline(Trainer(Experiment()))
    timeline.steps(100)
    dragged(timeline, 0.02, 0.05, 0.08, gesture=1)
    dragged(timeline, 0.03, 0.01, gesture=2)
    again = performed(from_json(timeline.score.to_json()))
    assert [said for _, said in again.moves] == [said for _, said in timeline.moves]
    assert again.trainer.marks == timeline.trainer.marks
    assert len(again.moves) == 2


@pytest.mark.parametrize("event", [{"restart": True}, {"edit": {"kind": "bias", "layer": 0, "unit": 0, "value": 1.0}}])
def test_only_a_change_of_a_setting_goes_on_with_a_drag(event):
    timeline = Timeline(Trainer(Experiment()))
    dragged(timeline, 0.02, 0.05, gesture=1)
    tree = json.loads(timeline.score.to_json())
    tree["events"].append({"beat": tree["end"], "drag": True} | event)
    with pytest.raises(ValueError, match="event 3 cannot be a drag"):
        from_json(json.dumps(tree))


def test_a_session_whose_first_change_goes_on_with_none_reads_as_if_that_were_its_first():
    timeline = Timeline(Trainer(Experiment()))
    dragged(timeline, 0.02, 0.05, gesture=1)
    tree = json.loads(timeline.score.to_json())
    tree["events"][0]["drag"] = True
    assert from_json(json.dumps(tree)) == timeline.score


def test_two_drags_are_two_marks():
    timeline = Timeline(Trainer(Experiment()))
    timeline.steps(100)
    dragged(timeline, 0.02, 0.05, gesture=1)
    dragged(timeline, 0.03, 0.01, gesture=2)
    assert [said for _, said in timeline.moves] == ["α 0.01 → 0.05", "α 0.05 → 0.01"]
    assert [said for _, _, said in timeline.trainer.marks] == ["α 0.01 → 0.05", "α 0.05 → 0.01"]


def test_one_change_alone_says_what_it_came_to():
    timeline = Timeline(Trainer(Experiment()))
    timeline.steps(100)
    dragged(timeline, 0.03, gesture=1)
    assert [said for _, said in timeline.moves] == ["α 0.03"]


def test_a_drag_begun_at_the_start_is_marked_once_there_are_steps():
    timeline = Timeline(Trainer(Experiment()))
    dragged(timeline, 0.02, 0.05, gesture=1)
    assert [said for _, _, said in timeline.trainer.marks][-1].endswith("0.05")
    assert len(timeline.moves) == 1


def test_a_drag_trains_like_single_moves():
    one, other = Timeline(Trainer(Experiment())), Timeline(Trainer(Experiment()))
    dragged(one, 0.02, 0.05, gesture=1)
    dragged(other, 0.02, 0.05, gesture=0)
    assert [event.drag for event in one.score.events] == [False, True]
    assert [replace(event, drag=False) for event in one.score.events] == list(other.score.events)
    assert np.array_equal(one.trainer.parameters, other.trainer.parameters)
