"""Code to read: highlighted, numbered, a line pointed at or come to by the keyboard lit, and what has changed marked.

It knows lines of text, and nothing of what they stand for.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import bars, mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme

MARKED = 1000  # ms for which what has changed is marked
SIZE, LARGE = 12.5, 14.5  # pixels of type, and where there is room for it
AMPLE = 760  # pixels of width from which on there is
FACES = ("JetBrains Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono")
TOKEN = re.compile(
    r"(?P<string>[rbf]?(?:\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\])*\"))"
    r"|(?P<comment>#.*)"
    rf"|(?P<keyword>\b(?:{'|'.join(keyword.kwlist)})\b)"
    r"|(?P<number>\b\d[\w.]*(?:(?<=e)[+-]\d+)?)"
)


def typeface(theme: Theme, size: float) -> QFont:
    """The face of code: the first of some good ones that is there, else the system's own."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setFamilies([*FACES, made.family()])
    made.setStyleHint(QFont.StyleHint.Monospace)
    made.setFixedPitch(True)
    made.setPixelSize(pixels(theme, size))
    return made


class _Colours(QSyntaxHighlighter):
    """Keywords, strings, numbers and comments."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.formats: dict[str, QTextCharFormat] = {}

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours; none of them is told from another by red and green."""
        shades = {
            "keyword": theme.accent,
            "string": QColor("#7FC8B2" if theme.dark else "#17705A"),
            "number": QColor("#E0A35C" if theme.dark else "#96500B"),
            "comment": theme.quiet,
        }
        for name, colour in shades.items():
            form = QTextCharFormat()
            form.setForeground(colour)
            self.formats[name] = form
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        for found in TOKEN.finditer(text):
            self.setFormat(found.start(), found.end() - found.start(), self.formats[found.lastgroup or "comment"])


class _Numbers(QWidget):
    """The lines' numbers, in the margin of the text."""

    def __init__(self, text: CodeText) -> None:
        super().__init__(text)
        self.setAccessibleName("Line numbers")
        self._text = text

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        self._text.paint_numbers(QPainter(self), self.rect())


