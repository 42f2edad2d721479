"""What was tried, as tables: a row for each set, remedy, strength and number of examples, and each seed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hyperscope.engine.arrays import Array
from hyperscope.lab.export.tables import Cell, Table
from hyperscope.lab.generalise.copies import Copies
from hyperscope.lab.generalise.depth import Signals
from hyperscope.lab.generalise.errors import Errors
from hyperscope.lab.generalise.learning_curve import LearningCurve
from hyperscope.lab.generalise.restrained import Restrained
from hyperscope.lab.generalise.saddles import Bends
from hyperscope.lab.generalise.stopping import Stopping
from hyperscope.lab.generalise.thinned import Thinned
from hyperscope.lab.generalise.trials import AS_IT_IS, Tried
from hyperscope.lab.generalise.two_weights import Contours
from hyperscope.lab.sweeps.outcome import Outcome


def of_errors(found: Errors) -> Table:
    """A row for each set; the best possible has no examples."""
    rows: list[tuple[Cell, ...]] = [("best possible", None, None, found.best, None, None)]
    rows += [(one.name, one.wrong, one.of, one.rate, *one.interval) for one in found.sets if one.of]
    return Table("errors", ("set", "wrong", "examples", "error", "95 % from", "95 % to"), rows)


def of_remedies(tried: tuple[Tried, ...]) -> Table:
    """A row for each remedy and seed; of those that were not tried, why."""
    heads = (
        "remedy",
        "tried",
        "against",
        "seed",
        "steps",
        "train loss",
        "dev loss",
        "train error",
        "dev error",
        "why not",
    )
    rows: list[tuple[Cell, ...]] = []
    for row in tried:
        name = row.name or AS_IT_IS
        if row.refused or row.experiment is None:
            rows.append((name, None, row.against, None, None, None, None, None, None, row.refused))
            continue
        for seed in range(len(row.dev_loss)):
            figures = (row.train_loss[seed], row.dev_loss[seed], row.train_error[seed], row.dev_error[seed])
            number = (row.experiment.seed + seed) % 1_000_000
            rows.append((name, row.caption, row.against, number, row.steps, *map(float, figures), None))
    return Table("remedies", heads, rows)


def of_strengths(outcome: Outcome) -> Table:
    """A row for each value and seed."""
    plan = outcome.plan
    rows: list[tuple[Cell, ...]] = [
        (
            plan.sweep.name,
            plan.values[at],
            plan.network(0, at, seed).seed,
            float(outcome.train_loss[0, at, seed]),
            float(outcome.dev_loss[0, at, seed]),
            1 - float(outcome.train_accuracy[0, at, seed]),
            1 - float(outcome.dev_accuracy[0, at, seed]),
        )
        for at in range(len(plan.values))
        for seed in range(plan.seeds)
    ]
    return Table("strengths", ("sweep", "value", "seed", "train loss", "dev loss", "train error", "dev error"), rows)


def of_curve(curve: LearningCurve) -> Table:
    """A row for each number of training examples and run; runs that are yet to come are left out."""
    rows: list[tuple[Cell, ...]] = [
        (examples, seed + 1, float(curve.train_error[at, seed]), float(curve.dev_error[at, seed]))
        for at, examples in enumerate(curve.examples)
        for seed in range(curve.dev_error.shape[1])
        if not math.isnan(curve.dev_error[at, seed])
    ]
    return Table("learning curve", ("examples", "run", "train error", "dev error"), rows)


def of_signals(cells: Mapping[tuple[str, str, bool], Signals]) -> Table:
    """A row for each network and layer, 0 for the inputs and the last for the output, which has a gradient alone."""
    rows: list[tuple[Cell, ...]] = []
    for (rule, bend, normed), found in cells.items():
        for layer in range(len(found.size) + 1):
            hidden = layer < len(found.size)
            size, spread = (float(found.size[layer]), float(found.spread[layer])) if hidden else (None, None)
            gradient = float(found.gradient[layer - 1]) if layer else None
            rows.append((rule, bend, normed, layer, size, spread, gradient))
    heads = ("initialiser", "activation", "batch norm", "layer", "mean |a|", "spread over examples", "gradient (rms)")
    return Table("signals", heads, rows)


def of_paths(paths: Mapping[tuple[str, str], Array]) -> Table:
    """A row for each step of each optimiser's path (s + 1, 2) on each surface."""
    rows: list[tuple[Cell, ...]] = [
        (inputs, rule, step, float(w[0]), float(w[1]))
        for (inputs, rule), walked in paths.items()
        for step, w in enumerate(walked)
    ]
    return Table("paths", ("inputs", "optimiser", "step", "w1", "w2"), rows)


