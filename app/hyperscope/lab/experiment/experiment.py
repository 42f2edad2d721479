"""The Experiment: everything that decides a run, as one frozen value with a seed, to and from JSON.

It knows nothing of running networks; equal experiments give equal numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

from hyperscope.engine.settings import MOST_LAYERS, Layer, Network, Training, layers_said
from hyperscope.knob import Knob, Settings, Value, knobs, number, plain, whole
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.reading import content
from hyperscope.quoting import cut, named

VERSION = 1
LARGEST = 1_000_000  # characters of JSON; with as many painted points as there may be it has a tenth
WEIGHTS = "training.weights_by_class"
# paths of lists of text or numbers; changed and read like knobs, but none
LISTS = ("data.features", "data.painted", "data.left_out", WEIGHTS)


class Experiment(Settings, frozen=True):
    """Data, network, training and a seed: the same experiment gives the same numbers."""

    LATER = ("best_error",)

    data: Data = Data()
    network: Network = Network()
    training: Training = Training()
    seed: Annotated[
        int,
        whole("Seed", 0, 999999, "Which initial weights and which order of mini-batches are drawn.", live=False),
    ] = 1
    version: int = VERSION
    best_error: Annotated[
        float,
        number(
            "Best possible error",
            0.0,
            0.9,
            "The error that people, or the best model known, have on this task. What the training error is above it is "
            "bias, and the doctor says no more than that.",
            live=True,
            usual="0; what people reach where they err too",
            watch="what the doctor says of bias",
        ),
    ] = 0.0

    def to_json(self) -> str:
        """Readable JSON, every field written out that `plain` writes, ending in a newline."""
        return msgspec.json.format(msgspec.json.encode(plain(self)), indent=2).decode() + "\n"


def from_json(source: str | bytes) -> Experiment:
    """The experiment that `to_json` wrote, of this or any older version; fields left out have their defaults.

    Raises: ValueError with a sentence that names the field, its value and what is allowed.
    """
    if len(source) > LARGEST:
        raise ValueError(f"this is not an experiment: it is longer than {LARGEST} characters")
    try:
        tree = msgspec.json.decode(source)
    except (ValueError, RecursionError) as problem:  # what is no text in UTF-8 is a ValueError too
        raise ValueError(f"this is not an experiment: {cut(str(problem))}") from None
    if not isinstance(tree, dict):
        raise ValueError("this is not an experiment: it must be a JSON object with data, network and training")
    return _from_tree(migrated(tree))


def read(path: Path) -> Experiment:
    """The experiment in the file `path`. Raises: ValueError naming the file and what is wrong with it."""
    source = content(path)
    try:
        return from_json(source)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def migrated(tree: dict[str, Any]) -> dict[str, Any]:
    """A tree of any known version, brought up to this one. Raises: ValueError for versions yet to come."""
    version = tree.get("version", VERSION)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise ValueError(f"version is {named(version)}; this Hyperscope reads versions 1 to {VERSION}")
    for old in range(version, VERSION):
        tree = _MIGRATIONS[old](tree)
    return {**tree, "version": VERSION}


_MIGRATIONS: dict[int, Any] = {}  # from each older version to the next


def _from_tree(tree: dict[str, Any]) -> Experiment:
    network = tree.get("network")
    layers = network.get("layers") if isinstance(network, dict) else None
    if isinstance(layers, list) and len(layers) > MOST_LAYERS:  # before any of them is made
        raise ValueError(layers_said(len(layers)))
    try:
        return msgspec.convert(tree, Experiment)
    except msgspec.ValidationError as problem:
        # msgspec names the place as "$.training"; a reader wants the dotted path it types after --set
        raise ValueError(cut(str(problem).replace("$.", "").replace("`", ""))) from None


def schema() -> dict[str, Any]:
    """The JSON Schema of an experiment, with titles, help and ranges taken from the knobs."""
    return msgspec.json.schema(Experiment)


def every_knob(experiment: Experiment, unlike: Experiment | None = None) -> Iterator[tuple[str, Knob, Value]]:
    """(dotted path, knob, value) of each adjustable field, e.g. ("network.layers.0.units", …, 8).

    With `unlike`, whole groups that are equal there are passed over.
    """

    def walk(settings: Settings, path: str) -> Iterator[tuple[str, Knob, Value]]:
        declared = knobs(type(settings))
        for name in settings.__struct_fields__:
            value = getattr(settings, name)
            if isinstance(value, Settings):
                if path or unlike is None or value != getattr(unlike, name):
                    yield from walk(value, f"{path}{name}.")
            elif isinstance(value, tuple):
                for place, part in enumerate(value):
                    if isinstance(part, Settings):  # a list of names is no knob
                        yield from walk(part, f"{path}{name}.{place}.")
            elif name in declared:
                yield path + name, declared[name], value

    return walk(experiment, "")


@lru_cache(maxsize=1024)
def knob_at(path: str) -> Knob:
    """The knob at a dotted path; any layer number will do. Raises: LookupError listing what is there."""
    *groups, name = path.split(".")
    kind: type[Settings] = Experiment
    for part in groups:
        if part == "layers":
            kind = Layer
        elif not part.isdigit():
            hint = _hints(kind).get(part)
            if not (isinstance(hint, type) and issubclass(hint, Settings)):
                raise LookupError(f"{named(path)} names no setting: {named(part)} is not a group of settings")
            kind = hint
    if name not in knobs(kind):
        raise LookupError(f"{named(path)} names no setting; there are {', '.join(knobs(kind))}")
    return knobs(kind)[name]


_hints = cache(get_type_hints)  # reading them anew took longer than applying the change


def changed(experiment: Experiment, path: str, value: Value | tuple[str, ...] | tuple[float, ...]) -> Experiment:
    """The experiment with the field at a dotted path set to `value`, all else equal; paths in LISTS take a tuple.

    Raises: LookupError for an unknown path, ValueError for a value that is not allowed.
    """
    if path not in LISTS:
        knob_at(path)

    def step(settings: Any, parts: list[str]) -> Any:
        head, *rest = parts
        if isinstance(settings, tuple):
            if not head.isdecimal() or int(head) >= len(settings):
                raise LookupError(f"{named(path)} names no setting; there are layers 0 to {len(settings) - 1}")
            at = int(head)
            return (*settings[:at], step(settings[at], rest), *settings[at + 1 :])
        if head not in settings.__struct_fields__:
            raise LookupError(f"{named(path)} names no setting; there are {', '.join(settings.__struct_fields__)}")
        new = step(getattr(settings, head), rest) if rest else value
        return msgspec.structs.replace(settings, **{head: new})

    result: Experiment = step(experiment, path.split("."))
    return result


def turned(experiment: Experiment, path: str, value: Value) -> Experiment:
    """The experiment with a knob set, in every layer where the path has a `*`; another source brings its own data.

    Raises: LookupError or ValueError as `changed` does.
    """
    if path == "data.source" and isinstance(value, str):
        changed(experiment, path, value)  # refuses what is no data set
        return msgspec.structs.replace(experiment, data=with_source(experiment.data, value))
    paths = [path]
    if "*" in path:
        paths = [path.replace("*", str(layer)) for layer in range(len(experiment.network.layers))]
    for one in paths:
        experiment = changed(experiment, one, value)
    return experiment


def parsed(path: str, words: str) -> Value | tuple[str, ...] | tuple[float, ...]:
    """The value of the knob at `path` that `words`, from a command line, spell; names and numbers in a list stand
    between commas, lines of painted points between semicolons.

    Raises: LookupError for an unknown path, ValueError for words that are no value of it.
    """
    if path == "data.painted":
        return tuple(line.strip() for line in words.split(";"))
    if path == WEIGHTS:
        try:
            return tuple(float(part) for part in words.split(",")) if words.strip() else ()
        except ValueError:
            raise ValueError(f"{path} is {words!r}; it must be numbers with commas between") from None
    if path in LISTS:
        return tuple(name.strip() for name in words.split(",")) if words.strip() else ()
    knob = knob_at(path)
    try:
        if knob.kind == "whole":
            return int(words)
        if knob.kind == "number":
            return float(words)
        if knob.kind == "switch":
            return {"true": True, "on": True, "false": False, "off": False}[words.lower()]
    except (ValueError, KeyError):
        kinds = {"whole": "a whole number", "number": "a number", "switch": "true or false"}
        raise ValueError(f"{path} is {named(words)}; it must be {kinds[knob.kind]}") from None
    return words
