"""Numbers as they are read and typed, and tooltips, all from the knobs' declarations; it knows no Qt."""

from __future__ import annotations

import math
from html import escape

from hyperscope.knob import UP, Knob, Value, power
from hyperscope.lab.training.effects import Effect, of_knob

THIN = "\u2009"  # between thousands
_DOWN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


def shown(value: Value) -> str:
    """A number for reading: 0.03, 0.999, 14 200, 3.2·10⁻⁶; powers of ten only below a ten-thousandth."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}".replace(",", THIN)
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-4 <= abs(value) < 1e6:
        return f"{value:.6g}"
    return power(value)


def standardised(mean: float, deviation: float) -> str:
    """How an input is standardised, with its own numbers, of the training set."""
    parts = f"μ\u00a0=\u00a0{figure(mean)}, σ\u00a0=\u00a0{figure(deviation)}"  # whose signs stay by their numbers
    return f"Standardised: (x\u00a0−\u00a0μ)\u00a0/\u00a0σ with the training set's {parts}."


def figure(value: float) -> str:
    """Four figures with a true minus sign; what rounding alone left of 0 is 0."""
    return "0" if abs(value) < 1e-12 else shown(float(f"{value:.4g}")).replace("-", "−")


def loss_text(loss: float) -> str:
    """A loss in about the room that 0.000 takes: 0.042, 33.42, 1280, 2·10⁷; a dash for what is not finite."""
    if not math.isfinite(loss):
        return "–"
    if loss >= 9999.5:
        return power(float(f"{loss:.0e}"))
    return f"{loss:.{3 if loss < 9.9995 else 2 if loss < 99.995 else 1 if loss < 999.95 else 0}f}"


def tick(exponent: int) -> str:
    """The label of the tick at 10 to the `exponent`."""
    return f"{10.0**exponent:g}" if -2 <= exponent <= 3 else "10" + str(exponent).translate(UP)


def typed(value: Value) -> str:
    """A value as one would type it: 3.2e-06 rather than 3.2·10⁻⁶."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def read(knob: Knob, words: str) -> Value:
    """The value that `words` spell, in any of the forms above; the words themselves if they spell no number."""
    plain = words.strip().replace(THIN, "").replace(" ", "").translate(_DOWN)
    plain = plain.replace("·10", "e").replace("×10", "e")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if plain.startswith("10-"):
        plain = "1e" + plain[2:]
    try:
        value = float(plain)
    except ValueError:
        return words.strip()
    return int(value) if knob.kind == "whole" and value.is_integer() else value


def title(knob: Knob) -> str:
    """The knob's label, with its symbol where that is a Greek letter or the like and not in the label already."""
    plain = knob.symbol.isascii() or len(knob.symbol) > 2 or knob.symbol in knob.label
    return knob.label if plain else f"{knob.label} {knob.symbol}"


def acts_at_once(knob: Knob) -> bool:
    """Whether training goes on when the knob is moved: of the experiment's own, by what a trainer does then."""
    effects = of_knob(knob.name)
    return max(effects) < Effect.ANEW if effects else knob.live


def effect(knob: Knob) -> str:
    """What moving the knob does to the network, in one sentence."""
    if not acts_at_once(knob):
        return "Rebuilds; training starts over."
    effects = of_knob(knob.name) or {Effect.ACTS}
    stay = "the weights are carried over" if max(effects) is Effect.CARRIES else "the weights stay"
    if max(effects) is Effect.ACTS:
        return f"Acts at once; {stay}."
    where = "" if min(effects) > Effect.ACTS else " where they no longer fit"
    return f"Acts at once; {stay}, the optimiser's memory starts again{where}."


def tooltip(knob: Knob, addition: str = "") -> str:
    """The knob's definition, usual range and symbol, and what moving it does, as rich text that wraps."""
    facts = []
    if knob.usual:
        facts.append(f"Usual: {escape(knob.usual)}")
    if knob.symbol and not (knob.symbol.islower() and len(knob.symbol) > 2):  # a short word is no symbol
        facts.append(f"Symbol: {escape(knob.symbol)}")
    if knob.unit:
        facts.append(f"Unit: {escape(knob.unit)}")
    lines = [f"<b>{escape(knob.label)}</b>", escape(knob.help), " · ".join(facts), addition, effect(knob)]
    return "<p>" + "<br>".join(line for line in lines if line) + "</p>"
