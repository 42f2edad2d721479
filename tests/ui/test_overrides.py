"""An error in what Qt calls reaches Python, however it was raised, rather than end the process."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget
from shiboken6 import delete

from hyperscope.ui.finder import Overlay
from hyperscope.ui.overrides import whole

RAISED_BY_C = {
    "an index": "[][3]",
    "a key": "{}['there is none']",
    "a number": "int('none')",
    "a widget that is gone": "gone.isVisible()",
}
PROGRAM = """
import sys
import hyperscope.ui
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QLabel
from shiboken6 import delete

class Mixed:
    def resizeEvent(self, event):
        FAULT

class Frame(Mixed, QFrame):
    def event(self, event):
        return super().event(event)

    def focusInEvent(self, event):
        FAULT

app = QApplication([])
gone = QLabel()
delete(gone)
sys.excepthook = lambda kind, value, trace: print("heard of", kind.__name__, flush=True)
frame = Frame()
try:
    frame.resize(300, 200)
    frame.show()
except Exception as problem:
    print("caught", type(problem).__name__, flush=True)
from PySide6.QtGui import QFocusEvent
QApplication.postEvent(frame, QFocusEvent(QEvent.Type.FocusIn))
QTimer.singleShot(50, app.quit)
app.exec()
print("the end", flush=True)
"""


@pytest.mark.parametrize("fault", RAISED_BY_C.values(), ids=RAISED_BY_C)
def test_an_error_in_what_qt_calls_does_not_end_the_process(fault):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("FAULT", fault)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[-1] == "the end"
    assert any(line.startswith("caught ") for line in said)
    assert any(line.startswith("heard of ") for line in said)


def test_what_is_called_by_qt_is_the_same_as_before(qapp):
    class Asked(QFrame):
        def sizeHint(self):
            """So large."""
            return super().sizeHint() * 2

        def own(self):
            return 1

    asked = Asked()
    assert asked.sizeHint() == QFrame().sizeHint() * 2
    assert Asked.sizeHint.__doc__ == "So large."
    assert asked.own() == 1


def test_an_error_stays_the_one_that_was_raised():
    error = ValueError("this one")

    def fails() -> None:
        raise error

    with pytest.raises(ValueError, match="this one") as found:
        whole(fails)()
    assert found.value is error


def test_what_lies_over_the_window_goes_though_who_had_the_keyboard_is_gone(qtbot):
    window = QWidget()
    had = QLineEdit(window)
    overlay = Overlay(window, "Over it")
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    had.setFocus()
    overlay.open()
    delete(had)
    overlay.leave()
    assert not overlay.isVisible()
