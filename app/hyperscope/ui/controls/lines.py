"""Text over a given number of lines, cut short with an ellipsis, which Qt's labels cannot do."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

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


class _Measured:
    """The words of a text in one type; what was measured is kept: a search for a width asks for the same again."""

    def __init__(self, text: str, metrics: QFontMetrics) -> None:
        self.text, self.metrics = text, metrics
        self.words = text.split(" ") if text else []
        self._known: dict[tuple[int, int], int] = {}

    def wide(self, start: int, end: int) -> int:
        """Pixels that the words from `start` to `end` take."""
        if (start, end) not in self._known:
            self._known[start, end] = self.metrics.horizontalAdvance(" ".join(self.words[start:end]))
        return self._known[start, end]

    def ends(self, room: int) -> list[int]:
        """After which word each line of `room` pixels ends."""
        found, start, count = list[int](), 0, len(self.words)
        while start < count:
            # more words are wider, so what fits is looked for by halves
            start = bisect_right(range(start + 2, count + 1), room, key=partial(self.wide, start)) + start + 1
            found.append(start)
        return found


_kept: deque[_Measured] = deque(maxlen=8)  # what stands in the window: it is asked for some ten widths at a time


def _measured(text: str, metrics: QFontMetrics) -> _Measured:
    for one in _kept:
        if one.text == text and one.metrics == metrics:
            return one
    _kept.append(_Measured(text, metrics))
    return _kept[-1]


def _fitting(words: Sequence[str], metrics: QFontMetrics, room: int) -> int:
    """How many of `words` go on one line, one at least."""
    fit = 1
    while fit < len(words) and metrics.horizontalAdvance(" ".join(words[: fit + 1])) <= room:
        fit += 1
    return fit


def whole_lines(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """`text` in as many lines of `room` pixels as it takes, a word too long for one left as it is."""
    measured = _measured(text, metrics)
    ends = measured.ends(room)
    return [" ".join(measured.words[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def width_in(text: str, metrics: QFontMetrics, most: int) -> int:
    """The fewest pixels of room in which `text` takes at most `most` lines and no word is cut."""
    measured = _measured(text, metrics)
    count = len(measured.words)
    if most == 1:  # mostly so, and asked for in every frame of a drag
        return measured.wide(0, count)
    low = max((measured.wide(at, at + 1) for at in range(count)), default=0)
    high = max(low, measured.wide(0, count))
    while low < high:
        middle = (low + high) // 2
        if len(measured.ends(middle)) <= most:
            high = middle
        else:
            low = middle + 1
    return high


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
