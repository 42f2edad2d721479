"""Scores: a session written down, played back to the last bit, as JSON and as a short code."""

from __future__ import annotations

import base64
import pickle
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.timeline.score import (
    LONGEST,
    PREFIX,
    Event,
    Place,
    Score,
    branch,
    changes,
    from_code,
    from_json,
    play,
    replay,
)
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, RUNAWAY, START, Doing, bits, future, moved, sessions, with_layers
from lab.strategies import experiments

bounded = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FASTER = moved(("training.learning_rate", 0.03))
NARROW = with_layers(FASTER, Layer(4), Layer(3, "relu", "before"))
SCORE = Score(START, (Event(5, FASTER), Event(9, NARROW), Event(9, NARROW, restart=True)), 20)


def live(*things: Any, start: Experiment = START) -> Timeline:
    """A session: numbers are steps taken, experiments are taken on, "restart" restarts."""
    timeline = Timeline(Trainer(start))
    for thing in things:
        if thing == "restart":
            timeline.restart()
        elif isinstance(thing, int):
            timeline.trainer.go_on()
            timeline.steps(thing)
        else:
            timeline.apply(thing)
    return timeline


# -- playing back -------------------------------------------------------------------------------------------------

SESSIONS: dict[str, tuple[Any, ...]] = {
    "nothing done": (),
    "steps alone": (37,),
    "a rate": (37, FASTER, 21),
    "a change before the first step": (FASTER, 21),
    "a change after the last step": (37, FASTER),
    "Adam's constants dragged while paused": (
        13,
        moved(("training.beta1", 0.5)),
        moved(("training.beta1", 0.7)),
        moved(("training.beta2", 0.9)),
        13,
    ),
    "another optimiser": (13, moved(("training.optimiser", "momentum")), 13),
    "another batch size": (13, moved(("training.batch_size", 5)), 13),
    "batch norm switched off and on": (13, moved(("network.layers.0.batch_norm", "off")), 13, START, 13),
    "a unit taken away and put back": (13, moved(("network.layers.0.units", 7)), START, 13),
    "layers added and removed": (13, with_layers(START, *START.network.layers, Layer(4)), 9, with_layers(START), 9),
    "dropout": (13, moved(("network.layers.1.dropout", 0.5)), 13),
    "a new start": (13, moved(("seed", 8)), 13),
    "other data": (13, moved(("data.noise", 0.3)), 13),
    "another table": (13, msgspec.structs.replace(START, data=Data(source="iris", standardise=True)), 13),
    "a restart": (13, "restart", 21),
    "a restart at once": ("restart", 21),
    "a restart in an experiment moved since": (13, FASTER, 4, "restart", "restart", 21),
    "other inputs": (13, msgspec.structs.replace(START, data=Data(points=90, features=("x1", "x2", "x1^2"))), 13),
    "early stopping": (moved(("training.patience", 1), ("training.learning_rate", 1.0)), 200, 30, FASTER, 9),
}


@pytest.mark.parametrize("things", SESSIONS.values(), ids=SESSIONS.keys())
def test_a_replay_is_the_live_run_to_the_last_bit(things: tuple[Any, ...]) -> None:
    timeline = live(*things)
    assert bits(replay(timeline.score)) == bits(timeline.trainer)


@pytest.mark.parametrize("things", SESSIONS.values(), ids=SESSIONS.keys())
def test_a_replay_from_json_is_the_live_run_to_the_last_bit(things: tuple[Any, ...]) -> None:
    timeline = live(*things)
    assert bits(replay(from_json(timeline.score.to_json()))) == bits(timeline.trainer)


@bounded
@given(sessions())
def test_any_session_is_played_back_to_the_last_bit(doing: Doing) -> None:
    found = replay(from_code(doing.timeline.score.to_code()))
    assert bits(found) == bits(doing.timeline.trainer)
    assert future(found) == future(doing.timeline.trainer)


