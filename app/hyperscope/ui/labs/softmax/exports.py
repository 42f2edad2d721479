"""The numbers of the Softmax lab's views, from the records that are drawn there."""

from __future__ import annotations

from collections.abc import Iterable

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.lab.softmax.case import Worked
from hyperscope.lab.softmax.mini_batch import MiniBatch
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.softmax.page import SoftmaxPage


@data("softmax/workbench")
def of_workbench(page: SoftmaxPage) -> Iterable[Table]:
    """What the bars show."""
    found = page.workbench.bars.worked
    return [of_case(found)] if found is not None else []


@data("softmax/batch")
def of_batch(page: SoftmaxPage) -> Iterable[Table]:
    """What the matrices show."""
    found = page.batch.batch
    return [of_columns(found), of_gradient(found)] if found is not None and not found.refused else []


def of_case(found: Worked) -> Table:
    """A row for each class, and what the whole case comes to in each: its temperature, shift and loss in nats."""
    case, single = found.case, found.single
    heads = (
        "class", "z", "T", "c", "(z + c) / T", "share", "hardmax", "y", "share - y", "dL/dz", "loss (nats)",
        "share in float32 as the formula stands", "share in float32 with the largest subtracted",
    )  # fmt: skip
    rows = [
        (
            number + 1,
            case.logits[number],
            case.temperature,
            case.shift,
            float(found.exponents[number]),
            float(found.shares[number]),
            float(found.hardmax[number]),
            float(found.targets[number]),
            float(found.errors[number]),
            float(found.gradient[number]),
            found.loss,
            float(single.shares[number]),
            float(single.safe[number]),
        )
        for number in range(case.classes)
    ]
    return Table("case", heads, rows)


def of_columns(found: MiniBatch) -> Table:
    """A row for each example: its number from 1, place, class, weight and loss, and its column of every matrix."""
    count = len(found.names)
    matrices = (("z / T", found.z), ("y", found.y), ("share", found.p), ("dL/dz", found.errors))
    heads = (
        "example", "place x", "place y", "true class", "weight", "loss (nats)",
        *(f"{name} {number + 1}" for name, _ in matrices for number in range(count)),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            int(found.number[column]) + 1,
            float(found.at[0, column]),
            float(found.at[1, column]),
            found.names[int(found.true[column])],
            float(found.weight[column]),
            float(found.losses[column]),
            *(float(values[number, column]) for _, values in matrices for number in range(count)),
        )
        for column in range(found.z.shape[1])
    ]
    return Table("mini-batch", heads, rows)


def of_gradient(found: MiniBatch) -> Table:
    """A row for each weight of the output layer, biases last: the mean gradient of all examples, and J."""
    weights, biases = found.gradient(found.z.shape[1])
    rows: list[tuple[Cell, ...]] = [
        (name, unit + 1 if unit < weights.shape[1] else "bias", float(value), found.cost)
        for name, row, bias in zip(found.names, weights, biases, strict=True)
        for unit, value in enumerate([*row, *([bias] if found.bias else [])])
    ]
    return Table("gradient", ("class", "input", "dJ/dW", "J (nats)"), rows)