class CodeText(QPlainTextEdit):
    """Lines of code, of which one is `line` (from 0, -1 for none); `pointed` carries it when it is another."""

    pointed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.line = -1
        self._theme = LIGHT
        self._size = SIZE
        self._lit: tuple[int, ...] = ()
        self._changed: set[int] = set()
        self._bands: dict[int, QColor] = {}
        self._shown: tuple[str, ...] = ()
        self._colours = _Colours(self.document())
        self._numbers = _Numbers(self)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(MARKED)
        self._fading.timeout.connect(self._fade)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Code")
        self.setAccessibleDescription("Arrow keys go from line to line; what a line stands for is beside it.")
        self.viewport().setMouseTracking(True)
        self.cursorPositionChanged.connect(self._by_cursor)
        self.updateRequest.connect(lambda rect, down: self._numbers.update())
        self.set_theme(LIGHT)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_lines(self, lines: Sequence[str], *, anew: bool = False) -> None:
        """Shows these lines, those that were not there marked for a second; `anew`, as another file, marks none."""
        lines = tuple(lines)
        if lines == self._shown:
            return
        before, self._shown = self._shown, lines
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self.blockSignals(True)
        self.setPlainText("\n".join(lines))
        if 0 <= self.line < len(lines):
            self.setTextCursor(QTextCursor(self.document().findBlockByNumber(self.line)))
        else:
            self.line = -1
        self.blockSignals(False)
        self.horizontalScrollBar().setValue(across)
        self.verticalScrollBar().setValue(down)
        if anew or not before:
            self._changed.clear()
        else:
            kept = set(before)
            if not self._fading.isActive() or len(before) != len(lines):
                self._changed.clear()
            self._changed |= {number for number, line in enumerate(lines) if line.strip() and line not in kept}
            self._fading.start()
        self._mark()

    @property
    def changed(self) -> frozenset[int]:
        """The lines, from 0, that are marked as changed."""
        return frozenset(self._changed)

    def light(self, lines: Collection[int]) -> None:
        """Lights these lines, from 0, as those of what is looked at elsewhere."""
        lines = tuple(sorted(lines))
        if lines != self._lit:
            self._lit = lines
            if lines and not any(self._visible(line) for line in lines):
                self._scroll_to(lines[0])
            self._mark()

    @property
    def lit(self) -> tuple[int, ...]:
        """Those lines."""
        return self._lit

    def show_bands(self, bands: Mapping[int, QColor]) -> None:
        """Puts colours behind lines, from 0."""
        self._bands = dict(bands)
        self._mark()

    def point(self, line: int) -> None:
        """Comes to a line, from 0; -1 for none."""
        if line != self.line:
            self.line = line
            if line >= 0 and not self._visible(line):
                self._scroll_to(line)
            self._mark()
            self.pointed.emit(line)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.ensurePolished()
        self._set_type()
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.card.name()}; color: {theme.text.name()};"
            f" selection-background-color: {mixed(theme.card, theme.accent, 0.35).name()};"
            f" selection-color: {theme.text.name()}; }}"
            " QAbstractScrollArea::corner { background: transparent; border: none; }" + bars(theme)
        )
        self._colours.set_theme(theme)
        self._place_numbers()
        self._mark()

    # -- pointing -------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self.point(self.line_at(event.position().toPoint()))

    def line_at(self, place: QPoint) -> int:
        """The line at a place of the text's own, -1 below the last."""
        block = self.cursorForPosition(place).block()
        box = self.blockBoundingGeometry(block).translated(self.contentOffset())
        return block.blockNumber() if place.y() <= box.bottom() else -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
            event.ignore()  # the window's own
        else:
            super().keyPressEvent(event)

    def _by_cursor(self) -> None:
        if self.hasFocus():
            self.point(self.textCursor().blockNumber())

    # -- drawing --------------------------------------------------------------------------------------------------

    def _fade(self) -> None:
        self._changed.clear()
        self._mark()

    def _mark(self) -> None:
        theme, found = self._theme, []
        for lines, colour in (
            *(((line,), colour) for line, colour in self._bands.items()),
            (self._changed, mixed(theme.card, theme.accent, 0.22)),
            (self._lit, mixed(theme.card, theme.accent, 0.12)),
            ((self.line,) if self.line >= 0 else (), theme.control),
        ):
            for line in lines:
                block = self.document().findBlockByNumber(line)
                if block.isValid():
                    mark = QTextEdit.ExtraSelection()
                    mark.format.setBackground(colour)
                    mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                    mark.cursor = QTextCursor(block)
                    found.append(mark)
        self.setExtraSelections(found)
        self._numbers.update()

    def _visible(self, line: int) -> bool:
        block = self.document().findBlockByNumber(line)
        box = self.blockBoundingGeometry(block).translated(self.contentOffset())
        return box.top() >= 0 and box.bottom() <= self.viewport().height()

    def _scroll_to(self, line: int) -> None:
        self.verticalScrollBar().setValue(max(0, line - 4))

    def _place_numbers(self) -> None:
        wide = self.fontMetrics().horizontalAdvance("000") + pixels(self._theme, 22)
        self.setViewportMargins(wide, 0, 0, 0)
        inner = self.contentsRect()
        self._numbers.setGeometry(inner.left(), inner.top(), wide, inner.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_type()
        self._place_numbers()

    def _set_type(self) -> None:
        self._size = LARGE if self.width() >= AMPLE * self._theme.scale else SIZE
        wanted = typeface(self._theme, self._size)
        if self.font() != wanted:
            self.setFont(wanted)

    def paint_numbers(self, painter: QPainter, rect: QRect) -> None:
        """Draws the numbers of the lines that are seen, and a bar beside those that are lit."""
        theme = self._theme
        painter.fillRect(rect, theme.card)
        painter.setFont(typeface(theme, self._size - 2))
        block = self.firstVisibleBlock()
        while block.isValid():
            box = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if box.top() > rect.bottom():
                break
            line = block.blockNumber()
            if line in self._lit or line == self.line:
                painter.fillRect(0, int(box.top()), pixels(theme, 3), int(box.height()), theme.accent)
            painter.setPen(theme.text if line == self.line else theme.quiet)
            right = rect.width() - pixels(theme, 12)
            where = QRect(0, int(box.top()), right, int(box.height()))
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{line + 1}")
            block = block.next()
        painter.end()
