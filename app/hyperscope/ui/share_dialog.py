"""The dialog that hands on and takes: the codes of experiment and session to copy, and a box to paste others into."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextOption
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from hyperscope.lab.export.sharing import Shared, described, experiment_code, recognised
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.twins.account import ELSEWHERE, SoFar
from hyperscope.ui import style
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.words import shown
from hyperscope.ui.open_table.parts import Verdict
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import EDGE, INSIDE, LIGHT, Theme, font

WIDE, HIGH = 700, 404  # pixels
EXPERIMENT, SESSION = "This experiment", "The whole session"
KINDS = {"experiment": "An experiment", "session": "A session"}
MOST_SHOWN, BEGINNING = 20_000, 2_000  # characters of a pasted text
HINT = "Paste a code here, or the JSON of an experiment or of a session."


class CodeLine(QWidget):
    """A name, what it holds in words, and its code with a button that copies it."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.name, self.holds = Caption(name), Caption("")
        self.holds.setMinimumWidth(1)  # cut short rather than widen the dialog
        self.code = QLineEdit()
        self.code.setReadOnly(True)
        self.code.setAccessibleName(f"Code of {name.lower()}")
        self.copy_button = Button("Copy", f"Copy the code of {name.lower()}", tip)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name)
        head.addWidget(self.holds, 1)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.code, 1)
        line.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(line)

    def show_code(self, code: str, holds: str) -> None:
        """Shows a code, from its beginning, and how long it is."""
        self._offer(True)
        self.holds.setText(f"{holds} · {shown(len(code))} characters")
        if code != self.code.text():
            self.code.setText(code)
            self.code.setCursorPosition(0)

    def show_none(self, why: str) -> None:
        """There is no code, and a sentence says why."""
        self._offer(False)
        self.holds.setText(why)
        self.code.clear()

    def _offer(self, on: bool) -> None:
        self.code.setEnabled(on)
        self.copy_button.setEnabled(on)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.name.set_theme(theme, 12, 500)
        self.holds.set_theme(theme, 11, quiet=True)
        self.copy_button.set_theme(theme)
        self.copy_button.setMinimumWidth(pixels(theme, 72))
        self.code.setFont(font(11, 400, theme.scale))
        self.code.setFixedHeight(pixels(theme, 28))


class PasteBox(QPlainTextEdit):
    """A box for text; of a long one it shows the beginning, since laying out megabytes takes seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = self._beginning = ""

    @property
    def whole(self) -> str:
        """All that was put here, as far as it was not changed by hand since."""
        seen = self.toPlainText()
        return self._whole if self._whole and seen == self._beginning else seen

    def setPlainText(self, text: str) -> None:
        """Shows a text, or how it begins."""
        long = len(text) > MOST_SHOWN
        self._whole = text if long else ""
        self._beginning = f"{text[:BEGINNING]}…\n{shown(len(text))} characters in all" if long else ""
        super().setPlainText(self._beginning or text)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if len(text) > MOST_SHOWN:
            self.setPlainText(text)
        else:
            self.insertPlainText(text)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a session and of the experiment in force where it stands, and in words what they hold; of a session
    that cannot be handed on "", and why.
    """

    of: SoFar
    experiment: str
    session: str
    outline: str
    moves: str


def codes(found: SoFar, before: Codes | None = None) -> Codes:
    """The codes; those `before`, if they are of the same. Of 20 000 moves they take half a second."""
    if before is not None and before.of == found:
        return before
    score, now = found.score, found.experiment
    moves = f"{len(score.events)} move{'' if len(score.events) == 1 else 's'} over {shown(score.end)} steps"
    session, said = (score.to_code(), moves) if found.whole else ("", ELSEWHERE)
    return Codes(found, experiment_code(now), session, described(Score(now)), said)


