"""A session that is followed: each change is told once, and what is known is what was done to where it stands."""

from __future__ import annotations

import pickle

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperscope.lab.frameworks.start import Starts, start_of
from hyperscope.lab.timeline.followed import AT_ONCE, Followed, tell
from hyperscope.lab.timeline.score import Score, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import START, Doing, bits, moved

RATE = "training.learning_rate"
bounded = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def told(line: Timeline, followed: Followed) -> int:
    """Tells all that is new, as through a pipe; in how many answers."""
    answers = 1
    while not followed.take(pickle.loads(pickle.dumps(tell(line, followed.heard)))):
        answers += 1
    return answers


def dragged(line: Timeline, count: int) -> None:
    for number in range(count):
        line.apply(moved((RATE, 0.001 + number / 1e6)))


def test_a_change_is_told_once() -> None:
    line, followed = Timeline(Trainer(START)), Followed()
    dragged(line, 5)
    told(line, followed)
    line.steps(3)
    line.restart()
    assert [event.restart for event in tell(line, followed.heard).events] == [True]
    told(line, followed)
    assert followed.score() == line.score


def test_a_long_session_is_told_by_and_by() -> None:
    line, followed = Timeline(Trainer(START)), Followed()
    dragged(line, AT_ONCE + 10)
    followed.take(tell(line, followed.heard))
    assert not followed.known
    assert told(line, followed) == 1
    assert followed.score() == line.score


def test_another_future_is_told_from_its_beginning() -> None:
    line, followed = Timeline(Trainer(START)), Followed()
    for rate in (0.02, 0.03, 0.04):
        line.apply(moved((RATE, rate)))
        line.steps(4)
    told(line, followed)
    late = tell(line, followed.heard)
    line.restore(5)
    line.apply(moved((RATE, 0.5)))
    told(line, followed)
    assert followed.score() == line.score
    assert not followed.take(late)  # an answer that was under way
    told(line, followed)
    assert followed.score() == line.score


def test_a_copy_is_another_session() -> None:
    line, followed = Timeline(Trainer(START)), Followed()
    told(line, followed)
    other = line.copied()
    line.apply(moved((RATE, 0.02)))
    other.apply(moved((RATE, 0.03)))
    for one in (line, other, line):
        told(one, followed)
        assert followed.score() == one.score


def test_it_is_known_to_where_it_stands_and_where_it_went_since() -> None:
    line, followed = Timeline(Trainer(START)), Followed()
    line.steps(4)
    line.apply(moved((RATE, 0.02)))
    line.steps(4)
    line.restore(4, before=True)
    told(line, followed)
    assert followed.score() == Score(START, (), 4)
    assert followed.score(2) == line.score.until(line.score.place(6))


def test_of_weights_from_elsewhere_nothing_is_known_before_training_began_anew() -> None:
    trainer = Trainer(START)
    trainer.steps(8)
    line, followed = Timeline(trainer), Followed()
    line.steps(4)
    told(line, followed)
    assert followed.score() is None
    line.restart()
    line.apply(moved((RATE, 0.02)))
    line.steps(4)
    told(line, followed)
    score = followed.score()
    assert score is not None and bits(replay(score)) == bits(line.trainer)
    assert followed.score(-6) is None


@bounded
@given(st.data())
def test_whatever_is_done_is_followed_and_its_code_begins_where_it_would(data: st.DataObject) -> None:
    doing, followed, starts = Doing(Timeline(Trainer(START))), Followed(), Starts()
    line = doing.timeline
    for _ in range(data.draw(st.integers(1, 8))):
        doing.do(data.draw)
        if data.draw(st.booleans()):
            line.restore(data.draw(st.integers(0, line.end)))
        told(line, followed)
        score = followed.score()
        assert score == line.score.until(line.place)
        classes = line.trainer.layout.classes
        assert starts.of(score, 2, classes) == start_of(score, 2, classes)


def test_where_code_begins_is_looked_for_from_the_last_known_event_on(monkeypatch) -> None:
    from hyperscope.lab.frameworks import start as module

    seen: list[int] = []
    after = module._after
    monkeypatch.setattr(module, "_after", lambda *given: (seen.append(given[3]), after(*given))[1])
    line, starts = Timeline(Trainer(START)), Starts()
    dragged(line, 20)
    starts.of(line.score, 2, 3)
    seen.clear()
    line.steps(3)
    line.apply(moved((RATE, 0.3)))
    assert starts.of(line.score, 2, 3).moves == ((3, moved((RATE, 0.3))),)
    line.restore(2)
    starts.of(line.score.until(line.place), 2, 3)
    assert seen == [21]
