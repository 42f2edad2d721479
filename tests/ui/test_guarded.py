"""Painting survives what it cannot draw: it is told, a placeholder stands there, and everything else is drawn."""

from __future__ import annotations

import ast
from pathlib import Path

from PySide6.QtCore import QModelIndex, QStringListModel
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

import hyperscope.ui
from hyperscope.ui.guarded import guarded, guarded_part

SOURCE = Path(hyperscope.ui.__file__).parent
PARTS = {"paintSection", "drawBackground", "drawForeground"}


class Torn(QWidget):
    """Fails with its painter open, unless it is mended."""

    mended = False

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("red"))
        if not self.mended:
            raise ValueError("no picture")
        painter.end()


class TornRow(QStyledItemDelegate):
    """Fails in its second row."""

    @guarded_part
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        painter.translate(1000, 1000)
        if index.row() == 1:
            raise OverflowError("no number")
        painter.resetTransform()
        painter.fillRect(option.rect, QColor("red"))


def reds(picture) -> int:
    """How many pixels of a picture are red."""
    return sum(picture.pixelColor(x, y) == QColor("red") for x in range(picture.width()) for y in range(20))


def test_a_paint_event_that_fails_is_told_and_leaves_a_placeholder(qtbot):
    torn = Torn()
    qtbot.addWidget(torn)
    torn.resize(200, 60)
    with qtbot.captureExceptions() as told:
        picture = torn.grab().toImage()
    assert [kind for kind, _, _ in told] == [ValueError] and reds(picture) == 0


def test_what_could_not_be_drawn_is_drawn_once_it_can_be(qtbot):
    torn = Torn()
    qtbot.addWidget(torn)
    torn.resize(200, 60)
    with qtbot.captureExceptions():
        torn.grab()
    torn.mended = True
    assert reds(torn.grab().toImage()) == 200 * 20


def test_a_window_on_screen_goes_on_after_a_paint_event_that_failed(qtbot):
    torn = Torn()
    qtbot.addWidget(torn)
    with qtbot.captureExceptions() as told:
        torn.show()
        qtbot.waitUntil(lambda: bool(told))
        torn.mended = True
        torn.update()
        qtbot.waitUntil(lambda: reds(torn.grab().toImage()) > 0)


def test_the_rows_beside_one_that_fails_are_drawn(qtbot):
    rows = QListView()
    qtbot.addWidget(rows)
    rows.setModel(QStringListModel(["one", "two", "three"], rows))
    rows.setItemDelegate(TornRow(rows))
    rows.resize(200, 120)
    with qtbot.captureExceptions() as told:
        picture = rows.grab().toImage()
    assert {kind for kind, _, _ in told} == {OverflowError}
    places = [rows.visualRect(rows.model().index(row, 0)).translated(1, 1).center() for row in range(3)]
    assert [picture.pixelColor(place) == QColor("red") for place in places] == [True, False, True]


def unguarded(path: Path) -> list[str]:
    """The methods in a module that Qt calls while it paints and that could end the process."""
    found = []
    for kind in (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)
    ):
        delegate = any("Delegate" in ast.unparse(base) for base in kind.bases)
        for method in (node for node in kind.body if isinstance(node, ast.FunctionDef)):
            wanted = {"paintEvent": "guarded"}.get(method.name)
            if method.name in PARTS or (delegate and method.name == "paint"):
                wanted = "guarded_part"
            if wanted and wanted not in [ast.unparse(one) for one in method.decorator_list]:
                found.append(f"{path.relative_to(SOURCE)}: {kind.name}.{method.name}")
    return found


def test_everything_that_paints_is_guarded() -> None:
    assert [method for path in sorted(SOURCE.rglob("*.py")) for method in unguarded(path)] == []