class ShareDialog(QDialog):
    """`opened` carries what was pasted, a `Shared`, when it is to be opened. `newest_wanted` says that what is copied
    waits for the session as it is now, `renewed` that codes are shown.
    """

    opened = Signal(object)
    newest_wanted = Signal()
    renewed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = LIGHT
        self._codes: Codes | None = None
        self._of = ""  # the twin that they are of
        self._copying: CodeLine | None = None  # whose code is copied once the newest is there
        self._shared: Shared | None = None
        self._reader, self._encoder = Reader(self), Reader(self)
        self._reader.refused.connect(self._refuse)
        self._build()
        self.set_theme(theme)
        self.resize(pixels(theme, WIDE), pixels(theme, HIGH))
        self.box.setFocus()

    def _build(self) -> None:
        self.setWindowTitle("Share")
        self.experiment = CodeLine(EXPERIMENT, "All settings in force now, without what happened before")
        self.session = CodeLine(SESSION, "The start and every move; it gives the same numbers · Ctrl+Shift+C")
        self.box = PasteBox()
        self.box.setPlaceholderText(HINT)
        self.box.setAccessibleName("Pasted code")
        self.box.setTabChangesFocus(True)
        self.box.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.paste_button = Button("Paste", "Paste", "What was copied elsewhere, into the box")
        self.verdict = Verdict()
        self.close_button = Button("Close", "Close", "Leave everything as it is · Esc")
        self.open_button = Button("Open", "Open", "Start what was pasted · Ctrl+Enter")
        self.open_button.setProperty("accent", True)
        self.open_button.setEnabled(False)
        self.heads = Caption("Hand on"), Caption("Open what somebody handed on")
        self.cards = QFrame(), QFrame()
        self._insides = tuple(QVBoxLayout(card) for card in self.cards)
        for card, inside, head in zip(self.cards, self._insides, self.heads, strict=True):
            card.setProperty("card", True)
            inside.addWidget(head)
        self._insides[0].addWidget(self.experiment)
        self._insides[0].addWidget(self.session)
        self._insides[1].addWidget(self.box, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.verdict, 1)
        for button in (self.paste_button, self.close_button, self.open_button):
            self._foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.cards[0])
        self._column.addWidget(self.cards[1], 1)
        self._column.addLayout(self._foot)
        for line in (self.experiment, self.session):
            line.copy_button.clicked.connect(partial(self._ask_to_copy, line))
        self.box.textChanged.connect(self._look)
        self.paste_button.clicked.connect(self.paste)
        self.close_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(self.open_pasted)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.open_pasted)

    # -- handing on -----------------------------------------------------------------------------------------------

    def show_session(self, found: SoFar) -> None:
        """Shows the codes of a session and of the experiment in force where it stands, as soon as they are made, or why
        it has none.
        """
        self._encoder.ask(partial(codes, found, self._codes), partial(self._show_codes, self._copying))

    def _show_codes(self, copying: CodeLine | None, found: Codes) -> None:
        self._codes = found
        self.experiment.show_code(found.experiment, found.outline)
        self._name(found.of.of)
        if found.session:
            self.session.show_code(found.session, found.moves)
        else:
            self.session.show_none(found.moves)
        if copying is not None and copying is self._copying:
            self.copy_shown()
        self.renewed.emit()

    def _name(self, of: str) -> None:
        """Says whose the codes are: one twin's, or the only network's."""
        self._of = of
        self.experiment.name.setText(f"{of}'s experiment" if of else EXPERIMENT)
        self.session.name.setText(f"{of}'s whole session" if of else SESSION)

    def _ask_to_copy(self, line: CodeLine) -> None:
        self._copying = line
        self.say("Copying …")
        self.newest_wanted.emit()

    def copy_shown(self) -> None:
        """Copies the code that was asked for, as it is shown."""
        line, self._copying = self._copying, None
        if line is not None and line.code.text():
            QApplication.clipboard().setText(line.code.text())
            name = line.name.text()
            self.say(f"The code of {name if self._of else name.lower()} is on the clipboard.")
        elif line is not None:
            self.say(line.holds.text(), alarm=True)  # why it has none

    # -- taking ---------------------------------------------------------------------------------------------------

    def paste(self) -> None:
        """Puts what is on the clipboard into the box."""
        self.box.setPlainText(QApplication.clipboard().text())
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self) -> None:
        self._shared = None
        self.open_button.setEnabled(False)
        text = self.box.whole
        if not text.strip():
            self.say("")
            return
        self._reader.ask(lambda: (shared := recognised(text), described(shared.score)), self._agree)

    def _agree(self, found: tuple[Shared, str]) -> None:
        if not self.box.toPlainText().strip():
            return
        self._shared, words = found
        self.say(f"{KINDS[self._shared.kind]}: {words}.")
        self.open_button.setEnabled(True)
        self.open_button.setDefault(True)

    def _refuse(self, sentence: str) -> None:
        if self.box.toPlainText().strip():
            if sentence.startswith("this "):  # and not with a setting's name
                sentence = f"T{sentence[1:]}"
            self.say(sentence + "." * (not sentence.endswith(".")), alarm=True)

    def open_pasted(self) -> None:
        """Closes, and says what is to be opened, if anything."""
        if self._shared is not None:
            shared = self._shared
            self.accept()
            self.opened.emit(shared)

    def say(self, sentence: str, alarm: bool = False) -> None:
        """One sentence at the foot."""
        self.verdict.say(sentence, alarm=alarm)

    def done(self, result: int) -> None:
        """Closes, whatever is read still."""
        super().done(result)
        self._reader.close()
        self._encoder.close()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        style.dress(
            self,
            theme,
            f"ShareDialog {{ background: {theme.window.name()}; }}"
            f"QPlainTextEdit {{ background: {theme.control.name()}; color: {theme.text.name()}; border: 1px solid"
            f" transparent; border-radius: 4px; padding: 4px; selection-background-color: {theme.accent.name()};"
            f" selection-color: {theme.on_accent.name()}; }}"
            f"QPlainTextEdit:focus {{ border-color: {theme.accent.name()}; background: {theme.card.name()}; }}",
        )
        for head in self.heads:
            head.set_theme(theme, 11, 600, quiet=True)
        for part in (self.experiment, self.session, self.verdict):
            part.set_theme(theme)
        self.box.setFont(font(12, 400, theme.scale))
        for button in (self.paste_button, self.close_button, self.open_button):
            button.set_theme(theme)
            button.setMinimumWidth(pixels(theme, 84))
        edge, inside = pixels(theme, EDGE), pixels(theme, INSIDE)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(pixels(theme, 8))
        for layout in self._insides:
            layout.setContentsMargins(inside, inside - 3, inside, inside)
            layout.setSpacing(pixels(theme, 10))
        self._foot.setContentsMargins(pixels(theme, 4), pixels(theme, 4), 0, 0)
        self._foot.setSpacing(pixels(theme, 8))
