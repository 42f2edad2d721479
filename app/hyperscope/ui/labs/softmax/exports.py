"""The numbers of the Softmax lab's views, from the records that are drawn there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.lab.softmax.case import Worked
from hyperscope.lab.softmax.confidence import FAR, tempered
from hyperscope.lab.softmax.mini_batch import MiniBatch
from hyperscope.lab.softmax.regression import Regression
from hyperscope.lab.sweeps.ensemble import Ensemble
from hyperscope.lab.sweeps.reuse import WAYS, Reuse
from hyperscope.lab.sweeps.rivals import TITLES, Rivals
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.softmax.confidence import ConfidenceView
from hyperscope.ui.labs.softmax.confidence_cards import PARTS
from hyperscope.ui.labs.softmax.page import SoftmaxPage


@data("softmax/workbench")
def of_workbench(page: SoftmaxPage) -> Iterable[Table]:
    """What the bars show."""
    found = page.workbench.bars.worked
    return [of_case(found)] if found is not None else []


@data("softmax/plane")
def of_plane(page: SoftmaxPage) -> Iterable[Table]:
    """Every example with its logits and answer, W and b with their gradients, and the four outputs."""
    found, rivals = page.plane.found, page.plane.outputs.found
    tables = [*(of_regression(found) if found is not None else ()), *([of_rivals(rivals)] if rivals else [])]
    return [table for table in tables if table.rows]


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


def of_regression(found: Regression) -> tuple[Table, Table]:
    """A row for each class with its numbers, J in each; and one for each example with its z, share and loss."""
    count = len(found.names)
    dw, db = found.gradient if not found.refused else (found.w, found.b)
    heads = ("class", "w1", "dJ/dw1", "w2", "dJ/dw2", "b", "dJ/db", "J (nats)")
    numbers: list[tuple[Cell, ...]] = [
        (
            name, float(found.w[k, 0]), float(dw[k, 0]), float(found.w[k, 1]), float(dw[k, 1]), float(found.b[k]),
            float(db[k]), found.cost,
        )
        for k, name in enumerate(found.names[: len(found.w)])
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            one + 1,
            float(found.at[0, one]),
            float(found.at[1, one]),
            found.names[int(found.y[one])],
            bool(found.training[one]),
            float(found.losses[one]),
            *(float(found.p[k, one]) for k in range(count)),
        )
        for one in range(found.y.size)
    ]
    shares = tuple(f"share {k + 1}" for k in range(count))
    per = Table(
        "examples", ("example", "place x", "place y", "true class", "in training", "loss (nats)", *shares), rows
    )
    return Table("weights", heads, numbers), per


def of_rivals(found: Rivals) -> Table:
    """A row for each output, after as many epochs: its losses, shares right, and where it differs from softmax."""
    heads = (
        "output", "epochs", "loss", "-ln share (nats)", "right in training", "right in dev", "examples that differ",
        "share of the plane that differs",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            title,
            found.epoch,
            float(found.loss[k]),
            float(found.cross_entropy[k]),
            float(found.train[k]),
            float(found.dev[k]),
            found.examples_apart[k],
            found.plane_apart[k],
        )
        for k, title in enumerate(TITLES)
    ]
    return Table("outputs", heads, rows)


@data("softmax/confidence")
def of_confidence(page: SoftmaxPage) -> Iterable[Table]:
    """Every example with how sure it is of it, the bins, coverage, distances, and the ensemble."""
    view = page.confidence
    found, ensemble = view.found, view.ensemble.found
    if found is None:
        return []
    p = tempered(found.logs, view.temperature)
    gone = set(view.sent)
    examples: list[tuple[Cell, ...]] = [
        (
            one + 1,
            PARTS[int(found.part[one])],
            found.names[int(found.y[one])],
            found.names[int(p[:, one].argmax())],
            float(p[:, one].max()),
            one in gone,
            view.threshold,
            view.temperature,
        )
        for one in range(found.y.size)
    ]
    heads = ("example", "part", "true class", "said", "confidence", "sent to a person", "threshold", "T")
    return [
        Table("examples", heads, examples),
        *of_calibration(view),
        Table("far", ("times as far", "mean confidence", "least confidence"), [
            (far, float(mean), float(least))
            for far, mean, least in zip(FAR, found.far, found.least_far, strict=True)
        ]),
        *([of_ensemble(ensemble)] if ensemble is not None else []),
    ]  # fmt: skip


def of_calibration(view: ConfidenceView) -> list[Table]:
    """The bins of the reliability diagram, and the curves of coverage, as they are drawn."""
    curve, both = view.reliability.curve, view.coverage.curves
    assert curve is not None and both is not None
    bins: list[tuple[Cell, ...]] = [
        (float(curve.edges[k]), float(curve.edges[k + 1]), int(n), float(curve.confidence[k]), float(curve.accuracy[k]))
        for k, n in enumerate(curve.count.tolist())
    ]
    kept: list[tuple[Cell, ...]] = [
        (part, float(of.coverage[k]), float(of.accuracy[k]), float(of.confidence[k]))
        for part, of in zip(PARTS[1:], both, strict=True)
        for k in range(of.coverage.size)
    ]
    return [
        Table("bins of dev", ("above", "up to", "count", "mean confidence in bin", "right in bin"), bins),
        Table("coverage", ("part", "coverage", "accuracy of those kept", "confidence"), kept),
    ]


def of_ensemble(found: Ensemble) -> Table:
    """A row for each network, and one for the mean of all."""
    heads = ("network", "epochs", "dev loss (nats)", "test loss (nats)", "right in dev", "right in test")
    rows: list[tuple[Cell, ...]] = [
        (k + 1, found.epoch, *(float(values[row, k]) for values in (found.loss, found.right) for row in (0, 1)))
        for k in range(found.loss.shape[1])
    ]
    mean = (*found.mean_loss.tolist(), *found.mean_right.tolist())
    return Table("ensemble", heads, [*rows, ("mean", found.epoch, *mean)])


@data("softmax/many")
def of_many(page: SoftmaxPage) -> Iterable[Table]:
    """The example's way to every class, operations, and the curves of reused layers."""
    view = page.many
    found, reuse = view.found, view.reuse.found
    if found is None:
        return []
    ways: list[tuple[Cell, ...]] = [
        (found.number + 1, name, question + 1, "yes" if answer else "no", p, float(found.p[k]))
        for k, name in enumerate(found.names)
        for question, answer, p in found.way(k)
    ]
    counted: list[tuple[Cell, ...]] = [
        (one.classes, one.flat, one.mean, one.most, one.all) for one in view.operations.rows
    ]
    return [
        Table("ways", ("example", "class", "question", "answer", "probability", "product"), ways),
        Table("operations", ("C", "flat", "mean in a tree", "most in a tree", "all classes in a tree"), counted),
        *([of_reuse(reuse)] if reuse is not None else []),
    ]


def of_reuse(found: Reuse) -> Table:
    """A row for each network of the second task that is trained."""
    rows: list[tuple[Cell, ...]] = [
        (way, size, seed, float(found.right[w, s, seed]), float(found.first[seed]))
        for w, way in enumerate(WAYS)
        for s, size in enumerate(found.sizes)
        for seed in range(found.right.shape[2])
        if np.isfinite(found.right[w, s, seed])
    ]
    return Table("reuse", ("way", "examples", "seed", "right", "right in the first task"), rows)


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
