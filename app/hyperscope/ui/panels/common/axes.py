"""Sparse, honest ticks: where they stand, what they say, and numbers short enough to stand there."""

from __future__ import annotations

import math

Ticks = list[tuple[float, str]]

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_text(value: float, digits: int = 3) -> str:
    """`value` to `digits` significant figures with a true minus sign; powers of ten as 1.2·10⁻⁵; "–" for NaN."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value and not 1e-4 <= abs(value) < 1e5:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}·10{str(int(power)).translate(SUPERSCRIPT)}".replace("-", "−")
    text = f"{value:#.{digits}g}" if abs(value) < 10 ** (digits - 1) else f"{value:.0f}"
    return text.rstrip(".").replace("-", "−") if value else "0"


def epoch_text(epoch: float) -> str:
    """`epoch` to three figures without noughts at the end: 60, 1.5, 0.25."""
    said = number_text(epoch)
    return said.rstrip("0").rstrip(".") if "." in said and "·" not in said else said


def power_text(power: int) -> str:
    """What stands at 10ᵖ: 0.001, 0.01, 0.1, 1, 10 … 1000, and 10⁻⁴ beyond."""
    return f"{10.0**power:g}" if -3 <= power <= 3 else f"10{str(power).translate(SUPERSCRIPT)}"


def log_ticks(low: float, high: float, most: int = 5) -> Ticks:
    """Ticks of a logarithmic axis from 10^low to 10^high, placed at their logarithm.

    Powers of ten, only every second or third if there are many; with fewer than two of them, 1-2-5 steps.
    """
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(powers) >= 2:
        stride = math.ceil(len(powers) / most)
        return [(float(power), power_text(power)) for power in powers if power % stride == 0]
    fine = [
        (power + math.log10(factor), factor * 10.0**power)
        for power in range(math.floor(low), math.floor(high) + 1)
        for factor in (1, 2, 5)
    ]
    ticks = [(at, f"{value:g}" if 1e-4 <= value < 1e5 else number_text(value, 1)) for at, value in fine]
    ticks = [(at, text) for at, text in ticks if low - 1e-9 <= at <= high + 1e-9]
    if len(ticks) >= 2:
        return ticks
    return [(math.log10(value), text) for value, text in linear_ticks(10.0**low, 10.0**high, most) if value > 0]


def linear_ticks(low: float, high: float, most: int = 5, unit: str = "", whole: bool = False) -> Ticks:
    """At most `most` ticks at multiples of 1, 2 or 5 times a power of ten; `unit` "%" writes shares in per cent."""
    factor = 100 if unit == "%" else 1
    step = tick_step((high - low) * factor, most)
    if whole:
        step = max(1.0, step)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low * factor / step - 1e-9), math.floor(high * factor / step + 1e-9)
    suffix = f" {unit}" if unit else ""
    return [
        (at * step / factor, f"{at * step:.{decimals if at else 0}f}{suffix}".replace("-", "−"))
        for at in range(first, last + 1)
    ]


def tick_step(span: float, most: int = 5) -> float:
    """The smallest of 1, 2, 5 times a power of ten of which at most `most` multiples fit into `span`."""
    if not 0 < span < math.inf:
        return 1.0
    rough = span / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
