"""Snapshots made by hand from small formulas: they look like a run's, without a trainer, and are always the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import Map
from hyperscope.lab.probes.distributions import Distributions, Histogram, LayerDistributions
from hyperscope.lab.probes.network import LayerPicture, NetworkPicture
from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.training.curves import Curves
from probed import Sides, sides

Array = NDArray[Any]
EXTENT = (-6.0, 6.0, -6.0, 6.0)
MOVES = ((640, 10.0, "α 0.03"),)
STATUS = Status(
    step=1400,
    epoch=140,
    batch=3,
    batches=10,
    steps_per_second=14200.0,
    playing=True,
    train_loss=0.019,
    train_accuracy=0.997,
    dev_loss=0.023,
    dev_accuracy=0.993,
)


def plane(side: int = 100, extent: tuple[float, float, float, float] = EXTENT) -> tuple[Array, Array]:
    """The x and y of each cell's middle, (side, side) each, row 0 lowest."""
    left, right, bottom, top = extent
    middles = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(left + (right - left) * middles, bottom + (top - bottom) * middles)
    return x, y


def probabilities(x: Array, y: Array, classes: int = 3, sharpness: float = 6.0) -> Array:
    """(C, ...) class probabilities at points: C spiral arms, arm k starting at the angle 2πk / C."""
    turn = np.arctan2(y, x) - 0.55 * np.hypot(x, y)
    start = 2 * np.pi * np.arange(classes).reshape(-1, *[1] * np.ndim(x)) / classes
    t = np.exp(sharpness * np.cos(turn - start))
    result: Array = (t / t.sum(0)).astype(np.float32)
    return result


