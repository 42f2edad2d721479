"""The parts of the window. A new one is a file here and a line in PARTS."""

from __future__ import annotations

from hyperscope.ui.parts.branches import Branches
from hyperscope.ui.parts.charts import Charts
from hyperscope.ui.parts.export import Export
from hyperscope.ui.parts.files import Files
from hyperscope.ui.parts.finding import Finding
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.parts.map import MapPart
from hyperscope.ui.parts.network import NetworkPart
from hyperscope.ui.parts.painting import Painting
from hyperscope.ui.parts.part import Part
from hyperscope.ui.parts.presenting import Presenting
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.parts.runs import Runs
from hyperscope.ui.parts.share import Share
from hyperscope.ui.parts.slow_motion import SlowMotionPart
from hyperscope.ui.parts.training import TrainingPart
from hyperscope.ui.parts.twin import TwinPart

PARTS: tuple[type[Part], ...] = (
    TrainingPart,
    TwinPart,
    Presets,
    Runs,
    Files,
    Share,
    Export,
    Looks,
    Presenting,
    NetworkPart,
    Charts,
    Painting,
    MapPart,
    Finding,
    SlowMotionPart,
    Branches,
)
