"""Panda or caviar: what a purse is spent on, by a rule and by hand, and who has done better."""

from __future__ import annotations

from collections import deque

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.jobs.population_task import HandedOver, HandOver
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.tuning.babysitting import Babysitting, GoBack, Train
from hyperscope.lab.tuning.purse import DAYS, GROW, SHRINK, Babysat, Purse, by_rule
from hyperscope.lab.tuning.space import Range, Space
from lab.tasks import run_here

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
SPACE = Space((Range("training.learning_rate", 1e-3, 1.0, "log"),))
PURSE = Purse(SMALL, SPACE, epochs=82, many=4, blind=False)


def standings(*wishes: object, ruled: bool = False) -> list[Babysat]:
    said, _ = run_here(Babysitting(PURSE, ruled), *wishes)
    return [one.value for one in said if isinstance(one, Record) and isinstance(one.value, Babysat)]


@pytest.fixture(scope="module")
def ruled() -> list[Babysat]:
    """Every day of a purse that is spent by the rule."""
    return standings(ruled=True)


def test_both_have_spent_the_same_at_the_end_of_each_day(ruled: list[Babysat]) -> None:
    assert [one.day for one in ruled] == list(range(DAYS + 1)) and ruled[-1].over
    assert PURSE.whole == 80 and PURSE.each == 20
    for one in ruled:
        assert one.panda[-1, 0] == pytest.approx(one.spent()[-1]) == pytest.approx(one.day * 80 / DAYS)


def test_the_score_is_the_lowest_dev_loss_of_either(ruled: list[Babysat]) -> None:
    last = ruled[-1]
    assert last.scores == (last.panda[:, 1].min(), last.many.min())
    assert last.said().startswith("The panda wins" if last.scores[0] < last.scores[1] else "The caviar wins")


def test_the_rule_moves_the_rate_alone_and_keeps_each_move(ruled: list[Babysat]) -> None:
    last = ruled[-1]
    assert len(last.moves) == DAYS - 1 and all("α" in said for _, said in last.moves)
    back = msgspec.structs.replace(last.experiment.training, learning_rate=SMALL.training.learning_rate)
    assert back == SMALL.training


def test_the_rate_grows_while_the_loss_falls_and_is_halved_else() -> None:
    rate = SMALL.training.learning_rate
    assert by_rule(SMALL, lowered=True).training.learning_rate == pytest.approx(GROW * rate)
    assert by_rule(SMALL, lowered=False).training.learning_rate == pytest.approx(SHRINK * rate)


def test_the_same_purse_is_spent_in_the_same_way(ruled: list[Babysat]) -> None:
    again = standings(ruled=True)[-1]
    assert np.array_equal(again.panda, ruled[-1].panda) and np.array_equal(again.many, ruled[-1].many)


def test_by_hand_nothing_is_spent_until_a_day_is_wished_for() -> None:
    assert [one.day for one in standings()] == [0]
    other = changed(SMALL, "training.learning_rate", 0.2)
    last = standings(Train(1, other))[-1]
    assert last.day == 1 and last.moves == ((0.0, "α 0.2"),) and last.experiment == other


def test_the_panda_goes_back_to_its_best_day_and_what_was_spent_is_spent() -> None:
    wishes: deque[object] = deque([Train(2)])
    seen: list[Babysat] = []
    for news in (work := Babysitting(PURSE).run(wishes)):
        if isinstance(news, Record) and isinstance(news.value, Babysat):
            seen.append(news.value)
        if isinstance(news, Rest):
            if len(seen[-1].moves):
                break
            wishes.append(GoBack())
    work.close()
    assert seen[-1].day == 2 and seen[-1].moves == ((8.0, "back to the best day"),)


def test_a_panda_that_is_drawn_begins_with_other_settings_than_the_many() -> None:
    blind = Purse(SMALL, SPACE, 80, 4)
    rates = [values["training.learning_rate"] for values in blind.drawn()]
    assert blind.start.training.learning_rate not in rates and len(set(rates)) == 4
    assert PURSE.start == SMALL and PURSE.drawn() == blind.drawn()


def test_any_of_them_can_be_gone_on_with_elsewhere() -> None:
    said, _ = run_here(Babysitting(PURSE), HandOver(0), HandOver(4))
    handed = [one.value for one in said if isinstance(one, Record) and isinstance(one.value, HandedOver)]
    assert [one.number for one in handed] == [0, 4]
    assert handed[0].checkpoint.experiment == SMALL
    assert handed[1].checkpoint.experiment == SPACE.made(SMALL, PURSE.drawn()[3])


def test_a_purse_that_cannot_be_spent_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"many is 1; it must be a whole number in \[2, 64\]"):
        Purse(SMALL, SPACE, many=1)
    with pytest.raises(ValueError, match=r"epochs is 10; it must be a whole number in \[20, 20000\]"):
        Purse(SMALL, SPACE, epochs=10)
