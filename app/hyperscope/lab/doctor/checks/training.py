"""Checks of how training goes: gradients, steps, mini-batches and the course of the loss."""

from __future__ import annotations

import math

import numpy as np

from hyperscope.engine import curvature, metrics
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.lab.doctor.checks import DEPTH, OURS, SURFACE, Measured, check, remedies
from hyperscope.lab.doctor.checks.seen import LEFT, SLOW_TREND, STILL, TREND, Seen
from hyperscope.lab.doctor.checks.words import rms, short
from hyperscope.lab.training.divergence import LARGE

GROUPS = 8  # mini-batches whose gradients are compared
CROSS_ENTROPY = ("softmax", "hierarchical")  # outputs whose loss is −ln p of the class
SETTLING = 0.1  # of α, with which a loss falls that noise keeps up
ENOUGH = 64  # examples; smaller batches hardly make a step shorter
FAINT = 1e-2  # of the output layer's gradient; the first layers learn that much more slowly
VIOLENT = 300.0  # times the usual update
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
    look=FAINT,
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
    said = _gradient_sentence(ratio, sizes)
    return Measured(ratio, said, {"ratio": ratio, "rms": sizes}, so, remedy, place=DEPTH)


@check("exploding gradient", look=1e2, act=1e3, source=f"{OURS}; the effect: Pascanu et al. 2013, section 2")
def exploding(seen: Seen) -> Measured | None:
    """The same ratio, too large."""
    if (found := _gradient_sizes(seen)) is None:
        return None
    ratio, sizes = found
    so = "A learning rate that suits the output layer is too high for the first ones."
    remedy = remedies.initial_weights(seen) or remedies.batch_norm(seen)
    said = _gradient_sentence(ratio, sizes)
    return Measured(ratio, said, {"ratio": ratio, "rms": sizes}, so, remedy, place=DEPTH)


