"""The controls in which twins differ, each marked with A's and B's value."""

from __future__ import annotations

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.twins.twin_words import Difference, differences
from hyperscope.ui.labs.playground.playground import Playground

EVERY = "*"


def mark(lab: Playground, ours: Experiment, theirs: Experiment | None, side: str) -> None:
    """Marks what differs between A and B in the cards and over the network; nothing where there is no B."""
    found = differences(ours, theirs) if theirs is not None else []
    # of a layer that only one of them has, nothing is to be compared; the network says that it is there
    by_path = {_general(one.path): one for one in found if None not in one.values}
    for card in (lab.data, lab.hyperparameters):
        for path, control in card.controls.items():
            control.caption.set_notes(*_notes(by_path.get(path), side))
    source = by_path.get("data.source")
    other_inputs = theirs is not None and ours.data.features != theirs.data.features
    lab.data.title.set_notes(*_notes(source, side))
    lab.data.inputs.set_notes(*(["A ≠ B"] if other_inputs else []))
    lab.networks.show_layers(ours.network.layers, theirs.network.layers if theirs is not None else None)


def _general(path: str) -> str:
    """The path with a * for a layer's number, as controls of all layers have it."""
    parts = path.split(".")
    if "layers" in parts:
        parts[parts.index("layers") + 1] = EVERY
    return ".".join(parts)


def _notes(difference: Difference | None, side: str) -> tuple[str, ...]:
    """Both values, or where that is too long the one that the control itself does not show."""
    if difference is None:
        return ()
    a, b = f"A {difference.a}", f"B {difference.b}"
    return f"{a} · {b}", b if side == "A" else a
