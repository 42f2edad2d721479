"""Tasks that are run again, as their process was ended meanwhile: they come to where they were, to the last bit."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.examples.moved import Change
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.generalise.depth import Deep, Grid
from hyperscope.lab.jobs.population_task import HandOver, PopulationTask
from hyperscope.lab.jobs.task import Record, Rest, Task
from hyperscope.lab.sweeps import moving
from hyperscope.lab.sweeps.moving import Moved, MovingData
from hyperscope.lab.tuning.babysitting import Babysitting, GoBack, Train
from hyperscope.lab.tuning.purse import Purse
from hyperscope.lab.tuning.search import Finished, Open, Search, SearchIn, Stand
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.transfer import Case, Transfer
from hyperscope.lab.tuning.trials import Plan

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(3, "tanh"),)))
SPACE = Space((Range("training.learning_rate", 1e-3, 1.0, "log"), Range("training.batch_size", 8, 16, "powers-of-two")))
NORMED = changed(SMALL, "network.layers.0.batch_norm", "before")  # in a stack its rounding is another than alone
BY_HAND = changed(SMALL, "training.learning_rate", 0.2)


class Running:
    """A task under way where the test stands."""

    def __init__(self, task: Task[Any, Any], records: dict[Any, Any] | None = None) -> None:
        self.task, self.wishes = task, deque[Any]()
        self.records: dict[Any, Any] = dict(records or {})
        self.wished: dict[type, Any] = {}
        self._work = task.run(self.wishes)

    def until(self, enough: Callable[[Any], bool]) -> Running:
        """Runs until something said is enough."""
        for said in self._work:
            if isinstance(said, Record):
                self.records.pop(said.key, None)
                self.records[said.key] = said.value
            if enough(said):
                break
        return self

    def rest(self) -> Running:
        return self.until(lambda said: isinstance(said, Rest))

    def wish(self, wish: Any) -> Any:
        """What comes of a wish by the next rest."""
        self.wishes.append(wish)
        self.wished[type(wish)] = wish
        self.rest()
        return next(reversed(self.records.values()))

    def again(self) -> Running:
        """The task as it is run again, from its beginning."""
        again = getattr(self.task, "again", None)
        made = Running(self.task if again is None else again(dict(self.wished), tuple(self.records.values())))
        made.wished = dict(self.wished)
        return made


def bits(value: Any) -> Iterator[Any]:
    """Everything that a value is made of; arrays bit by bit."""
    if isinstance(value, np.ndarray):
        yield value.dtype.str, value.shape, value.tobytes()
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield field.name
            yield from bits(getattr(value, field.name))
    elif isinstance(value, msgspec.Struct):
        yield msgspec.json.encode(value)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from bits(one)
    elif isinstance(value, tuple | list):
        yield len(value)
        for one in value:
            yield from bits(one)
    else:
        yield repr(value)


def alike(one: Any, other: Any) -> bool:
    return list(bits(one)) == list(bits(other))


CASES: dict[str, tuple[Task[Any, Any], tuple[Any, ...], Any]] = {
    "networks of a sweep": (PopulationTask((SMALL, BY_HAND), epochs=6), (), HandOver(1)),
    "a grid of another depth": (Grid(SMALL, 2, 4), (Deep(3, 5),), Deep(3, 4)),
    "data that have moved": (MovingData(SMALL, Change("move", 0.5), 4), (Change("turn", 20.0),), Change("scale", 1.4)),
    "a purse spent by a rule": (Babysitting(Purse(SMALL, SPACE, 40, 2), ruled=True), (), HandOver(0)),
    "a purse spent by hand": (
        Babysitting(Purse(SMALL, SPACE, 40, 2)),
        (Train(2), Train(4, BY_HAND), GoBack(), Train(7)),
        Train(9, SMALL),
    ),
    "data sets that were tuned": (
        Transfer((Case("as it is", SMALL), Case("other", BY_HAND)), SPACE, draws=2, epochs=2, seeds=1),
        (),
        HandOver(1),
    ),
    **{
        f"a search by {strategy}": (Search(Plan(NORMED, SPACE, strategy, 10, 4), maps=False), (), Open(3))
        for strategy in ("random", "tpe", "halving", "evolve")
    },
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wished_of_a_task_at_rest_is_the_same_when_it_was_run_again(name: str) -> None:
    task, before, wish = CASES[name]
    first = Running(task).rest()
    for one in before:
        first.wish(one)
    other = first.again().rest()
    expected, found = first.wish(wish), other.wish(wish)
    expected, found = _networks(expected), _networks(found)
    assert alike(expected, found)


def _networks(answer: Any) -> Any:
    """Of a search's answer the network: how it was come by may differ, and how often it was looked at."""
    checkpoint = getattr(answer, "checkpoint", None)
    return answer if checkpoint is None else (checkpoint.step, checkpoint.position, checkpoint.moment)


def test_a_grid_is_measured_again_in_the_size_that_was_wished_for_last() -> None:
    first = Running(Grid(SMALL, 2, 4)).rest()
    first.wish(Deep(3, 5))
    assert alike(first.records, first.again().rest().records)


def test_data_that_were_moved_on_the_way_are_moved_at_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "BURST", 1e-4)  # so that it is seen on the way, however fast the machine
    monkeypatch.setattr(moving, "EVERY", 0.0)
    first = Running(MovingData(SMALL, Change("move", 0.5), 20))
    first.until(lambda said: isinstance(said, Record) and np.isfinite(said.value.changed))
    first.wishes.append(Change("scale", 2.0))
    first.rest()
    assert len(first.records[Moved].put) == 2
    other = first.again().rest()
    assert alike(first.records[Moved], other.records[Moved])


def test_a_search_half_way_goes_on_with_what_finished() -> None:
    plan = Plan(SMALL, SPACE, "tpe", 24, 2)
    first = Running(Search(plan, maps=False)).until(_is_finished(10))
    first.wishes.append(SearchIn(SPACE.boxed({SPACE.knobs[0].knob: (0.01, 0.1)})))
    first.until(_is_finished(13))
    trained = {key for key, one in first.records.items() if isinstance(one, Finished)}
    other = first.again()
    other.until(lambda said: isinstance(said, Record) and isinstance(said.value, Stand))
    assert trained and trained <= set(other.records)
    first.rest()
    other.rest()
    assert len(_trials(first)) == 24 and alike(_trials(first), _trials(other))


def _is_finished(count: int) -> Callable[[Any], bool]:
    found: set[int] = set()

    def enough(said: Any) -> bool:
        if isinstance(said, Record) and isinstance(said.value, Finished):
            found.add(said.value.number)
        return len(found) >= count

    return enough


def _trials(run: Running) -> list[Any]:
    found = [one for one in run.records.values() if isinstance(one, Finished)]
    return sorted(found, key=lambda one: one.number)


def test_a_babysitter_who_moves_in_the_middle_of_a_day_waits_for_its_end() -> None:
    run = Running(Babysitting(Purse(SMALL, SPACE, 400, 2)))
    run.rest()
    run.wishes.append(Train(1))
    steps = iter(range(3))
    run.until(lambda said: next(steps) == 2)  # the day has begun
    run.wishes.append(Train(1, BY_HAND))
    run.rest()
    assert run.records["standing"].moves == ()
