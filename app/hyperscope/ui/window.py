"""The window: a stack of labs under a bar of tabs, a transport, and sixty times a second a look at what has come.

What can be done with it beyond moving knobs lies in `parts`; what is seen of a network in the labs, none of which it
knows by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QMimeData, QSize, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QToolTip, QVBoxLayout, QWidget

from hyperscope.knob import Value
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.shown import Shown
from hyperscope.quoting import cut
from hyperscope.ui import labs, style
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.stack import Stack
from hyperscope.ui.controls.tabs import LabTabs, ViewRow
from hyperscope.ui.frame import Frame
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.models import LookedAt, OtherRuns
from hyperscope.ui.pacing import Ticker, on_screen
from hyperscope.ui.part import Part
from hyperscope.ui.parts import PARTS
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.parts.presenting import Presenting
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.theme import THEMES, Theme, font, largest_scale, scaled
from hyperscope.ui.timeline import Timeline
from hyperscope.ui.transport import Transport
from hyperscope.ui.unseen import Unseen
from hyperscope.ui.unveiling import Unveiling
from hyperscope.ui.words import Words

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import Side

SMALLEST = (1000, 700)  # pixels
USUAL = (1280, 800)
UNTOUCHED = 30  # frames after which what is not seen takes on a theme too, which may be changed again at once
TITLE_BAR = 36  # pixels that window systems put over a window
READY = "Space trains and pauses. Every control acts while the network trains."

P = TypeVar("P")


class Window(QMainWindow):
    """Shows a session. It is the session's only user: what is moved here goes there, what it has is drawn here."""

    file_dropped = Signal(Path)
    resized = Signal()

    def __init__(self, session: Session, theme: str = "", remembered: Remembered | None = None) -> None:
        super().__init__()
        self._begins = False
        self.session = session
        self.remembered = remembered or Remembered()
        self.chosen_theme = theme
        self.theme = THEMES["light"]
        self.looked_at, self.others = LookedAt(self), OtherRuns(self)
        self.ready = Ready()
        self.tabs = LabTabs([entry.title for entry in labs.LABS])
        self.views = ViewRow()
        self.transport = Transport()
        self.words = Words()
        self.timeline = Timeline()
        self._labs: dict[str, Lab] = {}  # those that were made, by name
        self._name = ""  # of the lab that is shown
        self._chosen: dict[str, str] = {}  # the view of each lab that was shown
        self._kept: dict[str, Mapping[str, Any]] = {}  # what labs that were not made yet have kept in a session's file
        self._dressed = False  # whether any theme was put on yet
        self._themed: dict[str, Theme] = {}  # in which theme each lab was seen last
        self._dressing: Iterator[None] = iter(())  # of what is not seen, a step a frame
        self._held = False  # whether a sentence stays until something is moved
        self._passed_on = False  # whether the worker was told of a move since the last frame
        self._shown = session.in_force
        self._build()
        self._unseen, self._unveiling = Unseen(self.words), Unveiling(self)
        self.frame = Frame(session, self.looked_at, self._hearing)
        self.ticker = Ticker(self._tick)
        self.parts: tuple[Part[Any], ...] = tuple(make(self) for make in PARTS)
        self._own = (*self._ways(), Action("Close", "Window", self.close, ("Ctrl+Q",)))
        self._bind_keys(chain(self._own, *(part.actions() for part in self.parts)), self)
        self._begin()
        self.part(Looks).apply()  # once the first lab is there: widgets made under a style sheet are styled twice
        self.ticker.start()

    def _build(self) -> None:
        self.setWindowTitle("Hyperscope")
        self.setMinimumSize(*SMALLEST)
        self.resize(first_size(self.screen().availableSize()))
        if not self.remembered.geometry.isEmpty():
            self.restoreGeometry(self.remembered.geometry)
        self.setAcceptDrops(True)
        self.body = body = QWidget()
        self._stack = Stack()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.views)
        column.addWidget(self.transport)
        column.addWidget(self.words)
        column.addWidget(self.timeline)
        column.insertWidget(3, self._stack, 1)  # above it, though Tab comes to the timeline with the transport
        self.setCentralWidget(body)
        for bar in (self.timeline, self.words):
            bar.height_changed.connect(self._tell_foot)
        self.body.setFocus()  # else the first tab has the keyboard, and takes the arrows from training
        self.transport.slow_button.setEnabled(False)  # a lab that shows slow motion sees to that

    def _bind_keys(self, actions: Iterable[Action], seen: QWidget) -> None:
        """Has the keys of actions work while `seen` is on screen: Qt asks that of a shortcut's parent."""
        for action in actions:
            for keys in action.keys:
                QShortcut(QKeySequence(keys), seen).activated.connect(partial(self.do, action.run))

    # -- labs -----------------------------------------------------------------------------------------------------

    @property
    def top(self) -> QMainWindow:
        """What dialogs and timers hang on."""
        return self

    @property
    def lab(self) -> Lab:
        """The lab that is shown."""
        return self._labs[self._name]

    @property
    def shown_view(self) -> tuple[str, str]:
        """The names of the lab that is shown and of its view, "" where it has none."""
        return self._name, self._chosen[self._name]

    @property
    def all_actions(self) -> Sequence[Action]:
        """All that can be done now, in the window and in the shown lab."""
        return (
            *(action for part in self.parts for action in part.actions()),
            *self.lab.actions(),
            *self._views(),
            *self._own,
        )

    def part(self, kind: type[P]) -> P:
        """The part of this kind, of the window or of the shown lab. Raises: LookupError if there is none."""
        for part in (*self.parts, *(self.lab.parts if self._name else ())):
            if isinstance(part, kind):
                return part
        raise LookupError(f"nothing that is shown is a {kind.__name__}")

    def _hearing(self) -> Sequence[Part[Any]]:
        """The parts that look at what comes."""
        return (*self.parts, *self.lab.parts)

    def _ways(self) -> Sequence[Action]:
        """The ways to the labs, where there are several."""
        entries = labs.LABS if len(labs.LABS) > 1 else ()
        return [
            Action(f"Go to {entry.title}", "Lab", partial(self._go_to, entry.name), (f"Ctrl+{number}",), entry.welcome)
            for number, entry in enumerate(entries, 1)
        ]

    def _views(self) -> Sequence[Action]:
        """The ways to the shown lab's views."""
        entry = labs.entry(self._name)
        return [
            Action(f"{entry.title}: {title}", "View", partial(self._go_to, entry.name, name))
            for name, title in entry.views
        ]

    def _begin(self) -> None:
        """Shows what a session that was opened was looked at in, else the lab that was shown last."""
        last = self.remembered.lab
        first = last if last in (entry.name for entry in labs.LABS) else labs.LABS[0].name
        if self.session.opened is None:
            self.show_lab(first)
        self._look_as_opened(first)
        self.session.shows = self._looked
        self.tabs.lab_chosen.connect(self._go_to_titled)
        self.views.view_chosen.connect(self._look_at_titled)
        welcome = labs.entry(self._name).welcome
        self.say(welcome if welcome and self.session.experiment == Experiment() else READY)

    def begin(self) -> None:
        """Has the session train once all of it is seen, so that nobody misses the start."""
        self._begins = True

    def _go_to_titled(self, title: str) -> None:
        self._go_to(next(entry.name for entry in labs.LABS if entry.title == title))

    def _look_at_titled(self, title: str) -> None:
        self._go_to(self._name, next(name for name, said in labs.entry(self._name).views if said == title))

    def _go_to(self, name: str, view: str = "") -> None:
        """Shows a lab and view that the person chose, and says what to do there: what was said was of another place."""
        place, said = (self._name, self._chosen.get(self._name)), self.words.said
        self.show_lab(name, view)
        moved = (self._name, self._chosen.get(self._name)) != place
        if moved and self.words.said == said and not self.session.alarm:
            self._held = False
            self.say(labs.entry(self._name).task_in(self._chosen[self._name]) if self._chosen[self._name] else READY)

    def show_lab(self, name: str, view: str = "") -> None:
        """Shows a lab, made now if it was not yet, in a view of it, the one chosen last if none is named.

        Raises: ValueError for a lab or view that there is not.
        """
        entry, before = labs.entry(name), self._name
        last = self._chosen.get(name) or self.remembered.view(name)
        known = [one for one, _ in entry.views]
        view = labs.checked_view(entry, view or (last if last in known else ""))
        if (name, view) == (before, self._chosen.get(name)):
            return
        lab = self._made(entry, view)
        if before and before != name:
            for part in self.lab.parts:
                part.lab_left()
            self.words.lay_out_anew()  # without the notes of the lab that was left
        self._name, self._chosen[name] = name, view
        if entry.views:
            lab.page.show_view(view)
        self._unveiling.finish()  # of what was under way only what is seen from now on
        if name != before:
            self._bring_up(lab)
            self.tabs.set_lab(entry.title)
        self._show_bars()
        titles = [title for _, title in entry.views]
        self.views.show_views(entry.title, titles, entry.title_of(view) if view else "")
        for part in self._hearing():
            part.lab_shown()
        if before:
            self.remembered.lab = name
        if view:
            self.remembered.set_view(name, view)

    def _made(self, entry: labs.Entry, view: str = "") -> Lab:
        if entry.name not in self._labs:
            made = self._labs[entry.name] = import_module(entry.module).make(self)
            made.page.trains_changed.connect(self._show_bars)
            self._stack.addWidget(made.page)
            self._bind_keys(made.actions(), made.page)
            if self._name and entry.welcome:
                self.say(entry.task_in(view))  # what it then cannot show, or begins with, is more to the point
            if kept := self._kept.pop(entry.name, None):
                self._restore(made, kept)
        return self._labs[entry.name]

    def _tell_foot(self, lab: Lab | None = None) -> None:
        """Has the shown lab's page, or another, know what is taken below it: branches, and words in several lines."""
        if lab or self._name:
            below = self.timeline.height() if (lab or self.lab).page.trains else 0
            (lab or self.lab).page.set_foot(below + self.words.growth)

    def _show_bars(self) -> None:
        """Transport and timeline stand only around what trains."""
        self.transport.setVisible(self.lab.page.trains)
        self.part(Presenting).show_timeline()
        self._tell_foot()

    def _bring_up(self, lab: Lab) -> None:
        """Has the page take on all that it missed, and gives it the frame."""
        self._tell_foot(lab)
        lab.page.show_experiment(self.session.moved)
        self._stack.setCurrentWidget(lab.page)
        self._unveiling.begin(lab.page, self._putting_on_shown(self.theme) if self._dressed else ())
        self.frame.show(lab)
        for part in lab.parts:
            part.experiment_changed()

    # -- what a session's file says of labs -----------------------------------------------------------------------

    def _looked(self) -> Shown | None:
        """How the session is looked at now; None as long as there is nothing to say of it."""
        views = {name: view for name, view in self._chosen.items() if view}
        of_all = {**self._kept, **{name: lab.kept() for name, lab in self._labs.items()}}
        kept = {name: dict(record) for name, record in of_all.items() if record}
        if self._name == labs.LABS[0].name and not views and not kept:
            return None
        return Shown(self._name, views, kept)

    def _look_as_opened(self, otherwise: str = "") -> None:
        """Looks at a session that was opened as it was looked at when it was saved, as far as there are such labs."""
        shown, self.session.opened = self.session.opened, None
        if shown is not None:
            self._look(shown, otherwise)

    def visit(self, place: LabView) -> None:
        """Shows a lab in a view, with what it is to show there. Raises: ValueError for one that there is not."""
        view = labs.checked_view(labs.entry(place.lab), place.view)
        kept = {place.lab: place.kept} if place.kept else {}
        self._look(Shown(place.lab, {place.lab: view} if view else {}, kept))

    def _look(self, shown: Shown, otherwise: str = "") -> None:
        known = {entry.name: entry for entry in labs.LABS}
        for name, record in shown.kept.items():
            if name in self._labs:
                self._restore(self._labs[name], record)
            elif name in known:
                self._kept[name] = record
        views = {lab: view for lab, view in shown.views.items() if lab in known and view in dict(known[lab].views)}
        name = shown.lab if shown.lab in known else otherwise or self._name
        self._chosen |= {lab: view for lab, view in views.items() if lab != name}
        self.show_lab(name, views.get(name, ""))

    def _restore(self, lab: Lab, record: Mapping[str, Any]) -> None:
        try:
            lab.restore(record)
        except ValueError as problem:
            self.say(cut(str(problem)), alarm=True)  # which may quote a stranger's file

    # -- moves ----------------------------------------------------------------------------------------------------

    def say(self, sentence: str, alarm: bool = False) -> None:
        """Shows one sentence in the place of words."""
        self.words.say(sentence, alarm)

    def hold(self, sentence: str) -> None:
        """Shows a sentence that stays until something is moved or goes wrong, or the person goes elsewhere."""
        self.say(sentence)
        self._held = True

    def move_knob(self, path: str, value: Value, side: Side | None = None) -> None:
        """Sets a knob, of twins of the side that the controls move if no other is said; or says why not."""
        self._held = False
        try:
            self.session.move(path, value, side=side)
            if not self._passed_on:  # once a frame at most: a mouse may move a control a thousand times a second
                self._passed_on = True
                self.session.pass_on()
        except (ValueError, LookupError) as problem:
            self.say(str(problem), alarm=True)
            self.lab.page.show_experiment(self.session.moved)
        self.follow()

    def go_to(self, tick: int) -> None:
        """Goes back, or forward again, to a moment of the training, and shows it everywhere."""
        self.session.go_to(tick)
        self.follow()
        self.frame.show_moment()

    def do(self, act: Callable[[], object]) -> None:
        """Does something to the session, after which everything follows."""
        self._held = False
        act()
        self.follow()

    def follow(self) -> None:
        """Something was moved: controls, memory and drawing follow."""
        self.frame.wake()
        if self.session.in_force != self._shown:
            (_, twin, _), self._shown = self._shown, self.session.in_force
            if (twin is None) != (self.session.twin is None):
                self._make_room()
            self.lab.page.show_experiment(self.session.moved)
            for part in self._hearing():
                part.experiment_changed()

    # -- the frame ------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._passed_on = False
        snapshot = self.session.take()
        if snapshot is not None:
            self.transport.show_status(snapshot.status, self.ticker.frames_per_second)
            self.timeline.show_status(snapshot.status, self.session.going)
            self.frame.hand_out(snapshot)
        self.frame.draw_sources()
        self._unseen.frame(self._labs.values())
        if self.session.opened is not None:
            self._look_as_opened()
        if self._begins and self.up_to_date:
            self._begins = False
            self.session.play(True)
        if not self.session.awaiting:
            self.frame.ask()
        if self.session.message:
            if self.session.alarm or not self._held:
                self.say(self.session.message, self.session.alarm)
            self.session.message = ""
        if self.session.in_force != self._shown:
            self.follow()
        next(self._dressing, None)

    def draw_all(self) -> None:
        """Has all that is seen drawn anew with the next snapshot; `up_to_date` says when that is done."""
        self.frame.draw_all()

    @property
    def at_rest(self) -> bool:
        """Whether nothing has changed for a while, so that what is drawn stays as it is."""
        return self.frame.at_rest

    @property
    def up_to_date(self) -> bool:
        """Whether every panel that is seen shows the network that is being trained."""
        return self.frame.up_to_date and not self._unveiling.waits

    # -- the window itself ----------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes one file at a time."""
        if _dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Says which file was dropped."""
        path = _dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    def unveil(self, page: QWidget) -> None:
        """Has a page that comes into sight painted over a few frames."""
        self._unveiling.begin(page)

    def _make_room(self) -> None:
        """Twins begin or end, for which all is laid out anew: it is painted over a few frames."""
        if on_screen(self) and not self._unveiling.waits:
            self._unveiling.keep(self.body)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type everywhere: what is seen within a few frames, and then what is hidden."""
        gradual = self._name in self._themed and theme.scale == self.theme.scale and on_screen(self)
        self.theme, self._dressed, self._dressing = theme, True, iter(())
        if gradual:
            self._unveiling.change(self.body, chain(self._putting_on_shown(theme), self._putting_on_bars(theme)))
            return
        self._unveiling.finish()
        for _ in self._putting_on_bars(theme):
            pass
        if self._name:
            self._unveiling.begin(self.lab.page, self._putting_on_shown(theme))

    def _putting_on_bars(self, theme: Theme) -> Iterator[None]:
        """Has all but the labs take on the theme, a part at each step, and the ground last, which is seen at once."""
        self.timeline.set_theme(theme)
        bars = scaled(theme, min(theme.scale, largest_scale(self.width(), self.height())))  # they are as wide as ever
        for bar in (self.tabs, self.views, self.transport):
            style.stand(bar)
            bar.set_theme(bars)
            yield
        style.stand(self.words)
        self.words.set_theme(theme)
        for part in self.parts:
            part.set_theme(theme)
            yield
        QToolTip.setFont(font(12, 400, theme.scale))  # Qt's own font, where no widget says another
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(style.palette(theme))
        self.setPalette(style.palette(theme))  # the application's reaches a window some events later
        self._tell_foot()

    def _putting_on_shown(self, theme: Theme) -> Iterator[None]:
        """Has what would be seen of the shown lab take on the theme, until another is shown or another put on."""
        name = self._name
        for step in self._putting_on(name, theme):
            yield step
            if name != self._name or theme is not self.theme:  # what is left is for when there is time
                return

    def _putting_on(self, name: str, theme: Theme) -> Iterator[None]:
        """Has what would be seen of a lab take on the theme, a part at each step; of the shown one then the others."""
        if self._themed.get(name) is theme:
            return
        for step in self._labs[name].page.dressing(theme):
            yield step
            if self._themed.get(name) is theme:  # it was shown meanwhile
                return
        self._themed[name] = theme
        for part in self._labs[name].parts:
            part.set_theme(theme)
        if name == self._name:
            self._dressing = self._dress_later(theme)

    def _dress_later(self, theme: Theme) -> Iterator[None]:
        """Has what is not seen take on the theme, a part at each step: whoever goes there need not wait for it."""
        for _ in range(UNTOUCHED):
            yield
        for name, lab in list(self._labs.items()):
            yield from self._putting_on(name, theme)
            yield from lab.page.dressing_unseen(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._unveiling.finish()  # what is kept on screen of it would be in the wrong place
        self.resized.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keeps the window's place, has every part end, and ends the worker."""
        self.ticker.stop()
        self.frame.stop()
        self.remembered.geometry = self.saveGeometry()
        self.remembered.save()
        for part in chain(self.parts, *(lab.parts for lab in self._labs.values())):
            part.close()
        self.ready.clear()
        self.session.close()
        super().closeEvent(event)


def first_size(screen: QSize) -> QSize:
    """The size of a window that was never shown, on a `screen` that has so much room for it and its title bar."""
    least, usual = QSize(*SMALLEST), QSize(*USUAL)
    return usual.boundedTo(screen - QSize(0, TITLE_BAR)).expandedTo(least)


def _dropped(data: QMimeData) -> Path | None:
    urls = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
