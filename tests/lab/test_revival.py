"""A session outlives its worker: one that takes a lost one's place knows the whole past, and the library has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hyperscope.lab.experiment.experiment import changed
from hyperscope.lab.library.library import Library
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.past import AT_ONCE, PastReceiver, PastSender, recovered
from hyperscope.lab.timeline.score import replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.twin import begin
from lab.live import RATE, SMALL, alike, kill_worker, trained, until
from lab.sessions import START, bits, moved

Start = Callable[..., Session]
FASTER, SLOWER = moved((RATE, 0.03)), moved((RATE, 0.001))


def lived() -> Timeline:
    """Steps, a change, a restart, and a moment of that gone back to."""
    line = Timeline(Trainer(START))
    line.steps(20)
    line.apply(FASTER)
    line.steps(15)
    line.restart()
    line.steps(30)
    line.restore(40)
    return line


def again(line: Timeline, pasts: PastReceiver, number: int = 0, of: int = 1) -> Timeline:
    """The timeline as a new worker has it."""
    lost = pasts.lost(of)[number]
    assert lost is not None
    trainer = Trainer(line.trainer.experiment)
    trainer.restore(line.trainer.checkpoint())
    return recovered(trainer, lost)


def test_a_new_worker_knows_the_whole_past_and_what_lies_ahead() -> None:
    line, pasts = lived(), PastReceiver()
    pasts.on_reply(PastSender().tell([line]), in_use=True)
    other = again(line, pasts)
    assert (other.score, other.jumps, other.place, other.moves) == (line.score, line.jumps, line.place, line.moves)
    assert other.began == line.began == (35, 2)  # the run that the library keeps, and that is replayed
    for tick in (10, 36, 65):
        other.restore(tick)
        assert bits(other.trainer) == bits(replay(line.score, tick))


def test_each_change_is_told_once_and_another_future_from_its_start() -> None:
    line, teller, pasts = lived(), PastSender(), PastReceiver()
    line.restore(65)
    for steps in (5, 6):
        (past,) = teller.tell([line])
        pasts.on_reply([past], in_use=True)
        line.apply(SLOWER if steps == 5 else FASTER)
        line.steps(steps)
    (past,) = teller.tell([line])
    assert past is not None and (past.since, len(past.events)) == (3, 1)
    pasts.on_reply([past], in_use=True)
    assert again(line, pasts).score == line.score
    line.restore(30)
    line.steps(2)
    (past,) = teller.tell([line])
    assert past is not None and past.since == 0
    pasts.on_reply([past], in_use=True)
    assert again(line, pasts).score == line.score


def test_of_a_long_past_some_is_told_at_a_time_and_none_is_used_before_all_is_known() -> None:
    line, teller, pasts = Timeline(Trainer(START)), PastSender(), PastReceiver()
    for number in range(AT_ONCE + 5):
        line.apply(msgspec.structs.replace(START, seed=number + 100))
    pasts.on_reply(teller.tell([line]), in_use=True)
    assert pasts.lost(1) == [None]
    pasts.on_reply(teller.tell([line]), in_use=True)
    assert again(line, pasts).score == line.score


def test_a_timeline_that_began_in_the_middle_has_no_past_to_tell() -> None:
    trainer = Trainer(START)
    trainer.steps(5)
    assert PastSender().tell([Timeline(trainer)]) == (None,)


def test_the_pasts_of_twins_are_both_known_and_b_s_alone_when_it_is_kept() -> None:
    pair, teller, pasts = begin(lived()), PastSender(), PastReceiver()
    pair.apply_each(FASTER, SLOWER)
    pair.steps(9)
    pasts.on_reply(teller.tell([pair.a, pair.b]), in_use=True)
    assert again(pair.a, pasts, 0, 2).score == pair.a.score
    assert again(pair.b, pasts, 1, 2).score == pair.b.score
    pasts.keep_b()
    assert again(pair.b, pasts).score == pair.b.score


@pytest.mark.parametrize("twins", [False, True])
def test_a_session_goes_back_to_before_its_worker_was_lost(start: Start, twins: bool) -> None:
    session = start(killable=True)
    trained(session, 5)
    if twins:
        session.start_twin()
    session.move(RATE, 0.3)
    end = trained(session, 9).status.tick
    until(session, lambda _: session._recovery.checkpoint is not None and session._recovery.checkpoint.step == end)
    kill_worker(session)
    found = until(session, lambda snapshot: (len(snapshot.sides) == 2) == twins)
    assert (found.status.tick, found.status.end) == (end, end)
    session.go_to(8)
    until(session, lambda snapshot: snapshot.status.tick == 8 and session.going is None)
    assert session.moved == SMALL
    if twins:
        a, b, *steps = alike(session)
        assert a == b and steps == [8, 8]


def test_the_whole_way_of_a_run_is_reopened_though_its_worker_was_lost(start: Start, tmp_path: Path) -> None:
    session = start(killable=True, library=tmp_path / "runs.sqlite")
    trained(session, 5)
    session.move(RATE, 0.3)
    end = trained(session, 9).status.tick
    until(session, lambda _: session._recovery.checkpoint is not None and session._recovery.checkpoint.step == end)
    kill_worker(session)
    trained(session, 400)
    session.close()
    library = Library(tmp_path / "runs.sqlite")
    newest = max((library.details(run.id) for run in library.runs()), key=lambda run: run.checkpoint.step)
    assert newest.score is not None
    assert newest.score.start == SMALL and newest.score.experiment == changed(SMALL, RATE, 0.3)
    assert newest.score.events[0].tick == 20