def examples(
    m: int = 500, classes: int = 3, names: tuple[str, ...] = (), axes: tuple[str, str] = ("x₁", "x₂")
) -> Examples:
    """`m` points along the arms of `probabilities`: 60 % train, 20 % dev, 20 % test."""
    draw = np.random.default_rng(1)
    y = np.arange(m) % classes
    radius = draw.uniform(0.4, 5.4, m)
    angle = 0.55 * radius + 2 * np.pi * y / classes + draw.normal(0, 0.3, m)
    part = np.repeat([0, 1, 2], [m - 2 * (m // 5), m // 5, m // 5])
    draw.shuffle(part)
    return Examples(
        x=(radius * np.stack([np.cos(angle), np.sin(angle)])).astype(np.float32),
        y=y,
        part=part,
        class_names=names or tuple(f"class {k + 1}" for k in range(classes)),
        axes=axes,
        extent=EXTENT,
        feature_names=axes,
        training=int((part == 0).sum()),
    )


def class_map(of: Examples, side: int = 100, sharpness: float = 6.0) -> Map:
    """The map of `probabilities`, and what it predicts for the examples `of`."""
    classes = len(of.class_names)
    return Map(
        p=probabilities(*plane(side), classes, sharpness),
        predicted=probabilities(of.x[0], of.x[1], classes, sharpness).argmax(0),
        extent=EXTENT,
    )


def network(
    units: tuple[int, ...] = (8, 8, 8), classes: int = 3, inputs: int = 2, side: int = 24, seed: int = 1
) -> NetworkPicture:
    """tanh layers of random weights over the plane; batch norm in all; layers above 32 units have no pictures."""
    draw = np.random.default_rng(seed)
    x, y = plane(side)
    a = np.stack([(x, y)[k % 2] / 3 * (1 + k // 2 * 0.2) for k in range(inputs)]).reshape(inputs, -1)
    layers = [LayerPicture("Inputs", a.reshape(inputs, side, side) if inputs <= 32 else None, None)]
    for place, n in enumerate(units):
        weights = draw.normal(0, 1.6 / np.sqrt(a.shape[0]), (n, a.shape[0]))
        biases = draw.normal(0, 0.3, n)
        a = np.tanh(weights @ a + biases[:, None])
        layers.append(
            LayerPicture(
                name=f"Layer {place + 1}",
                pictures=a.reshape(n, side, side) if n <= 32 else None,
                weights=weights,
                biases=biases,
                gamma=draw.uniform(0.7, 1.4, n),
                beta=draw.normal(0, 0.2, n),
                caption="BN · tanh",
            )
        )
    weights = draw.normal(0, 1, (classes, a.shape[0]))
    pictures = probabilities(x, y, classes)
    layers.append(LayerPicture("Softmax", pictures, weights, np.zeros(classes)))
    return NetworkPicture(tuple(layers))


def curves(t: int = 400) -> Curves:
    """A loss falling from 1.1 to 0.02 over 140 epochs, noisy after the move at epoch 10; dev a little above train."""
    draw = np.random.default_rng(1)
    epoch = np.linspace(0, 140, t)
    train = 0.02 + 1.08 * np.exp(-epoch / 12) * np.exp(0.08 * draw.normal(size=t))
    dev = train * 1.15 + 0.004
    return Curves(
        step=np.rint(epoch * 10).astype(int),
        epoch=epoch,
        batch_loss=train * np.exp(0.3 * draw.normal(size=t)),
        train_loss=train,
        dev_loss=dev,
        train_accuracy=1 - 0.6 * np.exp(-epoch / 15),
        dev_accuracy=0.99 - 0.6 * np.exp(-epoch / 15),
        moves=MOVES,
    )


def histogram(mean: float, deviation: float, bins: int = 40) -> Histogram:
    """A normal distribution's counts over ±4 deviations."""
    edges = np.linspace(mean - 4 * deviation, mean + 4 * deviation, bins + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    counts = np.rint(1000 * np.exp(-(((middles - mean) / deviation) ** 2) / 2)).astype(int)
    return Histogram(counts, edges, mean, deviation)


def outputs(bins: int = 40) -> Histogram:
    """What tanh makes of a wide normal distribution: most counts near −1 and 1."""
    edges = np.linspace(-1, 1, bins + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    return Histogram(np.rint(60 / (1.03 - middles**2)).astype(int), edges, 0.0, 0.8)


def distributions(layers: int = 3, units: int = 8, t: int = 120, batch_norm: bool = True) -> Distributions:
    """Layers whose z narrows with depth, and rivers that widen slowly over 140 epochs."""
    epoch = np.linspace(0, 140, t)
    quantiles = np.array([-1.645, -0.674, 0.0, 0.674, 1.645])
    of_layers, rivers = [], []
    for place in range(layers):
        deviation = 2.3 - 0.45 * place
        of_layers.append(
            LayerDistributions(
                name=f"Layer {place + 1}",
                z=histogram(0.3 * place, deviation),
                y=histogram(0.1, 1.1) if batch_norm else None,
                a=outputs(),
                saturated=0.04 + 0.04 * place,
                batch_mean=np.linspace(-1, 1, units) if batch_norm else None,
                batch_variance=np.linspace(0.5, 2, units) if batch_norm else None,
                running_mean=np.linspace(-0.9, 0.9, units) if batch_norm else None,
                running_variance=np.linspace(0.6, 1.9, units) if batch_norm else None,
            )
        )
        width = deviation * (0.5 + 0.5 * epoch / 140)
        rivers.append(width[:, None] * quantiles + 0.1 * np.sin(epoch / 9)[:, None])
    return Distributions(tuple(of_layers), epoch, tuple(rivers), MOVES)


def snapshot(*views: str, structure: int = 1, classes: int = 3) -> Sides:
    """One network with the named views, or with all five."""
    shown = examples(classes=classes)
    made = {
        "examples": shown,
        "map": class_map(shown),
        "network": network(classes=classes),
        "curves": curves(),
        "distributions": distributions(),
    }
    return sides({name: made[name] for name in views or made}, STATUS, structure)
