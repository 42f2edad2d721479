"""What lies behind in a stack is not measured when what is seen changes."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QVBoxLayout, QWidget

from hyperscope.ui.controls.stack import Stack

WORDS = "Words that go on and on until they have to be wrapped at any width that a page is likely to have. " * 4


class Measured(QLabel):
    """How often it was asked how high its words are."""

    def __init__(self) -> None:
        super().__init__(WORDS)
        self.setWordWrap(True)
        self.asked = 0

    def heightForWidth(self, width: int) -> int:
        self.asked += 1
        return super().heightForWidth(width)


@pytest.mark.parametrize(("kind", "asked"), [(Stack, False), (QStackedWidget, True)], ids=["ours", "Qt's"])
def test_hidden_words_are_not_measured_when_what_is_seen_changes(qtbot, kind, asked):
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    stack = kind()
    column.addWidget(stack)
    labels = [Measured() for _ in range(3)]
    for label in labels:
        page = QWidget()
        QVBoxLayout(page).addWidget(label)
        stack.addWidget(page)
    whole.resize(400, 300)
    whole.show()
    qtbot.waitExposed(whole)
    for label in labels:
        label.asked = 0
    labels[0].setText("Others. " + WORDS)
    QApplication.processEvents()
    assert labels[0].asked > 0
    assert [label.asked > 0 for label in labels[1:]] == [asked, asked]


def test_what_is_seen_in_it_has_all_its_room(qtbot):
    stack = Stack()
    qtbot.addWidget(stack)
    page, label = QWidget(), Measured()
    column = QVBoxLayout(page)
    column.addWidget(label)
    column.addStretch(1)
    stack.addWidget(page)
    stack.resize(300, 400)
    stack.show()
    qtbot.waitExposed(stack)
    assert page.size() == stack.size()
    assert label.height() >= label.heightForWidth(label.width())
