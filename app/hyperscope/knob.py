"""Knobs: each adjustable field of the settings, declared once with its range, scale, symbol and help.

Sliders, menus, tooltips, command-line flags, the JSON Schema and the strategies of the tests all read the
declaration here. This module knows nothing of what the knobs turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

import msgspec

from hyperscope.quoting import named, unwritable

Scale = Literal["linear", "log", "zero-log", "one-minus-log", "powers-of-two"]
Value = float | int | str | bool
UP = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def power(value: float) -> str:
    """A number with its power of ten, as it is read everywhere: 3.2·10⁻⁶, 10⁻⁸."""
    mantissa, exponent = f"{value:.3e}".split("e")
    ten = "10" + str(int(exponent)).translate(UP)
    mantissa = mantissa.rstrip("0").rstrip(".")
    return ten if mantissa == "1" else f"{mantissa}·{ten}"


@dataclass(frozen=True, slots=True)
class Knob:
    """One adjustable field: what it is called, what it may be, and whether moving it keeps the network.

    `kind` is number, whole, choice, switch or text; `live` knobs act at once and keep the weights, with the others
    training starts over; `least` is the smallest value above 0 on a zero-log scale;
    `meanings` say what each choice is, with formula and source; `usual` is the range the course recommends, in words;
    `watch` says where a move of this knob shows, as in "Watch the loss".
    """

    kind: Literal["number", "whole", "choice", "switch", "text"]
    label: str
    help: str
    live: bool
    symbol: str = ""
    unit: str = ""
    usual: str = ""
    low: float = -math.inf
    high: float = math.inf
    scale: Scale = "linear"
    least: float = 1e-6
    choices: Iterable[str] = ()
    captions: Mapping[str, str] | None = None
    meanings: Mapping[str, str] | None = None
    watch: str = ""
    name: str = ""

    def refusal(self, value: object) -> str | None:
        """The sentence that says why `value` is not allowed, or None if it is."""
        if self._fits(value):
            return None
        if isinstance(value, str) and self.kind == "text":
            return f"{self.name} is {unwritable(value)}, which is no text in UTF-8; rename what is called that"
        allowed = {"switch": "true or false", "text": "text"}.get(self.kind, f"in [{self.low:g}, {self.high:g}]")
        if self.kind == "choice":
            allowed = "one of " + ", ".join(self.choices)
        if self.kind == "whole":
            allowed = f"a whole number {allowed}"
        verb = "lie" if self.kind == "number" else "be"
        return f"{self.name} is {named(value)}; it must {verb} {allowed}"

    def _fits(self, value: object) -> bool:
        # a session that is read asks this a million times, so no words are made here
        if self.kind == "number" or self.kind == "whole":
            number = isinstance(value, int if self.kind == "whole" else (int, float)) and not isinstance(value, bool)
            return number and self.low <= value <= self.high  # type: ignore[operator]
        if self.kind == "choice":
            return isinstance(value, str) and value in self.choices
        if self.kind == "switch":
            return isinstance(value, bool)
        return isinstance(value, str) and not unwritable(value)

    def caption(self, choice: str) -> str:
        """What a button for `choice` says."""
        return (self.captions or {}).get(choice, choice)

    def position(self, value: float) -> float:
        """Where `value` stands on the knob's scale, from 0 (low) to 1 (high)."""
        low, high, at = (self._stretched(v) for v in (self.low, self.high, value))
        return min(1.0, max(0.0, (at - low) / (high - low)))

    def at(self, position: float) -> float:
        """The value at `position` in [0, 1] on the knob's scale, whole for whole knobs; inverse of `position`."""
        low, high = self._stretched(self.low), self._stretched(self.high)
        value = self._relaxed(low + min(1.0, max(0.0, position)) * (high - low))
        value = min(self.high, max(self.low, value))
        return round(value) if self.kind == "whole" else float(value)

    def _stretched(self, value: float) -> float:
        if self.scale != "zero-log":
            return _stretch(self.scale, value)
        return ROOM + math.log10(value / self.least) if value >= self.least else 0.0

    def _relaxed(self, at: float) -> float:
        if self.scale != "zero-log":
            return _relax(self.scale, at)
        return self.least * 10 ** max(0.0, at - ROOM) if at >= ROOM / 2 else 0.0


