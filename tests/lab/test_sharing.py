"""Sharing: whatever text somebody pastes is recognised, put into words, and opens as what was handed on."""

from __future__ import annotations

import os

import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import FILE, Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.export.sharing import described, experiment_code, recognised, with_known
from hyperscope.lab.session.opening import opened, opened_score
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import Event, Score, from_code, replay
from hyperscope.lab.timeline.score import from_json as score_from_json
from lab.sessions import RUNAWAY, START, bits, moved

FASTER = moved(("training.learning_rate", 0.05))
SESSION = Score(START, (Event(7, FASTER), Event(11, FASTER, restart=True)), 30)


def hostile(event: str = "", end: str = "9") -> str:
    """A session's JSON as nobody's Hyperscope writes it."""
    return f'{{"version": 1, "start": {{}}, "events": [{event}], "end": {end}}}'


@pytest.mark.parametrize("text", [SESSION.to_code(), SESSION.to_json()], ids=["code", "JSON"])
def test_a_session_is_recognised(text):
    found = recognised(text)
    assert (found.kind, found.score) == ("session", SESSION)


@pytest.mark.parametrize("text", [experiment_code(FASTER), FASTER.to_json()], ids=["code", "JSON"])
def test_an_experiment_is_recognised(text):
    found = recognised(text)
    assert (found.kind, found.score) == ("experiment", Score(FASTER))


@pytest.mark.parametrize(
    "around",
    ["{}\n", "`{}`", '"{}"', "Try this: {}", "{} see what happens", "<{}>"],
)
def test_a_code_is_found_in_a_message(around):
    assert recognised(around.format(SESSION.to_code())).score == SESSION


def test_a_code_broken_into_lines_is_read():
    code = SESSION.to_code()
    lines = "\n".join(code[at : at + 20] for at in range(0, len(code), 20))
    assert recognised(lines).score == SESSION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste a code"),
        ("hello", "this is neither a code nor JSON"),
        (SESSION.to_code()[:-9], "ends too early"),
        ("HS1-AAAA", "damaged"),
        ("{", "this is not an experiment"),
        ('{"start": {}, "end": 3}', "this is not a session"),
        ('{"training": {"learning_rate": 99}}', "learning_rate is 99"),
        (hostile('{"beat": 0, "set": {"' + "a." * 9000 + 'a": 1}}'), "event 1, a.*is no path of an experiment"),
        (hostile('{"beat": 0, "set": {"seed": 3}, "restart": true}'), "event 1 must be one of set, restart and edit"),
        (hostile(end="1" + 40 * "0"), "a session has at most 10000000000 ticks"),
        ('{"data": {"painted": ["' + 9000 * "1," + '"]}}', "class 1: '(1,)*' is no point"),
    ],
    ids=[
        *("nothing", "words", "cut short", "damaged", "no JSON", "no session", "not allowed"),
        *("a path too deep", "two things in one event", "no end", "no point"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence(text, said):
    with pytest.raises(ValueError, match=said) as refused:
        recognised(text)
    assert len(str(refused.value)) < 400


def test_a_session_is_described_in_a_line():
    score = Score(Experiment(), (Event(5, changed(Experiment(), "seed", 2)),), 2300)
    assert described(score) == "spiral, 3 layers of 8 tanh, 1 move over 2\u2009300 steps"


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((), "spiral, no hidden layer"),
        ((Layer(8),), "spiral, 1 layer of 8 tanh"),
        ((Layer(8, "relu", "before"), Layer(4, "relu", "before")), "spiral, 2 layers of 8-4 relu, batch norm before"),
    ],
    ids=["none", "one", "two"],
)
def test_an_experiment_is_described_by_data_and_layers(layers, said):
    assert described(Score(Experiment(network=Network(layers=layers)))) == said


AWAY = ["/home/ada/private/mine.csv", r"C:\Users\Ada\mine.csv", r"\\\\server\share\mine.csv", "//server/share/mine.csv"]


def with_table(file: str) -> Score:
    """A session that turns to a table."""
    table = Experiment(data=Data(source=FILE, file=file))
    return Score(Experiment(), (Event(3, table),), 5)


