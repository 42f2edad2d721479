"""Text over a given number of lines, cut short with an ellipsis, which Qt's labels cannot do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics


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
        fit = 1
        while fit < len(words) and metrics.horizontalAdvance(" ".join(words[: fit + 1])) <= room:
            fit += 1
        lines.append(metrics.elidedText(" ".join(words[:fit]), Qt.TextElideMode.ElideRight, room))
        words = words[fit:]
    return lines
