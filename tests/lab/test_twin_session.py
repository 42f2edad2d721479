"""Twins in a session: which of them moves act on, undo, going back, and a worker that is lost."""

from __future__ import annotations

import msgspec
import pytest

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import changed
from hyperscope.lab.library.library import Library
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.session.session import Session
from lab.live import RATE, SMALL, alike, kill_worker, trained, until
from lab.sessions import CALM
from probed import views


def steps(snapshot: Snapshot) -> tuple[int, int | None]:
    return snapshot.status.step, snapshot.sides[1].status.step if len(snapshot.sides) == 2 else None


def test_a_twin_shows_its_own_views_under_the_same_names(start) -> None:
    session = start()
    session.start_twin()
    found = until(session, lambda snapshot: len(snapshot.sides) == 2, "map", "network", "disagreement")
    assert len(found.sides) == 2
    assert set(views(found.sides[1])) == {"map", "network", "disagreement"}


def test_without_a_twin_there_are_no_views_of_one(start) -> None:
    assert until(start(), lambda _: True, "map").sides[1:] == ()


def test_after_the_start_the_controls_move_b(start) -> None:
    session = start()
    session.start_twin()
    session.move(RATE, 0.3)
    assert session.experiment == SMALL
    assert session.twin == changed(SMALL, RATE, 0.3)
    assert session.moved == session.twin


def test_moves_act_on_the_chosen_side_or_on_both(start) -> None:
    session = start()
    session.start_twin()
    session.set_side("A")
    session.move("training.l2", 0.01)
    session.set_side("both")
    session.move("network.layers.*.batch_norm", "before")
    assert (session.experiment.training.l2, session.twin.training.l2) == (0.01, 0.0)
    assert session.experiment.network == session.twin.network
    assert session.twin.network.layers[0].batch_norm == "before"


def test_layers_are_added_to_the_side_that_is_moved(start) -> None:
    session = start()
    session.start_twin()
    session.add_layer()
    assert len(session.twin.network.layers) == len(session.experiment.network.layers) + 1


def test_both_train_in_step_and_b_with_its_own_rate(start) -> None:
    session = start()
    trained(session, 3)
    session.start_twin()
    session.move(RATE, 0.3)
    found = trained(session, 8)
    assert steps(found) == (found.status.step, found.status.step)
    assert found.sides[1].status.train_loss != found.status.train_loss


def test_a_twin_without_a_difference_has_the_same_losses(start) -> None:
    session = start(changed(SMALL, "network.layers.0.dropout", 0.3))
    trained(session, 3)
    session.start_twin()
    found = trained(session, 12)
    assert found.sides[1].status.train_loss == found.status.train_loss


def test_a_new_start_gives_both_the_same_seed(start) -> None:
    session = start()
    session.start_twin()
    session.move(RATE, 0.3)
    session.new_start()
    assert session.experiment.seed == session.twin.seed == SMALL.seed + 1
    session.undo()
    assert session.experiment.seed == session.twin.seed == SMALL.seed


def test_undo_takes_back_moves_and_then_the_twin(start) -> None:
    session = start()
    session.start_twin()
    session.move(RATE, 0.3)
    session.undo()
    assert session.twin == session.experiment == SMALL
    session.undo()
    assert session.twin is None
    until(session, lambda snapshot: len(snapshot.sides) == 1)
    session.redo()
    session.redo()
    assert session.twin == changed(SMALL, RATE, 0.3)
    until(session, lambda snapshot: len(snapshot.sides) == 2)


@pytest.mark.parametrize("keep", ["A", "B"])
def test_one_twin_goes_on_alone_and_undo_brings_the_other_back_as_it_was(start, keep) -> None:
    session = start()
    session.start_twin()
    session.move(RATE, 0.3)
    before = trained(session, 5)
    session.end_twin(keep)
    alone = until(session, lambda snapshot: len(snapshot.sides) == 1)
    kept = before.sides["AB".index(keep)]
    assert alone.status.train_loss == kept.status.train_loss
    assert session.experiment.training.learning_rate == (0.3 if keep == "B" else SMALL.training.learning_rate)
    session.undo()
    back = until(session, lambda snapshot: len(snapshot.sides) == 2)
    assert back.status.train_loss == before.status.train_loss
    assert back.sides[1].status.train_loss == before.sides[1].status.train_loss
    assert session.twin == changed(SMALL, RATE, 0.3)