@pytest.mark.parametrize("file", AWAY)
def test_a_code_names_no_path_of_its_makers_machine(file):
    score = with_table(file)
    for handed_on in (from_code(score.to_code()), from_code(experiment_code(score.experiment))):
        assert handed_on.experiment.data.file == "mine.csv"
    assert from_code(Score(score.experiment).to_code()).start.data.file == "mine.csv"


def test_a_file_for_oneself_keeps_the_path():
    assert score_from_json(with_table(AWAY[0]).to_json()) == with_table(AWAY[0])


@pytest.mark.parametrize("file", AWAY)
def test_what_was_handed_on_is_described_without_asking_the_file_system(monkeypatch, file):
    def asked(*words: object, **more: object) -> None:
        raise AssertionError(f"the file system was asked {words}")

    text = with_table(file).to_json()
    for name in ("stat", "lstat", "open", "listdir", "scandir", "access"):
        monkeypatch.setattr(os, name, asked)
    said = described(recognised(text).score)
    monkeypatch.undo()
    assert "it needs mine.csv" in said and said.endswith("on another computer") == ("server" in file)


def test_the_table_that_is_open_here_is_taken_for_one_of_its_name():
    taken = with_known(from_code(with_table(AWAY[0]).to_code()), "/home/grace/mine.csv")
    assert taken.experiment.data.file == "/home/grace/mine.csv" and taken.start == Experiment()
    assert (
        with_known(from_code(with_table(AWAY[0]).to_code()), "/home/grace/other.csv").experiment.data.file == "mine.csv"
    )


@pytest.mark.parametrize("file", ["~nobody-of-this-name/mine.csv", "m" * 9000], ids=["unknown home", "too long"])
def test_a_table_that_cannot_be_anywhere_is_missing(file):
    away = Experiment(data=Data(source=FILE, file=file))
    with pytest.raises(ValueError, match=file[:9]):
        replay(Score(away))


def test_a_file_of_a_session_opens_as_that_session(tmp_path):
    (tmp_path / "mine.json").write_text(SESSION.to_json(), encoding="utf-8")
    assert opened_score(tmp_path / "mine.json") == SESSION


def test_a_table_beside_the_file_of_a_session_is_found(tmp_path):
    (tmp_path / "mine.csv").write_text("a,b,class\n" + "1,2,x\n2,3,y\n" * 20, encoding="utf-8")
    there = Experiment(data=Data(source=FILE, file="mine.csv"))
    (tmp_path / "mine.json").write_text(Score(there, end=3).to_json(), encoding="utf-8")
    assert opened_score(tmp_path / "mine.json").start.data.file == str(tmp_path / "mine.csv")


def test_a_number_set_by_hand_is_still_set_after_opening_the_file(tmp_path):
    edited = Score(START, (Event(7, START, edit=Edit("output.weights", (1, 2), 0.5)),), 9)
    (tmp_path / "mine.json").write_text(edited.to_json(), encoding="utf-8")
    assert opened_score(tmp_path / "mine.json") == edited


# -- performing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [SESSION, Score(RUNAWAY, end=40)], ids=["moves", "a divergence"])
def test_a_performed_session_has_the_bits_of_the_replayed_one(score):
    assert bits(performed(score).trainer) == bits(replay(score))


def test_a_performed_session_is_the_same_session_again():
    assert performed(SESSION).score == SESSION


def test_a_performed_session_can_be_gone_back_in():
    timeline = performed(SESSION)
    timeline.restore(9)
    assert bits(timeline.trainer) == bits(replay(SESSION, 9))


def test_a_session_is_performed_up_to_a_tick():
    assert bits(performed(SESSION, tick=9).trainer) == bits(replay(SESSION, 9))


@pytest.mark.parametrize("name", ["session.txt", "session", "mail.md"])
def test_a_code_in_a_file_opens_as_the_session_it_is(tmp_path, name: str) -> None:
    score = Score(Experiment(), (Event(20, changed(Experiment(), "training.learning_rate", 0.1)),), 40)
    path = tmp_path / name
    path.write_text(score.to_code() + "\n")
    assert opened_score(path) == score
    assert opened(path) == score.experiment


def test_a_damaged_code_in_a_file_is_named_with_the_file(tmp_path) -> None:
    path = tmp_path / "session.txt"
    path.write_text("HS1-abc")
    with pytest.raises(ValueError, match=r"session\.txt: this session's code"):
        opened_score(path)
