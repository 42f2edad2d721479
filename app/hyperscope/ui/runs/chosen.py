"""What is shown of the chosen runs: of one its curves, a moment to reopen it at and notes; of several a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.library.library import Details, KeptRun
from hyperscope.lab.library.run_compare import compared
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.text_choice import TextChoice
from hyperscope.ui.controls.words import shown as figure
from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.common.axes import epoch_text
from hyperscope.ui.runs.chart import Line, RunChart
from hyperscope.ui.runs.moment import moment, status
from hyperscope.ui.runs.settings import SettingsTable
from hyperscope.ui.style import bars, mixed, pixels
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, RADIUS, Theme, font
from hyperscope.ui.timeline import Timeline

MOST = 8  # runs compared: as many as there are colours that can be told apart
SAVE_AFTER = 600  # ms after a letter until notes are written
NOTES = 62  # pixels of height
TITLE_LINES = 2  # that a title has room for, long or not
LETTERS = "ABCDEFGH"
NOTHING = "Choose a run to see its curves and to reopen it at any moment. Choose two or more to compare them."


class Notes(QPlainTextEdit):
    """Notes on a run; `written` says that they are to be kept."""

    written = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Notes")
        self.setToolTip("What you want to remember of this run. It is kept as you write.")
        self.setPlaceholderText("Notes")
        self.setTabChangesFocus(True)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(SAVE_AFTER)
        self._waiting.timeout.connect(self.written)
        self.textChanged.connect(self._waiting.start)

    def show_notes(self, notes: str) -> None:
        """Shows other notes, and says nothing."""
        self.settle()
        self.blockSignals(True)
        self.setPlainText(notes)
        self.blockSignals(False)

    def settle(self) -> None:
        """Says now what would be said soon."""
        if self._waiting.isActive():
            self._waiting.stop()
            self.written.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.settle()
        super().focusOutEvent(event)


class ChosenRuns(QWidget):
    """A card about the chosen runs. Its signals say which button was pressed; `noted` carries a run's id and notes."""

    reopened = Signal(object)  # the tick, or None for the end
    behind = Signal()
    exported = Signal()
    deleted = Signal()
    noted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._shown: list[tuple[KeptRun, Details]] = []
        self.setAccessibleName("Chosen runs")
        self.title = Caption("")
        self.measure = TextChoice(("Loss", "Accuracy"), "Curve", weight=600)
        self.chart = RunChart()
        self.measure.chosen.connect(self.chart.show_measure)
        self.slider = Timeline("drag to a moment", ended=True)
        self.slider.setAccessibleName("Moment to reopen at")
        self.slider.setToolTip("The moment at which the run is reopened. ← → go by a mini-batch, Page ↑ ↓ by an epoch")
        self.slider.gone_to.connect(self._moved)
        self.where = Caption("")
        self.notes = Notes()
        self.notes.written.connect(self._noted)
        self.settings = SettingsTable()
        self.reopen_button = Button("Reopen", "Reopen this run", "Its network, settings and timeline again · Enter")
        self.reopen_button.setProperty("accent", True)
        self.behind_button = Button(
            "Show behind the current run",
            "Show these runs behind the current run",
            "Draws their curves faintly in the chart of the lab",
        )
        self.export_button = Button("Export…", "Export these runs", "Experiment and score as JSON, curves as CSV")
        self.delete_button = Button("Delete", "Delete these runs", "Takes them out of the library · Delete")
        self.reopen_button.clicked.connect(lambda: self.reopened.emit(self.tick))
        self.behind_button.clicked.connect(self.behind)
        self.export_button.clicked.connect(self.exported)
        self.delete_button.clicked.connect(self.deleted)
        self._lay_out()
        self.show_runs([])

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self.title.setWordWrap(True)
        for said in (self.title, self.where):  # how long they are must not widen the card
            said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._head.addWidget(self.title, 1)
        self._head.addWidget(self.measure)
        self._foot = QHBoxLayout()
        for button in (self.reopen_button, self.behind_button, self.export_button, self.delete_button):
            self._foot.addWidget(button)
        self._foot.insertStretch(2, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.chart, 3)
        for part in (self.slider, self.where, self.notes):
            self._column.addWidget(part)
        self._column.addWidget(self.settings, 4)
        self._column.addLayout(self._foot)

    @property
    def least_width(self) -> int:
        """Pixels that its buttons take, whichever of them are shown."""
        buttons = (self.reopen_button, self.behind_button, self.export_button, self.delete_button)
        gaps = 2 * INSIDE + (len(buttons) - 1) * GRID
        return sum(button.sizeHint().width() for button in buttons) + pixels(self._theme, gaps)

    @property
    def shown(self) -> list[tuple[KeptRun, Details]]:
        """The runs shown."""
        return list(self._shown)

    @property
    def runs(self) -> list[KeptRun]:
        """The same without their details."""
        return [run for run, _ in self._shown]

    @property
    def tick(self) -> int | None:
        """The moment to reopen at, None for the end."""
        return None if self.slider.value() >= self.slider.maximum() else self.slider.value()

    def letters(self) -> dict[str, tuple[str, QColor]]:
        """Letter and colour of each run, where several are compared."""
        if len(self._shown) < 2:
            return {}
        return {run.id: (LETTERS[at], self._theme.class_colour(at)) for at, (run, _) in enumerate(self._shown)}

    def show_runs(self, shown_runs: Sequence[tuple[KeptRun, Details]]) -> None:
        """Shows these runs, MOST at most; the same one further on keeps its moment."""
        self.notes.settle()
        same = [run.id for run, _ in shown_runs] == self._ids()
        moved = self.tick if same else None
        self._shown = list(shown_runs)[:MOST]
        count = len(self._shown)
        for part in (self.measure, self.chart, self.export_button, self.delete_button):
            part.setVisible(count > 0)
        for only in (self.slider, self.where, self.notes, self.reopen_button):
            only.setVisible(count == 1)
        self.settings.setVisible(count > 1)
        self.behind_button.setVisible(count > 0)
        self._draw()
        if not count:
            self.title.setText("")
            self.update()
            return
        if count == 1:
            self._show_one(*self._shown[0], moved, same)
        else:
            self.title.setText(f"{count} runs compared")
            heads = [f"{LETTERS[at]}" for at in range(count)]
            tips = [run.title for run in self.runs]
            self.settings.show_settings(compared([details.experiment for _, details in self._shown]), heads, tips)
        self.update()

    def _ids(self) -> list[str]:
        return [run.id for run, _ in self._shown]

    def _show_one(self, run: KeptRun, details: Details, tick: int | None, same: bool) -> None:
        self.title.setText(run.title)
        self._set_type()
        self.slider.setEnabled(details.score is not None)
        at = run.ticks if tick is None else min(tick, run.ticks)
        self.slider.show_status(status(run, details, at), at)
        if not same:
            self.notes.show_notes(run.notes)
        self._say_where()

    def _moved(self, tick: int) -> None:
        run, details = self._shown[0]
        self.slider.show_status(status(run, details, tick))
        self._say_where()

    def _say_where(self) -> None:
        run, details = self._shown[0]
        if details.score is None:
            self.where.setText("This run began with another's weights; it can be reopened where it ended.")
            return
        at = moment(run, details, self.slider.value())
        place = f"step {figure(at.step)}, epoch {epoch_text(at.epoch)}"
        self.where.setText(f"Reopens at its end: {place}." if at.ends else f"Reopens at {place}.")
        self.chart.show_moment(None if at.ends else at.epoch)

    def _noted(self) -> None:
        if len(self._shown) == 1:
            self.noted.emit(self._shown[0][0].id, self.notes.toPlainText())

    def _draw(self) -> None:
        theme, lines = self._theme, []
        for at, (_, details) in enumerate(self._shown):
            if details.curves is None:
                continue
            if len(self._shown) == 1:
                lines.append(Line(details.curves, "train", "dev", theme.text))
            else:
                lines.append(Line(details.curves, LETTERS[at], f"{LETTERS[at]} dev", theme.class_colour(at)))
        self.chart.show_moment(None)
        self.chart.show_lines(lines)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = pixels(theme, INSIDE)
        self._column.setContentsMargins(inside, inside - 4, inside, inside - 2)
        self._column.setSpacing(pixels(theme, 8))
        self._head.setSpacing(pixels(theme, 8))
        self._foot.setSpacing(pixels(theme, 8))
        self.title.set_theme(theme, 13, 600)
        self.title.setFixedHeight(TITLE_LINES * self.title.fontMetrics().lineSpacing())
        buttons = (self.reopen_button, self.behind_button, self.export_button, self.delete_button)
        for part in (self.measure, self.chart, self.slider, self.settings, *buttons):
            part.set_theme(theme)
        self.notes.setFixedHeight(pixels(theme, NOTES))
        ring = mixed(theme.control, theme.accent, 0.8).name()
        self.notes.setStyleSheet(
            f".Notes {{ background: {theme.control.name()}; color: {theme.text.name()}; border: 1px solid "
            f"{theme.control.name()}; border-radius: 4px; font-size: {pixels(theme, 12)}px; }} "
            f".Notes:focus {{ border-color: {ring}; }}" + bars(theme)
        )
        self._set_type()
        self._draw()
        self.update()

    def _set_type(self) -> None:
        # again whenever they are shown: until then the style sheet restores the font from before
        self.where.set_theme(self._theme, 12, quiet=True)
        self.notes.setFont(font(12, 400, self._theme.scale))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.card)
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if not self._shown:
            painter.setPen(self._theme.quiet)
            painter.setFont(self.where.font())
            room = self.rect().adjusted(60, 0, -60, 0)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), NOTHING)
        painter.end()