@check(
    "update size",
    look=30,
    act=VIOLENT,
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
    falls = seen.trend(TREND) < -STILL  # steps that are long and lead downwards are none to be warned of
    too_large = most / USUAL_UPDATE if not falls or most / USUAL_UPDATE >= VIOLENT else 0.0
    sentence = (
        f"The next step changes the layers' weights by {short(least)} to {short(most)} of their own size; "
        f"usual is {USUAL_UPDATE:g}."
    )
    so = "Steps that large may undo what was learned." if high else "At least one layer hardly moves."
    rate = seen.training.learning_rate
    moves = most > 0  # at the end of a cosine nothing does, and no factor helps
    wanted = moves and (high or most < USUAL_UPDATE / 30)
    remedy = remedies.learning_rate(seen, rate * USUAL_UPDATE / most) if wanted else None
    place = SURFACE if high else None
    return Measured(max(too_large, too_small), sentence, {"ratio": ratios}, so, remedy, place=place)


# Per optimiser, how the limit of α on ½λx² is written.
LIMITS = {"sgd": "2/λ", "momentum": "(2 + 2β)/λ", "nesterov": "(2 + 2β)/((1 + 2β)λ)"}


@check(
    "learning rate",
    look=1,
    act=2,
    source="Claim E13: on ½λx² gradient descent converges if and only if α < 2/λ, with momentum α < (2 + 2β)/λ, with "
    f"Nesterov's α < (2 + 2β)/((1 + 2β)λ); twice that: {OURS.lower()}, since the curvature itself moves",
)
def learning_rate(seen: Seen) -> Measured | None:
    """α against the limit that the curvature along the gradient sets, L2's own λ included."""
    direction = seen.pulled
    bend = curvature.curvature_along(seen.layout, seen.parameters, seen.x, seen.y, direction)
    if math.isnan(bend):
        return None
    bend += float(direction**2 @ seen.decay / (direction @ direction))
    rate, beta, name = seen.training.learning_rate * seen.scheduled, seen.training.momentum, seen.training.optimiser
    formula = LIMITS.get(name, LIMITS["sgd"])
    limit = curvature.steady_rate(name if name in LIMITS else "sgd", bend, beta)
    evidence = {"curvature": bend, "limit": limit, "rate": rate}
    if math.isinf(limit):
        return Measured(
            math.nan,
            f"Along its gradient the loss curves downwards ({short(bend)}); that sets no limit to α.",
            evidence,
        )
    l2 = ", L2 included," if seen.decay.any() else ""
    said = f"Along its gradient the loss{l2} has the curvature λ = {short(bend)}, so {formula} = {short(limit)}"
    if name not in LIMITS:
        return Measured(math.nan, f"{said}; this optimiser rescales gradients, so that is no limit to its α.", evidence)
    so = "While it stays so, steps along the gradient overshoot ever further."
    remedy = remedies.learning_rate(seen, limit / 2 / seen.scheduled) if seen.scheduled else None
    return Measured(rate / limit, f"{said}; α is {short(rate)}.", evidence, so, remedy, place=SURFACE)


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
    # at any lowest point the signal is gone and only noise is left, so it must be shown to keep the loss up
    stuck = seen.stuck and seen.scores.train.loss >= LEFT * seen.ln_c and scale / m >= 1
    held = stuck and seen.scores.train.loss - seen.ahead(SETTLING) >= STILL * seen.ln_c
    too_small = scale / m if held else 0.0
    too_large = m / scale if seen.trainer.epoch >= 1 and scale > 0 and m > ENOUGH else 0.0
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
    place = remedies.batch_norm_sweep("hurts", "tiny-batches" if least > 1 else "batch-of-one")
    return Measured(float(least), sentence, evidence, so, drop or larger, others, place)


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


@check("weight size", look=1e3, act=LARGE, source=f"{OURS}; initial weights are about 1")
def weight_size(seen: Seen) -> Measured | None:
    """The largest weight, in absolute value."""
    layers = [float(np.abs(weights).max(initial=0.0)) for weights in seen.weights(seen.parameters)]
    largest = max(layers)
    if not math.isfinite(largest):
        return None
    which = layers.index(largest) + 1
    where = f"layer {which}" if which < len(layers) else "the output layer"
    sentence = f"The largest weight is {short(largest)}, in {where}."
    so = "What it leads to is far larger than all else, and hardly any step moves it."
    return Measured(largest, sentence, {"largest": largest}, so, remedies.initial_weights(seen))


@check("diverging loss", look=0.1, act=0.5, source=f"{OURS}, in units of ln C, the loss of equal chances")
def diverging(seen: Seen) -> Measured | None:
    """The training loss now less its lowest of late, as means of TREND rows; infinite after an alarm."""
    remedy = remedies.learning_rate(seen, seen.training.learning_rate / 10)
    if seen.trainer.alarm and not seen.trainer.stopped_early:
        cause = seen.trainer.cause
        remedy = {"l2": remedies.less_l2(seen), "weights": remedies.initial_weights(seen)}.get(cause, remedy)
        place = None if cause in ("l2", "weights") else SURFACE
        return Measured(math.inf, seen.trainer.alarm, {"step": float(seen.trainer.step)}, remedy=remedy, place=place)
    losses = seen.trainer.history.curves().train_loss[-2 * SLOW_TREND :]
    if len(losses) < 2 * TREND:
        return None
    means = np.convolve(losses, np.full(TREND, 1 / TREND), mode="valid")
    now, lowest = float(means[-1]), float(means.min())
    falls = now < float(means[-1 - TREND]) and losses[-1] <= losses[-TREND]
    sentence = (
        f"The training loss is {now:.3g}{' and falls' if falls else ''}; at its lowest over the last {len(losses)} "
        f"rows of the history it was {lowest:.3g} (means of {TREND} rows)."
    )
    evidence = {"rise": now - lowest, "loss": now, "lowest": lowest}
    rise = 0.0 if falls else (now - lowest) / seen.ln_c
    return Measured(rise, sentence, evidence, "Training is losing what it had.", remedy, place=SURFACE)


# -- what another rate would do -----------------------------------------------------------------------------------


TRIED = f"{OURS}: tried on a copy, in units of ln C, the loss of equal chances"
CLEARLY = 0.2  # of ln C; that much lower a loss is no chance


def _words(seen: Seen, other: float, best: float, *, anew: bool = False) -> str:
    rate, loss = seen.training.learning_rate, seen.scores.train.loss
    steps = f"{seen.steps_ahead} steps with α {short(rate * best)} take the training loss"
    if anew:
        return f"{steps} from a new start to {other:.3g}; it is {loss:.3g} now, with α {short(rate)}."
    as_it_is = seen.ahead(1.0)
    there = f"to {as_it_is:.3g}" if math.isfinite(as_it_is) else "to no finite one"
    return f"{steps} from {loss:.3g} to {other:.3g}; with α {short(rate)} {there}."


@check("rate too high", look=0.1, act=CLEARLY, source=TRIED)
def too_high(seen: Seen) -> Measured | None:
    """How much lower a lower rate takes the loss within a few steps, after the first epoch: from here on, or from a new
    start where what was done cannot be undone.
    """
    if seen.trainer.epoch < 1 or seen.scores.train.loss < LEFT * seen.ln_c or not seen.scheduled:
        return None
    as_it_is = min(seen.ahead(1.0), seen.scores.train.loss)
    other, best, anew = min((seen.ahead(factor), factor, False) for factor in (0.1, 0.01))
    if CLEARLY * seen.ln_c > as_it_is - other and as_it_is > CLEARLY * seen.ln_c:
        fresh = min((seen.ahead(factor, anew=True), factor, True) for factor in (0.1, 0.01))
        other, best, anew = min((other, best, anew), fresh)
    gain = (as_it_is - other) / seen.ln_c
    so = "Every step is too long to settle" + (", and only a new start mends what that has done." if anew else ".")
    remedy = remedies.learning_rate(seen, seen.training.learning_rate * best, restart=anew)
    said = _words(seen, other, best, anew=anew)
    return Measured(gain, said, {"gain": gain, "loss": other}, so, remedy, place=SURFACE)


@check("rate too low", look=0.05, act=0.1, source=TRIED)
def too_low(seen: Seen) -> Measured | None:
    """How much lower a higher rate takes the loss within the same steps, where the loss hardly falls.

    Not where the first layers get hardly any gradient: that is what is to be mended.
    """
    sizes = _gradient_sizes(seen)
    if not seen.unlearned or not seen.scheduled or (sizes is not None and sizes[0] < FAINT):
        return None
    as_it_is, best = min(seen.ahead(1.0), seen.scores.train.loss), min((10.0, 100.0, 1000.0), key=seen.ahead)
    gain = (as_it_is - seen.ahead(best)) / seen.ln_c
    so = "Steps are too short to come anywhere."
    remedy = remedies.learning_rate(seen, seen.training.learning_rate * best)
    return Measured(gain, _words(seen, seen.ahead(best), best), {"gain": gain, "loss": seen.ahead(best)}, so, remedy)
