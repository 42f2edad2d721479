"""The Experiment: everything that decides a run, as one frozen value with a seed, to and from JSON.

It knows nothing of running networks; equal experiments give equal numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

from hyperscope.engine.datasets import generators
from hyperscope.engine.features import COORDINATES, features
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Knob, Settings, Value, choice, knobs, number, switch, text, whole

VERSION = 1
GAP = "the gap between the training and the dev loss"
LISTS = ("data.features",)  # paths of fields that list names; they are changed and read like knobs, but are none
TABLES = {"iris": "iris.csv", "wine": "wine.csv", "breast cancer": "breast_cancer.csv", "digits": "digits.csv.gz"}
FILE = "file"  # the source that reads the table named by `Data.file`


class Data(Settings, frozen=True):
    """Which examples there are, how they are split, and what is done to their inputs."""

    source: Annotated[
        str,
        choice(
            "Data set",
            (*generators, *TABLES, FILE),
            "Points drawn on the plane, a real table, or a CSV file of your own.",
            live=False,
            captions={"checkerboard": "checker", "breast cancer": "cancer"},
        ),
    ] = "spiral"
    file: Annotated[str, text("File", "The CSV file to read when the data set is your own.")] = ""
    label: Annotated[
        str, text("Class column", "The column that holds the class; empty means Hyperscope guesses and says which.")
    ] = ""
    missing: Annotated[
        str,
        choice(
            "Missing values",
            ("refuse", "drop rows", "drop columns"),
            "What to do where a table has no value.",
            live=False,
        ),
    ] = "refuse"
    words: Annotated[
        str,
        choice(
            "Text columns",
            ("refuse", "one-hot", "drop columns"),
            "What to do with a feature column that holds text.",
            live=False,
        ),
    ] = "refuse"
    points: Annotated[
        int,
        whole(
            "Points",
            20,
            20000,
            "How many examples are drawn; tables use all their rows.",
            live=False,
            scale="log",
            unit="examples",
        ),
    ] = 500
    classes: Annotated[int, whole("Classes", 2, 6, "How many classes are drawn.", live=False, symbol="C")] = 3
    noise: Annotated[
        float,
        number(
            "Noise",
            0.0,
            1.0,
            "How far points stray from their ideal place, as a share of the picture's half width.",
            live=False,
        ),
    ] = 0.05
    dev_share: Annotated[
        float,
        number("Dev share", 0.05, 0.5, "The share of examples kept to compare settings with.", live=False),
    ] = 0.2
    test_share: Annotated[
        float,
        number("Test share", 0.05, 0.4, "The share of examples kept for the last, unbiased verdict.", live=False),
    ] = 0.2
    standardise: Annotated[
        bool,
        switch(
            "Standardise inputs",
            "Subtracts the training set's mean μ and divides by its standard deviation σ; dev and test get the same.",
            live=False,
            symbol="(x−μ)/σ",
        ),
    ] = False
    features: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Features",
            description="What the network is told of each drawn point; a table's columns are its features already.",
            extra_json_schema={"items": {"enum": list(features)}, "minItems": 1, "uniqueItems": True},
        ),
    ] = COORDINATES
    imbalance: Annotated[
        float,
        number(
            "Share of class 1",
            0.0,
            0.95,
            "The first class's share of all examples; 0 leaves the classes as they are. Rows of tables are left out.",
            live=False,
            usual="0; 0.9 makes accuracy misleading",
            watch="how well the rare classes are found, not the accuracy",
        ),
    ] = 0.0
    label_noise: Annotated[
        float,
        number(
            "Wrong labels",
            0.0,
            0.9,
            "The share of training labels replaced by another class, each equally likely; dev and test keep theirs.",
            live=False,
            usual="0 to 0.3",
            watch=GAP,
        ),
    ] = 0.0
    shift_move: Annotated[
        float,
        number(
            "Dev and test moved by",
            -3.0,
            3.0,
            "Moves dev and test examples only: points along x₁, pictures by pixels to the right, all inputs of other "
            "tables by standard deviations of the training set.",
            live=False,
            usual="0 to 1",
            watch="the dev loss",
        ),
    ] = 0.0
    shift_rotate: Annotated[
        float,
        number(
            "Dev and test turned by",
            -180.0,
            180.0,
            "Turns dev and test examples only, anticlockwise: points, pictures, and tables of two inputs.",
            live=False,
            unit="°",
            usual="0 to 30",
            watch="the dev loss",
        ),
    ] = 0.0
    shift_scale: Annotated[
        float,
        number(
            "Dev and test scaled by",
            0.25,
            4.0,
            "Multiplies the distance of dev and test examples from the middle; 1 leaves them as they are.",
            live=False,
            scale="log",
            usual="0.7 to 1.5",
            watch="the dev loss",
        ),
    ] = 1.0
    shift_balance: Annotated[
        float,
        number(
            "Share of class 1 in dev and test",
            0.0,
            0.95,
            "The first class's share of dev and test examples, by repeating and leaving out some; 0 leaves all.",
            live=False,
            usual="0",
            watch="the dev loss",
        ),
    ] = 0.0
    augment_jitter: Annotated[
        float,
        number(
            "Augment: jitter",
            0.0,
            1.0,
            "Standard deviation of what each epoch adds to every training input, in units of points, for tables in "
            "standard deviations of each input.",
            live=False,
            symbol="σ",
            usual="0 to 0.2",
            watch=GAP,
        ),
    ] = 0.0
    augment_rotate: Annotated[
        float,
        number(
            "Augment: turn",
            0.0,
            180.0,
            "Each epoch turns every training point or picture by up to this angle, either way.",
            live=False,
            unit="°",
            usual="0 to 15",
            watch=GAP,
        ),
    ] = 0.0
    augment_scale: Annotated[
        float,
        number(
            "Augment: scale",
            0.0,
            0.5,
            "Each epoch grows or shrinks every training point or picture by up to this share.",
            live=False,
            usual="0 to 0.2",
            watch=GAP,
        ),
    ] = 0.0
    augment_move: Annotated[
        float,
        number(
            "Augment: move",
            0.0,
            3.0,
            "Each epoch moves every training point, or picture in pixels, by up to this along both axes.",
            live=False,
            usual="0 to 1",
            watch=GAP,
        ),
    ] = 0.0
    augment_cut: Annotated[
        int,
        whole(
            "Augment: cut",
            0,
            6,
            "Each epoch blanks a square of so many pixels across somewhere in every training picture.",
            live=False,
            unit="pixels",
            usual="0 to 3",
            watch=GAP,
        ),
    ] = 0
    seed: Annotated[
        int, whole("Data seed", 0, 999999, "Which points are drawn and how they are split.", live=False)
    ] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.features
        if not (isinstance(given, tuple) and given and set(given) <= set(features) and len(set(given)) == len(given)):
            known = ", ".join(features)
            raise ValueError(f"features is {given!r}; it must be one or more of {known}, none of them twice")


class Experiment(Settings, frozen=True):
    """Data, network, training and a seed: the same experiment gives the same numbers."""

    data: Data = Data()
    network: Network = Network()
    training: Training = Training()
    seed: Annotated[
        int,
        whole("Seed", 0, 999999, "Which initial weights and which order of mini-batches are drawn.", live=False),
    ] = 1
    version: int = VERSION

    def to_json(self) -> str:
        """Readable JSON, every field written out, ending in a newline."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"


