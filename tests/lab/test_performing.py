"""Sessions that are given a score: one that was handed on comes to the same bits, and records that were wanted come."""

from __future__ import annotations

import pytest

from hyperscope.lab.experiment.data import FILE, Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.score import Event, Score, from_code, replay
from lab.live import until
from lab.sessions import START, moved
from probed import asks, named, views

FASTER = moved(("training.learning_rate", 0.05))
SCORED = Score(START, (Event(7, FASTER), Event(11, FASTER, restart=True)), 40)


@pytest.fixture
def session(start) -> Session:
    """A session that stands still, on another experiment."""
    return start(Experiment(data=Data(points=60)))


def fetched(session: Session, *names: str) -> dict:
    session.want(asks(*names))
    found = until(session, lambda snapshot: snapshot.has(asks(*names)))
    return {**views(found.wanted), **named(found.told)}


def test_what_is_wanted_comes_once_and_all_at_once(session):
    found = fetched(session, "weights", "curves", "score")
    assert set(found) == {"weights", "curves", "score"}
    assert until(session, lambda _: True, "curves").wanted == ()


def test_what_is_wanted_is_none_of_what_panels_draw(session):
    session.want(asks("examples"))
    assert "examples" not in views(until(session, lambda snapshot: bool(snapshot.wanted), "curves"))


def test_a_session_handed_on_has_the_same_bytes_at_its_end(session):
    session.perform(SCORED)
    until(session, lambda snapshot: snapshot.status.tick == 40)
    found, expected = fetched(session, "weights", "curves", "score"), replay(SCORED)
    assert found["score"].score == SCORED
    assert {name: array.tobytes() for name, array in found["weights"].items()} == {
        name: array.tobytes() for name, array in expected.weights().items()
    }
    assert found["curves"].train_loss.tobytes() == expected.history.curves().train_loss.tobytes()


def test_a_session_goes_round_by_its_code(session):
    session.perform(SCORED)
    until(session, lambda snapshot: snapshot.status.tick == 40)
    session.move("training.batch_size", 8)
    session.train_to(9)
    until(session, lambda snapshot: not snapshot.status.playing and snapshot.status.epoch >= 9)
    first = fetched(session, "weights", "score")
    session.perform(from_code(first["score"].score.to_code()))
    until(session, lambda snapshot: session.going is None and snapshot.status.tick == first["score"].score.end)
    second = fetched(session, "weights", "score")
    assert second["score"] == first["score"]
    assert all(second["weights"][name].tobytes() == array.tobytes() for name, array in first["weights"].items())


def test_a_performed_session_stands_still_and_can_be_gone_back_in(session):
    session.perform(SCORED)
    until(session, lambda snapshot: snapshot.status.tick == 40)
    session.go_to(9)
    status = until(session, lambda snapshot: session.going is None).status
    assert (status.playing, status.tick, status.step, status.end) == (False, 9, 9, 40)
    assert session.experiment == FASTER


def test_undo_brings_back_the_experiment_from_before(session):
    before = session.experiment
    session.perform(SCORED)
    until(session, lambda snapshot: snapshot.status.tick == 40)
    assert session.undo() and session.experiment == before


def test_a_session_whose_table_is_not_there_is_refused(session):
    before = session.experiment
    session.perform(Score(Experiment(data=Data(source=FILE, file="nowhere.csv")), end=5))
    until(session, lambda _: session.alarm)
    assert "nowhere.csv" in session.message and session.experiment == before


def test_views_lay_out_anew_for_a_performed_session(session):
    structure = until(session, lambda _: True).structure
    session.perform(SCORED)
    assert until(session, lambda snapshot: snapshot.status.tick == 40).structure != structure
