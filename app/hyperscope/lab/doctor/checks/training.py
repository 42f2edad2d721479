"""Checks of how training goes: gradients, steps, mini-batches and the course of the loss."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hyperscope.engine import curvature, metrics
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.lab.doctor.checks import OURS, Measured, check, remedies
from hyperscope.lab.doctor.checks.seen import SLOW_TREND, TREND, Seen
from hyperscope.lab.doctor.checks.words import rms, short

GROUPS = 8  # mini-batches whose gradients are compared
CROSS_ENTROPY = ("softmax", "hierarchical")  # outputs whose loss is −ln p of the class
LEFT = 0.1  # of ln C; a training loss below it leaves little to learn
USUAL_UPDATE = 1e-3  # of the weights' own size, in one step (CS231n)


def _gradient_sizes(seen: Seen) -> tuple[float, tuple[float, ...]] | None:
    sizes = tuple(rms(weights) for weights in seen.weights(seen.gradient))
    return (sizes[0] / sizes[-1], sizes) if len(sizes) > 1 and sizes[-1] > 0 else None


def _gradient_sentence(ratio: float, sizes: tuple[float, ...]) -> str:
    return (
        f"The gradient of layer 1 is {short(ratio)} times that of the output layer "
        f"(root mean squares {short(sizes[0])} and {short(sizes[-1])})."
    )


@check(
    "vanishing gradient",
    look=1e-2,
    act=1e-3,
    below=True,
    source=f"{OURS}; the effect: Glorot and Bengio 2010, section 4.2",
)
def vanishing(seen: Seen) -> Measured | None:
    """The first layer's root mean square gradient against the output layer's."""
    if (found := _gradient_sizes(seen)) is None:
        return None
    ratio, sizes = found
    so = "With plain gradient steps the first layers learn that much more slowly."
    remedy = remedies.initial_weights(seen) or remedies.batch_norm(seen)
    return Measured(ratio, _gradient_sentence(ratio, sizes), {"ratio": ratio, "rms": sizes}, so, remedy)


@check("exploding gradient", look=1e2, act=1e3, source=f"{OURS}; the effect: Pascanu et al. 2013, section 2")
def exploding(seen: Seen) -> Measured | None:
    """The same ratio, too large."""
    if (found := _gradient_sizes(seen)) is None:
        return None
    ratio, sizes = found
    so = "A learning rate that suits the output layer is too high for the first ones."
    remedy = remedies.initial_weights(seen) or remedies.batch_norm(seen)
    return Measured(ratio, _gradient_sentence(ratio, sizes), {"ratio": ratio, "rms": sizes}, so, remedy)


@check(
    "update size",
    look=30,
    act=300,
    source=f"CS231n, Neural Networks 3: about 1e-3 is usual; 30 and 300 times: {OURS.lower()}",
)
def update(seen: Seen) -> Measured | None:
    """By what factor the next step's |Δw| / |w| is off 1e-3, in the layer where it is off most.

    After the first epoch, since Adam's first steps are all as long as can be; small steps count only while there is
    something left to learn.
    """
    if seen.trainer.epoch < 1 or seen.update is None:
        return None
    sizes = [
        (rms(step), rms(now))
        for step, now in zip(seen.weights(seen.update), seen.weights(seen.parameters), strict=True)
    ]
    ratios = tuple(step / now for step, now in sizes if now > 0)
    if not ratios:
        return None
    most, least = max(ratios), min(ratios)
    too_small = USUAL_UPDATE / least if least else math.inf
    if seen.scores.train.loss < LEFT * seen.ln_c:
        too_small = 0.0
    high = most / USUAL_UPDATE >= too_small
    sentence = (
        f"The next step changes the layers' weights by {short(least)} to {short(most)} of their own size; "
        f"usual is {USUAL_UPDATE:g}."
    )
    so = "Steps that large may undo what was learned." if high else "At least one layer hardly moves."
    rate = seen.training.learning_rate
    moves = most > 0  # at the end of a cosine nothing does, and no factor helps
    wanted = moves and (high or most < USUAL_UPDATE / 30)
    remedy = remedies.learning_rate(seen, rate * USUAL_UPDATE / most) if wanted else None
    return Measured(max(most / USUAL_UPDATE, too_small), sentence, {"ratio": ratios}, so, remedy)


# Per optimiser, for α λ on ½λx²: how the limit is written, and by what factor it is that of plain momentum. Nesterov's
# z² − (1 + β)(1 − αλ) z + β(1 − αλ) = 0 has a root at −1 there: looking ahead makes it overshoot earlier.
LIMITS: dict[str, tuple[str, Callable[[float], float]]] = {
    "sgd": ("2/λ", lambda beta: 1 / (1 + beta)),
    "momentum": ("(2 + 2β)/λ", lambda beta: 1.0),
    "nesterov": ("(2 + 2β)/((1 + 2β)λ)", lambda beta: 1 / (1 + 2 * beta)),
}


@check(
    "learning rate",
    look=1,
    act=2,
    source="Claim E13: on ½λx² gradient descent converges if and only if α < 2/λ, with momentum α < (2 + 2β)/λ, with "
    f"Nesterov's α < (2 + 2β)/((1 + 2β)λ); twice that: {OURS.lower()}, since the curvature itself moves",
)
def learning_rate(seen: Seen) -> Measured | None:
    """α against the limit that the curvature along the gradient sets."""
    bend = curvature.curvature_along(seen.layout, seen.parameters, seen.x, seen.y, seen.gradient)
    if math.isnan(bend):
        return None
    rate, beta, name = seen.training.learning_rate * seen.scheduled, seen.training.momentum, seen.training.optimiser
    formula, share = LIMITS.get(name, LIMITS["sgd"])
    limit = curvature.rate_limit(bend, beta) * share(beta)
    evidence = {"curvature": bend, "limit": limit, "rate": rate}
    if math.isinf(limit):
        return Measured(
            math.nan,
            f"Along its gradient the loss curves downwards ({short(bend)}); that sets no limit to α.",
            evidence,
        )
    said = f"Along its gradient the loss has the curvature λ = {short(bend)}, so {formula} = {short(limit)}"
    if name not in LIMITS:
        return Measured(math.nan, f"{said}; this optimiser rescales gradients, so that is no limit to its α.", evidence)
    so = "While it stays so, steps along the gradient overshoot ever further."
    remedy = remedies.learning_rate(seen, limit / 2 / seen.scheduled) if seen.scheduled else None
    return Measured(rate / limit, f"{said}; α is {short(rate)}.", evidence, so, remedy)


@check(
    "gradient noise",
    look=10,
    act=math.inf,
    source=f"McCandlish et al. 2018, eq. 2.9: noise and signal are alike at the noise scale; ten times: {OURS.lower()}",
)
def noise(seen: Seen) -> Measured | None:
    """The gradient noise scale against the batch size, where it matters.

    Small batches count once the loss no longer falls, large ones after the first epoch: the scale grows while
    training goes on.
    """
    size = min(seen.trainer.batch_size, seen.x.shape[1] // GROUPS)
    if size < 1:
        return None
    batches, _ = Shuffle(0, seen.x.shape[1]).batches(size, Position(), GROUPS)
    found = curvature.gradient_noise(seen.layout, seen.parameters, seen.x, seen.y, batches)
    if math.isnan(found.scale):
        return None
    m = seen.trainer.batch_size
    scale = found.scale
    stuck = seen.stuck and seen.scores.train.loss >= LEFT * seen.ln_c
    too_small = scale / m if stuck else 0.0
    too_large = m / scale if seen.trainer.epoch >= 1 and scale > 0 else 0.0
    sentence = (
        f"Noise and signal of the gradient are alike in batches of about {short(max(1, scale))} (estimated); "
        f"yours have {m}."
    )
    if too_small >= too_large:
        so = "The loss no longer falls, and what is left of the gradient is mostly noise at this size."
        better = min(seen.trainer.training_examples, 4 * m)
    else:
        so = "Smaller batches would learn almost as much in a step."
        better = max(1, 2 ** round(math.log2(max(1, 4 * scale))))
    remedy = remedies.setting(f"batches of {better}", ("training.batch_size", better)) if better != m else None
    return Measured(max(too_small, too_large), sentence, {"scale": scale, "batch size": float(m)}, so, remedy)


@check(
    "tiny batches",
    look=8,
    act=2,
    below=True,
    source="Wu and He 2018, table 2: from 8 examples down batch norm gets worse, with 2 by far",
)
def tiny_batches(seen: Seen) -> Measured | None:
    """The smallest mini-batch that occurs where there is batch norm: the usual size, or the last one's of an epoch."""
    if not seen.network.normalises:
        return None
    m, last = seen.trainer.batch_size, seen.trainer.last_batch_size
    least = min(m, last)
    so = (
        "From so few they are far from those of the data, which test time uses."
        if least > 1
        else "One example has no variance: every unit gives its β, whatever the input."
    )
    sentence = f"Batch norm takes its means and variances over {m} example{'s' if m > 1 else ''} at a time"
    sentence += f", in the last mini-batch of each epoch over {last}." if last < m else "."
    better = min(32, seen.trainer.training_examples)
    larger = remedies.setting(f"batches of {better}", ("training.batch_size", better)) if better > m else None
    drop = remedies.setting("drop the last batch", ("training.drop_last", True)) if last < m else None
    others = (larger,) if drop is not None and larger is not None else ()
    evidence = {"batch size": float(m), "last": float(last)}
    return Measured(float(least), sentence, evidence, so, drop or larger, others)