ROOM = 0.4  # decades that 0 takes up at the foot of a zero-log scale


def _stretch(scale: Scale, value: float) -> float:
    match scale:
        case "log":
            return math.log10(value)
        case "one-minus-log":
            return -math.log10(1 - value)
        case "powers-of-two":
            return math.log2(value)
        case _:
            return value


def _relax(scale: Scale, at: float) -> float:
    match scale:
        case "log":
            return float(10**at)
        case "one-minus-log":
            return float(1 - 10**-at)
        case "powers-of-two":
            return float(2 ** round(at))
        case _:
            return at


def number(label: str, low: float, high: float, help: str, *, live: bool, **more: Any) -> msgspec.Meta:
    """Declares a real-valued knob in [low, high]; `more` are further fields of `Knob`."""
    return _meta(Knob("number", label, help, live, low=low, high=high, **more))


def whole(label: str, low: int, high: int, help: str, *, live: bool, **more: Any) -> msgspec.Meta:
    """Declares a whole-numbered knob in [low, high]."""
    return _meta(Knob("whole", label, help, live, low=low, high=high, **more))


def choice(label: str, choices: Iterable[str], help: str, *, live: bool, **more: Any) -> msgspec.Meta:
    """Declares a knob with few named values; a registry may be given as it is."""
    return _meta(Knob("choice", label, help, live, choices=choices, **more))


def switch(label: str, help: str, *, live: bool, **more: Any) -> msgspec.Meta:
    """Declares an on-off knob."""
    return _meta(Knob("switch", label, help, live, **more))


def text(label: str, help: str, *, live: bool = False, **more: Any) -> msgspec.Meta:
    """Declares a free-text knob, such as a file's path."""
    return _meta(Knob("text", label, help, live, **more))


def _meta(knob: Knob) -> msgspec.Meta:
    # msgspec would check ge and le itself, but only when decoding and without naming the field's value; so the
    # bounds stand in the schema and `Settings` checks them, always and in words.
    schema: dict[str, Any] = {}
    if math.isfinite(knob.low):
        schema = {"minimum": knob.low, "maximum": knob.high}
    if knob.kind == "choice":
        schema = {"enum": list(knob.choices)}
    return msgspec.Meta(title=knob.label, description=knob.help, extra_json_schema=schema, extra={"knob": knob})


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A frozen group of knobs, checked whenever one is made. Raises: ValueError naming field, value and range.

    Fields in LATER came after the first files were written, and are written only where they are not as usual: files
    and codes of before stay what they were.
    """

    LATER: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name, knob in knobs(type(self)).items():
            if said := knob.refusal(getattr(self, name)):
                raise ValueError(said)


def plain(value: object) -> Any:
    """A value as JSON has it, every field of settings written out but for those LATER ones that are as usual."""
    if isinstance(value, Settings):
        usual = type(value)() if type(value).LATER else None
        return {
            name: plain(part)
            for name in value.__struct_fields__
            if (part := getattr(value, name)) != getattr(usual, name, None) or name not in type(value).LATER
        }
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return msgspec.json.decode(msgspec.json.encode(value))


@cache
def knobs(settings: type[Settings]) -> dict[str, Knob]:
    """The knobs that `settings` declares, by field name, in order."""
    hints = get_type_hints(settings, include_extras=True)
    found = {}
    for name, hint in hints.items():
        if get_origin(hint) is Annotated:
            for note in get_args(hint)[1:]:
                if isinstance(note, msgspec.Meta) and note.extra and "knob" in note.extra:
                    found[name] = replace(note.extra["knob"], name=name)
    return found
