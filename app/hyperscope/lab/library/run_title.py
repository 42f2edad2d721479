"""The title of a run, made from its experiment: what it is, and what differs from the starting experiment."""

from __future__ import annotations

from pathlib import PurePath

from hyperscope.engine.activations import activations
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import FILE
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.moves import moves

BESIDES = 3  # settings named besides data, layers, optimiser and learning rate
NAMED = ("data.source", "data.file", "data.standardise", "data.label", "training.optimiser", "training.learning_rate")
OF_LAYERS = ("units", "activation", "batch_norm")


def title(experiment: Experiment) -> str:
    """For example "spiral · 8-8-8 tanh · BN · Adam α 0.03 · λ 0.001"."""
    training = experiment.training
    optimiser = f"{optimisers[training.optimiser].label} α {training.learning_rate:.3g}"
    parts = [source(experiment), *_layers(experiment.network.layers), optimiser]
    different = [
        move
        for move in moves(Experiment(), experiment)
        if move.path not in NAMED
        and not (move.path.startswith("network.layers.") and move.path.rsplit(".", 1)[-1] in OF_LAYERS)
    ]
    captions = list(dict.fromkeys(f"seed {move.new}" if move.path == "seed" else move.caption for move in different))
    return " · ".join(parts + captions[:BESIDES] + ["…"] * (len(captions) > BESIDES))


def source(experiment: Experiment) -> str:
    """The data set's name; of a file of one's own, the file's."""
    data = experiment.data
    return PurePath(data.file).stem or "file" if data.source == FILE else data.source


def _layers(layers: tuple[Layer, ...]) -> list[str]:
    if not layers:
        return ["no hidden layer"]
    kinds = list(dict.fromkeys(activations[layer.activation].label for layer in layers))
    said = ["-".join(str(layer.units) for layer in layers) + " " + "/".join(kinds)]
    normed = [layer.batch_norm != "off" for layer in layers]
    if any(normed):
        where = "" if all(normed) else " in " + ", ".join(str(n) for n, on in enumerate(normed, 1) if on)
        said.append(f"BN{where}")
    return said