def from_json(source: str | bytes) -> Experiment:
    """The experiment that `to_json` wrote, of this or any older version; fields left out have their defaults.

    Raises: ValueError with a sentence that names the field, its value and what is allowed.
    """
    try:
        tree = msgspec.json.decode(source)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ValueError(f"this is not an experiment: {problem}") from None
    if not isinstance(tree, dict):
        raise ValueError("this is not an experiment: it must be a JSON object with data, network and training")
    return _from_tree(migrated(tree))


def read(path: Path) -> Experiment:
    """The experiment in the file `path`. Raises: ValueError naming the file and what is wrong with it."""
    try:
        return from_json(path.read_bytes())
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else problem
        raise ValueError(f"{path}: {reason}") from None


def migrated(tree: dict[str, Any]) -> dict[str, Any]:
    """A tree of any known version, brought up to this one. Raises: ValueError for versions yet to come."""
    version = tree.get("version", VERSION)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise ValueError(f"version is {version!r}; this Hyperscope reads versions 1 to {VERSION}")
    for old in range(version, VERSION):
        tree = _MIGRATIONS[old](tree)
    return {**tree, "version": VERSION}


_MIGRATIONS: dict[int, Any] = {}  # from each older version to the next


def _from_tree(tree: object) -> Experiment:
    try:
        return msgspec.convert(tree, Experiment)
    except msgspec.ValidationError as problem:
        # msgspec names the place as "$.training"; a reader wants the dotted path it types after --set
        raise ValueError(str(problem).replace("$.", "").replace("`", "")) from None


def schema() -> dict[str, Any]:
    """The JSON Schema of an experiment, with titles, help and ranges taken from the knobs."""
    return msgspec.json.schema(Experiment)


def with_source(data: Data, source: str) -> Data:
    """The data set `source` instead; tables are standardised from the start, visibly, drawn points are not."""
    return msgspec.structs.replace(data, source=source, standardise=source not in generators)


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


def knob_at(path: str) -> Knob:
    """The knob at a dotted path; any layer number will do. Raises: LookupError listing what is there."""
    *groups, name = path.split(".")
    kind: type[Settings] = Experiment
    for part in groups:
        if part == "layers":
            kind = Layer
        elif not part.isdigit():
            hint = get_type_hints(kind).get(part)
            if not (isinstance(hint, type) and issubclass(hint, Settings)):
                raise LookupError(f"{path!r} names no setting: {part!r} is not a group of settings")
            kind = hint
    if name not in knobs(kind):
        raise LookupError(f"{path!r} names no setting; there are {', '.join(knobs(kind))}")
    return knobs(kind)[name]


def changed(experiment: Experiment, path: str, value: Value | tuple[str, ...]) -> Experiment:
    """The experiment with the field at a dotted path set to `value`, all else equal; paths in LISTS take a tuple.

    Raises: LookupError for an unknown path, ValueError for a value that is not allowed.
    """
    if path not in LISTS:
        knob_at(path)

    def step(settings: Any, parts: list[str]) -> Any:
        head, *rest = parts
        if isinstance(settings, tuple):
            if not head.isdecimal() or int(head) >= len(settings):
                raise LookupError(f"{path!r} names no setting; there are layers 0 to {len(settings) - 1}")
            at = int(head)
            return (*settings[:at], step(settings[at], rest), *settings[at + 1 :])
        if head not in settings.__struct_fields__:
            raise LookupError(f"{path!r} names no setting; there are {', '.join(settings.__struct_fields__)}")
        new = step(getattr(settings, head), rest) if rest else value
        return msgspec.structs.replace(settings, **{head: new})

    result: Experiment = step(experiment, path.split("."))
    return result


def parsed(path: str, words: str) -> Value | tuple[str, ...]:
    """The value of the knob at `path` that `words`, from a command line, spell; names in a list stand between commas.

    Raises: LookupError for an unknown path, ValueError for words that are no value of it.
    """
    if path in LISTS:
        return tuple(name.strip() for name in words.split(","))
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
        raise ValueError(f"{path} is {words!r}; it must be {kinds[knob.kind]}") from None
    return words