@bounded
@given(sessions(), st.data())
def test_any_moment_of_a_session_is_played_back_to_the_last_bit(doing: Doing, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(doing.seen)))
    score = doing.timeline.score
    trainer = Trainer(score.start)
    play(trainer, score, Place(), place)
    assert bits(trainer) == doing.seen[place]


DIVERGED = (100, RUNAWAY, 200)


def test_a_divergence_need_not_be_written_down() -> None:
    timeline = live(*DIVERGED, start=CALM)
    assert timeline.trainer.alarm
    assert [event.experiment for event in timeline.score.events] == [RUNAWAY]
    assert bits(replay(timeline.score)) == bits(timeline.trainer)


def test_a_change_after_a_divergence_is_played_back_after_it() -> None:
    timeline = live(*DIVERGED, CALM, 50, start=CALM)
    assert timeline.place.tick > timeline.trainer.step
    assert bits(replay(timeline.score)) == bits(timeline.trainer)


def test_a_change_is_played_back_after_a_divergence_in_the_very_next_step() -> None:
    broken = live(*DIVERGED, start=CALM)
    last_sound = broken.place.tick - 1
    timeline = live(100, RUNAWAY, last_sound - 100, 1, CALM, 50, start=CALM)
    assert bits(replay(timeline.score)) == bits(timeline.trainer)


def test_playing_on_into_the_same_divergence_is_played_back() -> None:
    timeline = live(*DIVERGED, 200, 200, CALM, 9, start=CALM)
    assert bits(replay(timeline.score)) == bits(timeline.trainer)


def test_ticks_go_on_after_a_restart() -> None:
    timeline = live(13, "restart", 4)
    assert (timeline.place.tick, timeline.trainer.step) == (17, 4)


def test_a_refused_change_is_not_recorded() -> None:
    timeline = live(5)
    with pytest.raises(ValueError, match=r"nowhere\.csv"):
        timeline.apply(msgspec.structs.replace(START, data=Data(source="file", file="nowhere.csv")))
    assert timeline.score == Score(START, (), 5)


def test_a_change_to_the_same_experiment_is_not_recorded() -> None:
    assert live(5, START).score == Score(START, (), 5)


# -- moments ------------------------------------------------------------------------------------------------------


def test_a_moment_is_after_what_happened_there() -> None:
    assert SCORE.place(9) == Place(9, 3)


def test_a_moment_may_be_before_what_happened_there() -> None:
    assert SCORE.place(9, before=True) == Place(9, 1)


def test_a_branch_ends_where_it_was_cut() -> None:
    assert branch(SCORE, 7) == Score(START, (Event(5, FASTER),), 7)


def test_a_branch_at_a_change_holds_the_change() -> None:
    assert branch(SCORE, 5).experiment == FASTER


def test_a_branch_before_a_change_does_not_hold_it() -> None:
    assert branch(SCORE, 5, before=True).experiment == START


def test_a_branch_plays_as_the_run_did_up_to_there() -> None:
    timeline = live(13, FASTER, 8)
    then = bits(timeline.trainer)
    timeline.steps(30)
    assert bits(replay(branch(timeline.score, 21))) == then


@pytest.mark.parametrize("tick", [-1, 21])
def test_a_tick_the_session_has_not_is_refused(tick: int) -> None:
    with pytest.raises(ValueError, match=f"tick is {tick}; this session has 0 to 20"):
        branch(SCORE, tick)


def test_events_that_go_back_in_time_are_refused() -> None:
    with pytest.raises(ValueError, match="event 2 is at tick 4; it must not lie before tick 5"):
        Score(START, (Event(5, FASTER), Event(4, START)), 9)


def test_an_end_before_the_last_event_is_refused() -> None:
    with pytest.raises(ValueError, match="end is 4; it must not lie before tick 5"):
        Score(START, (Event(5, FASTER),), 4)


# -- changes ------------------------------------------------------------------------------------------------------


def test_a_moved_knob_is_a_path_and_a_value() -> None:
    assert changes(START, FASTER) == {"training.learning_rate": 0.03}


def test_a_layer_s_knob_is_a_path_and_a_value() -> None:
    assert changes(START, moved(("network.layers.1.units", 9))) == {"network.layers.1.units": 9}


