"""Data: which examples there are, as part of an experiment. Drawing and reading them is done elsewhere."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

import msgspec

from hyperscope.engine.datasets import generators
from hyperscope.engine.features import COORDINATES, features
from hyperscope.knob import Settings, choice, number, switch, text, whole
from hyperscope.lab.experiment.painted import refusal
from hyperscope.quoting import cut, unwritable

GAP = "the gap between the training and the dev loss"
TABLES = {"iris": "iris.csv", "wine": "wine.csv", "breast cancer": "breast_cancer.csv", "digits": "digits.csv.gz"}
FILE = "file"  # the source that reads the table named by `Data.file`
PAINTED = "painted"  # the source that takes the points in `Data.painted`
# how copies of the training set are made; which examples there are does not depend on it
COPIED = ("augment_jitter", "augment_rotate", "augment_scale", "augment_move", "augment_cut")


class Data(Settings, frozen=True):
    """Which examples there are, how they are split, and what is done to their inputs."""

    LATER = ("first_row", "encoding", "comment", "left_out")

    source: Annotated[
        str,
        choice(
            "Data set",
            (*generators, *TABLES, FILE, PAINTED),
            "Points drawn on the plane, a real table, a CSV file of your own, or points that you paint.",
            live=False,
            captions={"checkerboard": "checker", "breast cancer": "cancer", PAINTED: "own points"},
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
            ("refuse", "drop rows", "drop columns", "mean", "median", "most frequent"),
            "What to do where a table has no value. Mean, median and the most frequent value are those of each column "
            "in the training set, and fill dev and test too; words are filled with the most frequent one.",
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
    first_row: Annotated[
        str,
        choice(
            "First row",
            ("names", "data"),
            "Whether a file's first row names its columns, or is an example already; columns are numbered then.",
            live=False,
        ),
    ] = "names"
    encoding: Annotated[
        str,
        choice(
            "Encoding",
            ("detect", "utf-8", "utf-16", "cp1252"),
            "How a file's bytes stand for letters. Detect goes by marks and zeros at the beginning, and takes what is "
            "no UTF-8 for cp1252, the Western European encoding of Windows.",
            live=False,
            captions={"utf-8": "UTF-8", "utf-16": "UTF-16"},
        ),
    ] = "detect"
    comment: Annotated[
        str,
        choice(
            "Comment lines",
            ("detect", "#", "%", "//", "keep"),
            "Lines of a file that begin with this are left out. Detect leaves out those of # that do not fit the "
            "columns; keep leaves out none.",
            live=False,
        ),
    ] = "detect"
    left_out: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Columns left out",
            description="Columns of a table that are no inputs, by name.",
            extra_json_schema={"uniqueItems": True},
        ),
    ] = ()
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
    classes: Annotated[
        int, whole("Classes", 2, 6, "How many classes are drawn or painted.", live=False, symbol="C")
    ] = 3
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
    painted: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Own points",
            description="A line of text for each class: x,y for each point, and . for a place that is free.",
        ),
    ] = ()
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
            live=True,
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
            live=True,
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
            live=True,
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
            live=True,
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
            live=True,
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
            raise ValueError(
                f"features is {cut(str(given)[:200])}; it must be one or more of {known}, none of them twice"
            )
        if said := refusal(self.painted):
            raise ValueError(said)
        out = self.left_out
        if not (isinstance(out, tuple) and all(isinstance(name, str) for name in out) and len(set(out)) == len(out)):
            raise ValueError(f"left_out is {str(out)[:200]}; it must be names of columns, none of them twice")
        if odd := next(filter(None, map(unwritable, out)), ""):
            raise ValueError(f"left_out has {odd}, which is no text in UTF-8")


def file_name(file: str) -> str:
    """The name of a file without the folders before it, whichever system wrote them down."""
    return PureWindowsPath(file).name if "\\" in file else PurePosixPath(file).name


def without_place(data: Data) -> Data:
    """The data as they may be handed on: a table by its name alone, without the path on its owner's machine."""
    name = file_name(data.file)
    return data if name == data.file else msgspec.structs.replace(data, file=name)


def on_plane(source: str) -> bool:
    """Whether the examples of a source are points on the plane, drawn or painted, and no table's rows."""
    return source in generators or source == PAINTED


def same_examples(one: Data, other: Data) -> bool:
    """Whether losses on them are of the same examples, and so can be compared, however these enter a network."""
    names = [name for name in one.__struct_fields__ if name not in ("standardise", "features", *COPIED)]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def with_source(data: Data, source: str) -> Data:
    """The data set `source` instead; tables are standardised from the start, visibly, drawn points are not."""
    return msgspec.structs.replace(data, source=source, standardise=not on_plane(source), left_out=())
