"""The window: labs under a bar of tabs, a transport, and sixty times a second a look at what the worker has sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QVBoxLayout, QWidget

from hyperscope.knob import Value
from hyperscope.lab.checks import Remedy
from hyperscope.lab.examples import suggested
from hyperscope.lab.experiment import Experiment
from hyperscope.lab.opening import opened
from hyperscope.lab.places import write_whole
from hyperscope.lab.presets import Preset
from hyperscope.lab.session import Session
from hyperscope.lab.snapshot import Snapshot, View
from hyperscope.ui import style
from hyperscope.ui.controls.tabs import LabTabs
from hyperscope.ui.labs.playground import Playground
from hyperscope.ui.open_table import OpenTable
from hyperscope.ui.pacing import Ticker, Turns
from hyperscope.ui.panels import Panel
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.start_page import Covering, StartPage
from hyperscope.ui.theme import THEMES, Theme, largest_scale, scaled
from hyperscope.ui.timeline import Timeline
from hyperscope.ui.transport import Transport

SMALLEST = (1000, 700)  # pixels
USUAL = (1280, 800)
REST = 20  # frames without news after which a paused window asks for nothing but the status
SAVE_AFTER = 1000  # ms after a move until the experiment is kept for the next start
NORMS = ("off", "before", "after")
WELCOME = "This network is learning to tell spirals apart. Drag the learning rate α to the right and watch the loss."
READY = "Space trains and pauses. Every control acts while the network trains."


class Window(QMainWindow):
    """Shows a session. It is the session's only user: what is moved here goes there, what it has is drawn here."""

    def __init__(self, session: Session, theme: str = "", remembered: Remembered | None = None) -> None:
        super().__init__()
        self.session = session
        self.remembered = remembered or Remembered()
        self._chosen_theme = theme or self.remembered.theme
        self._scale = self.remembered.scale
        self.theme = THEMES["light"]
        self.start_page: StartPage | None = None  # made when it is first asked for
        self.tabs = LabTabs(["Playground"])
        self.transport = Transport()
        self.timeline = Timeline()
        self.playground = Playground()
        self._turns = Turns((*self.playground.panels, self.playground.note))
        self._awaited: list[Panel] = []  # who asked for the snapshot under way
        self._structure = -1
        self._all = False  # every panel is to be drawn with the next snapshot, as another moment is shown
        self._shown_step = -1
        self._quiet = 0  # frames since anything changed
        self._held = False  # whether a preset's sentence stays until something is moved
        self._shown = session.experiment
        self._build()
        self.ticker = Ticker(self._tick)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_AFTER)
        self._saving.timeout.connect(self._keep_experiment)
        self._dialog: OpenTable | None = None
        self.apply_theme()
        self.playground.show_experiment(session.experiment)
        self.transport.say(WELCOME if session.experiment == Experiment() else READY)
        self.ticker.start()

    def _build(self) -> None:
        self.setWindowTitle("Hyperscope")
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        if not self.remembered.geometry.isEmpty():
            self.restoreGeometry(self.remembered.geometry)
        self.setAcceptDrops(True)
        self._body = body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.transport)
        column.addWidget(self.timeline)
        column.insertWidget(2, self.playground, 1)  # above it, though Tab comes to the timeline with the transport
        self.setCentralWidget(body)
        self._connect()
        self._bind_keys()

    def _connect(self) -> None:
        session, lab, bar = self.session, self.playground, self.transport
        lab.moved.connect(self.move_knob)
        lab.refused.connect(lambda sentence: bar.say(sentence, alarm=True))
        lab.units_changed.connect(lambda layer, units: self.move_knob(f"network.layers.{layer}.units", units))
        lab.batch_norm_cycled.connect(self._cycle_norm)
        lab.layer_added.connect(lambda: self._do(session.add_layer))
        lab.layer_removed.connect(lambda layer: self._do(lambda: session.remove_layer(layer)))
        lab.open_requested.connect(self.ask_for_file)
        lab.plane_chosen.connect(self._look_at)
        lab.note.remedy_chosen.connect(self.apply_remedy)
        bar.restart.connect(lambda: self._do(session.restart))
        bar.new_start.connect(lambda: self._do(session.new_start))
        bar.play_toggled.connect(lambda playing: self._do(lambda: session.play(playing)))
        bar.batch.connect(lambda: self._do(lambda: session.advance("batch")))
        bar.epoch.connect(lambda: self._do(lambda: session.advance("epoch")))
        bar.speed_chosen.connect(lambda rate: self._do(lambda: session.set_rate(rate)))
        self.tabs.presets_requested.connect(self.show_presets)
        self.timeline.gone_to.connect(self.go_to)
        self.tabs.open_requested.connect(self.ask_for_file)
        self.tabs.save_requested.connect(self.ask_where_to_save)
        self.tabs.theme_requested.connect(self.switch_theme)
        hints = QApplication.styleHints()
        hints.colorSchemeChanged.connect(self.apply_theme)

    def _bind_keys(self) -> None:
        session = self.session
        bound: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Space", lambda: session.play(not session.playing)),
            ("Right", lambda: session.advance("batch")),
            ("B", lambda: session.advance("batch")),
            ("E", lambda: session.advance("epoch")),
            ("R", session.restart),
            ("N", session.new_start),
            ("Ctrl+Z", session.undo),
            ("Ctrl+Shift+Z", session.redo),
            ("Ctrl+Y", session.redo),
            ("P", self.show_presets),
            ("Ctrl+O", self.ask_for_file),
            ("Ctrl+S", self.ask_where_to_save),
            ("Ctrl+T", self.switch_theme),
            ("F11", self._switch_full_screen),
            ("+", lambda: self.enlarge(1.25)),
            ("=", lambda: self.enlarge(1.25)),
            ("-", lambda: self.enlarge(0.8)),
            ("Ctrl+Q", self.close),
        )
        for keys, act in bound:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(partial(self._do, act))

    # -- moves ----------------------------------------------------------------------------------------------------

    def move_knob(self, path: str, value: Value) -> None:
        """Sets a knob, or says why not."""
        self._held = False
        try:
            self.session.move(path, value)
        except (ValueError, LookupError) as problem:
            self.transport.say(str(problem), alarm=True)
            self.playground.show_experiment(self.session.experiment)
        self._did()

    def _cycle_norm(self, layer: int) -> None:
        now = self.session.experiment.network.layers[layer].batch_norm
        self.move_knob(f"network.layers.{layer}.batch_norm", NORMS[(NORMS.index(now) + 1) % len(NORMS)])

    def _look_at(self, across: str, up: str) -> None:
        self.session.view = View((across, up))
        self.draw_all()
        self._did()

    def go_to(self, beat: int) -> None:
        """Goes back, or forward again, to a moment of the training, and shows it everywhere."""
        self.session.go_to(beat)
        self._all = True
        self._did()
        if not self.session.awaiting:
            self._ask()  # now: a frame's wait can be felt while dragging

    def _do(self, act: Callable[[], object]) -> None:
        self._held = False
        act()
        self._did()

    def _did(self) -> None:
        """Something was moved: controls, memory and drawing follow."""
        self._quiet = 0
        if self.session.experiment is not self._shown:
            self._shown = self.session.experiment
            self.playground.show_experiment(self._shown)
            self.playground.note.clear()
            self._saving.start()

    # -- the frame ------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        snapshot = self.session.take()
        if snapshot is not None:
            self._take(snapshot, self._awaited)
        if not self.session.awaiting:
            self._ask()
        if self.session.message:
            if self.session.alarm or not self._held:
                self.transport.say(self.session.message, self.session.alarm)
            self.session.message = ""
        if self.session.experiment is not self._shown:
            self._did()

    def _ask(self) -> None:
        """Asks for what the panel needs whose turn it is; for everything when the network was rebuilt."""
        if self._structure < 0:
            self._awaited = list(self.playground.panels)
            names = ["examples", *(name for panel in self._awaited for name in panel.probes)]
        elif self._all:
            self._awaited = list(self.playground.panels)
            names = [name for panel in self._awaited for name in panel.probes if name != "examples"]
        else:
            panel = self._turns.next(time.perf_counter()) if self._quiet < REST else None
            self._awaited = [panel] if panel is not None else []
            names = [name for panel in self._awaited for name in panel.probes if name != "examples"]
        self._all = False
        self.session.ask(tuple(dict.fromkeys(names)))

    def _take(self, snapshot: Snapshot, panels: list[Panel]) -> None:
        status = snapshot.status
        moving = status.playing or status.step != self._shown_step
        self._quiet = 0 if moving else self._quiet + 1
        self._shown_step = status.step
        self.transport.show_status(status, self.ticker.frames_per_second)
        self.timeline.show_status(status, self.session.going)
        if "examples" in snapshot.views:
            self._structure = snapshot.structure
            self.playground.show_examples(snapshot.views["examples"], self.session.experiment)
        elif snapshot.structure != self._structure:
            self._structure = -1  # ask for everything; what has come was made for another structure
            return
        for panel in panels:
            self.playground.draw(panel, snapshot)

    def draw_all(self) -> None:
        """Has every panel drawn anew with the next snapshot; `up_to_date` says when that is done."""
        self._structure = -1
        self._quiet = 0

    @property
    def up_to_date(self) -> bool:
        """Whether every panel shows the network that is being trained."""
        return self._structure >= 0

    def apply_remedy(self, remedy: Remedy) -> None:
        """Does what the doctor advises; training starts again where it must."""
        self._held = False
        self.session.take_on(remedy.change(self.session.experiment))
        if remedy.restart:
            self.session.restart()
        self._did()

    # -- presets --------------------------------------------------------------------------------------------------

    def show_presets(self) -> None:
        """Opens the page of presets, or closes it if it is open."""
        if self.start_page is None:
            self.start_page = page = StartPage(self._body)
            Covering(page, self._body, self.tabs)
            page.chosen.connect(self.take_preset)
            page.left.connect(page.hide)
            page.set_theme(self.theme)
        if self.start_page.isVisible():
            self.start_page.hide()
        else:
            self.start_page.open()

    def take_preset(self, preset: Preset) -> None:
        """Trains the preset's experiment from its start, and says what to look at."""
        if self.start_page is not None:
            self.start_page.hide()
        self.session.take_on(preset.experiment)
        self.session.restart()
        self.session.play(True)
        self.draw_all()
        self._did()
        self.transport.say(preset.shows)
        self._held = True

    # -- files ----------------------------------------------------------------------------------------------------

    def ask_for_file(self) -> None:
        """Lets the user choose an experiment or a table to open."""
        dialog = QFileDialog(self, "Open an experiment or a table")
        dialog.setNameFilters(["Experiments and tables (*.json *.csv *.tsv *.txt *.gz)", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Opens an experiment at once, a table by way of a dialog that says how it will be read."""
        try:
            experiment = opened(path)
        except ValueError as problem:
            self.transport.say(str(problem), alarm=True)
            return
        if path.name.lower().endswith(".json"):
            self.session.take_on(experiment)
            self.transport.say(f"Opened {path.name}.")
            self._did()
            return
        self._dialog = OpenTable(suggested(path, self.session.experiment.data), self.theme, self)
        self._dialog.accepted_data.connect(self._take_table)
        self._dialog.open()

    def _take_table(self, data: object) -> None:
        import msgspec

        self.session.view = View()
        self.session.take_on(msgspec.structs.replace(self.session.experiment, data=data))
        self._did()

    def ask_where_to_save(self) -> None:
        """Lets the user choose where the experiment is saved."""
        dialog = QFileDialog(self, "Save the experiment", "experiment.json", "Experiments (*.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Writes the experiment to a file, or says why it could not."""
        try:
            write_whole(path, self.session.experiment.to_json())
        except OSError as problem:
            self.transport.say(f"{path}: {problem.strerror or problem}", alarm=True)
            return
        self.transport.say(f"Saved to {path.name}.")

    def _keep_experiment(self) -> None:
        try:
            self.remembered.keep(self.session.experiment)
        except OSError as problem:
            self.transport.say(f"The experiment could not be kept: {problem.strerror or problem}.", alarm=True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes one file at a time."""
        if _dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens the file that was dropped."""
        path = _dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    # -- looks ----------------------------------------------------------------------------------------------------

    def apply_theme(self) -> None:
        """Takes on the chosen theme, or the system's where none was chosen."""
        dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        scale = min(self._scale, largest_scale(self.width(), self.height()))
        self.set_theme(scaled(THEMES[self._chosen_theme or ("dark" if dark else "light")], scale))

    def switch_theme(self) -> None:
        """Light becomes dark and dark light."""
        self._chosen_theme = "light" if self.theme.dark else "dark"
        self.remembered.theme = self._chosen_theme
        self.apply_theme()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type everywhere."""
        self.theme = theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(style.palette(theme))
        application.setStyleSheet(style.stylesheet(theme))
        self.timeline.set_theme(theme)
        self.playground.set_foot(self.timeline.height())
        for part in (self.tabs, self.transport, self.playground, self.start_page):
            if part is not None:
                part.set_theme(theme)

    def enlarge(self, factor: float) -> None:
        """Makes type and lines larger by `factor`, between their usual and twice their usual size."""
        within = largest_scale(self.width(), self.height())
        self._scale = min(within, max(1.0, self._scale * factor))
        self.remembered.scale = self._scale
        self.apply_theme()

    def _switch_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Type that was made larger shrinks again where the window has become too small for it."""
        super().resizeEvent(event)
        if self._scale > 1 and min(self._scale, largest_scale(self.width(), self.height())) != self.theme.scale:
            self.apply_theme()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keeps the window's place and the experiment, and ends the worker."""
        self.ticker.stop()
        self._saving.stop()
        self.remembered.geometry = self.saveGeometry()
        self.remembered.save()
        self._keep_experiment()
        self.session.close()
        super().closeEvent(event)


def _dropped(data: QMimeData) -> Path | None:
    urls = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