def test_another_number_of_layers_is_written_whole() -> None:
    found = changes(START, with_layers(START, Layer(4)))
    assert list(found) == ["network.layers"]
    assert [layer["units"] for layer in found["network.layers"]] == [4]


def test_a_list_of_names_is_written_whole() -> None:
    other = msgspec.structs.replace(START, data=Data(points=90, features=("x1", "x1^2")))
    assert changes(START, other) == {"data.features": ["x1", "x1^2"]}


# -- as text ------------------------------------------------------------------------------------------------------


@bounded
@given(st.lists(experiments(), min_size=1, max_size=4), st.data())
def test_any_score_comes_back_from_json_and_from_its_code(found: list[Experiment], data: st.DataObject) -> None:
    ticks = sorted(data.draw(st.lists(st.integers(0, 10**9), min_size=len(found), max_size=len(found))))
    events, last = [], found[0]
    for tick, experiment in zip(ticks, found[1:], strict=False):
        if experiment == last:
            events.append(Event(tick, last, restart=True))
        else:
            events.append(Event(tick, experiment))
        last = experiment
    score = Score(found[0], tuple(events), ticks[-1])
    assert from_json(score.to_json()) == score
    coded = from_code(score.to_code())
    assert coded.to_code() == score.to_code()
    if not any(experiment.data.file for experiment in found):  # of which a code says no more than the name
        assert coded == score


def test_a_score_comes_through_a_pipe() -> None:
    assert pickle.loads(pickle.dumps(SCORE)) == SCORE


def test_the_start_is_written_out_in_full() -> None:
    assert msgspec.json.decode(SCORE.to_json())["start"] == msgspec.json.decode(START.to_json())


def test_events_are_small_in_json() -> None:
    events = msgspec.json.decode(Score(START, (Event(5, FASTER), Event(7, FASTER, restart=True)), 9).to_json())[
        "events"
    ]
    assert events == [{"beat": 5, "set": {"training.learning_rate": 0.03}}, {"beat": 7, "restart": True}]


def test_a_session_of_ten_moves_fits_in_a_message() -> None:
    events = [Event(100 * n, moved(("training.learning_rate", n / 300))) for n in range(1, 11)]
    assert len(Score(START, tuple(events), 2000).to_code()) < 500


def test_a_code_is_one_word_that_links_and_file_names_may_hold() -> None:
    assert SCORE.to_code().replace("-", "").replace("_", "").isalnum()


# Given out once, read for ever: where this fails after a change of the experiment's defaults, raise the experiment's
# version and add a migration that writes the old defaults out; then this code still reads as the experiment it was.
GIVEN_OUT = (
    "HS1-eNqNUdFugzAM_Bc_R4i2W6fyKxOq3GLaaDSpHId1Q_n3OcAmytOekji-8915gJ44WO-g2hgIgixQDdCgYD7v3joJUB1KAy2h"
    "RCZ9vcNjAwYeW6iTAUfy6fkjt3f4pWzaMMAJ5Xw9Os83qOBErWeCZAaIzmbCvQE8i-1RxtnA1EWlfEJhK8RL0OsKFOzl5m0DKcsQ"
    "Ruusu2QdE02w36S29voZiBqo3szCrVapp9FdlqvmxgGBxgB-2YqOkPPlyCjKVhblLmVJE-DwB5hTKBYRzKpfVqoF3XVt1betlhr2"
    "dx9lnLKwvftHVnPCK476Waoub1qwcKRUawBOU9mW6Qd7VK3A"
)


def test_a_code_given_out_long_ago_is_still_read() -> None:
    score = from_code(GIVEN_OUT)
    assert score == SCORE


def test_white_space_in_a_code_does_not_matter() -> None:
    code = SCORE.to_code()
    assert from_code(f"  {code[:20]}\n{code[20:50]} {code[50:]}\n") == SCORE


