"""Two links to a worker, and the same comes through both: from a process of its own, and from this one."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.timeline.reopening import Open, performed
from hyperscope.lab.timeline.score import Event, Score
from hyperscope.lab.worker.commands import (
    Advance,
    Aim,
    Apply,
    Branch,
    EndTwin,
    Go,
    GoTo,
    Reopen,
    Restart,
    Slow,
    SlowEnd,
    StartTwin,
    Switch,
)
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.worker.link import Link
from hyperscope.lab.worker.runner import Runner
from lab.links import answer, until
from lab.sessions import START, moved
from probed import ASKS, asks, views

FASTER, SLOWER = moved(("training.learning_rate", 0.05)), moved(("training.learning_rate", 0.001))
SCORED = Score(START, (Event(7, FASTER), Event(11, FASTER, restart=True)), 40)
EVERYTHING = tuple(ASKS)
LESSON: tuple[tuple[object, ...], ...] = (
    (),
    (Go(True, until=4),),
    (Apply(FASTER), Advance("batch"), Edit("layer1.weights", (1, 0), 0.75), Advance("epoch")),
    (GoTo(5), Branch(), Advance("epoch")),
    (Switch(1),),
    (Slow(), Slow(7), Slow(-2)),
    (SlowEnd(), Restart(), Go(True, until=3)),
    (StartTwin(FASTER, SLOWER), Aim("B"), Edit("layer1.weights", (0, 0), 0.5), Advance("epoch")),
    (EndTwin("B"), Advance("batch")),
    (Reopen(Open(SCORED, SCORED.end, (), performed(SCORED).trainer.checkpoint())),),
)


def packed(value: object) -> bytes:
    """Its bytes, whichever of its parts are one object."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.fast = True
    pickler.dump(value)
    return file.getvalue()


def seen_through(link: Link) -> list[bytes]:
    """All that can be seen after each part of the lesson."""
    seen = []
    try:
        for commands in LESSON:
            for command in commands:
                link.send(command)
            until(link, lambda reply: not reply.snapshot.status.playing)
            snapshot = answer(link, *EVERYTHING).snapshot  # once, since some views are steady from look to look
            seen.append(packed(replace(snapshot, said="", alarm=False, halted=False)))
    finally:
        link.close()
    return seen


def test_the_same_comes_through_both_to_the_last_bit() -> None:
    assert seen_through(InProcess(START)) == seen_through(Runner(START))


def test_here_a_worker_has_its_turn_only_when_it_is_looked_at() -> None:
    link = InProcess(START)
    link.send(Advance("batch"))
    link.ask(asks("curves"))
    assert link.waiting
    reply = link.take()
    assert reply is not None and reply.snapshot.status.step == 1 and not link.waiting
    link.close()


def test_here_waiting_ends_when_nothing_is_left_to_come() -> None:
    link = InProcess(START)
    link.send(Advance("batch"))
    link.wait(float("inf"))
    assert link.take() is None
    link.close()


def test_what_came_is_the_caller_s_own() -> None:
    link = InProcess(START)
    first = views(answer(link, "weights").snapshot)["weights"]
    first["layer1.weights"][:] = 7.0
    assert not (views(answer(link, "weights").snapshot)["weights"]["layer1.weights"] == 7.0).any()
    link.close()
