"""Random use of the window for as long as one likes: `python tests/soak/random_use.py --seconds 7200 --seed 1`.

Moves, labs, presets, twins, undo, time travel and files, and a mouse that clicks, drags and types at whatever is on
screen, drawn by the seed among what can be done there, with the window offscreen and a real training process. What
went wrong is said with the last things done before it: errors and warnings, memory that grows after the first ten
minutes, and frames that the window worked on for more than a tenth of a second. That is counted by the processor:
between two frames of a busy machine time passes in which nothing works. Where the machine was slower just then than it
usually was in this run, which `yardstick` says, a frame counts as what it would have taken else.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QWidget,
)
from shiboken6 import isValid

from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import Experiment, every_knob
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.machine.threads import use_one_thread
from hyperscope.lab.session.session import Session
from hyperscope.resources import asset
from hyperscope.ui import labs
from hyperscope.ui.ahead import load_ahead
from hyperscope.ui.app import application
from hyperscope.ui.labs.frameworks.lab import CodeOfSession
from hyperscope.ui.pacing import collecting, settle
from hyperscope.ui.parts.files import Files
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window

sys.path.insert(0, str(Path(__file__).parents[1]))
from soak.witness import Witness
from soak.yardstick import Yardstick

LONG_FRAME = 0.1  # s
TOLD_FRAME = 0.06  # s from which on a frame is told of, though it is no fault
SETTLED = 600.0  # s after which memory is to be flat
GROWN = 60e6  # bytes that it may wander by then: caches fill, and the allocator returns what it likes
SAMPLED = 5.0  # s between two looks at memory
LAST = 8  # things done before a fault that are told with it
HEAVY = 20_000  # examples × parameters beyond this many thousand are left alone: such a step takes long by itself
TYPED = ("0.01", "7", "-3", "abc", "", "1e9", "12,5", "#<b>")  # into what takes text
LEFT_OUT = ("Close", "Full screen")


@dataclass(frozen=True)
class Used:
    """Bytes of the window's process, of the training process, and of all jobs, and how many of these there are."""

    window: float = 0.0
    training: float = 0.0
    jobs: float = 0.0
    processes: int = 0

    def words(self) -> str:
        """In MB."""
        parts = (
            f"window {self.window / 1e6:.0f}",
            f"training {self.training / 1e6:.0f}",
            f"jobs {self.jobs / 1e6:.0f}",
        )
        return f"{', '.join(parts)} MB in {self.processes} jobs"


@dataclass(frozen=True, order=True)
class Gap:
    """A frame that took so many seconds of work, after something was `done`, while the machine took `slowness` times as
    long as usual for the same.
    """

    work: float
    slowness: float
    done: str

    @property
    def long(self) -> bool:
        """Whether it would have taken too long at the usual speed, too."""
        return self.work / self.slowness > LONG_FRAME

    def words(self) -> str:
        """In ms."""
        slow = f", the machine {self.slowness:.1f} times as slow as usual," if self.slowness > 1.05 else ""
        return f"{1000 * self.work:.0f} ms{slow} after {self.done}"


@dataclass
class Found:
    """What went wrong, each with the last things done before it, and what was measured."""

    faults: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    longest: float = 0.0  # s between two frames, waiting for the processor and all
    memory: list[tuple[float, Used]] = field(default_factory=list)  # s since the start, and what is used by then
    done: int = 0

    @property
    def grown(self) -> float:
        """Bytes by which window and training process grew from the first third to the last of the time after `SETTLED`.

        0 before that. A job's memory goes when it ends.
        """
        settled = [used.window + used.training for seconds, used in self.memory if seconds > SETTLED]
        third = len(settled) // 3
        return _middle(settled[-third:]) - _middle(settled[:third]) if third else 0.0

    def words(self) -> str:
        """All of it, for a person."""
        lines = [f"{self.done} things done"]
        if self.memory:
            first, last = self.memory[0][1], self.memory[-1][1]
            lines.append(f"memory at first: {first.words()}; at last: {last.words()}")
            lines.append(f"grown by {self.grown / 1e6:.1f} MB after {SETTLED:.0f} s")
        at_usual = sum(gap.long for gap in self.gaps)
        lines.append(
            f"{len(self.gaps)} frames over {1000 * LONG_FRAME:.0f} ms, {at_usual} of them at the usual speed, too"
        )
        lines += [f"    {gap.words()}" for gap in sorted(self.gaps)[:-9:-1]]
        lines.append(f"the longest time between two frames {1000 * self.longest:.0f} ms")
        return "\n".join([*lines, f"{len(self.faults)} faults", *self.faults])


