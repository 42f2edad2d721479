"""Which knobs play no part in an experiment's code, and why, in a sentence each."""

from __future__ import annotations

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.schedules import schedules
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import WEIGHTS, Experiment
from hyperscope.lab.frameworks.words import mattering

OF_OPTIMISERS = ("momentum", "beta1", "beta2", "epsilon", "bias_correction")


def idle(experiment: Experiment) -> dict[str, str]:
    """Path of each knob, or list, that changes nothing of the run, with the reason."""
    training, network, data = experiment.training, experiment.network, experiment.data
    found = {"best_error": "The best possible error is what the doctor compares with; nothing is computed from it."}
    label = optimisers[training.optimiser].label
    for name in OF_OPTIMISERS:
        if name not in optimisers[training.optimiser].uses:
            found[f"training.{name}"] = f"{label} does not use it."
    for name in ("decay", "decay_every"):
        if name not in schedules[training.schedule].uses:
            found[f"training.{name}"] = "The schedule does not use it."
    if training.class_weights != "by hand":
        found[WEIGHTS] = "The weights of classes are not set by hand."
    if not network.normalises:
        for name in ("bn_epsilon", "bn_momentum", "bn_learned", "bn_jolt"):
            found[f"network.{name}"] = "There is no batch norm."
    elif not training.patience:
        found.pop("network.bn_momentum", None)
    if network.output != "hierarchical":
        found["network.tree"] = "Only hierarchical softmax has a tree."
    if network.initialiser not in ("normal", "constant", "uniform"):
        found["network.initial_scale"] = f"The weights of {network.initialiser} have a scale of their own."
    part = (*mattering(data), "source", "features", "painted", "left_out")
    for name in Data.__struct_fields__:
        if name not in part:
            found[f"data.{name}"] = f"It plays no part for the data set {data.source}."
    if data.source != "painted":
        found["data.painted"] = "The data set is not painted."
    return found
