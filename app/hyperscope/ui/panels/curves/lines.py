"""What the curves panel can show of a run, and how it becomes lines: which values, over which x, on which axes.

Plain arithmetic on arrays; it knows nothing of widgets or paint.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.arrays import Values
from hyperscope.lab.training.curves import Curves
from hyperscope.ui.panels.common.axes import Ticks, linear_ticks, log_ticks, number_text

Floats = NDArray[np.float64]

BETA = 0.9  # of the smoothing: about the last 10 points
SHORT = 1e-3  # the top of an axis below which plain decimals would be too long beside it
REACH = 1e-9  # of the greatest value; a cosine's last rates are 0 but for rounding, and would stretch a log axis


@dataclass(frozen=True)
class Measure:
    """One view: `lines` are fields of `Curves` by role, `names` what the legend calls them and whether dashed."""

    lines: dict[str, str]
    names: tuple[tuple[str, bool], ...]
    tip: str
    share: bool = False  # of 1, which needs no logarithm
    log: bool = False  # whether its axis is logarithmic at first


MEASURES = {
    "Loss": Measure(
        {"train": "train_loss", "dev": "dev_loss", "batch": "batch_loss"},
        (("train", False), ("dev", True)),
        "Mean loss per example in nats, at test time. The thin line is the mini-batches' own loss J.",
        log=True,
    ),
    "Accuracy": Measure(
        {"train": "train_accuracy", "dev": "dev_accuracy"},
        (("train", False), ("dev", True)),
        "Share of the examples whose most probable class is the true one, at test time.",
        share=True,
    ),
    "Rate": Measure(
        {"train": "learning_rate"},
        (("α used", False),),
        "The learning rate α that the last step before each point used: schedule and warm-up applied.",
    ),
    "Gradient": Measure(
        {"train": "gradient_norm"},
        (("gradient norm", False),),
        "L2 norm of the whole gradient of the last mini-batch before each point, as the optimiser took it: "
        "with L2's pull, and clipped.",
        log=True,
    ),
}


def x_of(epoch: Floats, step: Floats, unit: str, log: bool) -> Floats:
    """Where points stand across: epochs or steps, or their log10; NaN where that is not defined, at the start."""
    x = np.asarray(step if unit == "step" else epoch, float)
    if not log:
        return x
    return np.log10(x, out=np.full(x.shape, np.nan), where=x > 0)


def lines_of(curves: Curves, measure: Measure, smooth: bool) -> dict[str, Floats]:
    """Values (t,) by role, before any logarithm; smoothed ones keep the others behind them as "raw ..."."""
    lines = {role: np.asarray(getattr(curves, name), float) for role, name in measure.lines.items()}
    if not smooth:
        return lines
    sharp = {f"raw {role}": y for role, y in lines.items() if role != "batch"}
    return {**lines, **sharp, **{role: smoothed(y) for role, y in lines.items() if role != "batch"}}


def logarithms(values: Floats) -> Floats:
    """log10, −∞ for what has none."""
    values = np.asarray(values, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values <= 0, -np.inf, np.log10(values))


def y_range(values: Floats, measure: Measure, log: bool) -> tuple[float, float, Ticks]:
    """Bottom and top of the axis, of logarithms if `log`, and its ticks."""
    return log_range(values) if log else linear_range(values, measure.share)


def x_ticks(left: float, right: float, most: int, log: bool, unit: str) -> Ticks:
    """At most some `most` ticks; steps are whole."""
    if log:
        return log_ticks(left, right, most)
    return linear_ticks(left, right, most, whole=unit == "step")


def log_range(values: Floats) -> tuple[float, float, Ticks]:
    """log10 of bottom and top of a log axis, on 1, 2 or 5 so that it seldom moves, and its ticks."""
    with np.errstate(invalid="ignore"):
        known = values[np.isfinite(values) & (values > 0)]
    known = known[known > REACH * known.max(initial=0.0)]
    if not len(known):
        return -1.0, 0.0, log_ticks(-1.0, 0.0)
    stops = np.array([0.0, math.log10(2), math.log10(5), 1.0])

    def stop(value: float, up: bool) -> float:
        power = math.floor(value)
        part = value - power
        at = np.searchsorted(stops, part - 1e-9) if up else np.searchsorted(stops, part + 1e-9, side="right") - 1
        return power + float(stops[min(3, max(0, int(at)))])

    bottom, top = stop(math.log10(known.min()), False), stop(math.log10(known.max()), True)
    if top - bottom < 0.3:
        bottom, top = stop(bottom - 0.1, False), stop(top + 0.1, True)
    return bottom, top, log_ticks(bottom, top)


def linear_range(values: Floats, share: bool) -> tuple[float, float, Ticks]:
    """Bottom and top of a linear axis on its ticks: from 0 for losses, up to 1 for shares, and the ticks."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if share:
        step = 0.5 if low < 0.5 else 0.1 if low < 0.9 else 0.02
        bottom = max(0.0, min(math.floor(low / step + 1e-9) * step, 1.0 - step))  # room below where all are 1
        return bottom, 1.0, linear_ticks(bottom, 1.0, 6, unit="%")
    step = (high or 1.0) / 4
    ticks = linear_ticks(0.0, high or 1.0, 5)
    if len(ticks) > 1:
        step = ticks[1][0] - ticks[0][0]
    top = math.ceil((high or 1.0) / step - 1e-9) * step
    ticks = linear_ticks(0.0, top, 6)
    if top < SHORT:
        ticks = [(at, number_text(at, 1 if math.isclose(at, float(f"{at:.0e}")) else 2)) for at, _ in ticks]
    return 0.0, top, ticks


def smoothed(values: Floats, beta: float = BETA) -> Floats:
    """The bias-corrected exponential average v/(1 − βᵗ) with v ← βv + (1 − β)x of (t,) values; NaN is passed over."""
    out = np.full(len(values), np.nan)
    average, weight = 0.0, 0.0
    for at, value in enumerate(values.tolist()):
        if math.isfinite(value):
            average = beta * average + (1 - beta) * value
            weight = beta * weight + (1 - beta)
            out[at] = average / weight
    return out


def within(x: Floats, left: float, right: float) -> NDArray[np.bool_]:
    """Which of ascending (t,) lie from `left` to `right`, and the next one to either side, as lines come from there."""
    found: NDArray[np.bool_] = (x >= left) & (x <= right)
    known = np.flatnonzero(np.isfinite(x))
    first, after = np.searchsorted(x[known], left, side="left"), np.searchsorted(x[known], right, side="right")
    found[known[max(0, int(first) - 1) : int(after) + 1]] = True
    return found


def thinned(x: Values, y: Values, columns: int) -> tuple[Values, Values]:
    """At most `columns` pairs of the lowest and highest of consecutive points, so that no spike is lost; NaN stays."""
    group = math.ceil(len(x) / max(1, columns))
    if group <= 2:
        return x, y
    whole = len(x) // group * group
    start = np.arange(0, whole, group)
    blocks = y[:whole].reshape(-1, group)
    known = np.isfinite(blocks)
    low = start + np.where(known, blocks, np.inf).argmin(axis=1)
    high = start + np.where(known, blocks, -np.inf).argmax(axis=1)
    pairs = np.column_stack((np.minimum(low, high), np.maximum(low, high))).ravel()
    kept = np.concatenate((pairs, np.arange(whole, len(x))))
    return x[kept], y[kept]