def test_keeping_b_can_be_done_again(start) -> None:
    session = start()
    session.start_twin()
    session.move(RATE, 0.3)
    session.end_twin("B")
    session.undo()
    session.redo()
    assert session.twin is None
    assert session.experiment == changed(SMALL, RATE, 0.3)
    until(session, lambda snapshot: len(snapshot.sides) == 1)


def test_both_go_back_in_time_and_their_experiments_with_them(start) -> None:
    session = start()
    trained(session, 4)
    session.start_twin()
    session.move(RATE, 0.3)
    trained(session, 8)
    session.go_to(10)
    found = until(session, lambda snapshot: snapshot.status.tick == 10 and session.going is None)
    assert steps(found) == (10, 10)
    assert found.sides[1].status.train_loss == found.status.train_loss
    assert session.twin == SMALL


def test_restart_takes_both_to_the_start(start) -> None:
    session = start()
    session.start_twin()
    session.move(RATE, 0.3)
    trained(session, 4)
    session.restart()
    found = until(session, lambda snapshot: snapshot.status.step == 0)
    assert steps(found) == (0, 0)
    assert found.sides[1].status.train_loss == found.status.train_loss


def test_b_diverges_and_a_goes_on(start) -> None:
    session = start(CALM)
    session.start_twin()
    session.move(RATE, 10.0)
    session.play(True)
    found = until(session, lambda snapshot: snapshot.sides[-1].stands != "" and snapshot.status.step > 200)
    assert found.status.playing and session.playing
    assert len(found.sides) == 2 and "Training stopped" in found.sides[1].stands
    assert found.sides[1].status.step < 200


def test_a_lost_worker_comes_back_with_both(start) -> None:
    session = start(killable=True)
    session.start_twin()
    session.move(RATE, 0.3)
    session.play(True)
    until(session, lambda _: session._recovery.twin_checkpoint is not None and session._recovery.checkpoint.step > 0)
    session.play(False)
    a, b = session._recovery.checkpoint, session._recovery.twin_checkpoint
    kill_worker(session)
    found = until(session, lambda snapshot: len(snapshot.sides) == 2)
    assert steps(found) == (a.step, b.step)
    assert session.twin == changed(SMALL, RATE, 0.3)


def test_a_worker_lost_before_anything_was_kept_comes_back_with_both(start) -> None:
    session = start(killable=True)
    session.start_twin()
    session.move(RATE, 0.3)
    kill_worker(session)
    found = until(session, lambda snapshot: len(snapshot.sides) == 2)
    assert steps(found) == (0, 0)
    assert session.twin == changed(SMALL, RATE, 0.3)


def test_data_that_b_cannot_have_are_refused_and_b_keeps_its_own(start) -> None:
    session = start()
    session.start_twin()
    until(session, lambda snapshot: len(snapshot.sides) == 2)
    session.apply(msgspec.structs.replace(SMALL, data=Data(source="file", file="nowhere.csv")))
    until(session, lambda _: session.twin == SMALL)
    assert session.alarm and session.message.startswith("B: ") and "nowhere.csv" in session.message


def test_a_remedy_can_be_given_to_b_from_the_start(start) -> None:
    session = start()
    session.start_twin(changed(SMALL, RATE, 0.3))
    assert session.twin == changed(SMALL, RATE, 0.3)
    session.start_twin(changed(SMALL, RATE, 0.2))
    assert session.twin == changed(SMALL, RATE, 0.2)
    session.undo()
    assert session.twin == changed(SMALL, RATE, 0.3)


def test_a_weight_set_by_hand_is_that_of_the_twin_that_is_shown(start) -> None:
    session = start()
    session.start_twin()
    found = until(session, lambda snapshot: len(snapshot.sides) == 2, "network")
    before = float(views(found)["network"].layers[1].weights[0, 0])

    def until_they_are(a: float, b: float) -> None:
        def they_are(snapshot: Snapshot) -> bool:
            if "network" not in views(snapshot):
                return False
            seen = (views(snapshot), views(snapshot.sides[1]))
            return [float(views["network"].layers[1].weights[0, 0]) for views in seen] == [a, b]

        until(session, they_are, "network")

    session.edit(Edit("layer1.weights", (0, 0), 2.5), before)
    until_they_are(before, 2.5)
    session.set_side("A")
    session.edit(Edit("layer1.weights", (0, 0), 1.5), before)
    until_they_are(1.5, 2.5)
    session.undo()
    session.undo()
    until_they_are(before, before)