@check(
    "nothing learned",
    look=0.95,
    act=0.99,
    source="Claim E5: equal chances cost ln C; within 1 and 5 % of the classes' shares",
)
def nothing_learned(seen: Seen) -> Measured | None:
    """The training loss, once it no longer falls, against that of answering always with the classes' shares."""
    shares = np.bincount(seen.trainer.examples.y_train, minlength=seen.layout.classes) / seen.trainer.training_examples
    ignorant = float(metrics.entropy(shares[:, None])[0])
    if not seen.settled or seen.trainer.epoch < 1 or ignorant == 0 or seen.network.output not in CROSS_ENTROPY:
        return None
    loss = seen.scores.train.loss
    sentence = (
        f"After {seen.trainer.epoch:.0f} epochs the training loss is {loss:.4g}; answering with the classes' shares, "
        f"whatever the input, costs {ignorant:.4g} (equal chances: ln {seen.layout.classes} = {seen.ln_c:.4g})."
    )
    evidence = {"loss": loss, "ignorant": ignorant, "ln C": seen.ln_c}
    so = "The network is hardly better than that." if loss < ignorant else "The network is no better than that."
    return Measured(
        loss / ignorant,
        sentence,
        evidence,
        so,
        remedies.initial_weights(seen) or (None if seen.network.layers else remedies.BIGGER),
    )


@check("diverging loss", look=0.1, act=0.5, source=f"{OURS}, in units of ln C, the loss of equal chances")
def diverging(seen: Seen) -> Measured | None:
    """The training loss now less its lowest of late, as means of TREND rows; infinite after an alarm."""
    remedy = remedies.learning_rate(seen, seen.training.learning_rate / 10)
    if seen.trainer.alarm:
        return Measured(math.inf, seen.trainer.alarm, {"step": float(seen.trainer.step)}, remedy=remedy)
    losses = seen.trainer.history.curves().train_loss[-2 * SLOW_TREND :]
    if len(losses) < 2 * TREND:
        return None
    means = np.convolve(losses, np.full(TREND, 1 / TREND), mode="valid")
    now, lowest = float(means[-1]), float(means.min())
    sentence = (
        f"The training loss is {now:.3g}; at its lowest over the last {len(losses)} rows of the history it was "
        f"{lowest:.3g} (means of {TREND} rows)."
    )
    evidence = {"rise": now - lowest, "loss": now, "lowest": lowest}
    return Measured((now - lowest) / seen.ln_c, sentence, evidence, "Training is losing what it had.", remedy)