class Overheard(Window):
    """A window whose sentences somebody hears."""

    heard: Callable[[str], None] | None = None

    def say(self, sentence: str, alarm: bool = False) -> None:
        super().say(sentence, alarm)
        if self.heard is not None:
            self.heard(sentence)


class RandomUse:
    """A person who does one thing after another to `window`, as `seed` has it; some of them over many `frame`s."""

    def __init__(self, window: Window, seed: int, folder: Path, witness: Witness, say: Callable[[str], None]) -> None:
        self.window, self.folder, self._witness, self._say = window, folder, witness, say
        self.found, self.yardstick = Found(), Yardstick()
        self._draw = random.Random(seed)
        self._last: deque[str] = deque(maxlen=LAST)
        self._begun = time.thread_time()
        self._saved: list[Path] = [Path(str(asset("datasets/iris.csv")))]
        # each with how often, out of all
        self._things: tuple[tuple[int, Callable[[], str]], ...] = (
            (12, self._move),
            (4, self._drag),
            (5, self._transport),
            (3, self._layers),
            (4, self._undo),
            (4, self._travel),
            (2, self._branch),
            (3, self._twin),
            (2, self._side),
            (3, self._lab),
            (6, self._click),
            (6, self._mouse),
            (2, self._wheel),
            (2, self._type),
            (1, self._preset),
            (1, self._look_at_presets),
            (2, self._file),
            (1, self._folder_of_code),
            (4, self._action),
            (2, self._keys),
            (1, self._resize),
        )

    def do_something(self) -> str:
        """One thing; what it was."""
        (thing,) = self._draw.choices([do for _, do in self._things], [often for often, _ in self._things])
        self._last.append(thing.__name__.strip("_").replace("_", " "))
        self._begin_frame()
        try:
            self._last[-1] = thing()
        except Exception:
            self.fault(traceback.format_exc())
        self.found.done += 1
        self._end_frame()
        return self._last[-1]

    def frame(self) -> None:
        """Lets the window work once, and notes it if that takes long."""
        self._end_frame()
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # which waits for an event loop else
        self._end_frame()

    def _end_frame(self) -> None:
        work = time.thread_time() - self._begun
        if work > TOLD_FRAME:
            seen = self._witness.words()
            gap = Gap(work, self.yardstick.slowness(), " · ".join(list(self._last)[-3:]) or "the start")
            self._say(f"{gap.words()}\n{seen}")
            if work > LONG_FRAME:
                self.found.gaps.append(gap)
        self._begin_frame()

    def _begin_frame(self) -> None:
        self._witness.begin()
        self._begun = time.thread_time()

    def fault(self, said: str) -> None:
        """Something went wrong."""
        self.found.faults.append(f"after {' · '.join(self._last)}:\n{said.strip()}")
        self._say(f"a fault {self.found.faults[-1]}")

    def hear(self, said: str) -> None:
        """What the window says."""
        if "ended unexpectedly" in said or said.startswith("A fault"):
            self.fault(said)

    # -- what is done ---------------------------------------------------------------------------------------------

    def _value(self, knob: Knob, now: Value) -> Value:
        if knob.kind == "choice":
            return self._draw.choice(tuple(knob.choices))
        if knob.kind == "switch":
            return not now
        return knob.at(self._draw.random())

    def _knob(self) -> tuple[str, Knob, Value]:
        listed = [one for one in every_knob(self.window.session.moved) if one[1].kind != "text"]
        return self._draw.choice(listed)

    def _move(self) -> str:
        path, knob, now = self._knob()
        value = self._value(knob, now)
        if _heavy(self.window.session.moved, path, value):
            return f"no move of {path}"
        self.window.move_knob(path, value)
        return f"{path} = {value}"

    def _drag(self) -> str:
        path, knob, now = self._knob()
        for _ in range(30):
            value = self._value(knob, now)
            if not _heavy(self.window.session.moved, path, value):
                self.window.move_knob(path, value)
            self.frame()
        return f"a drag of {path}"

    def _transport(self) -> str:
        bar = self.window.transport
        buttons = (bar.restart_button, bar.new_button, bar.play_button, bar.batch_button, bar.epoch_button)
        button = self._draw.choice((*buttons, bar.play_button, bar.slow_button))
        if button.isEnabled():
            button.click()
        return button.accessibleName()

    def _layers(self) -> str:
        session, layers = self.window.session, self.window.session.moved.network.layers
        if self._draw.random() < 0.5 or not layers:
            self.window.do(session.add_layer)
            return "a layer more"
        number = self._draw.randrange(len(layers))
        self.window.do(lambda: session.remove_layer(number))
        return f"without layer {number}"

    def _undo(self) -> str:
        back = self._draw.random() < 0.6
        self.window.do(self.window.session.undo if back else self.window.session.redo)
        return "undo" if back else "redo"

    def _travel(self) -> str:
        end = self.window.session.status.end
        for _ in range(self._draw.choice((1, 1, 20))):
            tick = self._draw.randint(0, max(0, end))
            self.window.go_to(tick)
            self.frame()
        return f"to tick {tick} of {end}"

    def _branch(self) -> str:
        session = self.window.session
        if session.status.branches and self._draw.random() < 0.6:
            key = self._draw.choice(session.status.branches).key
            self.window.do(lambda: session.switch(key))
            return f"to branch {key}"
        self.window.do(session.branch)
        return "a branch"

    def _twin(self) -> str:
        self.window.do(self.window.part(TwinPart).toggle)
        return "twin"

    def _side(self) -> str:
        side = self._draw.choice(("A", "B", "both"))
        self.window.do(lambda: self.window.session.set_side(side))
        return f"side {side}"

    def _lab(self) -> str:
        entry = self._draw.choice(labs.LABS)
        view = self._draw.choice(entry.views)[0] if entry.views else ""
        self.window.show_lab(entry.name, view)
        return f"lab {entry.name} {view}".rstrip()

    def _preset(self) -> str:
        preset = self._draw.choice(presets())
        self.window.part(Presets).take(preset)
        return f"preset {preset.name}"

    def _look_at_presets(self) -> str:
        self.window.part(Presets).toggle()
        return "presets"

    def _file(self) -> str:
        files = self.window.part(Files)
        if self._draw.random() < 0.5:
            path = self.folder / f"{len(self._saved)}.json"
            files.save(path)
            self._saved.append(path)
            return f"saved {path.name}"
        path = self._draw.choice(self._saved)
        files.open(path)
        return f"opened {path.name}"

    def _folder_of_code(self) -> str:
        self.window.show_lab("frameworks")
        self.window.part(CodeOfSession).save(self.folder / f"code-{self._draw.randrange(3)}")
        return "a folder of code"

    def _action(self) -> str:
        action = self._draw.choice([one for one in self.window.all_actions if not one.name.startswith(LEFT_OUT)])
        self.window.do(action.run)
        return f"action {action.name}"

    def _keys(self) -> str:
        key = self._draw.choice((Qt.Key.Key_Escape, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Right, Qt.Key.Key_S))
        QTest.keyClick(QApplication.focusWidget() or self.window, key)
        return f"key {key.name}"

    # -- with the mouse -------------------------------------------------------------------------------------------

    def _shown(self, kind: type[QWidget] = QWidget) -> list[QWidget]:
        """What can be used now, of the window or of what has opened over it."""
        over = [one for one in QApplication.topLevelWidgets() if one.isVisible() and not isinstance(one, QFileDialog)]
        top = QApplication.activeModalWidget() or self._draw.choice(over or [self.window])
        found = [one for one in top.findChildren(kind) if one.isVisible() and one.isEnabled()]
        return [one for one in found if not one.visibleRegion().isEmpty()]

    def _found(self, widget: QWidget) -> str:
        """What it is that was looked for, which takes time that is not the window's."""
        self._begin_frame()
        return _named(widget)

    def _click(self) -> str:
        buttons = self._shown(QAbstractButton)
        if not buttons:
            return "no button"
        button = self._draw.choice(buttons)
        name = self._found(button)
        QTest.mousePress(button, Qt.MouseButton.LeftButton)
        self.frame()  # nobody lets go of it in the same one, and pressing has all painted that waits for that
        if _still(button):
            QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
        return f"a click on {name}"

    def _mouse(self) -> str:
        """The mouse over something, mostly with its button down: from one place there to others."""
        widgets = [*self._shown(), *self._shown(QAbstractSlider)]
        if not widgets:
            return "no mouse"
        widget = self._draw.choice(widgets)
        name, pressed = self._found(widget), self._draw.random() < 0.7
        places = [self._place(widget.visibleRegion().boundingRect()) for _ in range(self._draw.choice((1, 4, 20)))]
        if pressed:
            QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places:
            if not _still(widget):
                return f"the mouse over {name}, which went"
            QTest.mouseMove(widget, place)
            self.frame()
        if pressed and _still(widget):
            QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=places[-1])
        return f"{'a drag' if pressed else 'the mouse'} over {name}"

    def _place(self, within: QRect) -> QPoint:
        x, y = self._draw.random(), self._draw.random()
        return within.topLeft() + QPoint(int(x * (within.width() - 1)), int(y * (within.height() - 1)))

    def _wheel(self) -> str:
        widget = self._draw.choice(self._shown() or [self.window])
        at, name = QPointF(widget.rect().center()), self._found(widget)
        turned = QPoint(0, self._draw.choice((-480, -120, 120, 480)))
        none, begin = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        key = Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(at, QPointF(widget.mapToGlobal(at.toPoint())), QPoint(), turned, none, key, begin, False)
        QApplication.sendEvent(widget, event)
        return f"the wheel over {name}"

    def _type(self) -> str:
        takers = [*self._shown(QLineEdit), *self._shown(QAbstractSpinBox), *self._shown(QComboBox)]
        if not takers:
            return "nothing to type into"
        taker, typed = self._draw.choice(takers), self._draw.choice(TYPED)
        name = self._found(taker)
        taker.setFocus()
        QTest.keyClick(taker, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(taker, typed)
        self.frame()
        if _still(taker):
            QTest.keyClick(taker, Qt.Key.Key_Return)
        return f"{typed!r} typed into {name}"

    def _resize(self) -> str:
        width, height = self._draw.choice(((1000, 700), (1280, 800), (1920, 1080)))
        self.window.resize(width, height)
        return f"{width} x {height}"


def _heavy(experiment: Experiment, path: str, value: Value) -> bool:
    """Whether a move makes steps that take long by themselves, which the window then says."""
    points = value if path == "data.points" else experiment.data.points
    units = [layer.units for layer in experiment.network.layers]
    units = [*units, int(value)] if path.endswith(".units") else units
    parameters = sum(before * after for before, after in zip([64, *units], [*units, 10], strict=True))
    return int(points) * parameters > 1000 * HEAVY


def _named(widget: QWidget) -> str:
    """What it is, and says of itself."""
    said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
    return f"{type(widget).__name__} {said[:40]!r}" if said else type(widget).__name__


def _still(widget: QWidget) -> bool:
    """Whether it is there and seen, after what was done before."""
    return isValid(widget) and widget.isVisible()


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


@contextmanager
def heard(use: RandomUse) -> Iterator[None]:
    """Meanwhile faults in what Qt calls, and warnings of Qt, Python and NumPy, are found."""
    hook = sys.excepthook
    sys.excepthook = lambda kind, value, trace: use.fault("".join(traceback.format_exception(kind, value, trace)))

    def message(kind: QtMsgType, _: Any, said: str) -> None:
        if kind != QtMsgType.QtDebugMsg and "This plugin does not support" not in said:
            use.fault(f"Qt: {said}")

    def warned(said: Warning | str, kind: type[Warning], file: str, line: int, *_: object) -> None:
        use.fault(f"{kind.__name__}: {said} ({Path(file).name}:{line})")

    before = qInstallMessageHandler(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", RuntimeWarning)
            warnings.showwarning = warned
            yield
    finally:
        sys.excepthook = hook
        qInstallMessageHandler(before)


@contextmanager
def at_home_in(folder: str) -> Iterator[None]:
    """Meanwhile what is exported to where a person's pictures lie is written there."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


def used(training: int | None) -> Used:
    """What this process and all that it has started use; the training process is the one with this number."""
    found = {"window": float(psutil.Process().memory_info().rss), "training": 0.0, "jobs": 0.0}
    jobs = 0
    for process in psutil.Process().children(recursive=True):
        try:
            size = process.memory_info().rss
            kind = "training" if process.pid == training else "jobs"
            jobs += kind == "jobs" and "spawn_main" in " ".join(process.cmdline())
        except psutil.Error:  # it has just ended
            continue
        found[kind] += size
    return Used(found["window"], found["training"], found["jobs"], jobs)


def random_use(seconds: float, seed: int, most: int = sys.maxsize, say: Callable[[str], None] = print) -> Found:
    """Uses a window for so long, or until `most` things are done, and returns what was found."""
    app = application()
    witness = Witness()
    with tempfile.TemporaryDirectory(prefix="hyperscope-use-") as folder, at_home_in(folder):
        session = Session(Experiment(), library=Path(folder) / "runs.sqlite")
        window = Overheard(session, "light", Remembered(forgetful=True))
        use = RandomUse(window, seed, Path(folder), witness, say)
        witness.start()
        with heard(use), left_to_python():
            window.heard = use.hear
            window.show()
            settle()
            ahead = load_ahead(window.ready, 0.0)
            while not ahead.done:
                _go_on(window, use, 0.1)
            _go_on(window, use, 2.0)  # Qt, its fonts and the first pictures: not what is looked for
            use.found.gaps.clear()
            use.found.longest = 0.0
            _use(app, window, use, seconds, most, say)
            pid = session.worker_pid
            window.close()
            window.deleteLater()
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if pid is not None and psutil.pid_exists(pid):
                use.fault("the worker was left behind")
        witness.stop()
    return use.found


@contextmanager
def left_to_python() -> Iterator[None]:
    """Gives the garbage collector back afterwards: frames in which it is to work come no more."""
    try:
        yield
    finally:
        collecting.end()


def _use(
    app: QApplication, window: Window, use: RandomUse, seconds: float, most: int, say: Callable[[str], None]
) -> None:
    pause = random.Random(0)  # apart from what is done, so that this follows from the seed alone
    began = looked = time.monotonic()
    told = began
    while (now := time.monotonic()) < began + seconds and use.found.done < most:
        use.do_something()
        _go_on(window, use, pause.choice((0.0, 0.05, 0.3, 1.0)))
        for dialog in app.topLevelWidgets():  # what was opened by an action, and would be in the way of the next
            if dialog is not window and dialog.isVisible() and dialog.isModal():
                dialog.close()
        if now > looked + SAMPLED:
            looked = now
            use.yardstick.look()
            use.found.memory.append((now - began, used(window.session.worker_pid)))
        if now > told + 60:
            told, found = now, use.found
            long = sum(gap.long for gap in found.gaps)
            so_far = f"{found.done} things done, {len(found.faults)} faults, {long} long frames"
            say(f"{now - began:.0f} s: {so_far}, {used(window.session.worker_pid).words()}")
    use.found.memory.append((time.monotonic() - began, used(window.session.worker_pid)))


def _go_on(window: Window, use: RandomUse, seconds: float) -> None:
    """Lets the window work for so long."""
    end = time.monotonic() + seconds
    while True:
        use.frame()
        if time.monotonic() > end:
            break
        time.sleep(0.002)
    use.found.longest = max(use.found.longest, *window.ticker.gaps, 0.0)
    window.ticker.gaps.clear()


def main() -> int:
    """Returns 1 if something went wrong: a fault, memory that grows, or a frame that took long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=7200.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    use_one_thread()  # as the program does
    faulthandler.enable()  # says where Python was, should Qt end the process
    with tempfile.TemporaryDirectory(prefix="hyperscope-home-") as home:
        os.environ["HYPERSCOPE_HOME"] = home
        found = random_use(given.seconds, given.seed)
    print(found.words())
    return int(bool(found.faults or found.grown > GROWN or any(gap.long for gap in found.gaps)))


if __name__ == "__main__":
    sys.exit(main())
