"""Training that is watched: its tempo, where it comes to rest by itself, and what has it go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.session import Session
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker.pace import Pace
from hyperscope.lab.worker.resting import LEARNED, STEADY, Resting, rest_words
from hyperscope.lab.worker.tempo import MAX, SEEN, USUAL, Rest, Tempo, usual_epochs
from lab.live import RATE, until

Start = Callable[..., Session]
WHEN_LEARNED = Rest(learned=True)
QUICK = Tempo(1e6)  # a tempo that can be watched, as far as resting goes


def epochs_until_rest(experiment: Experiment) -> tuple[int, str]:
    trainer, resting = Trainer(experiment), Resting()
    resting.begin(WHEN_LEARNED)
    while not (rested := resting.look(trainer, True)):
        trainer.steps(resting.steps(1000, trainer, True))
    return trainer.position.epoch, rest_words(rested, trainer)


def test_the_starting_experiment_is_learned_within_five_to_ten_seconds_at_its_tempo() -> None:
    epochs, said = epochs_until_rest(Experiment())
    assert 5 <= epochs / usual_epochs(Trainer(Experiment()).batches_per_epoch) <= 10
    assert said.startswith(f"Learned in {epochs} epochs: ")


def test_it_has_learned_when_so_many_epochs_in_a_row_ended_with_the_training_set_right() -> None:
    epochs, _ = epochs_until_rest(Experiment())
    trainer, right = Trainer(Experiment()), []
    for _ in range(epochs):
        trainer.finish_epoch()
        right.append(trainer.scores().train.accuracy >= LEARNED)
    assert all(right[-STEADY:]) and not all(right[-STEADY - 1 : -1])


@pytest.mark.parametrize("batches", [1, 3, 10, 34, 70])
def test_the_usual_tempo_can_be_watched(batches: int) -> None:
    assert 1 <= USUAL.steps_per_second(batches) <= SEEN


def test_a_tempo_in_epochs_follows_the_mini_batch_size() -> None:
    pace = Pace()
    pace.begin(Tempo(2, "epoch"), 0)
    assert (pace.steps(0.05, 99, 100), pace.steps(0.05, 99, 400)) == (10, 40)


def test_training_rests_when_learned_and_says_so(start: Start) -> None:
    session = start(Experiment(), playing=True, tempo=QUICK, rest=WHEN_LEARNED)
    snapshot = until(session, lambda snapshot: snapshot.rested == "learned")
    assert session.rested and not session.playing and not snapshot.status.playing
    assert session.message.startswith(f"Learned in {snapshot.status.epoch} epochs")


def test_anything_moved_at_rest_has_it_train_on(start: Start) -> None:
    session = start(Experiment(), playing=True, tempo=QUICK, rest=WHEN_LEARNED)
    rested = until(session, lambda snapshot: bool(snapshot.rested)).status.step
    session.move(RATE, 0.03)
    until(session, lambda snapshot: snapshot.status.step > rested)
    assert session.playing


def test_what_a_person_paused_stays_paused_when_something_is_moved(start: Start) -> None:
    session = start(Experiment(), playing=True, tempo=QUICK, rest=WHEN_LEARNED)
    until(session, lambda snapshot: bool(snapshot.rested))
    session.play(False)
    session.move(RATE, 0.03)
    assert not session.playing


def test_a_restart_at_rest_shows_it_all_again(start: Start) -> None:
    session = start(Experiment(), playing=True, tempo=QUICK, rest=WHEN_LEARNED)
    first = until(session, lambda snapshot: bool(snapshot.rested)).status
    session.restart()
    again = until(session, lambda snapshot: bool(snapshot.rested) and snapshot.status.tick > first.tick)
    assert again.status.epoch == first.epoch


def test_played_on_after_having_learned_it_does_not_rest_again(start: Start) -> None:
    session = start(Experiment(), playing=True, tempo=QUICK, rest=WHEN_LEARNED)
    rested = until(session, lambda snapshot: bool(snapshot.rested)).status.epoch
    session.play(True)
    until(session, lambda snapshot: snapshot.status.epoch > rested + 3 * STEADY)
    assert session.playing


def test_at_max_nothing_rests_for_having_learned(start: Start) -> None:
    session = start(Experiment(), playing=True, tempo=MAX, rest=WHEN_LEARNED)
    until(session, lambda snapshot: snapshot.status.epoch > 100)
    assert session.playing


@pytest.mark.parametrize("tempo", [MAX, QUICK])
def test_training_stops_after_the_epochs_asked_for_and_can_be_played_on(start: Start, tempo: Tempo) -> None:
    session = start(playing=True, tempo=tempo, rest=Rest(epoch=12))
    snapshot = until(session, lambda snapshot: snapshot.rested == "epoch")
    assert (snapshot.status.epoch, snapshot.status.batch) == (12, 0)
    session.play(True)
    until(session, lambda snapshot: snapshot.status.epoch > 14)
