"""Words kept as they were shaped, for what is laid out anew at each draw: shaping takes longer than painting."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText

MOST = 400  # words; most are the same at each draw


class Shaped:
    """Fonts are told apart by identity, so their owner keeps them, and makes another Shaped with other fonts."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, int], QStaticText] = {}
        self._widths: dict[tuple[str, int], float] = {}

    def wide(self, text: str, font: QFont) -> float:
        """Pixels across."""
        key = (text, id(font))
        if key not in self._widths:
            if len(self._widths) > MOST:
                self._widths.clear()
            self._widths[key] = QFontMetricsF(font).horizontalAdvance(text)
        return self._widths[key]

    def text(self, text: str, font: QFont) -> QStaticText:
        """Ready to be painted."""
        key = (text, id(font))
        if key not in self._texts:
            if len(self._texts) > MOST:
                self._texts.clear()
            made = QStaticText(text)
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            made.prepare(font=font)
            self._texts[key] = made
        return self._texts[key]
