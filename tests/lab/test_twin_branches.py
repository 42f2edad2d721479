"""Branches of twins: left by both at the same moment, one thing with one name, gone back to with the same bits."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.timeline.branches import BRANCHES
from hyperscope.lab.timeline.score import replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.trained import Trained
from hyperscope.lab.twins.twin import Twins, begin
from lab.sessions import CALM, RUNAWAY, START, bits, moved, with_layers

RATE = "training.learning_rate"
FASTER, SLOWER = moved((RATE, 0.03)), moved((RATE, 0.001))
bounded = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def line(steps: int = 30) -> Timeline:
    made = Timeline(Trainer(START))
    made.steps(steps)
    return made


def both(pair: Twins) -> tuple[Any, Any]:
    """The bits of A and of B."""
    return bits(pair.a.trainer), bits(pair.b.trainer)


def forked() -> Twins:
    """Twins from tick 30 on, B with a faster rate until 60; and from 45 on B with a slower one, until 70."""
    pair = begin(line())
    pair.apply_each(START, FASTER)
    pair.steps(30)
    pair.restore(45)
    pair.apply_each(START, SLOWER)
    pair.steps(25)
    return pair


def marks(pair: Twins) -> list[tuple[str, int, int]]:
    """Name, start and end of each branch."""
    return [(branch.name, branch.start, branch.end) for branch in pair.branches]


def test_what_both_had_ahead_is_one_branch_named_by_what_differs() -> None:
    assert marks(forked()) == [("B: α 0.03", 45, 60)]


def test_a_branch_stays_though_one_of_the_twins_repeats_its_part() -> None:
    pair = forked()
    pair.steps(200)
    assert marks(pair) == [("B: α 0.03", 45, 60)]


def test_a_branch_that_both_repeat_is_gone() -> None:
    pair = begin(line())
    pair.apply_each(START, FASTER)
    pair.steps(30)
    pair.restore(45)
    pair.steps(5)
    assert marks(pair) == [("trained on", 50, 60)]
    pair.steps(10)
    assert marks(pair) == []


def test_branching_here_ends_both_at_this_tick() -> None:
    pair = begin(line())
    pair.apply_each(START, FASTER)
    pair.steps(30)
    pair.restore(40)
    assert pair.branch_here()
    assert (pair.a.end, pair.b.end) == (40, 40)
    assert marks(pair) == [("trained on", 40, 60)]
    assert not pair.branch_here()


def test_switching_takes_both_to_what_they_left_to_the_last_bit() -> None:
    pair = begin(line())
    pair.apply_each(START, FASTER)
    pair.steps(30)
    there, scores = both(pair), (pair.a.score, pair.b.score)
    pair.restore(45)
    pair.apply_each(moved(("training.l2", 0.01)), SLOWER)
    pair.steps(25)
    assert marks(pair) == [("A: λ 0, B: α 0.03", 45, 60)]
    pair.switch(pair.branches[0].key)
    assert (both(pair), (pair.a.score, pair.b.score)) == (there, scores)


def test_switching_to_and_fro_changes_nothing() -> None:
    pair = forked()
    there = both(pair)
    for _ in range(2):
        pair.switch(pair.branches[0].key)
    assert both(pair) == there
    assert marks(pair) == [("B: α 0.03", 45, 60)]


def test_after_switching_both_stand_at_the_end_and_go_on_in_lockstep() -> None:
    pair = forked()
    pair.switch(pair.branches[0].key)
    assert (pair.a.place.tick, pair.b.place.tick, pair.end) == (60, 60, 60)
    pair.steps(7)
    assert pair.a.trainer.step == pair.b.trainer.step == 67
    assert bits(pair.b.trainer) == bits(replay(pair.b.score))


def test_every_tick_of_a_branch_is_reached_by_both() -> None:
    pair = forked()
    pair.switch(pair.branches[0].key)
    for tick in (10, 30, 44, 46, 60):
        pair.restore(tick)
        assert both(pair) == (bits(replay(pair.a.score, tick)), bits(replay(pair.b.score, tick)))


def test_a_branch_from_before_the_twin_is_both_s_and_both_are_equal_there() -> None:
    alone = line(60)
    alone.restore(20)
    alone.apply(SLOWER)
    alone.steps(20)
    pair = begin(alone)
    pair.apply_each(SLOWER, FASTER)
    pair.steps(10)
    twins = both(pair)
    assert marks(pair) == [("α 0.01", 20, 60)]
    pair.switch(pair.branches[0].key)
    assert bits(pair.a.trainer) == bits(pair.b.trainer) == bits(replay(pair.a.score))
    assert pair.a.score.experiment == START and pair.end == 60
    (mark,) = pair.branches
    pair.switch(mark.key)
    assert both(pair) == twins


def test_a_twin_that_had_stopped_stays_at_its_end_in_a_branch() -> None:
    start = Timeline(Trainer(CALM))
    start.steps(30)
    pair = begin(start)
    pair.apply_each(CALM, RUNAWAY)
    pair.steps(300)
    ends, there = (pair.a.end, pair.b.end), both(pair)
    pair.restore(10)
    pair.apply_each(CALM, moved((RATE, 0.02), start=CALM))
    pair.steps(20)
    pair.switch(pair.branches[0].key)
    assert (pair.a.place.tick, pair.b.place.tick) == ends
    assert both(pair) == there


def test_a_branch_whose_data_b_cannot_have_leaves_both_where_they_were(tmp_path) -> None:
    file = tmp_path / "table.csv"
    rows = [f"{n % 7},{n % 5},{'ab'[n % 2]}" for n in range(40)]
    file.write_text("\n".join(["width,height,kind", *rows]), encoding="utf-8")
    pair = begin(line())
    pair.apply_each(START, msgspec.structs.replace(START, data=Data(source="file", file=str(file))))
    pair.steps(9)
    pair.restore(10)
    pair.apply_each(START, FASTER)
    pair.steps(9)
    before = both(pair), pair.a.score, pair.b.score, pair.branches, pair.place
    file.unlink()
    with pytest.raises(ValueError, match=r"table\.csv"):
        pair.switch(pair.branches[0].key)
    assert (both(pair), pair.a.score, pair.b.score, pair.branches, pair.place) == before


def test_a_change_that_is_refused_leaves_what_lies_ahead() -> None:
    pair = begin(line())
    pair.steps(10)
    pair.restore(20)
    nowhere = msgspec.structs.replace(START, data=Data(source="file", file="nowhere.csv"))
    pair.apply_each(START, nowhere)
    assert (pair.a.end, pair.b.end, pair.branches) == (40, 40, ())


def test_of_many_branches_the_oldest_goes_and_is_named() -> None:
    pair = begin(line())
    pair.steps(10)
    for seed in range(50, 51 + BRANCHES):
        pair.restore(20)
        pair.apply_each(START, msgspec.structs.replace(START, seed=seed))
        pair.steps(5)
    assert len(pair.branches) == BRANCHES
    assert pair.dropped == "B: Seed 7"


def test_the_curves_of_both_stay_but_for_what_is_repeated() -> None:
    pair = forked()
    assert [name for name, _ in pair.ghosts()] == ["B: α 0.03"]
    pair.restore(35)
    pair.apply_each(FASTER, FASTER)
    assert [name for name, _ in pair.ghosts()] == ["A: trained on", "B: α 0.03", "A: α 0.01", "B: α 0.001"]


def test_one_that_goes_on_alone_keeps_its_own_part_of_each_branch() -> None:
    trained = Trained(line())
    trained.start_twin(START, FASTER, None)
    assert trained.twins is not None
    pair = trained.twins
    pair.apply_each(START, FASTER)
    pair.steps(30)
    end = bits(pair.b.trainer)
    pair.restore(45)
    pair.apply_each(START, SLOWER)
    pair.steps(25)
    alone = trained.end_twin(pair, "B")
    assert [(mark.name, mark.start, mark.end) for mark in alone.branches] == [("α 0.03", 45, 60)]
    alone.switch(alone.branches[0].key)
    assert bits(alone.trainer) == end


def test_one_that_has_repeated_its_part_has_no_branch_when_it_goes_on_alone() -> None:
    trained = Trained(line())
    trained.start_twin(START, FASTER, None)
    trained.timeline.steps(30)
    assert trained.twins is not None
    trained.twins.restore(45)
    trained.twins.apply_each(START, SLOWER)
    trained.twins.steps(25)
    assert trained.end_twin(trained.twins, "A").branches == ()


def test_what_is_held_counts_the_branches_of_one_that_goes_on_alone_and_of_twins_again() -> None:
    pair = forked()
    pair.restore(60)  # A has repeated its part by now, and its end is kept in the branch
    line = pair.part("A")
    assert (line.branches, line.store.held) == ((), line.size)
    pair.rejoin()
    assert [line.store.held for _, line in pair.both] == [line.size for _, line in pair.both]


def test_twins_that_are_brought_back_by_an_undo_have_their_branches() -> None:
    trained = Trained(line())
    trained.start_twin(START, START, None)
    assert trained.twins is not None
    pair = trained.twins
    pair.apply_each(START, FASTER)
    pair.steps(30)
    there = both(pair)
    pair.restore(45)
    pair.apply_each(START, SLOWER)
    pair.steps(25)
    mark = pair.branches
    trained.end_twin(pair, "A")
    again, said = trained.start_twin(START, SLOWER, None)
    assert said == "Both as they were."
    assert again.branches == mark
    again.switch(mark[0].key)
    assert both(again) == there


def test_one_that_switched_while_alone_is_no_longer_as_it_was() -> None:
    alone = line(60)
    alone.restore(20)
    alone.apply(SLOWER)
    alone.steps(40)
    trained = Trained(alone)
    pair, _ = trained.start_twin(SLOWER, SLOWER, None)
    kept = trained.end_twin(pair, "A")
    for _ in range(2):
        kept.switch(kept.branches[0].key)
    again, _ = trained.start_twin(SLOWER, SLOWER, None)
    assert again is not pair


@bounded
@given(st.data())
def test_any_session_of_twins_comes_back_to_any_of_its_futures(data: st.DataObject) -> None:
    pair = begin(line(data.draw(st.integers(0, 12))))
    ends: dict[Any, Any] = {}
    experiments = [START, FASTER, SLOWER, with_layers(START, Layer(3, "relu", "before")), moved(("seed", 9))]
    for _ in range(data.draw(st.integers(1, 10))):
        if not (pair.a.ahead or pair.b.ahead):
            ends[pair.a.score, pair.b.score] = both(pair)
        match data.draw(st.sampled_from(["steps", "move", "restore", "restart", "edit", "branch", "switch", "slowly"])):
            case "steps":
                pair.go_on()
                pair.steps(data.draw(st.integers(1, 15)))
            case "slowly":
                pair.step_on()
            case "move":
                pair.apply_each(data.draw(st.sampled_from(experiments)), data.draw(st.sampled_from(experiments)))
            case "restore":
                pair.restore(data.draw(st.integers(0, pair.end)))
            case "restart":
                pair.restart()
            case "edit":
                pair.aim = data.draw(st.sampled_from(["A", "B"]))
                pair.edit(Edit("layer1.weights", (0, 0), data.draw(st.floats(-2, 2))))
            case "branch":
                pair.branch_here()
            case "switch":
                if pair.branches:
                    pair.switch(data.draw(st.sampled_from(pair.branches)).key)
                    if (pair.a.score, pair.b.score) in ends:
                        assert both(pair) == ends[pair.a.score, pair.b.score]
        assert pair.a.place.tick == pair.b.place.tick and pair.a.end == pair.b.end
        for _, one in pair.both:
            assert one.store.held == one.size
    tick = data.draw(st.integers(0, pair.end))
    pair.restore(tick)
    assert both(pair) == (bits(replay(pair.a.score, tick)), bits(replay(pair.b.score, tick)))
