"""A session as a value: the experiment it began with and every change with its tick, to and from JSON and a short code.

Played back, a score gives the numbers of the live run to the last bit. It knows no windows and no checkpoints.

Time is counted in ticks, which only ever go up, since steps go back at a restart or after a divergence. A tick is one
training step tried, the one that diverged and was undone included. What a divergence or early stopping does follows
from the experiment, so a score need not say it.
"""

from __future__ import annotations

import base64
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from hyperscope.knob import Settings, plain
from hyperscope.lab.experiment.data import Data, without_place
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.painted import differences
from hyperscope.lab.timeline.amending import Amending, UnknownPath
from hyperscope.lab.timeline.shown import Shown, shown_from
from hyperscope.quoting import cut, named

if TYPE_CHECKING:
    from hyperscope.lab.training.trainer import Trainer

VERSION = 1
PREFIX = "HS1-"  # of a text code; another way of packing gets another number
LATEST = 10**10  # ticks that are read of a session; at 5 000 a second they take three weeks
MOST_EVENTS = 300_000  # that are read of a session; hours of dragging knobs make a tenth
LONGEST = 1 << 22  # bytes of JSON that a code may unpack to; an hour of dragging knobs takes a tenth

MARKS = ("bridged", "drag", "live")  # of an event, written where they hold

Changes = dict[str, Any]  # dotted path -> plain JSON value


@dataclass(frozen=True, slots=True)
class Event:
    """What happened before the step after `tick`: the experiment was changed to this one, or, as it is, restarted or
    one number of its network set by hand.

    Where layers went, `bridged` says that straight lines took their place; the first sessions just left them out.
    Where augmentation was moved, `live` says that training went on; in the first sessions it started over.
    `drag` says that it goes on with the change before it, as when a slider is moved.
    """

    tick: int
    experiment: Experiment
    restart: bool = False
    edit: Edit | None = None
    bridged: bool = False
    drag: bool = False
    live: bool = False


def fewer_layers(old: Experiment, new: Experiment) -> bool:
    """Whether layers go, so that an event must say whether they are bridged."""
    return len(new.network.layers) < len(old.network.layers)


