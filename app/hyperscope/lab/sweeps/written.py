"""A sweep written down: a row for each network, and in JSON what it was and what it came to."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator

from hyperscope.knob import Value
from hyperscope.lab.sweeps.outcome import Outcome

COLUMNS = (
    "variant", "value", "seed", "epoch", "train_loss", "train_accuracy", "dev_loss", "dev_accuracy", "stopped",
)  # fmt: skip


def as_csv(outcome: Outcome) -> str:
    """A row for each network: losses in nats, accuracies from 0 to 1, and why it stopped, if it did."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [f"{cell:.9g}" if isinstance(cell, float) and at > 2 else cell for at, cell in enumerate(row)]
        for row in rows_of(outcome)
    )
    return text.getvalue()


def rows_of(outcome: Outcome) -> Iterator[tuple[Value, ...]]:
    """The cells of COLUMNS for each network, in order."""
    plan, standing = outcome.plan, outcome.standing
    variants, values, seeds = plan.shape
    for v in range(variants):
        for s in range(values):
            for k in range(seeds):
                at = plan.number(v, s, k)
                figures = (
                    standing.epoch, standing.train_loss, standing.train_accuracy, standing.dev_loss,
                    standing.dev_accuracy,
                )  # fmt: skip
                yield (
                    plan.sweep.variants[v].name,
                    plan.values[s],
                    plan.network(v, s, k).seed,
                    *(float(values_of[at]) for values_of in figures),
                    standing.stopped[at],
                )


def as_json(outcome: Outcome) -> str:
    """What was asked, of which experiment, and what came of it."""
    plan = outcome.plan
    tree = {
        "sweep": plan.sweep.name,
        "title": plan.sweep.title,
        "values": list(plan.values),
        "seeds": plan.seeds,
        "epochs": plan.epochs,
        "rule": outcome.rule,
        "figures": [{"variant": one.variant, "figure": one.said, "of": one.of} for one in outcome.figures()],
        "median_dev_accuracy": _rows(outcome.accuracy.tolist()),
        "median_dev_loss": _rows(outcome.loss.tolist()),
        "best": outcome.best(),
        "experiment": json.loads(plan.experiment.to_json()),
    }
    return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _rows(rows: list[list[float]]) -> list[list[float | None]]:
    return [[value if math.isfinite(value) else None for value in row] for row in rows]
