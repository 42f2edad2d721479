"""What changed between two experiments, in words: what moved, what was kept, what was rebuilt, what to watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hyperscope.engine.settings import WHOLE_SET
from hyperscope.knob import Knob, Value, power
from hyperscope.lab.experiment.data import FILE
from hyperscope.lab.experiment.experiment import Experiment, every_knob
from hyperscope.lab.experiment.painted import count, told


@dataclass(frozen=True, slots=True)
class Move:
    """One knob moved from `old` to `new`; an end is None where a layer came or went."""

    path: str
    knob: Knob
    old: Value | None
    new: Value | None

    @property
    def caption(self) -> str:
        """Short enough to stand beside a line in a chart, e.g. "α 0.03" or "layer 2 BN before"."""
        return f"{self.title} {shown(self.knob, self.new)}".strip()

    @property
    def title(self) -> str:
        """The knob's symbol or label, with its layer in front where it belongs to one."""
        name = self.knob.symbol if self.knob.kind in ("number", "whole") and self.knob.symbol else self.knob.label
        parts = self.path.split(".")
        if "layers" in parts:
            name = f"layer {int(parts[2]) + 1} {self.knob.label.lower()}"
        return name


def shown(knob: Knob, value: Value | None) -> str:
    """A knob's value as people read it."""
    if value is None:
        return "gone"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return knob.caption(value)
    if knob.name == "batch_size" and value >= WHOLE_SET:
        return "all"
    if isinstance(value, float) and 0 < abs(value) < 1e-4:
        return power(value)
    return f"{value:.4g}" if isinstance(value, float) else f"{value}"


def moves(old: Experiment, new: Experiment) -> list[Move]:
    """Every knob that differs, in the order of the experiment."""
    before = {path: value for path, _, value in every_knob(old, new)}
    after = {path: (knob, value) for path, knob, value in every_knob(new, old)}
    found = [
        Move(path, knob, before.get(path), value) for path, (knob, value) in after.items() if before.get(path) != value
    ]
    gone = [
        Move(path, knob, value, None)
        for path, knob, value in every_knob(old, new)
        if path not in after and path.endswith(".units")
    ]
    return found + gone


def caption(old: Experiment, new: Experiment) -> str:
    """One short caption for all that moved; knobs moved alike in every layer count once."""
    different = moves(old, new)
    if not different:
        return "" if old == new else _of_lists(old, new)
    added = len(new.network.layers) - len(old.network.layers)
    if added:
        return f"{'+' if added > 0 else '−'} {abs(added)} layer{'s' if abs(added) > 1 else ''}"
    table = new.data.file if new.data.source == FILE else ""
    if table and (old.data.source, old.data.file) != (FILE, table):
        return f"Data set {Path(table).name}"  # how it is read follows from it
    names = {move.path.rsplit(".", 1)[-1] for move in different}
    values = {move.new for move in different}
    if len(different) > 1 and len(names) == 1 and len(values) == 1:
        move = different[0]
        return f"{move.knob.symbol or move.knob.label} {shown(move.knob, move.new)}"
    return different[0].caption + (" …" if len(different) > 1 else "")


def captions(now: Sequence[Experiment], wanted: Sequence[Experiment], again: bool) -> str:
    """What a move of one or two networks is called: it leads from `now` to what is `wanted` if it is done `again`, the
    other way if it is taken back. Of twins once if it is the same, else with the letters of those that it moved.
    """
    pairs = zip(now, wanted, strict=True) if again else zip(wanted, now, strict=True)
    found = [caption(old, new) for old, new in pairs]
    if len(set(found)) == 1:
        return found[0]
    return ", ".join(f"{letter}: {said}" for letter, said in zip("AB", found, strict=True) if said)


def span(old: Experiment, new: Experiment) -> str:
    """The caption of what was moved on the way from one to the other, e.g. "α 0.01 → 0.1" of a drag."""
    different = moves(old, new)
    said = caption(old, new)
    ends = {(move.old, move.new) for move in different}
    if len(ends) == 1 and len({move.path.rsplit(".", 1)[-1] for move in different}) == 1:
        move = different[0]
        if move.old is not None and move.new is not None:
            after = shown(move.knob, move.new)
            return f"{said.removesuffix(after)}{shown(move.knob, move.old)} → {after}"
    return said


def _of_lists(old: Experiment, new: Experiment) -> str:
    """What else differs where no knob does."""
    if old.data.painted != new.data.painted:
        return told(old.data.painted, new.data.painted)
    if old.training.weights_by_class != new.training.weights_by_class:
        return f"class weights {', '.join(f'{weight:.3g}' for weight in new.training.weights_by_class) or 'all 1'}"
    was, now = set(old.data.left_out), set(new.data.left_out)
    gone, back = sorted(now - was), sorted(was - now)
    if len(gone) + len(back) == 1:
        return f"without {gone[0]}" if gone else f"with {back[0]} again"
    return "other inputs"


def sentence(old: Experiment, new: Experiment, kept: str, epoch: float) -> str:
    """The line after a change, e.g. "α 0.01 → 0.03 at epoch 60: weights and Adam's memory kept. Watch the loss." """
    different = moves(old, new)
    if old == new:
        return ""
    if not different:
        said = _of_lists(old, new)
        if old.data.painted != new.data.painted:
            said += f", {count(new.data.painted)} in all,"
        return f"{said[0].upper()}{said[1:]} at epoch {epoch:.0f}: {kept}."
    first = different[0]
    if len(different) == 1 and first.old is not None and first.new is not None:
        what = f"{first.title} {shown(first.knob, first.old)} → {shown(first.knob, first.new)}"
    else:
        what = caption(old, new)
    watch = next((f" Watch {move.knob.watch}." for move in different if move.knob.watch), "")
    return f"{what[0].upper() if what[1:2].islower() else what[0]}{what[1:]} at epoch {epoch:.0f}: {kept}.{watch}"
