"""The Code view: the session as code, its lines linked to the network and to the operations of a step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from hyperscope.engine.slow_motion import Operation
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.telling import Told, lines_of, lines_of_layer, told
from hyperscope.lab.frameworks.written import Code
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.labs.frameworks.code_card import CodeCard, laid_out, set_sentence
from hyperscope.ui.labs.frameworks.counts import Counts
from hyperscope.ui.labs.frameworks.later import Counts as Counted
from hyperscope.ui.labs.frameworks.later import LaterCounts
from hyperscope.ui.labs.frameworks.sketch import NetworkSketch
from hyperscope.ui.panels.fed import Fed
from hyperscope.ui.theme import LIGHT, Theme

NAMES = tuple(frameworks)
SHORT = {name: entry.title.rpartition(" ")[2] for name, entry in frameworks.items()}
FIRST = "pytorch"
HINT = "Point at a line, or come to it by the arrow keys: what it is of lights up. Slow motion lights its lines."


class CodeView(QWidget, Fed):
    """Shows a `Script` in one of the frameworks; says by signals what is wanted with it."""

    rate = 60.0
    framework_chosen = Signal(str)
    copy_wanted = Signal()
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Code")
        self.framework = FIRST
        self.script: Script | None = None
        self.code = Code(())
        self._operation: Operation | None = None
        self.sentence = QLabel()
        self.copy = Button("Copy", "Copy the code", "The whole file, to the clipboard")
        self.save = Button(
            "Save folder …", "Save the code's folder", "train.py and a notebook, with data, start and mini-batches"
        )
        self.foot = QLabel()
        self.card = CodeCard([SHORT[name] for name in NAMES], (self.copy, self.save), (self.foot, QLabel(HINT)))
        self.choice, self.text = self.card.choice, self.card.text
        self.sketch, self.counts = NetworkSketch(), Counts()
        self._later = LaterCounts(self, self._show_counts)
        laid_out(self, self.sentence, self.card, ((self.sketch, 62), (self.counts, 38)))
        self.choice.chosen.connect(lambda at: self.framework_chosen.emit(NAMES[at]))
        self.copy.clicked.connect(lambda: self.copy_wanted.emit())
        self.save.clicked.connect(lambda: self.save_wanted.emit())
        self.text.pointed.connect(lambda line: self._show_told())
        self.sketch.pointed.connect(self._point_at_layer)
        self.show_framework(FIRST)
        self.set_theme(LIGHT)

    # -- as a panel -----------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for part in (self.card, self.sketch, self.counts):
            part.set_theme(theme)
        set_sentence(self.sentence, theme)

    @property
    def late(self) -> bool:
        """Whether lines are still being counted."""
        return self._later.late

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_framework(self, name: str) -> None:
        """Shows the code of this framework."""
        self.framework = name
        self.choice.set_index(NAMES.index(name))
        if self.script is not None:
            self._write(anew=True)

    def show_script(self, script: Script) -> None:
        """Shows the code of a session; what differs from the last is marked for a second."""
        if script == self.script:
            return
        self.script = script
        self.sketch.show_network(script)
        self._write()

    def show_operation(self, operation: Operation | None) -> None:
        """Lights the lines of slow motion's present operation, None when it was left."""
        if operation is self._operation:
            return
        self._operation = operation
        self._light()

    def _write(self, *, anew: bool = False) -> None:
        script = self.script
        assert script is not None
        entry = frameworks[self.framework]
        self.code = entry.code(script)
        self.text.show_lines([line.text for line in self.code.lines], anew=anew)
        self.counts.choose(SHORT[self.framework])
        self._later.show_script(script)
        self.foot.setText(
            f"{self.code.count} lines in a file that runs; it needs {', '.join(entry.packages)} and the data beside it."
        )
        self.sentence.setText(self._said(script, entry.title))
        self._light()

    def _show_counts(self, counts: Counted) -> None:
        self.counts.show_counts(tuple((SHORT[name], count) for name, count in counts.items()), SHORT[self.framework])

    def _said(self, script: Script, title: str) -> str:
        if script.start.settings_only:
            return f"The settings in force as {title}, from their own start. {ELSEWHERE}"
        moves = sum(len(one.moves) for one in script.moved)
        said = f"This session as {title}, which reproduces its losses."
        if script.start.trained:
            said += f" It begins after {script.start.place.tick} steps, where something was rebuilt or changed."
        if moves:
            said += f" {moves} move{'s' if moves > 1 else ''} of the session {'are' if moves > 1 else 'is'} in it."
        return said

    def _light(self) -> None:
        if self._operation is not None:
            self.text.light(lines_of(self.code.lines, self._operation))
        else:
            self.text.light(lines_of_layer(self.code.lines, self.sketch.layer) if self.sketch.layer else ())
        self._show_told()

    def _show_told(self) -> None:
        if self.script is None:
            return
        line = self.text.line
        if self._operation is not None:
            self.sketch.show_told(self._of_operation(self._operation), None)
        elif 0 <= line < len(self.code.lines):
            found = told(self.script, self.code.lines[line])
            self.sketch.show_told(found, line + 1 if found.title else None)
        elif self.text.lit:
            self.sketch.show_told(told(self.script, self.code.lines[self.text.lit[0]]), None)
        else:
            self.sketch.show_told(Told(), None)

    def _of_operation(self, operation: Operation) -> Told:
        layers = {operation.layer} if operation.layer else set()
        back = operation.phase == "backward"
        return Told(operation.place, frozenset(layers), (operation.formula,), operation.sentence, back)

    def _point_at_layer(self, layer: int) -> None:
        if layer:
            self.text.point(-1)
        self._light()