class Place(NamedTuple):
    """A moment of a score: how many ticks have passed, and how many of its events have happened."""

    tick: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A session from `start` through `events` to the tick `end`; `shown` says how it was looked at, if that is known.

    Raises: ValueError for ticks that go back or lie outside 0 to `end`.
    """

    start: Experiment
    events: tuple[Event, ...] = ()
    end: int = 0
    shown: Shown | None = None

    def __post_init__(self) -> None:
        last = 0
        for number, event in enumerate(self.events, 1):
            if event.tick < last:
                raise ValueError(f"event {number} is at tick {event.tick}; it must not lie before tick {last}")
            last = event.tick
        if self.end < last:
            raise ValueError(f"end is {self.end}; it must not lie before tick {last}")

    @property
    def experiment(self) -> Experiment:
        """What is in force at the end."""
        return self.events[-1].experiment if self.events else self.start

    @property
    def goes_on(self) -> bool:
        """Whether there is more to it than an experiment at its start."""
        return bool(self.end or self.events or self.shown)

    def place(self, tick: int | None = None, *, before: bool = False) -> Place:
        """The moment at `tick`, the end if None: after the events there, or `before` them.

        Raises: ValueError for a tick outside 0 to `end`.
        """
        tick = self.end if tick is None else tick
        if not 0 <= tick <= self.end:
            raise ValueError(f"tick is {tick}; this session has 0 to {self.end}")
        side = bisect_left if before else bisect_right
        return Place(tick, side(self.events, tick, key=lambda event: event.tick))

    def until(self, place: Place) -> Score:
        """The session up to a place in it, where something else may follow."""
        return replace(self, events=self.events[: place.events], end=place.tick)

    def since(self, number: int) -> Experiment:
        """What held before event `number`, counted from 0, and before the whole drag where that goes on with one."""
        while number and self.events[number].drag:
            number -= 1
        return self.events[number - 1].experiment if number else self.start

    # -- as text --------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """Readable JSON, the start written out in full, ending in a newline."""
        return msgspec.json.format(msgspec.json.encode(self._tree(plain)), indent=2).decode() + "\n"

    def to_code(self) -> str:
        """One word of letters, digits, - and _ that `from_code` reads: for a message, a link or a file's name.

        It is for others, so tables go by their names, without the paths that they have on this machine.
        """
        packed = zlib.compress(msgspec.json.encode(with_tables(self, without_place)._tree(_sparse)), 9)
        return PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def _tree(self, in_full: Callable[[Experiment], Any]) -> Changes:
        tree = head(self, in_full) | {"events": written(self.start, self.events), "end": self.end}
        return tree if self.shown is None else tree | {"shown": plain(self.shown)}


def with_tables(score: Score, as_: Callable[[Data], Data]) -> Score:
    """The score with all its data as `as_` gives them."""

    def of(experiment: Experiment) -> Experiment:
        data = as_(experiment.data)
        return experiment if data is experiment.data else msgspec.structs.replace(experiment, data=data)

    events = tuple(replace(event, experiment=of(event.experiment)) for event in score.events)
    return replace(score, start=of(score.start), events=events)


def branch(score: Score, tick: int, *, before: bool = False) -> Score:
    """The score up to `tick`, where something else may follow; `before` leaves out what happened at that very tick.

    Raises: ValueError for a tick that the score does not have.
    """
    return score.until(score.place(tick, before=before))


def part(score: Score, first: Place, last: Place) -> Score:
    """What was done from the place `first` to `last`, as a session of its own that begins where `first` is."""
    start = score.events[first.events - 1].experiment if first.events else score.start
    events = tuple(
        replace(event, tick=event.tick - first.tick, drag=event.drag and number > 0)  # nothing there goes before it
        for number, event in enumerate(score.events[first.events : last.events])
    )
    return Score(start, events, last.tick - first.tick)


# -- playing ------------------------------------------------------------------------------------------------------


def replay(score: Score, tick: int | None = None, *, before: bool = False) -> Trainer:
    """A trainer brought to `tick` of the score, its end if None. Raises: ValueError when its data cannot be had."""
    from hyperscope.lab.training.trainer import Trainer  # the window has scores and no trainer

    trainer = Trainer(score.start)
    play(trainer, score, Place(), score.place(tick, before=before))
    return trainer


def play(trainer: Trainer, score: Score, here: Place, there: Place) -> list[tuple[int, int]]:
    """Takes a trainer that stands at place `here` of the score on to `there`.

    Returns (tick, step) wherever steps did not follow on: after restarts, divergences and early stops.
    """
    tick, jumps = here.tick, []
    for number, event in enumerate(score.events[here.events : there.events], here.events):
        jumps += _advance(trainer, tick, event.tick)
        tick, before = event.tick, trainer.step
        if event.restart:
            trainer.restart()
        elif event.edit is not None:
            trainer.edit(event.edit)
        else:
            since = score.since(number) if event.drag else None
            trainer.apply(event.experiment, since, bridge=event.bridged, live=event.live)
        if trainer.step != before:
            jumps.append((tick, trainer.step))
    return jumps + _advance(trainer, tick, there.tick)


def _advance(trainer: Trainer, tick: int, until: int) -> list[tuple[int, int]]:
    # Never zero steps at a time, since even no step records the network where a record is due.
    jumps = []
    while tick < until:
        before = trainer.step
        spent = tried(trainer, until - tick)
        if not spent:
            break  # a written order of mini-batches has come to its end
        tick += spent
        if trainer.step != before + spent:
            jumps.append((tick, trainer.step))
    return jumps


def tried(trainer: Trainer, count: int) -> int:
    """Takes up to `count` steps, fewer if training stops, and returns how many ticks that lasted; clears the alarm."""
    trainer.go_on()
    done = trainer.steps(count)
    # the step that diverges was tried too, and a change made after it must not be played back before it
    return done + bool(trainer.alarm and not trainer.stopped_early)


# -- changes ------------------------------------------------------------------------------------------------------


def head(score: Score, in_full: Callable[[Experiment], Any] = plain) -> Changes:
    """How a score begins as JSON: its version and start; `events` and `end` follow."""
    return {"version": VERSION, "start": in_full(score.start)}


def written(last: Experiment, events: Sequence[Event]) -> list[Changes]:
    """Events as JSON has them, the first after the experiment `last`."""
    found: list[Changes] = []
    for event in events:
        if event.restart:
            found.append({"beat": event.tick, "restart": True})
        elif event.edit is not None:
            found.append({"beat": event.tick, "edit": msgspec.to_builtins(event.edit)})
        else:
            marks = {name: True for name in MARKS if getattr(event, name)}
            found.append({"beat": event.tick, "set": changes(last, event.experiment)} | marks)
        last = event.experiment
    return found


def changes(old: Settings, new: Settings, path: str = "") -> Changes:
    """What leads from `old` to `new`, by dotted path, e.g. {"training.learning_rate": 0.03}; layers whole if their
    number changed; of painted points those that differ, e.g. {"data.painted": {"0.17": "1.25,-0.5"}}.
    """
    found: Changes = {}
    for name in new.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        if name == "painted" and before and after:
            found[path + name] = differences(before, after)  # whole, each event of a stroke would repeat all points
        elif isinstance(after, Settings):
            found |= changes(before, after, f"{path}{name}.")
        elif isinstance(after, tuple) and len(after) == len(before) and isinstance(after[0], Settings):
            for number, (one, other) in enumerate(zip(before, after, strict=True)):
                found |= changes(one, other, f"{path}{name}.{number}.")
        else:
            found[path + name] = plain(after)
    return found


def _sparse(value: object) -> Any:
    """Settings without the fields that are as they are by default. Tuples are always written, as paths lead into them.

    A new default must therefore come with a new version of the experiment, whose migration writes the old one out.
    """
    if isinstance(value, tuple):
        return [_sparse(part) for part in value]
    if not isinstance(value, Settings):
        return value
    usual = type(value)()
    return {
        name: _sparse(part)
        for name in value.__struct_fields__
        if (part := getattr(value, name)) != getattr(usual, name)
        or (isinstance(part, tuple | Settings) and name not in value.LATER)
        or name == "version"
    }


# -- reading ------------------------------------------------------------------------------------------------------


class _WrittenEvent(msgspec.Struct, forbid_unknown_fields=True):
    tick: int = msgspec.field(name="beat")  # so it is written, since the first version
    set: dict[str, msgspec.Raw] = {}
    restart: bool = False
    edit: msgspec.Raw = msgspec.Raw(b"")
    bridged: bool = False
    drag: bool = False
    live: bool = False


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    start: msgspec.Raw  # read when its turn comes, so that no file takes much more memory than it is long
    events: list[_WrittenEvent]
    end: int
    shown: msgspec.Raw = msgspec.Raw(b"")


def from_json(source: str | bytes) -> Score:
    """The score that `to_json` wrote, of this or any older version.

    Raises: ValueError with a sentence that names the event or field, its value and what is allowed.
    """
    try:
        written = msgspec.json.decode(_migrated(source), type=_Written)
        if len(written.events) > MOST_EVENTS:
            raise ValueError(f"it has {len(written.events)} events; at most {MOST_EVENTS} are read")
    except (ValueError, RecursionError) as problem:  # msgspec's own errors are ValueErrors
        raise ValueError(f"this is not a session: {cut(str(problem).replace('`', ''))}") from None
    return _read(written)


def from_code(code: str) -> Score:
    """The score that `to_code` packed; spaces and line breaks in it do not matter.

    Raises: ValueError saying what is wrong with the code.
    """
    code = "".join(code.split())
    if not code.startswith(PREFIX):
        raise ValueError(f"this is no session's code that this Hyperscope reads; those start with {PREFIX}")
    packed = code.removeprefix(PREFIX)
    unpacking = zlib.decompressobj()
    try:
        packed_bytes = base64.b64decode(packed + "=" * (-len(packed) % 4), b"-_", validate=True)
        source = unpacking.decompress(packed_bytes, LONGEST)
    except (ValueError, zlib.error):
        raise ValueError("this session's code is damaged; copy the whole of it") from None
    if unpacking.unconsumed_tail:
        raise ValueError(f"this session's code unpacks to more than {LONGEST} bytes")
    if not unpacking.eof:
        raise ValueError("this session's code ends too early; copy the whole of it")
    return from_json(source)


def _read(written: _Written) -> Score:
    if written.end > LATEST:
        raise ValueError(f"end is {written.end}; a session has at most {LATEST} ticks")
    try:
        reading = Amending(_object(written.start))
    except ValueError as problem:
        raise ValueError(f"start: {problem}") from None
    start, events = reading.experiment, []
    for number, event in enumerate(written.events, 1):
        where = f"event {number}"
        if bool(event.set) + event.restart + _is_there(event.edit) > 1:
            raise ValueError(f"{where} must be one of set, restart and edit, not several at once")
        if event.drag and (event.restart or _is_there(event.edit)):
            raise ValueError(f"{where} cannot be a drag; only a set that goes on with a change before it can")
        if event.set:
            try:
                reading.take({path: _json(value) for path, value in event.set.items()})
            except UnknownPath as problem:
                raise ValueError(f"{where}, {problem}") from None
            except ValueError as problem:
                raise ValueError(f"{where}: {problem}") from None
        edit = _edit(event.edit, where) if _is_there(event.edit) else None
        drag = event.drag and number > 1  # kept runs may begin in the midst of one
        events.append(Event(event.tick, reading.experiment, event.restart, edit, event.bridged, drag, event.live))
    return Score(
        start, tuple(events), written.end, shown_from(_json(written.shown)) if _is_there(written.shown) else None
    )


def _edit(tree: msgspec.Raw, where: str) -> Edit:
    try:
        return msgspec.convert(_object(tree), Edit)
    except ValueError as problem:
        raise ValueError(f"{where}, edit: {cut(str(problem).replace('`', ''))}") from None


def _is_there(raw: msgspec.Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def _json(raw: msgspec.Raw) -> Any:
    """A part that was not looked into yet. Raises: ValueError."""
    try:
        return msgspec.json.decode(raw)
    except RecursionError as problem:
        raise ValueError(str(problem)) from None


def _object(raw: msgspec.Raw) -> Changes:
    found = _json(raw)
    if not isinstance(found, dict):
        raise ValueError("it must be a JSON object")
    return found


def _migrated(source: str | bytes) -> str | bytes:
    try:
        parts = msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        raise ValueError("it must be a JSON object with version, start, events and end") from None
    version = _json(parts["version"]) if "version" in parts else None
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise ValueError(f"version is {named(version)}; this Hyperscope reads versions 1 to {VERSION}")
    if version == VERSION:
        return source
    tree = msgspec.json.decode(source)
    for old in range(version, VERSION):
        tree = _MIGRATIONS[old](tree)
    return msgspec.json.encode({**tree, "version": VERSION})


_MIGRATIONS: dict[int, Callable[[Changes], Changes]] = {}  # from each older version of the score to the next
