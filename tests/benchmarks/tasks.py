"""What the engine's benchmark measures: the parity tests' workloads, crowds, maps, and what may be added to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.work import BLOCK, steps_per_epoch
from parity.workloads import WORKLOADS, Workload

CROWDS = (16, 64, 256)
SIDES = (100, 200)
# By name: what is set besides W1b's own, and what it is held against; momentum has no place beside Adam, so SGD.
VARIANTS: dict[str, tuple[dict[str, Any], str]] = {
    "sgd": ({"optimiser": "sgd"}, "W1b"),
    "momentum": ({"optimiser": "momentum"}, "W1b-sgd"),
    "dropout": ({"dropout": 0.2}, "W1b"),
    "l2": ({"l2": 1e-3}, "W1b"),
    "schedule": ({"schedule": "cosine"}, "W1b"),
}


@dataclass(frozen=True)
class Task:
    """One workload: `numbers` is what a contender gets, `table` where it stands, `unit` what its figures are in.

    A contender's count of one is `share` units.
    """

    name: str
    table: str
    unit: str
    numbers: dict[str, Any]
    share: int = 1

    @property
    def kind(self) -> str:
        """Which function of a contender prepares it."""
        return str(self.numbers["kind"])


def tasks() -> Iterator[Task]:
    """All of them: one network in training, crowds of W1b, class probabilities on a grid, additions, changes."""
    for name, workload in WORKLOADS.items():
        yield _training(name, "One network, µs per step", numbers(workload, "train"))
    w1b = WORKLOADS["W1b"]
    for members in CROWDS:
        crowd = {**numbers(w1b, "crowd"), "rates": np.geomspace(1e-4, 1e-1, members)}
        yield _training(f"W4-{members}", "Crowds of W1b, µs per model-step", crowd, members)
    for name in ("W1b", "W2"):
        for side in SIDES:
            line = np.linspace(-3, 3, side)
            grid = np.stack(np.meshgrid(line, line)).reshape(2, -1)
            given = {**numbers(WORKLOADS[name], "grid"), "grid": grid}
            yield Task(f"F-{name}-{side}", "Class probabilities on a grid, ms per map", "ms", given)
    for name, (more, _) in VARIANTS.items():
        yield _training(f"W1b-{name}", "W1b with something changed, µs per step", {**numbers(w1b, "variant"), **more})
    change = "From a change of architecture to the first epoch, ms"
    yield Task("W1b-change", change, "ms", numbers(w1b, "change"))
    yield Task("W1b-apply", change, "ms", numbers(w1b, "apply"))


def _training(name: str, table: str, given: dict[str, Any], members: int = 1) -> Task:
    return Task(name, table, "µs", given, BLOCK * steps_per_epoch(given) * members)


def numbers(workload: Workload, kind: str) -> dict[str, Any]:
    """What a contender must know to run a workload in float32."""
    layout, learner = workload.layout(), workload.learner()
    x, y = workload.examples()
    blocks = [layout.parameters[f"{name}.weights"] for name in layout.names]
    return {
        "kind": kind,
        "x": x,
        "y": y,
        "classes": layout.classes,
        "norm": workload.norm == "before",
        "optimiser": workload.training.optimiser,
        "rate": workload.training.learning_rate,
        "batch": workload.training.batch_size,
        "depth": len(blocks),
        **{f"weights{place}": block.of(learner.state.parameters) for place, block in enumerate(blocks)},
    }
