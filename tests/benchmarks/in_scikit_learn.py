"""scikit-learn's MLPClassifier, which has no batch norm: it does less than the others wherever there is some."""

from __future__ import annotations

import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.work import BLOCK, Run, Task, rows, weights


def train(task: Task) -> Run:
    """fit over the epochs, its own shuffling and loop; no batch norm; its loss is recorded per epoch."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # it warns of every fit that ends with its epochs
    x, y = rows(task)
    sgd = str(task["optimiser"]) == "sgd"
    model = MLPClassifier(
        tuple(len(block) for block in weights(task)[:-1]),
        solver="sgd" if sgd else "adam",
        alpha=0.0,
        batch_size=int(task["batch"]),
        learning_rate_init=float(task["rate"]),
        momentum=0.0,
        nesterovs_momentum=False,
        tol=0.0,
        n_iter_no_change=1_000_000_000,
        warm_start=True,
        random_state=5,
    )

    def run(count: int) -> Any:
        model.set_params(max_iter=BLOCK * count)
        return model.fit(x, y).loss_curve_

    return run
