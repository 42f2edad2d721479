"""How much memory a crowd, a long history and a checkpoint take; run with -m it prints that as JSON, in MB.

What a crowd adds to the process needs a Python that has psutil, which is named on the command line; without one it is
left out.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.in_hyperscope import crowd
from benchmarks.tasks import numbers
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.history import History
from hyperscope.lab.training.in_training import ROWS
from hyperscope.lab.training.trainer import Trainer
from parity.workloads import WORKLOADS

MEGABYTE = 1e6
STEPS = 1_000_000
CHECKPOINTS = 20
RESIDENT = "import psutil, sys; print(psutil.Process(int(sys.argv[1])).memory_info().rss)"


def resident(looker: str) -> float:
    """What the process holds of the machine's memory, in MB, as a Python with psutil sees it."""
    gc.collect()
    command = [looker, "-c", RESIDENT, str(os.getpid())]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout) / MEGABYTE


def of_a_crowd(looker: str) -> float:
    """What 256 models of W1b in training add to the process, in MB."""
    task = {name: np.asarray(value) for name, value in numbers(WORKLOADS["W1b"], "crowd").items()}
    idle = resident(looker)
    run = crowd({**task, "rates": np.geomspace(1e-4, 1e-1, 256)})
    run(2)
    return resident(looker) - idle


def of_a_history() -> float:
    """What the history of a million steps of a network of twelve layers holds, losses of every step in it, in MB."""
    tracemalloc.start()
    history = History(4, ROWS)
    step, rows = 0, np.zeros((12, 5))
    losses = np.zeros(64)
    while step < STEPS:
        if history.due(step):
            history.add(step, step / 16, train_loss=1.0, dev_loss=1.0, quantiles=rows)
        following = min(STEPS, step + 64, history.next_due(step))
        history.batch_losses(losses[: following - step])
        step = following
    held = tracemalloc.get_traced_memory()[0] / MEGABYTE
    tracemalloc.stop()
    return held


def of_a_checkpoint() -> float:
    """What checkpoints of digits in 128-128 hold, against the bytes of the arrays in them."""
    network = Network(layers=(Layer(128, "relu", "before"),) * 2)
    trainer = Trainer(Experiment(data=Data(source="digits"), network=network))
    trainer.steps(50)
    tracemalloc.start()
    checkpoints = []
    for _ in range(CHECKPOINTS):
        trainer.steps(1)
        trainer.scores()
        before = tracemalloc.get_traced_memory()[0]
        checkpoints.append((trainer.checkpoint(), before))
    held = tracemalloc.get_traced_memory()[0] - checkpoints[0][1]
    tracemalloc.stop()
    return held / sum(sum(array.nbytes for array in arrays(checkpoint)) for checkpoint, _ in checkpoints)


def arrays(value: Any) -> Iterator[np.ndarray]:
    """Every array in a record, mapping or sequence."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from arrays(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from arrays(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from arrays(getattr(value, name))


if __name__ == "__main__":
    found = {}
    if len(sys.argv) > 1:
        found["crowd"] = of_a_crowd(sys.argv[1])  # first, lest it find room that others left behind
    print(json.dumps({**found, "history": of_a_history(), "checkpoint": of_a_checkpoint()}))
