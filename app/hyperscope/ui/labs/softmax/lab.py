"""The Softmax lab: its page, and how what is moved there is worked out and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import msgspec

from hyperscope.lab.experiment.experiment import changed
from hyperscope.lab.probes.probe import AnyAsk, Ask, Records
from hyperscope.lab.probes.snapshot import Seen, Snapshot
from hyperscope.lab.softmax.case import LOGIT, MOST, Case, worked
from hyperscope.lab.softmax.working import AtPoint, Logits, logits_at, working
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.ready import Recipe
from hyperscope.ui.labs.softmax.batch import BatchView
from hyperscope.ui.labs.softmax.confidence import ConfidenceView
from hyperscope.ui.labs.softmax.many import ManyView
from hyperscope.ui.labs.softmax.page import SoftmaxPage
from hyperscope.ui.labs.softmax.plane import PlaneView
from hyperscope.ui.labs.softmax.planing import Planing
from hyperscope.ui.labs.softmax.reusing import Reusing
from hyperscope.ui.labs.softmax.trusting import Trusting
from hyperscope.ui.labs.softmax.words import logit
from hyperscope.ui.labs.softmax.workbench import Workbench
from hyperscope.ui.part import Part
from hyperscope.ui.source import Computed

APART = 0.7  # s between two moves of the same bar that are taken back one by one

AHEAD: tuple[Recipe, ...] = ((Workbench,), (PlaneView,), (BatchView,), (ConfidenceView,), (ManyView,))


def seen_of(case: Case) -> tuple[Seen, ...]:
    """A case worked out, as a panel is given it."""
    return (Seen(records=Records({Ask(working, case): worked(case)})),)


def what_moved(before: Case, after: Case) -> str:
    """Names what differs: the one logit, the knob, or all of it; moves alike in a row are one drag."""
    names = ("logits", "truth", "temperature", "shift")
    parts = [name for name in names if getattr(before, name) != getattr(after, name)]
    if parts != ["logits"] or before.classes != after.classes:
        return " ".join(parts) + f" {after.classes}"
    apart = [k for k in range(before.classes) if before.logits[k] != after.logits[k]]
    return f"logit {apart[0]}" if len(apart) == 1 else "logits"


class Bench(Part[Host]):
    """What is moved at the workbench, by whatever: hand, key, or a point of the map that is followed."""

    def __init__(self, host: Host, page: SoftmaxPage) -> None:
        super().__init__(host)
        self.page, self.bench = page, page.workbench
        self.source: Computed[Case] = Computed(seen_of, Case())
        self.of_map = False
        self._answered: tuple[object, int] | None = None  # the place and step that the bars show
        self._undone: list[Case] = []  # what undo comes back to, and redo
        self._redone: list[Case] = []
        self._kind, self._moved_at = "", 0.0  # the last move, as far as the next one is undone with it
        self.bench.moved.connect(self._set_by_hand)
        self.bench.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        self.bench.point_moved.connect(lambda x, y: self._look((x, y)))
        self.bench.source_chosen.connect(self._follow)

    def actions(self) -> Sequence[Action]:
        return (
            *(
                Action(
                    f"True class {number + 1}",
                    "Softmax",
                    partial(self.bench.set_truth, number),
                    (f"{(number + 1) % 10}",),
                    shown=number == 0,
                )
                for number in range(MOST)
            ),
            Action("Back to 5, 2, −1, 3", "Softmax", lambda: self._set_by_hand(Case()), (), "The opening example."),
        )

    def takes(self, key: Literal["play", "step", "undo", "redo"]) -> bool:
        """Keeps the keys for training from training what is not seen; undo and redo are the workbench's own there."""
        if self.page.view != "workbench":
            return False
        if key in ("undo", "redo"):
            return self._go_over(key == "redo")
        return not self.page.trains

    def set(self, case: Case) -> None:
        """Shows another case, from the next frame on."""
        self.bench.case = case
        self.source.set(case)

    def _set_by_hand(self, case: Case) -> None:
        now = self.source.value
        if case != now:
            kind = what_moved(now, case)
            at = time.monotonic()
            if kind != self._kind or at - self._moved_at > APART:
                self._undone.append(now)
            self._kind, self._moved_at = kind, at
            self._redone.clear()
        if self.of_map and case.logits != self.source.value.logits:
            self._let_go()
        self.set(case)

    def _go_over(self, again: bool) -> bool:
        """Takes the last move of the workbench back, or makes it again; where there is none says so."""
        source, target = (self._redone, self._undone) if again else (self._undone, self._redone)
        self._kind = ""
        if not source and self.page.trains:
            return False  # the network is seen: undo is the session's
        if not source:
            self.host.say("There is nothing at the workbench to " + ("make again." if again else "take back."))
            return True
        target.append(self.source.value)
        self.set(source.pop())
        return True

    # -- a point of the map ---------------------------------------------------------------------------------------

    def _follow(self, on: bool) -> None:
        self.of_map = on
        self._answered = None
        self.bench.show_source(on)
        focus = self.host.looked_at.focus
        if on and focus.point is None:
            self._look((0.0, 0.0))
        if not on:
            self._let_go()
        self.host.draw_all()

    def _let_go(self) -> None:
        """The bars are set by hand again; the point stays where it is."""
        self.of_map = False
        self.bench.names = ()
        self.bench.card.from_map.setChecked(False)
        self.bench.point.show_point(
            self.bench.point.point, "The bars were moved by hand. Drag the point to follow the network again."
        )

    def _look(self, point: tuple[float, float]) -> None:
        self.of_map = True
        self.bench.card.from_map.setChecked(True)
        self.host.looked_at.look(point=point, example=None)
        self._answered = None

    def wants(self) -> Sequence[AnyAsk]:
        focus = self.host.looked_at.focus
        if not self.of_map or focus.point is None or not self.bench.isVisible():
            return ()
        return (Ask(logits_at, AtPoint(focus.plane, focus.point)),)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        found = snapshot.sides[0].records.of(logits_at)
        focus = self.host.looked_at.focus
        if found is None or not self.of_map or found.point != focus.point:
            return
        now = (found.point, snapshot.status.step)
        if now != self._answered:
            self._answered = now
            self._take(found)

    def _take(self, found: Logits) -> None:
        values = found.values[:MOST].tolist()
        if len(found.values) < 2 or len(found.values) > MOST:
            self.bench.point.show_point(
                found.point, f"The output has {len(found.values)} units; the workbench shows 2 to {MOST}."
            )
            return
        low, high = LOGIT.low, LOGIT.high
        logits = tuple(min(high, max(low, round(value, 4))) for value in values)
        case = self.source.value
        self.bench.names = tuple(name if len(name) < 12 else f"{name[:11]}…" for name in found.names)
        said = "z = " + ", ".join(logit(round(value, 2)) for value in logits)
        extra = "" if found.softmax else " This network's output is not softmax; these are its z."
        self.bench.point.show_point(found.point, f"{said}. The network's logits at this point; drag it.{extra}")
        self.set(Case(logits, min(case.truth, len(logits) - 1), case.temperature, case.shift))

    # -- what a session's file keeps ------------------------------------------------------------------------------

    def kept(self) -> Mapping[str, Any]:
        """The case, unless it is the opening one."""
        case = self.source.value
        return {} if case == Case() else {"workbench": msgspec.to_builtins(case)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Takes up a case. Raises: ValueError for what it cannot be."""
        if "workbench" in kept:
            self.set(msgspec.convert(kept["workbench"], Case))


class Batch(Part[Host]):
    """The example that is looked at in a mini-batch is looked at everywhere."""

    def __init__(self, host: Host, page: SoftmaxPage) -> None:
        super().__init__(host)
        self.view = page.batch
        self.view.looked_at.connect(lambda example: host.looked_at.look(example=example, point=None))
        self.view.softmax_wanted.connect(self._take_softmax)
        host.looked_at.changed.connect(lambda: self.view.show_example(host.looked_at.focus.example))

    def _take_softmax(self) -> None:
        session = self.host.session
        self.host.do(lambda: session.start_twin(changed(session.experiment, "network.output", "softmax")))


def make(host: Host) -> Lab:
    """The Softmax lab, shown by `host`."""
    page = SoftmaxPage(host.ready)
    bench, planing, trusting = Bench(host, page), Planing(host, page), Trusting(host, page)
    reusing = Reusing(host, page)

    def kept() -> Mapping[str, Any]:
        return {**bench.kept(), **trusting.kept()}

    def restore(record: Mapping[str, Any]) -> None:
        bench.restore(record)
        trusting.restore(record)

    confidence, many = page.confidence, page.many
    return Lab(
        page,
        panels=(
            *(page.workbench, page.workbench.point, page.plane, page.plane.outputs, page.batch),
            *(confidence, confidence.ensemble, many, many.reuse),
        ),
        sources={
            page.workbench: bench.source,
            page.plane.outputs: planing.rivals,
            confidence.ensemble: trusting.ensemble,
            many.reuse: reusing.reuse,
        },
        parts=(bench, planing, Batch(host, page), trusting, reusing),
        cards=(page.workbench.card,),
        busy=lambda: planing.busy or trusting.busy or reusing.busy,
        kept=kept,
        restore=restore,
    )
