"""The Python in which code is run: which one it is, what is in it, and the one command for what is not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout

from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.trial import Python, command_for
from hyperscope.quoting import visible
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.labs.frameworks.code_text import typeface
from hyperscope.ui.style import wear
from hyperscope.ui.theme import GRID, INSIDE, Theme, font

OWN = "NumPy's code always runs in the program's own Python."


class _Command(QLineEdit):
    """A command to read and to copy; keys that mean nothing to it are the window's."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName("The command that installs it")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)


class PythonCard(Ground):
    """`choose_wanted` and `own_wanted` say which Python it is to be, `copy_wanted` carries the command."""

    choose_wanted = Signal()
    own_wanted = Signal()
    copy_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The Python that it runs in")
        self._path = ""
        self.title = QLabel("The Python that it runs in")
        self.path, self.inside, self.said = QLabel(), QLabel(), QLabel()
        self.said.setWordWrap(True)
        self.inside.setWordWrap(True)
        self.path.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it is cut to what there is
        self.choose = Button("Choose …", "Choose a Python", "Any Python of this machine, such as one with PyTorch")
        self.own = Button("The program's own", "Use the program's own Python", "")
        self.command = _Command()
        self.copy = Button("Copy", "Copy the command", "For a terminal; nothing is ever installed from here")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.title, 1)
        head.addWidget(self.own)
        head.addWidget(self.choose)
        below = QHBoxLayout()
        below.setSpacing(GRID)
        below.addWidget(self.command, 1)
        below.addWidget(self.copy)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(INSIDE, GRID, INSIDE, INSIDE - 2)
        inner.setSpacing(4)
        inner.addLayout(head)
        inner.addWidget(self.path)
        inner.addWidget(self.inside)
        inner.addStretch(1)
        inner.addWidget(self.said)
        inner.addLayout(below)
        self.choose.clicked.connect(lambda: self.choose_wanted.emit())
        self.own.clicked.connect(lambda: self.own_wanted.emit())
        self.copy.clicked.connect(lambda: self.copy_wanted.emit(self.command.text()))

    def show_python(self, path: str, found: Python | None, problem: str, framework: str, *, own: bool) -> None:
        """Says what is known of the Python at `path`, and what the chosen framework lacks there."""
        self._path = f"{visible(path)}{f', Python {visible(found.version)}' if found is not None else ''}"
        self._show_path()
        self.own.setVisible(not own)
        entry = frameworks[framework]
        if problem:
            inside = problem
        elif found is None:
            inside = "What is in it is being looked up."
        else:
            there = [f"{name} {visible(version)}" for name, version in found.packages.items() if version]
            inside = f"In it: {', '.join(there)}." if there else "None of the frameworks is in it."
        self.inside.setText(inside)
        lacks = found.lacks(entry) if found is not None and framework != "numpy" else ()
        self.said.setText(
            f"{entry.title} needs {' and '.join(lacks)}, to be had by one command in a terminal:" if lacks else OWN
        )
        self.command.setText(command_for(path, entry) if lacks else "")
        self.command.setCursorPosition(0)
        self.command.setVisible(bool(lacks))
        self.copy.setVisible(bool(lacks))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for label, size, weight, colour in (
            (self.title, 11, 600, theme.quiet),
            (self.path, 12, 500, theme.text),
            (self.inside, 12, 400, theme.quiet),
            (self.said, 12, 400, theme.quiet),
        ):
            label.ensurePolished()
            label.setFont(font(size, weight, theme.scale))
            label.setStyleSheet(f"color: {colour.name()}")
        for button in (self.choose, self.own, self.copy):
            button.set_theme(theme)
        wear(self.command, theme)
        self.command.ensurePolished()
        self.command.setFont(typeface(theme, 11.5))
        self._show_path()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_path()

    def _show_path(self) -> None:
        """The middle goes first where it is too long; all of it is in the tooltip."""
        room = self.width() - 2 * INSIDE
        metrics = self.path.fontMetrics()
        self.path.setText(metrics.elidedText(self._path, Qt.TextElideMode.ElideMiddle, max(40, room)))
        self.path.setToolTip(self._path)
