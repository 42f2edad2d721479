"""Checks of what the units do: how signals grow, which units are dead, saturated or all alike."""

from __future__ import annotations

import math

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.lab.doctor.checks import DEPTH, OURS, Measured, check, remedies
from hyperscope.lab.doctor.checks.seen import Seen
from hyperscope.lab.doctor.checks.words import in_layers, percent, rms, short
from hyperscope.lab.probes.distributions import FLAT

ALMOST_ALL = 0.95  # of the examples, for which a saturated unit is flat
SAME = 1e-4  # of the largest entry; rounding keeps equal units this close in float32


@check(
    "signal size",
    look=10,
    act=100,
    source=f"{OURS}; that it should stay: Glorot and Bengio 2010, eq. 8; He et al. 2015, eq. 9",
)
def signal(seen: Seen) -> Measured | None:
    """Root mean square activation of the last hidden layer against the first's, in either direction."""
    sizes = tuple(rms(trace.output) for trace in seen.traces)
    if len(sizes) < 2 or sizes[0] == 0:
        return None
    ratio = sizes[-1] / sizes[0]
    value = max(ratio, 1 / ratio if ratio else math.inf)
    ends = short(sizes[0]), short(sizes[-1])
    sentence = f"Activations are {ends[0]} in layer 1 and {ends[1]} in layer {len(sizes)} (root mean square)."
    so = "On the way through the layers the signal " + ("grows." if ratio > 1 else "shrinks.")
    remedy = remedies.initial_weights(seen) or remedies.batch_norm(seen)
    return Measured(value, sentence, {"ratio": ratio, "rms": sizes}, so, remedy, place=DEPTH)


@check(
    "dead units",
    look=0.4,
    act=0.4,
    source="CS231n, Neural Networks 1: with too high a rate as much as 40 % of a network can be dead",
)
def dead(seen: Seen) -> Measured | None:
    """Units whose output and slope are 0 for every example, as only ReLU's are."""
    counts: dict[int, tuple[int, int]] = {}
    units = [layer.units for layer in seen.network.layers if layer.activation == "relu"]
    if not units:
        return None
    for number, (layer, trace) in enumerate(zip(seen.network.layers, seen.traces, strict=True)):
        count = int((trace.activated == 0).all(axis=1).sum()) if layer.activation == "relu" else 0
        if count:
            counts[number] = count, layer.units
    evidence = {"dead": float(sum(k for k, _ in counts.values())), "units": float(sum(units))}
    if not counts:
        return Measured(0.0, f"Each of the {sum(units)} ReLU units is active somewhere on {seen.where}.", evidence)
    value = max(k / n for k, n in counts.values())
    sentence = in_layers(counts, f"never active on {seen.where}") + ": their gradient is 0."
    remedy = remedies.initial_weights(seen) or remedies.learning_rate(
        seen, seen.training.learning_rate / 10, restart=True
    )
    return Measured(value, sentence, {**evidence, "worst layer": value}, remedy=remedy)


@check(
    "saturated units", look=0.25, act=0.5, source=f"{OURS}; the effect: Glorot and Bengio 2010, section 3; LeCun 1998"
)
def saturated(seen: Seen) -> Measured | None:
    """Bounded units that are flat, as the distributions panel counts it, for almost all examples."""
    counts: dict[int, tuple[int, int]] = {}
    shares = []
    for number, (layer, trace) in enumerate(zip(seen.network.layers, seen.traces, strict=True)):
        if layer.activation not in ("tanh", "sigmoid"):
            continue
        entering = trace.y if layer.batch_norm == "before" and trace.y is not None else trace.z
        function = activations[layer.activation]
        flat = (np.abs(function.slope(entering)) < FLAT * function.steepest).mean(axis=1) >= ALMOST_ALL
        shares.append(float(flat.mean()))
        if flat.any():
            counts[number] = int(flat.sum()), layer.units
    if not shares:
        return None
    part = f"{percent(ALMOST_ALL)} of {seen.where}"
    sentence = f"No tanh or sigmoid unit is saturated on {part}."
    if counts:
        sentence = in_layers(counts, f"saturated on at least {part}") + "."
    so = f"There their slope is below {100 * FLAT:.0f} % of its greatest, and so is what reaches their weights."
    scaled = (
        remedies.setting("standardise", ("data.standardise", True)) if not seen.experiment.data.standardise else None
    )
    remedy = remedies.initial_weights(seen) or (scaled if 0 in counts else None) or remedies.batch_norm(seen)
    return Measured(max(shares), sentence, {"worst layer": max(shares), "share": tuple(shares)}, so, remedy)


@check("symmetric units", look=1, act=1, source="By the formulas: equal weights with equal gradients stay equal")
def symmetric(seen: Seen) -> Measured | None:
    """Hidden layers all of whose units have the same weights, output and gradient."""
    equal, wide = [], 0
    weights, gradients = seen.weights(seen.parameters), seen.weights(seen.gradient)
    for number, trace in enumerate(seen.traces):
        if len(trace.output) > 1:
            wide += 1
            if all(_equal_rows(rows) for rows in (weights[number], gradients[number], trace.output)):
                equal.append(number)
    if not wide:
        return None
    evidence = {"layers": float(len(equal)), "of": float(wide)}
    if not equal:
        return Measured(0.0, "In every hidden layer the units differ.", evidence)
    which = ", ".join(str(number + 1) for number in equal)
    sentence = f"In layer{'s' if len(equal) > 1 else ''} {which} all units have the same weights and the same gradient:"
    so = "they stay equal, and each layer does no more than one unit would."
    return Measured(float(len(equal)), sentence, evidence, so, remedies.initial_weights(seen))


def _equal_rows(rows: Array) -> bool:
    return bool(np.ptp(rows, axis=0).max() <= SAME * np.abs(rows).max())
