"""The examples of an experiment as a CSV file, which opens again as a table with the same points."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hyperscope.lab.examples.examples import ExampleSet, load
from hyperscope.lab.examples.table import PART, PARTS
from hyperscope.lab.experiment.data import Data, on_plane
from hyperscope.lab.writing import write

CLASS = "class"


def save_points(data: Data, path: Path) -> int:
    """Writes the examples of `data` to `path` and returns how many: inputs as drawn or read, class, part.

    Labels are those that training sees, wrong ones included. Raises: ValueError naming the file and what is wrong.
    """
    examples = load(data, begun=True)
    if not examples.y.size:
        raise ValueError(f"{path.name} was not written: there are no points yet")
    write(path, table_text(examples, ("x1", "x2") if on_plane(data.source) else examples.raw_names))
    return int(examples.y.size)


def table_text(examples: ExampleSet, names: tuple[str, ...]) -> str:
    """The examples as CSV, a row each: the raw inputs, called `names`, to the last bit, then class and part."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, _unlike(CLASS, names), _unlike(PART, names)])
    classes = [examples.class_names[y] for y in examples.y.tolist()]
    parts = [PARTS[part] for part in examples.part.tolist()]
    for inputs, c, part in zip(examples.raw.T.tolist(), classes, parts, strict=True):
        writer.writerow([*(repr(value).removesuffix(".0") for value in inputs), c, part])
    return text.getvalue()


def _unlike(name: str, others: tuple[str, ...]) -> str:
    """`name`, changed until no other column has it."""
    while name in others:
        name += "_"
    return name
