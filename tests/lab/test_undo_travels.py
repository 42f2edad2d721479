"""Undo is time travel: what was trained before a rebuild, a preset or a graft comes back, and is said to."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import changed
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker.moments import Moments
from lab.live import RATE, SMALL, alike, fresh, trained, until

Start = Callable[..., Session]

REBUILDS: dict[str, Callable[[Session], Any]] = {
    "other data": lambda session: session.move("data.noise", 0.2),
    "other initial weights": lambda session: session.move("network.initialiser", "xavier"),
    "a new start": lambda session: session.new_start(),
    "a layer more": lambda session: session.add_layer(),
    "a layer less": lambda session: session.remove_layer(0),
    "more units": lambda session: session.move("network.layers.0.units", 12),
    "batch norm": lambda session: session.move("network.layers.*.batch_norm", "before"),
    "a preset": lambda session: (session.apply(presets()[6].experiment), session.restart()),
    "a rate and a restart": lambda session: (session.move(RATE, 0.3), session.restart()),
}


def loss(session: Session) -> tuple[int, float]:
    status = fresh(session).status
    return status.step, status.train_loss


@pytest.mark.parametrize("what", REBUILDS)
def test_undoing_brings_the_trained_network_back(start: Start, what: str) -> None:
    session = start()
    trained(session, 5)
    before = loss(session)
    REBUILDS[what](session)
    trained(session, 9)
    session.undo()
    assert loss(session) == before
    assert session.experiment == SMALL and session.message.startswith("Undone: ")


@pytest.mark.parametrize("what", REBUILDS)
def test_redoing_brings_back_what_was_trained_after_it(start: Start, what: str) -> None:
    session = start()
    trained(session, 5)
    REBUILDS[what](session)
    trained(session, 9)
    after, experiment = loss(session), session.experiment
    session.undo()
    fresh(session)
    session.redo()
    assert loss(session) == after and session.experiment == experiment
    assert session.message.startswith("Done again: ")


def test_undoing_augmentation_keeps_what_was_trained_with_it(start: Start) -> None:
    session = start()
    trained(session, 5)
    session.move("data.augment_jitter", 0.2)
    trained(session, 9)
    step, _ = loss(session)
    session.undo()
    assert loss(session)[0] == step and session.experiment == SMALL
    session.redo()
    assert loss(session)[0] == step and session.experiment.data.augment_jitter == 0.2


def test_several_moves_are_undone_one_after_the_other(start: Start) -> None:
    session = start()
    found = []
    for epochs, what in ((3, "a layer more"), (6, "other data"), (4, "batch norm")):
        trained(session, epochs)
        found.append((loss(session), session.experiment))
        REBUILDS[what](session)
        fresh(session)
    for before, experiment in reversed(found):
        session.undo()
        assert (loss(session), session.experiment) == (before, experiment)


def test_two_moves_made_at_once_are_undone_one_by_one(start: Start) -> None:
    session = start()
    trained(session, 5)
    before = loss(session)
    session.add_layer()
    session.move("data.noise", 0.2)
    fresh(session)
    session.undo()
    assert len(session.experiment.network.layers) == len(SMALL.network.layers) + 1
    assert loss(session)[0] == before[0]
    session.undo()
    assert loss(session) == before and session.experiment == SMALL


def test_a_whole_drag_of_units_is_undone_to_before_its_first_value(start: Start) -> None:
    session = start()
    trained(session, 5)
    before = loss(session)
    for units in (9, 10, 11, 12):
        session.move("network.layers.0.units", units)
        fresh(session)
    session.undo()
    assert loss(session) == before and session.experiment == SMALL


def test_a_live_knob_is_put_back_and_training_goes_on(start: Start) -> None:
    session = start()
    trained(session, 3)
    session.move(RATE, 0.3)
    trained(session, 6)
    step = fresh(session).status.step
    session.undo()
    assert fresh(session).status.step == step
    assert session.message.startswith("Undone: α 0.3.") and session.experiment == SMALL


def test_an_edit_undone_is_said(start: Start) -> None:
    session = start()
    trained(session, 3)
    session.edit(Edit("layer1.weights", (0, 0), 5.0), 0.0)
    fresh(session)
    session.undo()
    fresh(session)
    assert session.message.startswith("Undone: ")


def test_what_was_undone_stays_ahead_until_something_else_is_trained(start: Start) -> None:
    session = start()
    trained(session, 5)
    session.move("data.noise", 0.2)
    end = trained(session, 9).status.end
    session.undo()
    status = fresh(session).status
    assert status.tick < status.end == end
    session.advance("batch")
    until(session, lambda snapshot: len(snapshot.status.branches) == 1)


def test_an_undo_pauses_where_it_goes_back(start: Start) -> None:
    session = start(playing=True)
    until(session, lambda snapshot: snapshot.status.epoch > 3)
    session.move("data.noise", 0.2)
    until(session, lambda snapshot: 0 < snapshot.status.epoch <= 3)
    session.undo()
    until(session, lambda snapshot: snapshot.status.epoch > 3 and not snapshot.status.playing)
    assert not session.playing


def test_a_move_whose_past_was_left_behind_is_still_taken_back(start: Start) -> None:
    session = start()
    trained(session, 5)
    session.move("data.noise", 0.2)
    fresh(session)
    session.go_to(8)
    fresh(session)
    session.advance("epoch")
    fresh(session)
    session.undo()
    fresh(session)
    assert session.experiment == SMALL


def test_twins_are_both_brought_back(start: Start) -> None:
    session = start()
    trained(session, 3)
    session.start_twin()
    session.move(RATE, 0.1)
    trained(session, 6)
    before = alike(session)
    session.move("network.layers.0.units", 12)
    trained(session, 9)
    session.undo()
    fresh(session)
    assert alike(session) == before
    assert session.message.startswith("Undone: B: ")
    assert session.twin == changed(SMALL, RATE, 0.1)


def test_a_timeline_that_another_took_the_place_of_is_let_go() -> None:
    moments, line = Moments(), Timeline(Trainer(SMALL))
    moments.about_to_move([line])
    moments.moved(1, anew=True)
    moments.taken_back(1, [line])
    assert moments.before(1, [line]) and moments.after(1, [line])
    gone, line = weakref.ref(line), Timeline(Trainer(SMALL))
    moments.about_to_move([line])
    gc.collect()
    assert gone() is None
