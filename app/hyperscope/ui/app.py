"""Starting and ending the program around its window."""

from __future__ import annotations

import sys
import time
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.lab.machine import interrupts, last_fault
from hyperscope.lab.session.session import Session
from hyperscope.quoting import short
from hyperscope.terminal import log
from hyperscope.ui.ahead import load_ahead
from hyperscope.ui.pacing import settle
from hyperscope.ui.parts.files import Files
from hyperscope.ui.window import Window

APPEARS = 1.0  # s after which a window is seen though the first pictures have not come
TURN = 0.0005  # s that a thread keeps another waiting; of the usual 5 ms two are felt, to the worker and back
HEED_EVERY = 50  # ms between two looks at whether Ctrl+C was pressed, or the process asked to end: as the close button


AGAIN = "Your experiment of last time, from its start. What you trained before is in Runs: press L to see or reopen it."


def application() -> QApplication:
    """The one QApplication, made if there is none, with the look that the themes are drawn for."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    sys.setswitchinterval(TURN)
    made = QApplication([sys.argv[0] if sys.argv else "hyperscope"])
    made.setApplicationName("Hyperscope")
    made.setStyle("Fusion")
    for effect in (Qt.UIEffect.UI_FadeTooltip, Qt.UIEffect.UI_AnimateTooltip):
        made.setEffectEnabled(effect, False)  # one that fades in begins as a black box on some desktops
    return made


def open_window(
    session: Session, theme: str = "", table: Path | None = None, *, again: bool = False, place: LabView | None = None
) -> int:
    """Shows a session in the window, over it the dialog that opens `table`, and returns when the window is closed,
    with the exit code.

    One that stands at its start trains as soon as that is seen. Says where to find earlier runs if it is that of last
    time `again`. A `place` is looked at first.
    """
    app = application()
    window = Window(session, theme)
    if again:
        window.hold(AGAIN)
    told: set[object] = set()
    sys.excepthook = lambda kind, value, trace: _say_fault(window, told, kind, value, trace)
    if place is not None:
        window.visit(place)
    appear(window)
    if session.going is None:
        window.begin()
    settle()
    ahead = load_ahead(window.ready)
    watch = QTimer()
    watch.timeout.connect(lambda: app.closeAllWindows() if interrupts.asked() else None)
    watch.start(HEED_EVERY)
    if table is not None:
        ask_to_open(window, table)
    code = app.exec()
    watch.stop()
    ahead.stop()
    session.close()
    return code


def appear(window: Window) -> None:
    """Shows the window once, with all in its place and its first pictures: it is laid out and drawn unseen before."""
    unseen = Qt.WidgetAttribute.WA_DontShowOnScreen
    window.setAttribute(unseen)
    window.show()
    ends = time.monotonic() + APPEARS
    while not window.up_to_date and time.monotonic() < ends:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    window.hide()
    window.setAttribute(unseen, False)
    window.show()


def ask_to_open(window: Window, table: Path) -> None:
    """Opens the dialog for a table as soon as the window has been seen."""
    QTimer.singleShot(0, window, lambda: window.part(Files).open(table))


def _say_fault(
    window: Window, told: set[object], kind: type[BaseException], value: BaseException, trace: TracebackType | None
) -> None:
    """A fault in drawing must not end a lecture: it is printed, said in the place of words, and training goes on."""
    place = kind, tuple((frame.filename, frame.lineno) for frame in traceback.extract_tb(trace))
    if place in told:  # what fails in one frame fails in the next
        return
    told.add(place)
    last_fault.keep(kind, trace)
    log("".join(traceback.format_exception(kind, value, trace)))
    sentence = f"A fault of Hyperscope's, please report it: {kind.__name__}: {short(str(value))}"
    window.words.say(f"{sentence}. 'hyperscope doctor --report' says what a report needs.", alarm=True)


def smoke(seconds: float = 3.0) -> str:
    """Opens the real window on the starting experiment, sees it train, closes it; says what was seen.

    Raises: RuntimeError if no network was trained and drawn in that time.
    """
    session = Session(Experiment())
    app = application()
    window = Window(session)
    window.show()
    seen: list[float] = []
    deadline = time.monotonic() + 30
    started = time.monotonic()

    def look() -> None:
        status = session.status
        if status.step > 200 and status.train_accuracy > 0.5:
            seen.append(status.train_accuracy)
        if (seen and time.monotonic() - started > seconds) or time.monotonic() > deadline:
            window.close()
            app.quit()

    watch = QTimer()
    watch.timeout.connect(look)
    watch.start(50)
    app.exec()
    watch.stop()
    step, rate = session.status.step, window.ticker.frames_per_second
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if not seen:
        raise RuntimeError("the window opened, but no trained network came into it within 30 seconds")
    return f"Window opened, {step} steps trained, train accuracy {seen[-1]:.1%}, {rate:.0f} frames/s, window closed."
