"""The experiment: a checked value that JSON keeps whole, and whose refusals name the field, its value and its range."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Settings, knobs
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import (
    VERSION,
    Experiment,
    changed,
    every_knob,
    from_json,
    knob_at,
    parsed,
    read,
    schema,
)
from hyperscope.quoting import named
from lab.strategies import KNOBS, SEVERAL_LAYERS, allowed, experiments, refused

DEFAULT = Experiment()
PATHS = [path for path, _, _ in every_knob(DEFAULT)]
few = settings(max_examples=25, deadline=None)
each_knob = pytest.mark.parametrize(("kind", "name"), KNOBS, ids=[f"{kind.__name__}-{name}" for kind, name in KNOBS])
each_path = pytest.mark.parametrize("path", PATHS)


def tree() -> dict[str, Any]:
    """The default experiment as the JSON object it is written as."""
    found: dict[str, Any] = json.loads(DEFAULT.to_json())
    return found


@few
@given(experiments())
def test_json_gives_back_the_same_experiment(experiment: Experiment) -> None:
    assert from_json(experiment.to_json()) == experiment


@few
@given(experiments())
def test_an_experiment_written_twice_is_the_same_text(experiment: Experiment) -> None:
    assert from_json(experiment.to_json()).to_json() == experiment.to_json()


@few
@given(experiments())
def test_equal_experiments_have_equal_hashes(experiment: Experiment) -> None:
    assert hash(from_json(experiment.to_json())) == hash(experiment)


@pytest.mark.parametrize(("part", "kind"), [("data", Data), ("training", Training)])
def test_every_field_is_written_out_but_later_ones_as_usual(part: str, kind: type[Settings]) -> None:
    assert list(tree()[part]) == [name for name in kind.__struct_fields__ if name not in kind.LATER]


def test_the_text_ends_in_a_newline() -> None:
    assert DEFAULT.to_json().endswith("}\n")


def test_fields_left_out_have_their_defaults() -> None:
    assert from_json('{"version": 1, "training": {"batch_size": 64}}') == changed(DEFAULT, "training.batch_size", 64)


@each_knob
@few
@given(data=st.data())
def test_a_value_outside_a_knob_s_range_is_refused_by_name_value_and_range(
    kind: type[Settings], name: str, data: st.DataObject
) -> None:
    knob = knobs(kind)[name]
    value = data.draw(refused(knob))
    with pytest.raises(ValueError) as refusal:
        kind(**{name: value})
    ranges = {
        "switch": "true or false",
        "text": "text",
        "choice": "one of " + ", ".join(knob.choices),
        "whole": f"a whole number in [{knob.low:g}, {knob.high:g}]",
        "number": f"in [{knob.low:g}, {knob.high:g}]",
    }
    shown = named(value)
    verb = "lie" if knob.kind == "number" else "be"
    assert str(refusal.value) == f"{name} is {shown}; it must {verb} {ranges[knob.kind]}"


@each_knob
@few
@given(data=st.data())
def test_any_value_in_a_knob_s_range_is_taken(kind: type[Settings], name: str, data: st.DataObject) -> None:
    value = data.draw(allowed(knobs(kind)[name]))
    assert getattr(kind(**{name: value}), name) == value


@each_knob
def test_a_bad_value_in_a_file_is_refused_by_name(kind: type[Settings], name: str) -> None:
    home = {
        Data: ("data",),
        Network: ("network",),
        Training: ("training",),
        Layer: ("network", "layers", 0),
        Experiment: (),
    }[kind]
    whole = tree()
    part: Any = whole
    for step in home:
        part = part[step]
    part[name] = {"number": 1e9, "whole": -5, "choice": "nonsense", "switch": "yes", "text": 3}[knobs(kind)[name].kind]
    with pytest.raises(ValueError, match=name):
        from_json(json.dumps(whole))


def test_a_number_out_of_range_in_a_file_is_refused_with_value_and_range() -> None:
    with pytest.raises(ValueError, match=r"learning_rate is 99.*\[1e-06, 10\]"):
        from_json('{"training": {"learning_rate": 99}}')


@pytest.mark.parametrize("group", ["", "data", "network", "training"])
def test_an_unknown_field_is_refused_by_name(group: str) -> None:
    whole = tree()
    (whole[group] if group else whole)["learning_rat"] = 0.1
    with pytest.raises(ValueError, match="learning_rat"):
        from_json(json.dumps(whole))


@pytest.mark.parametrize("version", [0, -1, VERSION + 1, "1", 1.5, None])
def test_a_version_this_program_does_not_know_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match=rf"version is {version!r}; this Hyperscope reads versions 1 to {VERSION}"):
        from_json(json.dumps({**tree(), "version": version}))


def test_an_experiment_without_a_version_is_read() -> None:
    whole = tree()
    del whole["version"]
    assert from_json(json.dumps(whole)) == DEFAULT


@pytest.mark.parametrize("source", ["", "{", "[]", "3", "null", '"text"', '{"data": 3}', b"\xff\xfe", '{"a": NaN}'])
def test_what_is_no_experiment_is_refused_in_words(source: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        from_json(source)


@few
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_no_text_whatever_breaks_the_reader(source: str | bytes) -> None:
    try:
        found = from_json(source)
    except ValueError:
        return
    assert isinstance(found, Experiment)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(DEFAULT.to_json(), encoding="utf-8")
    assert read(path) == DEFAULT


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.json: No such file"):
        read(tmp_path / "none.json")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(ValueError, match=r"broken\.json: this is not an experiment"):
        read(path)


def test_a_network_of_thirteen_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="layers has 13 entries; it must have 0 to 12"):
        Network(layers=(Layer(),) * 13)


@few
@given(experiments())
def test_every_knob_is_listed_with_its_value(experiment: Experiment) -> None:
    fields = sum(len(knobs(kind)) for kind in (Data, Network, Training, Experiment))
    listed = list(every_knob(experiment))
    assert len(listed) == fields + len(experiment.network.layers) * len(knobs(Layer))
    assert all(knob.refusal(value) is None for _, knob, value in listed)


@each_path
def test_a_listed_path_finds_its_knob(path: str) -> None:
    listed = {path: knob for path, knob, _ in every_knob(DEFAULT)}
    assert knob_at(path) == listed[path]


@each_path
@few
@given(data=st.data())
def test_a_change_shows_at_its_path_and_nowhere_else(path: str, data: st.DataObject) -> None:
    value = data.draw(allowed(knob_at(path)))
    before = {path: value for path, _, value in every_knob(DEFAULT)}
    after = {path: value for path, _, value in every_knob(changed(DEFAULT, path, value))}
    assert after == {**before, path: value}


@each_path
@few
@given(data=st.data())
def test_a_change_to_a_value_not_allowed_is_refused(path: str, data: st.DataObject) -> None:
    with pytest.raises(ValueError, match=f"^{path.rsplit('.', 1)[-1]} is "):
        changed(DEFAULT, path, data.draw(refused(knob_at(path))))


PARTS = ["data", "network", "training", "layers", "0", "3", "-1", "²", "", "units", "seed", "bn_epsilon", "to_json"]


@given(st.lists(st.sampled_from(PARTS), max_size=5).map(".".join).filter(lambda path: path not in PATHS))
@example("3.seed")
@example("layers.0.units")
@example("network.layers.units")
@example("network.layers.0.0.units")
@example("network.layers.².units")
def test_a_path_that_names_no_setting_is_refused(path: str) -> None:
    with pytest.raises(LookupError, match="names no setting"):
        changed(DEFAULT, path, 1)


def test_an_unknown_setting_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"'training.speed' names no setting; there are .*learning_rate"):
        knob_at("training.speed")


def test_an_unknown_group_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match="'trainig' is not a group of settings"):
        knob_at("trainig.learning_rate")


def test_a_layer_that_is_not_there_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"there are layers 0 to 2"):
        changed(DEFAULT, f"network.layers.{SEVERAL_LAYERS}.units", 4)


@pytest.mark.parametrize(
    ("path", "words", "value"),
    [
        ("training.learning_rate", "0.03", 0.03),
        ("training.learning_rate", "1e-3", 0.001),
        ("training.batch_size", "64", 64),
        ("data.standardise", "on", True),
        ("data.standardise", "False", False),
        ("training.optimiser", "sgd", "sgd"),
        ("network.layers.1.units", "16", 16),
    ],
)
def test_words_from_a_command_line_are_read(path: str, words: str, value: object) -> None:
    assert parsed(path, words) == value


@pytest.mark.parametrize(
    ("path", "words", "kind"),
    [
        ("training.learning_rate", "fast", "a number"),
        ("training.batch_size", "32.5", "a whole number"),
        ("data.standardise", "maybe", "true or false"),
    ],
)
def test_words_that_are_no_value_are_refused(path: str, words: str, kind: str) -> None:
    with pytest.raises(ValueError, match=f"{path} is '{words}'; it must be {kind}"):
        parsed(path, words)


@pytest.mark.parametrize("words", ["nan", "inf", "-inf", "1e999"])
def test_a_number_that_is_none_does_not_get_through(words: str) -> None:
    path = "training.learning_rate"
    with pytest.raises(ValueError, match="learning_rate is"):
        changed(DEFAULT, path, parsed(path, words))


@each_knob
def test_the_schema_tells_title_and_help(kind: type[Settings], name: str) -> None:
    described = schema()["$defs"][kind.__name__]["properties"][name]
    knob = knobs(kind)[name]
    assert (described["title"], described["description"]) == (knob.label, knob.help)


@each_knob
def test_the_schema_tells_what_is_allowed(kind: type[Settings], name: str) -> None:
    described = schema()["$defs"][kind.__name__]["properties"][name]
    knob = knobs(kind)[name]
    if knob.kind == "choice":
        assert described["enum"] == list(knob.choices)
    if knob.kind in ("number", "whole"):
        assert (described["minimum"], described["maximum"]) == (knob.low, knob.high)


@each_knob
def test_help_is_a_sentence(kind: type[Settings], name: str) -> None:
    help = knobs(kind)[name].help
    assert help[0].isupper()
    assert help.endswith(".")


@each_knob
@few
@given(data=st.data())
def test_a_position_on_a_knob_s_scale_gives_the_value_back(
    kind: type[Settings], name: str, data: st.DataObject
) -> None:
    knob = knobs(kind)[name]
    if knob.kind not in ("number", "whole") or knob.scale == "powers-of-two":
        return
    value = data.draw(st.floats(0, 1).map(knob.at))
    assert knob.at(knob.position(value)) == pytest.approx(value, rel=1e-6, abs=1e-9)


def test_an_experiment_cannot_be_written_to() -> None:
    with pytest.raises(AttributeError):
        DEFAULT.seed = 2  # type: ignore[misc]


def test_replacing_a_field_is_checked_too() -> None:
    with pytest.raises(ValueError, match=r"batch_size is 0; it must be a whole number in \[1, 65536\]"):
        msgspec.structs.replace(Training(), batch_size=0)


def test_a_field_named_to_steer_a_terminal_is_quoted_visibly():
    with pytest.raises(ValueError, match="unknown field") as refused:
        from_json(json.dumps({"a\nb\x1b]0;c": 1}))
    assert str(refused.value).isprintable() and r"a\nb\x1b]0;c" in str(refused.value)
