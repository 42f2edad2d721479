"""The curves: loss, accuracy, learning rate or gradient norm over training, with a mark where a control was moved.

It draws `Curves` records, with other runs' behind them, and knows nothing of what trains.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from hyperscope.lab.probes.curves import curves
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.training.curves import Band, Curves, Ghost
from hyperscope.ui import theme as look
from hyperscope.ui.controls.text_choice import TextChoice, TextPush, TextSwitch
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card
from hyperscope.ui.panels.common.axes import epoch_text, number_text
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.common.overlays import Extra
from hyperscope.ui.panels.common.plot import Plot
from hyperscope.ui.panels.common.stretch import LONG, Epochs, Stretch
from hyperscope.ui.panels.common.strokes import Floats
from hyperscope.ui.panels.curves.legend import Legend
from hyperscope.ui.panels.curves.lines import (
    MEASURES,
    Measure,
    lines_of,
    logarithms,
    smoothed,
    thinned,
    within,
    x_of,
    x_ticks,
    y_range,
)
from hyperscope.ui.panels.curves.others import Others
from hyperscope.ui.theme import LIGHT, Theme, font

__all__ = ["CurvesPanel", "smoothed", "thinned"]

Arrangement = tuple[tuple[QWidget, ...], ...]

GAP = 8  # pixels at least between the legend and its neighbours
PLOT = 110  # pixels at scale 1 that more than one row must leave to the plot, ticks included
NONE = np.zeros(0)
NO_CURVES = Curves(NONE, NONE, NONE, NONE, NONE, NONE, NONE)
REACH = (
    "<p>Of a long run the last part is shown, and it goes on with the training. Turn the wheel over the chart to see "
    "less or more, drag it to the side, double-click to follow again. With the keyboard on the chart: arrows, Home "
    "for all, End to follow.</p>"
)
EMPTY = "Press play and the curves appear here"


class CurvesPanel(QWidget):
    """One view of the run, chosen by word; either axis logarithmic or not, x in epochs or steps, smoothed or not.

    `cleared` tells that earlier runs are to be forgotten.
    """

    rate: float = 8.0

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Curves")
        self.setMinimumSize(220, 150)  # less than head and legend ask for side by side: the legend makes way
        self._curves: Curves | None = None
        self._logs = {name: measure.log for name, measure in MEASURES.items()}
        self.turns: InTurn | None = None  # in which a change of size is drawn; at once if there is none
        self.late = False  # whether that is still to be done
        self.others = Others()
        self.view = TextChoice(tuple(MEASURES), "Curve", weight=600)
        for name, measure in MEASURES.items():
            self.view.word(name).setToolTip(measure.tip)
        self.smooth = TextSwitch("smooth", "Smooth the curves")
        self.smooth.setToolTip("Exponential average with β = 0.9, bias-corrected: about the last 10 points.")
        self.log_x = TextSwitch("log x", "Logarithmic time axis")
        self.log_x.setToolTip("Equal factors of time take equal widths; the start, at 0, has no place.")
        self.log = TextSwitch("log y", "Logarithmic value axis", on=True)
        self.log.setToolTip("Equal factors of the value take equal heights.")
        self.clear = TextPush(
            "clear earlier", "Clear earlier runs", "Takes the faint curves of earlier runs away.", self
        )
        self.more = TextPush("axes ▾", "Axes and smoothing", "Smoothing, logarithmic axes, earlier runs.", self)
        for part in (self.clear, self.more):
            part.hide()
        self.legend = Legend()
        self.plot = Plot()
        self.plot.setAccessibleName("Loss over epochs")
        tip = "What time is counted in; a press changes between epochs and steps."
        self.unit = TextPush("epoch", "Time axis in epochs or steps", tip, self)
        self.reach = TextPush("", "How much of the run is shown", REACH, self)
        self.reach.hide()
        self.stretch = Stretch(self)
        self._rows = [QHBoxLayout() for _ in range(3)]
        self._arranged: Arrangement = ()
        self._column = QVBoxLayout(self)
        for row in self._rows:
            self._column.addLayout(row)
        self._column.addWidget(self.plot, 1)
        self.view.chosen.connect(self._view_chosen)
        self.smooth.toggled.connect(self._redraw)
        self.log_x.toggled.connect(self._axes_changed)
        self.log.toggled.connect(self._log_chosen)
        self.unit.clicked.connect(self._change_unit)
        self.clear.clicked.connect(self.cleared)
        self.more.clicked.connect(self._open_menu)
        self.plot.pointed.connect(self._read)
        self.plot.wheeled.connect(lambda notches, x: self.stretch.zoom(notches, self._epoch_at(x), self._run))
        self.plot.dragged.connect(self._drag)
        self.plot.released.connect(lambda: self.stretch.follow())
        self.plot.key_pressed.connect(lambda event: self.stretch.take_key(event, self._run))
        self.reach.clicked.connect(self._change_reach)
        self.stretch.changed.connect(self._axes_changed)
        self.set_theme(LIGHT)
        QWidget.setTabOrder(self.log, self.unit)

    # -- what it shows --------------------------------------------------------------------------------------------

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, wherever somebody looks."""
        return (Ask(curves, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the curves of all sides, if there are any."""
        shown = [found for side in sides if (found := side.records.of(curves)) is not None]
        if shown:
            self._curves, *others = shown
            self.others.set_sides(others)
            self._redraw()

    def set_ghosts(self, ghosts: Sequence[Ghost], owner: str = "") -> None:
        """Draws these runs with this one, in place of those that the same `owner` gave before.

        Without an owner, in place of all that came without one of the same roles; with no ghosts, of all such.
        """
        self.others.set_ghosts(ghosts, owner)
        self._make_room()
        self._redraw()

    def set_band(self, band: Band | Sequence[Band] | None) -> None:
        """Draws the loss of several runs alike as a band with its median; None for no band."""
        self.others.set_bands(() if band is None else (band,) if isinstance(band, Band) else tuple(band))
        self._redraw()

    def share(self, stretch: Stretch) -> None:
        """Shows from now on what others show that have the same stretch."""
        self.stretch.changed.disconnect(self._axes_changed)
        self.stretch = stretch
        stretch.changed.connect(self._axes_changed)

    @property
    def measure(self) -> Measure:
        """What is shown."""
        return MEASURES[self.view.value]

    @property
    def logarithmic(self) -> bool:
        """Whether values are shown by their logarithm."""
        return self.log.isChecked() and not self.measure.share

    def _view_chosen(self, name: str) -> None:
        self.log.setEnabled(not self.measure.share)  # shares of 1 need no logarithm
        self.log.blockSignals(True)
        self.log.setChecked(self._logs[name])
        self.log.blockSignals(False)
        self.plot.setAccessibleName(f"{name} over {self.unit.text()}s")
        self.legend.set_names(self.measure.names)
        self._make_room()
        self._axes_changed()

    def _log_chosen(self, on: bool) -> None:
        self._logs[self.view.value] = on
        self._redraw()

    def _change_unit(self) -> None:
        self.unit.setText("step" if self.unit.text() == "epoch" else "epoch")
        self.plot.setAccessibleName(f"{self.view.value} over {self.unit.text()}s")
        self._place_unit()
        self._axes_changed()

    def _axes_changed(self) -> None:
        self._read(math.nan)  # what lay under the mouse lies elsewhere now
        self._redraw()

    def _x(self, curves: Curves) -> Floats:
        return x_of(curves.epoch, curves.step, self.unit.text(), self.log_x.isChecked())

    def _redraw(self) -> None:
        self.late = False
        curves = self._curves or NO_CURVES
        if not len(curves.epoch) and not self.others.runs:
            self.plot.show_others(())
            self.plot.show_curves({}, (0.0, 1.0, 0.0, 1.0), ([], []), empty=EMPTY)
            return
        measure, log, log_x, smooth = self.measure, self.logarithmic, self.log_x.isChecked(), self.smooth.isChecked()
        x = self._x(curves)
        left, right = self._x_range(curves, x)
        seen = within(x, left, right)
        x = x[seen]
        lines = {role: y[seen] for role, y in lines_of(curves, measure, smooth).items()}
        shown = [lines.get(f"raw {role}", lines[role]) for role in measure.lines if role != "batch"]
        band_x = self.others.band_x(curves, self.unit.text(), log_x) if self.view.value == "Loss" else []
        bands = self.others.bands if band_x else ()
        main = np.concatenate(
            [
                *shown,
                *self.others.values(measure, smooth, self._x, left, right),
                *(part for band in bands for part in (band.low, band.high)),
            ]
        )
        bottom, top, y_ticks = y_range(main, measure, log)

        def up(y: Floats) -> Floats:
            # A value of exactly 0 has no logarithm; it lies on the floor of the plot rather than nowhere.
            return np.maximum(logarithms(y), bottom) if log else y

        across, _ = self.plot.plot_size()
        columns = max(50, round(across / 2))  # one point per pixel: more take longer and show no more
        known = np.isfinite(x)
        drawn = {role: thinned(x[known], up(y)[known], columns) for role, y in lines.items()}
        most = max(2, round(across / (70 * self._theme.scale))) + 1
        ticks = (x_ticks(left, right, most, log_x, self.unit.text()), y_ticks)
        axes = (self.unit.text(), log_x)
        extras = self.others.extras(measure, smooth, self._x, log, axes, (left, right), columns, self._theme)
        if self.legend.isHidden() and len(measure.names) > 1:
            extras += self._named(drawn)
        self.plot.show_others(extras, self.others.spreads(band_x, log, self._theme))
        epochs = np.array([epoch for _, epoch, _ in curves.moves])
        steps = np.array([step for step, _, _ in curves.moves])
        moved_at = x_of(epochs, steps, self.unit.text(), log_x)
        moves = [(step, float(at), said) for (step, _, said), at in zip(curves.moves, moved_at, strict=True)]
        moves = [move for move in moves if math.isfinite(move[1])]
        self.plot.show_curves(drawn, (left, right, bottom, top), ticks, tuple(moves))

    def _named(self, drawn: dict[str, tuple[Floats, Floats]]) -> list[Extra]:
        """What the legend says, written at the ends of the lines."""
        roles = [role for role in self.measure.lines if role != "batch"]
        return [
            Extra(x[-1:], y[-1:], self._theme.text, 1.0, label=name, beside=True)
            for (name, _), (x, y) in zip(self.measure.names, (drawn[role] for role in roles), strict=True)
        ]

    @property
    def _run(self) -> Epochs:
        """The first and last epoch that can be shown: of this run, and of all others too where all is asked for."""
        curves = self._curves or NO_CURVES
        if not len(curves.epoch):
            return self.others.extent(lambda of: of.epoch)
        first, last = float(curves.epoch[0]), float(curves.epoch[-1])
        if self.stretch.whole:
            return first, max(last, self.others.end(("side", "branch", "earlier")))
        # what was left behind is seen from where it was left, as long as that takes little room
        return first, max(last, self.others.end(("side",)), min(self.others.end(("branch",)), first + LONG))

    def _x_range(self, curves: Curves, x: Floats) -> tuple[float, float]:
        """From where to where is shown of this run; earlier ones are seen as far as it has come."""
        known = x[np.isfinite(x)]
        if not len(known):
            begin, end = self.others.extent(self._x)
            return (begin, end) if begin < end else (0.0, 1.0)
        run = self._run
        # equal factors of time show the end of a long run as well as its beginning
        whole = self.log_x.isChecked() and not self.stretch.chosen
        left, right = (self._x_of_epoch(epoch) for epoch in (run if whole else self.stretch.of(*run)))
        left = max(left, float(known[0]))
        self._say_reach(run)
        return left, right if right > left else left + 1

    def _x_of_epoch(self, epoch: float) -> float:
        """Where an epoch stands across; steps go on after this run's end as they went."""
        value = epoch
        if self.unit.text() == "step":
            epochs, steps = self._clock()
            ahead = max(0.0, epoch - epochs[-1]) * (steps[-1] / epochs[-1] if epochs[-1] > 0 else 1.0)
            value = float(np.interp(epoch, epochs, steps)) + ahead
        if self.log_x.isChecked():
            return math.log10(value) if value > 0 else -math.inf
        return value

    def _epoch_at(self, x: float) -> float:
        """The epoch that stands there."""
        value = 10.0**x if self.log_x.isChecked() else x
        if self.unit.text() == "step":
            epochs, steps = self._clock()
            ahead = max(0.0, value - steps[-1]) * (epochs[-1] / steps[-1] if steps[-1] > 0 else 1.0)
            value = float(np.interp(value, steps, epochs)) + ahead
        return value

    def _clock(self) -> tuple[Floats, Floats]:
        """Epochs and steps of this run's points."""
        curves = self._curves or NO_CURVES
        if not len(curves.epoch):
            return np.zeros(1), np.zeros(1)
        return np.asarray(curves.epoch, float), np.asarray(curves.step, float)

    def _drag(self, by: float) -> None:
        left = self.plot.ranges[0]
        self.stretch.move(self._epoch_at(left + by) - self._epoch_at(left), self._run)

    def _say_reach(self, run: Epochs) -> None:
        """Offers the other part, where only a part is seen or could be."""
        stretch = self.stretch
        long = run[1] - run[0] > LONG and not self.log_x.isChecked()
        offered = "follow" if stretch.whole and long else "show all" if stretch.chosen or long else ""
        if offered != self.reach.text() or self.reach.isHidden() == bool(offered):
            self.reach.setText(offered)
            self.reach.setVisible(bool(offered))
            self._place_unit()

    def _change_reach(self) -> None:
        (self.stretch.follow if self.stretch.whole else self.stretch.show_all)()

    # -- what lies under the mouse --------------------------------------------------------------------------------

    def _read(self, x: float) -> None:
        curves = self._curves or NO_CURVES
        places = self._x(curves)
        if math.isnan(x):
            self.plot.mark(math.nan)
            self.legend.read(None)
            return
        at = int(np.nanargmin(np.abs(places - x))) if np.isfinite(places).any() else -1
        beyond = at < 0 or (x > places[at] and at == len(places) - 1)  # where only other runs have come
        there = x if beyond else float(places[at])
        names = [field for role, field in self.measure.lines.items() if role != "batch"]
        values = tuple("–" if beyond else self._text(float(getattr(curves, name)[at])) for name in names)
        rows = []
        if self.legend.isHidden() or self.legend.brief:
            rows += [(name, text) for (name, _), text in zip(self.measure.names, values, strict=True)]
        if not beyond and "batch" in self.measure.lines:
            rows.append(("mini-batches", self._text(float(curves.batch_loss[at]))))
        rows += self.others.reading(self.measure, self._x, there, self._text)
        if self.view.value == "Loss":
            rows += self.others.band_reading(curves, self.unit.text(), self.log_x.isChecked(), there, self._text)
        value = 10.0**there if self.log_x.isChecked() else there
        said = f"{value:.0f}" if self.unit.text() == "step" else epoch_text(value)
        self.plot.mark(there, said, rows)
        self.legend.read(values)

    def _text(self, value: float) -> str:
        if self.measure.share:
            return "–" if math.isnan(value) else f"{100 * value:.1f} %"
        return number_text(value)

    # -- looks ----------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = round(look.INSIDE * theme.scale)
        self._column.setContentsMargins(inside - 2, inside - 4, inside - 4, inside - 4)
        self._column.setSpacing(round(2 * theme.scale))
        for row in self._rows:
            row.setSpacing(round(2 * theme.scale))
        words = (self.view, self.smooth, self.log_x, self.log, self.clear, self.more, self.unit, self.reach)
        for part in (*words, self.legend, self.plot):
            part.set_theme(theme)
        self._make_room()
        self._place_unit()
        self._redraw()
        self.update()

    def sizeHint(self) -> QSize:
        """The size at which the Playground shows it at 1280 × 800."""
        return QSize(380, 246)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cuts dashes and ticks anew for the new size."""
        super().resizeEvent(event)
        self._make_room()
        self._place_unit()
        if self.turns is not None and self._curves is not None:
            self.late = True
            self.turns.ask(self, self._redraw_late)
        else:
            self._redraw()

    def _redraw_late(self) -> None:
        if self.late:
            self._redraw()

    def _make_room(self) -> None:
        """Spreads view, switches and legend over rows; without room for these, switches become a menu."""
        margins, scale = self._column.contentsMargins(), self._theme.scale
        room = self.width() - margins.left() - margins.right()
        height = self.height() - margins.top() - margins.bottom() - PLOT * scale
        allowed = max(1, int(height / (self.view.sizeHint().height() + self._column.spacing())))
        switches = (self.smooth, self.log_x, self.log)
        clear = (self.clear,) if any(ghost.role == "earlier" for ghost in self.others.ghosts) else ()

        def wide(*parts: QWidget, brief: bool) -> float:
            gap = self._rows[0].spacing()
            least = self.legend.least(brief)
            return sum((least if part is self.legend else part.sizeHint().width()) + gap for part in parts)

        briefly: Arrangement = ((self.view, self.legend, self.more),)  # a second row would take a fifth of the plot
        choices: tuple[Arrangement, ...] = (
            ((self.view, *clear, self.legend, *switches),),
            *(() if clear else (briefly,)),
            ((self.view, *switches), (*clear, self.legend)),
            ((self.view,), (*clear, self.legend, *switches)),
            ((self.view,), switches, (*clear, self.legend)),
            ((self.view, self.more), (*clear, self.legend)),
        )
        fitting = [
            rows
            for rows in choices
            if len(rows) <= allowed and all(wide(*row, brief=rows is briefly) + 2 * GAP * scale <= room for row in rows)
        ]
        rows: Arrangement = (fitting or [((self.view, self.more),)])[0]
        self.legend.set_brief(rows == briefly)
        if rows == self._arranged:
            return
        self._arranged = rows
        for layout in self._rows:
            while layout.count():
                layout.takeAt(0)
        for layout, row in zip(self._rows, rows, strict=False):
            for number, part in enumerate(row):
                if part in (self.more, switches[0]) and self.legend not in row and number:
                    layout.addStretch(1)
                if number and row[number - 1] is self.legend:
                    layout.addSpacing(round(GAP * self._theme.scale))
                layout.addWidget(part)
            if self.legend not in row and len({self.more, switches[0]} & set(row[1:])) == 0:
                layout.addStretch(1)
        shown = {part for row in rows for part in row}
        for part in (*switches, self.clear, self.more, self.legend):
            part.setVisible(part in shown)

    def _open_menu(self) -> None:
        """What has no room in the head."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(font(12, 400, self._theme.scale))
        for switch in (self.smooth, self.log_x, self.log):
            action = menu.addAction(switch.text())
            action.setCheckable(True)
            action.setChecked(switch.isChecked())
            action.setEnabled(switch.isEnabled())
            action.toggled.connect(switch.setChecked)
        if any(ghost.role == "earlier" for ghost in self.others.ghosts):
            menu.addAction("clear earlier runs", self.cleared.emit)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _place_unit(self) -> None:
        """Puts the unit's word under the y labels, beside those of x."""
        self._column.activate()
        gutter, size = self.plot.gutter(), self.unit.sizeHint()
        top = self.plot.y() + round(gutter.center().y() - size.height() / 2)
        self.unit.setGeometry(
            max(0, self.plot.x() + round(gutter.right()) + 4 - size.width()), top, size.width(), size.height()
        )
        self.unit.raise_()
        size, free = self.reach.sizeHint(), not self.reach.isHidden()
        area = self.plot.area()
        self.plot.kept_free = size.width() + GAP if free else 0
        self.reach.setGeometry(
            self.plot.x() + round(area.right()) - size.width() + 4,
            self.plot.y() + round(area.top()) - size.height() + 2,
            size.width(),
            size.height(),
        )
        self.reach.raise_()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The card."""
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), self._theme)
        painter.end()
