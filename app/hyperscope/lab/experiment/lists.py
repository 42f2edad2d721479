"""The settings that are lists, and so no knobs: what each is called, and what it says in words.

Painted points are a list too, but told by how many there are (`painted`).
"""

from __future__ import annotations

from hyperscope.lab.experiment.experiment import WEIGHTS, Experiment

# by path
NAMES = {"data.features": "Inputs", "data.left_out": "Columns left out", WEIGHTS: "Weight of each class"}


def listed(experiment: Experiment) -> dict[str, str]:
    """What each list holds, by path, names and numbers with commas between; "" if nothing."""
    data, weights = experiment.data, experiment.training.weights_by_class
    return {
        "data.features": ", ".join(data.features),
        "data.left_out": ", ".join(data.left_out),
        WEIGHTS: ", ".join(f"{weight:.3g}" for weight in weights),
    }


def unlike(old: Experiment, new: Experiment) -> dict[str, tuple[str, str]]:
    """The lists that differ, by path: what they held and what they hold."""
    before, after = listed(old), listed(new)
    return {path: (before[path], after[path]) for path in NAMES if before[path] != after[path]}
