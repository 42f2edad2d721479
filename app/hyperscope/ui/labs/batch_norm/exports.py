"""The numbers of the Batch norm lab's views, from the records that are drawn there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.lab.probes.batch_statistics import BatchStatistics
from hyperscope.lab.probes.microscope import Magnified
from hyperscope.lab.sweeps.moving import NAMES as PAIR
from hyperscope.lab.sweeps.moving import WAYS, Moved
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.lab.sweeps.shifting import NAMES, Courses
from hyperscope.lab.sweeps.written import COLUMNS, rows_of
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.labs.batch_norm.shift_pictures import River

QUANTILES = ("5 %", "25 %", "50 %", "75 %", "95 %")
BEFORE = ("z", "z - mean", "z hat", "gamma z hat + beta", "a")
AFTER = ("z", "g(z)", "g(z) - mean", "a hat", "gamma a hat + beta")


@data("batch-norm/microscope")
def of_microscope(page: BatchNormPage) -> Iterable[Table]:
    """What columns, card and averages show."""
    shown, found = page.microscope.drawn, page.averages.found
    tables = [of_examples(shown), of_unit(shown)] if shown is not None else []
    return [*tables, *(of_averages(found) if found is not None else ())]


@data("batch-norm/why")
def of_why(page: BatchNormPage) -> Iterable[Table]:
    """What maps and curves show."""
    return of_sweep(page.of_sweeps["why"].grid.outcome)


@data("batch-norm/hurts")
def of_hurts(page: BatchNormPage) -> Iterable[Table]:
    """What maps and curves show."""
    return of_sweep(page.of_sweeps["hurts"].grid.outcome)


@data("batch-norm/shift")
def of_shift(page: BatchNormPage) -> Iterable[Table]:
    """What rivers and charts show, of layers or of data, whichever are looked at."""
    if page.shifting == "data":
        moved = page.of_moving.moved
        return of_moved(moved) if moved is not None else []
    courses = page.of_shift.courses
    return of_courses(courses) if courses is not None else []


def of_examples(shown: Magnified) -> Table:
    """A row for each example of the mini-batch: its number and class from 1, its stages, and their gradients."""
    stages = AFTER if shown.norm == "after" else BEFORE
    back = shown.backward
    heads = ("example", "class", *stages, *(f"dJ/d({stage})" for stage in stages if back is not None))
    rows: list[Sequence[Cell]] = [
        (
            int(shown.numbers[at]) + 1,
            int(shown.true[at]) + 1,
            *map(float, shown.stages[:, at]),
            *(map(float, back.stages[:, at]) if back is not None else ()),
        )
        for at in range(len(shown.numbers))
    ]
    return Table("example", heads, rows)


def of_unit(shown: Magnified) -> Table:
    """One row: the unit, and the numbers of it."""
    back = shown.backward
    cells: dict[str, Cell] = {
        "unit": shown.title,
        "mean": shown.mean,
        "variance": shown.variance,
        "mini-batch mean": shown.batch_mean,
        "mini-batch variance": shown.batch_variance,
        "running mean": shown.running_mean,
        "running variance": shown.running_variance,
        "epsilon": shown.epsilon,
        "gamma": shown.gamma,
        "beta": shown.beta,
        "dJ/dgamma": back.gamma if back is not None else None,
        "dJ/dbeta": back.beta if back is not None else None,
        "dJ/db": back.bias if back is not None else None,
        "|dJ/dW|": back.weights if back is not None else None,
        "by itself": shown.alone.itself,
        "in this mini-batch": shown.alone.batch,
        "by running averages": shown.alone.running,
    }
    return Table("unit", tuple(cells), [tuple(cells.values())])


def of_averages(found: BatchStatistics) -> tuple[Table, Table]:
    """A row for each mini-batch, with the averages after it, and a row for each size with its noise."""
    each = [
        (
            float(found.epoch[at]),
            float(found.mean[at]),
            float(found.variance[at]),
            float(found.running_mean[at + 1]),
            float(found.running_variance[at + 1]),
            found.whole_mean,
            found.whole_variance,
        )
        for at in range(len(found.mean))
    ]
    heads = ("epochs on", "mean", "variance", "average of means", "average of variances", "true mean", "true variance")
    noise = [(int(size), float(value)) for size, value in zip(found.sizes, found.noise, strict=True)]
    return Table("mini-batch", heads, each), Table("noise", ("mini-batch size", "deviation of means / sigma"), noise)


def of_sweep(outcome: Outcome | None) -> list[Table]:
    """A row for each network, and one for each variant's figure."""
    if outcome is None:
        return []
    figures = [(one.variant, one.said, one.of, outcome.rule) for one in outcome.figures()]
    return [
        Table("network", COLUMNS, list(rows_of(outcome))),
        Table("figure", ("variant", "figure", "of", "rule"), figures),
    ]


def of_courses(courses: Courses) -> list[Table]:
    """A row for each moment of each network, for each layer's drift, and for each look along the step."""
    along: list[Sequence[Cell]] = [
        (name, *map(float, looked))
        for name, one in zip(NAMES, courses.courses, strict=True)
        for looked in zip(one.step_epoch, one.low, one.high, one.change, strict=True)
    ]
    heads = ("network", "epoch", "least loss along the step", "greatest loss along the step", "change of the gradient")
    return [*of_rivers(NAMES, courses.courses), Table("landscape", heads, along)]


def of_moved(moved: Moved) -> list[Table]:
    """A row for each moment of both networks, for each layer's drift, and for each change that was tried."""
    right: list[Sequence[Cell]] = [
        (name, float(epoch), float(value), moved.changed)
        for name, one in zip(PAIR, moved.courses, strict=True)
        for epoch, value in zip(one.epoch, one.dev_accuracy, strict=True)
    ]
    tried: list[Sequence[Cell]] = [
        (trial.kind, float(amount), *map(float, trial.accuracy[:, at]))
        for trial in moved.trials
        for at, amount in enumerate(trial.amounts)
    ]
    return [
        *of_rivers(PAIR, moved.courses),
        Table("accuracy", ("network", "epoch", "dev accuracy", "changed at epoch"), right),
        Table("tried", ("change", "by", *(f"dev accuracy {way}" for way in WAYS)), tried),
    ]


def of_rivers(names: Sequence[str], courses: Sequence[River]) -> list[Table]:
    """The training loss and each layer's quantiles at every moment, and how far these drift in an epoch."""
    count = max(len(one.rivers) for one in courses)
    heads = ("network", "epoch", "training loss", *(f"layer {k + 1}, {q}" for k in range(count) for q in QUANTILES))
    rows: list[Sequence[Cell]] = [
        (name, float(one.epoch[at]), float(one.train_loss[at]), *(float(v) for river in one.rivers for v in river[at]))
        for name, one in zip(names, courses, strict=True)
        for at in range(len(one.epoch))
    ]
    drift: list[Sequence[Cell]] = [
        (name, layer + 1, float(value))
        for name, one in zip(names, courses, strict=True)
        for layer, value in enumerate(one.drift)
    ]
    return [Table("river", heads, rows), Table("drift", ("network", "layer", "drift an epoch, in spreads"), drift)]
