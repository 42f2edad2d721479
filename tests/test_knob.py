"""Knobs: scales and their inverse, refusals in words, and that every declared knob is sound."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Knob, Scale, Settings, choice, knobs, number, switch, text, whole
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment

GROUPS = (Data, Layer, Network, Training, Experiment)
EVERY = [
    pytest.param(group, knob, id=f"{group.__name__}.{name}") for group in GROUPS for name, knob in knobs(group).items()
]
NUMERIC = [given for given in EVERY if given.values[1].kind in ("number", "whole")]


class Oven(Settings, frozen=True):
    """Settings of every kind."""

    heat: Annotated[float, number("Heat", 50, 250, "How hot.", live=True, unit="°C")] = 180.0
    trays: Annotated[int, whole("Trays", 1, 5, "How many.", live=False)] = 2
    mode: Annotated[str, choice("Mode", ("grill", "fan"), "Which.", live=False, captions={"fan": "Fan!"})] = "fan"
    light: Annotated[bool, switch("Light", "Whether.", live=True)] = False
    note: Annotated[str, text("Note", "Anything.")] = ""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("heat", 300.0, "heat is 300.0; it must lie in [50, 250]"),
        ("heat", float("nan"), "heat is nan; it must lie in [50, 250]"),
        ("heat", "warm", "heat is 'warm'; it must lie in [50, 250]"),
        ("heat", True, "heat is True; it must lie in [50, 250]"),
        ("note", "t\udcfc.csv", r"note is 't\udcfc.csv', which is no text in UTF-8; rename what is called that"),
        (
            "note",
            "a" * 99 + "\ud800z",
            rf"note is '…{'a' * 20}\ud800z', which is no text in UTF-8; rename what is called that",
        ),
        ("trays", 0, "trays is 0; it must be a whole number in [1, 5]"),
        ("trays", 2.0, "trays is 2.0; it must be a whole number in [1, 5]"),
        ("trays", True, "trays is True; it must be a whole number in [1, 5]"),
        ("mode", "boil", "mode is 'boil'; it must be one of grill, fan"),
        ("light", 1, "light is 1; it must be true or false"),
        ("note", 7, "note is 7; it must be text"),
    ],
)
def test_a_refusal_names_the_field_its_value_and_what_is_allowed(field: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        Oven(**{field: value})
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("field", "value"), [("heat", 50), ("heat", 250.0), ("trays", 1), ("trays", 5), ("mode", "grill"), ("light", True)]
)
def test_the_ends_of_a_range_and_every_choice_are_allowed(field: str, value: Any) -> None:
    assert getattr(Oven(**{field: value}), field) == value


def test_settings_changed_by_replacing_are_checked_as_well() -> None:
    with pytest.raises(ValueError, match="trays is 9"):
        msgspec.structs.replace(Oven(), trays=9)


def test_settings_read_from_json_are_checked_as_well() -> None:
    with pytest.raises(msgspec.ValidationError, match="trays is 9"):
        msgspec.json.decode(b'{"trays": 9}', type=Oven)


def test_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="fans"):
        msgspec.json.decode(b'{"fans": 1}', type=Oven)


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        Oven().trays = 3  # type: ignore[misc]


def test_equal_settings_are_one_key() -> None:
    assert len({Oven(), Oven(), Oven(trays=3)}) == 2


def test_knobs_come_in_the_order_of_their_fields_and_know_their_names() -> None:
    assert [(name, knob.name) for name, knob in knobs(Oven).items()] == [
        (name, name) for name in ("heat", "trays", "mode", "light", "note")
    ]


def test_a_caption_falls_back_on_the_name() -> None:
    mode = knobs(Oven)["mode"]
    assert [mode.caption(name) for name in mode.choices] == ["grill", "Fan!"]


def test_ranges_and_choices_stand_in_the_schema() -> None:
    fields = msgspec.json.schema(Oven)["$defs"]["Oven"]["properties"]
    assert (fields["heat"]["minimum"], fields["heat"]["maximum"]) == (50, 250)
    assert fields["mode"]["enum"] == ["grill", "fan"]


RANGES: dict[Scale, tuple[float, float]] = {
    "linear": (-3, 5),
    "log": (1e-6, 10),
    "one-minus-log": (0, 0.9999),
    "zero-log": (0, 1),
    "powers-of-two": (1, 512),
}


def test_every_scale_is_tried_here() -> None:
    assert set(RANGES) == set(get_args(Scale))


def scaled(scale: Scale) -> Knob:
    low, high = RANGES[scale]
    return Knob("number", "Any", "Any.", True, low=low, high=high, scale=scale)


@pytest.mark.parametrize("scale", RANGES)
def test_the_ends_of_a_scale_are_the_ends_of_the_range(scale: Scale) -> None:
    knob = scaled(scale)
    assert (knob.at(0), knob.at(1)) == pytest.approx(RANGES[scale], abs=1e-12)
    assert [knob.position(end) for end in RANGES[scale]] == pytest.approx([0, 1])


@given(st.sampled_from([scale for scale in RANGES if scale not in ("powers-of-two", "zero-log")]), st.floats(0, 1))
def test_a_position_leads_to_a_value_and_back(scale: Scale, position: float) -> None:
    knob = scaled(scale)
    assert knob.position(knob.at(position)) == pytest.approx(position, abs=1e-9)


@given(st.floats(0, 1))
def test_a_zero_log_scale_is_0_at_its_foot_and_a_log_scale_above(position: float) -> None:
    knob = scaled("zero-log")
    value = knob.at(position)
    if value:
        assert value >= knob.least
        assert knob.at(knob.position(value)) == pytest.approx(value)
    else:
        assert position < 0.05


@given(st.floats(0, 1))
def test_powers_of_two_snap_to_the_nearest(position: float) -> None:
    assert scaled("powers-of-two").at(position) in [2.0**n for n in range(10)]


@given(st.sampled_from(list(RANGES)), st.floats(-1, 2), st.floats(-1, 2))
def test_values_rise_with_the_position_and_stay_in_range(scale: Scale, one: float, other: float) -> None:
    knob = scaled(scale)
    low, high = sorted((one, other))
    assert knob.low <= knob.at(low) <= knob.at(high) <= knob.high


@pytest.mark.parametrize(
    ("scale", "value"), [("linear", 1), ("log", 10**-2.5), ("one-minus-log", 0.99), ("powers-of-two", 2**4.5)]
)
def test_the_middle_of_a_scale_is_the_middle_of_what_it_stretches(scale: Scale, value: float) -> None:
    assert scaled(scale).position(value) == pytest.approx(0.5)


@pytest.mark.parametrize(("group", "knob"), EVERY)
def test_every_declared_knob_has_a_label_and_a_sentence_of_help(group: type[Settings], knob: Knob) -> None:
    assert knob.label
    assert knob.help.endswith(".")


@pytest.mark.parametrize(("group", "knob"), EVERY)
def test_every_declared_default_is_allowed(group: type[Settings], knob: Knob) -> None:
    assert knob.refusal(getattr(group(), knob.name)) is None


@pytest.mark.parametrize(("group", "knob"), NUMERIC)
def test_every_declared_scale_reaches_both_ends_with_allowed_values(group: type[Settings], knob: Knob) -> None:
    for position in (0.0, 0.3, 0.5, 1.0):
        assert knob.refusal(knob.at(position)) is None
    assert (knob.at(0), knob.at(1)) == pytest.approx((knob.low, knob.high))


@pytest.mark.parametrize(("group", "knob"), NUMERIC)
@given(data=st.data())
def test_every_value_a_declared_slider_can_take_is_allowed(
    group: type[Settings], knob: Knob, data: st.DataObject
) -> None:
    value = knob.at(data.draw(st.floats(0, 1)))
    assert getattr(msgspec.structs.replace(group(), **{knob.name: value}), knob.name) == value


def test_a_network_has_at_most_twelve_hidden_layers() -> None:
    with pytest.raises(ValueError, match=r"^layers has 13 entries; it must have 0 to 12$"):
        Network(layers=(Layer(),) * 13)
