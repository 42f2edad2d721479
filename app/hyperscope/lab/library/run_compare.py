"""Several runs beside each other: every setting in words, those that differ first. It knows no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import Experiment, every_knob
from hyperscope.lab.experiment.lists import NAMES, listed
from hyperscope.lab.experiment.moves import shown

NONE = "–"  # where an experiment has no such layer


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of some experiments: its `values` in words, in their order, and whether they `differ`."""

    name: str
    values: tuple[str, ...]
    differs: bool


def compared(experiments: Sequence[Experiment]) -> tuple[Setting, ...]:
    """Every setting, those that differ first and otherwise in the experiment's order; layers that are alike once."""
    columns = [{path: (knob, value) for path, knob, value in every_knob(one)} for one in experiments]
    paths = list(dict.fromkeys(path for column in columns for path in column))
    found = _alike([(path, _setting(path, columns)) for path in paths])
    lists = [listed(one) for one in experiments]
    for path, name in NAMES.items():
        values = tuple(one[path] or NONE for one in lists)
        if set(values) != {NONE}:
            found.append(Setting(name, values, len(set(values)) > 1))
    return tuple(sorted(found, key=lambda setting: not setting.differs))


def _alike(settings: Sequence[tuple[str, Setting]]) -> list[Setting]:
    """The settings; what is set in every layer alike stands there once."""
    found: list[Setting] = []
    for path, setting in settings:
        group, _, name = path.rpartition(".")
        if not group.startswith("network.layers."):
            found.append(setting)
            continue
        same = [other for path, other in settings if path.startswith("network.layers.") and path.endswith(f".{name}")]
        if len(same) < 2 or len({other.values for other in same}) > 1:
            found.append(setting)
        elif setting is same[0]:
            label = setting.name.split(" ", 2)[2]
            found.append(Setting(f"{label[0].upper()}{label[1:]}, each layer", setting.values, setting.differs))
    return found


def _setting(path: str, columns: Sequence[dict[str, tuple[Knob, Value]]]) -> Setting:
    knob = next(column[path][0] for column in columns if path in column)
    values = tuple(shown(knob, column[path][1]) if path in column else NONE for column in columns)
    parts = path.split(".")
    name = f"Layer {int(parts[2]) + 1} {knob.label.lower()}" if "layers" in parts else knob.label
    return Setting(name, tuple(value or NONE for value in values), len(set(values)) > 1)