def of_run(found: Bends) -> Table:
    """A row for each point of the run that was looked at."""
    columns = (found.step, found.loss, found.slope, found.negative, found.greatest)
    rows: list[tuple[Cell, ...]] = [tuple(float(value) for value in row) for row in zip(*columns, strict=True)]
    heads = ("step", "loss (nats)", "gradient norm", "share of negative directions", "greatest curvature")
    return Table("run", heads, rows)


def of_restraints(
    weights: Restrained | None, over_two: Contours | None, thin: Thinned | None, stop: Stopping | None
) -> list[Table]:
    """Every weight and ‖W‖ over the run, the cost over two weights, what dropout does, and both losses by epoch."""
    tables: list[Table] = []
    if weights is not None:
        tables.append(Table("weights", ("layer", "unit", "input", "weight"), _every_weight(weights)))
        norms = [
            (layer.caption, float(epoch), float(norm))
            for layer in weights.layers
            for epoch, norm in zip(weights.epoch, layer.course, strict=True)
            if not math.isnan(norm)
        ]
        tables.append(Table("norms", ("layer", "epoch", "norm of W"), norms))
    if over_two is not None:
        along = [over_two.half * (2 * at / (len(over_two.cost) - 1) - 1) for at in range(len(over_two.cost))]
        cost: list[tuple[Cell, ...]] = [
            (*over_two.names, x, y, float(over_two.cost[row, column]))
            for row, y in enumerate(along)
            for column, x in enumerate(along)
        ]
        tables.append(Table("two weights", ("w1 is", "w2 is", "w1", "w2", "cost"), cost))
    if thin is not None:
        heads = ("layer", "keep", "mask mean", "mask variance", "mean a, whole", "thinned", "not divided")
        layers: list[tuple[Cell, ...]] = [
            (at + 1, one.keep, one.mask_mean, one.mask_variance, one.whole, one.scaled, one.unscaled)
            for at, one in enumerate(thin.layers)
        ]
        tables.append(Table("dropout", heads, layers))
        gaps = [(at + 1, float(gap)) for at, gap in enumerate(thin.gap)]
        tables.append(Table("averages", ("networks averaged", "away from the whole"), gaps))
    if stop is not None:
        each = zip(stop.epoch.tolist(), stop.train_loss.tolist(), stop.dev_loss.tolist(), strict=True)
        tables.append(Table("losses", ("epoch", "train loss", "dev loss"), list(each)))
    return tables


def _every_weight(found: Restrained) -> list[tuple[Cell, ...]]:
    return [
        (layer.caption, unit + 1, into + 1, float(layer.weights[unit, into]))
        for layer in found.layers
        for unit in range(layer.weights.shape[0])
        for into in range(layer.weights.shape[1])
    ]


def of_copies(found: Copies) -> Table:
    """A row for each example that is drawn, by its place in the plane."""
    rows = [
        (found.epoch + 1, int(y), *map(float, x), *map(float, copied))
        for x, copied, y in zip(found.x.T, found.copied.T, found.y, strict=True)
    ]
    return Table("copies", ("epoch", "class", "x", "y", "copy x", "copy y"), rows)
