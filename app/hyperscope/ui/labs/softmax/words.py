"""Numbers as the softmax lab writes them: powers of e of any size, shares with four digits, signs of their own."""

from __future__ import annotations

import math

from hyperscope.ui.controls.words import shown
from hyperscope.ui.paint import number

LARGE, SMALL = math.log(1e6), math.log(5e-3)  # exponents between which a power is written out
_UP = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def logit(value: float) -> str:
    """A logit with four digits: 5, −1.5, 5.859, 1000."""
    plain = shown(float(f"{value:.4g}") + 0.0)
    return plain.replace("-", "−")


def power(exponent: float) -> str:
    """e to the exponent: 148.41, 2.7·10⁻⁵, 2·10⁴³⁴; also where no float reaches."""
    if SMALL <= exponent < LARGE:
        value = math.exp(exponent)
        return f"{value:,.{2 if value < 1e4 else 0}f}".replace(",", "\u2009")
    tens = exponent / math.log(10)
    whole = math.floor(tens)
    mantissa = f"{10 ** (tens - whole):.1f}"
    if mantissa == "10.0":
        mantissa, whole = "1.0", whole + 1
    return f"{mantissa}·10{str(whole).translate(_UP)}"


def raised(exponent: float) -> str:
    """An exponent as it stands high: ¹⁰⁰⁰, ⁻⁹⁰·⁵."""
    return f"{exponent:.4g}".replace(".", "·").translate(_UP)


def share(value: float, digits: int = 4) -> str:
    """A probability: 0.8420; one too small for its digits as a power of ten, and 1 or 0 only where it is just that."""
    if 0 < value < 0.5 * 10**-digits:
        return f"< {10**-digits:.{digits}f}"
    if 1 - 0.5 * 10**-digits < value < 1:
        return f"> {1 - 10**-digits:.{digits}f}"
    return number(value, digits) if 0 < value < 1 else f"{value:.0f}"


def signed(value: float, digits: int = 4) -> str:
    """A difference with its sign: +0.8420, −0.9581, 0."""
    if value == 0:
        return "0"
    said = number(value, digits)
    return said if value < 0 else f"+{said.lstrip('−')}"


def nats(value: float) -> str:
    """A loss with four digits behind the point, or four in all where it is large or tiny: 1.6094, 1003, 2.1e-05."""
    return f"{value:.4f}" if 5e-5 <= value < 100 or value == 0 else f"{value:.4g}" if value >= 100 else f"{value:.1e}"


def in_float32(value: float) -> str:
    """A float32 as it is printed: inf and NaN by name."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf"
    return share(value)
