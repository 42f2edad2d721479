"""The line at the network's foot: a typeset equation, a sentence, or what the colours mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextDocument

from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui import paint
from hyperscope.ui.paint import face
from hyperscope.ui.panels.network.formula import formula, plain
from hyperscope.ui.theme import Theme

SIZE = 11  # pixels of type
MOST, FEWEST = 8, 1  # terms of a sum
SCALES = (
    "each picture scaled to its own greatest size, edges to their layer's",
    "each picture scaled to its own greatest size",
    "each picture to its own scale",
)


class Foot:
    """Paints rich text on one line; a document that is shown again is not typeset again."""

    def __init__(self) -> None:
        self._document = QTextDocument()
        self._document.setDocumentMargin(0)
        self._typeset = ""

    def equation(self, picture: NetworkPicture, layer: int, unit: int, room: float, theme: Theme) -> str:
        """A unit's equation with as many terms as `room` pixels hold, as rich text, its name in front if it fits."""
        font = QFontMetricsF(face(SIZE, 400, theme.scale))
        of = picture.layers[layer]
        name = f"{of.name}, unit {unit + 1}: " if of.weights is not None else ""
        for most in range(MOST, FEWEST - 1, -1):
            said = formula(picture, layer, unit, most)
            # subscripts in small type are narrower than Unicode's, so that this is on the safe side
            if font.horizontalAdvance(name + plain(said)) <= room:
                return name + said
        return said

    def paint(self, painter: QPainter, room: QRectF, said: str, theme: Theme) -> None:
        """Writes `said` in the middle of `room`, or without it the legend of the colours."""
        if not said:
            paint.sign_legend(painter, room, theme, SCALES)
            return
        shown = f'<span style="color: {theme.text.name()}">{said}</span>'
        if shown != self._typeset or self._document.defaultFont() != face(SIZE, 400, theme.scale):
            self._typeset = shown
            self._document.setDefaultFont(face(SIZE, 400, theme.scale))
            self._document.setHtml(shown)
        wide, high = self._document.idealWidth(), self._document.size().height()
        painter.save()
        painter.setClipRect(room.adjusted(-8, -4, 8, 4), Qt.ClipOperation.IntersectClip)
        painter.translate(room.left() + max(0.0, (room.width() - wide) / 2), room.center().y() - high / 2)
        self._document.drawContents(painter)
        painter.restore()