def packed(source: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(zlib.compress(source)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", f"start with {PREFIX}"),
        ("HS2-abcd", f"start with {PREFIX}"),
        (PREFIX, "ends too early"),
        (SCORE.to_code()[:-9], "ends too early|damaged"),
        (PREFIX + "äöü", "damaged"),
        (PREFIX + "abcd", "damaged"),
        (SCORE.to_code()[:30] + "AAAA" + SCORE.to_code()[34:], "damaged"),
        (packed(b" " * (LONGEST + 1)), f"more than {LONGEST} bytes"),
        (packed(b"[" * 100_000), "not a session"),
        (packed(b"3"), "must be a JSON object"),
    ],
)
def test_a_code_that_cannot_be_read_is_refused_with_the_reason(code: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_code(code)


def written(**fields: Any) -> str:
    tree = {"version": 1, "start": {}, "events": [], "end": 9} | fields
    return msgspec.json.encode({name: value for name, value in tree.items() if value is not None}).decode()


def with_event(**event: Any) -> str:
    return written(start=msgspec.to_builtins(START), events=[{"beat": 3, **event}])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{", "not a session"),
        (written(version=2), "version is 2; this Hyperscope reads versions 1 to 1"),
        (written(version=None), "version is None"),
        (written(end=None), "end"),
        (written(end="9"), "end"),
        (written(end=-1), "end is -1"),
        (written(moves=[]), "moves"),
        (written(start={"training": {"learning_rate": 99}}), "start: .*learning_rate is 99"),
        (written(start={"version": 99}), "start: version is 99"),
        (with_event(set={"training.learning_rate": 99}), "event 1: .*learning_rate is 99"),
        (with_event(set={"training.speed": 1}), "event 1: .*speed"),
        (with_event(set={"network.layers.3.units": 1}), "event 1, network.layers.3.units: there is no '3'"),
        (with_event(set={"seed.a.b": 1}), "event 1, seed.a.b: there is no 'a'"),
        (with_event(beat="x"), "beat"),
        (with_event(what=3), "what"),
    ],
)
def test_a_session_that_cannot_be_is_refused_with_the_place(source: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_json(source)


def test_a_start_left_out_in_part_has_the_defaults() -> None:
    assert from_json(written(start={"training": {"learning_rate": 0.5}})).start == Experiment(
        training=Training(learning_rate=0.5)
    )


# -- many changes -------------------------------------------------------------------------------------------------


def painting(*strokes: tuple[str, ...]) -> Score:
    """A session in which points were painted."""
    painted = [changed(Experiment(data=Data(source="painted")), "data.painted", stroke) for stroke in strokes]
    return Score(painted[0], tuple(Event(n, one) for n, one in enumerate(painted[1:])), len(strokes))


def test_points_that_come_go_and_move_are_read_as_they_were() -> None:
    score = painting(("1,1 2,2", "0,0"), ("1,1 2,2 3,3", "0,0"), (". 2,2 3,3", "0,0", "5,5"), (". 2,2", "", "5,5"), ())
    assert from_json(score.to_json()) == score
    assert from_code(score.to_code()) == score


def test_a_point_too_far_out_is_refused_though_only_that_one_is_looked_at() -> None:
    text = painting(("1,1 2,2", "0,0"), ("1,1 2,2 3,3", "0,0")).to_json()
    with pytest.raises(ValueError, match=r"^event 1: .*painted, class 1: '300,3' is no point"):
        from_json(text.replace("3,3", "300,3"))


def test_what_changes_in_several_groups_at_once_is_read_as_it_was() -> None:
    other = changed(changed(changed(START, "training.optimiser", "sgd"), "data.noise", 0.2), "seed", 3)
    score = Score(START, (Event(0, other), Event(4, changed(other, "network.layers.1.units", 3))), 9)
    assert from_json(score.to_json()) == score


def test_a_value_out_of_range_is_named_with_event_and_field() -> None:
    score = Score(START, (Event(0, changed(START, "training.learning_rate", 0.5)),), 9)
    with pytest.raises(ValueError, match=r"^event 1: learning_rate is 99\.0; it must lie in .* - at training"):
        from_json(score.to_json().replace('learning_rate": 0.5', 'learning_rate": 99.0'))
