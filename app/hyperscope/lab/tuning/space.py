"""What is searched: knobs with a range and a scale each, as a frozen value that a JSON file holds.

It knows scales and positions on them, and nothing of who draws there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.knob import Knob, Value, power
from hyperscope.lab.experiment.experiment import Experiment, every_knob, knob_at, turned
from hyperscope.lab.reading import content
from hyperscope.quoting import cut, named

VERSION = 1
EPOCHS = "epochs"  # not a knob of the experiment: how long a trial trains
MOST_EPOCHS = 5000
MOST_KNOBS = 12
SCALES = ("linear", "log", "one-minus-log", "powers-of-two", "choices")
CAPTIONS = {
    "linear": "linear",
    "log": "logarithmic",
    "one-minus-log": "1 − 10^r",
    "powers-of-two": "powers of two",
    "choices": "choices",
}
TRAINING_LENGTH = Knob(
    "whole",
    "Epochs",
    "How many passes over the training set a trial trains.",
    True,
    low=1,
    high=MOST_EPOCHS,
    name=EPOCHS,
)

Values = dict[str, Value]


def knob_of(path: str) -> Knob:
    """The knob that a path of a search space names. Raises: LookupError listing what there is."""
    if path == EPOCHS:
        return TRAINING_LENGTH
    return knob_at(path.replace("*", "0"))


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One knob's part of a space: from `low` to `high` on a `scale`, or some `choices`; a `*` means every layer.

    Positions go from 0 to 1 along the scale, and equal lengths of position are drawn equally often.
    """

    knob: str
    low: float = 0.0
    high: float = 0.0
    scale: str = "linear"
    choices: tuple[Value, ...] = ()

    def problem(self) -> str:
        """Why it cannot be searched, in a sentence naming the knob, the value and what is allowed; "" if it can."""
        try:
            knob = knob_of(self.knob)
        except LookupError as unknown:
            return str(unknown.args[0])
        if self.scale not in SCALES:
            return f"{self.knob}: scale is {named(self.scale)}; it must be one of {', '.join(SCALES)}"
        if knob.kind == "text":
            return f"{self.knob} is text, which has no range; search a number, a choice or a switch"
        if self.scale == "choices":
            return self._problem_of_choices(knob)
        if knob.kind not in ("number", "whole"):
            return f'{self.knob} has no numbers to range over; its scale must be "choices", with a list of choices'
        for side, value in (("low", self.low), ("high", self.high)):
            if not (math.isfinite(value) and knob.low <= value <= knob.high):
                return f"{self.knob}: {side} is {value:g}; it must lie in [{knob.low:g}, {knob.high:g}]"
        if not self.low < self.high:
            return f"{self.knob}: low is {self.low:g} and high {self.high:g}; low must be less than high"
        if self.scale == "log" and self.low <= 0:
            return f"{self.knob}: low is {self.low:g}; on a logarithmic scale it must be above 0"
        if self.scale == "one-minus-log" and not (self.low >= 0 and self.high < 1):
            return f"{self.knob} is from {self.low:g} to {self.high:g}; on the scale 1 − 10^r it must lie in [0, 1)"
        if self.scale == "powers-of-two" and (self.low < 1 or len(self.steps) < 2):
            return f"{self.knob} is from {self.low:g} to {self.high:g}; at least two powers of two must lie there"
        return ""

    def _problem_of_choices(self, knob: Knob) -> str:
        if len(self.choices) < 2 or len(set(map(repr, self.choices))) != len(self.choices):
            return f"{self.knob}: choices is {named(list(self.choices))}; it must be two or more, none of them twice"
        for value in self.choices:
            if said := knob.refusal(value):
                return f"{self.knob}: {said}"
        return ""

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are drawn."""
        return self.scale != "choices" and knob_of(self.knob).kind == "whole"

    @property
    def steps(self) -> tuple[Value, ...]:
        """The values of a scale that has few, in order; () of the others."""
        if self.scale == "choices":
            return self.choices
        if self.scale == "powers-of-two":
            return _powers_of_two(self.low, self.high)
        return ()

    @property
    def counted(self) -> int:
        """How many different values there are, 0 for a continuum."""
        return len(self.steps) or (int(self.high) - math.ceil(self.low) + 1 if self.whole else 0)

    def _stretched(self, value: float) -> float:
        return {"log": math.log, "one-minus-log": lambda v: -math.log(1 - v)}.get(self.scale, float)(value)

    def _ends(self) -> tuple[float, float]:
        """The ends of the stretched scale; a whole number has room on either side, so that all are drawn as often."""
        room = 0.5 if self.whole and not self.steps else 0.0
        return self._stretched(self.low - room), self._stretched(self.high + room)

    def value(self, position: float) -> Value:
        """The value at a position from 0 to 1."""
        position = min(1.0, max(0.0, position))
        if steps := self.steps:
            return steps[min(len(steps) - 1, int(position * len(steps)))]
        low, high = self._ends()
        at = low + position * (high - low)
        value = math.exp(at) if self.scale == "log" else 1 - math.exp(-at) if self.scale == "one-minus-log" else at
        value = min(self.high, max(self.low, value))
        return round(value) if self.whole else value

    def position(self, value: Value) -> float:
        """Where a value lies from 0 to 1, outside of that beyond the ends; a step's is the middle of its share."""
        if steps := self.steps:
            if self.scale == "powers-of-two" and isinstance(value, (int, float)) and value > 0:
                return (math.log2(value) - math.log2(float(steps[0])) + 0.5) / len(steps)
            return (steps.index(value) + 0.5) / len(steps) if value in steps else 0.5
        low, high = self._ends()
        return (self._stretched(float(value)) - low) / (high - low)

    def positions(self, values: Sequence[Value]) -> Array:
        """`position` of each value, (n,), to rounding: of many at once. Those that a scale does not have are NaN."""
        if self.scale == "choices":
            return np.array([self.position(value) for value in values])
        found = np.array(values, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            if steps := self.steps:
                return np.asarray((np.log2(found) - math.log2(float(steps[0])) + 0.5) / len(steps))
            low, high = self._ends()
            at = found
            if self.scale == "log":
                at = np.log(found)
            elif self.scale == "one-minus-log":
                at = -np.log(1 - found)
            return np.asarray((at - low) / (high - low))

    def levels(self, count: int) -> tuple[Value, ...]:
        """At most `count` values spread evenly from end to end, as a grid has them."""
        most = self.counted
        count = min(count, most) if most else count
        if count == 1:
            return (self.value(0.5),)
        if steps := self.steps:
            return tuple(steps[round(k * (len(steps) - 1) / (count - 1))] for k in range(count))
        low, high = self._stretched(self.low), self._stretched(self.high)
        fine = [low + k * (high - low) / (count - 1) for k in range(count)]
        return tuple(dict.fromkeys(self._at(stretched) for stretched in fine))

    def _at(self, stretched: float) -> Value:
        low, high = self._ends()
        return self.value((stretched - low) / (high - low))

    def within(self, low: float, high: float) -> Range:
        """What is left of it between two positions, at least one value."""
        low, high = max(0.0, min(low, high)), min(1.0, max(low, high))
        if steps := self.steps:
            left = min(len(steps) - 1, int(low * len(steps)))
            right = min(len(steps) - 1, max(left, math.ceil(high * len(steps) - 1e-9) - 1))
            if self.scale == "choices":
                return self  # they have no order to lie between
            return msgspec.structs.replace(self, low=float(steps[left]), high=float(steps[right]))
        ends = float(self.value(low)), float(self.value(high))
        return msgspec.structs.replace(self, low=ends[0], high=ends[1])

    @property
    def label(self) -> str:
        """What the knob is called."""
        return knob_of(self.knob).label

    @property
    def symbol(self) -> str:
        """Its letter, or its label in small letters."""
        knob = knob_of(self.knob)
        return {"network.layers.*.units": "units"}.get(self.knob) or knob.symbol or knob.label.lower()


class Space(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search space. `checked` says whether it suits an experiment."""

    knobs: tuple[Range, ...]
    version: int = VERSION

    def checked(self, experiment: Experiment) -> Space:
        """Itself. Raises: ValueError with a sentence on what of it cannot be searched with this experiment."""
        if not self.knobs:
            raise ValueError("the search space is empty; name at least one knob, such as training.learning_rate")
        if len(self.knobs) > MOST_KNOBS:
            raise ValueError(
                f"the search space has {len(self.knobs)} knobs; at most {MOST_KNOBS} can be searched at once"
            )
        names = [one.knob for one in self.knobs]
        for one in self.knobs:
            if said := one.problem():
                raise ValueError(said)
            if names.count(one.knob) > 1:
                raise ValueError(f"{one.knob} is in the search space twice")
            if "*" in one.knob and not experiment.network.layers:
                raise ValueError(f"{one.knob} needs a hidden layer, and the network has none")
        for end in (0.0, 1.0):
            try:
                self.made(experiment, {one.knob: one.value(end) for one in self.knobs})
            except LookupError as problem:
                raise ValueError(str(problem.args[0])) from None
        return self

    def made(self, experiment: Experiment, values: Mapping[str, Value]) -> Experiment:
        """The experiment with these values. Raises: ValueError or LookupError where they do not go together."""
        for path, value in values.items():
            if path != EPOCHS:
                experiment = turned(experiment, path, value)
        return experiment

    def of(self, path: str) -> Range:
        """The range of a knob. Raises: LookupError for one that is not searched."""
        for one in self.knobs:
            if one.knob == path:
                return one
        raise LookupError(f"{named(path)} is not searched; {', '.join(one.knob for one in self.knobs)} are")

    def drawn(self, positions: tuple[float, ...]) -> Values:
        """The values at positions (n,) from 0 to 1."""
        return {one.knob: one.value(at) for one, at in zip(self.knobs, positions, strict=True)}

    def positions(self, values: Mapping[str, Value]) -> tuple[float, ...]:
        """Where values lie, (n,)."""
        return tuple(one.position(values[one.knob]) for one in self.knobs)

    def boxed(self, box: Mapping[str, tuple[float, float]]) -> Space:
        """The part between two positions of each knob that `box` names. Raises: ValueError where that is nothing."""
        for path, (low, high) in box.items():
            one = self.of(path)
            if min(max(low, high), 1.0) <= max(min(low, high), 0.0):
                raise ValueError(f"the box is empty: it holds no value of {one.label.lower()}")
        return msgspec.structs.replace(
            self, knobs=tuple(one.within(*box[one.knob]) if one.knob in box else one for one in self.knobs)
        )

    def to_json(self) -> str:
        """Readable JSON, ending in a newline."""
        return json.dumps(msgspec.to_builtins(self), indent=2, ensure_ascii=False) + "\n"


def from_json(source: str | bytes) -> Space:
    """The space that `to_json` wrote. Raises: ValueError with a sentence that names what is wrong."""
    try:
        tree: Any = msgspec.json.decode(source)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"this is not a search space: {cut(str(problem))}") from None
    if not isinstance(tree, dict) or "knobs" not in tree:
        raise ValueError('this is not a search space: it must be a JSON object with a list "knobs"')
    if tree.get("version", VERSION) != VERSION:
        raise ValueError(
            f"version is {named(tree['version'])}; this Hyperscope reads version {VERSION} of a search space"
        )
    try:
        return msgspec.convert(tree, Space)
    except ValueError as problem:
        raise ValueError(cut(str(problem).replace("$.", "").replace("`", ""))) from None


def read(path: Path) -> Space:
    """The space in a file. Raises: ValueError naming the file and what is wrong with it."""
    source = content(path)
    try:
        return from_json(source)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


RATE = Range("training.learning_rate", 1e-4, 10.0, "log")
PENALTY = Range("training.l2", 1e-6, 0.25, "log")
UNITS = Range("network.layers.*.units", 4, 32, "powers-of-two")
BATCH = Range("training.batch_size", 8, 128, "powers-of-two")


def searchable(experiment: Experiment) -> list[str]:
    """The paths of all knobs that can be searched around an experiment, with a `*` for every layer."""
    found = [EPOCHS]
    for path, knob, _ in every_knob(experiment):
        path = ".".join("*" if part.isdigit() else part for part in path.split("."))
        wanted = path.startswith(("training.", "network.")) and knob.kind in ("number", "whole", "choice", "switch")
        if wanted and path not in found and path != "training.precision":
            found.append(path)
    return found


def usual(experiment: Experiment) -> Space:
    """What is searched unless something else is said: rate, λ, units and mini-batch size."""
    hidden = bool(experiment.network.layers)
    return Space((RATE, PENALTY, UNITS, BATCH) if hidden else (RATE, PENALTY, BATCH))


def usual_range(path: str) -> Range:
    """A range for a knob that is taken into a space: its own bounds and scale, every choice of a choice.

    Raises: LookupError for an unknown path.
    """
    for one in (RATE, PENALTY, UNITS, BATCH):
        if one.knob == path:
            return one
    knob = knob_of(path)
    if path == EPOCHS:
        return Range(path, 5, 80, "log")
    if knob.kind == "switch":
        return Range(path, scale="choices", choices=(False, True))
    if knob.kind == "choice":
        return Range(path, scale="choices", choices=tuple(knob.choices))
    if knob.scale == "zero-log":
        return Range(path, max(knob.least, 1e-6), min(knob.high, 1.0), "log")
    if knob.scale == "powers-of-two":
        return Range(path, max(knob.low, 4), min(knob.high, 128), "powers-of-two")
    if knob.scale == "one-minus-log":
        return Range(path, max(knob.low, 0.5), min(knob.high, 0.999), "one-minus-log")
    return Range(path, knob.low, knob.high, knob.scale)


@lru_cache(maxsize=64)
def _powers_of_two(low: float, high: float) -> tuple[int, ...]:
    """Those from `low` to `high`."""
    powers = range(math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9) + 1)
    return tuple(2**power for power in powers)


def shown(value: Value) -> str:
    """A value as it is read beside a slider: 0.0032, 10⁻⁵, 16, relu."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return power(value) if value != 0 and not 1e-3 <= abs(value) < 1e4 else f"{value:.3g}"
    return str(value)
