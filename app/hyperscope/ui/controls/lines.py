"""Text over a given number of lines, cut short with an ellipsis, which Qt's labels cannot do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

STOP = re.compile(r"(?:[.;]|(?<!\b[AB]):)(?= )")  # "B: α 0.1" is of one of twins: the letter says nothing alone


def in_lines(text: str, metrics: QFontMetrics, room: int, most: int) -> list[str]:
    """`text` broken between words into at most `most` lines of `room` pixels, the last one elided if need be."""
    lines: list[str] = []
    text = text.strip()
    if not text:
        return lines
    words = text.split(" ")  # and not at the spaces that keep a number and its unit together
    while words:
        if len(lines) == most - 1:
            return [*lines, metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, room)]
        fit = _fitting(words, metrics, room)
        lines.append(metrics.elidedText(" ".join(words[:fit]), Qt.TextElideMode.ElideRight, room))
        words = words[fit:]
    return lines


def _fitting(words: Sequence[str], metrics: QFontMetrics, room: int) -> int:
    """How many of `words` go on one line, one at least."""
    fit = 1
    while fit < len(words) and metrics.horizontalAdvance(" ".join(words[: fit + 1])) <= room:
        fit += 1
    return fit


def whole_lines(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """`text` in as many lines of `room` pixels as it takes, a word too long for one left as it is."""
    lines: list[str] = []
    words = text.split(" ") if text else []
    while words:
        fit = _fitting(words, metrics, room)
        lines.append(" ".join(words[:fit]))
        words = words[fit:]
    return lines


def width_in(text: str, metrics: QFontMetrics, most: int) -> int:
    """The fewest pixels of room in which `text` takes at most `most` lines and no word is cut."""
    high = metrics.horizontalAdvance(text)
    if most <= 1:
        return high
    words = text.split(" ")
    low = max(map(metrics.horizontalAdvance, words))
    high = max(low, high)
    wide = cache(lambda first, last: metrics.horizontalAdvance(" ".join(words[first:last])))
    while low < high:
        middle = (low + high) // 2
        if _count(len(words), wide, middle) <= most:
            high = middle
        else:
            low = middle + 1
    return high


def _count(words: int, wide: Callable[[int, int], int], room: int) -> int:
    """In how many lines so many words fit, of which those from `first` to `last` are `wide` pixels together."""
    lines = first = 0
    while first < words:
        last = first + 1
        while last < words and wide(first, last + 1) <= room:
            last += 1
        first = last
        lines += 1
    return lines


def beginning(text: str, fits: Callable[[str], bool]) -> str:
    """`text` if it `fits`, else its longest beginning that does and ends where a sentence or a clause does; "" if none.

    Of several colons in one sentence only the first ends a clause.
    """
    if fits(text):
        return text
    found, colon = "", False
    for stop in STOP.finditer(text):
        begun = f"{text[: stop.start()]}."
        if not fits(begun):
            break
        if stop[0] != ":" or not colon:
            found = begun
        colon = stop[0] == ":" or (colon and stop[0] != ".")
    return found
