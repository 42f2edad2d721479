"""The display tick: a steady timer, which panel is to be drawn in which frame, and how evenly frames have come."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from hyperscope.ui.panels import Panel

FRAME = 16  # ms; QTimer counts whole ones, and 62 even frames a second look better than 60 uneven ones
REMEMBERED = 600  # frame gaps
SETTLING = 1500  # ms after which all that a window is made of exists
BETWEEN_FULL = 20.0  # s between two times that the garbage collector goes through all there is, in 5 to 10 ms


class Frames(QObject):
    """The beat of a window's frames, for whoever does a part of something in each."""

    drawn = Signal()  # a frame's panels; what else belongs to it is to be done now
    count = 0  # that have begun
    whole = False  # whether each is to show all there is, however long it takes: it becomes a picture


frames = Frames()


def on_screen(widget: QWidget | None) -> bool:
    """Whether somebody watches it come, rather than that it becomes a picture."""
    if widget is None or frames.whole or not widget.isVisible():
        return False
    return not widget.window().testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)


class Ticker(QObject):
    """Calls `tick` some sixty times a second and remembers how evenly."""

    def __init__(self, tick: Callable[[], None]) -> None:
        super().__init__()
        self._tick = tick
        self._last = 0.0
        self.gaps: deque[float] = deque(maxlen=REMEMBERED)  # s between ticks
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._fire)

    def start(self) -> None:
        """Begins to tick."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Ends it."""
        self._timer.stop()

    @property
    def frames_per_second(self) -> float:
        """Ticks per second over the last second or so."""
        recent = list(self.gaps)[-60:]
        return len(recent) / sum(recent) if recent and sum(recent) > 0 else 0.0

    def _fire(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now
        frames.count += 1
        self._tick()
        frames.drawn.emit()


def settle() -> None:
    """Takes what exists soon, modules and widgets mostly, out of the garbage collector's way, once for a process, and
    has it collect between frames from then on.

    It would go through all of it every ten seconds or so, which took 60 to 90 ms: several frames. A start may have
    switched it off until then: what it would go through while all is being made is not garbage yet.
    """
    QTimer.singleShot(SETTLING, _settle)


def _settle() -> None:
    gc.freeze()
    collecting.begin()


class Collecting:
    """Has the garbage collector work between frames, and on the window's thread alone.

    By itself it works wherever something is made: amid a paint event, or on a thread that takes in what another process
    sends, where what it finds of Qt's must not be deleted.
    """

    def __init__(self) -> None:
        self._begun = False
        self.due = 0.0  # the time (s) from which on all there is is gone through

    def begin(self) -> None:
        """Does so from now on, as long as there are frames."""
        gc.disable()
        if not self._begun:
            self._begun, self.due = True, time.monotonic() + BETWEEN_FULL
            frames.drawn.connect(self._collect)

    def end(self) -> None:
        """Leaves it to itself again."""
        if self._begun:
            self._begun = False
            frames.drawn.disconnect(self._collect)
        gc.enable()

    def _collect(self) -> None:
        made, young, _ = gc.get_count()
        most, most_young, _ = gc.get_threshold()
        if made <= most:
            return
        if young <= most_young:
            gc.collect(0)
        elif (now := time.monotonic()) < self.due:
            gc.collect(1)
        else:
            self.due = now + BETWEEN_FULL
            gc.collect()


collecting = Collecting()


class Turns:
    """Whose turn it is to be drawn: at most one panel a frame, the one most overdue, so that frames stay short."""

    def __init__(self, panels: Sequence[Panel]) -> None:
        self._panels = tuple(panels)
        self._drawn = {id(panel): 0.0 for panel in panels}

    def next(self, now: float) -> Panel | None:
        """The visible panel that is most overdue at `now` (s), counted in its own frames; None if none is."""
        due = [(self._overdue(panel, now), number) for number, panel in enumerate(self._panels) if panel.isVisible()]
        if not due or max(due)[0] < 0.75:  # of its own frame: waiting for a whole one would round all rates down
            return None
        panel = self._panels[max(due)[1]]
        self._drawn[id(panel)] = now
        return panel

    def _overdue(self, panel: Panel, now: float) -> float:
        return (now - self._drawn[id(panel)]) * panel.rate


class OncePainted(QObject):
    """Does something once all is painted that is to be painted now; a timer, even one of no time, may come before."""

    def __init__(self, do: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._do = do

    def tell(self) -> None:
        """Has it done once."""
        QCoreApplication.postEvent(self, QEvent(_PAINTED), Qt.EventPriority.LowEventPriority.value - 1)

    def event(self, event: QEvent) -> bool:
        if event.type() != _PAINTED:
            return super().event(event)
        self._do()
        return True


_PAINTED = QEvent.Type(QEvent.registerEventType())
