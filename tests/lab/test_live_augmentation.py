"""Augmentation moved while the network trains: all that was learned stays, and the session says so of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.knob import Value
from hyperscope.lab.examples.examples import load, suggested
from hyperscope.lab.experiment.data import COPIED, Data
from hyperscope.lab.experiment.experiment import Experiment, knob_at
from hyperscope.lab.frameworks.start import start_of
from hyperscope.lab.library.recorder import may_start_anew
from hyperscope.lab.timeline.score import Score, from_code, from_json, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.population import Population
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.twin import begin
from lab.sessions import START, bits, moved

JITTER = ("data.augment_jitter", 0.2)
TURN = ("data.augment_rotate", 30.0)
RATE = ("training.learning_rate", 0.003)
STEPS = 30  # in the middle of an epoch


def trained(experiment: Experiment = START, steps: int = STEPS) -> Trainer:
    trainer = Trainer(experiment)
    trainer.steps(steps)
    return trainer


def of_before(score: Score) -> Score:
    """The session as the first ones were written, without a word on whether training went on."""
    tree = json.loads(score.to_json())
    for event in tree["events"]:
        event.pop("live", None)
    return from_json(msgspec.json.encode(tree))


@pytest.mark.parametrize("name", COPIED)
def test_live_augmentation_keeps_weights_and_moments(name: str) -> None:
    trainer = trained(moved(("training.patience", 50)))
    before, path = bits(trainer), f"data.{name}"
    said = trainer.apply(moved((path, knob_at(path).at(0.5)), start=trainer.experiment))
    after = bits(trainer)
    assert "weights and Adam's memory kept" in said
    assert after.pop("experiment") != before.pop("experiment") and after.pop("marks") != before.pop("marks")
    assert after == before


@pytest.mark.parametrize("start", [START, moved(TURN)], ids=["from none", "from another"])
@pytest.mark.parametrize("to", [(JITTER,), (("data.augment_rotate", 0.0),)], ids=["to some", "to none"])
def test_steps_after_it_are_those_of_training_with_it(start: Experiment, to: tuple[tuple[str, Value], ...]) -> None:
    trainer = trained(start)
    wanted = moved(*to, start=start)
    other = Trainer(wanted)
    other.restore(replace(trainer.checkpoint(), experiment=wanted))
    trainer.apply(wanted)
    trainer.steps(25)
    other.steps(25)
    assert trainer.parameters.tobytes() == other.parameters.tobytes()


def moving() -> Timeline:
    """A session in which augmentation is moved, also as a drag, with a layer, and back."""
    timeline = Timeline(Trainer(START))
    timeline.steps(STEPS)
    for value in (0.1, 0.2, 0.3):
        timeline.apply(moved(("data.augment_jitter", value)), gesture=1)
        timeline.steps(1)
    timeline.steps(10)
    both = moved(JITTER, TURN, RATE)
    timeline.apply(both)
    timeline.steps(9)
    timeline.apply(msgspec.structs.replace(both, network=Network(layers=(Layer(4),)), data=START.data))
    timeline.steps(11)
    return timeline


def test_a_session_with_it_replays_to_the_last_bit() -> None:
    timeline = moving()
    assert timeline.trainer.step == STEPS + 33
    for score in (timeline.score, from_json(timeline.score.to_json()), from_code(timeline.score.to_code())):
        assert bits(replay(score)) == bits(timeline.trainer)


def test_time_travel_over_it_gives_every_moment_back() -> None:
    timeline = moving()
    end = bits(timeline.trainer)
    for tick in (STEPS - 1, STEPS + 2, STEPS + 20):
        timeline.restore(tick)
        assert bits(timeline.trainer) == bits(replay(timeline.score, tick))
    timeline.restore(timeline.end)
    assert bits(timeline.trainer) == end


def test_a_branch_from_before_it_and_back_gives_both_futures() -> None:
    timeline = moving()
    end = bits(timeline.trainer)
    timeline.restore(STEPS - 5)
    timeline.apply(moved(TURN))
    timeline.steps(20)
    (branch,) = timeline.branches
    assert bits(replay(timeline.score)) == bits(timeline.trainer)
    timeline.switch(branch.key)
    assert bits(timeline.trainer) == end


def test_a_session_of_before_starts_over_as_it_did() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(STEPS)
    timeline.apply(moved(JITTER))
    timeline.steps(20)
    old = of_before(timeline.score)
    then = trained(moved(JITTER), 20)
    again = replay(old)
    assert again.step == 20 and timeline.score.events[0].live and not old.events[0].live
    assert again.parameters.tobytes() == then.parameters.tobytes()
    whole = Timeline(Trainer(old.start), old, here=old.place(0, before=True))
    whole.restore(old.end)
    assert whole.trainer.parameters.tobytes() == then.parameters.tobytes()


def test_other_data_still_start_over() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(STEPS)
    timeline.apply(moved(JITTER, ("data.noise", 0.2)))
    assert timeline.trainer.step == 0 and not timeline.score.events[0].live
    assert may_start_anew(timeline.trainer, START)
    assert not may_start_anew(timeline.trainer, moved(TURN, start=timeline.trainer.experiment))


def test_of_twins_the_one_that_is_augmented_goes_on_beside_the_other() -> None:
    pair = begin(Timeline(trained()))
    pair.apply_each(START, moved(TURN))
    pair.steps(20)
    assert pair.a.trainer.step == pair.b.trainer.step == STEPS + 20
    assert pair.a.trainer.parameters.tobytes() == trained(START, STEPS + 20).parameters.tobytes()
    alone = trained()
    alone.apply(moved(TURN))
    alone.steps(20)
    assert pair.b.trainer.parameters.tobytes() == alone.parameters.tobytes()


def test_members_of_a_population_go_on_with_it_as_alone() -> None:
    precise = moved(("training.precision", "float64"))
    population = Population([moved(("seed", seed), start=precise) for seed in range(3)])
    population.steps(STEPS)
    for member in (0, 1):
        population.apply(member, moved(TURN, ("seed", member), start=precise))
    population.steps(20)
    for member in range(3):
        alone = trained(moved(("seed", member), start=precise))
        if member < 2:
            alone.apply(moved(TURN, ("seed", member), start=precise))
        alone.steps(20)
        assert population.member(member).step == STEPS + 20
        assert population.member(member).parameters == pytest.approx(alone.parameters, rel=1e-9, abs=1e-12)


def test_code_begins_at_the_move_with_the_optimisers_memory() -> None:
    timeline = moving()
    start = start_of(timeline.score, 2, 3)
    events = timeline.score.events
    assert start.place.events == len(events) and start.trained
    first = start_of(Score(timeline.score.start, events[:1], STEPS + 5), 2, 3)
    assert first.place.tick == STEPS and first.remembers and first.experiment == events[0].experiment
    assert not start_of(of_before(Score(timeline.score.start, events[:1], STEPS + 5)), 2, 3).trained


def test_the_table_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x,y,class\n" + "\n".join(f"{k % 7},{k % 5},{'ab'[k % 2]}" for k in range(40)), encoding="utf-8")
    trainer = trained(Experiment(data=suggested(path)), 5)
    path.unlink()
    trainer.apply(moved(JITTER, TURN, start=trainer.experiment))
    assert trainer.step == 5 and trainer.steps(5) == 5


def test_what_is_said_of_the_data_is_what_they_would_say_if_they_were_read_again() -> None:
    iris = Experiment(data=Data(source="iris", standardise=True))
    trainer = Trainer(iris)
    for experiment in (moved(TURN, start=iris), moved(TURN, ("data.augment_cut", 2), start=iris), iris):
        trainer.apply(experiment)
        assert trainer.examples.notes == load(experiment.data).notes
