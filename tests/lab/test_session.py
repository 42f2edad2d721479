"""The session: moves, undo and transport, and what it does when its worker is lost."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from faults import no_more_files
from hyperscope.knob import Value
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import changed, every_knob
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.session.session import Session, Unheard
from hyperscope.lab.session.sides import MOST_LAYERS
from hyperscope.lab.timeline.score import Event, Score
from hyperscope.lab.training.effects import Effect, of_knob
from hyperscope.lab.worker import runner
from hyperscope.lab.worker.tempo import Tempo
from lab.live import RATE, SMALL, fresh, kill_worker, tick_until, until
from lab.sessions import RUNAWAY
from lab.tasks import ends
from patience import SECONDS
from probed import asks, views

Start = Callable[..., Session]


@pytest.fixture
def session(start: Start) -> Session:
    """A session that stands still."""
    return start()


@pytest.fixture
def playing(start: Start) -> Session:
    """A session that trains, and has begun to."""
    made = start(playing=True)
    until(made, lambda _: made.status.step > 0)
    return made


@pytest.fixture
def killable(start: Start) -> Session:
    """A session that stands still, its worker in a process that can be lost."""
    return start(killable=True)


@pytest.fixture
def training(start: Start) -> Session:
    """The same, but it trains and has begun to."""
    made = start(playing=True, killable=True)
    until(made, lambda _: made.status.step > 0)
    return made


# -- moves --------------------------------------------------------------------------------------------------------


def test_a_move_shows_in_the_experiment_at_once(session: Session) -> None:
    session.move(RATE, 0.3)
    assert session.experiment == changed(SMALL, RATE, 0.3)


def test_a_star_moves_every_layer(session: Session) -> None:
    session.move("network.layers.*.batch_norm", "before")
    assert {layer.batch_norm for layer in session.experiment.network.layers} == {"before"}


@pytest.mark.parametrize(("path", "value"), [(RATE, 99.0), ("training.speed", 1), ("network.layers.7.units", 4)])
def test_a_move_that_is_not_allowed_moves_nothing(session: Session, path: str, value: Value) -> None:
    with pytest.raises((ValueError, LookupError)):
        session.move(path, value)
    assert session.experiment == SMALL
    assert not session.undo()


def test_undo_goes_back_one_move(session: Session) -> None:
    session.move(RATE, 0.3)
    session.move("training.batch_size", 8)
    assert session.undo()
    assert session.experiment == changed(SMALL, RATE, 0.3)


def test_redo_goes_forward_again(session: Session) -> None:
    session.move(RATE, 0.3)
    session.undo()
    assert session.redo()
    assert session.experiment == changed(SMALL, RATE, 0.3)


def test_there_is_nothing_to_undo_or_redo_at_first(session: Session) -> None:
    assert not session.undo()
    assert not session.redo()


def test_a_whole_drag_is_undone_as_one_move(session: Session) -> None:
    for number in range(1, 50):
        session.move(RATE, number / 100)
    assert session.undo()
    assert session.experiment == SMALL
    assert not session.undo()


def test_a_drag_after_another_move_is_undone_by_itself(session: Session) -> None:
    for path, value in ((RATE, 0.1), ("training.batch_size", 8), (RATE, 0.2), (RATE, 0.3)):
        session.move(path, value)
    session.undo()
    assert session.experiment == changed(changed(SMALL, RATE, 0.1), "training.batch_size", 8)


def test_a_drag_after_an_undo_can_be_undone(session: Session) -> None:
    session.move(RATE, 0.1)
    session.undo()
    session.move(RATE, 0.2)
    session.undo()
    assert session.experiment == SMALL


def test_a_move_forgets_what_could_be_redone(session: Session) -> None:
    session.move(RATE, 0.1)
    session.undo()
    session.move("training.batch_size", 8)
    assert not session.redo()


def test_moving_a_knob_to_where_it_stands_is_no_move(session: Session) -> None:
    session.move(RATE, SMALL.training.learning_rate)
    assert not session.undo()


def test_undo_reaches_the_worker(session: Session) -> None:
    session.move(RATE, 0.3)
    until(session, lambda snapshot: "0.01 → 0.3" in snapshot.said)
    session.undo()
    until(session, lambda snapshot: "0.3 → 0.01" in snapshot.said)


def test_a_layer_is_added_like_the_last(session: Session) -> None:
    session.move("network.layers.2.units", 5)
    session.add_layer()
    assert session.experiment.network.layers[3] == session.experiment.network.layers[2]


def test_no_more_layers_are_added_than_can_be_drawn(session: Session) -> None:
    for _ in range(20):
        session.add_layer()
    assert len(session.experiment.network.layers) == MOST_LAYERS


def test_a_layer_is_removed_by_its_number(session: Session) -> None:
    for number, units in enumerate((4, 5, 6)):
        session.move(f"network.layers.{number}.units", units)
    session.remove_layer(1)
    assert [layer.units for layer in session.experiment.network.layers] == [4, 6]


def test_a_network_can_lose_all_layers_and_get_one_again(session: Session) -> None:
    for _ in range(3):
        session.remove_layer(0)
    session.add_layer()
    assert len(session.experiment.network.layers) == 1


def test_a_new_start_is_another_seed(session: Session) -> None:
    session.new_start()
    assert session.experiment == changed(SMALL, "seed", SMALL.seed + 1)


def test_the_seed_after_the_last_is_the_first(session: Session) -> None:
    session.apply(changed(SMALL, "seed", 999999))
    session.new_start()
    assert session.experiment.seed == 0


# -- edits --------------------------------------------------------------------------------------------------------

W = Edit("layer1.weights", (1, 0), 0.75)


def weight(session: Session) -> float:
    """The number W sets, as the worker has it."""
    return float(views(fresh(session, "network"))["network"].layers[1].weights[1, 0])


def test_an_edit_reaches_the_worker_and_says_so(session: Session) -> None:
    session.edit(W, weight(session))
    assert weight(session) == 0.75
    assert session.message.startswith("w₂₁ of layer 1")


def test_undoing_an_edit_puts_the_number_back(session: Session) -> None:
    before = weight(session)
    session.edit(W, before)
    assert session.undo()
    assert weight(session) == before


def test_redoing_an_edit_sets_the_number_again(session: Session) -> None:
    session.edit(W, weight(session))
    session.undo()
    assert session.redo()
    assert weight(session) == 0.75


def test_a_dragged_number_is_undone_as_one(session: Session) -> None:
    before = weight(session)
    for value in (0.1, 0.2, 0.3):
        session.edit(W.at(value), before, merge="drag 1")
    session.undo()
    assert weight(session) == before
    assert not session.undo()


def test_edits_and_moves_are_undone_in_order(session: Session) -> None:
    before = weight(session)
    session.edit(W, before)
    session.move(RATE, 0.3)
    session.undo()
    assert session.experiment == SMALL and weight(session) == 0.75
    session.undo()
    assert weight(session) == before


def test_an_edit_that_cannot_be_is_refused_in_a_sentence(session: Session) -> None:
    session.edit(Edit("layer9.bias", (0,), 1.0), 0.0)
    fresh(session)
    assert session.alarm and session.message.startswith("'layer9' is no layer of this network")


def test_going_back_takes_an_edit_with_it(session: Session) -> None:
    before = weight(session)
    session.advance("batch")
    session.edit(W, before)
    session.go_to(0)
    assert weight(session) == before


# -- transport ----------------------------------------------------------------------------------------------------


def test_the_first_snapshot_comes(session: Session) -> None:
    assert set(views(until(session, lambda _: True, "map", "network"))) == {"map", "network"}


def test_a_session_trains_from_the_start(playing: Session) -> None:
    before = playing.status.step
    until(playing, lambda snapshot: snapshot.status.step > before + 50)


def test_pause_and_play(playing: Session) -> None:
    playing.play(False)
    stands = fresh(playing).status
    assert (fresh(playing).status.step, stands.playing) == (stands.step, False)
    playing.play(True)
    until(playing, lambda snapshot: snapshot.status.step > stands.step)


def test_a_batch_and_an_epoch(session: Session) -> None:
    session.advance("batch")
    assert fresh(session).status.step == 1
    session.advance("epoch")
    status = fresh(session).status
    assert (status.epoch, status.batch) == (1, 0)


def test_one_batch_pauses(playing: Session) -> None:
    playing.advance("batch")
    assert not playing.playing
    assert not fresh(playing).status.playing


def test_restart_goes_to_step_0(session: Session) -> None:
    first = fresh(session).status
    session.advance("epoch")
    session.restart()
    status = fresh(session).status
    assert (status.step, status.train_loss) == (0, first.train_loss)


def test_a_limited_speed_is_kept(playing: Session) -> None:
    playing.play(False)
    first = fresh(playing).status.step
    playing.set_tempo(Tempo(10.0))
    began = time.monotonic()
    playing.play(True)
    until(playing, lambda snapshot: snapshot.status.step >= first + 20)
    assert time.monotonic() - began > 1.0


# -- live ---------------------------------------------------------------------------------------------------------


def random_moves(count: int, seed: int) -> Iterator[tuple[str, Value]]:
    """Moves of live knobs and of some that rebuild, as a restless hand makes them."""
    draw = random.Random(seed)
    listed = [
        (path, knob)
        for path, knob, _ in every_knob(SMALL)
        if max(of_knob(knob.name)) <= Effect.FORGETS and knob.kind != "text"
    ]
    norms = [f"network.layers.{layer}.batch_norm" for layer in range(3)]
    for _ in range(count):
        if draw.random() < 0.05:
            yield draw.choice(norms), draw.choice(("off", "before", "after"))
            continue
        path, knob = draw.choice(listed)
        if knob.kind == "choice":
            yield path, draw.choice(tuple(knob.choices))
        elif knob.kind == "switch":
            yield path, draw.random() < 0.5
        else:
            # well inside, so that what is tried is the moving and not divergence
            yield path, knob.at(draw.uniform(0.2, 0.6))


def test_a_thousand_moves_while_training_end_with_the_last_in_force(playing: Session) -> None:
    pid = playing.worker_pid
    for number, (path, value) in enumerate(random_moves(1000, seed=5)):
        playing.move(path, value)
        if number % 3 == 0:
            playing.frame(asks("map", "curves", "distributions"))
        assert "unexpectedly" not in playing.message, f"lost after {path} = {value}"
    wanted = playing.experiment
    kept: list[Any] = []

    def settled(_: Snapshot) -> bool:
        if playing._recovery.checkpoint is not None:
            kept.append(playing._recovery.checkpoint.experiment)
        return bool(kept) and kept[-1] == wanted

    until(playing, settled, "map")
    assert playing.worker_pid == pid
    assert playing.experiment == wanted


def test_a_drag_ends_at_the_last_value(playing: Session) -> None:
    for number in range(300):
        playing.move(RATE, 0.001 + number * 1e-4)
        playing.frame(asks("curves"))
    playing.move(RATE, 0.5)
    snapshot = until(playing, lambda snapshot: "→ 0.5 " in snapshot.said, "curves")
    assert views(snapshot)["curves"].moves[-1][2] == "α 0.5"


def test_a_file_that_is_not_there_is_told_and_the_old_data_stay(playing: Session) -> None:
    before = playing.experiment
    playing.apply(msgspec.structs.replace(before, data=Data(source="file", file="nowhere.csv")))
    until(playing, lambda snapshot: "nowhere.csv" in snapshot.said)
    assert (playing.experiment, playing.alarm) == (before, True)
    step = playing.status.step
    until(playing, lambda snapshot: snapshot.status.step > step + 20)


def test_a_file_that_is_no_table_is_told(playing: Session, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(bytes(range(256)))
    playing.apply(msgspec.structs.replace(SMALL, data=Data(source="file", file=str(path))))
    until(playing, lambda snapshot: "picture.csv" in snapshot.said)
    assert playing.experiment == SMALL


def test_divergence_pauses_the_session(start: Start) -> None:
    session = start(RUNAWAY, playing=True)
    until(session, lambda snapshot: snapshot.alarm)
    assert (session.playing, session.alarm) == (False, True)
    assert "is no longer finite" in session.message


# -- going back ---------------------------------------------------------------------------------------------------


def trained(session: Session, epochs: int) -> Snapshot:
    """Trains whole epochs, one press each, and gives the snapshot after the last."""
    for _ in range(epochs):
        session.advance("epoch")
    return fresh(session, "curves", "map")


def test_going_back_shows_the_same_numbers_as_the_first_time(session: Session) -> None:
    first = trained(session, 3)
    trained(session, 4)
    session.go_to(first.status.tick)
    again = fresh(session, "curves", "map")
    assert (again.status.step, again.status.train_loss) == (first.status.step, first.status.train_loss)
    for name, field in (("map", "p"), ("curves", "train_loss"), ("curves", "dev_loss")):
        assert getattr(views(again)[name], field).tobytes() == getattr(views(first)[name], field).tobytes()


def test_training_on_after_going_back_is_a_straight_run(session: Session) -> None:
    straight = trained(session, 7)
    session.go_to(straight.status.tick // 3)
    while (after := trained(session, 1)).status.step < straight.status.step:
        pass
    assert after.status.train_loss == straight.status.train_loss
    assert views(after)["map"].p.tobytes() == views(straight)["map"].p.tobytes()


def test_a_drag_through_time_ends_at_the_last_place_asked_for(playing: Session) -> None:
    until(playing, lambda snapshot: snapshot.status.tick > 400)
    for tick in [*range(400, 100, -3), 237]:
        playing.go_to(tick)
        playing.frame(asks("map"))
    snapshot = fresh(playing, "map")
    assert (snapshot.status.tick, snapshot.status.playing, playing.playing) == (237, False, False)


def test_where_it_is_going_is_known_until_it_is_there(session: Session) -> None:
    trained(session, 2)
    session.go_to(3)
    assert session.going == 3
    fresh(session)
    assert session.going is None


def test_what_lies_ahead_stays_until_training_goes_on(session: Session) -> None:
    end = trained(session, 3).status.end
    session.go_to(5)
    assert fresh(session).status.end == end
    session.go_to(end)
    assert fresh(session).status.tick == end


def test_training_on_from_there_makes_a_branch_of_what_lay_ahead_and_says_so(session: Session) -> None:
    trained(session, 3)
    session.go_to(5)
    fresh(session)
    session.advance("batch")
    status = fresh(session).status
    assert (status.tick, status.end) == (6, 6)
    assert session.message == "Training on from step 5; what came after it stays as a branch."


def test_a_move_after_going_back_says_what_becomes_of_the_rest(session: Session) -> None:
    trained(session, 3)
    session.go_to(5)
    fresh(session)
    session.move(RATE, 0.3)
    fresh(session)
    assert session.message.startswith("α 0.01 → 0.3 at epoch")
    assert session.message.endswith("What came after step 5 stays as a branch.")


def test_a_branch_is_gone_back_to_with_the_same_bits(session: Session) -> None:
    left = trained(session, 4)
    session.go_to(5)
    session.move(RATE, 0.3)
    trained(session, 1)
    (branch,) = session.status.branches
    assert (branch.name, branch.start, branch.end) == ("α 0.01", 5, left.status.end)
    session.switch(branch.key)
    again = fresh(session, "map", "curves")
    assert session.message == f"On the branch “α 0.01”, at its end, step {left.status.step}."
    assert session.experiment == SMALL
    assert views(again)["map"].p.tobytes() == views(left)["map"].p.tobytes()
    assert [one.name for one in again.status.branches] == ["α 0.3"]


def test_a_branch_s_curves_come_once(session: Session) -> None:
    trained(session, 3)
    session.go_to(5)
    session.move(RATE, 0.3)
    session.advance("epoch")
    fresh(session)
    ((name, curves),) = session.ghosts
    assert name == "α 0.01"
    assert len(curves.step) > 1
    before = session.ghosts
    fresh(session)
    assert session.ghosts is before


def test_branching_here_makes_this_the_end(session: Session) -> None:
    trained(session, 3)
    session.go_to(5)
    session.branch()
    status = fresh(session).status
    assert (status.tick, status.end, status.branches[0].start) == (5, 5, 5)
    assert session.message == "Branched at step 5; what came after stays as a branch."


def test_branching_at_the_end_says_how_it_is_done(session: Session) -> None:
    session.branch()
    fresh(session)
    assert session.message == "This is the end; go back on the timeline first, then branch."


def test_going_back_before_a_move_brings_the_earlier_experiment_back(session: Session) -> None:
    trained(session, 2)
    session.move(RATE, 0.3)
    trained(session, 2)
    session.go_to(3)
    fresh(session)
    assert session.experiment == SMALL


def test_a_move_made_at_once_after_going_back_stays_in_force(session: Session) -> None:
    trained(session, 2)
    session.move(RATE, 0.3)
    trained(session, 2)
    session.go_to(3)
    session.move(RATE, 0.1)
    fresh(session)
    assert session.experiment == changed(SMALL, RATE, 0.1)


def test_a_moment_past_the_end_is_the_end(session: Session) -> None:
    end = trained(session, 2).status.end
    session.go_to(end + 1000)
    assert fresh(session).status.tick == end


def test_moves_are_listed_with_their_ticks(session: Session) -> None:
    end = trained(session, 2).status.end
    session.move(RATE, 0.3)
    assert trained(session, 1).status.moves == ((end, "α 0.3"),)


def test_a_worker_lost_after_going_back_goes_on_from_there(killable: Session) -> None:
    trained(killable, 3)
    killable.move(RATE, 0.3)
    trained(killable, 3)
    killable.go_to(7)
    until(killable, lambda _: killable._recovery.checkpoint is not None and killable._recovery.checkpoint.step == 7)
    kill_worker(killable)
    assert killable.message.endswith("goes on from step 7.")
    status = fresh(killable).status
    assert (status.step, status.tick, status.end) == (7, 7, 24)
    killable.go_to(0)  # the new worker knows all that was there
    status = fresh(killable).status
    assert (status.step, status.tick, status.end) == (0, 0, 24)
    assert killable.experiment == SMALL


# -- loss of the worker -------------------------------------------------------------------------------------------


def test_a_lost_worker_is_told_and_replaced(training: Session) -> None:
    first = training.worker_pid
    kill_worker(training)
    assert training.message.startswith("The training process ended unexpectedly (signal 9); it was started again")
    assert training.alarm
    assert training.worker_pid != first


def test_training_goes_on_from_the_last_checkpoint(training: Session) -> None:
    until(training, lambda _: training._recovery.checkpoint is not None)
    kept = training._recovery.checkpoint.step
    kill_worker(training)
    assert f"goes on from step {kept}" in training.message
    snapshot = until(training, lambda _: True)
    assert snapshot.status.step >= kept
    until(training, lambda later: later.status.step > snapshot.status.step)


def test_without_a_checkpoint_training_starts_again(killable: Session) -> None:
    until(killable, lambda _: True)
    kill_worker(killable)
    assert "goes on from the start" in killable.message
    assert until(killable, lambda _: True).status.step == 0


def test_a_move_made_since_the_checkpoint_is_not_lost(training: Session) -> None:
    until(training, lambda _: training._recovery.checkpoint is not None)
    training.move(RATE, 0.25)
    training.frame(())
    kill_worker(training)
    until(training, lambda snapshot: "→ 0.25" in snapshot.said)
    assert training.experiment.training.learning_rate == 0.25


def test_a_button_pressed_on_a_lost_worker_is_no_error(training: Session) -> None:
    pid = training.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + SECONDS
    while training.worker_pid == pid and time.monotonic() < end:
        training.restart()
    assert "started again" in training.message
    until(training, lambda snapshot: snapshot.status.step > 0)


def test_a_paused_session_stays_paused_when_its_worker_is_replaced(killable: Session) -> None:
    until(killable, lambda _: True)
    kill_worker(killable)
    assert [until(killable, lambda _: True).status.playing for _ in range(3)] == [False] * 3


def test_workers_that_never_answer_are_given_up_until_another_is_wanted(
    training: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(training, lambda _: training._recovery.checkpoint is not None)
    with monkeypatch.context() as broken:
        broken.setattr(runner, "serve", ends)
        kill_worker(training)
        tick_until(training, lambda: training.worker_pid is None)
    assert training.alarm
    assert training.message.startswith("The training process ended unexpectedly (exit code 0), 4 times in a row; ")
    checkpoint = training._recovery.checkpoint
    assert training.unheard == Unheard(None, 0.0, f"step {checkpoint.step}", none=True)
    training.move(RATE, 0.25)
    training.start_another()
    assert training.unheard is None
    assert until(training, lambda snapshot: "→ 0.25" in snapshot.said).status.step >= checkpoint.step
    until(training, lambda snapshot: snapshot.status.step > checkpoint.step)


def test_a_worker_that_cannot_be_started_is_said_and_started_when_it_is_wanted_again(training: Session) -> None:
    pid = training.worker_pid
    assert pid is not None
    with no_more_files():
        os.kill(pid, signal.SIGKILL)
        tick_until(training, lambda: training.worker_pid is None)
        said = training.message
        training.start_another()
        assert training.message == said
    assert training.alarm
    assert said.startswith("The training process could not be started (Too many open files); ")
    assert training.unheard is not None and training.unheard.none
    assert not training.status.playing and training.status.steps_per_second == 0
    training.play(not training.playing)  # as the button does
    until(training, lambda snapshot: snapshot.status.playing)
    assert training.unheard is None


def test_a_session_whose_first_worker_cannot_be_started_begins_when_another_is_wanted(start: Start) -> None:
    with no_more_files():
        session = start(killable=True)
    assert session.message.startswith("The training process could not be started (Too many open files); ")
    assert session.frame(()) is None
    assert session.unheard == Unheard(None, 0.0, "the start", none=True)
    session.start_another()
    assert until(session, lambda _: True).status.step == 0


def test_what_is_opened_while_there_is_no_worker_is_taken_on_by_the_next(start: Start) -> None:
    score = Score(SMALL, (Event(4, changed(SMALL, RATE, 0.3)),), 9)
    with no_more_files():
        session = start(killable=True)
        session.perform(score)
        assert session.going is None and session.message.startswith("The training process could not be started")
    session.start_another()
    assert session.going == 9
    until(session, lambda snapshot: snapshot.status.tick == 9 and session.going is None)
    assert [said for _, said in session.status.moves] == ["α 0.3"]


def test_whatever_is_opened_or_done_without_a_worker_wants_one(start: Start) -> None:
    with no_more_files():
        session = start(killable=True)
    session.perform(Score(SMALL, (), 9))
    until(session, lambda snapshot: snapshot.status.tick == 9 and session.going is None)
    with no_more_files():
        kill_worker(session)
        assert session.worker_pid is None
    session.go_to(3)
    until(session, lambda snapshot: snapshot.status.tick == 3 and session.going is None)


def test_a_worker_lost_before_it_took_on_what_was_opened_leaves_that_to_the_next(killable: Session) -> None:
    until(killable, lambda _: True)
    pid = killable.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    killable.perform(Score(SMALL, (Event(4, changed(SMALL, RATE, 0.3)),), 9))
    os.kill(pid, signal.SIGKILL)
    until(killable, lambda snapshot: snapshot.status.tick == 9 and killable.going is None)
    assert killable.worker_pid != pid and killable.experiment.training.learning_rate == 0.3


def test_a_session_that_is_over_wants_no_worker(start: Start) -> None:
    with no_more_files():
        session = start(killable=True)
    session.close()
    session.start_another()
    assert session.worker_pid is None and session.unheard is None


def test_a_worker_that_is_stopped_is_said_and_another_goes_on_from_the_last_checkpoint(training: Session) -> None:
    until(training, lambda _: training._recovery.checkpoint is not None)
    pid = training.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    end = time.monotonic() + SECONDS
    while (unheard := training.unheard) is None or not unheard.silent:
        training.move(RATE, 0.25)
        training.frame(())
        assert time.monotonic() < end
    assert unheard.silent >= 2.0 and unheard.busy is None
    where = training._recovery.checkpoint.step
    assert unheard.where == f"step {where}"
    training.start_another()
    assert training.message.endswith(f"it was started again and goes on from step {where}.")
    assert not psutil.pid_exists(pid)
    assert training.unheard is None
    until(training, lambda snapshot: snapshot.status.step > where and "→ 0.25" in snapshot.said)


# -- the end ------------------------------------------------------------------------------------------------------


def test_closing_leaves_no_process(start: Start) -> None:
    session = start(playing=True, killable=True)
    pid = session.worker_pid
    until(session, lambda _: True)
    session.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert session.worker_pid is None


def test_a_closed_session_takes_moves_and_ticks_in_silence(session: Session) -> None:
    session.close()
    session.move(RATE, 0.3)
    session.play(True)
    assert session.frame(asks("map")) is None
    session.close()


def test_a_layer_too_many_is_refused_with_a_sentence(session: Session) -> None:
    while len(session.experiment.network.layers) < MOST_LAYERS:
        session.add_layer()
    session.add_layer()
    assert len(session.experiment.network.layers) == MOST_LAYERS
    assert session.message == "6 hidden layers are the most that the picture has room for: nothing was added."