def test_a_branch_of_both_is_made_and_gone_back_to(start) -> None:
    session = start()
    trained(session, 4)
    session.start_twin()
    session.move(RATE, 0.3)
    end = trained(session, 8)
    there = alike(session)
    session.go_to(end.status.tick - 4)
    session.branch()
    found = until(session, lambda snapshot: bool(snapshot.status.branches))
    assert found.status.end == found.sides[1].status.end == end.status.tick - 4
    assert session.message.startswith("Branched both at step")
    session.move(RATE, 0.1)
    trained(session, 9)
    session.switch(session.status.branches[0].key)
    until(session, lambda snapshot: snapshot.status.tick == end.status.tick and not snapshot.status.playing)
    assert alike(session) == there
    assert session.twin == changed(SMALL, RATE, 0.3)
    assert session.message.startswith("Both on the branch “")


def switched(start, **named) -> tuple[Session, int]:
    """Twins that went back, were moved, and went over to the future that this left behind; with its end in ticks."""
    session = start(**named)
    session.start_twin()
    session.move(RATE, 0.3)
    end = trained(session, 5).status.tick
    session.go_to(end - 4)
    session.move(RATE, 0.1)
    trained(session, 6)
    session.switch(until(session, lambda snapshot: bool(snapshot.status.branches)).status.branches[0].key)
    return session, end


def test_a_move_after_switching_is_undone_by_both(start) -> None:
    session, _ = switched(start)
    until(session, lambda _: session.twin == changed(SMALL, RATE, 0.3))
    there = alike(session)
    session.set_side("both")
    session.move("training.l2", 0.01)
    session.undo()
    assert (session.experiment, session.twin) == (SMALL, changed(SMALL, RATE, 0.3))
    assert alike(session) == there


@pytest.mark.parametrize(("side", "told"), [("A", "A"), ("B", "B"), ("both", "A")])
def test_slow_motion_tells_of_the_one_that_the_controls_move(start, side, told) -> None:
    session = start()
    trained(session, 2)
    session.start_twin()
    session.set_side(side)
    session.slow()
    until(session, lambda _: session.slow_motion is not None)
    assert session.slow_motion.twin == told
    assert session.message.startswith(f"Slow motion of {told}")


def test_slow_motion_follows_the_side_that_is_chosen(start) -> None:
    session = start()
    session.start_twin()
    session.slow()
    session.slow(5)
    until(session, lambda _: session.slow_motion is not None and session.slow_motion.at == 5)
    assert session.slow_motion.twin == "B"
    session.set_side("A")
    until(session, lambda _: session.slow_motion.twin == "A")
    assert session.slow_motion.at == 5


def test_leaving_slow_motion_leaves_both_at_the_same_step(start) -> None:
    session = start()
    trained(session, 2)
    session.start_twin()
    session.slow()
    until(session, lambda _: session.slow_motion is not None)
    session.slow(len(session.slow_motion.operations) + 3)
    session.slow(-2)
    session.leave_slow_motion()
    found = until(session, lambda _: session.slow_motion is None)
    assert found.status.step == found.sides[1].status.step > 0


def test_a_worker_lost_after_switching_comes_back_with_both_in_that_future(start) -> None:
    session, end = switched(start, killable=True)

    def kept(_: Snapshot) -> bool:
        a, b = session._recovery.checkpoint, session._recovery.twin_checkpoint
        return b is not None and a.step == b.step == end and b.experiment == changed(SMALL, RATE, 0.3)

    until(session, kept)
    there = alike(session)
    kill_worker(session)
    assert alike(session) == there


def test_the_future_that_twins_left_is_kept_in_the_library(start, tmp_path) -> None:
    session = start(library=tmp_path / "runs.sqlite")
    trained(session, 30)
    session.start_twin()
    session.move(RATE, 0.3)
    end = trained(session, 60).status.tick
    until(session, lambda snapshot: len(snapshot.sides) == 2)
    session.go_to(end - 20)
    session.branch()
    session.set_side("A")
    session.move(RATE, 0.02)
    trained(session, 70)
    session.close()
    library = Library(tmp_path / "runs.sqlite")
    kept = [library.details(run.id) for run in library.runs()]
    ends = sorted((one.experiment.training.learning_rate, one.score.end) for one in kept)
    assert ends[-3:] == [(0.02, end + 40), (0.3, end), (0.3, end + 40)]  # A's first may have been too short


def test_both_twins_are_kept_in_the_library(start, tmp_path) -> None:
    session = start(library=tmp_path / "runs.sqlite")
    session.start_twin()
    session.move(RATE, 0.3)
    trained(session, 5)
    session.close()
    library = Library(tmp_path / "runs.sqlite")
    kept = [library.details(run.id).experiment for run in library.runs()]
    assert sorted(one.training.learning_rate for one in kept) == [0.01, 0.3]
