"""Dropout looked at: the thinned networks of the last mini-batch, their average beside the whole network, and what
dividing by the keep probability does to the mean (Srivastava et al. 2014, section 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices, Values
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

ASSUMED = 0.8  # keep probability that is shown where nothing is dropped
SHOWN = 6  # thinned networks that are drawn
MOST = 32  # examples of the mini-batch
DRAWS = 100  # of thinned networks, for each of these
COLUMNS = 6400  # examples times draws at most
STREAM = 17  # keeps these random numbers apart from those of training


@dataclass(frozen=True, slots=True, eq=False)
class LayerThinned:
    """One hidden layer of `units`: `kept` (units, SHOWN or fewer) says which are, in each network that is drawn.

    Of the masks divided by `keep` there are `mask_mean` and `mask_variance`; the mean activation is `whole` in the
    whole network, and over thinned ones `scaled`, divided by keep, or `unscaled`.
    """

    units: int
    keep: float
    kept: Values
    mask_mean: float
    mask_variance: float
    whole: float
    scaled: float
    unscaled: float


@dataclass(frozen=True, slots=True, eq=False)
class Thinned:
    """The mini-batch through the whole network and through thinned ones, k of which are drawn.

    `p_whole` and `p_each` (C, k) are the answers of the whole and of each thinned network to the example it was drawn
    for; `gap` (draws,) is the mean of |p̄ − p| over the batch, where p̄ averages the first 1, 2, … thinned networks of
    each example, and `apart` what it is on average of one alone. `loss_each`, `loss_mean` and `loss_whole` are the
    losses of single thinned networks, of their average, and of the whole network. `assumed` says that nothing is
    dropped in training.
    """

    widths: tuple[int, ...]  # of inputs, hidden layers and output
    layers: tuple[LayerThinned, ...]
    true: Indices  # classes of the examples that are drawn
    p_whole: Values
    p_each: Values
    gap: Values
    apart: float
    loss_each: float
    loss_mean: float
    loss_whole: float
    assumed: bool
    examples: int


@Probe
def thinned(subject: Subject, question: None) -> Thinned | None:
    """What dropout drew for the last mini-batch, and draws of its kind; None without hidden layers or examples.

    The network is as it is at test time but for the masks: batch norm by its running averages.
    """
    layout, data, batch = subject.layout, subject.examples, subject.last_batch
    hidden = layout.network.layers
    if data.missing or not batch.size or not hidden:
        return None
    assumed = not any(layer.dropout for layer in hidden)
    keeps = [ASSUMED if assumed else 1 - layer.dropout for layer in hidden]
    few = batch[: min(MOST, batch.size)]
    m = len(few)
    draws = max(8, min(DRAWS, COLUMNS // m))
    x, y = data.x_train[:, few].astype(subject.dtype), data.y_train[few]
    rng = np.random.default_rng([subject.experiment.seed, STREAM, subject.step])
    masks: dict[int, Array] = {}
    own = {} if assumed else subject.dropout_masks(batch.size)
    for number, (layer, keep) in enumerate(zip(hidden, keeps, strict=True)):
        if keep == 1:
            continue
        drawn = (rng.random((layer.units, draws, m)) < keep) / keep
        if number in own:
            drawn[:, 0] = own[number][:, :m]  # the first are those that trained
        masks[number] = drawn.reshape(layer.units, -1).astype(subject.dtype)
    whole = subject.traces(x)
    wide = subject.traces(np.tile(x, (1, draws)), masks=masks)
    p_whole = layout.probabilities(whole[-1].output).astype(np.float64)
    p = layout.probabilities(wide[-1].output).astype(np.float64).reshape(-1, draws, m)
    means = p.cumsum(axis=1) / np.arange(1, draws + 1)[:, None]
    gap = np.abs(means - p_whole[:, None]).mean(axis=(0, 2))
    shown = min(SHOWN, m)
    layers = []
    for number, (layer, keep) in enumerate(zip(hidden, keeps, strict=True)):
        mask = masks[number].reshape(layer.units, draws, m) if number in masks else np.ones((layer.units, 1, m))
        a = whole[number].output.astype(np.float64)
        thin = a[:, None] * mask
        layers.append(
            LayerThinned(
                layer.units,
                keep,
                mask[:, 0, :shown] > 0,
                float(mask.mean(dtype=np.float64)),
                float(mask.var(dtype=np.float64)),
                float(a.mean()),
                float(thin.mean()),
                float(thin.mean() * keep),
            )
        )
    return Thinned(
        layout.widths,
        tuple(layers),
        y[:shown],
        p_whole[:, :shown],
        p[:, 0, :shown],
        gap,
        float(np.abs(p - p_whole[:, None]).mean()),
        _loss(p, np.broadcast_to(y, (draws, m))),
        _loss(means[:, -1], y),
        _loss(p_whole, y),
        assumed,
        m,
    )


def _loss(p: Array, y: Indices) -> float:
    """Mean cross-entropy in nats of probabilities (C, ...) against classes (...)."""
    own = np.take_along_axis(p, y[None], axis=0)
    return float(-np.log(np.maximum(own, 1e-300)).mean())
