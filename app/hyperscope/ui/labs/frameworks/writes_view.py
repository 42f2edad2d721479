"""What a framework writes: the step in NumPy, whose lines are folded one by one into what it has for them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from hyperscope.lab.frameworks.folding import TAKES, TOOLS, Step, step_of
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.script import Script
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.labs.frameworks.code_card import CodeCard, laid_out, set_sentence
from hyperscope.ui.labs.frameworks.tools_sheet import ToolsSheet, shade
from hyperscope.ui.panels.fed import Fed
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, Theme

NAMES = tuple(TAKES)
HINT = "Fold, or press a tool: its lines go one by one, and what the framework has for them stays."
EACH = 45  # ms from one folded line to the next
BAND = 0.16  # of a tool's colour behind its lines


class WritesView(QWidget, Fed):
    """Shows a `Script`'s step; `folded` says how many lines of each tool are folded away."""

    rate = 30.0

    def __init__(self, calm: Callable[[], bool]) -> None:
        """`calm` says whether motion is reduced: lines are then folded at once."""
        super().__init__()
        self.setAccessibleName("What a framework writes")
        self._calm = calm
        self._theme = LIGHT
        self.framework = NAMES[0]
        self.script: Script | None = None
        self.step: Step | None = None
        self.folded = dict.fromkeys(TOOLS, 0)
        self._goals = dict.fromkeys(TOOLS, 0)
        self._ticking = QTimer(self)
        self._ticking.setInterval(EACH)
        self._ticking.timeout.connect(self._tick)
        self.sentence = QLabel()
        self.fold = Button("Fold", "Fold what the framework writes", "Line by line · F")
        self.unfold = Button("Unfold", "Show all lines of NumPy", "")
        captions = [frameworks[name].title.rpartition(" ")[2] for name in NAMES]
        self.card = CodeCard(captions, (self.fold, self.unfold), (QLabel(HINT),))
        self.choice, self.text, self.tools = self.card.choice, self.card.text, ToolsSheet()
        self.text.setAccessibleName("One step in NumPy")
        laid_out(self, self.sentence, self.card, ((self.tools, 1),))
        self.choice.chosen.connect(lambda at: self.show_framework(NAMES[at]))
        self.fold.clicked.connect(lambda: self.fold_all(True))
        self.unfold.clicked.connect(lambda: self.fold_all(False))
        self.tools.pressed.connect(self._turn)
        self.choice.set_index(0)
        self.set_theme(LIGHT)

    # -- as a panel -----------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for part in (self.card, self.tools):
            part.set_theme(theme)
        set_sentence(self.sentence, theme)
        self._show()

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_script(self, script: Script) -> None:
        """Shows the step of a session."""
        if script != self.script:
            self.script = script
            self._take()

    def show_framework(self, name: str) -> None:
        """Puts it beside this framework; what that one does not take away is unfolded."""
        self.framework = name
        self.choice.set_index(NAMES.index(name))
        for tool in TOOLS:
            if tool not in TAKES[name]:
                self.folded[tool] = self._goals[tool] = 0
        self._take()

    def fold_all(self, on: bool) -> None:
        """Folds all that the framework writes, or unfolds it."""
        for tool in TAKES[self.framework]:
            self._goals[tool] = self._whole(tool) if on else 0
        self._begin()

    def _turn(self, tool: str) -> None:
        if tool in TAKES[self.framework]:
            self._goals[tool] = 0 if self._goals[tool] else self._whole(tool)
            self._begin()

    def _whole(self, tool: str) -> int:
        return sum(of == tool for _, of in self.step.lines) if self.step is not None else 0

    def _begin(self) -> None:
        if self._calm():
            self.folded = dict(self._goals)
            self._show()
        else:
            self._ticking.start()

    def _tick(self) -> None:
        late = next((tool for tool in ("autograd", *TOOLS) if self.folded[tool] != self._goals[tool]), None)
        if late is None:
            self._ticking.stop()
            return
        self.folded[late] += 1 if self.folded[late] < self._goals[late] else -1
        self._show()

    def _take(self) -> None:
        if self.script is None:
            return
        self.step = step_of(self.script, self.framework)
        for tool in TOOLS:  # another number of lines may be all of them now
            whole = self._whole(tool)
            self._goals[tool] = whole if self._goals[tool] else 0
            self.folded[tool] = min(self.folded[tool], whole) if self._ticking.isActive() else self._goals[tool]
        self._show()

    def _show(self) -> None:
        step = self.step
        if step is None:
            return
        lines = step.folded(self.folded).lines
        self.text.show_lines([text for text, _ in lines], anew=True)
        theme = self._theme
        bands = {at: mixed(theme.card, shade(theme, tool), BAND) for at, (_, tool) in enumerate(lines) if tool}
        own = {at: mixed(theme.card, theme.accent, 0.34) for at, (_, tool) in enumerate(lines) if not tool}
        self.text.show_bands(bands | own)
        self.tools.show_step(step, frozenset(tool for tool in TOOLS if self.folded[tool]))
        self.sentence.setText(self._said(step))

    def _said(self, step: Step) -> str:
        title = frameworks[self.framework].title
        whole = sum(step.count(tool) for tool in TOOLS)
        return (
            f"One step takes {whole} lines in NumPy, {step.count('autograd')} of them the backward pass. With {title} "
            f"{step.written} are left to write."
        )
